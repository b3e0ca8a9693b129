"""Stack sets: one action that deploys to several regions, in waves or all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from codepipeline_files import edges, job, one, stage, template

from barraiser.testing import judged


def action(configuration: str, provider: str = "CloudFormationStackSet") -> str:
    return (
        "- Name: Deploy\n"
        f'  ActionTypeId: {{Category: Deploy, Owner: AWS, Provider: {provider}, Version: "1"}}\n'
        f"  Configuration: {{{configuration}}}\n"
    )


@pytest.mark.parametrize("provider", ["CloudFormationStackSet", "CloudFormationStackInstances"])
def test_regions_follow_each_other_in_the_order_given(tmp_path: Path, provider: str) -> None:
    given = 'StackSetName: shop-prod, Regions: "eu-west-1, us-east-1", DeploymentTargets: "111111111111"'
    found = one(tmp_path, template(stage("Prod", action(given, provider)), stage("Last", "x")))
    assert [each.id for each in found.jobs if each.stage == "Prod"] == [
        "Prod/Deploy (eu-west-1)",
        "Prod/Deploy (us-east-1)",
    ]
    assert ("Prod/Deploy (eu-west-1)", "Prod/Deploy (us-east-1)", "needs") in edges(found)
    assert job(found, "Prod/Deploy (us-east-1)").tags["region"] == "us-east-1"
    assert job(found, "Prod/Deploy (us-east-1)").tags["account"] == "111111111111"
    assert job(found, "Last/x").needs == ("Prod/Deploy (eu-west-1)", "Prod/Deploy (us-east-1)")


def test_a_failure_that_is_tolerated_holds_no_region_back(tmp_path: Path) -> None:
    given = 'StackSetName: shop, Regions: "eu-west-1,us-east-1", FailureTolerancePercentage: 100'
    found = one(tmp_path, template(stage("Prod", action(given))))
    assert [(each.strength, each.softened_by) for each in found.edges if each.kind == "needs"] == [
        ("soft", "FailureTolerancePercentage: 100")
    ]


def test_regions_side_by_side(tmp_path: Path) -> None:
    given = 'StackSetName: shop, Regions: "eu-west-1,us-east-1", RegionConcurrencyType: PARALLEL'
    found = one(tmp_path, template(stage("Prod", action(given))))
    assert not [edge for edge in edges(found) if edge[2] == "needs"]


@pytest.mark.parametrize("regions", ['""', "eu-west-1", "!Ref Regions", '"Build::regions.json"'])
def test_one_region_or_an_unknown_list_stays_one_action(tmp_path: Path, regions: str) -> None:
    above = "Parameters: {Regions: {Type: String}}\n"
    found = one(tmp_path, template(stage("Prod", action(f"StackSetName: shop, Regions: {regions}")), above=above))
    assert [each.id for each in found.jobs if each.stage == "Prod"] == ["Prod/Deploy"]


APPLIED = """\
Parameters:
  Regions: {Type: CommaDelimitedList, Default: "eu-west-1,us-east-1,ap-south-1"}
Resources:
  Set:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: shop
      OperationPreferences: {RegionOrder: [us-east-1, eu-west-1, ap-south-1]MORE}
      StackInstancesGroup:
        - DeploymentTargets: {Accounts: ["222222222222"]}
          Regions: !Ref Regions
"""


@pytest.mark.parametrize(
    "mode", ["TemplatePath: 'Code::set.yml', ActionMode: CREATE_UPDATE", "ActionMode: CHANGE_SET_EXECUTE"]
)
def test_a_template_with_a_stack_set_is_applied_region_by_region(tmp_path: Path, mode: str) -> None:
    (tmp_path / "set.yml").write_text(APPLIED.replace("MORE", ""), encoding="utf-8")
    prepare = action(
        "StackName: shop-prod, ActionMode: CHANGE_SET_REPLACE, TemplatePath: 'Code::set.yml'", "CloudFormation"
    )
    run = action(f"StackName: shop-prod, {mode}", "CloudFormation")
    found = one(tmp_path, template(stage("Prepare", prepare), stage("Prod", run)))
    assert [each.matrix["region"] for each in found.jobs if each.stage == "Prod"] == [
        "us-east-1",
        "eu-west-1",
        "ap-south-1",
    ]
    assert ("Prod/Deploy (us-east-1)", "Prod/Deploy (eu-west-1)", "needs") in edges(found)
    assert "set.yml" in found.files
    (tmp_path / "set.yml").write_text(APPLIED.replace("MORE", ", RegionConcurrencyType: PARALLEL"), encoding="utf-8")
    found = one(tmp_path, template(stage("Prepare", prepare), stage("Prod", run)))
    assert not [edge for edge in edges(found) if edge[2] == "needs"]


@pytest.mark.parametrize(("kind", "verdict"), [("SEQUENTIAL", "passed"), ("PARALLEL", "failed")])
def test_the_first_wave_is_the_first_region(tmp_path: Path, kind: str, verdict: str) -> None:
    given = f'StackSetName: shop-production, Regions: "eu-west-1,us-east-1", RegionConcurrencyType: {kind}'
    (tmp_path / "pipeline.yml").write_text(template(stage("Prod", action(given))), encoding="utf-8")
    (result,) = judged(tmp_path)
    assert result.verdicts["WAV005"] == verdict
