"""GitHub's own parser as judge: every real workflow that it accepts is read, with the same jobs, needs and environments.

``npm ci --ignore-scripts`` in this folder installs it; it only parses, and runs nothing.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from barraiser.model.pipeline import Pipeline
from barraiser.platforms.github.reader import GitHubReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.discovery import root_of
from barraiser.source.repository import Repository

HERE = Path(__file__).parent
CORPUS = os.environ.get("BARRAISER_CORPUS", "")
BUNDLER = HERE / "node_modules" / "esbuild" / "bin" / "esbuild"
NODE = shutil.which("node")
DIFFERENCES = json.loads((HERE / "differences.json").read_text(encoding="utf-8"))
"""Files on which the two differ, each with the reason why the reader is right."""

pytestmark = [
    pytest.mark.skipif(not CORPUS, reason="BARRAISER_CORPUS is not set: the corpus of real pipelines is not here"),
    pytest.mark.skipif(NODE is None, reason="node is not installed: the oracle cannot run"),
    pytest.mark.skipif(
        not BUNDLER.is_file(), reason="run `npm ci --ignore-scripts` in tests/oracles/github for the oracle"
    ),
]

TIMEOUT = 120
FEWEST = 250
"""Files that must have been compared: fewer mean that the comparison has stopped to compare."""


def files() -> list[str]:
    """The workflows of the corpus that are not there because they are wrong, relative to it."""
    with open(Path(CORPUS) / "MANIFEST.tsv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["platform"] == "github"]
    return [
        row["path"]
        for row in rows
        if row["path"].endswith((".yml", ".yaml"))
        and not row["expected_or_note"].startswith("invalid")
        and (Path(CORPUS) / row["path"]).is_file()
    ]


@cache
def answers(folder: str) -> dict[str, Any]:
    """What the parser says of each file, by its path."""
    bundle = Path(folder) / "parse.cjs"
    arguments = ["parse.mjs", "--bundle", "--platform=node", "--format=cjs", "--log-level=error", f"--outfile={bundle}"]
    subprocess.run([str(BUNDLER), *arguments], cwd=HERE, check=True, timeout=TIMEOUT)
    result = subprocess.run(
        [str(NODE), str(bundle)],
        cwd=CORPUS,
        input="\n".join(files()),
        capture_output=True,
        text=True,
        check=True,
        timeout=TIMEOUT,
    )
    return {answer["name"]: answer for answer in map(json.loads, result.stdout.splitlines())}


def read(path: str) -> Pipeline:
    full = os.path.join(CORPUS, path)
    root = root_of(full, CORPUS)
    inside = os.path.relpath(full, root).replace(os.sep, "/")
    repository = Repository(root)
    reader = GitHubReader()
    (pipeline,) = reader.read(inside, repository, ReadOptions()) or reader.read(
        inside, repository, ReadOptions(called=True)
    )
    return pipeline


def jobs_of(pipeline: Pipeline) -> dict[str, tuple[set[str], set[str]]]:
    """Needs and environments of each job of the file itself, without the brackets of its instances."""

    def key(job_id: str) -> str:
        return job_id.partition(" / ")[0].partition(" (")[0]

    found: dict[str, tuple[set[str], set[str]]] = {}
    for job in pipeline.jobs:
        needs, environments = found.setdefault(key(job.id), (set(), set()))
        needs |= {key(need) for need in job.needs} - {key(job.id)}
        if " / " not in job.id and job.environment is not None:
            environments.add(job.environment.name)
    return found


def differences(pipeline: Pipeline, wanted: dict[str, Any]) -> list[str]:
    fatal = [problem.message for problem in pipeline.problems if problem.fatal]
    if fatal:
        return [f"refused: {fatal[0]}"]
    mine = jobs_of(pipeline)
    if mine.keys() != wanted.keys():
        return [f"jobs: {sorted(mine)} for {sorted(wanted)}"]
    told: list[str] = []
    for name, (needs, environments) in mine.items():
        if needs != set(wanted[name]["needs"]):
            told.append(f"needs of {name}: {needs} for {wanted[name]['needs']}")
        environment = wanted[name]["environment"]
        if bool(environments) != bool(environment) or (
            environment and "${{" not in environment and environments != {environment}
        ):
            told.append(f"environment of {name}: {environments} for {environment}")
    return told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("oracle"))


def test_jobs_needs_and_environments_are_those_of_github(folder: str) -> None:
    accepted = {path: answer["jobs"] for path, answer in answers(folder).items() if not answer["errors"]}
    assert len(accepted) >= FEWEST
    found = {path: told for path, jobs in accepted.items() if (told := differences(read(path), jobs))}
    assert {path: told for path, told in found.items() if path not in DIFFERENCES} == {}
    assert sorted(path for path in DIFFERENCES if path not in found) == []
