"""Verdicts over the variants of a template (design 3a): failed in all fails, failed in some is milder and says when."""

from __future__ import annotations

from pathlib import Path

from barraiser.checks.result import PipelineResult
from barraiser.testing import judged

APPROVED = """\
        - !If
          - Approves
          - Name: Approval
            Actions:
              - Name: Approve
                ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}
          - !Ref AWS::NoValue
"""
EXTRA = """\
        - !If
          - Approves
          - Name: Extra
            Actions:
              - Name: Deploy
                ActionTypeId: {Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}
                Configuration: {ClusterName: shop-staging, ServiceName: more-staging}
          - !Ref AWS::NoValue
"""


def pipeline(stages: str, parameter: str = "{Type: String}") -> str:
    return f"""\
Parameters:
  Approve: {parameter}
Conditions:
  Approves: !Equals [!Ref Approve, "yes"]
Resources:
  Shop:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions:
            - Name: Repository
              ActionTypeId: {{Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1"}}
              Configuration: {{RepositoryName: shop, BranchName: main}}
        - Name: Staging
          Actions:
            - Name: Deploy
              ActionTypeId: {{Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}}
              Configuration: {{ClusterName: shop-staging, ServiceName: shop-staging}}
{stages}        - Name: Prod
          Actions:
            - Name: Deploy
              ActionTypeId: {{Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}}
              Configuration: {{ClusterName: shop-production, ServiceName: shop-production}}
"""


def check(folder: Path, text: str) -> PipelineResult:
    (folder / "pipeline.yml").write_text(text, encoding="utf-8")
    (result,) = judged(folder)
    return result


def test_failed_in_some_variants_is_milder_and_names_the_condition(tmp_path: Path) -> None:
    result = check(tmp_path, pipeline(APPROVED))
    assert result.verdicts["APV001"] == "failed"
    (finding,) = [each for each in result.findings if each.rule == "APV001"]
    assert finding.severity == "warning"
    assert "only if the condition `Approves` does not hold" in finding.message


def test_failed_in_all_variants_keeps_its_severity(tmp_path: Path) -> None:
    result = check(tmp_path, pipeline(EXTRA))
    (finding,) = [each for each in result.findings if each.rule == "APV001"]
    assert (finding.severity, "only if" in finding.message) == ("error", False)


def test_passed_in_all_variants_passes(tmp_path: Path) -> None:
    always = APPROVED.replace(
        "- !Ref AWS::NoValue", APPROVED[APPROVED.index("- Name: Approval") :].split("          - !Ref")[0]
    )
    result = check(tmp_path, pipeline(always))
    assert result.verdicts["APV001"] == "passed"


def test_a_known_parameter_makes_the_failure_certain(tmp_path: Path) -> None:
    result = check(tmp_path, pipeline(APPROVED, '{Type: String, Default: "no"}'))
    (finding,) = [each for each in result.findings if each.rule == "APV001"]
    assert finding.severity == "error"


def test_production_that_is_there_in_one_variant_alone_is_judged_there(tmp_path: Path) -> None:
    text = pipeline("").replace(
        "ServiceName: shop-production", "ServiceName: !If [Approves, shop-production, shop-beta]"
    )
    result = check(tmp_path, text.replace("ClusterName: shop-production", "ClusterName: shop"))
    assert result.deploys_to_prod is True
    (finding,) = [each for each in result.findings if each.rule == "APV001"]
    assert (finding.severity, "only if" in finding.message) == ("error", False)
