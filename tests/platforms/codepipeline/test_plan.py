"""A plan shows what Terraform will make, also where the files alone cannot tell: ``terraform show -json`` is read like them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from codepipeline_files import edges, job, one, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.source.yaml_loader import load

SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - npm test\n"


def action(name: str, category: str, provider: str, order: int | None = 1, **configuration: str) -> dict[str, object]:
    return {
        "name": name,
        "category": category,
        "owner": "AWS",
        "provider": provider,
        "version": "1",
        "run_order": order,
        "configuration": configuration,
        "role_arn": None,
        "timeout_in_minutes": None,
    }


def resource(kind: str, name: str, values: object, index: object = None) -> dict[str, object]:
    more = {} if index is None else {"index": index}
    return {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "values": values, **more}


def pipeline(name: str) -> dict[str, object]:
    stages = [
        {"name": "Source", "action": [action("Code", "Source", "CodeCommit", BranchName="main")], "before_entry": []},
        {"name": "Build", "action": [action("Test", "Build", "CodeBuild", ProjectName="shop-build")]},
        {"name": "Prod", "action": [action("Deploy", "Deploy", "ECS", None, ServiceName="${literal}")]},
    ]
    return {"name": name, "stage": stages, "execution_mode": "QUEUED", "pipeline_type": "V2", "tags": None}


def plan(key: str = "planned_values", **module: object) -> str:
    return json.dumps({"format_version": "1.2", key: {"root_module": module}}, indent=1)


PROJECT = resource("aws_codebuild_project", "build", {"name": "shop-build", "source": [{"buildspec": SPEC}]})


@pytest.mark.parametrize("key", ["planned_values", "values"])
def test_a_pipeline_of_a_plan_or_state_is_read(tmp_path: Path, key: str) -> None:
    found = one(
        tmp_path, plan(key, resources=[PROJECT, resource("aws_codepipeline", "shop", pipeline("shop"))]), "p.json"
    )
    assert found.name == "shop"
    assert found.facts["execution-mode"][0] == "QUEUED"
    assert edges(found) == {("Source/Code", "Build/Test", "stage"), ("Build/Test", "Prod/Deploy", "stage")}
    (step,) = job(found, "Prod/Deploy").steps
    assert (step.uses, step.inputs["ServiceName"]) == ("Deploy/AWS/ECS", "${literal}")
    scripts = [step.script for step in job(found, "Build/Test").steps if step.script]
    assert [each.text for script in scripts for each in script.fragments] == ["npm test"]


def test_pipelines_and_projects_of_called_modules_count(tmp_path: Path) -> None:
    inner = {
        "address": "module.cd",
        "resources": [
            resource("aws_codepipeline", "each", pipeline("one"), "one"),
            resource("aws_codepipeline", "each", pipeline("two"), "two"),
        ],
    }
    found = read(tmp_path, plan(resources=[PROJECT], child_modules=[{"child_modules": [inner]}]), "p.json")
    assert [each.name for each in found] == ["one", "two"]
    assert not [problem for each in found for problem in each.problems]
    assert all(job(each, "Build/Test").steps[0].script for each in found)


def test_a_plan_without_a_pipeline_is_no_entry(tmp_path: Path) -> None:
    text = plan(resources=[PROJECT])
    assert read(tmp_path, text, "p.json") == []
    assert not CodePipelineReader().recognises(load(text.encode(), "p.json")[0].root)


def test_a_tag_in_a_plan_is_refused(tmp_path: Path) -> None:
    text = plan(resources=[resource("aws_codepipeline", "shop", pipeline("shop"))])
    (found,) = read(tmp_path, text.replace('"stage": [', '"count": !if [], "stage": ['), "p.json")
    assert found.problems


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["stage", "action", "name", "configuration", "dynamic", "count"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(junk=JUNK)
def test_whatever_stands_in_a_plan_is_no_crash(tmp_path: Path, junk: object) -> None:
    for values in (junk, {**pipeline("shop"), "stage": junk}, {"stage": [{"name": "Prod", "action": junk}]}):
        read(
            tmp_path, plan(resources=[resource("aws_codepipeline", "shop", values), junk], child_modules=junk), "p.json"
        )
