"""The graph command: formats, scenarios, exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import Result, invoke

from barraiser.report import graph_json

SCHEMA: Any = json.loads((Path(graph_json.__file__).parent / "schemas" / "graph.schema.json").read_text("utf-8"))
DEPLOY = """\
name: Deploy
on:
  push: {branches: [main]}
  workflow_dispatch:
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: npm test}]
  deploy:
    needs: test
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    environment: production
    steps: [{run: kubectl apply -f k8s/}]
  shared:
    uses: ./.github/workflows/shared.yml
"""
SHARED = "on: workflow_call\njobs: {scan: {runs-on: ubuntu-latest, steps: [{run: trivy image x}]}}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "deploy.yml").write_text(DEPLOY)
    (folder / "shared.yml").write_text(SHARED)
    return tmp_path


def run(*arguments: str) -> Result:
    return invoke(["graph", *arguments])


def graphs(*arguments: str) -> list[dict[str, Any]]:
    data = json.loads(run("--output-format", "json", *arguments).stdout)
    Draft202012Validator(SCHEMA).validate(data)
    return data["pipelines"]  # type: ignore[no-any-return]


def test_what_calls_is_shown_with_what_it_calls(root: Path) -> None:
    (pipeline,) = graphs()
    assert {job["id"] for job in pipeline["jobs"]} == {"test", "deploy", "shared / scan"}
    assert pipeline["edges"] == [{"source": "test", "target": "deploy", "kind": "needs", "strength": "hard"}]
    assert pipeline["deploys_to_prod"] is True
    assert run().exit_code == 0


def test_a_named_reusable_workflow_is_shown_itself(root: Path) -> None:
    (pipeline,) = graphs(".github/workflows/shared.yml")
    assert pipeline["path"] == ".github/workflows/shared.yml"
    assert [scenario["event"] for scenario in pipeline["scenarios"]] == ["called"]


def test_one_scenario(root: Path) -> None:
    (pipeline,) = graphs("--scenario", "manual run")
    assert "deploy" not in [job["id"] for job in pipeline["jobs"]]
    result = run("--scenario", "manul run")
    assert result.exit_code == 2
    assert "did you mean `manual run`?" in result.stderr


@pytest.mark.parametrize("form", ["text", "json", "mermaid", "dot"])
def test_every_format_explains(root: Path, form: str) -> None:
    plain, explained = run("--output-format", form), run("--output-format", form, "--explain")
    assert (plain.exit_code, explained.exit_code) == (0, 0)
    assert len(explained.stdout) > len(plain.stdout)
    assert "deploy" in plain.stdout


def test_the_exit_status_is_that_of_check_but_for_blocked(root: Path) -> None:
    assert run("nowhere").exit_code == 2
    (root / ".github" / "workflows" / "bad.yml").write_text("on: push\njobs: []\n")
    result = run()
    assert result.exit_code == 1
    (root / "empty").mkdir()
    assert run("empty").exit_code == 3
    assert run("empty", "--allow-empty").exit_code == 0
