"""RLB004: rollback of a failed production deploy is never turned off."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, NO, YES, Answer, Applied, Case, Node, Rule
from barraiser_rules.questions import does, job


class FailedDeployRollsBack(Rule):
    """Never disable rollback of a failed production deploy.

    Why:
        A deploy that fails halfway and stays there leaves production in a state that nobody has tested, until somebody wakes up.

    Source:
        AWS DevOps Guidance, DL.ADS.2. Pokkunuri, "Ensuring rollback safety during deployments". CloudFormation, Amazon ECS deployment
        circuit breaker and Helm references for the switches.

    Decided by:
        A flag of the deploy command that turns rollback off; an ECS service in the repository without circuit breaker and alarms
        (warning in basic); `helm upgrade` without `--atomic` and without a rollback step.

    Fix:
        Drop the flag, or turn on the deployer's rollback.

    Before (github-actions):
        - run: aws cloudformation deploy --stack-name shop-prod --template-file app.yml --disable-rollback

    After (github-actions):
        - run: aws cloudformation deploy --stack-name shop-prod --template-file app.yml

    Before (gitlab-ci):
        script: [helm upgrade --install shop chart --namespace prod]

    After (gitlab-ci):
        script: [helm upgrade --install shop chart --namespace prod --atomic --timeout 10m]

    Before (codepipeline):
        commands: [npx cdk deploy shop-prod --no-rollback]

    After (codepipeline):
        commands: [npx cdk deploy shop-prod]
    """

    id = "RLB004"
    name = "failed-deploy-rolls-back"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        GITHUB_ACTIONS: "Remove `<flag>` from the deploy command.",
        GITLAB_CI: "Remove `<flag>` from the deploy command.",
        CODEPIPELINE: "Remove `<flag>` from the deploy.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the flags and the definition of each deploy of the subject."""
        unread: Node | None = None
        note = ""
        for deploy in case.deploys:
            flag = deploy.activity.facts.get("rollback-disabled")
            if flag:
                return self._turned_off(case, deploy, flag)
            if deploy.activity.facts.get("rolls-back") or self._rollback_step(case, deploy):
                continue
            if deploy.job.tags.get("on-failure", "").upper() == "ROLLBACK":
                continue  # the stage is put back to the revisions that last succeeded
            applied = case.applied(deploy)
            if applied.rolls_back_on_failure == NO and applied.rolls_back_on_alarm != YES:
                failure = self._by_definition(case, deploy, applied)
                if failure is not None:
                    return failure
                note = " (the deployer has no rollback of its own)"
            if applied.mechanism == "ecs" and not applied.read and applied.rolls_back_on_failure != YES:
                unread = deploy
        if unread is not None:
            return case.unknown(
                f"Whether the ECS service of {job(unread)} has a deployment circuit breaker cannot be read here.",
                settle="Declare `deployer: {type: ecs, rollback: auto}`, or keep the service's definition in the repository.",
                at=unread,
            )
        return case.passed(f"Nothing turns the rollback of {job(case.deploy)} off{note}.", rests_on=(case.deploy,))

    def _turned_off(self, case: Case, deploy: Node, flag: str) -> Answer:
        return case.failed(
            f"{does(deploy)} turns rollback off (`{flag}`): a deploy that fails halfway stays in production.",
            fix=case.fix(flag=flag),
            at=deploy,
            key=flag,
        )

    def _rollback_step(self, case: Case, deploy: Node) -> bool:
        """Whether the pipeline rolls back by a step of its own, after the deploy or in its job."""
        after = {node.index for node in case.graph.after(deploy, "rollback")}
        return any(
            node.kind == "rollback" and (node.index in after or node.job is deploy.job) for node in case.stages.nodes
        )

    def _by_definition(self, case: Case, deploy: Node, applied: Applied) -> Answer | None:
        if applied.mechanism == "helm":
            return case.failed(
                f"{does(deploy)} leaves a failed release in production: it has no `--atomic`, and no step rolls it back.",
                fix="Add `--atomic` (Helm 4: `--rollback-on-failure`) to `helm upgrade`.",
                at=deploy,
                key="helm",
            )
        if applied.mechanism == "ecs":
            return case.failed(
                f"The ECS service that {job(deploy)} updates has neither a deployment circuit breaker with rollback nor alarms:"
                " tasks that do not start keep the deploy in production.",
                fix="Set `DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: true}}` on the service.",
                at=applied.places[0] if applied.places else deploy,
                severity="warning" if case.profile == "basic" else "error",
                key="ecs",
            )
        if applied.mechanism == "cloudformation":
            return case.failed(
                f"The definition that {job(deploy)} applies turns rollback off: {applied.why}.",
                fix="Remove `DisableRollback` and `OnFailure: DO_NOTHING`.",
                at=applied.places[0] if applied.places else deploy,
                key="cloudformation",
            )
        return None
