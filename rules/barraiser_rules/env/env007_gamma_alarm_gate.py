"""ENV007: promotion to production waits for the alarms of pre-production."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    YES,
    Answer,
    Case,
    Node,
    Rule,
)
from barraiser_rules.promotion import after_preprod, last_preprod
from barraiser_rules.questions import declared_kind, does, job, may_hold, out_of_sight, weakest_gate


class GammaAlarmGate(Rule):
    """Gate promotion on the alarms of the last pre-production environment.

    Why:
        Tests see what they look for. The alarms that will watch production see memory leaks, error logs and slow queries in
        pre-production too, if somebody asks them before the change goes on.

    Source:
        AWS Deployment Pipeline Reference Architecture, "Test (Gamma)": monitoring and logging are required there. AWS re:Invent 2025
        COP415: gamma is treated like production.

    Decided by:
        An alarm check or analysis after the last pre-production deploy that must succeed before the production deploy starts; or a
        deployer that rolls that deploy back on alarms.

    Fix:
        Ask pre-production's alarms between its deploy and production's.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        staging-alarms:
          needs: [deploy-staging]
          runs-on: ubuntu-latest
          steps:
            - run: aws cloudwatch describe-alarms --alarm-name-prefix shop-staging --state-value ALARM | jq -e '.MetricAlarms == []'
        deploy-prod:
          needs: [staging-alarms]

    Before (gitlab-ci):
        stages: [staging, production]

    After (gitlab-ci):
        stages: [staging, staging-alarms, production]
        staging-alarms:
          stage: staging-alarms
          script: [datadog-ci gate evaluate]

    Before (codepipeline):
        - Name: Staging

    After (codepipeline):
        - Name: Staging
          OnSuccess:
            Conditions:
              - Result: FAIL
                Rules:
                  - Name: NoAlarm
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-errors}
    """

    id = "ENV007"
    name = "gamma-alarm-gate"
    severity = "warning"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("ENV001",)
    fixes = {
        GITHUB_ACTIONS: "Add a job that needs <staging> and fails while an alarm of pre-production is on"
        " (`aws cloudwatch describe-alarms --state-value ALARM`), and name it in `needs:` of <job>.",
        GITLAB_CI: "Add a job that fails while an alarm of pre-production is on, in a stage between <staging> and <job>.",
        CODEPIPELINE: "Add an `OnSuccess` condition with a CloudWatchAlarm rule to the stage of <staging>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for an alarm gate after the last pre-production deploy, or a deployer that watches alarms there."""
        if case.verdict_of("ENV001") == FAILED:
            return case.not_applicable("There is no pre-production deploy to watch.", because="ENV001")
        gate = weakest_gate(case, lambda deploy: self._candidates(case, deploy), ("alarm-gate",))
        if gate.answer == YES and gate.node is not None:
            return case.passed(f"{does(gate.node)} must succeed before {job(gate.deploy)}.", way=(gate.node,))
        staging = last_preprod(case, gate.deploy)
        if not staging:
            return case.not_applicable("No pre-production deploy comes before it.", because="ENV001")
        watched = [(each, case.applied(each)) for each in staging if case.graph.gates(each, gate.deploy) != NO]
        for each, applied in watched:
            if applied.rolls_back_on_alarm == YES:
                return case.passed(f"The deployer of {does(each)} watches alarms: {applied.why}.", way=(each,))
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "an alarm check"), settle=declared_kind(gate.node, "alarm-gate"), at=gate.node
            )
        for each, applied in watched:
            if applied.rolls_back_on_alarm == MAYBE:
                return case.unknown(
                    f"Whether the deployer of {does(each)} watches alarms stands in a definition that cannot be read here.",
                    settle=f"deployer: {{type: {applied.mechanism or 'NAME'}, rollback: auto, alarms: [NAME]}}",
                    at=each,
                )
        hidden = out_of_sight(case, "alarm-gate", what="An alarm check", deploy=gate.deploy)
        where = job(staging[-1])
        return hidden or case.failed(
            f"No alarm of pre-production is asked between {where} and {job(gate.deploy)}: what only shows in metrics goes on to users.",
            fix=case.fix(job=job(gate.deploy), staging=where),
            at=gate.deploy,
        )

    def _candidates(self, case: Case, deploy: Node) -> list[Node]:
        last = last_preprod(case, deploy)
        found = after_preprod(case, deploy, ("alarm-gate",))
        return [node for node in found if any(case.graph.before(each, node) for each in last)]
