"""One verdict from those of a pipeline's variants (design section 3a): failed in all is failed, failed in some is one step milder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from barraiser.checks.plan import Plan
from barraiser.checks.result import Finding, PipelineResult, RuleCrash
from barraiser.checks.subjects import whether_any
from barraiser.model.pipeline import Pipeline
from barraiser.model.words import FAILED, NOT_APPLICABLE, PASSED, SEVERITIES, UNKNOWN

Judged = tuple[PipelineResult, Mapping[tuple[str, str], str]]
"""What is judged of one variant, with the verdict of each rule on each subject."""

RANK: Final = {FAILED: 0, UNKNOWN: 1, PASSED: 2, NOT_APPLICABLE: 3}


def judged(pipeline: Pipeline, plan: Plan, judge: Callable[[Pipeline], Judged]) -> PipelineResult:
    """The verdicts on a pipeline with variants. Only variants in which there is something to ask a rule about count for it."""
    each = [judge(variant) for variant in pipeline.variants]
    results = [result for result, _ in each]
    findings: list[Finding] = []
    verdicts: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for rule in plan.rules:
        subjects = dict.fromkeys(subject for _, given in each for id, subject in given if id == rule.id)
        merged = [_merged(rule.id, subject, pipeline.variants, each) for subject in subjects]
        findings += [finding for _, finding in merged if finding is not None]
        told = [verdict for verdict, _ in merged]
        told = told or [result.verdicts.get(rule.id, NOT_APPLICABLE) for result in results]
        verdicts[rule.id] = min(told, key=RANK.__getitem__)
        reason = next(
            (result.reasons[rule.id] for result in results
             if rule.id in result.reasons and result.verdicts[rule.id] == verdicts[rule.id]), "",
        )  # fmt: skip
        if reason:
            reasons[rule.id] = reason
    pipeline.problems = tuple(
        dict.fromkeys([*pipeline.problems, *(problem for result in results for problem in result.pipeline.problems)])
    )
    return PipelineResult(
        pipeline,
        "",
        verdicts=verdicts,
        reasons=reasons,
        findings=findings,
        deploys_to_prod=whether_any(result.deploys_to_prod for result in results),
        crashes=_crashes(results),
    )


def _merged(
    rule: str, subject: str, variants: Sequence[Pipeline], each: Sequence[Judged]
) -> tuple[str, Finding | None]:
    """The verdict of a rule on a subject over the variants, and the finding that it makes."""
    asked: list[tuple[Pipeline, str, Finding | None]] = []
    for variant, (result, given) in zip(variants, each, strict=True):
        verdict = given.get((rule, subject), NOT_APPLICABLE)
        if verdict != NOT_APPLICABLE:
            own = [finding for finding in result.findings if finding.rule == rule and finding.subject == subject]
            asked.append((variant, verdict, own[0] if own else None))
    verdict = min((verdict for _, verdict, _ in asked), key=RANK.__getitem__, default=NOT_APPLICABLE)
    if verdict not in (FAILED, UNKNOWN):
        return verdict, None
    met = [variant for variant, answer, _ in asked if answer == verdict]
    # A finding that several deploys share is told of the first of them.
    finding = next((found for _, answer, found in asked if answer == verdict and found is not None), None)
    if finding is None:
        return verdict, None
    if len(met) < len(asked) and verdict == FAILED and not met[0].given:  # what a file sets up is there for sure
        finding.severity = SEVERITIES[max(0, SEVERITIES.index(finding.severity) - 1)]
    when = condition_of(met, [variant for variant, _, _ in asked])
    if when:
        finding.message = f"{finding.message} This is so only {when}."
    return verdict, finding


def condition_of(met: Sequence[Pipeline], variants: Sequence[Pipeline]) -> str:
    """When one of these variants is the one: by one condition where that tells them, else as the first of them is. Empty: always."""
    if len(met) == len(variants):
        return ""
    if met[0].given:
        return f"with the parameters of {', '.join(each.given for each in met[:4])}"
    for name in met[0].assumes:
        holds = met[0].assumes[name]
        if [each for each in variants if each.assumes.get(name) == holds] == list(met):
            return f"if {_told(name, holds)}"
    told = [_told(name, holds) for name, holds in met[0].assumes.items() if _differs(name, variants)]
    return f"in some ways in which its conditions can fall, for example if {' and '.join(told[:4])}"


def _differs(name: str, variants: Sequence[Pipeline]) -> bool:
    return len({variant.assumes.get(name) for variant in variants}) > 1


def _told(name: str, holds: bool) -> str:
    return f"the condition `{name}` {'holds' if holds else 'does not hold'}"


def _crashes(results: Sequence[PipelineResult]) -> list[RuleCrash]:
    found: dict[tuple[str, str], RuleCrash] = {}
    for result in results:
        for crash in result.crashes:
            found.setdefault((crash.rule, crash.error), crash)
    return list(found.values())
