"""OBS003: the one-box has alarms of its own."""

from __future__ import annotations

import re

from barraiser.api import YES, Answer, Case, Node, Rule
from barraiser_rules.alarms import alarms_of
from barraiser_rules.questions import job

SCOPED = re.compile(
    r"canary|one.?box|1box|baseline|variant|ExecutedVersion|TargetGroup|target_group|pod.?template.?hash|\bgreen\b",
    re.I,
)
"""What an alarm's name or definition holds when it looks at the new version's share alone."""


class OneboxScopedAlarm(Rule):
    """Give the one-box alarms of its own.

    Why:
        One box of a hundred that fails every request moves the fleet's error rate by one percent. The fleet's alarm stays silent, and
        the bad version goes everywhere.

    Source:
        Liguori, "Automating safe, hands-off deployments": the one-box has alarms scoped to the box, because it may not move the fleet's.

    Decided by:
        The alarms that the one-box or canary is watched by: one of them names the box, the canary, its version or its target group.
        Deployers that compare the canary with the old version pass. Alarms that are defined elsewhere: unknown.

    Fix:
        Alarm on the canary's own dimension.

    Before (github-actions):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx]}}

    After (github-actions):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx, shop-onebox-5xx]}}

    Before (gitlab-ci):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx]}}

    After (gitlab-ci):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx, shop-onebox-5xx]}}

    Before (codepipeline):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx]}}

    After (codepipeline):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx, shop-onebox-5xx]}}
    """

    id = "OBS003"
    name = "onebox-scoped-alarm"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {"": "Add an alarm on the metrics of the one-box alone to those that stop <job>."}

    def decide(self, case: Case) -> Answer:
        """Looks at the alarms of each one-box or canary of the subject."""
        boxes = [deploy for deploy in case.deploys if self._box(case, deploy)]
        if not boxes:
            return case.not_applicable("It is no one-box or canary.")
        for deploy in boxes:
            if case.applied(deploy).validates == YES:
                continue
            alarms = alarms_of(case, deploy, case.graph.after(deploy, "alarm-gate"))
            if any(SCOPED.search(f"{name}\n{text}") for name, text in alarms.items()):
                continue
            if not alarms or not all(alarms.values()):
                return case.unknown(
                    f"Whether an alarm watches {job(deploy)} alone, the files of the repository do not show.",
                    settle="evidence: {alarms: {names: [NAME, ...], by: NAME, date: YYYY-MM-DD}}",
                    at=deploy,
                )
            return case.failed(
                f"{job(deploy)} is watched by the fleet's alarms alone ({', '.join(list(alarms)[:3])}): its few requests hardly move them.",
                fix=case.fix(job=job(deploy)),
                at=deploy,
                rests_on=(deploy,),
            )
        return case.passed(
            f"{job(boxes[0])} has alarms of its own, or is compared with the old version.", rests_on=boxes[:1]
        )

    def _box(self, case: Case, deploy: Node) -> bool:
        return deploy.environment_class == "onebox" or case.applied(deploy).strategy == "canary"
