"""A file that only other repositories call: what its callers may do before and after it is not missing."""

from __future__ import annotations

from pathlib import Path

from barraiser.checks.plan import Plan
from barraiser.checks.registry import load
from barraiser.checks.runner import judge
from barraiser.classify.entries import Entries
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

PATH = ".github/workflows/release.yml"
RELEASE = """name: Release of one service
on:
  workflow_call:
    inputs:
      version: {type: string, required: true}
jobs:
  production:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - run: helm upgrade --install --atomic --kube-context prod shop chart --set image.tag=${{ inputs.version }}
"""
BESIDE = ("TST001", "TST002", "TST003", "ENV001", "BLD005", "BAK003", "RLB007", "WIN001", "WIN004", "OBS007")


def verdicts(root: Path, text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The verdicts on the file and the messages of its findings, by rule."""
    file = root / PATH
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    entries = Entries(Repository(str(root)), ReadOptions(default_branch="main"), NOTHING_DECLARED)
    (pipeline,) = entries.called(PATH)
    result = judge(pipeline, entries, Plan(list(load().rules.values()), profile="strict"), NOTHING_DECLARED)
    return result.verdicts, {each.rule: each.message for each in result.findings}


def test_what_a_caller_may_do_is_not_said_to_be_missing(tmp_path: Path) -> None:
    found, messages = verdicts(tmp_path, RELEASE)
    assert {rule: found[rule] for rule in BESIDE} == dict.fromkeys(BESIDE, "unknown")
    assert f"the pipeline that calls `{PATH}`" in messages["ENV001"]


def test_what_no_caller_can_mend_is_said(tmp_path: Path) -> None:
    text = RELEASE.replace("      - run: helm", "      - run: pytest || true\n      - run: helm")
    found, _ = verdicts(tmp_path, text)
    assert (found["TST004"], found["GOV003"]) == ("failed", "failed")


def test_what_the_file_does_itself_passes(tmp_path: Path) -> None:
    text = RELEASE.replace("      - run: helm", "      - run: pytest\n      - run: helm")
    found, _ = verdicts(tmp_path, text)
    assert found["TST001"] == "passed"


def test_the_caller_names_the_environment(tmp_path: Path) -> None:
    text = RELEASE.replace("  production:\n", "  release:\n").replace("--kube-context prod ", "")
    text = text.replace("environment: production", "environment: ${{ inputs.version }}")
    found, messages = verdicts(tmp_path, text)
    assert (found["GOV007"], "whoever calls" in messages["GOV007"]) == ("unknown", True)
