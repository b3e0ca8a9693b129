"""GOV002: every waiver has a reason, an owner and an end."""

from __future__ import annotations

from barraiser.api import PIPELINE, Answer, Case, Parameter, Rule


class WaiverHygiene(Rule):
    """Give each waiver a reason, an owner and an expiry.

    Why:
        An exception without an end is a new rule that nobody has agreed to, and without a reason nobody can ever take it back.

    Source:
        AWS re:Invent 2025 COP415: mechanisms in the place of good intentions; a pipeline stays blocked until the team has acted.

    Decided by:
        The waivers of the configuration and the suppressions in comments: complete, not expired, not too long, not too many, and used.

    Fix:
        Complete the waiver, or delete it.

    Before (github-actions):
        deploy:  # barraiser: ignore[WIN004]
          environment: production

    After (github-actions):
        deploy:  # barraiser: ignore[WIN004] reason="one runner only" until=2027-01-31
          environment: production

    Before (gitlab-ci):
        # .barraiser.yml
        waivers:
          - {rule: WIN004, path: .gitlab-ci.yml}

    After (gitlab-ci):
        # .barraiser.yml
        waivers:
          - {rule: WIN004, path: .gitlab-ci.yml, reason: "one runner only", owner: carol, expires: 2027-01-31}

    Before (codepipeline):
        # .barraiser.yml
        waivers:
          - {rule: RLB008, path: pipeline.yml}

    After (codepipeline):
        # .barraiser.yml
        waivers:
          - {rule: RLB008, path: pipeline.yml, reason: "until the move to V2", owner: carol, expires: 2027-01-31}
    """

    id = "GOV002"
    name = "waiver-hygiene"
    severity = "error"
    asks = PIPELINE
    parameters = (
        Parameter("max_days", 90, "how long a waiver may last", unit="days", minimum=1),
        Parameter("max_active", 10, "how many waivers may be in force at once", unit="waivers", minimum=0),
    )
    fixes = {"": "Complete the waiver or delete it."}

    def decide(self, case: Case) -> Answer:
        """Passes: what is wrong with waivers is found where they are read, and reported under this id."""
        return case.passed("No waiver lacks anything.")
