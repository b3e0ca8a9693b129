"""GitLab's Code Quality report (docs.gitlab.com, CI/CD, Testing, Code Quality): shown in the merge request beside the changed lines."""

from __future__ import annotations

import json

from barraiser.checks.result import Finding
from barraiser.report.escape import visible, visible_lines
from barraiser.report.report import Report, not_met

_LEVELS = {"error": "critical", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    """A list with an entry for each finding; an empty list where nothing is found, so that fixed findings disappear."""
    found = [_entry(finding, report.prefix(result)) for result in report.results for finding in report.shown(result)]
    found += [_entry(finding, "") for finding in not_met(report.policy_findings)]
    return json.dumps(found, indent=2) + "\n"


def _entry(finding: Finding, prefix: str) -> dict[str, object]:
    text = " ".join(visible_lines(f"{finding.message}\nFix: {finding.fix}" if finding.fix else finding.message))
    return {
        "description": f"{finding.rule} {finding.name}: {text}",
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _LEVELS[finding.severity],
        "location": {
            "path": visible(prefix + finding.place.path),
            "lines": {"begin": finding.place.line, "end": finding.place.end_line},
        },
    }
