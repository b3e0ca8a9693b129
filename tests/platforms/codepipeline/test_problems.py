"""A definition that the service refuses, or that cannot be read, must close the gate and say where and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from codepipeline_files import deploy, read, stage, template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

PROD = stage("Prod", "p")


def pipeline_with(stages: str) -> str:
    return f"Resources:\n  Shop:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      Stages: {stages}\n"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("Resources:\n  Shop:\n    Type: AWS::CodePipeline::Pipeline\n", "properties are nothing", 2),
        (
            "Resources:\n  Shop:\n    Type: AWS::CodePipeline::Pipeline\n    Properties: [a]\n",
            "properties are a list",
            2,
        ),
        ("Resources:\n  Shop:\n    Type: AWS::CodePipeline::Pipeline\n    Properties: {Name: x}\n", "has no stages", 2),
        (pipeline_with("{a: b}"), "`Stages` is a mapping", 5),
        (pipeline_with("[]"), "list of stages is empty", 5),
        (pipeline_with("[a, b]"), "stage 1 is text", 5),
        (pipeline_with("[{Name: A, Actions: text}, {Name: B}]"), "`Actions` of stage A is text", 5),
        (pipeline_with("[{Name: A, Actions: []}, {Name: B}]"), "stage A has no actions", 5),
        (pipeline_with("[{Actions: [{Name: a, ActionTypeId: {Category: Source}}]}]"), "stage 1 has no name", 5),
        (pipeline_with("[{Name: A, Actions: [1]}]"), "action 1 of stage A is text", 5),
        (pipeline_with("[{Name: A, Actions: [{Name: a}]}]"), "has no `ActionTypeId`", 5),
        (
            pipeline_with("[{Name: A, Actions: [{Name: a, ActionTypeId: x}]}]"),
            "`ActionTypeId` of the action a is text",
            5,
        ),
        (
            pipeline_with("[{Name: A, Actions: [{Name: a, ActionTypeId: {Category: Ship}}]}]"),
            "the category `Ship`, which does not exist",
            5,
        ),
        (template(), "needs at least two stages, and this one has 1", 2),
        (template(PROD, PROD), "two stages with the name Prod", 19),
        (template(stage("Prod", "p", "p")), "two actions with the name p", 19),
        (template(stage("Prod", deploy("p", order=0))), "`RunOrder` of the action p is `0`", 16),
        (
            template(PROD, PROD.replace("Prod", "Next").replace("Category: Deploy", "Category: Source")),
            "belong to the first",
            21,
        ),
        (template(PROD).replace("Category: Source", "Category: Build"), "has no source action", 7),
        (template(PROD).replace("    Type:", "    Type: x\n    Type:", 1), "key `Type` stands twice", 4),
        ("AWS::CodePipeline::Pipeline: [", "not valid YAML", 1),
        (
            "AWSTemplateFormatVersion: '2010-09-09'\nResources: [a]\n# AWS::CodePipeline::Pipeline\n",
            "`Resources` is a list",
            2,
        ),
    ],
)
def test_problems_say_what_where_and_how_to_mend(tmp_path: Path, text: str, message: str, line: int) -> None:
    (pipeline,) = read(tmp_path, text)
    problem = next(each for each in pipeline.problems if message in each.message)
    assert problem.place.line == line
    assert problem.fix
    assert problem.fatal


def test_lists_that_only_the_service_can_tell_are_unresolved(tmp_path: Path) -> None:
    for stages in ("!Ref Stages", "{'Fn::Transform': {Name: AWS::Include}}", "!FindInMap [A, B, C]"):
        (pipeline,) = read(tmp_path, pipeline_with(stages))
        assert not pipeline.problems
        assert pipeline.unresolved


def test_unknown_names_do_not_count_as_given_twice(tmp_path: Path) -> None:
    text = template(stage("!Ref First", "a"), stage("!Ref First", "a"))
    (pipeline,) = read(tmp_path, text)
    assert not pipeline.problems
    assert len({job.id for job in pipeline.jobs}) == 3


def test_too_much_is_refused_before_it_is_built(tmp_path: Path) -> None:
    many = [{"Name": f"a{n}", "ActionTypeId": {"Category": "Deploy", "Provider": "S3"}} for n in range(1500)]
    text = json.dumps(
        {
            "Resources": {
                "Shop": {
                    "Type": "AWS::CodePipeline::Pipeline",
                    "Properties": {"Stages": [{"Name": "S", "Actions": many}, {"Name": "T", "Actions": many}]},
                }
            }
        }
    )
    (pipeline,) = read(tmp_path, text, "p.json")
    assert any("at most 1000" in problem.message for problem in pipeline.problems)
    assert not pipeline.jobs


WORDS = ["Stages", "Actions", "Name", "ActionTypeId", "Category", "Configuration", "ProjectName", "RunOrder", "Ref", "Fn::If",
         "Fn::Sub", "Fn::Join", "Conditions", "Rules", "BeforeEntry", "OnFailure", "Triggers", "GitConfiguration", "Push",
         "Branches", "Includes", "Properties", "Type", "BuildSpec", "Source", "Tags", "Commands", "Result"]  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 1000)
    | st.sampled_from([*WORDS, "", "CodeBuild", "${x}", "AWS::NoValue"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=25,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_nothing_in_a_file_makes_the_reader_fail(tmp_path: Path, data: st.DataObject) -> None:
    document = {
        "Parameters": data.draw(VALUES),
        "Conditions": data.draw(VALUES),
        "Mappings": data.draw(VALUES),
        "Resources": {
            "A": {
                "Type": "AWS::CodePipeline::Pipeline",
                "Condition": data.draw(VALUES),
                "Properties": data.draw(VALUES),
            },
            "B": {
                "Type": "AWS::CodePipeline::Pipeline",
                "Properties": {
                    "Stages": data.draw(st.lists(st.dictionaries(st.sampled_from(WORDS), VALUES), max_size=3))
                },
            },
            "C": {"Type": "AWS::CodeBuild::Project", "Properties": data.draw(VALUES)},
            "D": {"Type": "AWS::Events::Rule", "Properties": data.draw(VALUES)},
        },
        "pipeline": data.draw(VALUES),
    }
    (tmp_path / "p.json").write_text(json.dumps(document))
    for pipeline in CodePipelineReader().read("p.json", Repository(str(tmp_path)), ReadOptions()):
        assert pipeline.path == "p.json"
        assert all(problem.place.line >= 1 and problem.fix for problem in pipeline.problems)
        assert len({job.id for job in pipeline.jobs}) == len(pipeline.jobs)
