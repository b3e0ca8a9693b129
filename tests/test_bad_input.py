"""Bad input gets a message with file, line and column, and the right exit status; nothing else of the run is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
on: {push: {branches: [main]}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: make test}]
"""

HEAD = "on: push\njobs:\n"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "barraiser", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def checked(folder: Path, *arguments: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    result = run(folder, "check", "--output-format", "json", *arguments)
    assert "Traceback" not in result.stderr + result.stdout
    return result.returncode, json.loads(result.stdout)


GITHUB = {
    "empty": ("", 1),
    "only-a-comment": ("# nothing here\n", 1),
    "scalar": ("just text\n", 1),
    "list": ("- a\n- b\n", 1),
    "not-yaml": ("on: push\njobs: [\n", 2),
    "tab": ("on: push\njobs:\n\ta: 1\n", 3),
    "no-jobs": ("on: push\n", 1),
    "jobs-null": ("on: push\njobs:\n", 2),
    "jobs-list": ("on: push\njobs:\n  - a\n", 3),
    "job-null": (HEAD + "  a:\n", 3),
    "job-number": (HEAD + "  a: 5\n", 3),
    "steps-mapping": (HEAD + "  a:\n    runs-on: x\n    steps: {run: x}\n", 5),
    "needs-unknown": (HEAD + "  a:\n    runs-on: x\n    needs: b\n    steps: [{run: x}]\n", 5),
    "needs-cycle": (
        HEAD + "  a: {runs-on: x, needs: b, steps: [{run: x}]}\n  b: {runs-on: x, needs: a, steps: [{run: x}]}\n",
        3,
    ),
    "needs-self": (HEAD + "  a: {runs-on: x, needs: a, steps: [{run: x}]}\n", 3),
    "duplicate-key": (HEAD + "  a: {runs-on: x, steps: [{run: x}]}\n  a: {runs-on: x, steps: [{run: y}]}\n", 4),
    "undefined-alias": (HEAD + "  a: *nothing\n", 3),
    "recursive-anchor": (HEAD + "  a: &r\n    runs-on: x\n    steps: [*r]\n", 5),
    "tab-characters-and-nul": ("on: push\njobs:\n  a: {runs-on: \x00}\n", 3),
}


@pytest.mark.parametrize("case", GITHUB)
def test_a_broken_workflow_is_unreadable_and_says_where(tmp_path: Path, case: str) -> None:
    text, line = GITHUB[case]
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "broken.yml").write_bytes(text.encode())
    (folder / "good.yml").write_text(GOOD)
    status, report = checked(tmp_path)
    assert status == 1
    by_path = {pipeline["path"]: pipeline for pipeline in report["pipelines"]}
    broken = by_path[".github/workflows/broken.yml"]
    assert broken["verdict"] == "unreadable"
    assert by_path[".github/workflows/good.yml"]["verdict"] == "not-a-deployment"
    finding = broken["findings"][0]
    assert finding["location"]["path"] == ".github/workflows/broken.yml"
    assert finding["location"]["line"] in (line, line + 1), finding
    assert finding["location"]["column"] >= 1
    assert finding["message"]
    assert finding["fix"], finding


def bomb() -> str:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 10)]
    return "\n".join(lines) + "\non: push\njobs: {a: {runs-on: x, steps: [{run: *a9}]}}\n"


HOSTILE = {
    "alias-bomb": bomb(),
    "deep-flow": "on: " + "[" * 200_000,
    "deep-block": "\n".join(" " * depth + "a:" for depth in range(1500)),
    "gigantic": "on: push\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n" + "# padding\n" * 900_000,
    "binary": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "matrix-explosion": HEAD
    + "  a:\n    runs-on: x\n    strategy:\n      matrix:\n"
    + "".join(f"        k{key}: [{', '.join(str(value) for value in range(30))}]\n" for key in range(12))
    + "    steps: [{run: x}]\n",
    "many-dispatch-inputs": "on:\n  workflow_dispatch:\n    inputs:\n"
    + "".join(f"      i{n}: {{type: boolean}}\n" for n in range(40))
    + "jobs:\n  a:\n    runs-on: x\n    if: "
    + " && ".join(f"inputs.i{n}" for n in range(40))
    + "\n    steps: [{run: x}]\n",
    "deep-expression": HEAD
    + "  a:\n    if: "
    + "(" * 5000
    + "true"
    + ")" * 5000
    + "\n    runs-on: x\n    steps: [{run: x}]\n",
    "deep-script": HEAD + "  a:\n    runs-on: x\n    steps:\n      - run: " + "$(" * 5000 + "x" + ")" * 5000 + "\n",
    "long-script": HEAD
    + "  a:\n    runs-on: x\n    steps:\n      - run: |\n"
    + "          if a; then b || c; fi\n" * 20_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_input_is_bounded(tmp_path: Path, case: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "hostile.yml").write_text(HOSTILE[case])
    (folder / "good.yml").write_text(GOOD)
    status, report = checked(tmp_path)
    assert status in (0, 1)
    assert {pipeline["path"].rpartition("/")[2] for pipeline in report["pipelines"]} == {"good.yml", "hostile.yml"}


GITLAB = {
    "empty": ("", 1),
    "no-jobs": ("stages: [build]\n", 1),
    "job-without-script": ("a:\n  stage: test\n", 1),
    "stage-unknown": ("stages: [build]\na:\n  stage: deploy\n  script: x\n", 3),
    "needs-unknown": ("a:\n  script: x\n  needs: [b]\n", 3),
    "needs-cycle": ("a: {script: x, needs: [b]}\nb: {script: x, needs: [a]}\n", 1),
    "extends-unknown": ("a:\n  extends: .nothing\n  script: x\n", 2),
    "extends-cycle": (".a: {extends: .b}\n.b: {extends: .a}\nc:\n  extends: .a\n  script: x\n", 1),
    "include-missing": ("include: [{local: /nothing.yml}]\na: {script: x}\n", 1),
    "include-itself": ("include: [{local: /.gitlab-ci.yml}]\na: {script: x}\n", 1),
    "script-mapping": ("a:\n  script: {x: y}\n", 2),
    "stages-mapping": ("stages: {a: b}\na: {script: x}\n", 1),
}


@pytest.mark.parametrize("case", GITLAB)
def test_a_broken_gitlab_file_is_unreadable_and_says_where(tmp_path: Path, case: str) -> None:
    text, line = GITLAB[case]
    (tmp_path / ".gitlab-ci.yml").write_text(text)
    status, report = checked(tmp_path)
    (pipeline,) = report["pipelines"]
    assert (status, pipeline["verdict"]) == (1, "unreadable")
    finding = pipeline["findings"][0]
    assert abs(finding["location"]["line"] - line) <= 1, finding
    assert finding["fix"], finding


CODEPIPELINE = {
    "no-stages": "Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n    Properties: {Name: x}\n",
    "stages-mapping": "Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n    Properties: {Stages: {Name: a}}\n",
    "stages-empty": "Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n    Properties: {Stages: []}\n",
    "properties-null": "Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n",
    "actions-text": (
        "Resources:\n  P:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      Stages:\n"
        "        - {Name: a, Actions: x}\n        - {Name: b, Actions: y}\n"
    ),
}


@pytest.mark.parametrize("case", CODEPIPELINE)
def test_a_broken_template_is_unreadable_and_says_where(tmp_path: Path, case: str) -> None:
    (tmp_path / "pipeline.yml").write_text(CODEPIPELINE[case])
    status, report = checked(tmp_path)
    (pipeline,) = report["pipelines"]
    assert (status, pipeline["verdict"]) == (1, "unreadable")
    assert pipeline["findings"][0]["location"]["line"] >= 1
    assert pipeline["findings"][0]["fix"]


def test_a_template_without_a_pipeline_is_no_pipeline(tmp_path: Path) -> None:
    (tmp_path / "bucket.yml").write_text("Resources:\n  B:\n    Type: AWS::S3::Bucket\n")
    result = run(tmp_path, "check", "bucket.yml")
    assert result.returncode == 3
    assert "bucket.yml" in result.stderr
    assert run(tmp_path, "check", "bucket.yml", "--allow-empty").returncode == 0


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    result = run(tmp_path, "check", "nowhere.yml")
    assert result.returncode == 2
    assert "nowhere.yml" in result.stderr
    assert "Traceback" not in result.stderr
