"""WIN001: production is deployed in a declared time window."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    PROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.bakes import earlier_in_wave
from barraiser_rules.clock import clocks_before, frozen_by_condition, frozen_by_script, windows_before
from barraiser_rules.questions import (
    declared_kind,
    declared_protection,
    does,
    job,
    may_hold,
    out_of_sight,
    runs_out_of_sight,
    weakest_gate,
)


class DeployWindow(Rule):
    """Deploy production only in a declared time window.

    Why:
        A deploy at night or before a holiday breaks something when nobody is there to see it and to repair it. A window lets the
        pipeline run at any time and touch production only in working hours.

    Source:
        Liguori, "Automating safe, hands-off deployments": time windows keep nights, weekends and holidays out. AWS DevOps Guidance,
        DL.ADS.2: no deploys in risky time windows.

    Decided by:
        A window, a calendar or a check of the day or hour that must succeed before the deploy; a condition on a deploy freeze; a run
        that only a schedule starts; or a custom rule declared for the environment. A person who starts the run chooses the time.
        What was asked more than two hours before the deploy, a bake ago, counts no more.

    Fix:
        Put a time window before production.

    Before (github-actions):
        - run: kubectl --context prod apply -f k8s/

    After (github-actions):
        - run: test "$(date +%u)" -lt 5 && test "$(date +%H)" -ge 9 && test "$(date +%H)" -lt 16
        - run: kubectl --context prod apply -f k8s/

    Before (gitlab-ci):
        deploy-prod:
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]

    After (gitlab-ci):
        deploy-prod:
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_DEPLOY_FREEZE == null}]

    Before (codepipeline):
        Name: Production

    After (codepipeline):
        Name: Production
        BeforeEntry:
          Conditions:
            - Result: FAIL
              Rules:
                - Name: WorkingHours
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: DeploymentWindow, Version: "1"}
                  Configuration: {Cron: "* * 9-15 ? * MON-THU", TimeZone: Europe/Berlin}
    """

    id = "WIN001"
    name = "deploy-window"
    severity = "warning"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (Parameter("required", True, "whether a window is asked for at all"),)
    fixes = {
        GITHUB_ACTIONS: 'Add a step before the deploy of <job> that fails outside the window (`test "$(date +%u)" -lt 5`), or a custom'
        " deployment protection rule.",
        GITLAB_CI: "Set deploy freezes in the project and add `$CI_DEPLOY_FREEZE == null` to the rules of <job>.",
        CODEPIPELINE: "Add a `BeforeEntry` condition with a DeploymentWindow rule to the stage of <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a window before each deploy of the subject."""
        if not case.parameter("required"):
            return case.not_applicable("The configuration asks for no window.")
        if case.graph.scenario.event in ("manual", "dispatch") or all(deploy.job.manual for deploy in case.deploys):
            return case.not_applicable("A person chooses the time.")
        if case.graph.scenario.event == "schedule":
            return case.passed(f"The schedule of the pipeline decides when {job(case.deploy)} deploys.")
        gate = weakest_gate(case, lambda deploy: self._candidates(case, deploy))
        if gate.answer == YES and gate.node is not None:
            return case.passed(f"{does(gate.node)} decides when {job(gate.deploy)} may start.", way=(gate.node,))
        if all(frozen_by_condition(case, deploy) for deploy in case.deploys):
            return case.passed(f"A condition keeps {job(case.deploy)} out of deploy freezes.")
        if all(frozen_by_script(case, deploy) for deploy in case.deploys):
            return case.passed(f"A script keeps {job(case.deploy)} out of deploy freezes.")
        asks = {self._asks_clock(case, deploy) for deploy in case.deploys}
        if asks == {True}:
            return case.passed(
                f"A script on the way to {job(case.deploy)} asks the time, and stops the deploy at others."
            )
        protection = declared_protection(case, gate.deploy)
        if protection is not None and protection.get("custom_rules"):
            return case.passed(f"A declared custom rule of the environment decides when {job(case.deploy)} may start.")
        if gate.node is not None:
            return case.unknown(
                may_hold(gate, "a time window"), settle=declared_kind(gate.node, "window"), at=gate.node
            )
        if None in asks:
            return case.unknown(
                f"A script on the way to {job(gate.deploy)} asks the time; whether it stops the deploy, the files cannot tell.",
                settle='Let it fail outside the window: `test "$(date +%u)" -lt 5`.',
            )
        called = runs_out_of_sight(gate.deploy)
        if called is not None:
            return case.unknown(
                f"A time window may be part of the {called.what} `{called.name}`, which cannot be read here.",
                settle="Give the file with `--include-map`.",
                at=called.place,
            )
        hidden = out_of_sight(case, "window", what="A time window", deploy=gate.deploy, classes=PROD_CLASSES)
        if hidden is not None:
            return hidden
        if any(not self._asked_at_all(case, each) for each in earlier_in_wave(case, gate.deploy)):
            return case.not_applicable("It is said of the first deploy of the same wave.")
        own = case.declared.pipeline(case.pipeline.path)
        mild = own is not None and own.facts.get("hands_off") is True
        return case.failed(
            f"{job(gate.deploy)} deploys at any hour of any day, also when nobody is there to see what it breaks.",
            fix=case.fix(job=job(gate.deploy)),
            at=gate.deploy,
            severity="info" if mild else "",
        )

    def _asked_at_all(self, case: Case, deploy: Node) -> bool:
        """Whether something before a deploy looks at the time."""
        clocks = windows_before(case, deploy) or clocks_before(case, deploy)
        return bool(clocks) or frozen_by_condition(case, deploy) or frozen_by_script(case, deploy)

    def _candidates(self, case: Case, deploy: Node) -> list[Node]:
        return windows_before(case, deploy)

    def _asks_clock(self, case: Case, deploy: Node) -> bool | None:
        """Whether a script on the way asks the time and fails when it is wrong; None where it asks and what follows is not plain."""
        clocks = clocks_before(case, deploy)
        return True if any(clock.stops for clock in clocks) else None if clocks else False
