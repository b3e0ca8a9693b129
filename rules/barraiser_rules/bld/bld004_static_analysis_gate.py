"""BLD004: scans of code, secrets and dependencies hold back the release."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.promotion import first_in_production
from barraiser_rules.questions import declared_kind, does, job, may_hold, out_of_sight, weakest_gate
from barraiser_rules.scans import included_scan, scans_before

LOOKS_FOR = {
    "lint": "code quality",
    "secret-scan": "secrets",
    "sca": "vulnerable dependencies",
    "sast": "flaws of the code (SAST)",
    "iac-scan": "flaws of the infrastructure code",
    "dast": "flaws of the running service (DAST)",
}
TOOLS = {
    "lint": "the linter",
    "secret-scan": "`gitleaks`",
    "sca": "`osv-scanner`",
    "sast": "`semgrep`",
    "iac-scan": "`checkov`",
    "dast": "`zap-baseline.py`",
}
CODELESS = ("iac-only", "config-flags")
"""Kinds of pipelines in which a scan of the infrastructure code is the scan of code and dependencies."""


class StaticAnalysisGate(Rule):
    """Let code-quality, secret, dependency and SAST scans gate the release.

    Why:
        What a scan would have found in a minute is found by somebody else once it is deployed: a password in the history, a library with
        a known hole, a query built from user input.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, "Source" and "Build": code quality, secrets detection,
        SAST and SCA are required.

    Decided by:
        For each kind of scan in `required_kinds`, an activity of that kind that must succeed before the first production deploy can
        start. Tools that look for several things count for each. A scan that runs on pull requests alone came before the merge, not
        before the release. For infrastructure and configuration, a scan of the infrastructure code counts for code and dependencies.

    Fix:
        Run the missing scans in a job that the first deploy needs.

    Before (github-actions):
        deploy-prod:
          needs: [build]

    After (github-actions):
        scan:
          runs-on: ubuntu-latest
          steps:
            - uses: actions/checkout@v4
            - run: npx eslint .
            - run: gitleaks git .
            - run: osv-scanner scan source .
            - run: semgrep scan --error
        deploy-prod:
          needs: [build, scan]

    Before (gitlab-ci):
        stages: [build, production]

    After (gitlab-ci):
        stages: [scan, build, production]
        scan:
          stage: scan
          script: [npx eslint ., gitleaks git ., osv-scanner scan source ., semgrep scan --error]

    Before (codepipeline):
        phases: {build: {commands: [npm test]}}

    After (codepipeline):
        phases:
          build:
            commands: [npm test, npx eslint ., gitleaks git ., osv-scanner scan source ., semgrep scan --error]
    """

    id = "BLD004"
    name = "static-analysis-gate"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    after = ("TST004",)
    parameters = (
        Parameter(
            "required_kinds",
            ("lint", "secret-scan", "sca", "sast"),
            "the kinds of scans that must hold back the release",
            choices=tuple(LOOKS_FOR),
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Run <tools> in a job, and name it in `needs:` of <job> (or of what <job> needs).",
        GITLAB_CI: "Run <tools> in a job of a stage before <job>.",
        CODEPIPELINE: "Run <tools> in the buildspec of the Build stage, or in actions of their own before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for a scan of each required kind that gates the first production deploy."""
        firsts = first_in_production(case)
        if not firsts:
            return case.not_applicable("Another production deploy comes before it, and is asked about the scans.")
        given = case.parameter("required_kinds")
        missing: list[str] = []
        toothless: dict[str, Node] = {}
        unsure: Answer | None = None
        for kind in given if isinstance(given, tuple) else ():
            kinds = (kind, "iac-scan") if case.subject.kind in CODELESS and kind in ("sast", "sca") else (kind,)
            answer = self._of(case, firsts[0], kind, kinds)
            if isinstance(answer, Answer):
                unsure = unsure or answer
            elif isinstance(answer, Node):
                toothless[kind] = answer
            elif not answer:
                missing.append(kind)
        if case.verdict_of("TST004") != FAILED:
            missing += toothless
        if missing:
            return self._fails(case, firsts[0], missing)
        if unsure is not None:
            return unsure
        if toothless:
            soft = next(iter(toothless.values()))
            return case.not_applicable(f"{does(soft)} scans, and does not block.", because="TST004")
        return case.passed(f"Scans of each required kind must succeed before {job(firsts[0])}.")

    def _of(self, case: Case, first: Node, kind: str, kinds: tuple[str, ...]) -> Answer | Node | bool:
        """Whether such a scan gates the deploy; a scan that does not block; or why it cannot be told."""
        gate = weakest_gate(case, lambda deploy: scans_before(case, deploy, kinds), kinds, target=lambda _: first)
        if gate.answer == YES:
            return True
        what = f"A scan for {LOOKS_FOR[kind]}"
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, f"a scan for {LOOKS_FOR[kind]}"), settle=declared_kind(gate.node, kind), at=gate.node
            )
        included = included_scan(case, kinds)
        if included is not None:
            return case.unknown(
                f"{what} is part of the {included.what} `{included.name}`, which cannot be read here: whether it can stop {job(first)},"
                " nobody can tell.",
                settle="Give the file with `--include-map`.",
                at=included.place,
            )
        hidden = out_of_sight(case, *kinds, what=what, deploy=first)
        if hidden is not None:
            return hidden
        soft = scans_before(case, first, kinds)
        return soft[0] if soft else False

    def _fails(self, case: Case, deploy: Node, missing: list[str]) -> Answer:
        names = [LOOKS_FOR[kind] for kind in missing]
        told = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
        early = next((node for kind in missing for node in case.elsewhere.runs_on_pull_requests(kind)), None)
        hint = f" {does(early)} runs on pull requests, before the merge." if early is not None else ""
        tools = [TOOLS[kind] for kind in missing]
        return case.failed(
            f"No scan for {told} must succeed before {job(deploy)}: what it would find is released.{hint}",
            fix=case.fix(
                tools=f"{', '.join(tools[:-1])} and {tools[-1]}" if len(tools) > 1 else tools[0], job=job(deploy)
            ),
            at=deploy,
            rests_on=(deploy,),
        )
