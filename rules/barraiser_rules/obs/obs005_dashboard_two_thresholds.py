"""OBS005: a dashboard shows where it alarms, and where to look closer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from barraiser.api import PIPELINE, Answer, Case, Place, Rule
from barraiser_rules.markers import MAX_BYTES, MAX_FILES, SAMPLES
from barraiser_rules.questions import expired, signed

BOARDS = (
    b"AWS::CloudWatch::Dashboard",
    b"aws_cloudwatch_dashboard",
    b"cloudwatch.Dashboard(",
    b"grafana_dashboard",
    b'"schemaVersion"',
)
"""What stands in a file that defines a dashboard."""

SUFFIXES = (".yml", ".yaml", ".json", ".template", ".tf", ".ts", ".py")
LINES = re.compile(r"(horizontal|leftAnnotations|left_annotations|steps)\\?[\"']?\s{0,9}[:=]\s{0,9}\[")
VALUE = re.compile(r"\bvalue\\?[\"']?\s{0,9}[:=]")
LONGEST = 6_000
"""How much of a list of lines is looked at, in characters."""


class DashboardTwoThresholds(Rule):
    """Keep a dashboard with an alarm and an investigation line.

    Why:
        A curve without a line tells only who knows it by heart. One line shows where the alarm goes off; a lower one shows where
        somebody should look before it does.

    Source:
        AWS re:Invent 2025 COP415, "Reviews": dashboards carry two lines, the alarm threshold and the investigation threshold.

    Decided by:
        The dashboards that the repository defines (CloudWatch annotations, Grafana threshold steps): one of them has a graph with two
        lines. Or a dashboard is declared as `evidence.dashboard`. One of the two must be there.

    Fix:
        Add the second line, or declare where the dashboard is.

    Before (github-actions):
        # monitoring/dashboard.tf
        annotations = { horizontal = [{ label = "alarm", value = 500 }] }

    After (github-actions):
        # monitoring/dashboard.tf
        annotations = { horizontal = [{ label = "alarm", value = 500 }, { label = "look", value = 300 }] }

    Before (gitlab-ci):
        # monitoring/dashboard.tf
        annotations = { horizontal = [{ label = "alarm", value = 500 }] }

    After (gitlab-ci):
        # monitoring/dashboard.tf
        annotations = { horizontal = [{ label = "alarm", value = 500 }, { label = "look", value = 300 }] }

    Before (codepipeline):
        Resources: {Board: {Type: AWS::CloudWatch::Dashboard}}

    After (codepipeline):
        # .barraiser.yml
        version: 1
        evidence: {dashboard: {url: https://dashboards.example.com/shop, by: alice, date: 2026-10-01}}
    """

    id = "OBS005"
    name = "dashboard-two-thresholds"
    severity = "info"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        "": "Add a second line to the latency and error graphs of `<path>`: one for the alarm, one for looking closer."
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what is declared, then at the dashboards of the repository."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        declared = case.declared.evidence.get("dashboard")
        if isinstance(declared, Mapping) and declared:
            return case.passed(f"A dashboard is declared{signed(declared)}.")
        found, path = case.remember(("dashboards",), lambda: self._search(case))
        if found:
            return case.passed(f"{path} has a graph with two lines.")
        if path:
            return case.failed(
                f"No graph of the dashboard {path} has both a line for the alarm and one for looking closer.",
                fix=case.fix(path=path),
                at=Place(path, 1),
            )
        return expired(case, "dashboard", "A dashboard") or case.failed(
            "No dashboard is linked: the repository defines none, and none is declared.",
            fix="Define one, or link it: evidence: {dashboard: {url: ADDRESS, by: NAME, date: YYYY-MM-DD}}",
            at=case.pipeline.place,
            key="none",
        )

    def _search(self, case: Case) -> tuple[bool, str]:
        """Whether a dashboard has a graph with two lines, and its path; else the first dashboard's path."""
        first, looked_at = "", 0
        for path in case.repository.files():
            if not path.endswith(SUFFIXES) or not SAMPLES.isdisjoint(path.split("/")):
                continue
            looked_at += 1
            if looked_at > MAX_FILES:
                break
            data = case.repository.peek(path)[:MAX_BYTES]
            if not any(word in data for word in BOARDS) or (path.endswith(".json") and not self._board(data)):
                continue
            if self._two_lines(data.decode("utf-8", errors="replace")):
                return True, path
            first = first or path
        return False, first

    def _board(self, data: bytes) -> bool:
        """Whether a JSON file is a dashboard: its format's version number alone stands in many others."""
        return b'"panels"' in data or any(word in data for word in BOARDS[:-1])

    def _two_lines(self, text: str) -> bool:
        for number, match in enumerate(LINES.finditer(text)):
            if number > 500:
                break
            wanted = 3 if match[1] == "steps" else 2  # the first of Grafana's steps is where its colours begin
            if len(VALUE.findall(self._list(text, match.end()))) >= wanted:
                return True
        return False

    def _list(self, text: str, start: int) -> str:
        """The text of a list up to its closing bracket."""
        depth = 1
        for at in range(start, min(len(text), start + LONGEST)):
            depth += (text[at] == "[") - (text[at] == "]")
            if not depth:
                return text[start:at]
        return text[start : start + LONGEST]
