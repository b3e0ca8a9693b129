"""A job's ``needs`` and ``if`` together: in which scenarios it runs, and what failing or skipping before it does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.pipeline import HARD, SOFT
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of
from barraiser.platforms.github.evaluate import Scope, evaluate
from barraiser.platforms.github.expressions import Tree
from barraiser.platforms.github.site import Contexts
from barraiser.platforms.github.texts import MAX_SPENT, Expressions
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value, truth

Outcomes = Mapping[str, str]


class Outcome:
    """What later jobs see of a job (all its instances, or all jobs of the workflow that it calls).

    ``members``: the ids of its jobs, and whether each is skipped only when the whole is. ``normal``: whether it runs, by scenario,
    when nothing fails; ``chain``: the same for it and all before it. ``soft``: whether the failure of any of them, and not that of
    some matrix legs alone, is ignored. ``bit``: its own in the masks of jobs: ``ancestors``, all before it; ``held``, those whose
    failure keeps it from running; ``skipped``, those that it is skipped with. ``outputs``: what is known of them, by scenario;
    ``outcomes``: the outputs that are the outcome of one of its steps, each with ``JOB#KEY`` of that step; ``written``: those that
    one of its steps writes, each with ``JOB#KEY#NAME``.
    """

    __slots__ = (
        "ancestors",
        "bit",
        "chain",
        "held",
        "members",
        "normal",
        "outcomes",
        "outputs",
        "skipped",
        "soft",
        "soft_place",
        "soft_reason",
        "written",
    )

    def __init__(self, normal: list[Tri], chain: list[Tri], number: int) -> None:
        self.bit = 1 << number
        self.members: list[tuple[str, bool]] = []
        self.normal = normal
        self.chain = chain
        self.soft: Tri = NO
        self.soft_reason = ""
        self.soft_place: Place | None = None
        self.outputs: list[Object] | None = None
        self.outcomes: Mapping[str, str] = {}
        self.written: Mapping[str, str] = {}
        self.ancestors = 0
        self.held = 0
        self.skipped = 0


class Bond:
    """What an edge from a needed job is: its strength, whether skipping goes on, what takes its teeth, and more as of an ``Edge``."""

    __slots__ = ("cancelled", "doubtful", "place", "skips", "softened_by", "softs", "strength", "tolerant")

    def __init__(
        self,
        strength: str,
        skips: bool,
        place: Place | None,
        softened_by: str = "",
        *,
        tolerant: bool = False,
        cancelled: bool = False,
        doubtful: bool = False,
        softs: tuple[Tri, ...] = (),
    ) -> None:
        self.strength = strength
        self.skips = skips
        self.place = place
        self.softened_by = softened_by
        self.tolerant = tolerant
        self.cancelled = cancelled
        self.doubtful = doubtful
        self.softs = softs


class Gate:
    """The condition of a job, when it runs if all goes well, and its bonds to the jobs that it needs (and to ones further back)."""

    __slots__ = ("bonds", "condition", "normal", "outcome")

    def __init__(self, condition: Condition, normal: list[Tri], bonds: dict[str, Bond], outcome: Outcome) -> None:
        self.condition = condition
        self.normal = normal
        self.bonds = bonds
        self.outcome = outcome


class If:
    """An ``if:`` that was read: its tree, its text on one line, its place; ``status``: it has a status function; ``cancelled``: it may
    hold in a run that was cancelled, once that was asked."""

    __slots__ = ("cancelled", "expressions", "names", "place", "status", "text", "tree")

    def __init__(
        self, tree: Tree, names: set[str], text: str, place: Place, status: bool, expressions: Expressions
    ) -> None:
        self.expressions = expressions
        self.tree = tree
        self.names = names
        self.text = text
        self.place = place
        self.status = status
        self.cancelled = False

    def exhausted(self) -> bool:
        """Whether the reading has done all the work that it may do."""
        return self.expressions.spent > MAX_SPENT


def gate_of(
    condition: If | None,
    needs: Sequence[tuple[str, Place]],
    before: Mapping[str, Outcome],
    contexts: Sequence[Contexts],
) -> Gate:
    """The gate of a job. ``before``: the outcomes of the jobs that it needs and of all jobs before them."""
    names = [name for name, _ in needs]
    count = len(contexts)
    success = [min((before[name].chain[index] for name in names), default=YES) for index in range(count)]
    if condition is None:
        normal, runs = success, success
    else:
        normal = _answers(condition, names, before, contexts, {}, success, NO, NO)
        if not condition.status:
            normal = [min(one, other) for one, other in zip(normal, success, strict=True)]
        runs = normal
    outcome = Outcome(normal, [min(one, other) for one, other in zip(normal, success, strict=True)], len(before))
    for name in names:
        outcome.ancestors |= before[name].bit | before[name].ancestors
    bonds: dict[str, Bond] = {}
    on_failure = always = False
    if condition is None or not condition.status:
        for name, place in needs:
            bonds[name] = _firm(before[name], place)
    else:
        later = _bind(condition, needs, before, contexts, normal, bonds)
        on_failure = max(normal, default=YES) == NO and max(later, default=NO) != NO
        runs = [MAYBE if usual == NO and late != NO else usual for usual, late in zip(normal, later, strict=True)]
        heedless = [bond.strength == SOFT and not bond.cancelled for bond in bonds.values()]
        always = bool(bonds) and not on_failure and all(heedless)
    _close(outcome, names, before, bonds, condition is None or not condition.status)
    made = UNCONDITIONAL
    if condition is not None or all_of(runs) != YES:
        made = Condition(
            condition.text if condition else "",
            () if all_of(runs) == YES else tuple(runs),
            always=always,
            on_failure=on_failure,
            demands=_demands(condition, names, before, contexts) if condition else (),
            cancelled=condition.cancelled if condition else False,
            written=_written(condition, names, before, contexts) if condition and condition.status else (),
            place=condition.place if condition else None,
        )
    return Gate(made, normal, bonds, outcome)


def _firm(source: Outcome, place: Place) -> Bond:
    """The bond of a job that waits for success, by itself or because GitHub adds ``success()``."""
    if source.soft == YES:
        return Bond(SOFT, True, source.soft_place or place, source.soft_reason)
    return Bond(HARD, True, place)


def _bind(
    condition: If,
    needs: Sequence[tuple[str, Place]],
    before: Mapping[str, Outcome],
    contexts: Sequence[Contexts],
    normal: list[Tri],
    bonds: dict[str, Bond],
) -> list[Tri]:
    """The bonds of a job with a status function, found by asking what it does when each needed job fails, or is skipped.

    Returns, by scenario, the best answer when something before it failed or the run is cancelled.
    """
    names = [name for name, _ in needs]
    count = len(contexts)
    none, later = [NO] * count, [NO] * count
    asked = [index for index in range(count) if normal[index] != NO] or list(range(count))
    for name, place in needs:
        source = before[name]
        if condition.exhausted():
            bonds[name] = Bond(SOFT, False, condition.place, condition.text)
            continue
        outcomes = {other: "skipped" for other in names if source.bit & before[other].held}
        outcomes[name] = "failure"
        failed = _answers(condition, names, before, contexts, outcomes, none, YES, NO)
        # A job that does not run cannot fail.
        fails = [index for index in asked if source.normal[index] != NO] or asked
        later = [max(one, other) for one, other in zip(later, failed, strict=True)]
        outcomes = {other: "skipped" for other in names if source.bit & before[other].skipped}
        outcomes[name] = "skipped"
        skipped = _answers(condition, names, before, contexts, outcomes, none, NO, NO)
        skips = all(skipped[index] == NO for index in asked)
        if source.soft == YES:
            bonds[name] = Bond(SOFT, skips, source.soft_place or place, source.soft_reason)
        elif any(failed[index] != NO for index in fails) and (softs := _softs(failed, normal, fails)):
            # Whether it waits for success depends on how the run was started.
            after = NO if skips else _best(_answers(condition, names, before, contexts, outcomes, none, YES, NO), asked)
            bonds[name] = Bond(HARD, skips, condition.place, condition.text, tolerant=after != NO, softs=softs)
        elif any(failed[index] != NO for index in fails):
            after = _best(_answers(condition, names, before, contexts, outcomes, none, YES, NO), asked) if skips else NO
            bonds[name] = Bond(SOFT, skips, condition.place, condition.text, tolerant=after != NO)
        elif _runs_when_cancelled(condition, name, names, before, contexts, fails):
            after = NO if skips else _best(_answers(condition, names, before, contexts, outcomes, none, YES, NO), asked)
            bonds[name] = Bond(SOFT, skips, condition.place, condition.text, tolerant=after != NO, cancelled=True)
        else:
            after = NO if skips else _best(_answers(condition, names, before, contexts, outcomes, none, YES, NO), asked)
            bonds[name] = Bond(HARD, skips, place, tolerant=after != NO)
    if needs:
        cancelled = _answers(condition, names, before, contexts, {}, none, NO, YES)
        later = [max(one, other) for one, other in zip(later, cancelled, strict=True)]
        condition.cancelled = _best(cancelled, asked) != NO
    return later


def _softs(failed: Sequence[Tri], normal: Sequence[Tri], fails: Sequence[int]) -> tuple[Tri, ...]:
    """By scenario, whether a job starts although a needed one failed; empty where it does so in all in which that one may fail.

    Maybe: it would start for sure if that one had succeeded, and its failure leaves a value that nobody knows to decide.
    """
    found = [NO] * len(failed)
    for index in fails:
        found[index] = YES if failed[index] >= normal[index] else failed[index]
    return () if all(found[index] == YES for index in fails) else tuple(found)


def _runs_when_cancelled(
    condition: If,
    name: str,
    names: Sequence[str],
    before: Mapping[str, Outcome],
    contexts: Sequence[Contexts],
    asked: Sequence[int],
) -> bool:
    """Whether a job starts when the run was cancelled while a needed job ran: ``always()`` holds then, and nothing has failed."""
    outcomes = {other: "skipped" for other in names if before[name].bit & before[other].held}
    outcomes[name] = "cancelled"
    none = [NO] * len(contexts)
    return _best(_answers(condition, names, before, contexts, outcomes, none, NO, YES), asked) != NO


def _best(answers: Sequence[Tri], asked: Sequence[int]) -> Tri:
    return max((answers[index] for index in asked), default=NO)


def _close(
    outcome: Outcome, names: Sequence[str], before: Mapping[str, Outcome], bonds: dict[str, Bond], transitive: bool
) -> None:
    """Which jobs further back hold it: by hard edges; and, as ``success()`` looks at the whole chain, beyond an ``always()`` between."""
    for name in names:
        bond, source = bonds[name], before[name]
        if bond.strength == HARD:
            outcome.held |= source.bit | (0 if bond.tolerant else source.held)
        if bond.skips:
            outcome.skipped |= source.bit | source.skipped
    if not transitive:
        return
    outcome.skipped |= outcome.ancestors
    further = outcome.ancestors & ~outcome.held
    for name in reversed(list(before)) if further else ():
        source = before[name]
        if source.bit & further and source.soft != YES and name not in bonds:
            bonds[name] = Bond(HARD, True, None)
            outcome.held |= source.bit | source.held
            further &= ~source.held


def _demands(
    condition: If, names: Sequence[str], before: Mapping[str, Outcome], contexts: Sequence[Contexts]
) -> tuple[str, ...]:
    """The steps of needed jobs without whose success the condition does not hold: their outcome is an output that it looks at."""
    found = []
    for name in names:
        for output, step in before[name].outcomes.items():
            if f"needs.{name.lower()}.outputs.{output}" not in condition.names:
                continue
            failed: Value = Object({"result": "success", "outputs": Object({output: "failure"}, OPEN)})
            condition.expressions.spent += len(contexts) * 4
            scopes = [Scope({**each, "needs": Object({name.lower(): failed}, OPEN)}, success=YES) for each in contexts]
            if all(truth(evaluate(condition.tree, scope)) == NO for scope in scopes):
                found.append(step)
    return tuple(found)


def _written(
    condition: If, names: Sequence[str], before: Mapping[str, Outcome], contexts: Sequence[Contexts]
) -> tuple[str, ...]:
    """The outputs of needed jobs without which the condition does not hold, whatever it says of what became of the job."""
    found = []
    for name in names:
        for output, step in before[name].written.items():
            if f"needs.{name.lower()}.outputs.{output}" not in condition.names or condition.exhausted():
                continue
            failed: Value = Object({"result": "failure", "outputs": Object({output: ""}, OPEN)})
            condition.expressions.spent += len(contexts) * 4
            scopes = [Scope({**each, "needs": Object({name.lower(): failed}, OPEN)}, failure=YES) for each in contexts]
            if all(truth(evaluate(condition.tree, scope)) == NO for scope in scopes):
                found.append(step)
    return tuple(found)


def _answers(
    condition: If,
    names: Sequence[str],
    before: Mapping[str, Outcome],
    contexts: Sequence[Contexts],
    outcomes: Outcomes,
    success: Sequence[Tri],
    failure: Tri,
    cancelled: Tri,
) -> list[Tri]:
    """What the condition comes to, by scenario, when the needed jobs ended as ``outcomes`` says."""
    if not condition.names:
        return [truth(evaluate(condition.tree, Scope({})))] * len(contexts)
    looks = any(name.startswith("needs") for name in condition.names)
    condition.expressions.spent += len(contexts) * (2 + len(condition.text) // 80 + (len(names) // 8 if looks else 0))
    found: list[Tri] = []
    for index, each in enumerate(contexts):
        if looks:
            each = {**each, "needs": needs_of(names, before, index, outcomes)}
        scope = Scope(each, success=success[index], failure=failure, cancelled=cancelled)
        found.append(truth(evaluate(condition.tree, scope)))
    return found


def needs_of(
    names: Sequence[str], before: Mapping[str, Outcome], index: int, outcomes: Outcomes | None = None
) -> Object:
    """The ``needs`` context in a scenario."""
    values: dict[str, Value] = {}
    for name in names:
        source = before[name]
        given = (outcomes or {}).get(name)
        runs = source.normal[index] if index < len(source.normal) else YES
        if given == "skipped" or (given is None and runs == NO):
            values[name.lower()] = Object({"result": "skipped", "outputs": Object()})
            continue
        result: Value = given or "success"
        if given == "failure" and source.soft == YES:
            result = "success"
        if runs == MAYBE and given is None:
            result = Unknown(("success", "skipped"))
        outputs: Value = OPEN
        if result == "success" and source.outputs is not None and index < len(source.outputs):
            outputs = source.outputs[index]
        values[name.lower()] = Object({"result": result, "outputs": outputs})
    return Object(values)
