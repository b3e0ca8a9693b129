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


TEMPLATE = """\
Parameters: {Ask: {Type: String}}
Conditions: {Asked: !Equals [!Ref Ask, "yes"]}
Resources:
  Shop:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions: [{Name: Code, ActionTypeId: {Category: Source, Owner: AWS, Provider: S3, Version: "1"}}]
        - Fn::If:
            - Asked
            - Name: Approve
              Actions: [{Name: Ask, ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}}]
            - !Ref AWS::NoValue
        - Name: Prod
          Actions: [{Name: Go, ActionTypeId: {Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}}]
"""


def test_one_way_in_which_conditions_can_fall_is_shown_alone(root: Path) -> None:
    (root / "pipeline.yml").write_text(TEMPLATE)
    assert "  variant 1        Asked\n  variant 2        not Asked\n" in run("pipeline.yml").stdout
    asked = run("pipeline.yml", "--variant", "asked").stdout
    assert "Approve/Ask" in asked
    assert "variant 2" not in asked
    assert "if     Asked" not in asked
    for name in ("2", "Not Asked"):
        shown = run("pipeline.yml", "--variant", name).stdout
        assert "  variant 2        not Asked\n" in shown
        assert "Approve/Ask" not in shown
        assert "after  Source/Code" in shown
    assert "Shop (not Asked)" in run("pipeline.yml", "--variant", "2", "--output-format", "mermaid").stdout
    assert "Shop (not Asked)" in run("pipeline.yml", "--variant", "2", "--output-format", "dot").stdout
    (whole,) = graphs("pipeline.yml")
    (second,) = graphs("pipeline.yml", "--variant", "2", "--scenario", "manual")
    assert "variant" not in whole
    assert second["variant"] == 2
    assert whole["variants"] == second["variants"]
    assert len(second["scenarios"]) == 1
    assert [job["id"] for job in second["jobs"]] == ["Source/Code", "Prod/Go"]


def test_a_variant_that_is_not_there_is_named_with_those_that_are(root: Path) -> None:
    (root / "pipeline.yml").write_text(TEMPLATE)
    wrong = run("pipeline.yml", "--variant", "7")
    assert wrong.exit_code == 2
    assert "there are Asked, not Asked" in wrong.stderr
    none = run(".github/workflows/deploy.yml", "--variant", "1")
    assert none.exit_code == 2
    assert "there are none here" in none.stderr
