"""TST006: a pipeline that another one starts demands that it succeeded."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    TEST_KINDS,
    Answer,
    Case,
    Edge,
    Node,
    Rule,
    StageGraph,
)
from barraiser_rules.questions import job

DEEPEST_CHAIN = 3
"""How many times in a row the end of one workflow may start the next; later links never start (GitHub, `workflow_run`)."""


class ChainRequiresSuccess(Rule):
    """Require success when one pipeline starts another.

    Why:
        "Runs after the tests" is not "runs when the tests passed". A chain that starts the deploy whatever happened before makes
        every gate of the earlier pipeline worthless.

    Source:
        GitHub Actions, events that trigger workflows, `workflow_run`: it fires for every conclusion. GitLab CI reference,
        `trigger:strategy`: without it the trigger job is green as soon as the other pipeline exists. AWS CodePipeline action
        reference, "Pipeline invoke": it starts the other pipeline.

    Decided by:
        The way from the earlier pipeline's tests and deploys to this one's production deploy has an edge that does not ask for success.

    Fix:
        Check the conclusion, set the strategy, or make it one pipeline.

    Before (github-actions):
        on: {workflow_run: {workflows: [CI], types: [completed]}}
        jobs:
          deploy:
            runs-on: ubuntu-latest

    After (github-actions):
        on: {workflow_run: {workflows: [CI], types: [completed]}}
        jobs:
          deploy:
            if: github.event.workflow_run.conclusion == 'success'
            runs-on: ubuntu-latest

    Before (gitlab-ci):
        integration:
          stage: test
          trigger: {include: ci/integration.yml}

    After (gitlab-ci):
        integration:
          stage: test
          trigger: {include: ci/integration.yml, strategy: depend}

    Before (codepipeline):
        Name: RunIntegrationPipeline
        ActionTypeId: {Category: Invoke, Owner: AWS, Provider: CodePipeline, Version: "1"}
        Configuration: {PipelineName: shop-integration}

    After (codepipeline):
        Name: IntegrationTest
        ActionTypeId: {Category: Test, Owner: AWS, Provider: CodeBuild, Version: "1"}
        Configuration: {ProjectName: shop-integration}
    """

    id = "TST006"
    name = "chain-requires-success"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    fixes = {
        GITHUB_ACTIONS: "Add `if: github.event.workflow_run.conclusion == 'success'` to <job>.",
        GITLAB_CI: "Add `strategy: depend` (or `mirror`) below `trigger:` of <source>.",
        CODEPIPELINE: "Run the tests in an action of this pipeline, which it waits for, in the place of <source>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the hand-overs into this pipeline, and at the pipelines that it starts on the way to the deploy."""
        arriving = [handover for handover in case.pipeline.handovers if case.graph.index in handover.scenarios]
        for handover in arriving:
            if handover.strength != "hard":
                when = "before" if handover.softened_by.startswith("types:") else "whenever"
                also = "" if when == "before" else ", also when it did not succeed"
                return case.failed(
                    f"{job(case.deploy)} starts {when} {handover.path} has ended{also}{self._reason(handover.softened_by)}.",
                    fix=case.fix(job=job(case.deploy), source=handover.path),
                    at=handover.place,
                    key=handover.path,
                )
        if self._depth(case.stages) > DEEPEST_CHAIN:
            return case.failed(
                f"{job(case.deploy)} is more than {DEEPEST_CHAIN} links down a chain of pipelines, and later links are never started.",
                fix="Join some of the pipelines into one.",
            )
        return self._starting(case, bool(arriving))

    def _starting(self, case: Case, arriving: bool) -> Answer:
        loose = self._loose_ends(case)
        if loose:
            return self._fails(case, *loose[0])
        sending = self._sending(case.stages)
        ignored = next(
            (
                source
                for deploy in case.deploys
                for source in case.graph.ahead_of(deploy)
                if source.job.calls
                and source.job.tags.get("waits") == "no"
                and (source.pipeline.path, source.job.id) not in sending
            ),
            None,
        )
        if ignored is not None:
            return case.failed(
                f"{job(ignored)} starts {ignored.job.calls[0]} and goes on at once: what that pipeline tests or deploys does not hold"
                f" back {job(case.deploy)}.",
                fix=case.fix(job=job(case.deploy), source=job(ignored)),
                at=ignored,
                severity="warning" if ignored.job.tags.get("waits-source") == "unsure" else "",
                key=ignored.job.template,
            )
        if arriving:
            return case.passed(f"{job(case.deploy)} starts only after the earlier pipeline has succeeded.")
        waited = self._waited_for(case)
        if waited is not None:
            return case.passed(f"{job(waited)} waits for the pipeline that it starts.", way=(waited,))
        return case.not_applicable("No other pipeline lies on the way to it.")

    def _loose_ends(self, case: Case) -> list[tuple[Edge, Node]]:
        """The edges before a deploy by which a job starts another pipeline and does not wait for its success, each with that job."""
        found: list[tuple[Edge, Node]] = []
        for deploy in case.deploys:
            sources = case.graph.ahead_of(deploy)
            for pipeline in {id(source.pipeline): source.pipeline for source in sources}.values():
                ends = [edge for edge in pipeline.edges if edge.kind == "trigger" and edge.strength != "hard"]
                found += [
                    (edge, source)
                    for edge in ends
                    for source in sources
                    if source.pipeline is pipeline and edge.source == source.job.id and self._carries(case, source)
                ]
        return found

    def _waited_for(self, case: Case) -> Node | None:
        """A job on the way that starts another pipeline and takes on its result."""
        for deploy in case.deploys:
            for source in case.graph.ahead_of(deploy):
                if source.job.calls and source.job.tags.get("waits") == "yes":
                    return source
        return None

    def _carries(self, case: Case, source: Node) -> bool:
        """Whether what lies at or before the loose edge is worth waiting for: a test or a deploy."""
        worth = {*TEST_KINDS, *DEPLOY_KINDS, "approval", "other"}
        return source.kind in worth and any(case.graph.gates(source, deploy) == NO for deploy in case.deploys)

    def _fails(self, case: Case, edge: Edge, source: Node) -> Answer:
        return case.failed(
            f"{job(source)} belongs to a pipeline whose result is not waited for, so its failure does not stop {job(case.deploy)}"
            f"{self._reason(edge.softened_by)}.",
            fix=case.fix(job=job(case.deploy), source=f'"{source.job.own_id.split(" / ")[0]}"'),
            at=edge.place or source,
            key=source.job.template,
        )

    def _reason(self, softened_by: str) -> str:
        name, unread, _ = softened_by.partition(" is not looked at")
        return f" (`{name}`{unread})" if softened_by else ""

    def _sending(self, stages: StageGraph) -> set[tuple[str, str]]:
        """The jobs that start the pipelines on the way to this one: their paths and ids. Nothing is to wait for those."""
        found: set[tuple[str, str]] = set()
        waiting = [stages]
        while waiting:
            for link, earlier in waiting.pop().earlier:
                found.update((link.path, sender) for sender in link.jobs)
                waiting.append(earlier)
        return found

    def _depth(self, stages: StageGraph) -> int:
        """The longest chain of pipelines each started by the end of the one before it."""
        deepest, open_ends = 0, [(stages, 0)]
        while open_ends:
            graph, depth = open_ends.pop()
            deepest = max(deepest, depth)
            open_ends += [
                (earlier, depth + 1)
                for link, earlier in graph.earlier
                if link.via == "workflow_run" and depth <= DEEPEST_CHAIN
            ]
        return deepest
