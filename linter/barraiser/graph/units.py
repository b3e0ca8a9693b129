"""Jobs and edges of a pipeline and of what hands over to it, as numbers: what the graph's questions are computed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from barraiser.model.pipeline import HARD, Handover, Job, Pipeline, Scenario
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, Tri

ORDERED_KINDS: Final = ("stage", "run-order", "sequence")
"""Kinds of edges that hold for all that comes later, so that they hold beyond what stands between."""


TRIGGER: Final = "trigger"
"""The kind of the edge of a hand-over. Its ``skips`` says that nothing but that one job sends it: skipped, it starts nothing."""


class Unit:
    """One job in the graph. ``link``: index of the hand-over that brings its pipeline in; -1 for the pipeline's own jobs."""

    __slots__ = ("job", "link", "pipeline")

    def __init__(self, job: Job, pipeline: Pipeline, link: int) -> None:
        self.job = job
        self.pipeline = pipeline
        self.link = link


class Way:
    """An edge between two units, by index; ``link`` as for :class:`Unit`, for the edge of the hand-over itself; the rest as of an Edge."""

    __slots__ = (
        "cancelled", "doubtful", "kind", "link", "place", "skips", "softened_by", "softs", "source", "strength", "target",
        "tolerant",
    )  # fmt: skip

    def __init__(
        self,
        source: int,
        target: int,
        kind: str,
        strength: str,
        skips: bool,
        place: Place | None,
        softened_by: str,
        link: int = -1,
        tolerant: bool = False,
        cancelled: bool = False,
        doubtful: bool = False,
        softs: tuple[Tri, ...] = (),
    ) -> None:
        self.source = source
        self.target = target
        self.kind = kind
        self.strength = strength
        self.skips = skips
        self.place = place
        self.softened_by = softened_by
        self.link = link
        self.tolerant = tolerant
        self.cancelled = cancelled
        self.doubtful = doubtful
        self.softs = softs

    @property
    def ordered(self) -> bool:
        """Whether it is one of stage order, which holds beyond the jobs between."""
        return self.kind in ORDERED_KINDS


def soft_in(unit: Unit, soft: Tri, softs: Sequence[Tri], scenario: int) -> Tri:
    """The softness of a unit's job, or of what it does, in a scenario. An earlier pipeline was started in a way of its own."""
    if not softs:
        return soft
    return softs[scenario] if unit.link < 0 and scenario < len(softs) else MAYBE


class Layout:
    """``units`` in topological order, earlier pipelines first.

    ``into[i]`` are the edges that end in unit i, ``out[i]`` those that start there; ``varying``: those whose teeth differ.
    """

    __slots__ = ("into", "out", "units", "varying")

    def __init__(self, units: Sequence[Unit], ways: Iterable[Way]) -> None:
        self.units = tuple(units)
        self.into: list[list[Way]] = [[] for _ in units]
        self.out: list[list[Way]] = [[] for _ in units]
        self.varying: list[Way] = []
        for way in ways:
            self.into[way.target].append(way)
            self.out[way.source].append(way)
            if way.softs:
                self.varying.append(way)


def layout_of(pipeline: Pipeline, links: Sequence[tuple[Handover, Layout]]) -> Layout:
    """The layout of a pipeline behind the layouts of what hands over to it."""
    units: list[Unit] = []
    ways: list[Way] = []
    ends: list[list[int]] = []
    for number, (handover, layout) in enumerate(links):
        shift = len(units)
        units += [Unit(unit.job, unit.pipeline, number) for unit in layout.units]
        for edges in layout.into:
            ways += [_moved(way, shift, number) for way in edges]
        ends.append(_senders(handover, layout, shift))
    start = len(units)
    jobs, own = _ordered(pipeline, start)
    units += [Unit(job, pipeline, -1) for job in jobs]
    targets = {way.target for way in own}
    first = [index for index in range(start, len(units)) if index not in targets]
    for number, (handover, _) in enumerate(links):
        for source in ends[number]:
            ways += [
                Way(
                    source,
                    target,
                    TRIGGER,
                    handover.strength,
                    len(ends[number]) == 1 and bool(handover.jobs),
                    handover.place,
                    handover.softened_by,
                    number,
                )
                for target in first
            ]
    return Layout(units, [*ways, *own])


def _moved(way: Way, shift: int, link: int) -> Way:
    return Way(
        way.source + shift, way.target + shift, way.kind, way.strength, way.skips, way.place, way.softened_by, link,
        way.tolerant, way.cancelled, way.doubtful, way.softs,
    )  # fmt: skip


def _senders(handover: Handover, layout: Layout, shift: int) -> list[int]:
    """The units that a hand-over waits for: the jobs that send it; without any, all jobs of that pipeline."""
    own = [index for index, unit in enumerate(layout.units) if unit.link == -1]
    named = [index for index in own if sends(handover, layout.units[index].job)]
    return [shift + index for index in (named or own)]


def sends(handover: Handover, job: Job) -> bool:
    """Whether a job is one of those that send a hand-over: all legs of a matrix do."""
    return job.id in handover.jobs or job.template in handover.jobs


def _ordered(pipeline: Pipeline, start: int) -> tuple[list[Job], list[Way]]:
    """A pipeline's jobs in topological order (those of a cycle last, as written), and its edges that go forward."""
    ids = {job.id: number for number, job in enumerate(pipeline.jobs)}
    edges = [
        (ids[edge.source], ids[edge.target], edge)
        for edge in pipeline.edges
        if edge.source in ids and edge.target in ids and edge.source != edge.target
    ]
    waits = [0] * len(pipeline.jobs)
    follow: list[list[int]] = [[] for _ in pipeline.jobs]
    for source, target, _ in edges:
        waits[target] += 1
        follow[source].append(target)
    order = [number for number, count in enumerate(waits) if not count]
    for number in order:
        for target in follow[number]:
            waits[target] -= 1
            if not waits[target]:
                order.append(target)
    done = set(order)
    order += [number for number in range(len(pipeline.jobs)) if number not in done]
    position = {number: start + index for index, number in enumerate(order)}
    ways = [
        Way(
            position[source],
            position[target],
            edge.kind,
            edge.strength,
            edge.skips,
            edge.place,
            edge.softened_by if edge.strength != HARD or edge.softs else "",
            tolerant=edge.tolerant,
            cancelled=edge.cancelled,
            doubtful=edge.doubtful,
            softs=edge.softs,
        )
        for source, target, edge in edges
        if position[source] < position[target]
    ]
    return [pipeline.jobs[number] for number in order], ways


def started_in(link: Handover, pipeline: Pipeline, scenario: Scenario | None, layout: Layout) -> Sequence[int]:
    """The scenarios of a pipeline in which it may have handed over: those on merged code in which a job that sends it runs."""
    scenarios = pipeline.scenarios
    found: Sequence[int] = [number for number, each in enumerate(scenarios) if not each.unmerged] or range(
        len(scenarios)
    )
    if pipeline.path != link.path:
        return found
    cause = scenario.caused_by if scenario is not None else ""
    if cause:
        named = [n for n, each in enumerate(scenarios) if each.name == cause or each.name.startswith(f"{cause} (")]
        found = named or found
    senders = [unit.job for unit in layout.units if unit.pipeline is pipeline and sends(link, unit.job)]
    if senders:
        found = [n for n in found if any(job.condition.in_scenario(n) != NO for job in senders)] or found
    return found
