"""What the other entries of the root do: why a missing step may only be missing in this file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from barraiser.classify.entries import Entries
from barraiser.graph.build import handovers_of
from barraiser.graph.node import Node
from barraiser.model.pipeline import Job, Pipeline, Scenario
from barraiser.model.tri import NO

REVIEW_EVENTS: Final = ("pull-request", "merge-queue")


class Elsewhere:
    """Looks into the root's other entries, on demand. Only entries that run on merged code of the same root are looked at."""

    def __init__(self, entries: Entries, pipeline: Pipeline) -> None:
        self.entries = entries
        self.pipeline = pipeline
        self._joined: set[tuple[str, str]] | None = None

    def nodes(
        self, *kinds: str, classes: Sequence[str] = (), when: Callable[[Scenario], bool] | None = None
    ) -> Iterator[Node]:
        """Activities of these kinds (and environment classes, where given) in other entries that no hand-over joins to this one.

        Reads an entry when its turn comes: whoever needs one activity only should stop at the first. ``when``: an entry is looked
        at only where a scenario on merged code is such.
        """
        for other in self._others(when, kinds):
            scenarios = [number for number, each in enumerate(other.scenarios) if not each.unmerged]
            for node in _activities(other, kinds):
                if classes and node.environment_class not in classes:
                    continue
                if any(_runs(node.job, number) for number in scenarios):
                    yield node

    def runs_on_pull_requests(self, *kinds: str) -> Iterator[Node]:
        """Activities of these kinds that an entry (this one first) runs on pull requests or in the merge queue, read in turn."""
        yield from _reviewed(self.pipeline, kinds)
        for other in self.entries.others(self.pipeline):
            yield from _reviewed(other, kinds)

    def cancelling(self, group: str) -> Iterator[Job]:
        """Jobs of other entries that hold a lock of that name (in any case, as the platform compares) and cancel who has it.

        A name with an expression is taken to be the same only in runs on merged code: it mostly holds the ref.
        """
        low = group.lower()
        for path in self.entries.paths():
            if b"cancel-in-progress" not in self.entries.repository.peek(path):
                continue
            for other in self.entries.at(path):
                if (other.path, other.name) == (self.pipeline.path, self.pipeline.name):
                    continue
                asked = [
                    number for number, each in enumerate(other.scenarios) if "${{" not in group or not each.unmerged
                ]
                for job in other.jobs:
                    lock = job.concurrency
                    if lock is None or lock.group.lower() != low or not lock.cancels:
                        continue
                    if any(lock.cancels[number] and job.condition.in_scenario(number) for number in asked):
                        yield job

    def before_merge(self) -> Iterator[tuple[Pipeline, list[int], list[int]]]:
        """The entries (this one first) that run on code before it is merged, read in turn: the indices of their scenarios of pull
        requests, and of pushes to any other branch; and those of the merge queue."""
        yield from _reviewing(self.pipeline)
        for other in self.entries.others(self.pipeline):
            yield from _reviewing(other)

    def _others(self, when: Callable[[Scenario], bool] | None, kinds: Sequence[str]) -> Iterator[Pipeline]:
        if self._joined is None:
            self._joined = {
                (handover.path, handover.pipeline) for handover in handovers_of(self.pipeline, self.entries)
            }
        for other in self.entries.others(self.pipeline, lambda each: _merges(each, when), kinds):
            joined = not self._joined.isdisjoint(((other.path, ""), (other.path, other.name)))
            if not joined and not any(problem.fatal for problem in other.problems):
                yield other


def _merges(pipeline: Pipeline, when: Callable[[Scenario], bool] | None) -> bool:
    return any(not each.unmerged and (when is None or when(each)) for each in pipeline.scenarios)


def _reviewed(pipeline: Pipeline, kinds: Sequence[str]) -> Iterator[Node]:
    scenarios = [number for number, each in enumerate(pipeline.scenarios) if each.event in REVIEW_EVENTS]
    if scenarios:
        for node in _activities(pipeline, kinds):
            if any(_runs(node.job, number) for number in scenarios):
                yield node


def _reviewing(pipeline: Pipeline) -> Iterator[tuple[Pipeline, list[int], list[int]]]:
    scenarios = list(enumerate(pipeline.scenarios))
    requests = [number for number, each in scenarios if each.event == "pull-request" and each.unmerged]
    requests += [number for number, each in scenarios if each.event == "push" and each.branch == "other"]
    queue = [number for number, each in scenarios if each.event == "merge-queue"]
    if requests or queue:
        yield pipeline, requests, queue


def _activities(pipeline: Pipeline, kinds: Sequence[str]) -> Iterator[Node]:
    for job in pipeline.jobs:
        for activity in job.activities:
            if not kinds or activity.kind in kinds:
                yield Node(0, job, activity, pipeline)


def _runs(job: Job, scenario: int) -> bool:
    return job.condition.in_scenario(scenario) != NO
