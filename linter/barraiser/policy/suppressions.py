"""Suppressions: a comment ``# barraiser: ignore[BAK001] reason="..." until=2027-01-31`` that sets rules aside where it stands."""

from __future__ import annotations

import re

from barraiser.checks.result import Finding
from barraiser.model.pipeline import Pipeline
from barraiser.model.place import Place
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

MARK = b"barraiser: ignore"
"""Bytes without which a file holds no suppression."""

_COMMENT = r"(?:#|//)[ \t]*barraiser:[ \t]*ignore(?![A-Za-z0-9_-])(\[[^\]\n]{0,500}\]?)?([^\n]{0,2000})"
_WORD = r'([A-Za-z_-]{1,40})=(?:"([^"\n]{0,1000})"|\'([^\'\n]{0,1000})\'|([^\s"\']{1,200}))'
"""Patterns that are compiled when a file has a suppression."""


class Suppression:
    """One comment. ``rules``: the ids or names in its brackets; ``lines``: the lines that it speaks for, its own and, if it stands
    alone, the next that is no comment. ``used``: it has waived a finding. ``new_since``: the revision that decides and does not
    hold it, else empty."""

    __slots__ = ("lines", "new_since", "owner", "place", "reason", "rules", "until", "used")

    def __init__(
        self, place: Place, rules: tuple[str, ...], lines: tuple[int, ...], reason: str, until: str, owner: str
    ) -> None:
        self.place = place
        self.rules = rules
        self.lines = lines
        self.reason = reason
        self.until = until
        self.owner = owner
        self.used = False
        self.new_since = ""

    def covers(self, finding: Finding, job_place: Place | None) -> bool:
        """Whether a finding is meant: its rule is named, and the comment stands on its line, above it, or so at its job."""
        if finding.rule not in self.rules and finding.name not in self.rules:
            return False
        own = self.place.path
        return (finding.place.path == own and finding.place.line in self.lines) or (
            job_place is not None and job_place.path == own and job_place.line in self.lines
        )


def suppressions_in(path: str, repository: Repository) -> list[Suppression]:
    """The suppressions that a file of the root holds, in the order of its lines; none where it cannot be read."""
    if MARK not in repository.peek(path):
        return []
    try:
        lines = repository.lines(path)
    except SourceError:
        return []
    return suppressions_of(lines, path)


def suppressions_of(lines: list[str], path: str) -> list[Suppression]:
    """The suppressions in a file's lines."""
    found = []
    for number, line in enumerate(lines, 1):
        if "barraiser:" not in line:
            continue
        match = re.search(_COMMENT, line)
        if match is None:
            continue
        words = {word[1]: word[2] or word[3] or word[4] or "" for word in re.finditer(_WORD, match[2])}
        rules = tuple(part.strip() for part in (match[1] or "").strip("[]").split(",") if part.strip())
        alone = not line[: match.start()].strip()
        covered = (number, _next_line(lines, number)) if alone else (number,)
        found.append(
            Suppression(
                Place(path, number, match.start() + 1),
                rules,
                covered,
                words.get("reason", "").strip(),
                words.get("until", ""),
                words.get("owner", ""),
            )
        )
    return found


def job_place(finding: Finding, pipeline: Pipeline) -> Place | None:
    """Where the job of a finding stands."""
    if not finding.job:
        return None
    for job in pipeline.jobs:
        if job.own_id == finding.job:
            return job.place
    return None


def _next_line(lines: list[str], number: int) -> int:
    """The next line after ``number`` that is no comment of its own: several suppressions may stand above one line."""
    at = number
    while at < len(lines) and lines[at].lstrip().startswith(("#", "//")) and at < number + 20:
        at += 1
    return at + 1
