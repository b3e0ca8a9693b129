"""RLB005: the pipeline waits until the rollout has ended."""

from __future__ import annotations

from barraiser.api import YES, Answer, Case, Node, Rule
from barraiser_rules.questions import does, job

HOW_TO_WAIT = {
    "aws ecs": "Add after it: `aws ecs wait services-stable --cluster CLUSTER --services SERVICE`.",
    "aws deploy": "Add after it: `aws deploy wait deployment-successful --deployment-id ID`.",
    "aws lambda": "Add after it: `aws lambda wait function-updated --function-name NAME`.",
    "kubectl": "Add after it: `kubectl rollout status deployment/NAME --timeout=10m`.",
    "helm": "Add the flag `--wait` (or `--atomic`, which also rolls back).",
    "argocd": "Add after it: `argocd app wait NAME --health`.",
    "gcloud": "Remove `--async`.",
    "az": "Remove `--no-wait`.",
    "aws-actions/amazon-ecs-deploy-task-definition": "Add the input `wait-for-service-stability: true`.",
    "aws cloudformation": "Add after it: `aws cloudformation wait stack-update-complete --stack-name NAME`.",
}
"""By what a deploy's tool begins with: what waits for its outcome."""


class DeployWaitsForOutcome(Rule):
    """Wait for the rollout to finish before calling it deployed.

    Why:
        A command that only asks for a rollout is green before anything has started. The test after it then tests the old version, and
        a rollout that fails later fails nobody's pipeline.

    Source:
        Follows from testing after each deploy (AWS Deployment Pipeline Reference Architecture); Liguori, "Automating safe, hands-off
        deployments": the deployment system watches each deployment until it has ended.

    Decided by:
        The deploy's command and flags, and the commands after it in the same job: `--wait`, `rollout status`, `aws ... wait`. A
        deploy whose failure is ignored has no outcome that counts.

    Fix:
        Add the wait after the deploy.

    Before (github-actions):
        - run: kubectl apply -f k8s/prod

    After (github-actions):
        - run: |
            kubectl apply -f k8s/prod
            kubectl rollout status deployment/shop --namespace prod --timeout=10m

    Before (gitlab-ci):
        script: [aws ecs update-service --cluster prod --service shop --task-definition "$TASK"]

    After (gitlab-ci):
        script:
          - aws ecs update-service --cluster prod --service shop --task-definition "$TASK"
          - aws ecs wait services-stable --cluster prod --services shop

    Before (codepipeline):
        commands: [helm upgrade --install shop chart]

    After (codepipeline):
        commands: [helm upgrade --install shop chart --atomic --timeout 10m]
    """

    id = "RLB005"
    name = "deploy-waits-for-outcome"
    severity = "warning"
    severities = {"standard": "error", "strict": "error"}
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {"": "Add a command after it that waits for the rollout, and fails when that fails."}

    def decide(self, case: Case) -> Answer:
        """Looks at whether each deploy of the subject waits."""
        unsure: Node | None = None
        for deploy in case.deploys:
            ignored = self._ignored(deploy)
            if ignored:
                return case.failed(
                    f"{does(deploy)} may fail, and the pipeline goes on ({ignored}): it is green, and production is not.",
                    fix=f"Let the failure of {job(deploy)} end the run: remove `{ignored}`.",
                    at=deploy,
                    key="ignored",
                    rests_on=(deploy,),
                )
            waits = deploy.activity.facts.get("waits", "")
            if waits == "no" and not self._watched_later(case, deploy):
                return case.failed(
                    f"{does(deploy)} only asks for the rollout: the pipeline is green before the new version runs, or fails to.",
                    fix=self._how(deploy) or case.fix(),
                    at=deploy,
                )
            if not waits:
                unsure = unsure or deploy
        if unsure is not None:
            return case.unknown(
                f"The files cannot tell whether {does(unsure)} waits until the rollout has ended.",
                settle=f"Add a step after it that fails when the new version does not run, or declare: activities: "
                f'{{"{unsure.job.own_id}": {{kinds: [deploy, smoke-test]}}}}',
                at=unsure,
            )
        return case.passed(f"{job(case.deploy)} waits for the outcome.", rests_on=(case.deploy,))

    def _ignored(self, deploy: Node) -> str:
        """What lets the run go on when the deploy fails; empty where nothing does."""
        if deploy.activity.soft == YES:
            return deploy.activity.soft_reason
        own = deploy.job
        return own.soft_reason if own.soft == YES and not own.manual else ""

    def _how(self, deploy: Node) -> str:
        tool = deploy.activity.tool
        return next((text for start, text in HOW_TO_WAIT.items() if tool == start or tool.startswith(start + " ")), "")

    def _watched_later(self, case: Case, deploy: Node) -> bool:
        """Whether a later job waits in its place: a check of the rollout that comes straight after it."""
        return any(
            "rollout status" in node.activity.text or " wait " in node.activity.text
            for node in case.graph.after(deploy)
            if node.kind in ("smoke-test", "alarm-gate", "bake", "other") and case.graph.gates(deploy, node)
        )
