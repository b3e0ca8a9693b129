"""How grave a finding is: the rule's severity in the profile, and what makes it milder (design 3 and 3a)."""

from __future__ import annotations

from typing import Final

from barraiser.checks.answer import Answer
from barraiser.checks.plan import Plan
from barraiser.checks.rule import Rule
from barraiser.checks.subjects import certainty
from barraiser.graph.node import Node
from barraiser.model.words import DEPLOY_KINDS, FAILED, SEVERITIES

GUESS: Final = 0.6
"""A classification below this confidence makes what rests on it one step milder (design section 3)."""


def severity_of(rule: type[Rule], answer: Answer, kind: str, plan: Plan) -> tuple[str, str]:
    """The severity of an answer, and a sentence on the guess that it rests on (empty where it rests on none)."""
    declared = plan.severities.get(rule.id)
    base = declared or rule.severities.get(plan.profile, rule.severity)
    if answer.severity:
        base = answer.severity
    steps = 1 if kind == "static-site" else 0
    guess = _guess(answer) if answer.verdict == FAILED else None
    steps += 1 if guess is not None else 0
    level = SEVERITIES.index(base)
    severity = SEVERITIES[max(0, level - min(steps, 2))]
    if kind == "library-publish" and plan.profile == "basic" and severity == "error" and rule.milder_for_libraries:
        severity = "warning"
    return severity, _confirm(guess) if guess is not None else ""


def _guess(answer: Answer) -> Node | None:
    """The least certain node that an answer rests on, where it is a guess. Of the deploys of one job the surest counts."""
    surest: dict[str, Node] = {}
    alone: list[Node] = []
    for node in answer.rests_on:
        if node.kind not in DEPLOY_KINDS:
            alone.append(node)
        elif node.job.template not in surest or certainty(node) > certainty(surest[node.job.template]):
            surest[node.job.template] = node
    least = min([*alone, *surest.values()], key=certainty, default=None)
    return least if least is not None and certainty(least) < GUESS else None


def _confirm(node: Node) -> str:
    """The sentence that says what was guessed, and how to confirm it."""
    environment = node.environment
    if environment is not None and environment.confidence <= node.activity.confidence:
        name = environment.name or node.job.own_id
        return (
            f"This rests on a guess: `{name}` is taken for {environment.cls} ({environment.reason or 'by its name'}); "
            f'confirm it with environments: {{"{name}": {{class: {environment.cls}}}}}.'
        )
    kind = "a deploy" if node.kind in DEPLOY_KINDS else f"an activity of kind {node.kind}"
    return (
        f'This rests on a guess: "{node.job.own_id}" is taken for {kind} ({node.activity.reason or "by its name"}); '
        f'confirm it with activities: {{"{node.job.own_id}": {{kind: {node.kind}}}}}.'
    )
