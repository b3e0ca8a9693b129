"""TST002: something tests the deployed pre-production environment before production."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PREPROD_CLASSES,
    TEST_KINDS,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.hints import sounds_like, sounds_like_preprod
from barraiser_rules.questions import (
    DEPLOYED_TESTS,
    beside,
    between,
    declared_kind,
    does,
    job,
    looks_at_preprod,
    may_hold,
    out_of_sight,
    preprod_deploys,
    prod_name,
    weakest_gate,
)


class IntegrationTestAfterPreprodDeploy(Rule):
    """Test the deployed pre-production environment before production.

    Why:
        A staging deploy that nobody looks at proves only that the deploy command works. What breaks between services, in permissions
        and in configuration shows when something calls the deployed system.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, "Test (Beta)": integration and acceptance tests are
        required there. AWS DevOps Guidance, DL.ADS.1: each stage before production is a gate.

    Decided by:
        An integration, end-to-end or smoke test that comes after a deploy to pre-production and must succeed before the production
        deploy can start. One that runs before the staging deploy, beside it, or whose failure is ignored does not count. Checks that
        the deployer runs itself count (validation hooks, `helm test`, analysis before promotion).

    Fix:
        Insert a test job that needs the staging deploy and is needed by the production deploy.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        test-staging:
          needs: [deploy-staging]
          runs-on: ubuntu-latest
          steps: [{uses: actions/checkout@v4}, {run: npx playwright test --config e2e/staging.config.ts}]
        deploy-prod:
          needs: [test-staging]

    Before (gitlab-ci):
        stages: [build, staging, production]

    After (gitlab-ci):
        stages: [build, staging, acceptance, production]
        acceptance-tests:
          stage: acceptance
          script: [newman run tests/staging.json]

    Before (codepipeline):
        Name: Staging
        Actions: [{Name: DeployStaging, RunOrder: 1}]

    After (codepipeline):
        Name: Staging
        Actions: [{Name: DeployStaging, RunOrder: 1}, {Name: IntegrationTest, RunOrder: 2}]
    """

    id = "TST002"
    name = "integration-test-after-preprod-deploy"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("ENV001", "TST004")
    parameters = (
        Parameter(
            "accepted_kinds",
            DEPLOYED_TESTS,
            "the kinds of activity that count as a test of the deployed environment",
            choices=TEST_KINDS,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a test job with `needs: [<staging>]` and name it in `needs:` of <job>.",
        GITLAB_CI: "Add a test job in a stage between <staging> and <job> (and to the `needs:` of <job>, where it has one).",
        CODEPIPELINE: "Add a test action after <staging>, with a higher `RunOrder` or in a stage between it and <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for a test that comes after a pre-production deploy and gates the production deploy."""
        accepted = case.parameter("accepted_kinds")
        kinds = accepted if isinstance(accepted, tuple) else DEPLOYED_TESTS
        gate = weakest_gate(case, lambda deploy: self._after_preprod(case, deploy, kinds))
        if gate.answer == YES and gate.node is not None:
            return case.passed(
                f"{does(gate.node)} tests pre-production and must succeed before {job(gate.deploy)}.", way=(gate.node,)
            )
        checked = self._checked_by_deployer(case, gate.deploy)
        if checked is not None:
            return checked
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "a test of pre-production"), settle=declared_kind(gate.node, kinds[0]), at=gate.node
            )
        unclear = self._unclear(case, gate.deploy, kinds)
        if unclear is not None:
            return case.unknown(
                f"{does(unclear)} runs after the pre-production deploy, but the files cannot tell whether it tests what was deployed.",
                settle=declared_kind(unclear, kinds[0]),
                at=unclear,
            )
        seen = looks_at_preprod(case, gate.deploy)
        if seen is not None and not preprod_deploys(case, gate.deploy):
            return case.unknown(
                f"{does(seen)} tests {prod_name(seen)} before {job(gate.deploy)}, but nothing here deploys to it: whether it tests the"
                " version that goes to production, the files cannot tell.",
                settle="links: [{from: THE PIPELINE THAT DEPLOYS THERE, to: " + case.pipeline.path + "}]",
                at=seen,
            )
        if case.verdict_of("ENV001") == FAILED:
            return case.not_applicable("There is no pre-production deploy to test.", because="ENV001")
        if self._after_preprod(case, gate.deploy, kinds) and case.verdict_of("TST004") == FAILED:
            return case.not_applicable("Pre-production is tested, but the test does not block.", because="TST004")
        nameless = self._of_unnamed(case, gate.deploy, kinds)
        if nameless is not None:
            deployed, test = nameless
            return case.unknown(
                f"{does(test)} tests what {job(deployed)} deployed, but nothing names the environment that this went to.",
                settle=f'activities: {{"{deployed.job.own_id}": {{kind: deploy, environment: staging}}}}',
                at=deployed,
            )
        hidden = out_of_sight(case, *kinds, what="A test of pre-production", deploy=gate.deploy)
        return hidden or self._fails(case, gate.deploy)

    def _after_preprod(self, case: Case, deploy: Node, kinds: tuple[str, ...]) -> list[Node]:
        staging = preprod_deploys(case, deploy)
        return [
            test
            for test in case.graph.ahead_of(deploy, *kinds)
            if any(case.graph.before(earlier, test) for earlier in staging)
        ]

    def _of_unnamed(self, case: Case, deploy: Node, kinds: tuple[str, ...]) -> tuple[Node, Node] | None:
        """A deploy to an environment that nothing names, and a test after it, that the deploy waits for."""
        for test in case.graph.ahead_of(deploy, *kinds):
            if case.graph.gates(test, deploy) == NO:
                continue
            for earlier in case.graph.ahead_of(test, *DEPLOY_KINDS):
                if earlier.environment_class == "unknown":
                    return earlier, test
        return None

    def _checked_by_deployer(self, case: Case, deploy: Node) -> Answer | None:
        """What the deployer of a gating pre-production deploy validates by itself."""
        for earlier in preprod_deploys(case, deploy):
            if case.graph.gates(earlier, deploy) == NO:
                continue
            applied = case.applied(earlier)
            if applied.validates == YES:
                return case.passed(f"The deployer checks {does(earlier)} itself: {applied.why}.", way=(earlier,))
            if applied.validates == MAYBE:
                return case.unknown(
                    f"Whether the deployer validates {does(earlier)} stands in a definition that cannot be read here.",
                    settle=f'activities: {{"{earlier.job.own_id}": {{kinds: [deploy, smoke-test]}}}}',
                    at=earlier,
                )
        return None

    def _unclear(self, case: Case, deploy: Node, kinds: tuple[str, ...]) -> Node | None:
        """A step after the staging deploy, of another job than the deploys, that gates and sounds like a test of it."""
        candidates = self._after_preprod(case, deploy, ("unit-test", "other"))
        for node in candidates:
            if node.kind == "other" and not (node.activity.opaque and sounds_like(node, kinds)):
                continue
            if node.kind == "unit-test" and not (
                sounds_like(node, ("integration-test", "e2e-test")) and sounds_like_preprod(node)
            ):
                continue
            if node.job.id != deploy.job.id and case.graph.gates(node, deploy) != NO:
                return node
        return None

    def _fails(self, case: Case, deploy: Node) -> Answer:
        staging = preprod_deploys(case, deploy)
        where = job(staging[-1]) if staging else "the pre-production deploy"
        classes = {found.environment_class for found in staging} & set(PREPROD_CLASSES)
        early = case.graph.ahead_of(deploy, *DEPLOYED_TESTS)
        hint = f" {does(early[0])} runs before or beside it, so it tests something else." if early and classes else ""
        hint = hint or beside(case, deploy, *DEPLOYED_TESTS)
        fix = case.fix(staging=where, job=job(deploy))
        if staging and staging[-1].job is deploy.job:
            missing = f"Nothing tests {prod_name(staging[-1])} before"
            fix = f"Test {prod_name(staging[-1])} {between(staging[-1], deploy)}."
        elif staging:
            missing = f"Nothing tests what {where} deployed before"
        else:
            missing = "No test of pre-production must pass before"
        return case.failed(
            f"{missing} {job(deploy)} goes to production.{hint}",
            fix=fix,
            at=deploy,
        )
