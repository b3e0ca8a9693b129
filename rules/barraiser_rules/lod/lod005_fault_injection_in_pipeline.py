"""LOD005: failures are injected into pre-production again and again."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.promotion import after_preprod, hours_between, named_hours
from barraiser_rules.questions import (
    between,
    declared_kind,
    does,
    expired,
    job,
    may_hold,
    preprod_deploys,
    signed,
    unread_before,
    weakest_gate,
)


class FaultInjectionInPipeline(Rule):
    """Inject failures continuously in pre-production.

    Why:
        Time-outs, retries and fail-overs are code that nobody runs until something breaks. A pipeline that breaks something on purpose
        shows whether they still work after this change.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": failure scenarios run continuously in pipelines. AWS Deployment Pipeline Reference
        Architecture, application pipeline: resilience tests.

    Decided by:
        A fault injection that comes after a deploy to pre-production and must succeed before the production deploy; or a scheduled
        pipeline of the repository that injects faults at least every `max_interval_hours`. An experiment that is started and not
        waited for proves nothing.

    Fix:
        Start an experiment after the pre-production deploy, wait for it, and fail when the service did not hold.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        resilience:
          needs: [deploy-staging]
          runs-on: ubuntu-latest
          steps: [{uses: actions/checkout@v4}, {run: chaos run experiments/lose-a-node.json}]
        deploy-prod:
          needs: [resilience]

    Before (gitlab-ci):
        stages: [build, staging, production]

    After (gitlab-ci):
        stages: [build, staging, resilience, production]
        lose-a-node:
          stage: resilience
          script: [chaos run experiments/lose-a-node.json]

    Before (codepipeline):
        Name: Staging
        Actions: [{Name: DeployStaging, RunOrder: 1}]

    After (codepipeline):
        Name: Staging
        Actions: [{Name: DeployStaging, RunOrder: 1}, {Name: ChaosTest, RunOrder: 2}]
    """

    id = "LOD005"
    name = "fault-injection-in-pipeline"
    about_gates = True
    severity = "warning"
    severities = {"strict": "error"}
    profile = "standard"
    kinds = ("service-deploy",)
    after = ("ENV001", "TST004", "TST002")
    parameters = (
        Parameter(
            "max_interval_hours",
            168,
            "the longest time between two scheduled fault injections",
            unit="hours",
            minimum=1,
            maximum=8784,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a job that needs <staging> and injects a fault (`chaos run experiment.json`), and name it in `needs:`"
        " of <job>.",
        GITLAB_CI: "Add a job that injects a fault (`chaos run experiment.json`) in a stage between <staging> and <job>.",
        CODEPIPELINE: "Add a test action that injects a fault and waits for the experiment after <staging> and before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for a fault injection on the way, else for a scheduled one."""
        gate = weakest_gate(case, lambda deploy: after_preprod(case, deploy, ("chaos-test",)))
        if gate.answer == YES and gate.node is not None:
            forgotten = self._not_waited_for(case, gate.node)
            if forgotten:
                return case.failed(
                    f"{does(gate.node)} starts an experiment and does not wait for it: the deploy goes on whatever it shows.",
                    fix="Poll `aws fis get-experiment` until the experiment has ended, and fail unless it completed.",
                    at=gate.node,
                )
            return case.passed(f"{does(gate.node)} injects faults before {job(gate.deploy)}.", way=(gate.node,))
        scheduled = self._scheduled(case)
        if scheduled is not None:
            return scheduled
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "a fault injection"), settle=declared_kind(gate.node, "chaos-test"), at=gate.node
            )
        if not preprod_deploys(case, gate.deploy) and case.verdict_of("ENV001") in (FAILED, UNKNOWN):
            return case.not_applicable("There is no pre-production deploy to break.", because="ENV001")
        if after_preprod(case, gate.deploy, ("chaos-test",)) and case.verdict_of("TST004") == FAILED:
            return case.not_applicable("Faults are injected, but what they show does not block.", because="TST004")
        if not preprod_deploys(case, gate.deploy) and case.verdict_of("TST002") == FAILED:
            return case.not_applicable("It waits for nothing in pre-production.", because="TST002")
        unread = unread_before(case, gate.deploy, ("chaos-test",))
        if unread is not None:
            return case.unknown(
                f"A fault injection may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
                settle="Give the file with `--include-map`.",
                at=unread.place,
            )
        staging = preprod_deploys(case, gate.deploy)
        fix = case.fix(job=job(gate.deploy), staging=job(staging[-1]) if staging else "the staging deploy")
        if staging and staging[-1].job is gate.deploy.job:
            fix = f"Inject a fault (`chaos run experiment.json`) {between(staging[-1], gate.deploy)}."
        return expired(case, "chaos", "A fault injection") or case.failed(
            f"Nothing injects a failure into pre-production, neither before {job(gate.deploy)} nor on a schedule.",
            fix=fix,
            at=gate.deploy,
        )

    def _not_waited_for(self, case: Case, node: Node) -> bool:
        if "start-experiment" not in node.activity.argv:
            return False
        own = [other.activity.text for other in case.graph.nodes() if other.job is node.job]
        return not any("get-experiment" in text for text in own)

    def _scheduled(self, case: Case) -> Answer | None:
        """What a scheduled fault injection, in the repository or declared, says; None where there is none."""
        limit = case.number("max_interval_hours")
        declared = case.declared.evidence.get("chaos")
        rhythm = declared.get("scheduled") if isinstance(declared, Mapping) else None
        if isinstance(rhythm, str):
            hours = named_hours(rhythm)
            if hours is not None and hours <= limit:
                return case.passed(f"Fault injection is declared{signed(declared)} to run {rhythm}.")
        for node in case.elsewhere.nodes("chaos-test"):
            if not any(each.event == "schedule" for each in node.pipeline.scenarios):
                continue
            hours = hours_between(node.pipeline)
            if hours is None:
                return case.unknown(
                    f"{does(node)} injects faults on a schedule; no file says how often.",
                    settle="evidence: {chaos: {scheduled: weekly, by: NAME, date: YYYY-MM-DD}}",
                    at=node,
                )
            if hours <= limit:
                return case.passed(f"{does(node)} injects faults on a schedule ({node.pipeline.path}).")
        return None
