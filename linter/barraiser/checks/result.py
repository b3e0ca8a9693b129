"""What a run says: findings, verdicts of pipelines, the whole. Reports print these; the policy sets waivers in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barraiser.model.pipeline import Pipeline
from barraiser.model.place import Place

BLOCKED, PASSES, NOT_A_DEPLOYMENT, UNREADABLE = "blocked", "passed", "not-a-deployment", "unreadable"
"""Verdicts of a pipeline (design section 5)."""


class WitnessStep:
    """One step of the way that shows a finding."""

    __slots__ = ("activity", "job", "place")

    def __init__(self, job: str, activity: str, place: Place) -> None:
        self.job = job
        self.activity = activity
        self.place = place


class Waived:
    """Why a finding does not count: ``by`` is ``waiver`` or ``suppression``; ``expires`` an ISO date."""

    __slots__ = ("by", "expires", "owner", "place", "reason", "ticket")

    def __init__(self, by: str, reason: str, expires: str, place: Place, *, owner: str = "", ticket: str = "") -> None:
        self.by = by
        self.reason = reason
        self.expires = expires
        self.place = place
        self.owner = owner
        self.ticket = ticket


class Finding:
    """A failed or unknown answer made concrete; the fields are those of the JSON contract (design section 6).

    ``identity``: what the fingerprint is made of; see :mod:`barraiser.checks.fingerprint`. ``repeated``: this is the n-th of the run
    with that identity.
    """

    __slots__ = (
        "_fingerprint", "fix", "identity", "job", "message", "name", "place", "repeated", "rule", "scenario", "scenarios", "severity",
        "subject", "verdict", "waived", "witness",
    )  # fmt: skip

    def __init__(
        self,
        rule: str,
        name: str,
        severity: str,
        verdict: str,
        message: str,
        place: Place,
        *,
        job: str = "",
        scenario: str = "",
        scenarios: Sequence[str] = (),
        witness: Sequence[WitnessStep] = (),
        fix: str = "",
        fingerprint: str = "",
        subject: str = "",
        identity: Sequence[str] = (),
    ) -> None:
        self.rule = rule
        self.name = name
        self.severity = severity
        self.verdict = verdict
        self.message = message
        self.place = place
        self.job = job
        self.scenario = scenario
        self.scenarios = tuple(scenarios)
        self.witness = tuple(witness)
        self.fix = fix
        self._fingerprint = fingerprint
        self.subject = subject
        self.identity = tuple(identity)
        self.repeated = 1
        self.waived: Waived | None = None

    @property
    def fingerprint(self) -> str:
        """What identifies it over time; made when it is asked for, because few formats show it and hashing is slow to import."""
        if not self._fingerprint and self.identity:
            from barraiser.checks.fingerprint import fingerprint

            self._fingerprint = fingerprint(
                self.identity if self.repeated == 1 else (*self.identity, str(self.repeated))
            )
        return self._fingerprint

    def numbered(self, identity: Sequence[str], repeated: int) -> None:
        """Make it the n-th finding of the run with an identity."""
        self.identity = tuple(identity)
        self.repeated = repeated
        self._fingerprint = ""


class RuleCrash:
    """A rule that raised: ``rule`` is its id, ``error`` the exception in one line. It is a defect of the rule, not of the pipeline."""

    __slots__ = ("error", "path", "rule")

    def __init__(self, rule: str, path: str, error: str) -> None:
        self.rule = rule
        self.path = path
        self.error = error


class PipelineResult:
    """The verdicts of all rules on one pipeline.

    ``verdicts``: rule id to verdict. ``reasons``: rule id to why it passed or was not asked. ``deploys_to_prod``: None when the files
    cannot tell. ``verdict`` is set by the policy, which knows what blocks. ``problems`` of the pipeline make it unreadable.
    ``crashes``: rules that raised; their verdict is unknown, and the run ends with exit status 2.
    """

    __slots__ = ("crashes", "deploys_to_prod", "findings", "pipeline", "reasons", "root", "verdict", "verdicts")

    def __init__(
        self,
        pipeline: Pipeline,
        root: str,
        *,
        verdicts: Mapping[str, str],
        reasons: Mapping[str, str],
        findings: Sequence[Finding],
        deploys_to_prod: bool | None,
        crashes: Sequence[RuleCrash] = (),
    ) -> None:
        self.pipeline = pipeline
        self.root = root
        self.verdicts = dict(verdicts)
        self.reasons = dict(reasons)
        self.findings = list(findings)
        self.deploys_to_prod = deploys_to_prod
        self.crashes = tuple(crashes)
        self.verdict = ""
