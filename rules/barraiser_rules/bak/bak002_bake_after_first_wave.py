"""BAK002: the first wave of production bakes longest."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Node, Parameter, Rule
from barraiser_rules.bakes import FIRST_WAVE_MIN, each_deploy, held_for, wave_before


class BakeAfterFirstWave(Rule):
    """Bake longest after the first production wave.

    Why:
        The first region shows what the one-box could not: a day's traffic, its peaks, its jobs. After it, every fault is everywhere.

    Source:
        Liguori, "Automating safe, hands-off deployments": at least twelve hours after the first wave of regions.

    Decided by:
        The shortest waiting between a deploy of the first wave and each deploy of the second that really holds it back. CloudFormation's
        monitoring ends at three hours, and a hosted runner's job at six, so that twelve hours need another kind of wait.

    Fix:
        Put an alarm-watched wait of twelve hours between the waves.

    Before (github-actions):
        deploy-us: {needs: [deploy-eu], environment: production-us}

    After (github-actions):
        deploy-us: {needs: [deploy-eu], environment: production-us}   # wait timer 720 and a monitoring rule, declared in .barraiser.yml

    Before (gitlab-ci):
        deploy-eu:
          stage: wave-1
        deploy-us:
          stage: wave-2

    After (gitlab-ci):
        deploy-eu:
          stage: wave-1
        deploy-us:
          stage: wave-2
          when: delayed
          start_in: 12 hours

    Before (codepipeline):
        - Name: Wave1
          Actions: [{Name: Deploy-eu, Region: eu-west-1}]
        - Name: Wave2
          Actions: [{Name: Deploy-us, Region: us-east-1}]

    After (codepipeline):
        - Name: Wave1
          Actions: [{Name: Deploy-eu, Region: eu-west-1}]
          OnSuccess:
            Conditions:
              - Result: ROLLBACK
                Rules:
                  - Name: NoAlarm
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-errors, WaitTime: "720"}
        - Name: Wave2
          Actions: [{Name: Deploy-us, Region: us-east-1}]
    """

    id = "BAK002"
    name = "bake-after-first-wave"
    about_gates = True
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    parameters = (
        Parameter(
            "first_wave_min", FIRST_WAVE_MIN, "how long the first wave bakes before the second", unit="minutes", minimum=0,
            maximum=43200,
        ),
    )  # fmt: skip
    fixes = {
        GITHUB_ACTIONS: "Set a wait timer of <minutes> minutes and a monitoring protection rule on the environment of <job>, and declare"
        " both: environments: {NAME: {github: {wait_timer: <minutes>, custom_rules: [...]}}}.",
        GITLAB_CI: "Set `when: delayed` with `start_in: <minutes> minutes` on <job>, and check the alarms before it deploys.",
        CODEPIPELINE: 'Add `OnSuccess` with a CloudWatchAlarm rule and `WaitTime: "<minutes>"` to the stage of <first>.',
    }

    def decide(self, case: Case) -> Answer:
        """Asks for the bake before each deploy of the second wave."""
        waves = case.waves()

        def of(deploy: Node) -> Answer | None:
            if waves.number.get(deploy.index) != 1:
                return None
            earlier = wave_before(case, deploy, waves)
            return held_for(
                case,
                earlier,
                deploy,
                case.number("first_wave_min"),
                why="a fault of the first region is then everywhere",
            )

        reason = "Production has one wave only." if len(waves.waves) < 2 else "It is not the second wave."
        return each_deploy(case, of, reason)
