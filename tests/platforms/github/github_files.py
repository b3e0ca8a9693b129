"""Reads workflows that a test writes down."""

from __future__ import annotations

from pathlib import Path

from barraiser.model.pipeline import Edge, Job, Pipeline, Step
from barraiser.platforms.github.reader import GitHubReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

FOLDER = ".github/workflows/"
STEPS = "\n    runs-on: ubuntu-latest\n    steps: [{run: x}]\n"


def read(
    folder: Path,
    text: str,
    others: dict[str, str] | None = None,
    *,
    called: bool = False,
    branch: str = "",
    stand_ins: dict[str, str] | None = None,
) -> Pipeline:
    """The one pipeline of a workflow ``w.yml``; ``others`` are further files, by path from the root."""
    (pipeline,) = read_all(folder, text, others, called=called, branch=branch, stand_ins=stand_ins)
    return pipeline


def read_all(
    folder: Path,
    text: str,
    others: dict[str, str] | None = None,
    *,
    called: bool = False,
    branch: str = "",
    stand_ins: dict[str, str] | None = None,
) -> list[Pipeline]:
    for path, content in {FOLDER + "w.yml": text, **(others or {})}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    options = ReadOptions(
        called=called,
        default_branch=branch,
        default_branch_from="--default-branch" if branch else "",
        include_map={name: str(folder / path) for name, path in (stand_ins or {}).items()},
    )
    return GitHubReader().read(FOLDER + "w.yml", Repository(str(folder)), options)


def sound(pipeline: Pipeline) -> Pipeline:
    """The pipeline, in which nothing may be wrong."""
    assert [(str(problem.place), problem.message) for problem in pipeline.problems] == []
    return pipeline


def job(pipeline: Pipeline, job_id: str) -> Job:
    return next(each for each in pipeline.jobs if each.id == job_id)


def ids(pipeline: Pipeline) -> list[str]:
    return [each.id for each in pipeline.jobs]


def edge(pipeline: Pipeline, source: str, target: str) -> Edge:
    return next(each for each in pipeline.edges if (each.source, each.target) == (source, target))


def step(pipeline: Pipeline, job_id: str, index: int = 0) -> Step:
    return job(pipeline, job_id).steps[index]


def script(pipeline: Pipeline, job_id: str, index: int = 0) -> str:
    found = step(pipeline, job_id, index).script
    assert found is not None
    return found.fragments[0].text


def runs(pipeline: Pipeline, job_id: str) -> dict[str, str]:
    """Whether a job runs, by the name of the scenario."""
    condition = job(pipeline, job_id).condition
    return {
        scenario.name: ("no", "maybe", "yes")[condition.in_scenario(index)]
        for index, scenario in enumerate(pipeline.scenarios)
    }
