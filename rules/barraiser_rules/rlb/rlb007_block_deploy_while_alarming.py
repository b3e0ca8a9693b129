"""RLB007: no production deploy starts while an alarm is on."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PREPROD_CLASSES,
    PROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Rule,
)
from barraiser_rules.alarms import only_waits
from barraiser_rules.bakes import earlier_in_wave
from barraiser_rules.promotion import ENTRY, looks_at, spot
from barraiser_rules.questions import (
    declared_kind,
    declared_protection,
    does,
    job,
    may_hold,
    out_of_sight,
    preprod_deploys,
    runs_out_of_sight,
    weakest_gate,
)


class BlockDeployWhileAlarming(Rule):
    """Refuse to start a production deploy while an alarm is on.

    Why:
        During an incident a new version makes it harder to tell what is wrong, and it may undo what an operator has just repaired.

    Source:
        Liguori, "Automating safe, hands-off deployments": a pipeline starts no production deploy while the aggregate alarm fires. AWS
        DevOps Guidance, DL.ADS.2.

    Decided by:
        An alarm check that must succeed directly before the deploy: after the pre-production deploys, and with no deploy to another
        part of production between. A check of pre-production's alarms does not count.

    Fix:
        Ask production's alarms as the last thing before its deploy starts.

    Before (github-actions):
        - run: kubectl --context prod apply -f k8s/

    After (github-actions):
        - run: aws cloudwatch describe-alarms --alarm-names shop-prod --state-value ALARM | jq -e '.MetricAlarms == []\'
        - run: kubectl --context prod apply -f k8s/

    Before (gitlab-ci):
        deploy-prod:
          script: [kubectl --context prod apply -f k8s/]

    After (gitlab-ci):
        deploy-prod:
          script: [datadog-ci gate evaluate, kubectl --context prod apply -f k8s/]

    Before (codepipeline):
        Name: Production

    After (codepipeline):
        Name: Production
        BeforeEntry:
          Conditions:
            - Result: FAIL
              Rules: [{Name: NoAlarm, RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}}]
    """

    id = "RLB007"
    name = "block-deploy-while-alarming"
    severity = "warning"
    severities = {"strict": "error"}
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        GITHUB_ACTIONS: "Add a step before the deploy of <job> that fails while an alarm of production is on"
        ' (`test -z "$(aws cloudwatch describe-alarms --state-value ALARM ...)"`).',
        GITLAB_CI: "Add a command before the deploy of <job> that fails while an alarm of production is on.",
        CODEPIPELINE: "Add a `BeforeEntry` condition with a CloudWatchAlarm rule and `Result: FAIL` to the stage of <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for an alarm check directly before each deploy of the subject."""
        gate = weakest_gate(case, lambda deploy: self._candidates(case, deploy), ("alarm-gate",))
        if gate.answer == YES and gate.node is not None:
            looked = looks_at(case, gate.node)
            if looked in PROD_CLASSES or not preprod_deploys(case, gate.deploy) or gate.node.job is gate.deploy.job:
                return case.passed(f"{does(gate.node)} must succeed before {job(gate.deploy)}.", way=(gate.node,))
            return case.unknown(
                f"{does(gate.node)} asks alarms before {job(gate.deploy)}, but nothing tells whether they are production's.",
                settle=f'activities: {{"{gate.node.job.id}": {{kind: alarm-gate, environment: production}}}}',
                at=gate.node,
            )
        protection = declared_protection(case, gate.deploy)
        if protection is not None and protection.get("custom_rules"):
            return case.passed(
                f"A declared custom rule of the environment decides whether {job(gate.deploy)} may start."
            )
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "an alarm check"), settle=declared_kind(gate.node, "alarm-gate"), at=gate.node
            )
        called = runs_out_of_sight(gate.deploy)
        if called is not None:
            return case.unknown(
                f"An alarm check may be part of the {called.what} `{called.name}`, which cannot be read here.",
                settle="Give the file with `--include-map`.",
                at=called.place,
            )
        hidden = out_of_sight(case, "alarm-gate", what="An alarm check", classes=PROD_CLASSES, deploy=gate.deploy)
        if hidden is None and self._said_before(case, gate.deploy):
            return case.not_applicable("It is said of the first deploy of the same wave.")
        toothless = next((each for each in self._candidates(case, gate.deploy) if each.activity.soft == YES), None)
        asked = ""
        if toothless is not None:
            asked = f": {does(toothless)} asks, but it cannot stop it ({toothless.activity.soft_reason})"
        return hidden or case.failed(
            f"{job(gate.deploy)} starts also while an alarm of production is on{asked}.",
            fix=case.fix(job=job(gate.deploy)),
            at=gate.deploy,
        )

    def _said_before(self, case: Case, deploy: Node) -> bool:
        """Whether an earlier deploy of the same wave lacks the check as well: what must be added stands before that one."""
        return any(
            case.graph.best_gate(self._candidates(case, each), each)[0] == NO for each in earlier_in_wave(case, deploy)
        )

    def _candidates(self, case: Case, deploy: Node) -> list[Node]:
        staging = preprod_deploys(case, deploy)
        others = [
            each
            for each in case.graph.ahead_of(deploy, *DEPLOY_KINDS)
            if each.environment_class in PROD_CLASSES and each.job is not deploy.job and spot(each) != spot(deploy)
        ]
        found = []
        for node in case.graph.ahead_of(deploy, "alarm-gate"):
            if only_waits(node):
                continue
            between = [each for each in (*staging, *others) if case.graph.before(node, each)]
            entry = node.job.tags.get("stage-condition") == ENTRY and node.job.stage == deploy.job.stage
            if entry or (not between and looks_at(case, node) not in PREPROD_CLASSES):
                found.append(node)
        return found
