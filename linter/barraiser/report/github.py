"""Annotations: workflow commands that a GitHub runner turns into marks on the changed lines."""

from __future__ import annotations

from barraiser.checks.result import Finding
from barraiser.report.escape import visible, visible_lines
from barraiser.report.report import Report, not_met, sentence, title

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    """A command for each finding, and each pipeline's sentence as plain text."""
    lines: list[str] = []
    for result in report.results:
        prefix = report.prefix(result)
        lines += [_annotation(finding, prefix) for finding in report.shown(result)]
        lines.append(f"barraiser: {visible(title(result))}: {sentence(result)}")
    lines += [_annotation(finding, "") for finding in not_met(report.policy_findings)]
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding, prefix: str) -> str:
    place = finding.place
    properties = {
        "file": prefix + place.path,
        "line": str(place.line),
        "col": str(place.column),
        "endLine": str(place.end_line),
        "title": f"{finding.rule} {finding.name}",
    }
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    text = "\n".join(visible_lines(f"{finding.message}\nFix: {finding.fix}" if finding.fix else finding.message))
    return f"::{_LEVELS[finding.severity]} {shown}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
