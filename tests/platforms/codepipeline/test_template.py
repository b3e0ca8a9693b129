"""What a template says about order, gates and targets decides every rule on it."""

from __future__ import annotations

from pathlib import Path

from codepipeline_files import deploy, edges, job, one, read, stage, template

from barraiser.model.tri import MAYBE, YES

APPROVAL = """\
- Name: Approve
  RunOrder: 2
  ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}
  Configuration: {CustomData: look at staging}
  TimeoutInMinutes: 60
"""


def test_stages_follow_each_other_and_run_orders_within_them(tmp_path: Path) -> None:
    text = template(stage("Staging", deploy("a"), deploy("b"), deploy("c", order=2)), stage("Prod", "p"))
    pipeline = one(tmp_path, text)
    assert [each.id for each in pipeline.jobs] == ["Source/Repository", "Staging/a", "Staging/b", "Staging/c", "Prod/p"]
    assert edges(pipeline) == {
        ("Source/Repository", "Staging/a", "stage"),
        ("Source/Repository", "Staging/b", "stage"),
        ("Staging/a", "Staging/c", "run-order"),
        ("Staging/b", "Staging/c", "run-order"),
        ("Staging/c", "Prod/p", "stage"),
    }
    assert all(edge.strength == "hard" and edge.skips for edge in pipeline.edges)
    assert job(pipeline, "Staging/c").needs == ("Staging/a", "Staging/b")


def test_an_action_is_a_step_with_its_type_and_configuration(tmp_path: Path) -> None:
    pipeline = one(tmp_path, template(stage("Prod", "web")))
    found = job(pipeline, "Prod/web")
    (step,) = found.steps
    assert (step.uses, step.inputs["ServiceName"]) == ("Deploy/AWS/ECS", "web")
    assert found.stage == "Prod"
    assert (tmp_path / "pipeline.yml").read_text().split("\n")[found.place.line - 1].strip() == "- Name: web"
    assert step.place == found.place


def test_a_manual_approval_holds_the_pipeline(tmp_path: Path) -> None:
    pipeline = one(tmp_path, template(stage("Staging", deploy("a"), APPROVAL), stage("Prod", "p")))
    found = job(pipeline, "Staging/Approve")
    assert found.manual
    assert found.manual_blocks
    assert found.timeout_minutes == 60
    assert ("Staging/Approve", "Prod/p", "stage") in edges(pipeline)


def test_conditions_of_a_stage_are_jobs_before_and_after_it(tmp_path: Path) -> None:
    conditions = """\
BeforeEntry:
  Conditions:
    - Result: FAIL
      Rules:
        - Name: office-hours
          RuleTypeId: {Category: Rule, Owner: AWS, Provider: DeploymentWindow, Version: "1"}
          Configuration: {Cron: "* * 9-17 ? * MON-THU *", TimeZone: UTC}
OnSuccess:
  Conditions:
    - Result: ROLLBACK
      Rules:
        - Name: watch
          RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
          Configuration: {AlarmName: errors, WaitTime: "60"}
OnFailure: {Result: ROLLBACK}
"""
    pipeline = one(tmp_path, template(stage("Prod", "p", more=conditions), stage("Later", "q")))
    assert {
        ("Source/Repository", "Prod/BeforeEntry", "stage"),
        ("Prod/BeforeEntry", "Prod/p", "sequence"),
        ("Prod/p", "Prod/OnSuccess", "sequence"),
        ("Prod/OnSuccess", "Later/q", "stage"),
    } == edges(pipeline)
    (watch,) = job(pipeline, "Prod/OnSuccess").steps
    assert (watch.uses, watch.inputs["WaitTime"], watch.inputs["Result"]) == (
        "Rule/AWS/CloudWatchAlarm",
        "60",
        "ROLLBACK",
    )
    assert job(pipeline, "Prod/p").tags["on-failure"] == "ROLLBACK"
    assert pipeline.facts["stage-conditions"][0] == "Prod"


def test_a_stage_that_its_entry_condition_may_skip_is_only_maybe_a_gate(tmp_path: Path) -> None:
    skip = """\
BeforeEntry:
  Conditions:
    - Result: SKIP
      Rules:
        - Name: switch
          RuleTypeId: {Category: Rule, Owner: AWS, Provider: VariableCheck, Version: "1"}
          Configuration: {Variable: "#{variables.skip}", Value: "no", Operator: EQ}
"""
    pipeline = one(tmp_path, template(stage("Test", "t", more=skip), stage("Prod", "p")))
    assert set(job(pipeline, "Test/t").condition.runs) == {MAYBE}
    assert set(job(pipeline, "Prod/p").needs) == {"Test/t", "Source/Repository"}
    assert not any(edge.skips for edge in pipeline.edges if edge.source == "Test/t")


def test_what_an_unknown_condition_may_leave_out_carries_no_order_alone(tmp_path: Path) -> None:
    above = "Parameters:\n  Env: {Type: String}\nConditions:\n  IsProd: !Equals [!Ref Env, prod]\n"
    approval = "".join(f"    {line}\n" for line in APPROVAL.rstrip().split("\n"))
    choice = f"- Fn::If:\n  - IsProd\n  - Name: Gate\n    Actions:\n  {approval.replace(chr(10), chr(10) + '  ')}\n  - !Ref AWS::NoValue\n"
    pipeline = one(tmp_path, template(stage("Staging", "s"), choice, stage("Prod", "p"), above=above))
    gate = job(pipeline, "Gate/Approve")
    assert gate.condition.text == "IsProd"
    assert set(gate.condition.runs) == {MAYBE}
    assert {("Staging/s", "Prod/p", "stage"), ("Gate/Approve", "Prod/p", "stage")} <= edges(pipeline)


def test_known_conditions_decide_what_is_there(tmp_path: Path) -> None:
    above = "Parameters:\n  Env: {Type: String, Default: dev}\nConditions:\n  IsProd: !Equals [!Ref Env, prod]\n"
    either = "- !If\n  - IsProd\n" + "".join(
        f"  {line}\n" for text in (stage("Prod", "p"), stage("Dev", "d")) for line in text.rstrip().split("\n")
    )
    pipeline = one(tmp_path, template(either, above=above))
    assert [each.id for each in pipeline.jobs] == ["Source/Repository", "Dev/d"]


def test_a_conditional_pipeline_is_read_as_if_its_condition_held(tmp_path: Path) -> None:
    text = template(
        "- !If [WithProd, {Name: Prod, Actions: [{Name: p, ActionTypeId: {Category: Deploy, Provider: S3}}]}, !Ref AWS::NoValue]\n",
        above='Parameters:\n  Prod: {Type: String, Default: "no"}\nConditions:\n  WithProd: !Equals [!Ref Prod, "yes"]\n',
    ).replace("    Properties:\n", "    Condition: WithProd\n    Properties:\n")
    pipeline = one(tmp_path, text)
    assert job(pipeline, "Prod/p").condition.in_scenario(0) == YES


def test_every_pipeline_of_a_template_is_an_entry(tmp_path: Path) -> None:
    text = template(stage("Prod", "p"))
    second = text.replace("Resources:\n", "").replace("Shop:", "Other:").replace("Name: shop\n", "Name: other\n", 1)
    assert [(each.name, each.path) for each in read(tmp_path, text + second)] == [
        ("shop", "pipeline.yml"),
        ("other", "pipeline.yml"),
    ]


def test_a_template_without_a_pipeline_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, "# AWS::CodePipeline::Pipeline\nResources:\n  B: {Type: AWS::S3::Bucket}\n") == []


def test_names_default_to_the_logical_id(tmp_path: Path) -> None:
    assert one(tmp_path, template(stage("Prod", "p")).replace("      Name: shop\n", "", 1)).name == "Shop"


def test_what_the_service_assumes_is_said(tmp_path: Path) -> None:
    facts = one(tmp_path, template(stage("Prod", "p"))).facts
    assert (facts["execution-mode"][0], facts["pipeline-type"][0]) == ("SUPERSEDED", "V1")


def test_mode_type_tags_and_role_are_facts_with_places(tmp_path: Path) -> None:
    properties = "PipelineType: V2\nExecutionMode: PARALLEL\nTags: [{Key: Owner, Value: team-shop}]\n"
    facts = one(tmp_path, template(stage("Prod", "p"), properties=properties)).facts
    assert facts["execution-mode"][0] == "PARALLEL"
    assert facts["execution-mode"][1].line == 7
    assert facts["pipeline-type"][0] == "V2"
    assert facts["tag:owner"][0] == "team-shop"


def test_retry_beside_conditions_is_a_fact(tmp_path: Path) -> None:
    failure = "OnFailure: {Result: RETRY, RetryConfiguration: {RetryMode: ALL_ACTIONS}, Conditions: [{Result: ROLLBACK, Rules: []}]}\n"
    pipeline = one(tmp_path, template(stage("Prod", "p", more=failure)))
    assert pipeline.facts["retry-with-conditions"][0] == "Prod"
    assert job(pipeline, "Prod/p").tags["retry-mode"] == "ALL_ACTIONS"


def test_a_disabled_transition_is_told(tmp_path: Path) -> None:
    off = "DisableInboundStageTransitions: [{StageName: Prod, Reason: release freeze}]\n"
    pipeline = one(tmp_path, template(stage("Prod", "p"), properties=off))
    assert job(pipeline, "Prod/p").tags["inbound-transition"] == "disabled: release freeze"
    assert pipeline.facts["disabled-transition:Prod"][0] == "release freeze"


def test_region_account_and_artifacts_are_tags(tmp_path: Path) -> None:
    more = "Region: eu-west-1\nRoleArn: arn:aws:iam::111111111111:role/deploy\nInputArtifacts: [{Name: Code}]\n"
    tags = job(one(tmp_path, template(stage("Prod", deploy("p", more=more)))), "Prod/p").tags
    assert (tags["region"], tags["account"], tags["input-artifacts"]) == ("eu-west-1", "111111111111", "Code")


def test_an_invoked_pipeline_is_not_waited_for(tmp_path: Path) -> None:
    invoke = (
        "- Name: Tests\n  ActionTypeId: {Category: Invoke, Owner: AWS, Provider: CodePipeline, Version: '1'}\n"
        "  Configuration: {PipelineName: shop-tests}\n"
    )
    found = job(one(tmp_path, template(stage("Test", invoke), stage("Prod", "p"))), "Test/Tests")
    assert found.calls == ("shop-tests",)
    assert found.tags["waits"] == "no"


def test_a_commands_action_is_a_script(tmp_path: Path) -> None:
    commands = (
        "- Name: Test\n  ActionTypeId: {Category: Compute, Owner: AWS, Provider: Commands, Version: '1'}\n"
        "  Commands:\n    - npm ci\n    - npm test\n"
    )
    pipeline = one(tmp_path, template(stage("Test", commands)))
    (step,) = job(pipeline, "Test/Test").steps
    assert step.script is not None
    lines = (tmp_path / "pipeline.yml").read_text().split("\n")
    assert [(fragment.text, lines[fragment.line - 1].strip()) for fragment in step.script.fragments] == [
        ("npm ci", "- npm ci"),
        ("npm test", "- npm test"),
    ]


def test_loops_make_a_pipeline_for_each_value(tmp_path: Path) -> None:
    text = template(stage("Prod", "p"))
    body = text.split("  Shop:\n", 1)[1].replace("Name: shop", "Name: !Sub shop-${Team}", 1)
    looped = "".join(f"        {line}\n" for line in ("'Shop${Team}':\n" + body).rstrip().split("\n"))
    pipelines = read(tmp_path, f"Resources:\n  Fn::ForEach::Shops:\n    - Team\n    - [red, blue]\n    -\n{looped}")
    assert [each.name for each in pipelines] == ["shop-red", "shop-blue"]


def test_the_two_sides_of_a_choice_do_not_wait_for_each_other(tmp_path: Path) -> None:
    above = "Parameters:\n  Env: {Type: String}\nConditions:\n  IsProd: !Equals [!Ref Env, prod]\n"
    either = "- !If\n  - IsProd\n" + "".join(
        f"  {line}\n" for text in (stage("Prod", "p"), stage("Dev", "d")) for line in text.rstrip().split("\n")
    )
    pipeline = one(tmp_path, template(either, stage("Last", "l"), above=above))
    assert job(pipeline, "Dev/d").needs == ("Source/Repository",)
    assert set(job(pipeline, "Last/l").needs) == {"Prod/p", "Dev/d", "Source/Repository"}


def test_many_stages_that_may_be_absent_keep_the_one_that_is_there(tmp_path: Path) -> None:
    above = "Parameters:\n  Env: {Type: String}\nConditions:\n  IsProd: !Equals [!Ref Env, prod]\n"
    maybe = [
        f"- !If [IsProd, {{Name: S{n}, Actions: ["
        + ", ".join(f"{{Name: a{m}, ActionTypeId: {{Category: Deploy, Provider: S3}}}}" for m in range(20))
        + "]}, !Ref AWS::NoValue]\n"
        for n in range(10)
    ]
    pipeline = one(tmp_path, template(stage("First", "f"), *maybe, stage("Last", "l"), above=above))
    assert "First/f" in job(pipeline, "Last/l").needs
