"""Jobs that run whatever became of the jobs before them, and whose steps look at it: one that fails then holds back what needs it."""

from __future__ import annotations

from collections.abc import Mapping as Names
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from barraiser.model.pipeline import HARD, SOFT, Fragment, Script
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.github.evaluate import Scope, evaluate
from barraiser.platforms.github.gates import Bond, Gate, Outcome, needs_of
from barraiser.platforms.github.texts import MAX_SPENT
from barraiser.platforms.github.values import truth
from barraiser.source.nodes import Mapping, Node, Scalar, place_of
from barraiser.source.nodes import Sequence as Items

if TYPE_CHECKING:
    from barraiser.model.place import Place
    from barraiser.platforms.github.site import Contexts, Reading

ALL_GREEN: Final = "re-actors/alls-green"
"""An action that fails unless all results that it is given are a success: https://github.com/re-actors/alls-green"""

SCRIPTS: Final = "actions/github-script"

_MAX_STEPS: Final = 10
_MAX_TEXT: Final = 4_000
_ENDS: Final = ("failure", "cancelled", "skipped")
_DECIDING: Final = frozenset(
    ("[", "[[", "test", "jq", "grep", "python", "python3", "node", "exit", "false", "((", "awk", "yq")
)
_ENDING: Final = frozenset(("exit", "false"))


def harden(
    gate: Gate,
    job: Mapping,
    needs: Sequence[tuple[str, Place]],
    before: Names[str, Outcome],
    contexts: Sequence[Contexts],
    reading: Reading,
) -> None:
    """Give the bonds of a job that starts in any case their teeth back, as far as its first steps fail it for what did not succeed."""
    soft = [name for name, _ in needs if name in gate.bonds and _is_ignored(gate.bonds[name], before[name])]
    if not soft:
        return
    steps = _looking(job.get("steps"), _mentions(job.get("env")))
    told = _mentions(job.get("outputs"))
    if not steps and not told:
        return
    index = next((number for number, runs in enumerate(gate.normal) if runs != NO), 0)
    if index >= len(contexts):
        return
    names = [name for name, _ in needs]
    places = dict(needs)
    for name in soft:
        source, bond = before[name], gate.bonds[name]
        ends: dict[str, Tri] = {}
        for end in _ENDS:
            outcomes = {other: "skipped" for other in names if source.bit & before[other].held}
            outcomes[name] = end
            each: Contexts = {**contexts[index], "needs": needs_of(names, before, index, outcomes)}
            ends[end] = max((_fails(step, job, each, reading, end) for step in steps), default=NO)
            if ends["failure"] == NO or reading.expressions.spent > MAX_SPENT:
                break
        if ends["failure"] == YES and ends.get("cancelled") == YES:
            skips = ends.get("skipped") == YES
            gate.bonds[name] = Bond(HARD, skips, places[name], tolerant=not skips)
            gate.outcome.held |= source.bit | (source.held if skips else 0)
            if skips:
                gate.outcome.skipped |= source.bit | source.skipped
        elif ends["failure"] != NO or told:
            passes = ends["failure"] == YES and ends.get("cancelled") == NO
            gate.bonds[name] = Bond(
                SOFT,
                False,
                bond.place,
                bond.softened_by,
                cancelled=passes,
                doubtful=not passes,
                tolerant=passes and ends.get("skipped") != YES,
            )


def _is_ignored(bond: Bond, source: Outcome) -> bool:
    return bond.strength == SOFT and source.soft != YES


def _looking(nodes: Node | None, by_variables: bool) -> list[Mapping]:
    """The first steps, up to the first that does more than look around, that mention the results of needed jobs."""
    found = []
    for node in nodes.items[:_MAX_STEPS] if isinstance(nodes, Items) else ():
        if not isinstance(node, Mapping):
            break
        looks = by_variables and "$" in node.text("run")
        if node.get("continue-on-error") is None and (
            looks or any(_mentions(node.get(key)) for key in ("if", "run", "with", "env"))
        ):
            found.append(node)
        elif not node.text("uses").startswith("actions/") and not node.text("run").lstrip().startswith("echo "):
            # What comes later does not hold this step back.
            break
    return found


def _mentions(node: Node | None) -> bool:
    if isinstance(node, Scalar):
        return "needs" in node.value
    return isinstance(node, Mapping) and any(_mentions(value) for _, value in node)


def _fails(step: Mapping, job: Mapping, contexts: Contexts, reading: Reading, end: str) -> Tri:
    """Whether a step fails its job."""
    expressions = reading.expressions
    condition = step.get("if")
    runs = YES
    if isinstance(condition, Scalar) and not condition.is_null():
        expressions.spent += 4
        # Of the job's own steps none has failed.
        runs = truth(evaluate(expressions.condition(condition), Scope(contexts, success=YES)))
    if runs == NO:
        return NO
    uses, run = step.text("uses").partition("@")[0].lower(), step.get("run")
    settings = step.get("with")
    if uses == ALL_GREEN:
        given = settings.text("jobs") if isinstance(settings, Mapping) else ""
        allowed = (
            settings.text("allowed-skips" if end == "skipped" else "allowed-failures")
            if isinstance(settings, Mapping)
            else ""
        )
        return min(runs, MAYBE if allowed or "toJSON(needs)" not in given.replace(" ", "") else YES)
    if uses == SCRIPTS:
        text = settings.text("script") if isinstance(settings, Mapping) else ""
        fails = "setFailed(" in text or "process.exit(1" in text or "throw " in text
        plain = fails and "if" not in text and "?" not in text
        return min(runs, YES if plain else MAYBE if fails else NO)
    if not isinstance(run, Scalar) or len(run.value) > _MAX_TEXT or step.text("shell") not in ("", "bash", "sh"):
        return MAYBE if isinstance(run, Scalar) else NO
    return min(runs, _ends(run, _variables((job, step), contexts, reading), contexts, reading))


def _variables(nodes: Sequence[Mapping], contexts: Contexts, reading: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in nodes:
        env = node.get("env")
        for key, value in env.pairs[:50] if isinstance(env, Mapping) else ():
            if isinstance(value, Scalar) and "${{" in value.value:
                found[key.value] = reading.expressions.resolve(value.value, place_of(value), contexts)
            elif isinstance(value, Scalar):
                found[key.value] = value.value
    return {key: value for key, value in found.items() if "${{" not in value}


def _ends(run: Scalar, variables: dict[str, str], contexts: Contexts, reading: Reading) -> Tri:
    """Whether a script surely, or perhaps, ends with a failure when everything in it but its own checks goes well."""
    from barraiser.shell.parser import commands_of

    text = reading.expressions.resolve(run.value, place_of(run), contexts)
    reading.expressions.spent += len(text) // 4
    script = Script([Fragment(text, run.path, run.line)], shell="bash", errexit=True)
    perhaps = NO
    for command in commands_of(script, variables):
        name = command.words[0]
        if name in _ENDING and command.soft == NO:
            good = name == "exit" and (len(command.words) == 1 or command.words[1] == "0")
            if good and not command.conditional:
                return perhaps
            if not good and not command.conditional:
                return YES
            perhaps = perhaps if good else MAYBE
        elif name in _DECIDING and command.soft != YES:
            perhaps = max(perhaps, _compared(command.words))
    return perhaps


def _compared(words: Sequence[str]) -> Tri:
    """Whether a test as a command of its own fails: ``[ "failure" = "success" ]`` does."""
    if (
        words[0] in ("[", "[[", "test")
        and len(words) >= 4
        and words[2] in ("=", "==", "!=")
        and "$" not in "".join(words[1:4])
    ):
        return NO if (words[1] == words[3]) != (words[2] == "!=") else YES
    return MAYBE
