"""GOV004: no stage's inbound transition is switched off without a reason."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, PIPELINE, Answer, Case, Job, Rule

SWITCHED_OFF = "disabled"
"""What the tag ``inbound-transition`` starts with; a reason may follow after a colon."""


class NoDisabledTransition(Rule):
    """Leave no stage transition disabled without a reason.

    Why:
        A stage that nothing enters looks like a pipeline that works: changes pile up in front of it, and the day it is opened they go
        out all at once.

    Source:
        AWS CodePipeline user guide, "Disable or enable transitions": a transition is disabled with a reason. AWS re:Invent 2025 COP415:
        blocked pipelines are looked at.

    Decided by:
        The transitions that the template disables, and the reason that it gives. What somebody switched off by hand, no file shows.

    Fix:
        Enable the transition, or write why and until when it is off.

    Before (codepipeline):
        DisableInboundStageTransitions: [{StageName: Production, Reason: ""}]

    After (codepipeline):
        DisableInboundStageTransitions: [{StageName: Production, Reason: "Migration OPS-12, until 2026-11-30"}]
    """

    id = "GOV004"
    name = "no-disabled-transition"
    severity = "warning"
    profile = "strict"
    platforms = (CODEPIPELINE,)
    kinds = (
        "service-deploy",
        "iac-only",
        "config-flags",
        "data-batch",
        "mobile-release",
        "static-site",
        "library-publish",
    )
    asks = PIPELINE
    fixes = {"": "Remove `<stage>` from the disabled transitions, or give a reason with a ticket and a date."}

    def decide(self, case: Case) -> Answer:
        """Looks at the stages that are switched off."""
        off = [each for each in case.pipeline.jobs if each.tags.get("inbound-transition", "").startswith(SWITCHED_OFF)]
        for each in off:
            if not self._reason(each):
                stage = each.stage or each.own_id
                return case.failed(
                    f"Nothing enters the stage {stage}: its transition is disabled, and no reason is given.",
                    fix=case.fix(stage=stage),
                    at=each.place,
                    key=stage,
                )
        if off:
            return case.passed(f"The stage {off[0].stage} is closed for a reason: {self._reason(off[0])}.")
        return case.passed("Every stage is open.")

    def _reason(self, found: Job) -> str:
        return found.tags["inbound-transition"].partition(":")[2].strip()
