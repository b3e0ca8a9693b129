"""What identifies a finding over time (design section 6): never a line, a message or a matrix value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from barraiser.checks.result import Finding
from barraiser.model.pipeline import Pipeline

VERSION: Final = "1"


def identity_of(rule: str, pipeline: Pipeline, subject: str, key: str) -> tuple[str, ...]:
    """The parts of a fingerprint: rule id, platform, the pipeline's own name or its file's stem, subject, the rule's key."""
    name = pipeline.name or pipeline.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return (VERSION, rule, pipeline.platform, name, subject, key)


def fingerprint(identity: Sequence[str]) -> str:
    """The first 32 hex digits of SHA-256 over the parts."""
    import hashlib

    return hashlib.sha256("\n".join(identity).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def number(findings: Iterable[Finding]) -> None:
    """Sets the fingerprints of a run's findings, given in path order: the n-th with equal parts gets n appended before hashing."""
    seen: dict[tuple[str, ...], int] = {}
    for finding in findings:
        identity = finding.identity or (VERSION, finding.rule, finding.place.path, finding.subject)
        count = seen[identity] = seen.get(identity, 0) + 1
        finding.numbered(identity, count)
