"""BAK003: every later wave bakes, and the last one before the run ends."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.bakes import (
    FINAL_MIN,
    LATER_WAVE_MIN,
    ONLY_WAVE_MIN,
    each_deploy,
    ends_the_release,
    held_for,
    lasting,
    settle_bake,
    wave_before,
)
from barraiser_rules.questions import caller_out_of_sight, job, prod_name


class BakeBetweenLaterWaves(Rule):
    """Bake every later wave, and the last one.

    Why:
        A run that ends when the deploy command returns is green before the first user has met the change. Nobody looks after that.

    Source:
        Liguori, "Automating safe, hands-off deployments": two to four hours after each later wave; every production stage bakes.

    Decided by:
        The waiting between the second and each later wave; and after the last deploy, the waiting whose failure fails the run, or the
        deployer's own monitoring. That a wait is watched is BAK004's question.

    Fix:
        Watch the alarms for a while after the last deploy, in the run itself or by the deployer.

    Before (github-actions):
        deploy-prod: {environment: production}

    After (github-actions):
        deploy-prod: {environment: production}
        bake:
          needs: [deploy-prod]
          steps: [{run: "for i in $(seq 60); do ./alarms-ok.sh || exit 1; sleep 60; done"}]

    Before (gitlab-ci):
        deploy-prod:
          stage: production

    After (gitlab-ci):
        deploy-prod:
          stage: production
        bake:
          stage: bake
          script:
            - |
              for i in $(seq 60); do
                aws cloudwatch describe-alarms --alarm-names shop-high --state-value ALARM | grep -q shop-high && exit 1
                sleep 60
              done

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

    id = "BAK003"
    name = "bake-between-later-waves"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    parameters = (
        Parameter(
            "later_wave_min", LATER_WAVE_MIN, "how long the second and each later wave bakes", unit="minutes", minimum=0,
            maximum=43200,
        ),
        Parameter("final_min", FINAL_MIN, "how long the last wave bakes", unit="minutes", minimum=0, maximum=43200),
        Parameter(
            "only_wave_min", ONLY_WAVE_MIN, "how long production bakes where it has one wave", unit="minutes", minimum=0,
            maximum=43200,
        ),
    )  # fmt: skip
    fixes = {
        GITHUB_ACTIONS: "Add a job that needs <first> and watches the alarms for <time>.",
        GITLAB_CI: "Add a stage after <first> with a job that watches the alarms for <time>.",
        CODEPIPELINE: 'Add `OnSuccess` with a CloudWatchAlarm rule and `WaitTime: "<minutes>"` to the stage of <first>.',
    }

    def decide(self, case: Case) -> Answer:
        """Asks for the bake before each later wave, and after each deploy of the last."""
        waves = case.waves()

        def before(deploy: Node) -> Answer | None:
            if waves.number.get(deploy.index, 0) < 2:
                return None
            earlier = wave_before(case, deploy, waves)
            return held_for(case, earlier, deploy, case.number("later_wave_min"), why="the next wave starts unwarned")

        def after(deploy: Node) -> Answer | None:
            if waves.number.get(deploy.index) != len(waves.waves) - 1:
                return None
            return self._final(case, deploy, case.number("final_min" if len(waves.waves) > 1 else "only_wave_min"))

        first = each_deploy(case, before, "It is the one-box, or an earlier wave.")
        if first.verdict in ("failed", "unknown"):
            return first
        last = each_deploy(case, after, "It is the one-box, or an earlier wave.")
        return last if last.verdict != "not-applicable" else first

    def _final(self, case: Case, deploy: Node, wanted: float) -> Answer:
        if deploy.index != max(
            each.index for each in case.graph.nodes("deploy", "config-deploy") if each.job is deploy.job
        ):
            return case.passed(f"{job(deploy)} goes on deploying.")  # the last deploy of a job is judged
        if not ends_the_release(case, deploy):
            return case.passed(f"Another deploy of the same wave follows {job(deploy)}.")
        bake = case.bake(deploy)
        answer = bake.enough(wanted)
        if answer == YES:
            return case.passed(
                f"{lasting(bake.minutes)} follow {job(deploy)} before the run is done.", rests_on=(deploy,)
            )
        if answer != NO:
            why = bake.unread_why or "a wait after it may or may not run"
            return case.unknown(
                f"Whether {job(deploy)} is followed by {lasting(wanted)} of bake cannot be told: {why}.",
                settle=settle_bake(case, bake, deploy, wanted),
                at=deploy,
            )
        caller = caller_out_of_sight(case)
        if caller is not None:
            return case.unknown(
                f"A bake after {job(deploy)} may be part of the {caller.what} `{caller.name}`, which is not in this repository.",
                settle="Check the pipeline that calls it; or wait here, after the deploy.",
                at=caller.place,
            )
        found = f"after {lasting(bake.minutes)}" if bake.minutes else "at once"
        return case.failed(
            f"The run is done {found} when {job(deploy)} has deployed to {prod_name(deploy)}, and {lasting(wanted)} of bake are asked for.",
            fix=case.fix(first=job(deploy), job=job(deploy), minutes=f"{wanted:g}", time=lasting(wanted)),
            at=deploy,
            key="final",
        )
