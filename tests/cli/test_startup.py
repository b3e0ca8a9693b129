"""The common run, one file in a hook, is mostly start-up: what it does not need it must not import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "click", "datetime", "inspect", "jsonschema", "networkx", "rich", "importlib.metadata", "multiprocessing", "concurrent.futures",
    "difflib", "shutil", "tempfile", "logging", "asyncio", "dataclasses", "email", "tree_sitter",
}  # fmt: skip
MOST = 200
"""Modules of barraiser and its rules on the common run, with some room: who adds one asks whether the common run needs it."""

SELDOM = {
    "barraiser.checks.documentation", "barraiser.evidence.terraform_traits", "barraiser.policy.schema", "barraiser.report.json_report",
    "barraiser.report.sarif", "barraiser.shell.justfiles", "barraiser.shell.makefiles", "barraiser.shell.scripts",
    "barraiser_rules.standard", "barraiser_rules.strict", "yaml.constructor", "yaml.reader",
}  # fmt: skip
PROGRAM = """
import sys
from barraiser.cli.main import run
try:
    run(sys.argv[1:])
except SystemExit:
    pass
import json
print("|", json.dumps(sorted(sys.modules)))
"""


def modules(folder: Path, *arguments: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(result.stdout.rpartition("|")[2]))


@pytest.fixture(scope="module")
def bare() -> set[str]:
    """What Python and its environment import by themselves."""
    program = "import sys, json; print(json.dumps(sorted(sys.modules)))"
    return set(
        json.loads(subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True).stdout)
    )


@pytest.mark.parametrize("form", ["text", "concise", "github", "json"])
def test_checking_one_file_imports_nothing_heavy(tmp_path: Path, bare: set[str], form: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(
        "on: push\njobs: {a: {runs-on: x, environment: production, steps: [{run: kubectl apply -f x}]}}\n"
    )
    (tmp_path / ".barraiser.yml").write_text("version: 1\nowner: a\n")
    loaded = modules(tmp_path, "check", ".github/workflows/a.yml", "--output-format", form)
    assert "barraiser.cli.check" in loaded
    assert HEAVY & (loaded - bare) == set()
    assert not {"barraiser.platforms.gitlab.reader", "barraiser.platforms.codepipeline.reader"} & loaded


def test_the_version_imports_nothing_else(tmp_path: Path) -> None:
    loaded = {name for name in modules(tmp_path, "--version") if name.startswith("barraiser")}
    assert loaded == {"barraiser", "barraiser.cli", "barraiser.cli.main"}


def test_checking_a_harmless_file_imports_no_more_than_it_needs(tmp_path: Path, bare: set[str]) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text("on: push\njobs: {a: {runs-on: x, steps: [{run: pytest}]}}\n")
    loaded = modules(tmp_path, "check", ".github/workflows/a.yml") - bare
    assert (SELDOM | HEAVY | {"hashlib", "json.decoder", "barraiser.evidence.answers"}) & loaded == set()
    ours = {name for name in loaded if name.startswith("barraiser")}
    assert len(ours) <= MOST, sorted(ours)


def test_people_need_no_fingerprints(tmp_path: Path, bare: set[str]) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(
        "on: push\njobs: {a: {runs-on: x, environment: production, steps: [{run: kubectl apply -f x}]}}\n"
    )
    assert "hashlib" not in modules(tmp_path, "check", ".github/workflows/a.yml") - bare
