"""GOV004: no stage's inbound transition is switched off without a reason."""

from __future__ import annotations

import re

from barraiser.api import CODEPIPELINE, PIPELINE, RELEASE_KINDS, Answer, Case, Job, Parameter, Rule

DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")
UNTIL = re.compile(r"(?i)\b(until|till|expires?|up to|before|end(s|ing)?)\b[\s:]*(on\s+)?$")
"""What stands before a date on which the transition is to be open again; another date is the day on which it was closed."""

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
        The transitions that the template disables, the reason that it gives, and the day in that reason: the one until which the stage
        is closed, or the one since which it is. Without a day nobody can tell how old the closing is: unknown. What somebody switched
        off by hand, no file shows.

    Fix:
        Enable the transition, or write why and until when it is off.

    Before (codepipeline):
        DisableInboundStageTransitions: [{StageName: Production, Reason: ""}]

    After (codepipeline):
        DisableInboundStageTransitions: [{StageName: Production, Reason: "Migration OPS-12, until 2026-11-06"}]
    """

    id = "GOV004"
    name = "no-disabled-transition"
    severity = "warning"
    profile = "strict"
    platforms = (CODEPIPELINE,)
    kinds = RELEASE_KINDS
    asks = PIPELINE
    parameters = (Parameter("max_days", 7, "how long a stage may be closed", unit="days", minimum=1),)
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
        longest = case.number("max_days")
        undated: Job | None = None
        for each in off:
            days = self._days(self._reason(each), case.declared.as_of)
            undated = each if days is None else undated
            if days is not None and not 0 <= days <= longest:
                how = (
                    "it was to be open again by then"
                    if days < 0
                    else f"that is {days} days, and {longest:g} are allowed"
                )
                return case.failed(
                    f"Nothing enters the stage {each.stage}: its transition is disabled ({self._reason(each)}), and {how}.",
                    fix=case.fix(stage=each.stage or each.own_id),
                    at=each.place,
                    key=each.stage or each.own_id,
                )
        if undated is not None:
            return case.unknown(
                f"The stage {undated.stage} is closed ({self._reason(undated)}), and nothing says since when.",
                settle="Write the day into the reason: `since YYYY-MM-DD`, or `until YYYY-MM-DD`.",
                at=undated.place,
            )
        if off:
            return case.passed(f"The stage {off[0].stage} is closed for a reason: {self._reason(off[0])}.")
        return case.passed("Every stage is open.")

    def _days(self, reason: str, today: str) -> int | None:
        """How long the stage is closed already, or will be from today on; below zero when it was to be open again. None: not known."""
        from datetime import date

        found: list[int] = []
        for match in DATE.finditer(reason[:1000]):
            try:
                distance = (date.fromisoformat(match[1]) - date.fromisoformat(today)).days
            except ValueError:
                continue
            if UNTIL.search(reason[max(0, match.start() - 30) : match.start()]):
                return distance
            found.append(-distance)
        return max(found) if found and max(found) >= 0 else None

    def _reason(self, found: Job) -> str:
        return found.tags["inbound-transition"].partition(":")[2].strip()
