"""Every file of the corpus of real pipelines, named by its path: no crash, no hang, nothing passed over in silence."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CORPUS = os.environ.get("BARRAISER_CORPUS", "")
pytestmark = pytest.mark.skipif(
    not CORPUS, reason="BARRAISER_CORPUS is not set: the corpus of real pipelines is not here"
)

GUARD_SECONDS = 60
"""For check and graph over the whole corpus together: a guard against hangs, no measure of speed."""


def manifest() -> list[dict[str, str]]:
    with open(Path(CORPUS) / "MANIFEST.tsv", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if (Path(CORPUS) / row["path"]).is_file()]


def run(command: str, timeout: float) -> tuple[int, str, str]:
    files = [row["path"] for row in manifest()]
    result = subprocess.run(
        [sys.executable, "-m", "barraiser", command, "--output-format", "json", "--", *files],
        cwd=CORPUS,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


@pytest.fixture(scope="module")
def checked() -> tuple[dict, str]:  # type: ignore[type-arg]
    status, out, err = run("check", GUARD_SECONDS)
    assert "Traceback" not in err
    assert status == 1, err[-2000:]
    return json.loads(out), err


def test_check_reads_the_whole_corpus(checked: tuple[dict, str]) -> None:  # type: ignore[type-arg]
    report, err = checked
    reported = {path for pipeline in report["pipelines"] for path in [pipeline["path"], *pipeline["files"]]}
    silent = [row["path"] for row in manifest() if row["path"] not in reported and row["path"] not in err]
    assert not silent


def test_graph_reads_the_whole_corpus() -> None:
    status, out, err = run("graph", GUARD_SECONDS)
    assert "Traceback" not in err
    assert status in (0, 1), err[-2000:]
    assert json.loads(out)["pipelines"]


def test_what_the_platform_accepts_is_read(checked: tuple[dict, str]) -> None:  # type: ignore[type-arg]
    accepted = {row["path"] for row in manifest() if row["expected_or_note"].startswith(("valid", "parses"))}
    refused = [
        f"{pipeline['path']}:{pipeline['findings'][0]['location']['line']}: {pipeline['findings'][0]['message']}"
        for pipeline in checked[0]["pipelines"]
        if pipeline["path"] in accepted and pipeline["verdict"] == "unreadable"
    ]
    assert not refused


def test_what_is_unreadable_says_where_and_what_to_do(checked: tuple[dict, str]) -> None:  # type: ignore[type-arg]
    for pipeline in checked[0]["pipelines"]:
        if pipeline["verdict"] == "unreadable":
            finding = pipeline["findings"][0]
            assert finding["location"]["line"] >= 1
            assert finding["location"]["column"] >= 1
            assert finding["message"]
            assert finding["fix"]
