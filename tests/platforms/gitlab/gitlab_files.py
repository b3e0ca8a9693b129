"""Helpers: a GitLab pipeline from text, and its parts by name."""

from __future__ import annotations

import tempfile
from pathlib import Path

from barraiser.model.pipeline import Edge, Job, Pipeline
from barraiser.model.tri import TRI_NAMES
from barraiser.platforms.gitlab.reader import GitLabReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

ENTRY = ".gitlab-ci.yml"


def read_all(text: str, files: dict[str, str] | None = None, *, path: str = ENTRY, **options: object) -> list[Pipeline]:
    """The pipelines of an entry (or of ``path``), with further files beside it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {path: text, **(files or {})}.items():
            target = Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
        return GitLabReader().read(path, Repository(folder), ReadOptions(**options))  # type: ignore[arg-type]


def read(text: str, files: dict[str, str] | None = None, **options: object) -> Pipeline:
    """The one pipeline of an entry that is sound."""
    (pipeline,) = read_all(text, files, **options)  # type: ignore[arg-type]
    assert not [f"{problem.place}: {problem.message}" for problem in pipeline.problems]
    return pipeline


def job(pipeline: Pipeline, name: str) -> Job:
    """The job of that id."""
    (found,) = [each for each in pipeline.jobs if each.id == name]
    return found


def runs(pipeline: Pipeline, name: str) -> dict[str, str]:
    """Whether a job runs, by scenario; of one that is read as several jobs, whether any of them does."""
    parts = [each.condition for each in pipeline.jobs if name in (each.id, each.own_id)]
    return {
        scenario.name: TRI_NAMES[max(part.in_scenario(at) for part in parts)]
        for at, scenario in enumerate(pipeline.scenarios)
    }


def yes(pipeline: Pipeline, name: str) -> list[str]:
    """The scenarios in which a job runs for sure."""
    return [scenario for scenario, answer in runs(pipeline, name).items() if answer == "yes"]


def edge(pipeline: Pipeline, source: str, target: str) -> Edge:
    """The edge between two jobs."""
    (found,) = [each for each in pipeline.edges if (each.source, each.target) == (source, target)]
    return found


def sources(pipeline: Pipeline, target: str) -> list[str]:
    """What a job waits for."""
    return sorted(each.source for each in pipeline.edges if each.target == target)


def commands(of: Job) -> list[str]:
    """The lines of a job's scripts."""
    return [fragment.text for step in of.steps if step.script for fragment in step.script.fragments]
