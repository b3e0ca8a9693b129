"""One line a finding: for editors, scripts and long lists."""

from __future__ import annotations

from barraiser.model.words import UNKNOWN
from barraiser.report.escape import inert, visible
from barraiser.report.report import Report, gravest_first, sentence, title


def render(report: Report, *, show_unknown: bool = False) -> str:
    """``path:line:column: severity RULE name: message``, then each pipeline's sentence."""
    lines: list[str] = []
    for result in report.results:
        prefix = report.prefix(result)
        for finding in gravest_first(report.shown(result, unknown=show_unknown)):
            level = "unknown" if finding.verdict == UNKNOWN else finding.severity
            place = f"{prefix}{finding.place.path}:{finding.place.line}:{finding.place.column}"
            lines.append(f"{place}: {level} {finding.rule} {finding.name}: {' '.join(finding.message.split())}")
        name = title(result)
        path = prefix + result.pipeline.path
        lines.append(
            f"{path}: {sentence(result)}" if not result.pipeline.name else f"{path}: {name}: {sentence(result)}"
        )
    for finding in report.policy_findings:
        place = f"{finding.place.path}:{finding.place.line}:{finding.place.column}"
        lines.append(f"{place}: {finding.severity} {finding.rule} {finding.name}: {' '.join(finding.message.split())}")
    return "".join(f"{inert(visible(line))}\n" for line in lines)
