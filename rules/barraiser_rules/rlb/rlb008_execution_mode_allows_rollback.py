"""RLB008: the pipeline's mode and type allow rollback."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, PIPELINE, Answer, Case, Rule


class ExecutionModeAllowsRollback(Rule):
    """Keep the pipeline in a mode where rollback works.

    Why:
        In parallel mode a stage cannot be rolled back, and two executions may deploy at once, the older one last. Conditions that
        the pipeline's type does not know protect nothing.

    Source:
        AWS CodePipeline user guide, "Set or change the pipeline execution mode", "Stage conditions" and "Configure automatic retry":
        no rollback in PARALLEL mode; conditions are a feature of type V2; automatic retry and failure conditions exclude each other.

    Decided by:
        `ExecutionMode`, `PipelineType` and the conditions of the stages.

    Fix:
        Use type V2 with mode QUEUED or SUPERSEDED.

    Before (codepipeline):
        PipelineType: V2
        ExecutionMode: PARALLEL

    After (codepipeline):
        PipelineType: V2
        ExecutionMode: QUEUED
    """

    id = "RLB008"
    name = "execution-mode-allows-rollback"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags")
    platforms = (CODEPIPELINE,)
    asks = PIPELINE
    fixes = {CODEPIPELINE: "Set `PipelineType: V2` and `ExecutionMode: QUEUED` (or leave the mode out)."}

    def decide(self, case: Case) -> Answer:
        """Looks at the pipeline's facts."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        facts = case.pipeline.facts
        mode, place = facts.get("execution-mode", ("SUPERSEDED", case.subject.place))
        if mode == "PARALLEL":
            return case.failed(
                "The pipeline runs its executions in PARALLEL: no stage can be rolled back, and an older change may be deployed last.",
                fix=case.fix(),
                at=place,
                key="mode",
            )
        if "stage-conditions" in facts and facts.get("pipeline-type", ("V1", place))[0] == "V1":
            return case.failed(
                "Its stages have conditions, but a pipeline of type V1 has none: they check nothing.",
                fix=case.fix(),
                at=facts["stage-conditions"][1],
                severity="warning",
                key="type",
            )
        if "retry-with-conditions" in facts:
            return case.failed(
                "A stage has both automatic retry and failure conditions, which exclude each other.",
                fix="Keep either `RetryConfiguration` or `Conditions` below `OnFailure`.",
                at=facts["retry-with-conditions"][1],
                key="retry",
            )
        return case.passed(f"`ExecutionMode` is {mode}.")
