"""LOD003: a load test fails when it is too slow, or when too many requests fail."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import (
    FAILED,
    MAYBE,
    NO,
    PIPELINE,
    YES,
    Answer,
    Case,
    Node,
    Rule,
)
from barraiser_rules.criteria import MEASURING, Criteria, criteria_of, judged_later
from barraiser_rules.loads import load_of, load_tests, scheduled_load_tests
from barraiser_rules.questions import does, expired, signed


class LoadTestHasPassCriteria(Rule):
    """Make the load test fail on thresholds.

    Why:
        A load test that only measures is green however slow the service has become. Nobody reads its report on the day on which it
        would have mattered.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": tests that discover performance issues, and see that they are addressed. AWS Deployment
        Pipeline Reference Architecture, performance tests: compare with earlier results.

    Decided by:
        What makes each load test fail: thresholds in a k6 script, `ensure` in an Artillery script, assertions of a Gatling simulation,
        `passfail` of Taurus, `failureCriteria` of Azure Load Testing, the assertions of a test runner; locust fails when a request
        did. JMeter, vegeta, hey, wrk and ab judge nothing, so that a later command of the job has to. Scripts that are not in the
        repository: unknown, unless `evidence.load.criteria` says where the criteria stand.

    Fix:
        Add thresholds for latency and error rate, taken from the last good run.

    Before (github-actions):
        - run: hey -z 10m https://staging.shop.example/

    After (github-actions):
        - run: k6 run load/checkout.js   # options.thresholds: {http_req_duration: ["p(99)<500"]}

    Before (gitlab-ci):
        script: [jmeter -n -t load.jmx -l results.jtl]

    After (gitlab-ci):
        script: [jmeter -n -t load.jmx -l results.jtl, python ci/check_latency.py results.jtl]

    Before (codepipeline):
        commands: [vegeta attack -targets=targets.txt -duration=10m -output=results.bin]

    After (codepipeline):
        commands: [k6 run load/checkout.js]
    """

    id = "LOD003"
    name = "load-test-has-pass-criteria"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy",)
    after = ("LOD001", "TST004")

    def decide(self, case: Case) -> Answer:
        """Looks at every load test of the pipeline; where it has none, at those of the repository that run on a schedule."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        tests = load_tests(case) or scheduled_load_tests(case)
        if not tests:
            because = "LOD001" if case.verdict_of("LOD001") == FAILED else ""
            return case.not_applicable("There is no load test that could have criteria.", because=because)
        judged = [(criteria_of(case, node), node) for node in tests if self._can_fail(case, node)]
        if not judged:
            because = "TST004" if case.verdict_of("TST004") == FAILED else ""
            return case.not_applicable("The load test's failure is ignored, whatever makes it fail.", because=because)
        wrong = [(found, node) for found, node in judged if found.answer == NO]
        if wrong:
            return self._fails(case, wrong)
        declared = case.declared.evidence.get("load")
        if isinstance(declared, Mapping) and declared.get("criteria"):
            return case.passed(f"Its criteria are declared{signed(declared)}: {declared['criteria']}.")
        unsure = next((each for each in judged if each[0].answer == MAYBE), None)
        if unsure is not None:
            found, node = unsure
            stale = (
                expired(case, "load", "What makes it fail")
                if "criteria" in case.declared.expired.get("load", {})
                else None
            )
            return stale or case.unknown(
                f"Whether anything makes {does(node)} fail cannot be told: {found.why}.",
                settle="evidence: {load: {criteria: PATH-OR-URL, by: NAME, date: YYYY-MM-DD}}",
                at=node,
                way=(node,),
            )
        found, node = judged[0]
        return case.passed(f"{does(node)} has criteria: {found.why}.", way=(node,))

    def _can_fail(self, case: Case, node: Node) -> bool:
        """Whether a failure would count at all. A tool whose own result is ignored may be judged by a later command; and what only
        measures may stand in a pipe, or in the background, as nothing of its own could fail."""
        if node.job.soft == YES:
            return False
        if node.activity.soft != YES:
            return True
        aside = node.activity.soft_reason.startswith(("|", "&")) and load_of(case, node).tool in MEASURING
        return aside or judged_later(case, node).answer == YES

    def _fails(self, case: Case, wrong: list[tuple[Criteria, Node]]) -> Answer:
        found, node = wrong[0]
        others = sorted({other.job.own_id for _, other in wrong[1:]} - {node.job.own_id})
        more = f" The same holds for {', '.join(others[:4])}." if others else ""
        return case.failed(
            f"{does(node)} is green however slow the service is: {found.why}.{more}",
            fix=found.fix or "Add thresholds on latency and errors.",
            at=node,
            way=(node,),
            key=node.job.template,
            rests_on=(node,),
        )
