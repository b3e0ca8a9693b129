"""TST001: unit tests gate the deploy."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
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
from barraiser_rules.questions import beside, declared_kind, does, job, may_hold, out_of_sight, prod_name, weakest_gate

BY_PROFILE = "by_profile"
KINDS = ("unit-test",)
CODE_TESTS = ("integration-test", "e2e-test")
"""Tests that count as well while nothing is deployed that they could test."""


class UnitTestsBeforeDeploy(Rule):
    """Gate deployment on unit tests.

    Why:
        A deploy that starts although the tests are red, or were never run, ships defects that a minute of testing had found.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, "Build": unit tests are required there, and its build
        actions take less than ten minutes. DORA, "Test automation".

    Decided by:
        A unit test (also one inside `mvn verify`, `gradle build`, `tox` ...) must have succeeded before the deploy can start, in every
        way in which the pipeline is started. Tests that run only on pull requests came before the merge, not before the deploy: a
        warning, because branch protection may make them a gate but cannot be seen. For infrastructure, a plan or a policy check counts.
        From the standard profile on, the first deploy of a run is looked at as well: a warning where only production is gated.

    Fix:
        Add a test job that the deploy needs, or let the deploy need the one that is there.

    Before (github-actions):
        jobs:
          test:
            runs-on: ubuntu-latest
            steps: [{uses: actions/checkout@v4}, {run: npm test}]
          deploy:
            runs-on: ubuntu-latest
            environment: production
            steps: [{uses: actions/checkout@v4}, {run: npx cdk deploy app-prod}]

    After (github-actions):
        jobs:
          test:
            runs-on: ubuntu-latest
            steps: [{uses: actions/checkout@v4}, {run: npm test}]
          deploy:
            needs: [test]
            runs-on: ubuntu-latest
            environment: production
            steps: [{uses: actions/checkout@v4}, {run: npx cdk deploy app-prod}]

    Before (gitlab-ci):
        deploy-prod:
          stage: deploy
          needs: [build]
          environment: production
          script: [helm upgrade --install --atomic app chart]

    After (gitlab-ci):
        deploy-prod:
          stage: deploy
          needs: [build, unit-tests]
          environment: production
          script: [helm upgrade --install --atomic app chart]

    Before (codepipeline):
        # buildspec of the Build stage
        phases: {build: {commands: [docker build -t "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION" .]}}

    After (codepipeline):
        # buildspec of the Build stage
        phases: {build: {commands: [npm test, docker build -t "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION" .]}}
    """

    id = "TST001"
    name = "unit-tests-before-deploy"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release", "library-publish")
    after = ("TST004",)
    parameters = (
        Parameter(
            "scope",
            BY_PROFILE,
            "what unit tests must gate: the production deploy, or already the first deploy that is not ephemeral; by the profile: the"
            " production deploy in basic, the first deploy above",
            choices=(BY_PROFILE, "prod", "first_deploy"),
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a job that runs the unit tests and name it in `needs:` of <job>.",
        GITLAB_CI: "Add a job with the unit tests in a stage before <job>, or name it in its `needs:`.",
        CODEPIPELINE: "Run the unit tests in the buildspec of the Build stage, or in an action of their own before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for a unit test that gates each deploy of the subject."""
        scope = case.parameter("scope")
        gate = weakest_gate(
            case,
            lambda deploy: self._tests(case, deploy),
            KINDS,
            target=lambda deploy: self._target(case, deploy) if scope == "first_deploy" else deploy,
        )
        if gate.answer == YES and gate.node is not None:
            untested = self._untested(case) if scope == BY_PROFILE and case.profile != "basic" else None
            return untested or case.passed(
                f"{does(gate.node)} must succeed before {job(gate.deploy)}.", way=(gate.node, gate.deploy)
            )
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "a unit test"), settle=declared_kind(gate.node, "unit-test"), at=gate.node
            )
        if (
            case.subject.kind == "iac-only"
            and weakest_gate(case, lambda deploy: case.graph.ahead_of(deploy, "plan", "iac-scan")).answer
        ):
            return case.not_applicable("A plan or a policy check of the infrastructure code comes before it.")
        if (
            case.subject.kind == "config-flags"
            and weakest_gate(case, lambda deploy: case.graph.ahead_of(deploy, "lint")).answer
        ):
            return case.not_applicable("The configuration is checked against a schema before it is deployed.")
        if self._tests(case, gate.deploy) and case.verdict_of("TST004") == FAILED:
            return case.not_applicable("There are unit tests, but they do not block.", because="TST004")
        hidden = out_of_sight(case, *KINDS, what="A unit test", deploy=gate.deploy)
        return hidden or self._fails(case, gate.deploy)

    def _tests(self, case: Case, deploy: Node) -> list[Node]:
        """Unit tests before a deploy, and wider tests before anything was deployed: these run against the code as well."""
        return [
            node
            for node in case.graph.ahead_of(deploy, *KINDS, *CODE_TESTS)
            if node.kind in KINDS or not case.graph.ahead_of(node, *DEPLOY_KINDS)
        ]

    def _target(self, case: Case, deploy: Node) -> Node:
        earlier = [
            found
            for found in case.graph.ahead_of(deploy, *DEPLOY_KINDS)
            if found.environment_class not in ("ephemeral", "static")
        ]
        return earlier[0] if earlier else deploy

    def _untested(self, case: Case) -> Answer | None:
        """A warning where production is gated, and an earlier deploy is not: it gets what no test has seen."""
        gate = weakest_gate(
            case, lambda deploy: self._tests(case, deploy), KINDS, target=lambda deploy: self._target(case, deploy)
        )
        if gate.answer != NO:
            return None
        return case.failed(
            f"No unit test must pass before {job(gate.deploy)}, the first deploy of the run: {prod_name(gate.deploy)} gets a change that"
            " may break the code, and what is tested there is tested for nothing.",
            fix=case.fix(job=job(gate.deploy)),
            at=gate.deploy,
            severity="warning",
            key="first",
            rests_on=(gate.deploy,),
        )

    def _fails(self, case: Case, deploy: Node) -> Answer:
        merged = next(case.elsewhere.runs_on_pull_requests("unit-test"), None)
        fix = case.fix(job=job(deploy))
        published = case.subject.kind == "library-publish"
        if merged is not None:
            return case.failed(
                f"No unit test must pass before {job(deploy)}: {does(merged)} runs on pull requests, before the merge,"
                f" so what is {'published' if published else 'deployed'} was not tested as merged.{beside(case, deploy, *KINDS)}",
                fix=fix,
                at=deploy,
                severity="warning",
            )
        reached = "everybody who uses it" if published else "production"
        return case.failed(
            f"No unit test must pass before {job(deploy)}: a change that breaks the code reaches {reached}."
            + beside(case, deploy, *KINDS),
            fix=fix,
            at=deploy,
        )
