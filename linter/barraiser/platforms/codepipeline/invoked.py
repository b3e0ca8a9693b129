"""Pipelines that start other pipelines, in the same file or folder: an ``Invoke`` action of the service's own provider, or an event
rule that waits for the end of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

from barraiser.model.pipeline import HARD, SOFT, Handover, Job, Pipeline, Unresolved
from barraiser.platforms.codepipeline.marks import MARKERS, SUFFIXES
from barraiser.source.repository import Repository

Keyed = Sequence[tuple[Pipeline, str]]
"""The pipelines of a file, each with the logical id or address that a reference within the file comes to (empty: none)."""

Reading = Callable[[str], Keyed]
"""Reads the pipelines of a file, without what hands over to them."""

_MAX_FILES: Final = 200
_MAX_CALLS: Final = 50
_MAX_SENDERS: Final = 4
"""Pipelines that start one: each brings its own graph, with those of what starts it."""


_Calls = dict[str, list[tuple[Pipeline, Job]]]
"""What is called, by name, with the pipeline and job that call it."""


def hand_over(path: str, pipelines: Keyed, repository: Repository, read: Reading) -> None:
    """Give the pipelines of a file the hand-overs to them, from others of the file and of files beside it."""
    own = _calls_of(pipelines)
    beside = _beside(path, repository, read)
    for pipeline, key in pipelines:
        senders = [call for name in dict.fromkeys((pipeline.name, key)) for call in own.get(name, ())]
        senders += _known(pipeline.name, path, beside)
        jobs: dict[tuple[str, str], list[Job]] = {}
        for sender, job in senders[:_MAX_CALLS]:
            if sender is not pipeline:
                jobs.setdefault((sender.path, sender.name), []).append(job)
        # The action starts an execution as a person does.
        scenarios = [number for number, each in enumerate(pipeline.scenarios) if each.event == "manual"]
        pipeline.handovers = tuple(
            Handover(where, sent[0].place, "invoke", scenarios=scenarios, jobs=[job.id for job in sent], pipeline=name)
            for (where, name), sent in list(jobs.items())[:_MAX_SENDERS]
        )
        after = list(islice(_after(pipeline, pipelines, path, repository, read), _MAX_SENDERS))
        pipeline.handovers = (*pipeline.handovers, *after)
        for variant in pipeline.variants:
            variant.handovers = tuple(
                Handover(
                    each.path, each.place, each.via, strength=each.strength, scenarios=_same(each, pipeline, variant),
                    jobs=each.jobs, softened_by=each.softened_by, pipeline=each.pipeline,
                )
                for each in pipeline.handovers
            )  # fmt: skip
        if len(jobs) > _MAX_SENDERS:
            more = f"{len(jobs) - _MAX_SENDERS} more that start it"
            pipeline.unresolved = (*pipeline.unresolved, Unresolved("pipeline", more, pipeline.place))


def _same(handover: Handover, pipeline: Pipeline, variant: Pipeline) -> list[int]:
    """The scenarios of a variant that are those of a hand-over to the pipeline."""
    names = {pipeline.scenarios[number].name for number in handover.scenarios}
    return [number for number, each in enumerate(variant.scenarios) if each.name in names]


def _after(
    pipeline: Pipeline, pipelines: Keyed, path: str, repository: Repository, read: Reading
) -> Iterator[Handover]:
    """The hand-overs by the end of other pipelines, of the file and of files beside it (``aws.codepipeline`` events)."""
    for fact, (states, place) in pipeline.facts.items():
        name = fact.removeprefix("after:")
        if name == fact:
            continue
        named = [
            (other.path, other.name) for other, key in pipelines if other is not pipeline and name in (other.name, key)
        ]
        if not named and "${" not in name:
            named = [
                (other.path, other.name)
                for file in _files_beside(path, repository)
                for other, _ in _read_beside(file, name, repository, read)
                if other.name == name
            ]
        scenarios = [number for number, each in enumerate(pipeline.scenarios) if each.name == f"after {name}"]
        succeeded = states.upper() == "SUCCEEDED"
        for where, own in named[:_MAX_SENDERS]:
            yield Handover(
                where, place, "event", strength=HARD if succeeded else SOFT, scenarios=scenarios, pipeline=own,
                softened_by="" if succeeded else f"state: {states or 'any'}",
            )  # fmt: skip


def _files_beside(path: str, repository: Repository) -> list[str]:
    folder = path.rpartition("/")[0]
    names = [name for name in repository.folder(folder) if name.endswith(SUFFIXES)][:_MAX_FILES]
    return [other for name in names if (other := f"{folder}/{name}" if folder else name) != path]


def _read_beside(path: str, name: str, repository: Repository, read: Reading) -> Keyed:
    """The pipelines of a file that holds a name, read only then."""
    data = repository.peek(path)
    return read(path) if name.encode() in data and any(marker in data for marker in MARKERS) else []


def _known(
    name: str, path: str, beside: dict[str, dict[str, list[tuple[Pipeline, Job]]]]
) -> list[tuple[Pipeline, Job]]:
    """The calls in other files of a name that is wholly known."""
    if "${" in name:
        return []
    return [call for other, calls in beside.items() if other != path for call in calls.get(name, ())]


def _calls_of(pipelines: Keyed) -> dict[str, list[tuple[Pipeline, Job]]]:
    found: dict[str, list[tuple[Pipeline, Job]]] = {}
    for pipeline, _ in pipelines:
        for job in pipeline.jobs:
            for name in job.calls:
                found.setdefault(name, []).append((pipeline, job))
    return found


def _beside(path: str, repository: Repository, read: Reading) -> dict[str, dict[str, list[tuple[Pipeline, Job]]]]:
    """What each file of the folder calls. A file is read only if its bytes show such an action, and once for a repository."""
    folder = path.rpartition("/")[0]
    known: dict[str, _Calls] = repository.remember(("codepipeline calls",), dict)
    names = [name for name in repository.folder(folder) if name.endswith(SUFFIXES)]
    found: dict[str, dict[str, list[tuple[Pipeline, Job]]]] = {}
    for name in names[:_MAX_FILES]:
        other = f"{folder}/{name}" if folder else name
        if other == path:
            continue
        if other not in known:
            data = repository.peek(other)
            known[other] = {}
            if b"Invoke" in data and b"PipelineName" in data and any(marker in data for marker in MARKERS):
                pipelines = read(other)
                inside = {key for _, key in pipelines}  # what these name stands in that file
                known[other] = {name: calls for name, calls in _calls_of(pipelines).items() if name not in inside}
        if known[other]:
            found[other] = known[other]
    return found
