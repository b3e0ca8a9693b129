"""Values that one template of the repository exports and another imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from codepipeline_files import build, deploy, job, one, stage, template

from barraiser.platforms.codepipeline.exports import Exports
from barraiser.source.repository import Repository

PROJECTS = """\
Resources:
  Tests:
    Type: AWS::CodeBuild::Project
    Properties:
      Source: {Type: CODEPIPELINE, BuildSpec: "version: 0.2\\nphases: {build: {commands: [npm test]}}"}
Outputs:
  Tests: {Value: !Ref Tests, Export: {Name: !Sub "${AWS::StackName}-tests"}}
  Cluster: {Value: shop-production, Export: {Name: shop-cluster}}
  Other: {Value: other, Export: {Name: other}}
"""


def test_a_build_project_and_a_text_of_another_template(tmp_path: Path) -> None:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/projects.yml").write_text(PROJECTS, encoding="utf-8")
    action = deploy("go").replace("ClusterName: shop", "ClusterName: !ImportValue shop-cluster")
    imported = "\n      Fn::ImportValue: !Sub '${Stack}-tests'"
    text = template(
        stage("Test", build("Unit", imported)), stage("Prod", action), above="Parameters: {Stack: {Type: String}}\n"
    )
    found = one(tmp_path, text)
    script = job(found, "Test/Unit").steps[0].script
    assert script is not None
    assert script.fragments[0].text == "npm test"
    assert job(found, "Prod/go").steps[0].inputs["ClusterName"] == "shop-production"
    assert "infra/projects.yml" in found.files
    assert not found.unresolved


@pytest.mark.parametrize(
    ("exported", "imported", "known"),
    [
        ("net-vpc", "net-vpc", True),
        ("${AWS::StackName}-vpc", "net-vpc", True),
        ("${AWS::StackName}-vpc", "${Net}-vpc", True),
        ("${AWS::StackName}-vpc", "${Net}-subnet", False),
        ("${AWS::StackName}-vpc", "net-subnet", False),
        ("${Env}-${AWS::StackName}", "a-b", False),
        ("a-${X}-b-${Y}-c", "a-1-b-2-c", True),
        ("a-${X}-b-${Y}-c", "a-b-c", False),
        ("${A}", "${B}", False),
    ],
)
def test_names_that_are_known_in_part(tmp_path: Path, exported: str, imported: str, known: bool) -> None:
    text = f"Resources: {{}}\nOutputs: {{X: {{Value: found, Export: {{Name: !Sub '{exported}'}}}}}}\n"
    (tmp_path / "other.yml").write_text(text, encoding="utf-8")
    assert Exports(Repository(str(tmp_path))).text(imported) == ("found" if known else None)


def test_an_import_that_two_templates_may_mean_is_unknown(tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = "Resources: {}\nOutputs: {X: {Value: NAME, Export: {Name: !Sub '${AWS::StackName}-x'}}}\n".replace(
            "NAME", name
        )
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    assert Exports(Repository(str(tmp_path))).text("${Net}-x") is None


def test_templates_that_import_from_each_other_end(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        text = f"Resources: {{}}\nOutputs: {{X: {{Value: !ImportValue {other}, Export: {{Name: {name}}}}}}}\n"
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    assert Exports(Repository(str(tmp_path))).text("a") == "${b}"
