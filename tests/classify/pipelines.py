"""Pipelines made by hand, for the tests of classification."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from barraiser.classify.classify import classify
from barraiser.model.activity import Activity
from barraiser.model.declarations import NOTHING_DECLARED, Declarations
from barraiser.model.environment import EnvironmentKey
from barraiser.model.pipeline import Fragment, Job, Pipeline, Scenario, Script, Step
from barraiser.model.place import Place
from barraiser.source.repository import Repository

PATH = ".github/workflows/release.yml"
PUSH = Scenario("push to main", "push", "refs/heads/main", branch="default")


def script(
    text: str, *, name: str = "", env: Mapping[str, str] | None = None, line: int = 11, folder: str = ""
) -> Step:
    return Step(
        Place(PATH, line - 1),
        name=name,
        script=Script([Fragment(text, PATH, line)], working_directory=folder),
        env=env,
    )


def action(uses: str, name: str = "", **inputs: str) -> Step:
    return Step(
        Place(PATH, 10), uses=uses, name=name, inputs={key.replace("_", "-"): value for key, value in inputs.items()}
    )


def key(name: str, **more: str) -> EnvironmentKey:
    return EnvironmentKey(name, Place(PATH, 8), resolved="$" not in name, **more)  # type: ignore[arg-type]


def job(*steps: Step, id: str = "work", **more: object) -> Job:
    return Job(id, Place(PATH, 7), steps=steps, **more)  # type: ignore[arg-type]


def classified(
    *jobs: Job,
    platform: str = "github-actions",
    root: Path | str = "/nonexistent",
    declared: Declarations = NOTHING_DECLARED,
    scenarios: tuple[Scenario, ...] = (PUSH,),
    name: str = "",
    path: str = PATH,
) -> Pipeline:
    pipeline = Pipeline(path, platform, name=name, jobs=jobs, scenarios=scenarios)
    classify(pipeline, Repository(str(root)), declared)
    return pipeline


def activities(text: str, **more: object) -> tuple[Activity, ...]:
    """What a script of a job without names does."""
    one = job(script(text), **more)  # type: ignore[arg-type]
    classified(one)
    return one.activities


def kinds(text: str, **more: object) -> list[str]:
    return [each.kind for each in activities(text, **more) if each.kind != "other"]
