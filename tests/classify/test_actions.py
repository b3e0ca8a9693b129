"""What actions of the platforms are taken for, and the facts that rules ask of them."""

from __future__ import annotations

import pytest

from barraiser.model.activity import Activity
from barraiser.model.environment import EnvironmentKey
from barraiser.model.pipeline import Job, Step
from barraiser.model.place import Place
from classify.pipelines import action, classified, job, key, script


def only(step: Step, **more: object) -> Activity:
    one = job(step, **more)  # type: ignore[arg-type]
    classified(one)
    return one.activities[0]


@pytest.mark.parametrize(
    ("uses", "kind"),
    [
        ("actions/checkout@v4", "source"),
        ("actions/setup-node@v4", "other"),
        ("actions/upload-artifact@v4", "other"),
        ("azure/webapps-deploy@v3", "deploy"),
        ("Azure/functions-action@v1", "deploy"),
        ("aws-actions/amazon-ecs-deploy-task-definition@v2", "deploy"),
        ("google-github-actions/deploy-cloudrun@v2", "deploy"),
        ("cloudflare/wrangler-action@v3", "deploy"),
        ("docker/build-push-action@v6", "build"),
        ("pypa/gh-action-pypi-publish@release/v1", "publish"),
        ("cypress-io/github-action@v6", "e2e-test"),
        ("grafana/run-k6-action@v1", "load-test"),
        ("github/codeql-action/analyze@v3", "sast"),
        ("aquasecurity/trivy-action@master", "sca"),
        ("gitleaks/gitleaks-action@v2", "secret-scan"),
        ("trstringer/manual-approval@v1", "approval"),
        ("slackapi/slack-github-action@v1", "notify"),
        ("actions/attest-build-provenance@v2", "sign"),
        ("acme/deploy-to-cluster@v1", "deploy"),
        ("acme/setup-tool@v1", "other"),
        ("docker://zaproxy/zap-stable", "dast"),
        ("home-assistant/builder/actions/prepare-multi-arch-matrix@2026.06.0", "other"),
        ("home-assistant/builder/actions/build-image@2026.06.0", "build"),
        ("googleapis/release-please-action@v4", "publish"),
    ],
)
def test_an_action_is_of_its_kind(uses: str, kind: str) -> None:
    assert only(action(uses)).kind == kind


def test_a_pushed_image_is_published() -> None:
    assert only(action("docker/build-push-action@v6", push="true", tags="acme/shop:1")).kind == "publish"
    assert only(action("docker/build-push-action@v6", push="false")).kind == "build"


def test_a_release_that_is_only_proposed_is_no_publish() -> None:
    assert only(action("googleapis/release-please-action@v4", skip_github_release="true")).kind == "other"


def test_what_is_pushed_to_a_branch_is_not_published() -> None:
    assert only(action("acme/api-commit@main", name="Commit and push changes")).kind == "other"
    assert only(action("acme/api@main", name="Push image")).kind == "publish"


def test_an_unknown_deploying_action_is_opaque_and_believed_little() -> None:
    found = only(action("acme/deploy-to-cluster@v1"))
    assert found.opaque
    assert found.confidence <= 0.6


def test_the_head_of_a_pull_request_is_untrusted() -> None:
    assert (
        only(action("actions/checkout@v4", ref="${{ github.event.pull_request.head.sha }}")).facts["checkout-ref"]
        == "untrusted"
    )
    assert only(action("actions/checkout@v4", ref="v1")).facts["checkout-ref"] == "v1"


def test_a_stored_key_is_named_where_it_is_given() -> None:
    found = only(action("aws-actions/configure-aws-credentials@v4", aws_access_key_id="${{ secrets.KEY_ID }}"))
    assert found.facts["static-keys"] == "KEY_ID"
    assert "static-keys" not in only(action("aws-actions/configure-aws-credentials@v4", role_to_assume="arn")).facts


def test_whether_a_deploy_waits() -> None:
    ecs = "aws-actions/amazon-ecs-deploy-task-definition@v2"
    assert only(action(ecs, service="web")).facts["waits"] == "no"
    assert only(action(ecs, service="web", wait_for_service_stability="true")).facts["waits"] == "yes"
    assert "waits" not in only(action(ecs, service="web", wait_for_service_stability="${{ inputs.wait }}")).facts


def test_a_later_command_that_waits_makes_a_deploy_wait() -> None:
    one = job(script("kubectl apply -f k8s/\nkubectl rollout status deployment/web\n"))
    classified(one)
    assert one.activities[0].facts["waits"] == "yes"
    other = job(script("kubectl apply -f k8s/\naws ecs wait services-stable --services web\n"))
    classified(other)
    assert other.activities[0].facts["waits"] == "no"


@pytest.mark.parametrize(
    ("command", "fact", "value"),
    [
        ("helm upgrade web ./chart --atomic", "rolls-back", "--atomic"),
        ("helm upgrade web ./chart --wait", "waits", "yes"),
        ("helm upgrade web ./chart", "waits", "no"),
        ("helm upgrade web ./chart", "target", "web"),
        ("helm upgrade web ./chart", "definition", "./chart"),
        (
            "aws cloudformation deploy --stack-name s --template-file t.yml --disable-rollback",
            "rollback-disabled",
            "--disable-rollback",
        ),
        ("cdk deploy --no-rollback", "rollback-disabled", "--no-rollback"),
        ("gcloud run deploy web --async --region eu", "waits", "no"),
        ("aws ecs update-service --service web --region eu-west-1", "region", "eu-west-1"),
        ("terraform destroy", "destructive", "what Terraform manages"),
    ],
)
def test_a_command_s_facts(command: str, fact: str, value: str) -> None:
    assert only(script(command)).facts[fact] == value


@pytest.mark.parametrize(
    ("command", "images"),
    [
        ("kubectl set image deployment/web web=acme/web:1.2", ("acme/web:1.2",)),
        ("kubectl -n prod set image deployment/web web=acme/web:1.2", ("acme/web:1.2",)),
        ("helm upgrade web ./chart --set image.repository=acme/web --set image.tag=1.2", ("acme/web:1.2",)),
        ("gcloud run deploy web --image gcr.io/acme/web:latest", ("gcr.io/acme/web:latest",)),
        ("docker push acme/web:1.2", ("acme/web:1.2",)),
    ],
)
def test_the_images_that_a_command_names(command: str, images: tuple[str, ...]) -> None:
    assert only(script(command)).images == images


def codepipeline(uses: str, name: str = "Act", stage: str = "Stage", **inputs: str) -> Job:
    step = Step(Place("p.yml", 5), uses=uses, name=name, inputs=inputs)
    one = job(step, id=f"{stage}/{name}", name=name, stage=stage)
    classified(one, platform="codepipeline", path="p.yml")
    return one


@pytest.mark.parametrize(
    ("uses", "name", "inputs", "kind"),
    [
        ("Source/AWS/CodeStarSourceConnection", "Source", {}, "source"),
        ("Deploy/AWS/ECS", "Deploy", {"ServiceName": "web"}, "deploy"),
        ("Deploy/AWS/CloudFormation", "Deploy", {"ActionMode": "CREATE_UPDATE"}, "deploy"),
        ("Deploy/AWS/CloudFormation", "Execute", {"ActionMode": "CHANGE_SET_EXECUTE"}, "deploy"),
        ("Deploy/AWS/CloudFormation", "Prepare", {"ActionMode": "CHANGE_SET_REPLACE"}, "plan"),
        ("Deploy/AWS/CloudFormation", "Delete", {"ActionMode": "DELETE_ONLY"}, "destroy"),
        ("Deploy/AWS/AppConfig", "Deploy", {}, "config-deploy"),
        ("Approval/AWS/Manual", "Approve", {}, "approval"),
        ("Build/AWS/CodeBuild", "Build", {}, "build"),
        ("Build/AWS/CodeBuild", "IntegrationTests", {}, "integration-test"),
        ("Build/AWS/CodeBuild", "DeployProd", {}, "deploy"),
        ("Test/AWS/CodeBuild", "Check", {}, "integration-test"),
        ("Invoke/AWS/Lambda", "BakeLambda", {}, "bake"),
        ("Invoke/AWS/Lambda", "Clean", {}, "other"),
        ("Rule/AWS/CloudWatchAlarm", "Alarm", {"WaitTime": "30"}, "alarm-gate"),
        ("Rule/AWS/DeploymentWindow", "Window", {}, "window"),
    ],
)
def test_an_action_of_codepipeline_is_of_its_kind(uses: str, name: str, inputs: dict[str, str], kind: str) -> None:
    assert codepipeline(uses, name, **inputs).activities[0].kind == kind


def test_an_alarm_rule_bakes_as_long_as_it_waits() -> None:
    assert codepipeline("Rule/AWS/CloudWatchAlarm", WaitTime="30").activities[0].minutes == 30


def test_a_pipeline_that_changes_itself_deploys_nothing() -> None:
    for name, stage in (("SelfMutate", "UpdatePipeline"), ("ExecuteChangeSet", "UpdatePipeline")):
        one = codepipeline("Deploy/AWS/CloudFormation", name, stage, ActionMode="CHANGE_SET_EXECUTE")
        assert [each.kind for each in one.activities] == ["other"]


def test_a_stage_tells_the_environment() -> None:
    found = codepipeline("Deploy/AWS/ECS", "Deploy", "Prod", ServiceName="web").activities[0].environment
    assert found is not None
    assert (found.cls, found.confidence) == ("prod", 0.9)


def test_a_manual_job_of_gitlab_that_only_gates_is_an_approval() -> None:
    one = job(script("echo go"), id="approve", manual=True, manual_place=Place("g.yml", 3))
    classified(one, platform="gitlab-ci")
    assert one.activities[0].kind == "approval"
    assert one.activities[0].place.line == 3


def test_a_manual_job_that_does_not_hold_the_pipeline_back_is_no_approval() -> None:
    one = job(script("echo go"), id="approve", manual=True, manual_blocks=False)
    classified(one, platform="gitlab-ci")
    assert "approval" not in [each.kind for each in one.activities]


def test_a_manual_deploy_is_a_deploy_and_no_approval() -> None:
    one = job(script("kubectl apply -f k8s/"), id="deploy", manual=True, environment=key("production"))
    classified(one, platform="gitlab-ci")
    assert [each.kind for each in one.activities] == ["deploy"]


def test_an_environment_of_github_is_no_approval() -> None:
    one = job(script("echo go"), id="gate", environment=key("production"))
    classified(one)
    assert one.activities == ()


def test_gitlab_counts_a_job_with_an_environment_as_a_deployment() -> None:
    one = job(script("echo deploying"), id="ship", environment=EnvironmentKey("production", Place("g.yml", 2)))
    classified(one, platform="gitlab-ci")
    (deploy,) = one.activities
    assert deploy.kind == "deploy"
    assert deploy.confidence < 0.6
    for action_ in ("stop", "verify", "prepare", "access"):
        other = job(
            script("echo no"), id="ship", environment=EnvironmentKey("production", Place("g.yml", 2), action=action_)
        )
        classified(other, platform="gitlab-ci")
        assert "deploy" not in [each.kind for each in other.activities]


def test_a_build_that_names_an_environment_is_no_deploy() -> None:
    one = job(script("packer build image.pkr.hcl"), id="build", environment=key("production"))
    classified(one, platform="gitlab-ci")
    assert [each.kind for each in one.activities] == ["publish"]
