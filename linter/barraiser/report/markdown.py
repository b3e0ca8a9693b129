"""The report as Markdown: for a comment on a pull request, or a job's summary."""

from __future__ import annotations

from barraiser.checks.result import Finding, PipelineResult
from barraiser.report.escape import visible
from barraiser.report.report import Report, gravest_first, help_uri, not_met, sentence, title

_SPECIAL = frozenset("\\`*_{}[]<>#|~&@$!")
"""Characters that Markdown, its extensions or HTML in it could read as markup, a mention or a link."""


def render(report: Report) -> str:
    """A heading and a table for each pipeline with findings, then what a fix would be; a line for each other pipeline."""
    blocks = [_pipeline(report, result) for result in report.results]
    policy = not_met(report.policy_findings)
    if policy:
        blocks.append(_block(f"### {_text(report.policy_path)}", policy, ""))
    counts = report.summary()
    blocks.append(f"{counts['pipelines']} pipelines, {counts['blocked']} blocked; {counts['findings']} findings\n")
    return "\n".join(blocks)


def _pipeline(report: Report, result: PipelineResult) -> str:
    path = _text(report.prefix(result) + result.pipeline.path)
    name = f"**{_text(title(result))}** ({path}): {_text(sentence(result))}"
    findings = report.shown(result)
    if not findings:
        return f"{name}\n"
    return _block(f"### {name}", findings, report.prefix(result))


def _block(heading: str, findings: list[Finding], prefix: str) -> str:
    lines = [heading, "", "| severity | rule | where | what is missing |", "| --- | --- | --- | --- |"]
    ordered = gravest_first(findings)
    for finding in ordered:
        place = f"{prefix}{finding.place.path}:{finding.place.line}"
        rule = f"[{_text(f'{finding.rule} {finding.name}')}]({help_uri(finding.rule)})"
        lines.append(f"| {finding.severity} | {rule} | {_text(place)} | {_text(finding.message)} |")
    fixes = [finding for finding in ordered if finding.fix]
    if fixes:
        lines += ["", "<details><summary>What to write</summary>", ""]
        lines += [f"- {_text(finding.rule)}: {_text(finding.fix)}" for finding in fixes]
        lines += ["", "</details>"]
    return "\n".join([*lines, ""])


def _text(text: str) -> str:
    """Text as data, on one line: what could be markup, a mention or a link is an entity."""
    line = visible(" ".join(text.split()))
    marked = "".join(f"&#{ord(character)};" if character in _SPECIAL else character for character in line)
    return marked.replace("://", "&#58;//").replace("www.", "www&#46;")
