"""ENV007: promotion to production waits for the alarms of pre-production."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Rule,
)
from barraiser_rules.alarms import (
    asked_for,
    counts_requests,
    of_another_service,
    of_other_environment,
    of_production,
    only_waits,
)
from barraiser_rules.hints import PREPROD_WORDS, words
from barraiser_rules.promotion import ENTRY, after_preprod, last_preprod
from barraiser_rules.questions import between, declared_kind, does, job, may_hold, out_of_sight, prod_name, weakest_gate


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
        deployer that rolls that deploy back on alarms. A check whose alarms are plainly production's or another service's, by their
        names, does not count, nor does waiting for a rollout that has no analysis.

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
    about_gates = True
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
        wrong = self._misdirected(case, gate.deploy, staging)
        if wrong is not None:
            return case.failed(
                f"{job(wrong)} asks `{asked_for(wrong)[0]}`, an alarm of {self._whose(case, wrong, gate.deploy)}: an alarm of"
                f" {prod_name(staging[-1])} does not keep the change from {job(gate.deploy)}.",
                fix=f"Let {job(wrong)} ask the alarms of {prod_name(staging[-1])}.",
                at=wrong,
                way=(*staging[-1:], wrong, gate.deploy),
            )
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
        where = between(staging[-1], gate.deploy)
        return hidden or case.failed(
            f"No alarm of pre-production is asked {where}: what only shows in metrics goes on to users.",
            fix=f"Ask the alarms of {prod_name(staging[-1])} {where}, and fail while one is on."
            if staging[-1].job is gate.deploy.job
            else case.fix(job=job(gate.deploy), staging=job(staging[-1])),
            at=gate.deploy,
        )

    def _candidates(self, case: Case, deploy: Node) -> list[Node]:
        last = last_preprod(case, deploy)
        return [
            node
            for node in after_preprod(case, deploy, ("alarm-gate",))
            if any(case.graph.before(each, node) for each in last)
            and not only_waits(node)
            and not counts_requests(node)
            and not self._whose(case, node, deploy)
        ]

    def _whose(self, case: Case, node: Node, deploy: Node) -> str:
        """Whose alarms a check plainly asks for, where they are not those of pre-production; else empty."""
        if of_production(node):
            return "production"
        other = of_other_environment(node, {each.environment_class for each in last_preprod(case, deploy)})
        if other:
            return other
        return "another service" if of_another_service(case, node, deploy) else ""

    def _misdirected(self, case: Case, deploy: Node, staging: list[Node]) -> Node | None:
        """A check of pre-production, by its job, that asks for alarms of something else. One look at production's alarms before a deploy
        there is none: RLB007 asks for it."""
        released = [
            each for each in case.graph.ahead_of(deploy, *DEPLOY_KINDS) if each.environment_class in PROD_CLASSES
        ]
        for node in case.graph.ahead_of(deploy, "alarm-gate"):
            apart = node.job is not deploy.job and node.job.tags.get("stage-condition") != ENTRY
            after = apart and any(case.graph.before(each, node) for each in staging)
            if not after or any(case.graph.before(each, node) for each in released):
                continue
            environment = node.job.environment
            named = words(f"{node.job.own_id} {environment.name if environment else ''}")
            soaks = node.activity.facts.get("repeats") or node.activity.minutes
            if (soaks or not named.isdisjoint(PREPROD_WORDS)) and self._whose(case, node, deploy):
                return node
        return None
