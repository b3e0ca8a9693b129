"""Which change starts a pipeline decides what may reach production."""

from __future__ import annotations

from pathlib import Path

from codepipeline_files import SOURCE, one, stage, template

from barraiser.model.pipeline import Pipeline

PROD = stage("Prod", "p")


def named(pipeline: Pipeline) -> list[tuple[str, str, str]]:
    return [(each.event, each.ref, each.branch) for each in pipeline.scenarios]


def trigger(filters: str) -> str:
    return (
        "PipelineType: V2\nTriggers:\n  - ProviderType: CodeStarSourceConnection\n    GitConfiguration:\n"
        f"      SourceActionName: Repository\n{filters}"
    )


def test_a_change_of_the_branch_and_a_person_start_it(tmp_path: Path) -> None:
    assert named(one(tmp_path, template(PROD))) == [
        ("manual", "refs/heads/main", "default"),
        ("source-change", "refs/heads/main", "default"),
    ]


def test_another_branch_is_named_as_such(tmp_path: Path) -> None:
    pipeline = one(tmp_path, template(PROD).replace("BranchName: main", "BranchName: release"))
    assert named(pipeline)[1] == ("source-change", "refs/heads/release", "named")


def test_the_default_branch_is_the_usual_one_that_a_source_names(tmp_path: Path) -> None:
    pipeline = one(tmp_path, template(PROD).replace("BranchName: main", "BranchName: master"))
    assert pipeline.default_branch == "master"
    assert named(pipeline)[1] == ("source-change", "refs/heads/master", "default")


def test_a_default_branch_that_was_told_counts(tmp_path: Path) -> None:
    pipeline = one(tmp_path, template(PROD), default_branch="prod", default_branch_from="--default-branch")
    assert (pipeline.default_branch, named(pipeline)[1][2]) == ("prod", "named")


def test_an_unknown_branch_has_no_ref(tmp_path: Path) -> None:
    pipeline = one(tmp_path, template(PROD).replace("BranchName: main", "BranchName: !Ref Branch"))
    assert named(pipeline) == [("manual", "", ""), ("source-change", "", "")]


def test_a_connection_that_detects_no_changes_is_started_by_hand_alone(tmp_path: Path) -> None:
    text = template(PROD).replace("BranchName: main", 'BranchName: main, DetectChanges: "false"')
    assert [event for event, _, _ in named(one(tmp_path, text))] == ["manual"]


def test_filters_of_branches_replace_the_change_detection(tmp_path: Path) -> None:
    properties = trigger("      Push: [{Branches: {Includes: [main, 'feature/*']}}]\n")
    pipeline = one(tmp_path, template(PROD, properties=properties))
    assert [event for event, _, _ in named(pipeline)] == ["push", "push", "manual"]
    assert [(each.ref, each.branch, each.refs) for each in pipeline.scenarios[:2]] == [
        ("refs/heads/main", "default", ()),
        ("", "other", ("feature/*",)),
    ]


def test_filters_without_branches_let_every_branch_in(tmp_path: Path) -> None:
    properties = trigger("      Push: [{FilePaths: {Includes: ['src/**']}}]\n")
    pipeline = one(tmp_path, template(PROD, properties=properties))
    assert [each.branch for each in pipeline.scenarios[:2]] == ["default", "other"]


def test_tags(tmp_path: Path) -> None:
    properties = trigger("      Push: [{Tags: {Includes: ['v*']}}]\n")
    (tag, _) = one(tmp_path, template(PROD, properties=properties)).scenarios
    assert (tag.event, tag.refs) == ("tag", ("refs/tags/v*",))


def test_a_pull_request_runs_unmerged_code(tmp_path: Path) -> None:
    properties = trigger("      PullRequest: [{Events: [OPEN, UPDATED], Branches: {Includes: [main]}}]\n")
    pipeline = one(tmp_path, template(PROD, properties=properties))
    assert [(each.event, each.unmerged) for each in pipeline.scenarios] == [("pull-request", True), ("manual", False)]


def test_a_schedule_starts_the_pipeline_that_it_targets(tmp_path: Path) -> None:
    rule = (
        "Nightly:\n  Type: AWS::Events::Rule\n  Properties:\n    ScheduleExpression: cron(0 3 * * ? *)\n    Targets:\n"
        "      - Arn: !Sub 'arn:aws:codepipeline:${AWS::Region}:${AWS::AccountId}:%s'\n        Id: x\n"
    )
    started = one(tmp_path, template(PROD, more=rule % "${Shop}"))
    assert [each.event for each in started.scenarios] == ["schedule", "manual", "source-change"]
    assert len(one(tmp_path, template(PROD, more=rule % "other")).scenarios) == 2


def test_sources_without_a_branch_start_it_too(tmp_path: Path) -> None:
    bucket = (
        "    - Name: Bucket\n      ActionTypeId: {Category: Source, Owner: AWS, Provider: S3, Version: '1'}\n"
        "      Configuration: {S3Bucket: b, S3ObjectKey: k}\n"
    )
    text = template(PROD).replace(
        " " * 8 + "- Name: Prod",
        "".join(f"        {x}\n" for x in bucket.rstrip().split("\n")) + " " * 8 + "- Name: Prod",
    )
    assert SOURCE.split("\n")[0].strip() in text
    assert [each.name for each in one(tmp_path, text).scenarios] == ["manual", "change of main", "change of Bucket"]
