"""LOD006: faults are injected under load, and something stops the experiment."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import FAILED, MAYBE, NO, PIPELINE, UNKNOWN, Answer, Case, Node, Parameter, Place, Rule
from barraiser_rules.bakes import worst
from barraiser_rules.chaos import chaos_tests, injects, stopped_by, under_load, waited_for
from barraiser_rules.questions import does, expired, job, signed


class ChaosUnderLoadAndGuarded(Rule):
    """Inject faults under load and with a stop condition.

    Why:
        A service without traffic survives everything. And an experiment that nothing stops goes on breaking what has long failed.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, resilience tests: faults are injected while under load, and
        the results compared with the time without faults. AWS FIS user guide, stop conditions.

    Decided by:
        A load test that runs while the fault is there: a parallel job, one in the background of the same job, or one that the
        experiment itself starts. A stop condition on an alarm in the template of AWS FIS, a steady-state hypothesis of the Chaos
        Toolkit; and that somebody waits for the end. What is not in the repository is unknown, unless `evidence.chaos.stop_condition`
        tells it.

    Fix:
        Run the load test beside the experiment, and let the service's alarm stop it.

    Before (github-actions):
        chaos: {needs: [load-test]}

    After (github-actions):
        chaos: {needs: [deploy-staging]}   # as load-test does, so that both run at the same time

    Before (gitlab-ci):
        script: [k6 run load/checkout.js, chaos run lose-a-node.json]

    After (gitlab-ci):
        script: [k6 run load/checkout.js & chaos run lose-a-node.json && wait]

    Before (codepipeline):
        # fis/lose-a-node.yml
        StopConditions: [{Source: none}]

    After (codepipeline):
        # fis/lose-a-node.yml
        StopConditions: [{Source: "aws:cloudwatch:alarm", Value: !GetAtt HighSeverity.Arn}]
    """

    id = "LOD006"
    name = "chaos-under-load-and-guarded"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy",)
    after = (
        "LOD001",
        "LOD005",
    )
    parameters = (Parameter("require_load", True, "whether a load test must run during the experiment"),)

    def decide(self, case: Case) -> Answer:
        """Looks at every fault injection of the pipeline; where it has none, at those of the repository that run on a schedule."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        tests = chaos_tests(case) or self._scheduled(case)
        if not tests:
            because = "LOD005" if case.verdict_of("LOD005") == FAILED else ""
            return case.not_applicable("Nothing injects faults.", because=because)
        answers = [self._of(case, node) for node in tests]
        return worst(answers, answers[0])

    def _scheduled(self, case: Case) -> list[Node]:
        return [
            node
            for node in case.elsewhere.nodes("chaos-test")
            if injects(node) and any(each.event == "schedule" for each in node.pipeline.scenarios)
        ]

    def _of(self, case: Case, node: Node) -> Answer:
        if not waited_for(node):
            if case.verdict_of("LOD005") == FAILED:
                return case.not_applicable("The experiment is not waited for.", because="LOD005")
            return self._fails(
                case,
                node,
                f"{does(node)} starts an experiment and does not wait for its end: nobody sees what it broke.",
                "Poll `aws fis get-experiment` until the experiment has ended, and fail unless it completed.",
            )
        pressed = under_load(case, node) if case.parameter("require_load") else max(under_load(case, node), MAYBE)
        stop = stopped_by(case, node)
        declared = case.declared.evidence.get("chaos")
        told = isinstance(declared, Mapping) and bool(declared.get("stop_condition"))
        if stop.answer == NO:
            return self._fails(
                case,
                node,
                f"Nothing stops {does(node)} when the service breaks: {stop.why}.",
                "Stop it on the service's alarm (AWS FIS: `stopConditions` with source `aws:cloudwatch:alarm`; Chaos Toolkit: a"
                " `steady-state-hypothesis`).",
                at=stop.place,
            )
        if pressed == NO and case.verdict_of("LOD001") in (FAILED, UNKNOWN):
            return case.not_applicable("No load test is known that could run beside it.", because="LOD001")
        if pressed == NO:
            return self._fails(
                case,
                node,
                f"{does(node)} breaks a service without traffic: no load test runs beside it, so that it shows little.",
                f"Run the load test at the same time as {job(node)}: in a parallel job, or in the background of the same one.",
            )
        if stop.answer == MAYBE and not told:
            stale = "stop_condition" in case.declared.expired.get("chaos", {})
            return (expired(case, "chaos", "What stops it") if stale else None) or case.unknown(
                f"What stops {does(node)} when the service breaks cannot be told: {stop.why}.",
                settle="evidence: {chaos: {stop_condition: ALARM, by: NAME, date: YYYY-MM-DD}}",
                at=node,
                way=(node,),
            )
        if pressed == MAYBE and case.parameter("require_load"):
            return case.unknown(
                f"Whether {does(node)} puts the service under load cannot be told: its experiment is not in the repository.",
                settle="Put the experiment into the repository, or run the load test in a job beside it.",
                at=node,
                way=(node,),
            )
        return case.passed(
            f"{does(node)}: {stop.why if stop.answer != MAYBE else f'its stop condition is declared{signed(declared)}'}.",
            way=(node,),
        )

    def _fails(self, case: Case, node: Node, message: str, fix: str, at: Place | None = None) -> Answer:
        return case.failed(message, fix=fix, at=at or node, way=(node,), key=node.job.template, rests_on=(node,))
