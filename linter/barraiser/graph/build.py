"""From a classified pipeline, and what hands over to it, to its stage graph."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from barraiser.classify.entries import Entries
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.declarations import DeclaredLink
from barraiser.model.pipeline import Handover, Pipeline

MAX_CHAIN: Final = 4
"""Pipelines in a chain of hand-overs: GitHub ends workflow_run chains after three further levels (GitHub Actions, events)."""

CHAINED: Final = ("chained", "dispatch", "release", "tag", "manual", "called")
"""Events that another pipeline can cause."""


def stage_graph(pipeline: Pipeline, entries: Entries) -> StageGraph:
    """The graph of a pipeline with the graphs of the pipelines that hand over to it (seen or declared ``links``) before it.

    A chain of hand-overs that comes back to itself ends where it does.
    """
    return _graph(pipeline, entries, ((pipeline.path, pipeline.name),))


def _graph(pipeline: Pipeline, entries: Entries, seen: tuple[tuple[str, str], ...]) -> StageGraph:
    earlier: list[tuple[Handover, StageGraph]] = []
    if len(seen) < MAX_CHAIN:
        for handover in handovers_of(pipeline, entries):
            named = handover.pipeline
            if (handover.path, named) in seen if named else any(handover.path == path for path, _ in seen):
                continue
            earlier += [
                (handover, _graph(other, entries, (*seen, (other.path, other.name))))
                for other in entries.at(handover.path)
                if (not named or other.name == named) and not any(problem.fatal for problem in other.problems)
            ]
    return StageGraph(pipeline, earlier)


def handovers_of(pipeline: Pipeline, entries: Entries) -> list[Handover]:
    """What starts a pipeline: the hand-overs that its files show, then those that the configuration declares."""
    found = list(pipeline.handovers)
    shown = {handover.path for handover in found}
    for link in entries.declared.links:
        if not fnmatchcase(pipeline.path, link.target):
            continue
        for path in entries.paths():
            if path != pipeline.path and path not in shown and fnmatchcase(path, link.source):
                found.append(_declared(pipeline, path, link))
                shown.add(path)
    return found


def _declared(pipeline: Pipeline, path: str, link: DeclaredLink) -> Handover:
    """A declared link: it starts the scenarios of the event that ``via`` names; without such, all that another pipeline can cause."""
    indices = [number for number, each in enumerate(pipeline.scenarios) if each.event == link.via]
    indices = indices or [number for number, each in enumerate(pipeline.scenarios) if each.event in CHAINED]
    return Handover(path, pipeline.place, link.via or "link", scenarios=indices)
