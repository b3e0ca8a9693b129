"""RLB006: the rollback itself is tested before production."""

from __future__ import annotations

import re
from collections.abc import Mapping

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    PREPROD_CLASSES,
    PROD_CLASSES,
    TEST_KINDS,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.loads import step_of
from barraiser_rules.promotion import hours_between, looks_at
from barraiser_rules.questions import (
    declared_kind,
    does,
    expired,
    job,
    may_hold,
    preprod_deploys,
    unread_before,
    weakest_gate,
)

NAMED = re.compile(
    r"(?:roll[-_: ]?back|downgrade|revert)[-_: ]?(?:test|check|drill|rehears\w*)"
    r"|(?:test|check|verify|rehearse)[-_: ]?(?:roll[-_: ]?back|downgrade)|upgrade[-_: ]?(?:and[-_: ]?)?downgrade",
    re.IGNORECASE,
)
"""Names of jobs and commands that go back in order to see whether it works."""

PREVIOUS = re.compile(
    r"(?<![a-z])(?:previous|prior|last[-_]?(?:known[-_]?)?(?:good|stable|release)|prev[-_]?(?:version|tag|release|image))",
    re.IGNORECASE,
)
"""A version that was there before, as a deploy of it names it."""

HOURS_A_DAY = 24


class RollbackRehearsedInPreprod(Rule):
    """Test the rollback itself before production.

    Why:
        A new version may leave behind what the old one cannot read. That shows only when somebody goes back, and production during an
        incident is the worst place to see it for the first time.

    Source:
        Pokkunuri, "Ensuring rollback safety during deployments": an explicit upgrade and downgrade test beats analysis. AWS re:Invent
        2025 COP415: rollback steps are tested in pre-production. Well-Architected REL08-BP01: not testing the reversal is an
        anti-pattern.

    Decided by:
        A rollback, a deploy of the previous version or a test that is named after a downgrade, in pre-production, that must succeed
        before the production deploy or runs on a schedule at least every `max_age_days`; or `evidence.rollback_test` with a date that is
        no older. A rollback that runs only when something failed rehearses nothing.

    Fix:
        Deploy the new version in pre-production, go back to the previous one, test it, go forward again.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        rollback-test:
          needs: [deploy-staging]
          environment: staging
          steps:
            - run: helm rollback shop --namespace staging && npm run test:smoke
        deploy-prod:
          needs: [rollback-test]

    Before (gitlab-ci):
        deploy-prod:
          stage: production

    After (gitlab-ci):
        rollback-test:
          stage: acceptance
          script: [helm rollback shop --kube-context staging, npm run test:smoke]
        deploy-prod:
          stage: production

    Before (codepipeline):
        Name: Staging
        Actions: [{Name: Deploy, RunOrder: 1}]

    After (codepipeline):
        Name: Staging
        Actions: [{Name: Deploy, RunOrder: 1}, {Name: RollbackTest, RunOrder: 2}]
    """

    id = "RLB006"
    name = "rollback-rehearsed-in-preprod"
    about_gates = True
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("ENV001", "RLB001", "TST002")
    parameters = (
        Parameter("max_age_days", 90, "how long ago the last rehearsal may be", unit="days", minimum=1, maximum=3660),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a job that needs <staging>, goes back to the previous version there (`helm rollback`, or a deploy of the"
        " earlier tag) and tests it, and name it in `needs:` of <job>.",
        GITLAB_CI: "Add a job in a stage between <staging> and <job> that goes back to the previous version and tests it.",
        CODEPIPELINE: "Add an action after <staging> that goes back to the previous version and tests it.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a rehearsal on the way, then for a scheduled one, then for a declared one. The first production deploy answers."""
        if all(self._later(case, deploy) for deploy in case.deploys):
            return case.not_applicable("The first production deploy is asked.")
        gate = weakest_gate(case, lambda deploy: self._rehearsals(case, deploy))
        if gate.answer == YES and gate.node is not None and _goes_back(gate.node):
            return case.passed(f"{does(gate.node)} goes back before {job(gate.deploy)}.", way=(gate.node, gate.deploy))
        other = self._scheduled(case) or self._declared(case)
        if other is not None:
            return other
        if gate.answer == YES and gate.node is not None:
            return case.unknown(
                f"{job(gate.node)} is named for a rehearsed rollback, and nothing that can be read in it goes back.",
                settle=f"If {does(gate.node)} does, declare: {declared_kind(gate.node, 'rollback')}",
                at=gate.node,
            )
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "a rehearsed rollback"), settle=declared_kind(gate.node, "rollback"), at=gate.node
            )
        if case.verdict_of("RLB001") == FAILED:
            return case.not_applicable("There is no way back to rehearse.", because="RLB001")
        staging = preprod_deploys(case, gate.deploy)
        if not staging and case.verdict_of("ENV001") in (FAILED, UNKNOWN):
            return case.not_applicable("There is no pre-production deploy to roll back.", because="ENV001")
        if self._rehearsals(case, gate.deploy) and case.verdict_of("ENV001") == FAILED:
            return case.not_applicable(
                "A rollback is rehearsed, where pre-production does not block.", because="ENV001"
            )
        if not preprod_deploys(case, gate.deploy) and case.verdict_of("TST002") == FAILED:
            return case.not_applicable("It waits for nothing in pre-production.", because="TST002")
        unread = unread_before(case, gate.deploy, ("rollback",))
        if unread is not None:
            return case.unknown(
                f"A rehearsed rollback may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
                settle="Give the file with `--include-map`, or declare: evidence: {rollback_test: {date: YYYY-MM-DD, by: NAME}}",
                at=unread.place,
            )
        return expired(case, "rollback_test", "A rehearsed rollback") or case.failed(
            f"Nothing goes back to the previous version in pre-production before {job(gate.deploy)}: whether a rollback works is"
            " found out in an incident.",
            fix=case.fix(job=job(gate.deploy), staging=job(staging[-1]) if staging else "the staging deploy"),
            at=gate.deploy,
        )

    def _later(self, case: Case, deploy: Node) -> bool:
        """Whether another job's production deploy comes before this one."""
        ahead = case.graph.ahead_of(deploy, *DEPLOY_KINDS)
        return any(each.environment_class in PROD_CLASSES and each.job is not deploy.job for each in ahead)

    def _rehearsals(self, case: Case, deploy: Node) -> list[Node]:
        staging = preprod_deploys(case, deploy)
        found = []
        for node in case.graph.ahead_of(deploy):
            if not _rehearses(node):
                continue
            looks = looks_at(case, node)
            placed = any(case.graph.before(each, node) for each in staging)
            if looks in PREPROD_CLASSES or (looks not in PROD_CLASSES and placed):
                found.append(node)
        return found

    def _scheduled(self, case: Case) -> Answer | None:
        """What a scheduled pipeline that rehearses says; None where there is none, or it runs too seldom."""
        for node in case.elsewhere.nodes(when=lambda scenario: scenario.event == "schedule"):
            if not _rehearses(node) or node.environment_class in PROD_CLASSES:
                continue
            hours = hours_between(node.pipeline)
            if hours is None:
                return case.unknown(
                    f"{does(node)} goes back on a schedule; no file says how often.",
                    settle="evidence: {rollback_test: {date: YYYY-MM-DD, by: NAME}}",
                    at=node,
                )
            if hours <= case.number("max_age_days") * HOURS_A_DAY:
                return case.passed(f"{does(node)} goes back on a schedule ({node.pipeline.path}).")
        return None

    def _declared(self, case: Case) -> Answer | None:
        given = case.declared.evidence.get("rollback_test")
        if not isinstance(given, Mapping):
            return None
        date = given.get("date")
        age = _days(date, case.declared.as_of) if isinstance(date, str) else None
        if age is None:
            return case.unknown(
                "The declared rollback test has no date: nobody can tell how long ago it was.",
                settle="evidence: {rollback_test: {date: YYYY-MM-DD, by: NAME}}",
                at=case.pipeline.place,
            )
        limit = case.number("max_age_days")
        if age <= limit:
            return case.passed(f"A rollback test is declared for {date}.")
        return case.failed(
            f"The last declared rollback test was on {date}, {age} days ago, and at most {limit:g} are asked for.",
            fix="Go back and forward again in pre-production, and declare the day: evidence: {rollback_test: {date: YYYY-MM-DD}}",
            at=case.deploy,
            key="age",
        )


def _rehearses(node: Node) -> bool:
    """Whether a node goes back on purpose: a rollback that always runs, a deploy of the version before, or a test with such a name."""
    activity, own = node.activity, node.job
    if activity.conditional or activity.condition.on_failure or own.condition.on_failure:
        return False
    if node.kind == "rollback":
        return True
    step = step_of(node)
    told = f"{activity.text} {own.name} {own.id} {step.name if step else ''}"[:600]
    if node.kind in DEPLOY_KINDS:
        return node.environment_class in PREPROD_CLASSES and PREVIOUS.search(told) is not None
    return (node.kind in TEST_KINDS or activity.opaque) and NAMED.search(told) is not None


def _goes_back(node: Node) -> bool:
    """Whether more than the name of its job says that a node is part of a rehearsal: its own words, or what the job does beside it."""
    step = step_of(node)
    if NAMED.search(f"{node.activity.text} {step.name if step else ''}"[:300]) is not None:
        return True
    return any(each.opaque or each.kind in ("rollback", *DEPLOY_KINDS) for each in node.job.activities)


def _days(date: str, today: str) -> int | None:
    from datetime import date as calendar

    try:
        return (calendar.fromisoformat(today) - calendar.fromisoformat(date)).days
    except ValueError:
        return None
