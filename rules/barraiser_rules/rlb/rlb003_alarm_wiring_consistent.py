"""RLB003: alarms that should roll back are wired so that they can."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, MAYBE, YES, Answer, Case, Node, Rule
from barraiser_rules.bakes import each_deploy
from barraiser_rules.questions import does, job


class AlarmWiringConsistent(Rule):
    """Wire rollback alarms so that they can fire.

    Why:
        An alarm that is listed and not enabled, or enabled and not listed, looks like safety in every review, and does nothing at night.

    Source:
        CodeDeploy AutoRollbackConfiguration and AlarmConfiguration; SAM DeploymentPreference; Amazon ECS deployment alarms; CloudFormation
        RollbackConfiguration; CodePipeline CloudWatchAlarm rule.

    Decided by:
        The keys that belong together, in the definition that the deploy applies: events and alarms, alarms and rollback, monitoring
        time and triggers, a traffic shift and its alarms; stage conditions whose alarm has no result; and analyses of a Rollout in
        whose templates, beside it, no metric has a condition.

    Fix:
        Set the key that the message names.

    Before (github-actions):
        # template.yaml
        Resources:
          Shop:
            Type: AWS::Serverless::Function
            Properties:
              AutoPublishAlias: live
              DeploymentPreference: {Type: Canary10Percent30Minutes}

    After (github-actions):
        # template.yaml
        Resources:
          Shop:
            Type: AWS::Serverless::Function
            Properties:
              AutoPublishAlias: live
              DeploymentPreference: {Type: Canary10Percent30Minutes, Alarms: [!Ref ShopErrors]}

    Before (gitlab-ci):
        # deploy/group.yml
        Resources:
          Group:
            Type: AWS::CodeDeploy::DeploymentGroup
            Properties:
              ApplicationName: shop
              DeploymentGroupName: shop-prod
              AlarmConfiguration: {Enabled: true, Alarms: [{Name: shop-high}]}
              AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE]}

    After (gitlab-ci):
        # deploy/group.yml
        Resources:
          Group:
            Type: AWS::CodeDeploy::DeploymentGroup
            Properties:
              ApplicationName: shop
              DeploymentGroupName: shop-prod
              AlarmConfiguration: {Enabled: true, Alarms: [{Name: shop-high}]}
              AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}

    Before (codepipeline):
        Name: Production
        OnSuccess:
          Conditions:
            - Rules:
                - Name: NoAlarm
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                  Configuration: {AlarmName: shop-errors, WaitTime: "60"}

    After (codepipeline):
        Name: Production
        OnSuccess:
          Conditions:
            - Result: ROLLBACK
              Rules:
                - Name: NoAlarm
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                  Configuration: {AlarmName: shop-errors, WaitTime: "60"}
    """

    id = "RLB003"
    name = "alarm-wiring-consistent"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        GITHUB_ACTIONS: "Set <missing>.",
        GITLAB_CI: "Set <missing>.",
        CODEPIPELINE: "Set <missing>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what each deploy of the subject applies, and at the alarm checks after it."""
        return each_deploy(
            case, lambda deploy: self._of(case, deploy), "No alarm is wired in the files of the repository."
        )

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        applied = case.applied(deploy)
        faults = sorted(applied.faults, key=lambda each: each.mild)
        if faults:
            first = faults[0]
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            return case.failed(
                f"What {job(deploy)} applies lacks {first.missing}: {first.effect}{more}.",
                fix=case.fix(missing=first.missing),
                at=first.place,
                severity="warning" if first.mild else "",
                key=first.key,
            )
        gates = [node for node in case.graph.after(deploy, "alarm-gate") if "on-alarm" in node.activity.facts]
        for gate in gates:
            answer = self._toothless(case, gate)
            if answer is not None:
                return answer
        if applied.monitored == YES:
            return case.passed(f"The alarms of {job(deploy)} are wired to roll it back.", rests_on=(deploy,))
        if gates:
            return case.passed(f"{does(gates[0])} stops the stage when its alarm fires.", way=gates[:1])
        if applied.definitions and applied.monitored == MAYBE:
            return case.unknown(
                f"Whether the alarms of what {job(deploy)} applies are wired cannot be read: values are computed.",
                settle="Write the alarm settings as constants.",
                at=applied.rollout.place or deploy,
            )
        return None

    def _toothless(self, case: Case, gate: Node) -> Answer | None:
        """An alarm check of the platform's own that ends in nothing."""
        facts = gate.activity.facts
        states = facts.get("alarm-states", "")
        if facts.get("on-alarm") == "nothing":
            missing, effect = "Result: ROLLBACK (or FAIL)", "the alarm has no effect"
        elif states and "$" not in states and "ALARM" not in states.upper().replace(" ", "").split(","):
            missing, effect = "ALARM in AlarmStates", f"it waits for {states} alone"
        else:
            return None
        return case.failed(
            f"{does(gate)} lacks {missing}: {effect}.",
            fix=case.fix(missing=missing),
            at=gate,
            key="condition",
            rests_on=(gate,),
        )
