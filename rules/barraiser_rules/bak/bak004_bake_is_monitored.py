"""BAK004: something watches during the bake, and can end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Parameter,
    Rule,
)
from barraiser_rules.alarms import asked_for, counts_requests, whose
from barraiser_rules.bakes import (
    FINAL_MIN,
    FIRST_WAVE_MIN,
    LATER_WAVE_MIN,
    ONEBOX_MIN,
    ONLY_WAVE_MIN,
    each_deploy,
    ends_the_release,
    first_slices_before,
    lasting,
    shortest_bake,
    wave_before,
    worst,
)
from barraiser_rules.questions import does, job, prod_name

if TYPE_CHECKING:
    from barraiser.api import Bake


class BakeIsMonitored(Rule):
    """Watch alarms during the whole bake.

    Why:
        A wait that nobody watches only delays: the change goes on to the next wave although production has been burning for hours.

    Source:
        Liguori, "Automating safe, hands-off deployments": an alarm at any time of the bake rolls back. CloudFormation
        RollbackConfiguration (monitoring time counts with triggers only).

    Decided by:
        For each wait that BAK001 to BAK003 ask for, the minutes in which an alarm, a loop that reads one, or the deployer's analysis can
        end it. An alarm that is read once after the wait is sampled, not watched (warning).

    Fix:
        Replace the sleep by a loop that reads the alarms, or by the platform's own alarm watch.

    Before (github-actions):
        - run: sleep 3600

    After (github-actions):
        - run: |
            for i in $(seq 60); do
              aws cloudwatch describe-alarms --alarm-names shop-high --state-value ALARM | grep -q shop-high && exit 1
              sleep 60
            done

    Before (gitlab-ci):
        deploy-prod:
          script: [kubectl --context prod apply -f k8s/, sleep 3600]

    After (gitlab-ci):
        deploy-prod:
          script:
            - kubectl --context prod apply -f k8s/
            - |
              for i in $(seq 60); do
                aws cloudwatch describe-alarms --alarm-names shop-high --state-value ALARM | grep -q shop-high && exit 1
                sleep 60
              done

    Before (codepipeline):
        Name: Production
        Actions: [{Name: Deploy, RunOrder: 1}, {Name: Bake, RunOrder: 2}]   # Bake runs `sleep 3600`

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

    id = "BAK004"
    name = "bake-is-monitored"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("BAK001", "BAK002", "BAK003", "RLB003")
    parameters = (Parameter("allow_sampled", False, "whether an alarm that is read once, after the wait, is enough"),)
    fixes = {
        GITHUB_ACTIONS: "Read the alarms in the loop that waits, and fail when one fires.",
        GITLAB_CI: "Read the alarms in the loop that waits, and fail when one fires.",
        CODEPIPELINE: "Wait in a CloudWatchAlarm rule (`WaitTime`, Result ROLLBACK or FAIL) of the stage's `OnSuccess`.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at each bake before and after the subject's deploys that is long enough to count."""
        for rule in ("BAK001", "BAK002", "BAK003"):
            if case.verdict_of(rule) == FAILED:
                return case.not_applicable("The bake itself is missing or too short.", because=rule)
        if case.verdict_of("RLB003") == FAILED and any(case.applied(deploy).faults for deploy in case.deploys):
            return case.not_applicable("The alarms that should watch it are wired wrongly.", because="RLB003")
        return each_deploy(case, lambda deploy: self._of(case, deploy), "There is no bake to watch.")

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        if deploy.environment_class == "onebox":
            return None
        waves = case.waves()
        answers: list[Answer | None] = []
        boxes = first_slices_before(case, deploy)
        if boxes:
            answers.append(self._judge(case, *shortest_bake(case, boxes, deploy), deploy, ONEBOX_MIN))
        elif case.applied(deploy).strategy == "canary":
            answers.append(self._canary(case, deploy))
        earlier = wave_before(case, deploy, waves)
        if earlier:
            wanted = FIRST_WAVE_MIN if waves.number[deploy.index] == 1 else LATER_WAVE_MIN
            answers.append(self._judge(case, *shortest_bake(case, earlier, deploy), deploy, wanted))
        if ends_the_release(case, deploy):
            wanted = FINAL_MIN if len(waves.waves) > 1 else ONLY_WAVE_MIN
            answers.append(self._judge(case, case.bake(deploy), deploy, None, wanted))
        found = [answer for answer in answers if answer is not None]
        return worst(found, case.not_applicable("")) if found else None

    def _judge(self, case: Case, bake: Bake, first: Node, then: Node | None, wanted: float) -> Answer | None:
        need = min(wanted, bake.minutes)
        if not bake.minutes:
            return None
        where = f"between {job(first)} and {job(then)}" if then is not None else f"after {job(first)}"
        if bake.watched >= need:
            stray = self._stray(case, first, then, need)
            if stray is not None:
                return case.failed(
                    f"The bake {where} watches `{asked_for(stray)[0]}`, an alarm of {whose(case, stray, first)}: what"
                    f" {job(first)} breaks stops nothing.",
                    fix=f"Let {job(stray)} ask the alarms of {prod_name(first)}.",
                    at=stray,
                    way=(first, stray),
                    rests_on=(first,),
                    key="stray",
                )
            return case.passed(f"The bake {where} is watched.", rests_on=(first,))
        if bake.sampled is not None and bake.watched == 0:
            if case.parameter("allow_sampled"):
                return case.passed(
                    f"{does(bake.sampled)} reads the alarms after the bake {where}.", way=(bake.sampled,)
                )
            return self._fails(
                case,
                bake,
                first,
                f"{lasting(bake.minutes)} {where} are sampled, not watched: {does(bake.sampled)} looks once.",
            )
        opaque = bake.unwatched
        if opaque is not None and opaque.activity.opaque and "monitored" not in opaque.activity.facts:
            return case.unknown(
                f"Whether something watches the bake {where} cannot be read here.",
                settle=f'activities: {{"{opaque.job.id}": {{kind: bake, minutes: {bake.minutes:g}, monitored: true}}}}',
                at=opaque,
            )
        found = f"Only {lasting(bake.watched)} of the bake" if bake.watched else "Nothing watches the bake"
        return self._fails(
            case, bake, first, f"{found} {where}{' are watched' if bake.watched else ''}: an alarm stops nothing."
        )

    def _stray(self, case: Case, first: Node, then: Node | None, need: float) -> Node | None:
        """The first of the watches of a bake, where each asks plainly for alarms of something else than what was deployed."""
        applied = case.applied(first)
        if applied.monitored != NO and (applied.bake_minutes or 0.0) >= need:
            return None  # the deployer's own watch is enough
        watches = [
            node
            for node in case.graph.after(first, "alarm-gate")
            if (node.activity.minutes or node.activity.facts.get("repeats"))
            and not counts_requests(node)
            and (then is None or case.graph.before(node, then))
        ]
        return watches[0] if watches and all(whose(case, node, first) for node in watches) else None

    def _fails(self, case: Case, bake: Bake, first: Node, message: str) -> Answer:
        at = bake.unwatched or first
        severity = "warning" if bake.sampled is not None and bake.watched == 0 else ""
        return case.failed(message, fix=case.fix(), at=at, severity=severity, rests_on=(first,))

    def _canary(self, case: Case, deploy: Node) -> Answer | None:
        applied = case.applied(deploy)
        if not applied.bake_minutes:
            return None
        if applied.monitored == YES:
            return case.passed(f"The canary of {job(deploy)} is watched.", rests_on=(deploy,))
        if applied.monitored == MAYBE:
            return case.unknown(
                f"Whether alarms watch the canary of {job(deploy)} cannot be read here.",
                settle="deployer: {alarms: [NAME], rollback: auto}",
                at=deploy,
            )
        return case.failed(
            f"Nothing watches the canary of {job(deploy)}: an alarm stops nothing.",
            fix="Attach alarms, or an analysis, to the canary.",
            at=applied.rollout.place or deploy.place,
            key="canary",
        )
