"""SARIF 2.1.0, for code scanning and other readers of it."""

from __future__ import annotations

import json

from barraiser.checks.documentation import documentation_of
from barraiser.checks.result import Finding
from barraiser.checks.rule import Rule
from barraiser.model.place import Place
from barraiser.model.words import FAILED
from barraiser.report.escape import visible, visible_lines
from barraiser.report.report import HOME_URL, Report, help_uri

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report) -> str:
    """What is not met as SARIF; waived findings are results with a suppression. ASCII only."""
    shown: list[tuple[Finding, str]] = []
    for result in report.results:
        counting = report.shown(result)
        prefix = report.prefix(result)
        shown += [
            (each, prefix) for each in result.findings if each in counting or (each.waived and each.verdict == FAILED)
        ]
    shown += [(finding, "") for finding in report.policy_findings]
    ids = list(report.rules) + sorted({finding.rule for finding, _ in shown} - report.rules.keys())
    names = {finding.rule: finding.name for finding, _ in shown}
    run = {
        "tool": {
            "driver": {
                "name": "barraiser",
                "version": report.version,
                "semanticVersion": report.version,
                "informationUri": HOME_URL,
                "rules": [_rule(id, names.get(id, id), report.rules.get(id), id in names) for id in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The repository's root."}}},
        "results": [_result(finding, prefix, ids.index(finding.rule)) for finding, prefix in shown],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(id: str, name: str, rule: type[Rule] | None, found: bool) -> dict[str, object]:
    """What is said of a rule; its whole page only where it found something, as most readers have a limit."""
    if rule is None:
        return {"id": id, "name": name, "shortDescription": {"text": "A file that cannot be used as it is."}}
    told = documentation_of(rule)
    help = {"text": told.fix or told.title}
    if found:
        from barraiser.report.rule_page import help_text

        help["markdown"] = help_text(rule)
    return {
        "id": id,
        "name": rule.name,
        "shortDescription": {"text": told.title},
        "fullDescription": {"text": told.why or told.title},
        "help": help,
        "helpUri": help_uri(id),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, prefix: str, index: int) -> dict[str, object]:
    message = f"{finding.message}\n\nFix: {finding.fix}" if finding.fix else finding.message
    data: dict[str, object] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join(visible_lines(message)) or finding.name},
        "locations": [{"physicalLocation": _location(finding.place, prefix)}],
        "partialFingerprints": {
            "barraiser/v1": finding.fingerprint,
            "primaryLocationLineHash": finding.fingerprint,
        },
    }
    if finding.witness:
        steps = [
            {
                "location": {
                    "physicalLocation": _location(step.place, prefix),
                    "message": {"text": visible(f"{step.job}: {' '.join(step.activity.split())}")},
                }
            }
            for step in finding.witness
        ]
        data["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if finding.waived is not None:
        data["suppressions"] = [
            {
                "kind": "inSource" if finding.waived.by == "suppression" else "external",
                "justification": visible(finding.waived.reason),
            }
        ]
    return data


def _location(place: Place, prefix: str) -> dict[str, object]:
    return {
        "artifactLocation": _artifact(prefix + place.path),
        "region": {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line},
    }


def _artifact(path: str) -> dict[str, str]:
    from urllib.parse import quote

    return {"uri": quote(path, safe="/-._~", errors="replace"), "uriBaseId": "%SRCROOT%"}
