"""The report as one HTML page: no script, no font and no address is loaded."""

from __future__ import annotations

from html import escape

from barraiser.checks.result import BLOCKED, UNREADABLE, Finding, PipelineResult
from barraiser.model.words import UNKNOWN
from barraiser.report.escape import inert, visible, visible_lines
from barraiser.report.report import Report, gravest_first, help_uri, not_met, sentence, title

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d2433; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; overflow-wrap: anywhere }
.sentence { color: #475467 } .blocked { color: #b42318; font-weight: 600 } .passes { color: #1a7f4b; font-weight: 600 }
article { border-left: 4px solid #98a2b3; padding: .1rem 0 .1rem 1rem; margin: 1rem 0 }
article.error { border-color: #b42318 } article.warning { border-color: #b7791f }
h3 { font-size: 1rem; margin: .2rem 0 } code, ol { font-size: .9em; overflow-wrap: anywhere } .fix { white-space: pre-wrap }
@media (prefers-color-scheme: dark) { body { color: #e4e7ec; background: #14181f } .sentence { color: #98a2b3 } }
"""


def render(report: Report, *, show_unknown: bool = False) -> str:
    """A page with a section for each pipeline; below a finding the way that shows it and what to write."""
    counts = report.summary()
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>barraiser: {counts['blocked']} of {counts['pipelines']} pipelines blocked</title>",
        f"<style>{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{counts['pipelines']} pipelines, {counts['blocked']} blocked; {counts['findings']} findings</h1>",
    ]
    parts += [_pipeline(report, result, show_unknown) for result in report.results]
    policy = not_met(report.policy_findings)
    if policy:
        parts.append(
            f"<section><h2>{_text(report.policy_path)}</h2>{''.join(_finding(each, '') for each in policy)}</section>"
        )
    return "\n".join([*parts, "</body>\n</html>\n"])


def _pipeline(report: Report, result: PipelineResult, show_unknown: bool) -> str:
    prefix = report.prefix(result)
    style = "blocked" if result.verdict in (BLOCKED, UNREADABLE) else "passes"
    findings = gravest_first(report.shown(result, unknown=show_unknown))
    return (
        f"<section><h2>{_text(title(result))}</h2>\n"
        f'<p class="sentence">{_text(prefix + result.pipeline.path)}: <span class="{style}">{_text(sentence(result))}</span></p>\n'
        f"{''.join(_finding(finding, prefix) for finding in findings)}</section>"
    )


def _finding(finding: Finding, prefix: str) -> str:
    level = "cannot tell" if finding.verdict == UNKNOWN else finding.severity
    place = f"{prefix}{finding.place.path}:{finding.place.line}:{finding.place.column}"
    way = "".join(
        f"<li>{_text(step.job)}: <code>{_text(step.activity)}</code> ({_text(prefix + str(step.place))})</li>"
        for step in finding.witness
    )
    return (
        f'<article class="{finding.severity}"><h3>{level} <a href="{escape(help_uri(finding.rule))}">{_text(finding.rule)}</a> '
        f"{_text(finding.name)}</h3>\n<p><code>{_text(place)}</code></p>\n<p>{_text(finding.message)}</p>\n"
        + (f"<ol>{way}</ol>\n" if way else "")
        + (f'<p class="fix">Fix: {_lines(finding.fix)}</p>\n' if finding.fix else "")
        + "</article>\n"
    )


def _text(text: str) -> str:
    return escape(visible(" ".join(text.split())))


def _lines(text: str) -> str:
    return "\n".join(escape(inert(line)) for line in visible_lines(text))
