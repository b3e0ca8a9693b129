"""WAV004: at most a third of the capacity is replaced at a time."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, FAILED, GITHUB_ACTIONS, GITLAB_CI, UNKNOWN, Answer, Case, Node, Parameter, Rule
from barraiser_rules.bakes import each_deploy
from barraiser_rules.questions import job


class BatchSizeCap(Rule):
    """Replace at most a third of capacity at once.

    Why:
        What is being replaced serves nobody. With half of it gone, the other half carries twice its load, and falls next.

    Source:
        Liguori, "Automating safe, hands-off deployments": at most 33 percent at a time, at least 66 percent healthy. AWS Config rule
        codedeploy-ec2-minimum-healthy-hosts-configured.

    Decided by:
        CodeDeploy's configuration, `MinimumHealthyPercent` of Amazon ECS, `maxUnavailable` of a Deployment, the step of a linear
        shift. A blue/green deploy replaces nothing in place.

    Fix:
        Write the numbers: at most 33 percent at a time.

    Before (github-actions):
        # k8s/deployment.yml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop}
        spec:
          replicas: 9
          strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 50%}}

    After (github-actions):
        # k8s/deployment.yml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop}
        spec:
          replicas: 9
          strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 25%}}

    Before (gitlab-ci):
        # infra/service.tf
        resource "aws_ecs_service" "shop" {
          name                               = "shop"
          deployment_minimum_healthy_percent = 50
        }

    After (gitlab-ci):
        # infra/service.tf
        resource "aws_ecs_service" "shop" {
          name                               = "shop"
          deployment_minimum_healthy_percent = 100
        }

    Before (codepipeline):
        # infra/deploy.yml
        DeploymentConfigName: CodeDeployDefault.HalfAtATime

    After (codepipeline):
        # infra/deploy.yml
        DeploymentConfigName: CodeDeployDefault.OneAtATime
    """

    id = "WAV004"
    name = "batch-size-cap"
    severity = "warning"
    profile = "standard"
    kinds = ("service-deploy", "config-flags")
    after = ("WAV001",)
    parameters = (
        Parameter(
            "max_batch_percent", 33, "how much is replaced at a time at most", unit="percent", minimum=1, maximum=100
        ),
        Parameter(
            "min_healthy_percent", 66, "how much stays in service at least", unit="percent", minimum=0, maximum=100
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Replace at most <most> percent at a time, and keep <least> percent healthy.",
        GITLAB_CI: "Replace at most <most> percent at a time, and keep <least> percent healthy.",
        CODEPIPELINE: "Replace at most <most> percent at a time, and keep <least> percent healthy.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the batch and the healthy floor of each deploy of the subject."""
        if case.verdict_of("WAV001") == FAILED:
            return case.not_applicable("All of it is replaced at once.", because="WAV001")
        return each_deploy(case, lambda deploy: self._of(case, deploy), "Nothing is replaced in place, batch by batch.")

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        most, least = case.number("max_batch_percent"), case.number("min_healthy_percent")
        applied = case.applied(deploy)
        if applied.strategy in ("blue-green", "canary"):
            return None
        batch, healthy = applied.batch_percent, applied.healthy_percent
        if batch is None and healthy is None:
            if applied.strategy == "rolling":
                return case.passed(f"{job(deploy)} rolls in small batches: {applied.rollout.why}.", rests_on=(deploy,))
            if applied.strategy or (applied.read and not applied.definitions):
                return None
            return self._unread(case, deploy)
        # A floor that is enough allows the batch that it leaves: 66 percent healthy is one third, rounded.
        too_low = healthy is not None and healthy < least
        too_big = batch is not None and batch > most and (healthy is None or too_low)
        if not too_low and not too_big:
            return case.passed(f"{job(deploy)} replaces at most {batch or 0:g} percent at a time.", rests_on=(deploy,))
        found = (
            f"may replace {batch:g} percent at a time" if batch is not None else f"keeps {healthy:g} percent in service"
        )
        return case.failed(
            f"{job(deploy)} {found}, and at most {most:g} percent are asked for: the rest carries the load.",
            fix=case.fix(most=f"{most:g}", least=f"{least:g}"),
            at=applied.rollout.place or deploy.place,
            key=applied.mechanism,
        )

    def _unread(self, case: Case, deploy: Node) -> Answer:
        if case.verdict_of("WAV001") == UNKNOWN:
            return case.not_applicable("How it rolls out cannot be read here.", because="WAV001")
        return case.unknown(
            f"How much {job(deploy)} replaces at a time cannot be read here.",
            settle="Keep the definition that it applies in the repository, or declare `deployer: {type: NAME, steps: [...]}`.",
            at=deploy,
        )
