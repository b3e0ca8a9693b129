"""LOD002: load is tested every day, whether something changed or not."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PIPELINE,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
    Tri,
)
from barraiser_rules.bakes import lasting
from barraiser_rules.loads import load_tests, scheduled_load_tests
from barraiser_rules.promotion import named_hours
from barraiser_rules.questions import declared_kind, does, expired
from barraiser_rules.schedules import gap_of

SETTLE = "evidence: {load: {scheduled: daily, by: NAME, date: YYYY-MM-DD}}"


class Rhythm:
    """How often a schedule runs a load test: ``hours`` between two runs at the longest (None: no file says), ``runs`` yes or maybe."""

    __slots__ = ("hours", "node", "runs")

    def __init__(self, node: Node, runs: Tri, hours: float | None) -> None:
        self.node = node
        self.runs = runs
        self.hours = hours


class LoadTestAtLeastDaily(Rule):
    """Load-test every day, change or no change.

    Why:
        A service becomes slower without a change of its own: data grows, a dependency or the platform changes, a certificate or a
        connection pool runs full. A load test that only runs with a release finds that on the day of the release, and blames it.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": load tests run every day in pre-production, to catch regressions.

    Decided by:
        The schedules that start this pipeline or another one of the repository with a load test in it, and the longest time between
        two of their starts.
        Where the platform keeps schedules in its settings no file shows them: unknown, until `evidence.load.scheduled` is declared.

    Fix:
        Start the load test on a schedule, at least once a day.

    Before (github-actions):
        on: {workflow_dispatch: {}}
        jobs:
          load:
            steps: [{run: k6 run load/checkout.js}]

    After (github-actions):
        on: {workflow_dispatch: {}, schedule: [{cron: "0 3 * * *"}]}
        jobs:
          load:
            steps: [{run: k6 run load/checkout.js}]

    Before (gitlab-ci):
        load:
          rules: [{if: $CI_PIPELINE_SOURCE == "push"}]
          script: [k6 run load/checkout.js]

    After (gitlab-ci):
        # .barraiser.yml, once a pipeline schedule of the project starts the job every night
        evidence:
          load: {scheduled: daily, by: alice, date: 2026-10-01}

    Before (codepipeline):
        Pipeline: {Type: AWS::CodePipeline::Pipeline}

    After (codepipeline):
        Pipeline: {Type: AWS::CodePipeline::Pipeline}
        Nightly:
          Type: AWS::Events::Rule
          Properties:
            ScheduleExpression: cron(0 3 * * ? *)
            Targets: [{Id: pipeline, Arn: !GetAtt Pipeline.Arn, RoleArn: !GetAtt Starter.Arn}]
    """

    id = "LOD002"
    name = "load-test-at-least-daily"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy",)
    after = ("LOD001",)
    parameters = (
        Parameter(
            "max_interval_hours",
            24,
            "the longest time between two scheduled load tests",
            unit="hours",
            minimum=1,
            maximum=8784,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Run the load test of <job> every night, in a workflow that deploys nothing to production:"
        ' on: {schedule: [{cron: "0 3 * * *"}]}',
        GITLAB_CI: 'Let <job> run when `$CI_PIPELINE_SOURCE == "schedule"`, add a pipeline schedule to the project, and declare'
        " it: evidence: {load: {scheduled: daily}}",
        CODEPIPELINE: "Start a pipeline with the load test of <job> every night: an `AWS::Events::Rule` with"
        " `ScheduleExpression: cron(0 3 * * ? *)` and the pipeline as its target.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what is declared, then at the schedules that run the load tests there are."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        limit = case.number("max_interval_hours")
        declared = case.declared.evidence.get("load")
        told = declared.get("scheduled") if isinstance(declared, Mapping) else None
        given = named_hours(told) if isinstance(told, str) else None
        if given is not None and given <= limit:
            return case.passed(f"A load test is declared to run {told}.")
        tests = load_tests(case) + scheduled_load_tests(case)
        if not tests and given is None:
            because = "LOD001" if case.verdict_of("LOD001") == FAILED else ""
            return case.not_applicable("There is no load test.", because=because)
        rhythms = [rhythm for node in tests if (rhythm := _rhythm(case, node)) is not None]
        often = [rhythm for rhythm in rhythms if rhythm.hours is not None and rhythm.hours <= limit]
        sure = next((rhythm for rhythm in often if rhythm.runs == YES), None)
        if sure is not None:
            return case.passed(f"{does(sure.node)} runs on a schedule ({sure.node.pipeline.path}).", way=(sure.node,))
        return self._unsure(case, rhythms, often) or self._fails(case, tests, rhythms, given)

    def _unsure(self, case: Case, rhythms: list[Rhythm], often: list[Rhythm]) -> Answer | None:
        """``unknown``, where a schedule may run a load test often enough."""
        if often:
            node = often[0].node
            what = "is a load test" if node.activity.opaque else "runs then"
            return case.unknown(
                f"A schedule starts {node.pipeline.path} often enough; whether {does(node)} {what}, the files cannot tell.",
                settle=declared_kind(node, "load-test") if node.activity.opaque else SETTLE,
                at=node,
                way=(node,),
            )
        hidden = next((rhythm.node for rhythm in rhythms if rhythm.hours is None), None)
        if hidden is None:
            old = case.declared.expired.get("load", {})
            return expired(case, "load", "A scheduled load test") if old.get("scheduled") else None
        return expired(case, "load", "A scheduled load test") or case.unknown(
            f"{does(hidden)} can run on a schedule; whether there is one, and how often, no file says.",
            settle=SETTLE,
            at=hidden,
            way=(hidden,),
        )

    def _fails(self, case: Case, tests: list[Node], rhythms: list[Rhythm], given: float | None) -> Answer:
        limit = lasting(case.number("max_interval_hours") * 60)
        known = [(rhythm.hours, rhythm.node) for rhythm in rhythms if rhythm.hours is not None]
        if not tests:
            return case.failed(
                f"A load test is declared to run every {lasting((given or 0) * 60)}, and {limit} are asked for.",
                fix=SETTLE,
                at=case.pipeline.place,
            )
        if not known:
            node = tests[0]
            message = (
                f"No schedule runs {does(node)}: without a change, nobody sees that the service has become slower."
            )
        else:
            hours, node = min(known, key=lambda found: found[0])
            message = (
                f"Up to {lasting(hours * 60)} lie between two scheduled runs of {does(node)}, and {limit} are asked for: what became"
                " slower without a change is found that much later."
            )
        return case.failed(
            message,
            fix=case.fix(job=f'"{node.job.own_id}"'),
            at=node,
            way=(node,),
            rests_on=(node,),
        )


def _rhythm(case: Case, node: Node) -> Rhythm | None:
    """How often schedules run a node; None where none does."""
    ways = [
        (runs, scenario.schedules)
        for index, scenario in enumerate(node.pipeline.scenarios)
        if scenario.event == "schedule" and (runs := _runs(case, node, index)) != NO
    ]
    if not ways:
        return None
    best = max(runs for runs, _ in ways)
    chosen = [schedule for runs, schedules in ways if runs == best for schedule in schedules]
    return Rhythm(node, min(best, MAYBE) if node.activity.opaque else best, gap_of(chosen))


def _runs(case: Case, node: Node, scenario: int) -> Tri:
    if node.pipeline is case.pipeline:
        return case.stages.in_scenario(scenario).runs(node)
    return min(node.job.condition.in_scenario(scenario), node.activity.condition.in_scenario(scenario))
