"""BAK001: the one-box, or the canary, is watched for a while before the rest follows."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, FAILED, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Node, Parameter, Rule
from barraiser_rules.bakes import (
    MAX_ONEBOX_PERCENT,
    ONEBOX_MIN,
    each_deploy,
    first_slice,
    first_slices_before,
    held_for,
    lasting,
)
from barraiser_rules.questions import job


class BakeAfterOnebox(Rule):
    """Bake the one-box or canary before the rest.

    Why:
        A one-box limits the damage only if there is time to see it. Leaks, slow queues and rare requests need an hour, not a minute.

    Source:
        Liguori, "Automating safe, hands-off deployments": at least one hour after each one-box. Amazon ECS and CodeDeploy references
        for the intervals of canaries.

    Decided by:
        The waiting between a deploy to a one-box or canary environment and the next production deploy that really holds it back; for a
        canary that the deployer makes, the time for which it holds ten percent of the traffic or less. Approvals do not count.

    Fix:
        Watch alarms for an hour between the one-box and the rest, or raise the canary's interval.

    Before (github-actions):
        deploy-prod: {needs: [deploy-onebox]}

    After (github-actions):
        bake:
          needs: [deploy-onebox]
          steps: [{run: "for i in $(seq 60); do ./alarms-ok.sh || exit 1; sleep 60; done"}]
        deploy-prod: {needs: [bake]}

    Before (gitlab-ci):
        deploy-onebox:
          stage: onebox
        deploy-prod:
          stage: production

    After (gitlab-ci):
        deploy-onebox:
          stage: onebox
        deploy-prod:
          stage: production
          when: delayed
          start_in: 1 hour

    Before (codepipeline):
        - Name: OneBox
        - Name: Production

    After (codepipeline):
        - Name: OneBox
          OnSuccess:
            Conditions:
              - Result: ROLLBACK
                Rules:
                  - Name: NoAlarm
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-errors, WaitTime: "60"}
        - Name: Production
    """

    id = "BAK001"
    name = "bake-after-onebox"
    about_gates = True
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("WAV003",)
    parameters = (
        Parameter(
            "onebox_min",
            ONEBOX_MIN,
            "how long the one-box bakes before the rest",
            unit="minutes",
            minimum=0,
            maximum=43200,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a job between <first> and <job> that watches the alarms for <time>, and let <job> need it.",
        GITLAB_CI: "Add a stage between <first> and <job> with a job that watches the alarms for <time>, or set `when: delayed` with"
        " `start_in: <minutes> minutes` on <job>.",
        CODEPIPELINE: 'Add `OnSuccess` with a CloudWatchAlarm rule and `WaitTime: "<minutes>"` to the stage of <first>.',
    }

    def decide(self, case: Case) -> Answer:
        """Asks for the bake of the one-box before each deploy of the subject, else of its deployer's own canary."""
        wanted = case.number("onebox_min")
        return each_deploy(
            case,
            lambda deploy: self._of(case, deploy, wanted),
            "There is no one-box or canary before the rest of production.",
        )

    def _of(self, case: Case, deploy: Node, wanted: float) -> Answer | None:
        if deploy.environment_class == "onebox":
            return None
        boxes = first_slices_before(case, deploy)
        if boxes:
            return held_for(case, boxes, deploy, wanted, why="what goes wrong slowly reaches all users")
        applied = case.applied(deploy)
        if applied.strategy != "canary":
            return None
        place = applied.rollout.place or deploy.place
        if not applied.steps:
            return case.unknown(
                f"How long the canary of {job(deploy)} is held cannot be read here.",
                settle=f"deployer: {{steps: [{{weight: 5, pause: {wanted:g}}}], alarms: [...], rollback: auto}}",
                at=deploy,
            )
        held = first_slice(applied)
        if held < wanted <= first_slice(applied, 99.0) and case.verdict_of("WAV003") == FAILED:
            return case.not_applicable("The canary is held long enough, but it is too big.", because="WAV003")
        if held >= wanted:
            return case.passed(f"The canary of {job(deploy)} is held for {lasting(held)}.", rests_on=(deploy,))
        return case.failed(
            f"The canary of {job(deploy)} holds {MAX_ONEBOX_PERCENT:g} percent of the traffic or less for {lasting(held)},"
            f" and {lasting(wanted)} are asked for: what goes wrong slowly reaches all users.",
            fix=f"Hold the first step of at most {MAX_ONEBOX_PERCENT:g} percent for {lasting(wanted)}.",
            at=place,
            key="canary",
        )
