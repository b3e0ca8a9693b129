"""From rules' verdicts to a pipeline's verdict: waivers, suppressions, and what blocks (design section 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barraiser.checks.result import (
    BLOCKED,
    NOT_A_DEPLOYMENT,
    PASSES,
    UNREADABLE,
    Finding,
    PipelineResult,
    Waived,
)
from barraiser.model.declarations import Declarations
from barraiser.model.words import FAILED, NOT_APPLICABLE, PASSED, SEVERITIES, UNKNOWN, WAIVED
from barraiser.policy.hygiene import GOV002, Hygiene
from barraiser.policy.suppressions import Suppression, job_place
from barraiser.policy.waivers import Waiver

PROBLEM_RULE, PROBLEM_NAME = "READ", "readable"
"""The id and name of findings about a file itself. It is no rule: nothing selects, ignores or waives it."""

KEPT_KINDS = ("static-site", "library-publish")
"""Kinds whose pipelines are judged though they do not deploy to production."""


class Policy:
    """What decides whether results block: the waivers that have an effect, the day, and from which severity on."""

    def __init__(
        self, waivers: Sequence[Waiver], hygiene: Hygiene, declared: Declarations, *, fail_on: str = "error"
    ) -> None:
        self.hygiene = hygiene
        self.waivers = [waiver for waiver in waivers if not hygiene.wrong_with_waiver(waiver)]
        self.findings = hygiene.of_waivers(waivers)
        self.evidence_required = declared.evidence_required
        self.fail_on = fail_on

    def settle(
        self, results: Sequence[PipelineResult], suppressions: Mapping[str, Sequence[Suppression]], *, whole: bool
    ) -> None:
        """Set waivers, GOV002's findings and the verdict in the results of one root, which come in path order.

        ``suppressions``: by path of the file. ``whole``: every pipeline of the root is among the results, so that a comment in a
        shared file that nothing needs is one that nothing needs.
        """
        effective = {
            path: [one for one in found if not self.hygiene.wrong_with_suppression(one)]
            for path, found in suppressions.items()
            if found
        }
        for result in results:
            _add_problems(result)
            for finding in result.findings:
                self._waive(finding, result, effective)
        self._report_hygiene(results, suppressions, whole)
        for result in results:
            _merge_waived(result)
            result.verdict = self._verdict(result)

    def blocks(self, finding: Finding) -> bool:
        """Whether a finding blocks: not waived, grave enough, and failed, or unknown where evidence is required."""
        return (
            finding.waived is None
            and (finding.verdict == FAILED or (finding.verdict == UNKNOWN and self.evidence_required))
            and SEVERITIES.index(finding.severity) >= SEVERITIES.index(self.fail_on)
        )

    def _verdict(self, result: PipelineResult) -> str:
        if any(problem.fatal for problem in result.pipeline.problems):
            return UNREADABLE
        if any(self.blocks(finding) for finding in result.findings):
            return BLOCKED
        if result.deploys_to_prod is False and result.pipeline.kind not in KEPT_KINDS:
            return NOT_A_DEPLOYMENT
        return PASSES

    def _waive(
        self, finding: Finding, result: PipelineResult, suppressions: Mapping[str, Sequence[Suppression]]
    ) -> None:
        if finding.rule in (GOV002, PROBLEM_RULE):
            return
        for waiver in self.waivers:
            if waiver.covers(finding, result.pipeline):
                finding.waived = Waived(
                    "waiver", waiver.reason, waiver.expires, waiver.place, owner=waiver.owner, ticket=waiver.ticket
                )
                return
        if not suppressions:
            return
        own_job = job_place(finding, result.pipeline)
        paths = {finding.place.path, own_job.path if own_job else ""}
        for path in sorted(paths & suppressions.keys()):
            for suppression in suppressions[path]:
                if suppression.covers(finding, own_job):
                    suppression.used = True
                    if finding.waived is None:
                        finding.waived = Waived(
                            "suppression", suppression.reason, suppression.until, suppression.place, owner=suppression.owner
                        )  # fmt: skip

    def _report_hygiene(
        self, results: Sequence[PipelineResult], suppressions: Mapping[str, Sequence[Suppression]], whole: bool
    ) -> None:
        """Put each suppression's finding into the first pipeline that is made of its file."""
        for path in sorted(path for path, found in suppressions.items() if found):
            made_of = [result for result in results if path in result.pipeline.files]
            if not made_of:
                continue
            for suppression in suppressions[path]:
                finding = self.hygiene.of_suppression(suppression)
                if finding is None and not self.hygiene.wrong_with_suppression(suppression) and not suppression.used:
                    seen_whole = whole or all(result.pipeline.path == path for result in made_of)
                    if seen_whole and self._was_asked(suppression, made_of):
                        finding = self.hygiene.of_unused(suppression)
                if finding is not None:
                    made_of[0].findings.append(finding)
                    made_of[0].verdicts[GOV002] = FAILED

    def _was_asked(self, suppression: Suppression, results: Sequence[PipelineResult]) -> bool:
        """Whether each of a suppression's rules was decided by every pipeline that is made of its file."""
        ids = [self.hygiene.rule_id(word) for word in suppression.rules]
        return all(result.verdicts.get(id) in (PASSED, FAILED, WAIVED) for id in ids for result in results)


def _add_problems(result: PipelineResult) -> None:
    """What is wrong with the file itself, as findings before all others."""
    if any(finding.rule == PROBLEM_RULE for finding in result.findings):
        return
    result.findings[:0] = [
        Finding(
            PROBLEM_RULE,
            PROBLEM_NAME,
            "error" if problem.fatal else "warning",
            FAILED,
            problem.message,
            problem.place,
            fix=problem.fix,
        )
        for problem in result.pipeline.problems
    ]


def _merge_waived(result: PipelineResult) -> None:
    """A rule's verdict is ``waived`` only if every finding of it is; else the findings that count decide."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in result.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    for rule, findings in by_rule.items():
        if rule not in result.verdicts or not any(finding.waived for finding in findings):
            continue
        counting = [finding.verdict for finding in findings if finding.waived is None]
        if not counting:
            result.verdicts[rule] = WAIVED
        else:
            result.verdicts[rule] = next(word for word in (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE) if word in counting)
