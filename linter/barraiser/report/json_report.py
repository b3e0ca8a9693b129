"""The JSON report: version 1 of the contract, stable."""

from __future__ import annotations

import json

from barraiser.checks.result import Finding, PipelineResult
from barraiser.report.report import Report, counts, help_uri, located


def render(report: Report, *, show_passed: bool = False) -> str:
    """The report as JSON, ASCII only. ``show_passed`` adds ``reasons``: why each rule passed or was not asked."""
    data = {
        "schema_version": 1,
        "tool": {"name": "barraiser", "version": report.version, "profile": report.profile},
        "policy": {
            "path": report.policy_path or None,
            "origin": report.policy_origin,
            "findings": [finding_data(finding, "") for finding in report.policy_findings],
        },
        "pipelines": [_pipeline(result, report.prefix(result), show_passed) for result in report.results],
        "summary": report.summary(),
    }
    return json.dumps(data, indent=2) + "\n"


def finding_data(finding: Finding, prefix: str) -> dict[str, object]:
    """A finding as the contract has it."""
    waived = finding.waived
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "verdict": finding.verdict,
        "message": finding.message,
        "location": located(finding.place, prefix),
        "job": finding.job or None,
        "scenario": finding.scenario or None,
        "scenarios": list(finding.scenarios),
        "witness": [
            {"job": step.job, "activity": step.activity, "location": located(step.place, prefix)}
            for step in finding.witness
        ],
        "fix": finding.fix,
        "help_uri": help_uri(finding.rule),
        "fingerprint": finding.fingerprint,
        "waiver": None
        if waived is None
        else {
            "by": waived.by,
            "reason": waived.reason,
            "owner": waived.owner or None,
            "ticket": waived.ticket or None,
            "expires": waived.expires,
            "location": located(waived.place, prefix if waived.by == "suppression" else ""),
        },
    }


def _pipeline(result: PipelineResult, prefix: str, show_passed: bool) -> dict[str, object]:
    pipeline = result.pipeline
    data: dict[str, object] = {
        "path": prefix + pipeline.path,
        "platform": pipeline.platform,
        "name": pipeline.name,
        "kind": pipeline.kind or None,
        "files": [prefix + path for path in pipeline.files],
        "deploys_to_prod": result.deploys_to_prod,
        "verdict": result.verdict,
        "rules": counts(result),
        "verdicts": dict(result.verdicts),
        "findings": [finding_data(finding, prefix) for finding in result.findings],
    }
    if show_passed:
        data["reasons"] = dict(result.reasons)
    return data
