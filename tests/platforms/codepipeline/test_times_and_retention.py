"""When a pipeline starts by itself, and for how long its artifacts are kept; a zone or a bucket that is lost makes a rule guess."""

from __future__ import annotations

from pathlib import Path

import pytest
from codepipeline_files import one, stage, template

from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

BUCKET = """\
Bucket:
  Type: AWS::S3::Bucket
  Properties:
    LifecycleConfiguration:
      Rules:
        - {Status: Disabled, ExpirationInDays: 1}
        - {Status: Enabled, ExpirationInDays: 90}
        - {Status: Enabled, ExpirationInDays: %s}
"""
STORE = "ArtifactStore: {Type: S3, Location: !Ref Bucket}\n"


@pytest.mark.parametrize(("days", "kept"), [("7", 7.0), ("365", 90.0), ("!Ref Days", 90.0)])
def test_the_shortest_lifecycle_of_the_artifact_bucket_counts(tmp_path: Path, days: str, kept: float) -> None:
    pipeline = one(tmp_path, template(stage("Prod", "p"), properties=STORE, more=BUCKET % days))
    assert pipeline.keeps is not None
    assert pipeline.keeps.days == kept


def test_another_bucket_says_nothing(tmp_path: Path) -> None:
    text = template(stage("Prod", "p"), properties=STORE.replace("Bucket}", "Other}"), more=BUCKET % 7)
    assert one(tmp_path, text).keeps is None


def test_a_schedule_has_its_zone(tmp_path: Path) -> None:
    rule = """\
Nightly:
  Type: AWS::Scheduler::Schedule
  Properties:
    ScheduleExpression: cron(0 3 ? * 2-6 *)
    ScheduleExpressionTimezone: Europe/Berlin
    Target: {Arn: !Sub "arn:aws:codepipeline:eu-west-1:111111111111:shop"}
"""
    pipeline = one(tmp_path, template(stage("Prod", "p"), more=rule))
    (schedule,) = next(each for each in pipeline.scenarios if each.event == "schedule").schedules
    assert (schedule.cron, schedule.zone) == ("0 3 ? * 1-5", "Europe/Berlin")


def test_a_window_has_its_hours_and_its_zone(tmp_path: Path) -> None:
    entry = """\
BeforeEntry:
  Conditions:
    - Result: FAIL
      Rules:
        - Name: Hours
          RuleTypeId: {Category: Rule, Owner: AWS, Provider: DeploymentWindow, Version: "1"}
          Configuration: {Cron: "* * 9-15 ? * 2-5", TimeZone: Europe/Berlin}
"""
    pipeline = one(tmp_path, template(stage("Prod", "p", more=entry)))
    rules = [step for job in pipeline.jobs for step in job.steps if step.uses == "Rule/AWS/DeploymentWindow"]
    assert [(step.inputs["Cron"], step.inputs["TimeZone"]) for step in rules] == [("* * 9-15 ? * 2-5", "Europe/Berlin")]


TERRAFORM = """
resource "aws_s3_bucket" "artifacts" { bucket = "shop-artifacts" }
resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id
  rule {
    id     = "expire"
    status = "Enabled"
    expiration { days = 14 }
  }
}
resource "aws_codepipeline" "shop" {
  name     = "shop"
  artifact_store {
    location = aws_s3_bucket.%s.bucket
    type     = "S3"
  }
  stage {
    name = "Source"
    action {
      name     = "Source"
      category = "Source"
      owner    = "AWS"
      provider = "CodeCommit"
      version  = "1"
    }
  }
}
"""


@pytest.mark.parametrize(("bucket", "days"), [("artifacts", 14.0), ("logs", None)])
def test_terraform_says_the_same(tmp_path: Path, bucket: str, days: float | None) -> None:
    (tmp_path / "main.tf").write_text(TERRAFORM % bucket)
    (pipeline,) = CodePipelineReader().read("main.tf", Repository(str(tmp_path)), ReadOptions())
    assert (pipeline.keeps.days if pipeline.keeps is not None else None) == days
