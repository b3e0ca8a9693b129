"""OBS001: a service level objective with an alarm stands behind the service."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import PIPELINE, Answer, Case, Place, Rule
from barraiser_rules.markers import first_with, holds
from barraiser_rules.questions import expired, signed

OBJECTIVES = (
    b"AWS::ApplicationSignals::ServiceLevelObjective",
    b"aws_applicationsignals_service_level_objective",
    b"datadog_service_level_objective",
    b"google_monitoring_slo",
    b"newrelic_service_level",
    b"nobl9_slo",
    b"openslo/v1",
    b"sloth.slok.dev/v1",
    b"prometheus/v1\nservice:",
    b"pyrra.dev/v1alpha1",
    b"grafana_slo",
    b"dynatrace_slo",
    b"elasticstack_kibana_slo",
)
"""What stands in a file that defines a service level objective."""

SELF_ALARMING = (b"sloth.slok.dev/v1", b"prometheus/v1\nservice:", b"pyrra.dev/v1alpha1")
"""Objectives from which the tool makes the alerts itself."""

BURN_RATES = (b"slo:burnrate", b"burn_rate", b"burnrate", b"BurnRate", b"burn-rate")
ALARMS = (
    *BURN_RATES,
    b"AWS::CloudWatch::Alarm",
    b"aws_cloudwatch_metric_alarm",
    b"datadog_monitor",
    b"google_monitoring_alert_policy",
    b"newrelic_nrql_alert_condition",
    b"AlertPolicy",
    b"alertPolicies",
    b"alert_policy",
    b"fastburn",
    b"PrometheusRule",
    b"grafana_rule_group",
    b"alerting {",
)
"""What stands in a file that alarms on something."""

OBJECTIVE_HINTS = (b"slo", b"service_level", b"ApplicationSignals", b"pyrra", b"prometheus/v1")
ALARM_HINTS = (b"larm", b"lert", b"burn", b"Burn", b"datadog_monitor", b"PrometheusRule", b"grafana_rule_group")
SUFFIXES = (".yml", ".yaml", ".json", ".template", ".tf", ".ts", ".py")


class SloWithAlarm(Rule):
    """Tie a customer-experience objective and its alarm to the service.

    Why:
        A rollback on alarm is as good as the alarm. Alarms on processors and memory stay silent while customers get errors; an objective
        says what they should get, and its alarm says when they do not.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": are there objectives on metrics of the customer's experience, with alarms? Google SRE
        workbook, alerting on objectives.

    Decided by:
        A service level objective defined in the repository and an alarm on it there, or both declared as `evidence.slo`. Where the
        repository shows none and nothing is declared, nothing is known.

    Fix:
        Define the objective and its alarm as code, or declare where they are.

    Before (github-actions):
        # .barraiser.yml
        version: 1

    After (github-actions):
        # .barraiser.yml
        version: 1
        evidence:
          slo: {url: https://slo.example.com/shop, alarm: shop-slo-burn, by: alice, date: 2026-10-01}

    Before (gitlab-ci):
        # .barraiser.yml
        version: 1

    After (gitlab-ci):
        # .barraiser.yml
        version: 1
        evidence:
          slo: {url: https://slo.example.com/shop, alarm: shop-slo-burn, by: alice, date: 2026-10-01}

    Before (codepipeline):
        Resources: {}

    After (codepipeline):
        Resources:
          Availability: {Type: AWS::ApplicationSignals::ServiceLevelObjective}
          AvailabilityAlarm: {Type: AWS::CloudWatch::Alarm}
    """

    id = "OBS001"
    name = "slo-with-alarm"
    severity = "warning"
    profile = "standard"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        "": "Add an alarm on the objective (its burn rate or attainment), or name it: evidence: {slo: {alarm: NAME}}"
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what is declared, then for objectives and alarms in the repository."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        declared = case.declared.evidence.get("slo")
        if isinstance(declared, Mapping) and declared:
            if declared.get("alarm"):
                return case.passed(
                    f"An objective and its alarm {declared.get('alarm')} are declared{signed(declared)}."
                )
            return case.failed(
                "The declared objective has no alarm: nobody learns that it is missed.",
                fix=case.fix(),
                at=case.pipeline.place,
            )
        objective, alarm = self._search(case)
        if objective and alarm:
            return case.passed(f"{objective} defines an objective, and {alarm} alarms on it.")
        if objective:
            return case.failed(
                f"{objective} defines an objective, and nothing in the repository alarms on it.",
                fix=case.fix(),
                at=Place(objective, 1),
            )
        return expired(case, "slo", "A service level objective") or case.unknown(
            "The repository defines no service level objective; whether there is one elsewhere, no file shows.",
            settle="evidence: {slo: {url: ADDRESS, alarm: NAME, by: NAME, date: YYYY-MM-DD}}",
            at=case.pipeline.place,
        )

    def _search(self, case: Case) -> tuple[str, str]:
        """A file that defines an objective, and one that alarms (the same where the tool makes the alerts); empty where there is none."""
        objective = first_with(case.repository, OBJECTIVES, hints=OBJECTIVE_HINTS, suffixes=SUFFIXES)
        if not objective or holds(case.repository, objective, SELF_ALARMING):
            return objective, objective
        return objective, first_with(case.repository, ALARMS, hints=ALARM_HINTS, suffixes=SUFFIXES)
