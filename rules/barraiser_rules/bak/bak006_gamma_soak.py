"""BAK006: a change stays in the last pre-production environment for a while before production gets it."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PROD_CLASSES,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.bakes import each_deploy, held_for
from barraiser_rules.loads import lasts, presses
from barraiser_rules.promotion import last_preprod
from barraiser_rules.questions import job, unread_before


class GammaSoak(Rule):
    """Let a change soak in gamma before production.

    Why:
        Leaks, queues that fill and caches that run out do not show in the minutes that a test takes. What soaks in pre-production is
        found by its alarms, not by customers.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": a pipeline without bake time in its pre-production stages is blocked.

    Decided by:
        The waiting between the last pre-production deploy, whatever its name, and the first production deploy that really holds that
        back: a watched loop, a delay, a wait timer, an alarm rule with a wait, the deployer's own monitoring. A load test whose
        duration the command or its script gives counts as well. Approvals do not: who approves at once has waited for nothing.

    Fix:
        Watch pre-production's alarms for half an hour before production is deployed.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        soak:
          needs: [deploy-staging]
          runs-on: ubuntu-latest
          steps:
            - run: |
                for i in $(seq 30); do
                  aws cloudwatch describe-alarms --alarm-names shop-staging --state-value ALARM | grep -q shop && exit 1
                  sleep 60
                done
        deploy-prod:
          needs: [soak]

    Before (gitlab-ci):
        deploy-prod: {stage: production, environment: production}

    After (gitlab-ci):
        deploy-prod: {stage: production, environment: production, when: delayed, start_in: 30 minutes}

    Before (codepipeline):
        - Name: Staging

    After (codepipeline):
        - Name: Staging
          OnSuccess:
            Conditions:
              - Result: FAIL
                Rules:
                  - Name: NoErrors
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-staging-errors, WaitTime: "30"}
    """

    id = "BAK006"
    name = "gamma-soak"
    about_gates = True
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("ENV001",)
    parameters = (
        Parameter(
            "gamma_min",
            30,
            "how long a change stays in the last pre-production environment",
            unit="minutes",
            minimum=0,
            maximum=43200,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a job that needs <first> and watches its alarms for <time>, and name it in `needs:` of <job>.",
        GITLAB_CI: "Add a stage between <first> and <job> with a job that watches the alarms for <time>, or set `when: delayed` with"
        " `start_in: <minutes> minutes` on <job>.",
        CODEPIPELINE: 'Add `OnSuccess` with a CloudWatchAlarm rule and `WaitTime: "<minutes>"` to the stage of <first>.',
    }

    def decide(self, case: Case) -> Answer:
        """Asks for the wait between pre-production and each first production deploy of the subject."""
        wanted = case.number("gamma_min")
        because = "ENV001" if case.verdict_of("ENV001") in (FAILED, UNKNOWN) else ""
        answer = each_deploy(case, lambda deploy: self._of(case, deploy, wanted), "")
        if answer.verdict == "not-applicable":
            if any(last_preprod(case, deploy) for deploy in case.deploys):
                return case.not_applicable("Another production deploy comes before it.")
            return case.not_applicable("No pre-production deploy comes before it.", because=because)
        return answer

    def _of(self, case: Case, deploy: Node, wanted: float) -> Answer | None:
        if any(each.environment_class in PROD_CLASSES for each in case.graph.ahead_of(deploy, *DEPLOY_KINDS)):
            return None
        staging = last_preprod(case, deploy)
        staging = [each for each in staging if each.environment_class == "gamma"] or staging
        if not staging:
            return None
        taken = min(self._tested_for(case, each, deploy) for each in staging)
        answer = held_for(
            case, staging, deploy, wanted, why="what shows only after a while shows in production", beside=taken
        )
        unread = unread_before(case, deploy, ("bake",)) if answer.verdict == FAILED else None
        if unread is not None:
            return case.unknown(
                f"The soak before {job(deploy)} may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
                settle="Give the file with `--include-map`.",
                at=unread.place,
            )
        return answer

    def _tested_for(self, case: Case, first: Node, deploy: Node) -> float:
        """The minutes of the longest load test on the way that are not those of a bake beside it."""
        tests = [
            node
            for node in case.graph.after(first, "load-test")
            if presses(node) and case.graph.gates(node, deploy) == YES
        ]
        if not tests:
            return 0.0
        waits = [node for node in case.graph.after(first, "bake", "alarm-gate") if node.activity.minutes]
        waits = [node for node in waits if case.graph.gates(node, deploy) != NO]
        longest = 0.0
        for test in tests:
            parallel = [w for w in waits if not case.graph.before(w, test) and not case.graph.before(test, w)]
            beside = max((wait.activity.minutes or 0.0 for wait in parallel), default=0.0)
            longest = max(longest, lasts(case, test) - beside)
        return longest
