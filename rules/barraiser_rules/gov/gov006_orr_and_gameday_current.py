"""GOV006: the readiness review and the game day are not long ago."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import PIPELINE, Answer, Case, Parameter, Rule


class OrrAndGamedayCurrent(Rule):
    """Keep the readiness review and game day fresh.

    Why:
        A service changes with every release, and so do the people on call. What was reviewed and rehearsed two years ago was another
        service, run by others.

    Source:
        AWS whitepaper "Operational Readiness Reviews": repeat it at least once a year. AWS Well-Architected OPS07-BP02 and game days.

    Decided by:
        The dates that the configuration declares as `evidence.orr` and `evidence.game_day`. No file of a pipeline shows them. What has
        expired counts as not declared. Services that are declared to be of tier 3 are not asked.

    Fix:
        Hold the review and the game day, and declare when.

    Before (github-actions):
        # .barraiser.yml
        version: 1

    After (github-actions):
        # .barraiser.yml
        version: 1
        evidence: {orr: {date: 2026-09-01, by: alice}, game_day: {date: 2026-10-01, by: alice}}

    Before (gitlab-ci):
        # .barraiser.yml
        version: 1

    After (gitlab-ci):
        # .barraiser.yml
        version: 1
        evidence: {orr: {date: 2026-09-01, by: alice}, game_day: {date: 2026-10-01, by: alice}}

    Before (codepipeline):
        # .barraiser.yml
        version: 1

    After (codepipeline):
        # .barraiser.yml
        version: 1
        evidence: {orr: {date: 2026-09-01, by: alice}, game_day: {date: 2026-10-01, by: alice}}
    """

    id = "GOV006"
    name = "orr-and-gameday-current"
    severity = "info"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter("orr_max_days", 365, "how old the readiness review may be", unit="days", minimum=1),
        Parameter("game_day_max_days", 180, "how old the game day may be", unit="days", minimum=1),
    )
    fixes = {"": "Hold the <what>, then declare: evidence: {<key>: {date: YYYY-MM-DD, by: NAME}}"}

    def decide(self, case: Case) -> Answer:
        """Compares the declared dates with the day of the run."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        declared = case.declared.pipeline(case.pipeline.path)
        if declared is not None and declared.tier is not None and declared.tier >= 3:
            return case.not_applicable(f"It is declared to be of tier {declared.tier}.")
        missing = ""
        current: list[str] = []
        for key, what in (("orr", "readiness review"), ("game_day", "game day")):
            given = case.declared.evidence.get(key) or case.declared.expired.get(key)
            if not isinstance(given, Mapping) or not given:
                missing = missing or key
                continue
            date = given.get("date")
            if not isinstance(date, str) or not date:
                reason = f"The declared {what} has no date: nobody can tell whether it still holds."
            else:
                age, limit = self._days(date, case.declared.as_of), case.number(f"{key}_max_days")
                if age is not None and age > limit:
                    reason = f"The last {what} was on {date}, {age} days ago; at most {limit:g} are asked for."
                elif key in case.declared.expired:
                    reason = f"The declared {what} of {date} expired on {given.get('expires')}."
                else:
                    current.append(f"the last {what} was on {date}")
                    continue
            return case.failed(reason, fix=case.fix(what=what, key=key), at=case.pipeline.place, key=key)
        if missing:
            return case.unknown(
                "When readiness was last reviewed, and failure last rehearsed, no file shows, and nothing current is declared.",
                settle=f"evidence: {{{missing}: {{date: YYYY-MM-DD, by: NAME}}}}",
                at=case.pipeline.place,
            )
        return case.passed(f"As declared, {' and '.join(current)}.")

    def _days(self, date: str, today: str) -> int | None:
        """Days from an ISO date to another; None where one is not known."""
        from datetime import date as calendar

        try:
            return (calendar.fromisoformat(today) - calendar.fromisoformat(date)).days
        except ValueError:
            return None
