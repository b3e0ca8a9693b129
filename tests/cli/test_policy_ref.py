"""--policy-ref: a change cannot loosen the gate that judges it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from running import invoke

PIPELINE = """\
name: Deploy
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - run: kubectl --namespace production set image deployment/shop shop=registry.example.com/shop:${{ github.sha }}
"""
FLOW = ".github/workflows/deploy.yml"
IGNORED = '      # barraiser: ignore[TST001] reason="the tests run elsewhere" until=2026-10-31 owner=ann\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "shop"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "--quiet", "--initial-branch", "main")
    put(folder, FLOW, PIPELINE)
    put(folder, ".barraiser.yml", "version: 1\nowner: team-shop\n")
    commit()
    git("branch", "change")
    return folder


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def commit() -> None:
    git("add", "--all")
    git("commit", "--quiet", "--message", "change")


def put(folder: Path, path: str, text: str) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def check(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = invoke(["check", "--output-format", "json", "--as-of", "2026-09-01", *arguments])
    return result.exit_code, json.loads(result.stdout)


def rules_of(report: dict[str, Any]) -> dict[str, str]:
    (pipeline,) = report["pipelines"]
    return dict(pipeline["verdicts"])


def test_the_configuration_of_the_revision_decides(root: Path) -> None:
    put(root, ".barraiser.yml", "version: 1\nowner: team-shop\nrules: {TST001: off, ENV001: off}\n")
    commit()
    status, own = check()
    assert "TST001" not in rules_of(own)
    assert own["policy"]["origin"] == "file"
    status, judged = check("--policy-ref", "change")
    assert (status, rules_of(judged)["TST001"]) == (1, "failed")
    assert (judged["policy"]["path"], judged["policy"]["origin"]) == (".barraiser.yml", "ref")
    (told,) = judged["policy"]["findings"]
    assert (told["rule"], told["severity"]) == ("GOV002", "info")
    assert "change" in told["message"]


def test_a_configuration_that_did_not_change_is_not_told(root: Path) -> None:
    _, judged = check("--policy-ref", "HEAD")
    assert judged["policy"] == {"path": ".barraiser.yml", "origin": "ref", "findings": []}


def test_a_configuration_that_is_not_committed_changes_nothing(root: Path) -> None:
    put(root, ".barraiser.yml", "version: 1\nrules: {TST001: off}\n")
    _, judged = check("--policy-ref", "HEAD")
    assert rules_of(judged)["TST001"] == "failed"


def test_a_configuration_that_is_taken_away_still_decides(root: Path) -> None:
    put(root, ".barraiser.yml", "version: 1\nprofile: strict\n")
    commit()
    git("branch", "--force", "change")
    (root / ".barraiser.yml").unlink()
    _, judged = check("--policy-ref", "change")
    assert judged["tool"]["profile"] == "strict"
    assert [each["severity"] for each in judged["policy"]["findings"]] == ["info"]


def test_a_first_configuration_takes_effect_once_it_is_merged(root: Path) -> None:
    git("rm", "--quiet", ".barraiser.yml")
    commit()
    git("branch", "--force", "change")
    put(root, ".barraiser.yml", "version: 1\nrules: {TST001: off}\n")
    _, judged = check("--policy-ref", "change")
    assert rules_of(judged)["TST001"] == "failed"
    assert judged["policy"]["origin"] == "none"
    assert len(judged["policy"]["findings"]) == 1


def test_a_new_suppression_sets_nothing_aside(root: Path) -> None:
    put(root, FLOW, PIPELINE.replace("      - run:", f"{IGNORED}      - run:"))
    _, own = check()
    assert rules_of(own)["TST001"] == "waived"
    status, judged = check("--policy-ref", "change")
    assert (status, rules_of(judged)["TST001"]) == (1, "failed")
    (told,) = [each for each in judged["pipelines"][0]["findings"] if each["rule"] == "GOV002"]
    assert told["severity"] == "warning"
    assert "change" in told["message"]


def test_a_suppression_of_the_revision_counts_wherever_its_line_has_moved(root: Path) -> None:
    put(root, FLOW, PIPELINE.replace("      - run:", f"{IGNORED}      - run:"))
    commit()
    git("branch", "--force", "change")
    put(root, FLOW, "# a comment\n\n" + (root / FLOW).read_text())
    _, judged = check("--policy-ref", "change")
    assert rules_of(judged)["TST001"] == "waived"


def test_a_suppression_counts_once_and_for_its_own_line(root: Path) -> None:
    put(root, FLOW, PIPELINE.replace("      - run:", f"{IGNORED}      - run:"))
    commit()
    git("branch", "--force", "change")
    other = PIPELINE.replace("kubectl --namespace production", "kubectl --namespace live")
    put(root, FLOW, other.replace("      - run:", f"{IGNORED}      - run:"))
    _, judged = check("--policy-ref", "change")
    assert rules_of(judged)["TST001"] == "failed"


def test_a_changed_configuration_must_be_readable(root: Path) -> None:
    put(root, ".barraiser.yml", "version: 1\nprofle: strict\n")
    result = invoke(["check", "--policy-ref", "change"])
    assert result.exit_code == 2
    assert ".barraiser.yml:2:1" in result.stderr


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=touch x", "change:.barraiser.yml", "change\nx", ""])
def test_a_revision_that_git_does_not_know_is_told(root: Path, ref: str) -> None:
    result = invoke(["check", f"--policy-ref={ref}"])
    if not ref:
        assert result.exit_code == 1
        return
    assert result.exit_code == 2
    assert "no such revision" in result.stderr
    assert "Traceback" not in result.stderr


def test_without_a_repository_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "plain", FLOW, PIPELINE)
    monkeypatch.chdir(tmp_path / "plain")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    result = invoke(["check", "--policy-ref", "main"])
    assert result.exit_code == 2
    assert "git finds no repository" in result.stderr


@pytest.mark.parametrize("more", [["--isolated"], ["--config", ".barraiser.yml"]])
def test_two_sources_of_a_policy_are_one_too_many(root: Path, more: list[str]) -> None:
    result = invoke(["check", "--policy-ref", "change", *more])
    assert result.exit_code == 2
    assert "--policy-ref" in result.stderr


def test_several_roots_of_a_repository_are_judged_by_the_revision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = tmp_path / "many"
    for name in ("one", "two"):
        put(top / name, FLOW, PIPELINE)
        put(top / name, ".barraiser.yml", "version: 1\nowner: team-shop\n")
    monkeypatch.chdir(top)
    git("init", "--quiet", "--initial-branch", "main")
    commit()
    for name in ("one", "two"):
        put(top / name, ".barraiser.yml", "version: 1\nrules: {TST001: off}\n")
    _, judged = check("--policy-ref", "main", "--jobs", "2")
    assert [each["verdicts"]["TST001"] for each in judged["pipelines"]] == ["failed", "failed"]
    assert [each["location"]["path"] for each in judged["policy"]["findings"]] == [
        "one/.barraiser.yml",
        "two/.barraiser.yml",
    ]
