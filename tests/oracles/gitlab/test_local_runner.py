"""Another program that reads GitLab CI as judge: what a push to the default branch makes of every real file that it accepts.

``npm ci --ignore-scripts`` in this folder installs it; it only lists jobs, and runs nothing.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.tri import MAYBE, NO, YES
from barraiser.platforms.gitlab.reader import GitLabReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.discovery import root_of
from barraiser.source.repository import Repository

HERE = Path(__file__).parent
CORPUS = os.environ.get("BARRAISER_CORPUS", "")
PROGRAM = HERE / "node_modules" / "gitlab-ci-local" / "src" / "index.js"
NODE = shutil.which("node")
DIFFERENCES = json.loads((HERE / "differences.json").read_text(encoding="utf-8"))
"""Files on which the two differ, each with what differs and why the reader is right. ``only`` and ``except`` are not compared at all:
the oracle does not know them."""

pytestmark = [
    pytest.mark.skipif(not CORPUS, reason="BARRAISER_CORPUS is not set: the corpus of real pipelines is not here"),
    pytest.mark.skipif(NODE is None, reason="node is not installed: the oracle cannot run"),
    pytest.mark.skipif(
        not PROGRAM.is_file(), reason="run `npm ci --ignore-scripts` in tests/oracles/gitlab for the oracle"
    ),
]

ELSEWHERE = ("include", "component")
TIMEOUT = 60


def files() -> list[str]:
    """The GitLab files of the corpus, relative to it."""
    if not CORPUS:
        return []
    with open(Path(CORPUS) / "MANIFEST.tsv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["platform"] == "gitlab"]
    return [row["path"] for row in rows if (Path(CORPUS) / row["path"]).is_file()]


def read(path: str) -> tuple[Pipeline | None, str, str]:
    """The reader's pipeline, the root and the path in it."""
    full = os.path.join(CORPUS, path)
    root = root_of(full, CORPUS)
    inside = os.path.relpath(full, root)
    pipelines = GitLabReader().read(inside, Repository(root), ReadOptions(default_branch="main"))
    return (pipelines[0] if pipelines else None), root, inside


def asked(arguments: list[str], folder: Path) -> str | None:
    """What the oracle prints; None where it refuses the file."""
    assert NODE is not None
    environment = {**os.environ, "HOME": str(folder), "NO_COLOR": "1", "GIT_TERMINAL_PROMPT": "0"}
    try:
        result = subprocess.run(
            [
                NODE,
                "--require",
                str(HERE / "plain-regexp.cjs"),
                str(PROGRAM),
                "--no-json-schema-validation",
                *arguments,
            ],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    return result.stdout if result.returncode == 0 else None


def repository(folder: Path, root: str) -> None:
    """A repository with a remote, on its default branch, that holds the root's files."""
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns("node_modules", ".git"), dirs_exist_ok=True)
    for command in (
        ["init", "-q", "-b", "main"],
        ["remote", "add", "origin", "https://gitlab.com/acme/shop.git"],
        ["add", "-A"],
        ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "x", "--allow-empty"],
    ):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)


def when_of(job: Job, number: int) -> str:
    """The ``when`` that the reader's facts amount to."""
    if number < 0 or job.condition.in_scenario(number) == NO:
        return "never"
    if job.condition.in_scenario(number) == MAYBE:
        return "maybe"
    if job.manual:
        return "manual"
    if job.delay_minutes is not None:
        return "delayed"
    return "always" if job.condition.always else "on_failure" if job.condition.on_failure else "on_success"


def failure_of(value: object) -> int:
    return MAYBE if isinstance(value, dict) else YES if value else NO


def compared(path: str, folder: Path) -> list[str] | None:
    """What differs; None where the oracle does not accept the file, or something of it stands elsewhere."""
    pipeline, root, inside = read(path)
    if pipeline is None or any(problem.fatal for problem in pipeline.problems):
        return None
    if any(word in item.what for item in pipeline.unresolved for word in ELSEWHERE):
        return None
    repository(folder, root)
    listed = asked(["--list-json", "--file", inside], folder)
    shown = asked(["--preview", "--file", inside], folder)
    if listed is None or shown is None:
        return None
    entries = json.loads(listed[listed.index("[\n") if "[\n" in listed else listed.rindex("[") :])
    return _differences(pipeline, entries, yaml.load(shown[shown.index("---") :], Loader=yaml.BaseLoader))


def _differences(pipeline: Pipeline, listed: list[dict[str, Any]], shown: dict[str, Any]) -> list[str]:
    found: list[str] = []
    names = [scenario.name for scenario in pipeline.scenarios]
    number = names.index("push to main") if "push to main" in names else -1
    ours: dict[str, list[Job]] = {}
    for job in pipeline.jobs:
        if " / " not in job.id:
            ours.setdefault(job.template, []).append(job)
    theirs: dict[str, list[dict[str, Any]]] = {}
    for entry in listed:
        theirs.setdefault(_template(entry["name"], ours), []).append(entry)
    if ours.keys() != theirs.keys():
        found.append(f"jobs: {sorted(ours.keys() ^ theirs.keys())}")
    stages = [stage for stage in shown.get("stages", []) if any(job.stage == stage for job in pipeline.jobs)]
    if stages != [stage for stage in pipeline.stages if stage in shown.get("stages", [])]:
        found.append(f"stages: {list(pipeline.stages)} {stages}")
    by_needs = {edge.target for edge in pipeline.edges if edge.kind == "needs"}
    for name in sorted(ours.keys() & theirs.keys()):
        if len(ours[name]) != len(theirs[name]):
            found.append(f"{name}: {len(ours[name])} instances, not {len(theirs[name])}")
        entry, job = theirs[name][0], ours[name][0]
        if entry["stage"] != job.stage:
            found.append(f"{name}: stage {job.stage}, not {entry['stage']}")
        by_refs = job.condition.text.startswith(("only:", "except:"))
        when = "maybe" if by_refs else when_of(job, number)
        if when not in ("maybe", entry["when"]):
            found.append(f"{name}: when {when}, not {entry['when']}")
        if when != "never" and job.soft != failure_of(entry["allow_failure"]):
            found.append(f"{name}: allow_failure {job.soft}, not {entry['allow_failure']}")
        needs = {
            _template(need["job"], ours) for need in entry.get("needs") or () if "job" in need and "project" not in need
        }
        if job.id in by_needs or needs:
            mine = {_template(need, ours) for need in job.needs}
            if mine != {need for need in needs if need in ours}:
                found.append(f"{name}: needs {sorted(mine)}, not {sorted(needs)}")
        environment = shown.get(name, {}).get("environment") if isinstance(shown.get(name), dict) else None
        wanted = environment.get("name") if isinstance(environment, dict) else environment
        named = job.environment.name if job.environment else None
        if wanted != named and (wanted is None or "$" not in str(wanted)):
            found.append(f"{name}: environment {named}, not {wanted}")
    return found


def _template(name: str, known: dict[str, list[Job]]) -> str:
    """A job's name without the values of its instance."""
    for each in (
        name,
        name.partition(": [")[0],
        name.partition(" (")[0],
        name.partition(" [")[0],
        name.rpartition(" ")[0],
    ):
        if each in known:
            return each
    return name


def test_the_oracle_and_the_reader_agree(tmp_path: Path) -> None:
    paths = files()
    assert paths
    folders = [tmp_path / str(number) for number in range(len(paths))]
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = dict(zip(paths, pool.map(compared, paths, folders), strict=True))
    accepted = {path: found for path, found in answers.items() if found is not None}
    assert len(accepted) >= 60
    known = {path: entry["differs"] for path, entry in DIFFERENCES.items()}
    differing = {path: found for path, found in accepted.items() if found != known.get(path, [])}
    assert not differing, json.dumps(differing, indent=1)
