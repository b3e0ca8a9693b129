"""What ``cdk synth`` leaves: templates beside their assets, which stand for what is uploaded under the name of a hash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from codepipeline_files import job

from barraiser.model.pipeline import Pipeline
from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

HASH = "0123456789abcdef" * 4
UPLOADED = {
    "Fn::Join": [
        "",
        [
            "arn:",
            {"Ref": "AWS::Partition"},
            {"Fn::Sub": f":s3:::cdk-hnb659fds-assets-${{AWS::AccountId}}-${{AWS::Region}}/{HASH}.yaml"},
        ],
    ]
}
SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - npm test\n"


def project(spec: object) -> dict[str, object]:
    return {
        "Type": "AWS::CodeBuild::Project",
        "Properties": {"Name": "shop-build", "Source": {"Type": "CODEPIPELINE", "BuildSpec": spec}},
    }


def pipeline(project_name: object) -> dict[str, object]:
    def action(name: str, category: str, provider: str, configuration: object) -> dict[str, object]:
        kind = {"Category": category, "Owner": "AWS", "Provider": provider, "Version": "1"}
        return {"Name": name, "ActionTypeId": kind, "Configuration": configuration}

    source = {"RepositoryName": "shop", "BranchName": "main"}
    stages = [
        {"Name": "Source", "Actions": [action("Code", "Source", "CodeCommit", source)]},
        {"Name": "Build", "Actions": [action("Synth", "Build", "CodeBuild", {"ProjectName": project_name})]},
    ]
    return {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Name": "shop", "Stages": stages}}


def read(folder: Path, path: str, resources: dict[str, object]) -> Pipeline:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(json.dumps({"Resources": resources}, indent=1))
    (found,) = CodePipelineReader().read(path, Repository(str(folder)), ReadOptions())
    assert not found.problems
    return found


def commands(found: Pipeline) -> list[str]:
    return [each.text for step in job(found, "Build/Synth").steps if step.script for each in step.script.fragments]


@pytest.mark.parametrize("folder", ["cdk.out", "cdk.out/assembly-Tools"])
def test_an_uploaded_buildspec_is_read_from_the_assembly(tmp_path: Path, folder: str) -> None:
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / f"cdk.out/asset.{HASH}.yaml").write_text(SPEC)
    found = read(
        tmp_path,
        f"{folder}/Shop.template.json",
        {"Project": project(UPLOADED), "Shop": pipeline({"Ref": "Project"})},
    )
    assert commands(found) == ["npm test"]
    assert f"cdk.out/asset.{HASH}.yaml" in found.files
    assert not found.unresolved


def test_an_asset_that_is_not_there_stays_unresolved(tmp_path: Path) -> None:
    found = read(tmp_path, "Shop.template.json", {"Project": project(UPLOADED), "Shop": pipeline({"Ref": "Project"})})
    assert [each.what for each in found.unresolved] == ["buildspec"]


def test_a_nested_stack_is_the_file_that_the_assembly_names(tmp_path: Path) -> None:
    (tmp_path / "cdk.out").mkdir()
    inner = {
        "Resources": {"Project": project(SPEC)},
        "Outputs": {"Ref": {"Value": {"Ref": "Project"}}},
    }
    (tmp_path / "cdk.out/ToolsBuild.nested.template.json").write_text(json.dumps(inner))
    url = {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/assets/{HASH}.json"}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url},
        "Metadata": {"aws:asset:path": "ToolsBuild.nested.template.json"},
    }
    found = read(
        tmp_path,
        "cdk.out/Tools.template.json",
        {"Build": nested, "Shop": pipeline({"Fn::GetAtt": ["Build", "Outputs.Ref"]})},
    )
    assert commands(found) == ["npm test"]


def test_manifest_and_tree_of_an_assembly_are_no_entries(tmp_path: Path) -> None:
    tree = {"tree": {"attributes": {"aws:cdk:cloudformation:type": "AWS::CodePipeline::Pipeline"}}}
    manifest = {"artifacts": {"Tools": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "x"}}}}
    for name, body in (("tree.json", tree), ("manifest.json", manifest)):
        (tmp_path / name).write_text(json.dumps(body))
        assert CodePipelineReader().read(name, Repository(str(tmp_path)), ReadOptions()) == []


def test_the_manifest_says_where_the_stack_goes(tmp_path: Path) -> None:
    manifest = {
        "version": "36.0.0",
        "artifacts": {
            "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
            "Shop": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://111111111111/eu-west-1",
                "properties": {
                    "templateFile": "Shop.template.json",
                    "stackName": "shop",
                    "parameters": {"Env": "prod"},
                },
            },
        },
    }
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out/manifest.json").write_text(json.dumps(manifest))
    whole = pipeline("shop-build")
    stages = whole["Properties"]["Stages"]  # type: ignore[index]
    stages[1]["Name"] = {"Fn::Sub": "Deploy-${Env}-${AWS::Region}"}
    stages[1]["Actions"][0]["RoleArn"] = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/x"}
    template = {"Parameters": {"Env": {"Type": "String"}}, "Resources": {"P": whole}}
    (tmp_path / "cdk.out/Shop.template.json").write_text(json.dumps(template))
    (found,) = CodePipelineReader().read("cdk.out/Shop.template.json", Repository(str(tmp_path)), ReadOptions())
    made = job(found, "Deploy-prod-eu-west-1/Synth")
    assert (made.tags["account"], made.tags["region"]) == ("111111111111", "eu-west-1")
