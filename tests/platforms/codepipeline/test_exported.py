"""The live definition, as ``get-pipeline`` prints it, is judged like the template that made it."""

from __future__ import annotations

import json
from pathlib import Path

from codepipeline_files import edges, job, one, read

from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.source.yaml_loader import load


def exported() -> dict[str, object]:
    def action(name: str, category: str, provider: str, **configuration: str) -> dict[str, object]:
        kind = {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
        return {"name": name, "actionTypeId": kind, "runOrder": 1, "configuration": configuration}

    return {
        "pipeline": {
            "name": "shop",
            "roleArn": "arn:aws:iam::111111111111:role/pipeline",
            "pipelineType": "V2",
            "executionMode": "QUEUED",
            "stages": [
                {"name": "Source", "actions": [action("Code", "Source", "CodeCommit", BranchName="main")]},
                {
                    "name": "Prod",
                    "actions": [action("Deploy", "Deploy", "ECS", ServiceName="${literal}")],
                    "onSuccess": {
                        "conditions": [
                            {
                                "result": "ROLLBACK",
                                "rules": [
                                    {
                                        "name": "watch",
                                        "ruleTypeId": {
                                            "category": "Rule",
                                            "owner": "AWS",
                                            "provider": "CloudWatchAlarm",
                                        },
                                        "configuration": {"AlarmName": "errors", "WaitTime": "30"},
                                    }
                                ],
                            }
                        ]
                    },
                },
            ],
            "triggers": [
                {
                    "providerType": "CodeStarSourceConnection",
                    "gitConfiguration": {"sourceActionName": "Code", "push": [{"branches": {"includes": ["main"]}}]},
                }
            ],
        },
        "metadata": {"pipelineArn": "arn:aws:codepipeline:eu-west-1:111111111111:shop"},
    }


def test_keys_in_camel_case_mean_the_same(tmp_path: Path) -> None:
    pipeline = one(tmp_path, json.dumps(exported(), indent=1), "shop.json")
    assert (pipeline.name, pipeline.facts["execution-mode"][0], pipeline.facts["pipeline-type"][0]) == (
        "shop",
        "QUEUED",
        "V2",
    )
    assert edges(pipeline) == {
        ("Source/Code", "Prod/Deploy", "stage"),
        ("Prod/Deploy", "Prod/OnSuccess", "sequence"),
    }
    assert job(pipeline, "Prod/OnSuccess").steps[0].inputs["WaitTime"] == "30"
    assert [each.event for each in pipeline.scenarios] == ["push", "manual"]


def test_an_export_has_no_functions(tmp_path: Path) -> None:
    pipeline = one(tmp_path, json.dumps(exported()), "shop.json")
    assert job(pipeline, "Prod/Deploy").steps[0].inputs["ServiceName"] == "${literal}"


def test_other_tools_pipelines_are_not_taken_for_one(tmp_path: Path) -> None:
    reader = CodePipelineReader()
    assert reader.recognises(load(json.dumps(exported()).encode(), "a.json")[0].root)
    for other in ({"pipeline": {"stages": [{"stage": {"name": "x"}}]}}, {"pipeline": "x"}, {"pipeline": {}}, [1]):
        assert not reader.recognises(load(json.dumps(other).encode(), "a.json")[0].root)
        assert read(tmp_path, json.dumps(other), "a.json") == []


def test_missing_stages_are_told(tmp_path: Path) -> None:
    (pipeline,) = read(tmp_path, '{"pipeline": {"name": "shop", "roleArn": "arn"}}', "shop.json")
    assert "has no stages" in pipeline.problems[0].message
