"""OBS006: synthetic traffic runs all the time."""

from __future__ import annotations

import re
from collections.abc import Mapping

from barraiser.api import PIPELINE, Answer, Case, Parameter, Place, Rule, SourceError
from barraiser_rules.markers import first_with
from barraiser_rules.questions import expired, signed

SYNTHETICS = (
    b"AWS::Synthetics::Canary",
    b"aws_synthetics_canary",
    b"synthetics.Canary(",
    b"datadog_synthetics_test",
    b"checkly_check",
    b"grafana_synthetic_monitoring_check",
    b"google_monitoring_uptime_check_config",
    b"newrelic_synthetics_",
    b"azurerm_application_insights_web_test",
    b"azurerm_application_insights_standard_web_test",
)
"""What stands in a file that defines synthetic traffic."""

HINTS = (b"ynthetic", b"checkly_check", b"uptime_check", b"web_test")
SUFFIXES = (".yml", ".yaml", ".json", ".template", ".tf", ".ts", ".py")
RATE = re.compile(r"\brate\((\d{1,5}) (minute|hour|day)s?\)")
OFF = re.compile(r"(?:StartCanaryAfterCreation[\"']?\s{0,9}:|start_canary\s{0,9}=)\s{0,9}[\"']?false")
MINUTES = {"minute": 1, "hour": 60, "day": 1440}


class ContinuousSynthetics(Rule):
    """Run synthetic traffic in gamma and prod all the time.

    Why:
        An alarm without traffic is silent. At night, in a small region and in pre-production nobody calls the service, so nobody sees
        that the new version is broken.

    Source:
        AWS Deployment Pipeline Reference Architecture: synthetic tests in gamma, and in production. They give the alarms something to
        measure.

    Decided by:
        Canaries, synthetic tests or uptime checks that the repository defines, started and run often enough; or those declared as
        `evidence.synthetics`. Where there is neither, nothing is known.

    Fix:
        Define a canary for each environment, every five minutes at least.

    Before (github-actions):
        # monitoring/canary.tf
        schedule { expression = "rate(1 hour)" }

    After (github-actions):
        # monitoring/canary.tf
        schedule { expression = "rate(5 minutes)" }

    Before (gitlab-ci):
        # monitoring/canary.tf
        schedule { expression = "rate(1 hour)" }

    After (gitlab-ci):
        # monitoring/canary.tf
        schedule { expression = "rate(5 minutes)" }

    Before (codepipeline):
        Canary: {Type: AWS::Synthetics::Canary, Properties: {Schedule: {Expression: rate(1 hour)}}}

    After (codepipeline):
        Canary: {Type: AWS::Synthetics::Canary, Properties: {Schedule: {Expression: rate(5 minutes)}}}
    """

    id = "OBS006"
    name = "continuous-synthetics"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags")
    parameters = (
        Parameter("max_rate_min", 5, "the longest time between two runs of a canary", unit="minutes", minimum=1),
    )
    fixes = {"": "Start the canary of `<path>`, at least every <minutes> minutes."}

    def decide(self, case: Case) -> Answer:
        """Looks at what is declared, then for canaries in the repository."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        declared = case.declared.evidence.get("synthetics")
        if isinstance(declared, Mapping) and declared:
            return case.passed(f"Synthetic traffic is declared{signed(declared)}.")
        path = first_with(case.repository, SYNTHETICS, hints=HINTS, suffixes=SUFFIXES)
        if not path:
            return expired(case, "synthetics", "Synthetic traffic") or case.unknown(
                "The repository defines no synthetic traffic; whether there is any, no file shows.",
                settle="evidence: {synthetics: {url: ADDRESS, by: NAME, date: YYYY-MM-DD}}",
                at=case.pipeline.place,
            )
        try:
            lines = case.repository.lines(path)
        except SourceError:
            lines = []
        longest = case.number("max_rate_min")
        for number, line in enumerate(lines, 1):
            if OFF.search(line):
                return self._fails(case, f"The canary of {path} is created, but not started.", Place(path, number))
            rate = RATE.search(line)
            minutes = int(rate[1]) * MINUTES[rate[2]] if rate else 0
            if minutes > longest:
                return self._fails(
                    case,
                    f"The canary of {path} runs every {minutes} minutes: what breaks in between, no alarm sees.",
                    Place(path, number),
                )
        return case.passed(f"{path} defines synthetic traffic.")

    def _fails(self, case: Case, message: str, place: Place) -> Answer:
        minutes = f"{case.number('max_rate_min'):g}"
        return case.failed(message, fix=case.fix(path=place.path, minutes=minutes), at=place)
