"""RLB002: an alarm brings production's old version back, without a person."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, FAILED, GITHUB_ACTIONS, GITLAB_CI, MAYBE, NO, YES, Answer, Case, Node, Rule
from barraiser_rules.alarms import only_waits
from barraiser_rules.bakes import each_deploy
from barraiser_rules.hints import sounds_like
from barraiser_rules.questions import does, job, prod_name


class AlarmTriggeredAutoRollback(Rule):
    """Roll production back automatically on alarm.

    Why:
        Most bad changes deploy without an error. An alarm sees them within minutes; a person who is paged needs half an hour.

    Source:
        Liguori, "Automating safe, hands-off deployments": an alarm rolls back, not a person. AWS DevOps Guidance, DL.ADS.2.
        Well-Architected OPS06-BP04.

    Decided by:
        The deployer's alarms or analysis in the definition that the deploy applies; a stage condition that rolls back on an alarm; or a
        rollback step that runs when an alarm check after the deploy fails. Rollback of a deploy that itself fails is not enough. Where a
        service takes the version over by its own settings (App Service, Cloud Run, Heroku, Vercel ...), the answer is unknown.

    Fix:
        Attach the service's alarms to the deployer, or add a job that watches them and one that rolls back when it fails.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        deploy-prod:
          needs: [deploy-staging]
        alarms:
          needs: [deploy-prod]
          runs-on: ubuntu-latest
          steps:
            - run: |
                for i in $(seq 30); do
                  aws cloudwatch describe-alarms --alarm-names shop-high --state-value ALARM | grep -q shop-high && exit 1
                  sleep 60
                done
        rollback:
          needs: [alarms]
          if: failure()
          runs-on: ubuntu-latest
          steps: [{run: kubectl --context prod rollout undo deployment/shop}]

    Before (gitlab-ci):
        deploy-prod:
          stage: production

    After (gitlab-ci):
        deploy-prod:
          stage: production
        alarms:
          stage: watch
          script:
            - |
              for i in $(seq 30); do
                aws cloudwatch describe-alarms --alarm-names shop-high --state-value ALARM | grep -q shop-high && exit 1
                sleep 60
              done
        rollback:
          stage: rollback
          when: on_failure
          script: [kubectl --context prod rollout undo deployment/shop]

    Before (codepipeline):
        - Name: Production

    After (codepipeline):
        - Name: Production
          OnSuccess:
            Conditions:
              - Result: ROLLBACK
                Rules:
                  - Name: NoAlarm
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-errors, WaitTime: "60"}
    """

    id = "RLB002"
    name = "alarm-triggered-auto-rollback"
    severity = "error"
    profile = "standard"
    after = ("RLB003",)
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        GITHUB_ACTIONS: "Attach alarms to the deployer, or add a job that watches them after <job>, and one with `if: failure()`.",
        GITLAB_CI: "Attach alarms to the deployer, or add a job that watches them after <job>, and one with `when: on_failure`.",
        CODEPIPELINE: "Attach alarms to the deployer, or add `OnSuccess` with a CloudWatchAlarm rule (Result ROLLBACK) to the stage.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a trigger of each deploy of the subject."""
        return each_deploy(case, lambda deploy: self._of(case, deploy), "It does not deploy to production.")

    def _of(self, case: Case, deploy: Node) -> Answer:
        applied = case.applied(deploy)
        if applied.rolls_back_on_alarm == YES:
            return case.passed(f"An alarm rolls {job(deploy)} back: {applied.why}.", rests_on=(deploy,))
        gates = [node for node in case.graph.after(deploy, "alarm-gate") if not only_waits(node)]
        for gate in gates:
            if self._stage_goes_back(gate, deploy):
                return case.passed(f"{does(gate)} rolls the stage of {job(deploy)} back.", way=(gate,))
        unread: Node | None = None
        for node in case.graph.after(deploy):
            opaque = node.activity.opaque and sounds_like(node, ("rollback",))
            if (node.kind != "rollback" and not opaque) or not self._on_failure(node):
                continue
            gate_before = next((gate for gate in gates if case.graph.before(gate, node)), None)
            if gate_before is None:
                continue
            if not node.activity.opaque:
                return case.passed(f"{does(node)} runs when {does(gate_before)} fails.", way=(gate_before, node))
            unread = node
        if unread is not None:
            return case.unknown(
                f"{does(unread)} may roll {job(deploy)} back on an alarm, but the program cannot be read here.",
                settle=f'activities: {{"{unread.job.id}": {{kind: rollback}}}}',
                at=unread,
            )
        if applied.rolls_back_on_alarm == MAYBE:
            return case.unknown(
                f"Whether an alarm rolls {job(deploy)} back stands in a definition that cannot be read here.",
                settle="deployer: {type: NAME, alarms: [NAME], rollback: auto}",
                at=deploy,
            )
        if applied.managed:
            return case.unknown(
                f"Whether an alarm rolls {job(deploy)} back is a setting of the service that it deploys to, which no file here shows.",
                settle=f"deployer: {{type: {applied.mechanism}, rollback: manual}} # or: auto, with `alarms: [NAME]`",
                at=deploy,
            )
        if applied.faults and case.verdict_of("RLB003") == FAILED:
            return case.not_applicable("Alarms should roll it back, but are wired wrongly.", because="RLB003")
        assert applied.rolls_back_on_alarm == NO
        known = (
            " A deploy that fails is rolled back, one that succeeds and is bad is not."
            if applied.rolls_back_on_failure
            else ""
        )
        watched = f" {does(gates[0])} watches, but nothing rolls back when it fails." if gates else ""
        return case.failed(
            f"No alarm rolls {prod_name(deploy)} back after {job(deploy)}: a person must notice first.{watched or known}",
            fix=case.fix(job=job(deploy)),
            at=deploy,
        )

    def _stage_goes_back(self, gate: Node, deploy: Node) -> bool:
        """Whether the stage that holds both is rolled back when the gate fails."""
        if gate.job.stage != deploy.job.stage or not gate.job.stage:
            return False
        if gate.activity.facts.get("on-alarm") == "rollback":
            return True
        inside = not gate.job.tags.get("stage-condition")
        return inside and deploy.job.tags.get("on-failure", "").upper() == "ROLLBACK"

    def _on_failure(self, node: Node) -> bool:
        """Whether a node runs because something before it failed."""
        own, whole = node.activity.condition, node.job.condition
        return bool(own.on_failure or whole.on_failure or own.always or whole.always or node.activity.conditional)
