"""How a deploy rolls out: a canary that is read as longer than it is lets a change through too early."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_applied import ask

from barraiser.evidence.rollout import named_strategy
from barraiser.model.tri import MAYBE, NO, YES, Tri

SAM = """Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      AutoPublishAlias: live
      DeploymentPreference: {Type: %s, Alarms: [!Ref A]}
"""
ECS = """Resources:
  S:
    Type: AWS::ECS::Service
    Properties:
      DesiredCount: 6
      DeploymentConfiguration: %s
"""
GROUP = """Resources:
  G:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties: %s
"""


@pytest.mark.parametrize(
    ("name", "strategy", "minutes", "first"),
    [
        ("CodeDeployDefault.LambdaCanary10Percent30Minutes", "canary", 30, 10),
        ("Linear10PercentEvery10Minutes", "linear", 100, 10),
        ("Linear10PercentEvery1Minute", "linear", 10, 10),
        ("CodeDeployDefault.ECSAllAtOnce", "all-at-once", 0, None),
        ("AppConfig.Linear50PercentEvery30Seconds", "linear", 1, 50),
        ("CompanyDefault", "", None, None),
    ],
)
def test_predefined_names(name: str, strategy: str, minutes: float | None, first: float | None) -> None:
    found = named_strategy(name)
    assert (found.strategy, found.bake_minutes) == (strategy, minutes)
    assert (found.steps[0][0] if found.steps else None) == first


@pytest.mark.parametrize(
    ("text", "strategy", "minutes", "monitored", "faults"),
    [
        (SAM % "Canary10Percent5Minutes", "canary", 5, YES, []),
        (SAM.replace(", Alarms: [!Ref A]", "") % "Canary10Percent5Minutes", "canary", 5, NO, ["sam-alarms"]),
        (SAM % "!Ref Kind", "", None, YES, []),
        (ECS % "{Strategy: CANARY, BakeTimeInMinutes: 20}", "canary", 30, NO, []),
        (ECS % "{MinimumHealthyPercent: 50}", "rolling", 0, NO, []),
        (ECS % "{MinimumHealthyPercent: 0}", "all-at-once", 0, NO, []),
        (ECS % "{Alarms: {Enable: true, Rollback: false, AlarmNames: [a]}}", "rolling", 0, YES, ["ecs-rollback"]),
        (GROUP % "{DeploymentConfigName: CodeDeployDefault.HalfAtATime}", "rolling", 0, NO, []),
        (
            GROUP % "{AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE]}, AlarmConfiguration: "
            "{Enabled: true, Alarms: [{Name: high}]}}",
            "rolling", 0, YES, ["codedeploy-events"],
        ),
    ],
)  # fmt: skip
def test_templates(
    tmp_path: Path, text: str, strategy: str, minutes: float | None, monitored: int, faults: list[str]
) -> None:
    found = ask(tmp_path, "sam deploy --stack-name shop --template-file app.yml", files={"app.yml": text})
    assert (found.strategy, found.bake_minutes, found.monitored) == (strategy, minutes, monitored)
    assert [each.key for each in found.faults] == faults


def test_a_rollouts_pauses_add_up_and_an_open_pause_is_a_person(tmp_path: Path) -> None:
    text = """apiVersion: argoproj.io/v1alpha1
kind: Rollout
spec:
  strategy:
    canary:
      steps: [{setWeight: 5}, {pause: {duration: 1h}}, {setWeight: 50}, {pause: {}}, {pause: {duration: 600}}]
"""
    found = ask(tmp_path, "kubectl apply -f k8s/", files={"k8s/rollout.yml": text})
    assert (found.strategy, found.bake_minutes) == ("canary", 70)
    assert found.steps == ((5, 60), (50, 10))


def test_a_deployment_that_recreates_is_at_once(tmp_path: Path) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nspec: {strategy: {type: Recreate}}\n"
    assert ask(tmp_path, "kubectl apply -f d.yml", files={"d.yml": text}).gradual == NO


BASE_ROLLOUT = """apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: shop}
spec: {strategy: {canary: {steps: [{setWeight: 10}, {pause: {duration: 1h}}]}}}
"""
PATCH = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: shop}\nspec: "


@pytest.mark.parametrize(
    ("patch", "strategy", "minutes"),
    [
        ("{replicas: 5}", "canary", 60),
        ("{strategy: {canary: {steps: [{setWeight: 5}, {pause: {duration: 2h}}]}}}", "canary", 120),
    ],
)
def test_an_overlay_applies_its_base(tmp_path: Path, patch: str, strategy: str, minutes: float) -> None:
    files = {
        "k8s/base/kustomization.yaml": "resources: [rollout.yaml]\n",
        "k8s/base/rollout.yaml": BASE_ROLLOUT,
        "k8s/overlays/prod/kustomization.yaml": "resources: [../../base]\npatches: [{path: size.yaml}]\n",
        "k8s/overlays/prod/size.yaml": PATCH + patch + "\n",
        "k8s/overlays/prod/unused.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec: {strategy: {type: Recreate}}\n",
    }
    found = ask(tmp_path, "kubectl apply -k k8s/overlays/prod", files=files)
    assert (found.strategy, found.bake_minutes) == (strategy, minutes)


def test_a_kustomization_of_itself_and_of_another_repository_ends(tmp_path: Path) -> None:
    files = {
        "a/kustomization.yaml": "resources: [../b, 'https://github.com/acme/base?ref=v1']\n",
        "b/kustomization.yaml": "resources: [../a, ../../../outside]\n",
    }
    assert ask(tmp_path, "kubectl apply -k a", files=files).strategy == ""


INLINE = """resources: [../../base]
patches:
  - target: {kind: Rollout}
    patch: |-
      - op: replace
        path: /spec/strategy/canary/steps
        value: [{setWeight: 50}, {pause: {duration: 3h}}]
  - patch: |-
      apiVersion: argoproj.io/v1alpha1
      kind: Rollout
      metadata: {name: shop}
      spec: {replicas: 7}
"""


@pytest.mark.parametrize(
    ("overlay", "strategy", "minutes"),
    [
        (INLINE, "canary", 180),
        (
            INLINE.replace("replicas: 7", "strategy: {blueGreen: {autoPromotionSeconds: 600}, canary: null}"),
            "blue-green",
            10,
        ),
        (INLINE.replace("canary/steps", "canary/steps/0"), "", None),
        (INLINE.replace("kind: Rollout}", "kind: Deployment}"), "canary", 60),
    ],
)
def test_a_patch_that_is_written_in_a_kustomization(
    tmp_path: Path, overlay: str, strategy: str, minutes: float | None
) -> None:
    files = {
        "k8s/base/kustomization.yaml": "resources: [rollout.yaml]\n",
        "k8s/base/rollout.yaml": BASE_ROLLOUT,
        "k8s/overlays/prod/kustomization.yaml": overlay,
    }
    found = ask(tmp_path, "kubectl apply -k k8s/overlays/prod", files=files)
    assert (found.strategy, found.bake_minutes) == (strategy, minutes)


APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec: "
RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: shop}\nspec: "


@pytest.mark.parametrize(
    ("command", "text", "versions"),
    [
        ("argocd app sync shop", APPLICATION + "{revisionHistoryLimit: 0}\n", [0]),
        ("argocd app sync other", APPLICATION + "{revisionHistoryLimit: 0}\n", []),
        ("kubectl apply -f app.yml", APPLICATION + "{revisionHistoryLimit: 3}\n", [3]),
        ("flux reconcile helmrelease shop", RELEASE + "{maxHistory: 1}\n", [0]),
        ("flux reconcile helmrelease shop", RELEASE + "{maxHistory: 0}\n", []),
    ],
)  # fmt: skip
def test_a_controller_remembers_some_versions(tmp_path: Path, command: str, text: str, versions: list[int]) -> None:
    assert [each.versions for each in ask(tmp_path, command, files={"app.yml": text}).kept] == versions


LIFECYCLE = """Resources:
  Site:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: shop-site
      VersioningConfiguration: {Status: Enabled}
      LifecycleConfiguration: {Rules: [{Status: %s, NoncurrentVersionExpiration: {%s}}]}
"""


@pytest.mark.parametrize(
    ("status", "expiry", "days"),
    [
        ("Enabled", "NoncurrentDays: 3", [3.0]),
        ("Enabled", "NoncurrentDays: 3, NewerNoncurrentVersions: 5", [None]),
        ("Disabled", "NoncurrentDays: 3", [None]),
        ("Enabled, Prefix: logs/", "NoncurrentDays: 3", [None]),
        ("Enabled, Prefix: ''", "NoncurrentDays: 3", [3.0]),
    ],
)
def test_a_bucket_throws_away_what_was_overwritten(
    tmp_path: Path, status: str, expiry: str, days: list[float | None]
) -> None:
    found = ask(tmp_path, "aws s3 sync dist s3://shop-site", files={"site.yml": LIFECYCLE % (status, expiry)})
    assert [each.days for each in found.kept] == days


def test_a_bucket_of_terraform_throws_away_what_was_overwritten(tmp_path: Path) -> None:
    rule = """resource "aws_s3_bucket_lifecycle_configuration" "site" {
  bucket = aws_s3_bucket.site.id
  rule {
    id = "old"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = 7
    }
  }
}
"""
    found = ask(tmp_path, "aws s3 sync dist s3://shop-site", files={"main.tf": TERRAFORM_BUCKET % "Enabled" + rule})
    assert [each.days for each in found.kept] == [7]


BUCKET = """Resources:
  Site:
    Type: AWS::S3::Bucket
    Properties: {BucketName: shop-site, VersioningConfiguration: {Status: %s}}
"""
TERRAFORM_BUCKET = """resource "aws_s3_bucket" "site" {
  bucket = "shop-site"
}
resource "aws_s3_bucket_versioning" "site" {
  bucket = aws_s3_bucket.site.id
  versioning_configuration {
    status = "%s"
  }
}
"""


@pytest.mark.parametrize(
    ("name", "text", "versions"),
    [
        ("site.yml", BUCKET % "Enabled", [1]),
        ("site.yml", BUCKET % "Suspended", [0]),
        ("site.yml", BUCKET % "!Ref Versioning", []),
        ("site.yml", BUCKET.replace("shop-site", "other") % "Enabled", []),
        ("main.tf", TERRAFORM_BUCKET % "Enabled", [1]),
        ("main.tf", TERRAFORM_BUCKET % "Suspended", [0]),
    ],
)
def test_a_bucket_keeps_what_a_deploy_overwrites(tmp_path: Path, name: str, text: str, versions: list[int]) -> None:
    found = ask(tmp_path, "aws s3 sync dist s3://shop-site/app --delete", files={name: text})
    assert [each.versions for each in found.kept] == versions


def test_a_deployment_waits_for_each_pod(tmp_path: Path) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nspec: {minReadySeconds: 300, progressDeadlineSeconds: 900}\n"
    found = ask(tmp_path, "kubectl apply -f d.yml", files={"d.yml": text})
    assert (found.strategy, found.bake_minutes) == ("rolling", 5)
    plain = "apiVersion: apps/v1\nkind: Deployment\nspec: {}\n"
    found = ask(tmp_path, "kubectl apply -f e.yml", files={"e.yml": plain})
    assert found.bake_minutes == 0


ALIAS = """Resources:
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      Name: live
      FunctionVersion: "1"
      RoutingConfig: %s
"""
TERRAFORM_ALIAS = """resource "aws_lambda_alias" "live" {
  name             = "live"
  function_version = "1"
  routing_config {
    additional_version_weights = { "2" = %s }
  }
}
"""
ROUTING = '{"FunctionName": "shop",\n "RoutingConfig": {\n  "AdditionalVersionWeights": {\n   "2": %s\n}}}\n'
UPDATE = "aws lambda update-alias --function-name shop --name live"


@pytest.mark.parametrize(
    ("command", "name", "text"),
    [
        ("sam deploy --template-file t.yml", "t.yml", ALIAS % '{AdditionalVersionWeights: [{FunctionVersion: "2", FunctionWeight: 0.1}]}'),
        ("terraform -chdir=infra apply", "infra/main.tf", TERRAFORM_ALIAS % "0.1"),
        (f"{UPDATE} --cli-input-json file://alias.json", "alias.json", ROUTING % "0.1"),
        (f"{UPDATE} --routing-config file://alias.json", "alias.json", '{"AdditionalVersionWeights": {"2": 0.1}}'),
    ],
)  # fmt: skip
def test_an_alias_sends_a_share_of_the_calls_to_the_new_version(
    tmp_path: Path, command: str, name: str, text: str
) -> None:
    found = ask(tmp_path, command, files={name: text})
    assert (found.strategy, found.steps, found.rollout.stays) == ("canary", ((10, 0),), True)


@pytest.mark.parametrize(
    ("command", "name", "text", "strategy", "gradual"),
    [
        ("sam deploy --template-file t.yml", "t.yml", ALIAS % "{AdditionalVersionWeights: []}", "", MAYBE),
        ("sam deploy --template-file t.yml", "t.yml", ALIAS % "!Ref Routing", "", MAYBE),
        ("terraform -chdir=infra apply", "infra/main.tf", TERRAFORM_ALIAS % "var.share", "", MAYBE),
        (f"{UPDATE} --function-version 2", "x", "", "all-at-once", NO),
        (f"{UPDATE} --cli-input-json file://made.json", "x", "", "", MAYBE),
    ],
)
def test_an_alias_without_a_known_share(
    tmp_path: Path, command: str, name: str, text: str, strategy: str, gradual: int
) -> None:
    found = ask(tmp_path, command, files={name: text})
    assert (found.strategy, found.gradual) == (strategy, gradual)


def test_a_service_may_keep_no_earlier_version(tmp_path: Path) -> None:
    text = "service: shop\nprovider: {name: aws, versionFunctions: false, deploymentBucket: {maxPreviousDeploymentArtifacts: 3}}\n"
    found = ask(tmp_path, "serverless deploy --stage prod", files={"serverless.yml": text})
    assert [(each.key, each.versions) for each in found.kept] == [
        ("provider.versionFunctions", 0),
        ("maxPreviousDeploymentArtifacts", 3),
    ]


def test_what_is_not_in_the_repository_is_unknown(tmp_path: Path) -> None:
    found = ask(tmp_path, "aws deploy create-deployment --application-name shop")
    assert (found.strategy, found.gradual, found.bake_minutes, found.monitored) == ("", MAYBE, None, MAYBE)


def test_the_declared_deployer_fills_in(tmp_path: Path) -> None:
    deployer = {"type": "argo-rollouts", "steps": [{"weight": 5, "pause": 60}], "alarms": ["high"], "rollback": "auto"}
    found = ask(tmp_path, "argocd app sync shop", deployer=deployer)
    assert (found.strategy, found.bake_minutes, found.monitored, found.alarms) == ("canary", 60, YES, ("high",))


@pytest.mark.parametrize(("monitors", "faults"), [("[]", ["appconfig-monitors"]), ("[{AlarmArn: !Ref A}]", [])])
def test_an_appconfig_environment_without_monitors_rolls_nothing_back(
    tmp_path: Path, monitors: str, faults: list[str]
) -> None:
    text = f"Resources:\n  E: {{Type: AWS::AppConfig::Environment, Properties: {{Monitors: {monitors}}}}}\n"
    command = "aws appconfig start-deployment --deployment-strategy-id AppConfig.Canary10Percent20Minutes"
    found = ask(tmp_path, command, files={"app.yml": text})
    assert [each.key for each in found.faults] == faults
    assert (found.strategy, found.bake_minutes) == ("canary", 30)
    assert found.monitored == (NO if faults else YES)


KEYS = st.sampled_from(
    ["DeploymentConfiguration", "Strategy", "Alarms", "AlarmNames", "Enable", "Rollback", "CanaryConfiguration", "CanaryPercent",
     "LinearConfiguration", "StepPercent", "MinimumHealthyPercent", "DeploymentConfigName", "AlarmConfiguration", "Events",
     "AutoRollbackConfiguration", "DeploymentPreference", "Type", "Ref", "spec", "strategy", "canary", "steps", "setWeight", "pause",
     "duration", "analysis", "interval", "stepWeight", "stepWeights", "maxWeight", "iterations", "rollingUpdate", "maxUnavailable",
     "replicas"]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 200), st.sampled_from(["CANARY", "LINEAR", "1h", "50%", "", "x"])
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


@given(TREES)
@settings(max_examples=50, deadline=None)
def test_any_body_of_a_definition_is_read(tree: object) -> None:
    types = ("AWS::ECS::Service", "AWS::CodeDeploy::DeploymentGroup", "AWS::Serverless::Function")
    objects = (("Rollout", "argoproj.io/v1alpha1"), ("Canary", "flagger.app/v1beta1"), ("Deployment", "apps/v1"))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for at, kind in enumerate(types):
            (root / f"{at}.json").write_text(json.dumps({"Resources": {"One": {"Type": kind, "Properties": tree}}}))
            found = ask(root, f"sam deploy --template-file {at}.json")
            assert found.bake_minutes is None or found.bake_minutes >= 0
        for at, (kind, version) in enumerate(objects):
            (root / f"k{at}.json").write_text(json.dumps({"apiVersion": version, "kind": kind, "spec": tree}))
            found = ask(root, f"kubectl apply -f k{at}.json")
            assert found.gradual in (NO, MAYBE, YES)


@pytest.mark.parametrize(("events", "alarm"), [("[DEPLOYMENT_STOP_ON_ALARM]", YES), ("[DEPLOYMENT_FAILURE]", NO)])
def test_an_alias_is_shifted_as_its_deployment_group_says(tmp_path: Path, events: str, alarm: Tri) -> None:
    template = f"""Resources:
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      AutoRollbackConfiguration: {{Enabled: true, Events: {events}}}
      AlarmConfiguration: {{Enabled: true, Alarms: [{{Name: errors}}]}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {{Name: live}}
    UpdatePolicy: {{CodeDeployLambdaAliasUpdate: {{ApplicationName: shop, DeploymentGroupName: !Ref Group}}}}
"""
    found = ask(tmp_path, "aws cloudformation deploy --stack-name s --template-file t.yml", files={"t.yml": template})
    assert found.rolls_back_on_alarm == alarm


SERVICE = """Resources:
  Web:
    Type: AWS::ECS::Service
    Properties: {DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: true}, MinimumHealthyPercent: 50}}
"""


def test_a_template_applies_its_nested_ones(tmp_path: Path) -> None:
    files = {
        "cfn/all.yml": "Resources:\n  App: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: parts/app.yml}}\n",
        "cfn/parts/app.yml": "Resources:\n  Self: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../all.yml}}\n"
        "  Web: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: web.yml}}\n",
        "cfn/parts/web.yml": SERVICE,
    }
    found = ask(tmp_path, "aws cloudformation deploy --stack-name s --template-file cfn/all.yml", files=files)
    assert (found.strategy, found.healthy_percent) == ("rolling", 50)


def test_an_application_applies_its_source(tmp_path: Path) -> None:
    application = APPLICATION + "{source: {path: k8s/prod}, revisionHistoryLimit: 0}\n"
    found = ask(tmp_path, "argocd app sync shop", files={"app.yml": application, "k8s/prod/r.yml": BASE_ROLLOUT})
    assert (found.strategy, found.bake_minutes) == ("canary", 60)
    assert [each.versions for each in found.kept] == [0]
