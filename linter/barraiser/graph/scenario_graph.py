"""A stage graph in one scenario, and the questions that rules ask of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from barraiser.graph.node import Node
from barraiser.graph.units import TRIGGER, Layout, Unit, Way, sends, soft_in, started_in
from barraiser.model.activity import ALLOWED_STEP, Activity
from barraiser.model.condition import Condition
from barraiser.model.pipeline import HARD, Handover, Job, Scenario
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, negate
from barraiser.model.words import DEPLOY_KINDS, TEST_KINDS

if TYPE_CHECKING:
    from barraiser.graph.stage_graph import StageGraph

WITNESS_KINDS: Final = frozenset(
    (*DEPLOY_KINDS, *TEST_KINDS, "build", "approval", "bake", "alarm-gate", "publish", "migrate")
)
"""What a witness shows of the jobs that it goes through."""


class Weakness:
    """Why an activity before a deploy is no gate: ``reason`` in the file's own words (``continue-on-error: true``), at ``place``.

    ``ended``: how the activity ends where the deploy goes on all the same, as a word after "it ".
    """

    __slots__ = ("ended", "place", "reason")

    def __init__(self, reason: str, place: Place, ended: str = "fails") -> None:
        self.reason = reason
        self.place = place
        self.ended = ended


class Reach:
    """How a job holds back a later one: ``held`` by the best way of hard edges, ``skipped`` by the best one that also skips it.

    ``chain``: whether it also holds it back when it did not run because something before it failed (see ``Edge.tolerant``).
    """

    __slots__ = ("chain", "held", "skipped")

    def __init__(self, held: Tri, skipped: Tri, chain: Tri | None = None) -> None:
        self.held = held
        self.skipped = skipped
        self.chain = held if chain is None else chain


class Shape:
    """What follows from which jobs run and which hand-overs count; scenarios in which these are the same share it."""

    __slots__ = ("before", "chains", "longest", "reach")

    def __init__(self) -> None:
        self.before: list[int] | None = None
        self.longest: list[int] | None = None
        self.chains: dict[int, list[int]] = {}
        self.reach: dict[int, dict[int, Reach]] = {}


Shapes = dict[tuple[tuple[Tri, ...], tuple[bool, ...], tuple[Tri, ...]], Shape]


class Tables:
    """What is computed once for a scenario: which jobs run, and, on demand, what is before and what gates a job."""

    def __init__(
        self, layout: Layout, links: Sequence[Handover], index: int, shapes: Shapes, scenario: Scenario | None = None
    ) -> None:
        self.layout = layout
        self.index = index
        self._links = links
        self._scenario = scenario
        self._sent: dict[tuple[int, int], Sequence[int]] = {}
        self.runs: list[Tri] = []
        for number, unit in enumerate(layout.units):
            answer = self.holds(unit, unit.job.condition)
            parts: dict[str, Tri] = {}
            for way in layout.into[number]:
                if way.skips and way.kind != TRIGGER and self.runs[way.source] < answer:
                    source = layout.units[way.source].job
                    if source.id == source.own_id:
                        answer = self.runs[way.source]
                    else:
                        parts[source.own_id] = NO
            if parts:
                answer = min(answer, self._of_parts(number, parts))
            self.runs.append(answer)
        linked = tuple(self.linked(number) for number in range(len(links)))
        varying = tuple(self.softness(number) for number, unit in enumerate(layout.units) if unit.job.softs)
        varying += tuple(self.looseness(way) for way in layout.varying)
        self._shape = shapes.setdefault((tuple(self.runs), linked, varying), Shape())

    def softness(self, number: int) -> Tri:
        """Whether what depends on the job of a unit goes on in this scenario when the job failed, or was never started."""
        unit = self.layout.units[number]
        return soft_in(unit, softness(unit.job), unit.job.softs, self.index)

    def looseness(self, way: Way) -> Tri:
        """Whether the target of an edge starts in this scenario although its source failed."""
        if way.softs:
            return soft_in(self.layout.units[way.target], MAYBE, way.softs, self.index)
        return NO if way.strength == HARD else MAYBE if way.doubtful else YES

    def linked(self, link: int) -> bool:
        """Whether the hand-over of that index starts this scenario (-1: no hand-over, always)."""
        return link < 0 or not self._links[link].scenarios or self.index in self._links[link].scenarios

    def _of_parts(self, number: int, parts: dict[str, Tri]) -> Tri:
        """Whether, of each of these jobs, which are read as several, one runs that a unit needs."""
        for way in self.layout.into[number]:
            own_id = self.layout.units[way.source].job.own_id
            if own_id in parts and way.kind != TRIGGER:
                parts[own_id] = max(parts[own_id], self.runs[way.source])
        return min(parts.values())

    def holds(self, unit: Unit, condition: Condition) -> Tri:
        """Whether a condition of a unit holds. An earlier pipeline was started in one of its own ways: maybe, where they differ."""
        if unit.link < 0:
            return condition.in_scenario(self.index)
        if not self.linked(unit.link):
            return NO
        answers = {condition.in_scenario(number) for number in self._started(unit)}
        answer = answers.pop() if len(answers) == 1 else MAYBE if answers else YES
        link = self._links[unit.link]
        if (
            answer == MAYBE
            and condition is unit.job.condition
            and unit.pipeline.path == link.path
            and sends(link, unit.job)
        ):
            return YES  # this scenario is one that it has started
        return answer

    def _started(self, unit: Unit) -> Sequence[int]:
        """The scenarios of an earlier pipeline in which it may have handed over to this one in this scenario."""
        key = (unit.link, id(unit.pipeline))
        known = self._sent.get(key)
        if known is None:
            known = self._sent[key] = started_in(self._links[unit.link], unit.pipeline, self._scenario, self.layout)
        return known

    def before(self) -> list[int]:
        """For each unit, the units before it by edges of any strength, as a bit mask."""
        if self._shape.before is None:
            masks: list[int] = []
            for ways in self.layout.into:
                mask = 0
                for way in ways:
                    if self.linked(way.link):
                        mask |= masks[way.source] | 1 << way.source
                masks.append(mask)
            self._shape.before = masks
        return self._shape.before

    def chain(self, target: int) -> list[int]:
        """The longest way of units that run or may run to ``target``, from the start, without it."""
        found = self._shape.chains.get(target)
        if found is None:
            longest = self._lengths()
            found = []
            at = target
            while True:
                sources = [
                    way.source for way in self.layout.into[at] if self.linked(way.link) and self.runs[way.source] != NO
                ]
                if not sources:
                    break
                at = max(sources, key=lambda source: (longest[source], -source))
                found.append(at)
            found.reverse()
            self._shape.chains[target] = found
        return found

    def _lengths(self) -> list[int]:
        """For each unit the number of edges of the longest way that leads to it."""
        if self._shape.longest is None:
            longest: list[int] = []
            for ways in self.layout.into:
                longest.append(max((longest[way.source] + 1 for way in ways), default=0))
            self._shape.longest = longest
        return self._shape.longest

    def reach(self, target: int) -> dict[int, Reach]:
        """For each unit from which a way of hard edges leads to ``target``: how well it holds it back."""
        found = self._shape.reach.get(target)
        if found is None:
            found = self._shape.reach[target] = self._reaching(target)
        return found

    def _reaching(self, target: int) -> dict[int, Reach]:
        """Goes backwards: ``onward`` is by any first edge, ``ordered`` by a first edge of stage order."""
        onward: dict[int, Reach] = {target: Reach(YES, YES)}
        ordered: dict[int, Reach] = {}
        mask = self.before()[target] | 1 << target
        text = self.layout.units[target].job.condition.text
        heedless = self.layout.units[target].job.condition.cancelled
        for number in range(target, -1, -1):
            if not mask >> number & 1 or (number not in onward and number not in ordered):
                continue
            reach = self._of_part(number, onward.get(number), target)
            through = self._through(number, reach, target, text)
            beyond = ordered.get(number)
            for way in self.layout.into[number]:
                # What lets a cancelled job through matters only where the target starts in a cancelled run.
                loose = NO if way.cancelled and not heedless else self.looseness(way)
                if (loose == YES and (way.tolerant or not way.skips)) or not self.linked(way.link):
                    continue
                _improve(onward, way, loose, through, reach)
                if way.ordered:
                    _improve(onward, way, loose, beyond, beyond)
                    _improve(ordered, way, loose, through if number == target else beyond, beyond)
        onward.pop(target, None)
        return onward

    def _of_part(self, number: int, reach: Reach | None, target: int) -> Reach | None:
        """What is left of a way through a job that is read as several: another of them may run in its place."""
        job, runs = self.layout.units[number].job, self.runs[number]
        if reach is None or number == target or runs == YES or job.id == job.own_id:
            return reach
        return Reach(min(reach.held, runs), min(reach.skipped, runs), min(reach.chain, runs)) if runs else None

    def _through(self, number: int, reach: Reach | None, target: int, text: str) -> Reach | None:
        """What is left of a way that passes through a unit: its own softness, and that it may not run."""
        if reach is None or number == target:
            return reach
        job, runs = self.layout.units[number].job, self.runs[number]
        if text and job.condition.text == text:
            runs = YES
        return Reach(min(reach.chain, negate(self.softness(number)), max(runs, reach.skipped)), reach.skipped)


def _improve(table: dict[int, Reach], way: Way, loose: Tri, through: Reach | None, untouched: Reach | None) -> None:
    """Takes a better answer for an edge's source. ``untouched``: the target's own answer, before its softness counts.

    Softness of a job between counts for its own failure alone: where what fails makes the next job skipped, and a skipped job skips
    what needs it, the failure goes through all the same. A soft edge carries no failure, but it may carry that its source was skipped.
    """
    if through is None:
        return
    beyond = untouched.skipped if untouched is not None else NO
    held = min(negate(loose), max(through.held, beyond))
    skipped = beyond if way.skips else NO
    if held == NO and skipped == NO:
        return
    known = table.get(way.source)
    chain = skipped if way.tolerant else held
    if known is None:
        table[way.source] = Reach(held, skipped, chain)
    else:
        known.chain = max(known.chain, chain)
        known.held = max(known.held, held)
        known.skipped = max(known.skipped, skipped)


def softness(job: Job) -> Tri:
    """Whether what depends on a job goes on when the job failed, or was never started by a person."""
    return YES if job.manual and not job.manual_blocks else job.soft


class ScenarioGraph:
    """A stage graph in one scenario: what runs there, and the questions that rules ask. Made by ``StageGraph.in_scenario``."""

    def __init__(self, graph: StageGraph, index: int, tables: Tables) -> None:
        self.graph = graph
        self.index = index
        self.scenario = graph.pipeline.scenarios[index]
        self._tables = tables

    def nodes(self, *kinds: str, classes: Sequence[str] = ()) -> list[Node]:
        """What runs or may run here, in order; of these kinds and, where given, with an environment of these classes."""
        return [
            node
            for node in self.graph.of_kinds(kinds)
            if (not classes or node.environment_class in classes) and self.runs(node) != NO
        ]

    def runs(self, node: Node) -> Tri:
        """Whether a node runs in this scenario (its job's and its own condition)."""
        number = self.graph.unit_of[node.index]
        runs = self._tables.runs[number]
        own = node.activity.condition
        return min(runs, self._tables.holds(self.graph.layout.units[number], own)) if runs and own.runs else runs

    def job_runs(self, unit: int) -> Tri:
        """Whether the job of a unit of the layout runs in this scenario."""
        return self._tables.runs[unit]

    def deploys(self, *classes: str) -> list[Node]:
        """Deploys and config-deploys that run or may run here, to environments of these classes (all where none is given)."""
        return self.nodes(*DEPLOY_KINDS, classes=classes)

    def before(self, first: Node, then: Node) -> bool:
        """Whether an order of any strength puts ``first`` before ``then``."""
        one, other = self.graph.unit_of[first.index], self.graph.unit_of[then.index]
        if one == other:
            return first.index < then.index
        return bool(self._tables.before()[other] >> one & 1)

    def ahead_of(self, node: Node, *kinds: str) -> list[Node]:
        """What runs or may run and comes before a node by edges of any strength, of these kinds (all where none is given), in order."""
        number = self.graph.unit_of[node.index]
        mask = self._tables.before()[number] | 1 << number
        unit_of, until = self.graph.unit_of, node.index
        return [
            found
            for found in self.graph.of_kinds(kinds)
            if found.index < until and mask >> unit_of[found.index] & 1 and self.runs(found) != NO
        ]

    def after(self, node: Node, *kinds: str) -> list[Node]:
        """What runs or may run and comes after a node by edges of any strength, of these kinds, in order."""
        number, masks = self.graph.unit_of[node.index], self._tables.before()
        return [
            found
            for found in self.graph.of_kinds(kinds)
            if found.index > node.index
            and (self.graph.unit_of[found.index] == number or masks[self.graph.unit_of[found.index]] >> number & 1)
            and self.runs(found) != NO
        ]

    def softness(self, node: Node) -> Tri:
        """Whether the failure of what a node does, and not of its job, is ignored in this scenario."""
        unit = self.graph.layout.units[self.graph.unit_of[node.index]]
        return soft_in(unit, node.activity.soft, node.activity.softs, self.index)

    def gates(self, gate: Node, node: Node) -> Tri:
        """Whether ``gate`` must have succeeded before ``node`` can start: ``gates(A, D)`` of design section 3."""
        one, other = self.graph.unit_of[gate.index], self.graph.unit_of[node.index]
        runs = self.runs(gate)
        if runs == NO or gate.index == node.index:
            return NO
        activity = gate.activity
        teeth = negate(self.softness(gate))
        if teeth != YES and _demanded(gate, node, one == other):
            teeth = YES
        if one == other:
            if (
                gate.index > node.index
                or _runs_past(activity, node.activity, gate.job)
                or _checked_later(activity, node.activity, gate.job)
            ):
                return NO
            if activity.background and node.activity.background and activity.step == node.activity.step:
                teeth = min(teeth, MAYBE)
            return min(teeth, self._reached(activity, node.activity, _step_runs(self._tables, self.graph, gate)))
        reach = self._tables.reach(other).get(one)
        written = node.job.condition.written
        if written and (reach is None or reach.held != YES) and any(_writes(gate.job, each) for each in written):
            from barraiser.graph.written import before_written

            answer = min(teeth, negate(self._tables.softness(one)), before_written(gate, written))
            return min(answer, self._reached(activity, node.activity, _step_runs(self._tables, self.graph, gate)))
        if reach is None:
            return NO
        job_runs = self._tables.runs[one]
        answer = min(teeth, negate(self._tables.softness(one)), reach.held)
        if job_runs == MAYBE and not _same_condition(gate.job.condition, node.job.condition):
            answer = min(answer, max(MAYBE, reach.skipped))
        return min(answer, self._reached(activity, node.activity, _step_runs(self._tables, self.graph, gate)))

    def job_gates(self, gate: Node, node: Node) -> Tri:
        """Whether the whole job of ``gate`` must have succeeded before ``node``'s job can start, whatever becomes of the one activity.

        Yes for one and the same job.
        """
        one, other = self.graph.unit_of[gate.index], self.graph.unit_of[node.index]
        if one == other:
            return YES
        reach, runs = self._tables.reach(other).get(one), self._tables.runs[one]
        if reach is None or runs == NO:
            return NO
        answer = min(negate(self._tables.softness(one)), reach.held)
        if runs == MAYBE and not _same_condition(gate.job.condition, node.job.condition):
            answer = min(answer, max(MAYBE, reach.skipped))
        return answer

    def _reached(self, gate: Activity, node: Activity, runs: Tri) -> Tri:
        """Whether a gate's own step or branch of a script is sure to run when its job does, or when the same command there has run."""
        if runs == MAYBE and not _same_condition(gate.condition, node.condition):
            return MAYBE
        same = gate.place == node.place and gate.text == node.text
        return MAYBE if gate.conditional and not (node.conditional and same) else YES

    def best_gate(self, candidates: Sequence[Node], node: Node) -> tuple[Tri, Node | None]:
        """The strongest answer of ``gates`` among candidates, with the candidate that gives it (the first such)."""
        best: tuple[Tri, Node | None] = (NO, None)
        for candidate in candidates:
            answer = self.gates(candidate, node)
            if answer > best[0]:
                best = (answer, candidate)
                if answer == YES:
                    break
        return best

    def gates_end(self, node: Node) -> Tri:
        """Whether the node's failure fails the run: it is not soft and nothing absorbs its failure."""
        answer = negate(max(self.softness(node), self._tables.softness(self.graph.unit_of[node.index])))
        return min(answer, MAYBE) if node.activity.conditional else answer

    def weakness(self, gate: Node, node: Node) -> Weakness | None:
        """For a ``gate`` before ``node`` that does not gate it: what on the way takes its teeth; None if it gates, or is not on the way."""
        if self.runs(gate) == NO or not self.before(gate, node) or self.gates(gate, node) != NO:
            return None
        activity = gate.activity
        if self.softness(gate) == YES:
            return Weakness(activity.soft_reason or "its failure is ignored", activity.soft_place or activity.place)
        one, other = self.graph.unit_of[gate.index], self.graph.unit_of[node.index]
        if one == other:
            if _checked_later(activity, node.activity, gate.job):
                return Weakness(ALLOWED_STEP, gate.job.steps[activity.step].soft_place or activity.place)
            condition = node.activity.condition
            return Weakness(condition.text or "always()", condition.place or node.place)
        found = self._job_weakness(one)
        if found is not None:
            return found
        for way in self._lightest(one, other):
            target = self.graph.layout.units[way.target].job
            if way.strength == HARD and way.tolerant and way.source != one:
                return Weakness(target.condition.text, target.condition.place or target.place)
            if self._tables.looseness(way) == YES:
                reason = way.softened_by or target.condition.text or "the result is ignored"
                place = way.place or target.condition.place or target.place
                return Weakness(reason, place, "is cancelled" if way.cancelled else "fails")
            found = self._job_weakness(way.target) if way.target != other else None
            if found is not None:
                return found
        return None

    def way(self, first: Node, then: Node) -> tuple[Node, ...]:
        """A shortest way from one node to a later one, both included; empty if there is none."""
        one, other = self.graph.unit_of[first.index], self.graph.unit_of[then.index]
        if not self.before(first, then):
            return ()
        between = [way.target for way in self._lightest(one, other)][:-1] if one != other else []
        return (first, *(self._telling(number)[-1] for number in between), then)

    def way_to(self, node: Node) -> tuple[Node, ...]:
        """The way that a change takes to ``node``, from the start, through the deploys and tests before it: for witnesses."""
        number = self.graph.unit_of[node.index]
        way: list[Node] = []
        for unit in self._tables.chain(number):
            way += self._telling(unit)[-2:]
        own = [found for found in self.graph.nodes_of[number] if found.index < node.index]
        way += [found for found in own if found.kind in WITNESS_KINDS][-2:]
        return (*way[-9:], node)

    def _telling(self, number: int) -> Sequence[Node]:
        """The nodes of a unit that a witness shows; its first where none is of note."""
        nodes = self.graph.nodes_of[number]
        return [node for node in nodes if node.kind in WITNESS_KINDS] or nodes[:1]

    def _lightest(self, source: int, target: int) -> list[Way]:
        """A way between two units with the fewest edges and jobs that take its teeth."""
        tables, layout = self._tables, self.graph.layout
        mask = tables.before()[target] | 1 << target
        cost: dict[int, int] = {source: 0}
        came: dict[int, Way] = {}
        queue = deque([source])
        while queue:
            number = queue.popleft()
            for way in layout.out[number]:
                if not mask >> way.target & 1 or not tables.linked(way.link):
                    continue
                weak = tables.looseness(way) == YES or (way.target != target and tables.softness(way.target) == YES)
                price = cost[number] + (1000 if weak else 1)
                if price < cost.get(way.target, 1 << 30):
                    cost[way.target] = price
                    came[way.target] = way
                    queue.append(way.target)
        path: list[Way] = []
        at = target
        while at != source and at in came:
            path.append(came[at])
            at = came[at].source
        return path[::-1]

    def _job_weakness(self, number: int) -> Weakness | None:
        """What makes the failure of a unit's job not count, as a weakness; None where it counts."""
        job = self.graph.layout.units[number].job
        if job.manual and not job.manual_blocks:
            place = job.soft_place or job.manual_place or job.place
            return Weakness(job.soft_reason or "when: manual", place)
        if self._tables.softness(number) == YES:
            return Weakness(job.soft_reason or "its failure is ignored", job.soft_place or job.place)
        return None


def _runs_past(gate: Activity, node: Activity, job: Job) -> bool:
    """Whether an activity starts although an earlier one of its job failed. Within one step, the step's own condition is behind both."""
    condition = node.condition
    if not (condition.always or condition.on_failure):
        return False
    if gate.step == node.step and (gate.condition.always or gate.condition.on_failure):
        return False
    if condition.on_failure or not condition.despite or gate.step >= len(job.steps):
        return True
    return job.steps[gate.step].name in condition.despite


def _checked_later(gate: Activity, node: Activity, job: Job) -> bool:
    """Whether the step that fails a job for an earlier step, which is allowed to fail, comes behind an activity of the job."""
    after = job.steps[gate.step].checked_after if gate.step < len(job.steps) else 0
    return 0 < after > node.step - gate.step


def _demanded(gate: Node, node: Node, same_job: bool) -> bool:
    """Whether a condition asks for the success of a gate's step, which is allowed to fail."""
    job, step = gate.job, gate.activity.step
    if gate.activity.soft_reason != ALLOWED_STEP or step >= len(job.steps):
        return False
    key = job.steps[step].key.lower()
    if same_job:
        return key in node.activity.condition.demands
    return f"{job.template}#{key}" in node.job.condition.demands


def _writes(job: Job, written: str) -> bool:
    """Whether an output (``JOB#KEY#NAME``) is one that a job writes."""
    return written.startswith(f"{job.template}#")


def _same_condition(one: Condition, other: Condition) -> bool:
    """Whether two conditions are the same text, so that they hold together (design 3a)."""
    return bool(one.text) and one.text == other.text


def _step_runs(tables: Tables, graph: StageGraph, node: Node) -> Tri:
    """Whether a node's own condition, apart from its job's, holds."""
    condition = node.activity.condition
    return tables.holds(graph.layout.units[graph.unit_of[node.index]], condition) if condition.runs else YES
