"""What every output format prints: the results of a run, with what the policy says about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from barraiser import __version__
from barraiser.checks.result import BLOCKED, NOT_A_DEPLOYMENT, PASSES, UNREADABLE, Finding, PipelineResult
from barraiser.checks.rule import Rule
from barraiser.model.place import Place
from barraiser.model.words import FAILED, NOT_APPLICABLE, PASSED, SEVERITIES, UNKNOWN, WAIVED

HOME_URL: Final = "https://barraiser.github.io/barraiser"
"""Where the rules are explained: ``HOME_URL/rules/ID``."""


class Report:
    """A whole run. ``results`` in the order of their paths; ``policy_findings``: what belongs to no pipeline (GOV002 of a waiver).

    ``policy_path``: the configuration, as shown, empty without one; ``policy_origin``: file or none. ``prefixes``: root to what is put
    before its paths (empty in a run over one root, else the way from the working folder). ``rules``: those that were asked, by id.
    ``evidence_required``: the roots in which what the files cannot tell blocks.
    """

    __slots__ = (
        "as_of", "evidence_required", "policy_findings", "policy_origin", "policy_path", "prefixes", "profile",
        "results", "rules", "version",
    )  # fmt: skip

    def __init__(
        self,
        results: Sequence[PipelineResult],
        *,
        rules: Mapping[str, type[Rule]],
        profile: str = "basic",
        as_of: str = "",
        policy_path: str = "",
        policy_origin: str = "none",
        policy_findings: Sequence[Finding] = (),
        prefixes: Mapping[str, str] | None = None,
        evidence_required: Collection[str] = (),
    ) -> None:
        self.version = __version__
        self.results = list(results)
        self.rules = dict(rules)
        self.profile = profile
        self.as_of = as_of
        self.policy_path = policy_path
        self.policy_origin = policy_origin
        self.policy_findings = list(policy_findings)
        self.prefixes: Mapping[str, str] = prefixes or {}
        self.evidence_required = frozenset(evidence_required)

    def prefix(self, result: PipelineResult) -> str:
        """What stands before the paths of a result."""
        return self.prefixes.get(result.root, "")

    def shown(self, result: PipelineResult, *, unknown: bool = False) -> list[Finding]:
        """The findings of a result that every format shows: not met and not waived; those that the files cannot tell where they
        block, or where ``unknown`` asks for them."""
        unknown = unknown or result.root in self.evidence_required
        return [
            finding
            for finding in result.findings
            if finding.waived is None and (finding.verdict == FAILED or (unknown and finding.verdict == UNKNOWN))
        ]

    def summary(self) -> dict[str, int]:
        """The counts of the JSON contract. ``findings``: failed ones that are not waived, the policy's own included."""
        verdicts = [result.verdict for result in self.results]
        return {
            "pipelines": len(verdicts),
            "blocked": verdicts.count(BLOCKED),
            "passed": verdicts.count(PASSES),
            "not_a_deployment": verdicts.count(NOT_A_DEPLOYMENT),
            "unreadable": verdicts.count(UNREADABLE),
            "findings": sum(len(not_met(result.findings)) for result in self.results)
            + len(not_met(self.policy_findings)),
        }


def not_met(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that say that a rule is not met, and that nothing waives."""
    return [finding for finding in findings if finding.verdict == FAILED and finding.waived is None]


def gravest_first(findings: Sequence[Finding]) -> list[Finding]:
    """Findings as people should read them: errors, warnings, infos, each in the order of the catalogue."""
    return sorted(findings, key=lambda finding: -SEVERITIES.index(finding.severity))


def counts(result: PipelineResult) -> dict[str, int]:
    """How many rules have which verdict."""
    verdicts = list(result.verdicts.values())
    return {
        "checked": len(verdicts),
        "passed": verdicts.count(PASSED),
        "failed": verdicts.count(FAILED),
        "unknown": verdicts.count(UNKNOWN),
        "not_applicable": verdicts.count(NOT_APPLICABLE),
        "waived": verdicts.count(WAIVED),
    }


def title(result: PipelineResult) -> str:
    """What a pipeline is called in a report: its own name, else its path."""
    return result.pipeline.name or result.pipeline.path


def sentence(result: PipelineResult) -> str:
    """``24 rules checked, 7 not met, 1 cannot tell: BLOCKED``: what follows a pipeline's name."""
    if result.verdict == UNREADABLE:
        return "cannot be read, so nothing of it was checked: UNREADABLE"
    number = counts(result)
    checked = number["checked"]
    if result.verdict == NOT_A_DEPLOYMENT:
        # Only a few rules are asked of it: the others must not look as if they had been.
        checked -= number["not_applicable"]
    parts = [f"{checked} rule{'' if checked == 1 else 's'} checked", f"{number['failed']} not met"]
    if number["unknown"]:
        parts.append(f"{number['unknown']} cannot tell")
    if number["waived"]:
        parts.append(f"{number['waived']} waived")
    word = {BLOCKED: "BLOCKED", PASSES: "PASSED", NOT_A_DEPLOYMENT: "NOT A DEPLOYMENT"}.get(result.verdict, "")
    return f"{', '.join(parts)}: {word}"


def located(place: Place, prefix: str) -> dict[str, object]:
    """A place as the JSON contract has it."""
    return {"path": prefix + place.path, "line": place.line, "column": place.column, "end_line": place.end_line}


def help_uri(rule: str) -> str:
    """Where a rule is explained."""
    return f"{HOME_URL}/rules/{rule}"
