"""TST004: a test on the way to production cannot fail silently."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    RELEASE_KINDS,
    SCAN_KINDS,
    TEST_KINDS,
    YES,
    Answer,
    Case,
    Node,
    Rule,
    Weakness,
)
from barraiser_rules.hints import EXPERIMENTAL, named
from barraiser_rules.questions import does, job


class GatesMustBlock(Rule):
    """Do not let gating tests fail silently.

    Why:
        A test whose failure is swallowed looks like a gate and is none: the run is green, the deploy goes on, and everybody believes
        that it was tested.

    Source:
        AWS DevOps Guidance, DL.ADS.1: each stage is a gate. GitHub Actions and GitLab CI references: `continue-on-error`, status
        functions in `if:`, `allow_failure`, `when: always`.

    Decided by:
        A test that comes before the deploy and does not hold it back when it fails: its own failure is ignored (`|| true`, `set +e`,
        `continue-on-error`, `allow_failure`, an optional manual job), or the deploy runs whatever its result (`if: always()`). Scans
        are a warning. A leg meant to be allowed to fail is fine while another leg of the same suite must pass.

    Fix:
        Remove what swallows the failure; or move the test off the way to production, so that it claims nothing.

    Before (github-actions):
        - run: npm run e2e || true

    After (github-actions):
        - run: npm run e2e

    Before (gitlab-ci):
        acceptance:
          stage: test
          allow_failure: true
          script: [npx cypress run]

    After (gitlab-ci):
        acceptance:
          stage: test
          script: [npx cypress run]

    Before (codepipeline):
        phases: {build: {on-failure: CONTINUE, commands: [mvn verify]}}

    After (codepipeline):
        phases: {build: {on-failure: ABORT, commands: [mvn verify]}}
    """

    id = "TST004"
    name = "gates-must-block"
    speaks_for_gates = True
    severity = "error"
    kinds = RELEASE_KINDS
    fixes = {
        GITHUB_ACTIONS: "Remove `<reason>`, so that a failure of <test> stops <job>.",
        GITLAB_CI: "Remove `<reason>`, so that a failure of <test> stops <job>.",
        CODEPIPELINE: "Remove `<reason>`, so that a failure of <test> stops the pipeline before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at every test and scan before each deploy of the subject."""
        kinds = (*TEST_KINDS, *SCAN_KINDS)
        ahead = [(test, deploy) for deploy in case.deploys for test in case.graph.ahead_of(deploy, *kinds)]
        if not ahead:
            return case.not_applicable("No test lies on the way to it.")
        toothless = [(test, deploy) for test, deploy in ahead if self._toothless(case, test, deploy)]
        toothless.sort(key=lambda found: found[0].kind in SCAN_KINDS)
        if toothless:
            return self._fails(case, toothless)
        empty = next((test for test, _ in ahead if "--passWithNoTests" in test.activity.argv), None)
        if empty is not None:
            return case.failed(
                f"{does(empty)} also succeeds when there is no test.",
                fix="Remove `--passWithNoTests`.",
                at=empty,
                severity="info",
            )
        unsure = next(
            (
                test
                for test, deploy in ahead
                if case.graph.gates(test, deploy) == MAYBE and MAYBE in (test.activity.soft, test.job.soft)
            ),
            None,
        )
        if unsure is not None:
            soft = unsure.activity if unsure.activity.soft == MAYBE else unsure.job
            return case.unknown(
                f"Whether a failure of {does(unsure)} stops the pipeline depends on `{soft.soft_reason or 'an expression'}`.",
                settle="Write the value as a constant.",
                at=soft.soft_place or unsure,
            )
        tests = [test for test, deploy in ahead if case.graph.gates(test, deploy) != NO]
        return case.passed(
            f"What tests before {job(case.deploy)} can stop it: {', '.join(sorted({test.job.own_id for test in tests}))}."
        )

    def _toothless(self, case: Case, test: Node, deploy: Node) -> bool:
        if case.graph.gates(test, deploy) != NO or case.graph.weakness(test, deploy) is None:
            return False
        return not self._spared(case, test, deploy)

    def _spared(self, case: Case, test: Node, deploy: Node) -> bool:
        """Whether it is one leg that may fail of a suite of which another leg must pass."""
        hard = [other for other in case.graph.ahead_of(deploy, test.kind) if case.graph.gates(other, deploy) == YES]
        if any(other.job.template == test.job.template and other.job.id != test.job.id for other in hard):
            return True
        return bool(hard) and not named(test).isdisjoint(EXPERIMENTAL)

    def _fails(self, case: Case, toothless: list[tuple[Node, Node]]) -> Answer:
        test, deploy = toothless[0]
        weakness = case.graph.weakness(test, deploy)
        assert isinstance(weakness, Weakness)
        more = self._more(sorted({other.job.template for other, _ in toothless[1:]} - {test.job.template}))
        return case.failed(
            f"{does(test)} cannot stop {job(deploy)}: `{weakness.reason}` lets the pipeline go on when it {weakness.ended}.{more}",
            fix=case.fix(reason=weakness.reason, test=job(test), job=job(deploy)),
            at=weakness.place,
            way=case.graph.way(test, deploy),
            severity="warning" if test.kind in SCAN_KINDS else "",
            key=test.kind,
            rests_on=(test, deploy),
        )

    def _more(self, others: list[str], shown: int = 4) -> str:
        """The sentence on further tests like it."""
        if not others:
            return ""
        rest = f" and {len(others) - shown} more" if len(others) > shown else ""
        return f" The same holds for {', '.join(others[:shown])}{rest}."
