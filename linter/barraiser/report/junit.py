"""JUnit XML, as test reports of CI servers read it: a suite for each pipeline, a case for each rule that was asked."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from barraiser.checks.result import Finding, PipelineResult
from barraiser.model.words import NOT_APPLICABLE, UNKNOWN, WAIVED
from barraiser.report.escape import inert, visible, visible_lines
from barraiser.report.report import Report, not_met, sentence, title

SKIPPED = {
    NOT_APPLICABLE: "not asked of this pipeline",
    UNKNOWN: "the files cannot tell",
    WAIVED: "set aside by a waiver or suppression",
}


def render(report: Report) -> str:
    """The report as XML. A rule that is not met is a failure; one that is unknown, waived or not applicable is skipped."""
    root = Element("testsuites", name="barraiser")
    for result in report.results:
        _suite(root, report, result)
    policy = not_met(report.policy_findings)
    if policy:
        suite = SubElement(root, "testsuite", name=visible(report.policy_path), tests=str(len(policy)))
        suite.set("failures", str(len(policy)))
        for finding in policy:
            _failure(_case(suite, finding.rule, finding.name, "policy"), [finding], "")
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, report: Report, result: PipelineResult) -> None:
    prefix = report.prefix(result)
    path = visible(prefix + result.pipeline.path)
    found: dict[str, list[Finding]] = {}
    for finding in report.shown(result):
        found.setdefault(finding.rule, []).append(finding)
    ids = list(result.verdicts) + [rule for rule in found if rule not in result.verdicts]
    suite = SubElement(root, "testsuite", name=f"{path}: {visible(title(result))}", tests=str(len(ids)))
    suite.set("failures", str(len(found)))
    skipped = [rule for rule in ids if rule not in found and result.verdicts.get(rule) in SKIPPED]
    suite.set("skipped", str(len(skipped)))
    for rule in ids:
        name = report.rules[rule].name if rule in report.rules else found[rule][0].name if rule in found else rule
        case = _case(suite, rule, name, path)
        if rule in found:
            _failure(case, found[rule], prefix)
        elif rule in skipped:
            SubElement(case, "skipped", message=SKIPPED[result.verdicts[rule]])
    SubElement(suite, "system-out").text = visible(sentence(result))


def _case(suite: Element, rule: str, name: str, where: str) -> Element:
    return SubElement(suite, "testcase", name=f"{rule} {name}", classname=where)


def _failure(case: Element, findings: list[Finding], prefix: str) -> None:
    """One failure for all findings of a rule: readers of the format expect at most one."""
    first = findings[0]
    failure = SubElement(case, "failure", type=first.severity, message=visible(" ".join(first.message.split())))
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{visible(prefix + finding.place.path)}:{finding.place.line}: {finding.severity}")
        lines += [inert(line) for line in visible_lines(finding.message)]
        lines += [f"Fix: {line}" for line in visible_lines(finding.fix)]
    failure.text = "\n".join(lines)
