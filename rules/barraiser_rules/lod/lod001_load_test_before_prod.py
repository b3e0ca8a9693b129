"""LOD001: a load test runs in pre-production before production."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    PIPELINE_KINDS,
    PREPROD_CLASSES,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.promotion import after_preprod
from barraiser_rules.questions import (
    Gate,
    beside,
    between,
    declared_kind,
    does,
    job,
    may_hold,
    preprod_deploys,
    prod_name,
    unread_before,
    weakest_gate,
)


class LoadTestBeforeProd(Rule):
    """Run a load test in pre-production before production.

    Why:
        A change that is correct can still be slow. Without load before production, the first ones to measure it are the users, at the
        busiest hour.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": tests that discover and address performance issues. AWS Deployment Pipeline Reference
        Architecture, application pipeline: performance tests.

    Decided by:
        A load test that comes after a deploy to pre-production and must succeed before the production deploy can start. Where only a
        scheduled pipeline tests load, it is a warning: the change may be in production before the next run.

    Fix:
        Add a load test between the last pre-production deploy and production.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        load-test:
          needs: [deploy-staging]
          runs-on: ubuntu-latest
          steps: [{uses: actions/checkout@v4}, {run: k6 run load/checkout.js}]
        deploy-prod:
          needs: [load-test]

    Before (gitlab-ci):
        stages: [build, staging, production]

    After (gitlab-ci):
        stages: [build, staging, load, production]
        load-test:
          stage: load
          script: [k6 run load/checkout.js]

    Before (codepipeline):
        Name: Staging
        Actions: [{Name: DeployStaging, RunOrder: 1}]

    After (codepipeline):
        Name: Staging
        Actions: [{Name: DeployStaging, RunOrder: 1}, {Name: LoadTest, RunOrder: 2}]
    """

    id = "LOD001"
    name = "load-test-before-prod"
    about_gates = True
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "data-batch", "mobile-release")
    after = ("ENV001", "TST004", "TST002")
    parameters = (
        Parameter(
            "env",
            "gamma",
            "the class of environment whose deploy the load test must follow, where the pipeline has one; else any pre-production",
            choices=PREPROD_CLASSES,
        ),
        Parameter(
            "kinds", ("service-deploy",), "the pipeline kinds that must be tested under load", choices=PIPELINE_KINDS
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a job that needs <staging> and runs the load test (`k6 run load.js`), and name it in `needs:` of <job>.",
        GITLAB_CI: "Add a job that runs the load test (`k6 run load.js`) in a stage between <staging> and <job>.",
        CODEPIPELINE: "Add a test action that runs the load test after <staging>, with a higher `RunOrder` or in a stage before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for a load test after a pre-production deploy that gates each deploy of the subject."""
        asked = case.parameter("kinds")
        if isinstance(asked, tuple) and case.subject.kind and case.subject.kind not in asked:
            return case.not_applicable(f"Pipelines of kind {case.subject.kind} are not tested under load.")
        gate = weakest_gate(case, lambda deploy: self._candidates(case, deploy))
        if gate.answer == YES and gate.node is not None:
            return case.passed(
                f"{does(gate.node)} tests load and must succeed before {job(gate.deploy)}.", way=(gate.node,)
            )
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "a load test"), settle=declared_kind(gate.node, "load-test"), at=gate.node
            )
        if not preprod_deploys(case, gate.deploy) and case.verdict_of("ENV001") in (FAILED, UNKNOWN):
            return case.not_applicable("There is no pre-production deploy to put under load.", because="ENV001")
        if self._candidates(case, gate.deploy) and case.verdict_of("TST004") == FAILED:
            return case.not_applicable("Load is tested, but the test does not block.", because="TST004")
        if not preprod_deploys(case, gate.deploy) and case.verdict_of("TST002") == FAILED:
            return case.not_applicable("It waits for nothing in pre-production.", because="TST002")
        unread = unread_before(case, gate.deploy, ("load-test",))
        if unread is not None:
            return case.unknown(
                f"A load test may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
                settle="Give the file with `--include-map`.",
                at=unread.place,
            )
        return self._fails(case, gate)

    def _candidates(self, case: Case, deploy: Node) -> list[Node]:
        wanted = str(case.parameter("env"))
        has = any(each.environment_class == wanted for each in preprod_deploys(case, deploy))
        return after_preprod(case, deploy, ("load-test",), (wanted,) if has else PREPROD_CLASSES)

    def _fails(self, case: Case, gate: Gate) -> Answer:
        staging = preprod_deploys(case, gate.deploy)
        fix = case.fix(job=job(gate.deploy), staging=job(staging[-1]) if staging else "the staging deploy")
        if staging and staging[-1].job is gate.deploy.job:
            fix = f"Run the load test (`k6 run load.js`) against {prod_name(staging[-1])} {between(staging[-1], gate.deploy)}."
        scheduled = [
            node
            for node in case.elsewhere.nodes("load-test")
            if any(each.event == "schedule" for each in node.pipeline.scenarios)
        ]
        declared = case.declared.evidence.get("load")
        if scheduled or declared:
            where = f"{does(scheduled[0])}, {scheduled[0].place}" if scheduled else "declared evidence"
            return case.failed(
                f"Load is tested apart from the release ({where}), so nothing holds back {job(gate.deploy)} when this change is slower.",
                fix=fix,
                at=gate.deploy,
                severity="warning",
            )
        return case.failed(
            f"Nothing puts pre-production under load before {job(gate.deploy)}: users find out whether the change is slower."
            + beside(case, gate.deploy, "load-test"),
            fix=fix,
            at=gate.deploy,
        )
