"""How long the way from one activity to a later one really waits, and how much of that is watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph
from barraiser.model.activity import Activity
from barraiser.model.tri import MAYBE, NO, YES, Tri, negate
from barraiser.model.words import DEPLOY_KINDS

if TYPE_CHECKING:
    from barraiser.evidence.applied import Applied
    from barraiser.model.declarations import Declarations


MOST_MINUTES: Final = {"cloudformation": 180.0}
"""How long a deployer can wait at most by itself, where it has a limit: CloudFormation's monitoring time."""


class Bake:
    """``minutes``: what surely holds the later activity back; ``watched``: those in which an alarm or an analysis can end it;
    ``possible``: as ``minutes``, with waits that may or may not hold. ``unread``: the first wait whose length or force the files cannot
    tell, with ``unread_why``; None where there is none; ``unread_most``: the minutes that it lasts at most
    (None: any number). ``sampled``: an alarm that is looked at once, after the wait. ``unwatched``: the first wait that nothing watches
    (None: there is none).
    """

    __slots__ = (
        "minutes",
        "possible",
        "sampled",
        "unread",
        "unread_most",
        "unread_why",
        "unwatched",
        "watched",
    )

    def __init__(self) -> None:
        self.minutes = 0.0
        self.watched = 0.0
        self.possible = 0.0
        self.unread: Node | None = None
        self.unread_why = ""
        self.unread_most: float | None = None
        self.sampled: Node | None = None
        self.unwatched: Node | None = None

    def enough(self, wanted: float) -> Tri:
        """Whether it lasts so many minutes."""
        if self.minutes >= wanted:
            return YES
        if self.possible >= wanted:
            return MAYBE
        unread = self.unread is not None and (self.unread_most is None or self.possible + self.unread_most >= wanted)
        return MAYBE if unread else NO


class _Wait:
    """Minutes of one activity or job; ``sure``: it certainly holds; ``watched``: something can end it."""

    __slots__ = ("minutes", "node", "sure", "watched")

    def __init__(self, minutes: float, node: Node, sure: Tri, watched: Tri) -> None:
        self.minutes = minutes
        self.node = node
        self.sure = sure
        self.watched = watched


class Baking:
    """Bakes in one scenario. ``applied``: what a deploy applies; ``declared``: where protections of environments are declared."""

    def __init__(self, graph: ScenarioGraph, applied: Callable[[Node], Applied], declared: Declarations) -> None:
        self.graph = graph
        self.applied = applied
        self.declared = declared

    def between(self, first: Node, then: Node | None) -> Bake:
        """The bake from ``first`` to ``then``; to the end of the run where ``then`` is None.

        Waits one after the other add up; of those side by side the longest counts. The deploy's own monitoring counts as far as
        the pipeline waits for it (to the end: always, as the deployer rolls back by itself).
        """
        bake = Bake()
        stages = self.graph.graph
        start = stages.unit_of[first.index]
        end = stages.unit_of[then.index] if then is not None else -1
        if then is not None and not self.graph.before(first, then):
            return bake
        waits = self._waits(first, then, bake)
        best: dict[int, tuple[float, float, float]] = {start: self._total(waits.pop(start, []), first)}
        last = (0.0, 0.0, 0.0)
        for number in range(start, len(stages.layout.units)):
            if number != start:
                sources = [best[way.source] for way in stages.layout.into[number] if way.source in best]
                if not sources or (then is not None and number > end):
                    continue
                ahead = tuple(max(each[at] for each in sources) for at in range(3))
                own = self._total(waits.get(number, []), None)
                best[number] = (ahead[0] + own[0], ahead[1] + own[1], ahead[2] + own[2])
            if number == end or then is None:
                last = (max(last[0], best[number][0]), max(last[1], best[number][1]), max(last[2], best[number][2]))
        bake.minutes, bake.watched, bake.possible = last
        self._look_back(first, then, bake)
        return bake

    def _waits(self, first: Node, then: Node | None, bake: Bake) -> dict[int, list[_Wait]]:
        """By unit, what waits after ``first`` and holds ``then`` back (or fails the run)."""
        found: dict[int, list[_Wait]] = {}
        stages = self.graph.graph
        start = stages.unit_of[first.index]
        inside = self._inside(first, then, bake)
        if inside is not None:
            found.setdefault(start, []).append(inside)
        later = self.graph.after(first)
        seen = {start}
        for node in later:
            number = stages.unit_of[node.index]
            if then is not None and node.index > then.index:
                break
            if number not in seen:
                seen.add(number)
                self._of_job(node, then, found, bake)
            if node.kind not in ("bake", "alarm-gate") or node is then:
                continue
            before = then is None or self.graph.before(node, then)
            if before and node.activity.facts.get("repeats") == "unknown" and bake.unread is None:
                bake.unread = node
                bake.unread_why = "how long the loop that reads the alarms runs depends on variables"
            force = self._force(node, then)
            if force == NO:
                continue
            watched = self._watched(node)
            minutes = node.activity.minutes
            if minutes is None:
                if node.kind == "bake" and (bake.unread is None or bake.unread_most is not None):
                    bake.unread, bake.unread_most = node, None
                    bake.unread_why = "the files do not tell how long it waits"
                continue
            found.setdefault(number, []).append(_Wait(minutes, node, force, watched))
        return found

    def _force(self, node: Node, then: Node | None) -> Tri:
        if then is not None:
            return self.graph.gates(node, then)
        return min(self.graph.gates_end(node), self.graph.runs(node))

    def _inside(self, first: Node, then: Node | None, bake: Bake) -> _Wait | None:
        """The deployer's own wait for ``first``."""
        if first.kind not in DEPLOY_KINDS:
            return None
        applied = self.applied(first)
        minutes = applied.bake_minutes
        if minutes is None:
            if applied.strategy or applied.rolls_back_on_alarm == MAYBE:
                bake.unread = first
                bake.unread_why = "how long its deployer waits stands in a definition that was not read"
                bake.unread_most = MOST_MINUTES.get(applied.mechanism)
            return None
        if minutes <= 0:
            return None
        holds = {"yes": YES, "no": NO}.get(first.activity.facts.get("waits", ""), MAYBE) if then is not None else YES
        return _Wait(minutes, first, holds, applied.monitored) if holds else None

    def _of_job(self, node: Node, then: Node | None, found: dict[int, list[_Wait]], bake: Bake) -> None:
        """What holds a whole job back before it starts: a delay, the wait timer of its environment."""
        job = node.job
        own = then is not None and self.graph.graph.unit_of[node.index] == self.graph.graph.unit_of[then.index]
        force = YES if own else self._force(node, then)
        if force == NO:
            return
        number = self.graph.graph.unit_of[node.index]
        if job.delay_minutes:
            found.setdefault(number, []).append(_Wait(job.delay_minutes, node, force, NO))
        environment = job.environment
        if environment is None or not environment.may_wait:
            return
        stated = self.declared.environment(environment.name)
        protection = stated.protection(node.pipeline.platform) if stated is not None else None
        if protection is None:
            if bake.unread is None or bake.unread_most is not None:
                bake.unread, bake.unread_most = node, None
                bake.unread_why = (
                    f"a wait timer of the environment `{environment.name}` stands in the platform's settings"
                )
            return
        timer = protection.get("wait_timer")
        if isinstance(timer, int | float) and timer > 0:
            watched = YES if protection.get("custom_rules") else NO
            found.setdefault(number, []).append(_Wait(float(timer), node, force, watched))

    def _watched(self, node: Node) -> Tri:
        """Whether something can end a wait before its time."""
        said = node.activity.facts.get("monitored")
        if said:
            return YES if said == "yes" else NO
        if node.kind == "alarm-gate":
            return NO if node.activity.facts.get("on-alarm") == "nothing" else YES
        if node.activity.opaque:
            return MAYBE
        if not node.activity.facts.get("repeats"):
            return NO
        beside = self.graph.graph.nodes_of[self.graph.graph.unit_of[node.index]]
        return max((_in_loop(each.activity, node.activity) for each in beside), default=NO)

    def _total(self, waits: list[_Wait], first: Node | None) -> tuple[float, float, float]:
        """Sure, watched and possible minutes of one job: one after the other, but the rules of one stage condition side by side."""
        sure = [wait for wait in waits if wait.sure == YES]
        watched = [wait for wait in sure if wait.watched == YES]
        if waits and waits[0].node.job.tags.get("stage-condition") and first is None:
            return tuple(max((wait.minutes for wait in each), default=0.0) for each in (sure, watched, waits))  # type: ignore[return-value]
        return (
            sum(wait.minutes for wait in sure),
            sum(wait.minutes for wait in watched),
            sum(wait.minutes for wait in waits),
        )

    def _look_back(self, first: Node, then: Node | None, bake: Bake) -> None:
        """The first unwatched wait, and an alarm that is looked at after it."""
        for node in self.graph.after(first, "bake", "alarm-gate"):
            if (then is not None and node.index > then.index) or self._force(node, then) == NO:
                continue
            if node.kind == "bake" and self._watched(node) != YES and bake.unwatched is None:
                bake.unwatched = node
            elif node.kind == "alarm-gate" and not node.activity.minutes and self._watched(node) == YES:
                bake.sampled = node


def _in_loop(gate: Activity, wait: Activity) -> Tri:
    """Whether an alarm gate that can end it stands in the same loop as a wait."""
    same = gate.kind == "alarm-gate" and gate.step == wait.step and gate.facts.get("repeats")
    return negate(gate.soft) if same else NO
