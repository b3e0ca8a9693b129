"""What the evidence says of a deploy: too much is a gate that passes wrongly, too little is a false alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.evidence.applied import Applied
from barraiser.evidence.lookup import applied_definition
from barraiser.graph.node import Node
from barraiser.model.activity import Activity
from barraiser.model.declarations import NOTHING_DECLARED, Declarations
from barraiser.model.pipeline import Fragment, Job, Pipeline, Script, Step
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES
from barraiser.source.repository import Repository

HERE = Place("ci.yml", 3)


def ask(
    root: Path,
    command: str = "",
    *,
    uses: str = "",
    inputs: dict[str, str] | None = None,
    folder: str = "",
    facts: dict[str, str] | None = None,
    files: dict[str, str] | None = None,
    deployer: dict[str, object] | None = None,
    earlier: str = "",
    earlier_inputs: dict[str, str] | None = None,
) -> Applied:
    for name, text in (files or {}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = Script([Fragment(command, "ci.yml", 3)], working_directory=folder) if command else None
    step = Step(HERE, script=script, uses=uses, inputs=inputs)
    job = Job("deploy", HERE, steps=[step, Step(HERE, inputs=earlier_inputs)])
    before = Activity("build", HERE, text=earlier, argv=earlier.split(), step=1)
    activity = Activity("deploy", HERE, text=command or uses, argv=command.split(), tool=uses, facts=facts)
    job.activities = (before, activity)
    node = Node(0, job, activity, Pipeline("ci.yml", "github-actions", jobs=[job]))
    declared = Declarations(deployer=deployer) if deployer else NOTHING_DECLARED
    return applied_definition(node, Repository(str(root)), declared)


def tris(found: Applied) -> tuple[int, int, int]:
    return found.rolls_back_on_failure, found.rolls_back_on_alarm, found.keeps_releases


@pytest.mark.parametrize(
    ("command", "mechanism", "expected"),
    [
        ("ssh deploy@shop docker compose up -d", "ssh", (NO, NO, NO)),
        ("docker compose up -d", "docker", (NO, NO, NO)),
        ("rsync -a dist/ host:/srv", "files", (NO, NO, NO)),
        ("terraform apply -auto-approve", "terraform", (MAYBE, MAYBE, NO)),
        ("kubectl apply -f nowhere/", "kubernetes", (MAYBE, MAYBE, NO)),
        ("kubectl set image deployment/shop shop=shop:1", "kubernetes", (NO, NO, NO)),
        ("helm upgrade --install shop ./chart --atomic", "helm", (YES, NO, YES)),
        ("helm upgrade --install shop ./chart --rollback-on-failure", "helm", (YES, NO, YES)),
        ("helm upgrade --install shop ./chart --atomic=false", "helm", (NO, NO, YES)),
        ("helm upgrade --install shop ./chart", "helm", (NO, NO, YES)),
        ("helm upgrade --install shop ./chart $HELM_ARGS", "helm", (MAYBE, NO, YES)),
        ("aws cloudformation deploy --stack-name s --template-file none.yml", "cloudformation", (YES, MAYBE, NO)),
        ("npx cdk deploy shop-prod", "cloudformation", (YES, MAYBE, NO)),
        ("aws ecs update-service --service shop", "ecs", (MAYBE, MAYBE, NO)),
        ("aws deploy create-deployment --application-name a", "codedeploy", (MAYBE, MAYBE, NO)),
        ("vercel deploy --prod", "vercel", (NO, NO, YES)),
        ("heroku container:release web", "heroku", (NO, NO, YES)),
        ("aws lambda update-function-code --function-name f", "lambda", (NO, NO, NO)),
        ("aws lambda update-function-code --function-name f --publish", "lambda", (NO, NO, YES)),
        ("werf converge --auto-rollback", "werf", (YES, NO, YES)),
        ("az deployment group create --rollback-on-error", "azure-resource-manager", (YES, NO, NO)),
        ("kubectl rollout restart rollout/shop", "argo-rollouts", (MAYBE, MAYBE, YES)),
        ("./deploy.sh prod", "", (MAYBE, MAYBE, MAYBE)),
    ],
)
def test_what_a_command_does_by_itself(tmp_path: Path, command: str, mechanism: str, expected: tuple[int, ...]) -> None:
    found = ask(tmp_path, command)
    assert (found.mechanism, tris(found), found.read) == (mechanism, expected, False)
    assert found.why


SERVICE = """
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      ServiceName: shop
      DeploymentConfiguration:
        {how}
"""


@pytest.mark.parametrize(
    ("how", "expected", "read"),
    [
        ("DeploymentCircuitBreaker: {Enable: true, Rollback: true}", (YES, NO, NO), True),
        ("DeploymentCircuitBreaker: {Enable: true, Rollback: false}", (NO, NO, NO), True),
        ("MinimumHealthyPercent: 100", (NO, NO, NO), True),
        ("Alarms: {Enable: true, Rollback: true, AlarmNames: [high]}", (NO, YES, NO), True),
        ("DeploymentCircuitBreaker: {Enable: true, Rollback: !Ref Roll}", (MAYBE, NO, NO), False),
        ("Fn::If: [Prod, {}, {}]", (MAYBE, MAYBE, NO), False),
    ],
)
def test_an_ecs_service_of_the_repository_decides(
    tmp_path: Path, how: str, expected: tuple[int, ...], read: bool
) -> None:
    text = SERVICE.replace("{how}", how)
    found = ask(tmp_path, "aws ecs update-service --cluster c --service shop", files={"infra/service.yml": text})
    assert (found.mechanism, tris(found), found.read) == ("ecs", expected, read)
    assert found.places[0].path == "infra/service.yml"


def test_services_that_disagree_are_a_maybe_unless_one_is_named(tmp_path: Path) -> None:
    good = SERVICE.replace("{how}", "DeploymentCircuitBreaker: {Enable: true, Rollback: true}")
    bad = SERVICE.replace("{how}", "MinimumHealthyPercent: 50").replace("shop", "jobs")
    files = {"a.yml": good, "b.yml": bad}
    action = "aws-actions/amazon-ecs-deploy-task-definition"
    assert ask(tmp_path, uses=action, files=files).rolls_back_on_failure == MAYBE
    assert ask(tmp_path, uses=action, inputs={"service": "shop"}).rolls_back_on_failure == YES
    assert ask(tmp_path, uses=action, inputs={"service": "jobs"}).rolls_back_on_failure == NO


def test_samples_are_nobodys_definition(tmp_path: Path) -> None:
    text = SERVICE.replace("{how}", "DeploymentCircuitBreaker: {Enable: true, Rollback: true}")
    found = ask(tmp_path, "aws ecs update-service --service shop", files={"tests/fixtures/service.yml": text})
    assert found.rolls_back_on_failure == MAYBE


SAM = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    AutoPublishAlias: live
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: [!Ref Errors]
      Hooks: {PreTraffic: !Ref Check}
Resources:
  Shop: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}
"""


def test_sam_alarms_and_hooks_count(tmp_path: Path) -> None:
    found = ask(tmp_path, "sam deploy --stack-name shop", files={"template.yaml": SAM})
    assert (found.mechanism, tris(found), found.read, found.validates) == ("cloudformation", (YES, YES, NO), True, YES)


def test_a_sam_preference_that_is_off_does_not_count(tmp_path: Path) -> None:
    text = SAM.replace("Type: Canary10Percent5Minutes", "Enabled: false")
    found = ask(tmp_path, "sam deploy --stack-name shop", files={"template.yaml": text})
    assert (tris(found), found.validates) == ((YES, NO, NO), NO)


def test_the_template_of_a_codepipeline_action_is_read(tmp_path: Path) -> None:
    found = ask(
        tmp_path,
        uses="Deploy/AWS/CloudFormation",
        inputs={"ActionMode": "CREATE_UPDATE", "TemplatePath": "SourceArtifact::infra/app.yml"},
        files={"infra/app.yml": "Resources:\n  B: {Type: AWS::S3::Bucket}\n"},
    )
    assert (found.mechanism, tris(found), found.read) == ("cloudformation", (YES, NO, NO), True)
    assert found.places == (Place("infra/app.yml", 1),)


def test_an_executed_change_set_has_the_template_of_the_one_that_was_prepared(tmp_path: Path) -> None:
    names = {"StackName": "shop", "ChangeSetName": "release"}
    found = ask(
        tmp_path,
        uses="Deploy/AWS/CloudFormation",
        inputs={"ActionMode": "CHANGE_SET_EXECUTE", **names},
        earlier_inputs={"ActionMode": "CHANGE_SET_REPLACE", "TemplatePath": "Out::assembly/app.json", **names},
        files={"cdk.out/assembly/app.json": '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}'},
    )
    assert (found.read, found.places[0].path) == (True, "cdk.out/assembly/app.json")


def test_a_packaged_template_is_read_from_what_it_is_made_of(tmp_path: Path) -> None:
    package = "aws cloudformation package --template-file infra/app.yml --output-template-file out.yml"
    found = ask(
        tmp_path, "aws cloudformation deploy --template-file out.yml", earlier=package, files={"infra/app.yml": SAM}
    )
    assert (found.rolls_back_on_alarm, found.places[0].path) == (YES, "infra/app.yml")


def test_a_service_of_another_name_is_not_this_one(tmp_path: Path) -> None:
    text = SERVICE.replace("{how}", "DeploymentCircuitBreaker: {Enable: true, Rollback: true}")
    found = ask(tmp_path, "aws ecs update-service --service payments", files={"s.yml": text})
    assert (found.read, found.rolls_back_on_failure) == (False, MAYBE)


def test_a_job_that_waits_for_a_deployment_rolls_out_no_canary(tmp_path: Path) -> None:
    found = ask(tmp_path, "kubectl apply -f -", earlier="kubectl rollout status deployment/shop")
    assert tris(found) == (NO, NO, NO)


def test_a_flag_that_turns_rollback_off_is_stronger_than_the_default(tmp_path: Path) -> None:
    found = ask(
        tmp_path, "aws cloudformation deploy --disable-rollback", facts={"rollback-disabled": "--disable-rollback"}
    )
    assert found.rolls_back_on_failure == NO
    assert "--disable-rollback" in found.why


GROUP = """
Resources:
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: high}]}
"""


def test_a_codedeploy_group_and_its_appspec_decide(tmp_path: Path) -> None:
    files = {"deploy.yml": GROUP, "appspec.yml": "hooks:\n  ValidateService:\n    - location: check.sh\n"}
    found = ask(tmp_path, "aws deploy create-deployment --application-name shop", files=files)
    assert (found.mechanism, tris(found), found.validates, found.read) == ("codedeploy", (YES, YES, NO), YES, True)
    assert {place.path for place in found.places} == {"deploy.yml", "appspec.yml"}


def test_an_event_that_no_alarm_can_raise_rolls_nothing_back(tmp_path: Path) -> None:
    text = GROUP.replace("Enabled: true, Alarms", "Enabled: false, Alarms")
    found = ask(tmp_path, "aws deploy create-deployment", files={"deploy.yml": text, "appspec.yml": "hooks: {}\n"})
    assert (tris(found), found.validates) == ((YES, NO, NO), NO)


ROLLOUT = """
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec:
  strategy:
    canary:
      steps: [{setWeight: 5}, {analysis: {templates: [{templateName: errors}]}}]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
"""


def test_a_rollout_with_analysis_validates_and_rolls_back(tmp_path: Path) -> None:
    found = ask(tmp_path, "kubectl apply -f k8s/prod", files={"k8s/prod/shop.yml": ROLLOUT})
    assert (found.mechanism, tris(found), found.validates) == ("argo-rollouts", (YES, YES, YES), YES)
    assert str(found.places[0]) == "k8s/prod/shop.yml:3"


def test_a_rollout_without_analysis_does_neither(tmp_path: Path) -> None:
    text = ROLLOUT.replace(", {analysis: {templates: [{templateName: errors}]}}", "")
    found = ask(tmp_path, "kubectl apply -k k8s", files={"k8s/shop.yml": text})
    assert (tris(found), found.validates) == ((NO, NO, YES), NO)


def test_a_deployment_only_waits(tmp_path: Path) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\n"
    found = ask(tmp_path, "kubectl apply -f k8s/shop.yml", files={"k8s/shop.yml": text})
    assert (found.mechanism, tris(found), found.read, found.validates) == ("kubernetes", (NO, NO, NO), True, NO)


def test_a_chart_of_the_repository_may_hold_a_rollout(tmp_path: Path) -> None:
    files = {
        "chart/Chart.yaml": "name: shop\n",
        "chart/templates/shop.yaml": "{{- if .Values.on }}\nkind: Rollout\nspec:\n  analysis: {}\n{{- end }}\n",
    }
    found = ask(tmp_path, "helm upgrade shop ./chart", files=files)
    assert (found.rolls_back_on_failure, found.validates, found.read) == (MAYBE, MAYBE, False)


def test_serverless_turns_rollback_off(tmp_path: Path) -> None:
    files = {"serverless.yml": "service: s\nprovider:\n  name: aws\n  disableRollback: true\n"}
    found = ask(tmp_path, "serverless deploy --stage prod", files=files)
    assert (found.mechanism, tris(found), found.read) == ("cloudformation", (NO, NO, YES), True)


def test_a_declared_deployer_fills_in_what_is_not_read(tmp_path: Path) -> None:
    declared: dict[str, object] = {"type": "argo-rollouts", "alarms": ["high"], "rollback": "auto"}
    found = ask(tmp_path, "kubectl apply -f elsewhere/", deployer=declared)
    assert (found.mechanism, found.rolls_back_on_failure, found.rolls_back_on_alarm) == ("argo-rollouts", YES, YES)
    assert found.why.startswith("declared")
    other = ask(tmp_path, "pulumi up --yes", deployer=declared)
    assert (other.mechanism, other.rolls_back_on_failure) == ("pulumi", NO)


def test_terraform_has_no_rollback_of_its_own_but_what_it_applies_may(tmp_path: Path) -> None:
    files = {"main.tf": 'resource "aws_s3_bucket" "logs" {}\n'}
    found = ask(tmp_path, "terraform apply", files=files)
    assert (found.rolls_back_on_failure, found.rolls_back_on_alarm) == (NO, NO)


def test_a_definition_that_was_read_is_stronger_than_a_declaration(tmp_path: Path) -> None:
    text = SERVICE.replace("{how}", "MinimumHealthyPercent: 100")
    declared: dict[str, object] = {"type": "ecs", "rollback": "auto"}
    found = ask(tmp_path, "aws ecs update-service --service shop", files={"s.yml": text}, deployer=declared)
    assert found.rolls_back_on_failure == NO


@pytest.mark.parametrize(
    "text", ["", "- a\n", "Resources: []\n", "Resources: {A: null, B: [1], C: {Type: [x]}}\n", "a: [\n"]
)
def test_no_file_raises(tmp_path: Path, text: str) -> None:
    files = {"template.yaml": text, "appspec.yml": text, "serverless.yml": text, "k/a.yml": text}
    for command in ("sam deploy", "aws deploy create-deployment", "serverless deploy", "kubectl apply -f k"):
        assert ask(tmp_path, command, files=files).why
