"""The report for people: pipelines with their findings, and the sentence that each ends with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.checks.result import Finding, PipelineResult, WitnessStep
from barraiser.model.words import FAILED, PASSED, UNKNOWN
from barraiser.report.escape import inert, visible, visible_lines
from barraiser.report.paint import SEVERITY_STYLE, VERDICT_STYLE, Paint, wrapped
from barraiser.report.report import Report, gravest_first, sentence

_BODY: Final = "    "


class TextOptions:
    """``width`` in columns; ``show_unknown``: unknowns as findings are shown; ``show_passed``: also what passed, and why."""

    __slots__ = ("colored", "show_passed", "show_unknown", "width")

    def __init__(
        self, *, width: int = 100, colored: bool = False, show_passed: bool = False, show_unknown: bool = False
    ) -> None:
        self.width = width
        self.colored = colored
        self.show_passed = show_passed
        self.show_unknown = show_unknown


def render(report: Report, options: TextOptions) -> str:
    """The report as text."""
    return _Writer(report, options).text()


class _Writer:
    def __init__(self, report: Report, options: TextOptions) -> None:
        self.report = report
        self.options = options
        self.paint = Paint(options.colored)
        self.lines: list[str] = []
        self.explained: set[str] = set()
        self.way = ""

    def text(self) -> str:
        for result in self.report.results:
            self._pipeline(result)
        if self.report.policy_findings:
            self._gap()
            self.lines.append(self.paint(visible(self.report.policy_path), "bold"))
            for finding in self.report.policy_findings:
                self._finding(finding, "")
            self.lines.append("")
        self._summary()
        return "".join(f"{inert(line.rstrip())}\n" for line in self.lines)

    def _pipeline(self, result: PipelineResult) -> None:
        """A pipeline without anything to say is a line, so that long lists stay short."""
        before, self.lines = self.lines, []
        path = visible(self.report.prefix(result) + result.pipeline.path)
        self._body(result)
        body, self.lines = self.lines, before
        name = self.paint(visible(result.pipeline.name) or path, "bold")
        if body:
            kind = f", {result.pipeline.kind}" if result.pipeline.kind else ""
            self._gap()
            self.lines += [f"{self.paint(path, 'bold')} ({result.pipeline.platform}{kind})", "", *body]
        elif result.pipeline.name and len(self.report.results) > 1:
            name += f" ({path})"
        said, _, word = sentence(result).rpartition(": ")
        self.lines.append(f"{name}: {said}: {self.paint(word, VERDICT_STYLE[result.verdict], 'bold')}")
        if body:
            self.lines.append("")

    def _gap(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")

    def _body(self, result: PipelineResult) -> None:
        self.way = ""
        shown = self.report.shown(result, unknown=self.options.show_unknown)
        for finding in gravest_first(shown):
            self._finding(finding, self.report.prefix(result))
        self._waived(result)
        if self.options.show_passed:
            self._passed(result)
        self._unknowns([finding for finding in result.findings if finding not in shown])

    def _finding(self, finding: Finding, prefix: str) -> None:
        place = finding.place
        level = "cannot tell" if finding.verdict == UNKNOWN else finding.severity
        style = "cyan" if finding.verdict == UNKNOWN else SEVERITY_STYLE[finding.severity]
        where = visible(f"{prefix}{place.path}:{place.line}:{place.column}")
        self.lines.append(
            f"{where}  {self.paint(level, style, 'bold')}  {self.paint(finding.rule, 'bold')} {finding.name}"
        )
        self._paragraph(finding.message)
        if finding.rule in self.report.rules and finding.rule not in self.explained:
            self.explained.add(finding.rule)
            from barraiser.checks.documentation import documentation_of

            self._paragraph(documentation_of(self.report.rules[finding.rule]).why, "why: ", "dim")
        if finding.scenarios:
            more = f" (and {len(finding.scenarios) - 1} more)" if len(finding.scenarios) > 1 else ""
            self._paragraph(f"{finding.scenario or finding.scenarios[0]}{more}", "when: ")
        if finding.witness:
            way = _way(finding.witness, place.path)
            self._paragraph("as above" if way == self.way else way, "way: ")
            self.way = way
        self._fix(finding.fix)
        self.lines.append("")

    def _paragraph(self, text: str, label: str = "", style: str = "") -> None:
        for number, part in enumerate(visible_lines(text)):
            first = _BODY + label if number == 0 else None
            lines = wrapped(part, self.options.width, _BODY + " " * len(label), first)
            self.lines += [self.paint(line, style) if style else line for line in lines]

    def _fix(self, fix: str) -> None:
        lines = visible_lines(fix)
        if len(lines) <= 1:
            self._paragraph(fix, "fix: ", "green")
            return
        self.lines.append(self.paint(f"{_BODY}fix:", "green"))
        self.lines += [self.paint(f"{_BODY}  {line}", "green") for line in lines]

    def _waived(self, result: PipelineResult) -> None:
        waived = [finding for finding in result.findings if finding.waived is not None]
        for finding in waived:
            reason = finding.waived
            if reason is not None:
                owner = f", {reason.owner}" if reason.owner else ""
                head = f"  waived  {finding.rule} {finding.name}"
                told = visible(f" until {reason.expires}: {reason.reason}{owner}")
                lines = wrapped(told, self.options.width, _BODY, f"{head} ")
                self.lines += [self.paint(line, "dim") for line in lines]
        if waived:
            self.lines.append("")

    def _passed(self, result: PipelineResult) -> None:
        found = False
        for rule, verdict in result.verdicts.items():
            if verdict == PASSED:
                found = True
                name = self.report.rules[rule].name if rule in self.report.rules else ""
                reason = visible(" ".join(result.reasons.get(rule, "").split()))
                head = f"  {self.paint('passed', 'green')}  {rule} {name}: "
                self.lines += wrapped(reason, self.options.width, _BODY, head)
        if found:
            self.lines.append("")

    def _unknowns(self, hidden: Sequence[Finding]) -> None:
        """One line: how many the files cannot tell, and the declaration that would settle most of them."""
        unknown = [finding for finding in hidden if finding.verdict == UNKNOWN and finding.waived is None]
        if not unknown:
            return
        by_fix: dict[str, list[str]] = {}
        for finding in unknown:
            by_fix.setdefault(" ".join(finding.fix.split()), []).append(finding.rule)
        best = max(by_fix, key=lambda fix: len(by_fix[fix]))
        rules = sorted(set(by_fix[best]))
        head = f"  {self.paint('cannot tell', 'cyan')}  {', '.join(sorted({finding.rule for finding in unknown}))}"
        which = f"; to settle {', '.join(rules)}" if len(by_fix) > 1 else ""
        settled = f"{which}: {best}" if best else ""
        self.lines += [*wrapped(visible(settled), self.options.width, _BODY, head), ""]

    def _summary(self) -> None:
        number = self.report.summary()
        if number["pipelines"] == 0:
            self.lines.append("No pipeline was found.")
        elif number["pipelines"] > 1:
            self._gap()
            words = [word for word in ("blocked", "unreadable", "passed", "not_a_deployment") if number[word]]
            parts = [
                f"{number['pipelines']} pipelines",
                *(f"{number[word]} {word.replace('_', ' ')}" for word in words),
            ]
            self.lines.append(
                f"{', '.join(parts)}; {number['findings']} finding{'' if number['findings'] == 1 else 's'}"
            )
        elif self.lines and not self.lines[-1]:
            self.lines.pop()


def _way(witness: Sequence[WitnessStep], path: str) -> str:
    """The steps of a witness in one line, each with its place: the job once for steps of the same."""
    parts: list[str] = []
    job = ""
    for step in witness:
        place = f"{step.place.line}" if step.place.path == path else f"{step.place.path}:{step.place.line}"
        activity = " ".join(step.activity.split())
        shown = activity if len(activity) <= 50 else activity[:47].rstrip() + "..."
        parts.append(f"{shown} ({place})" if step.job == job else f"{step.job}: {shown} ({place})")
        job = step.job
    return " > ".join(parts)


def statistics(report: Report) -> str:
    """How often each rule is not met, cannot tell and is waived, the most frequent first."""
    rows: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for result in report.results:
        for rule, verdict in result.verdicts.items():
            row = rows.setdefault(rule, [0, 0, 0])
            if verdict in (FAILED, UNKNOWN, "waived"):
                row[(FAILED, UNKNOWN, "waived").index(verdict)] += 1
    for rule in rows:
        names[rule] = report.rules[rule].name if rule in report.rules else ""
    counted = sorted(
        (rule for rule in rows if any(rows[rule])), key=lambda rule: ([-number for number in rows[rule]], rule)
    )
    wide = max((len(names[rule]) for rule in counted), default=0)
    lines = [f"{'rule':<8}{'name':<{wide + 2}}{'not met':>9}{'cannot tell':>13}{'waived':>8}"]
    lines += [
        f"{rule:<8}{names[rule]:<{wide + 2}}{rows[rule][0]:>9}{rows[rule][1]:>13}{rows[rule][2]:>8}" for rule in counted
    ]
    return "\n".join(lines) + "\n" if counted else "No rule has anything to say.\n"
