"""Waivers of the configuration: a rule set aside for a time, for one pipeline."""

from __future__ import annotations

from barraiser.checks.result import Finding
from barraiser.model.pipeline import Pipeline
from barraiser.model.place import Place
from barraiser.source.patterns import matches


class Waiver:
    """``waivers:`` as written; what is absent is empty. ``path``: path or pattern of a pipeline, or of a file that it is made of."""

    __slots__ = ("expires", "job", "owner", "path", "place", "reason", "rule", "ticket")

    def __init__(
        self,
        place: Place,
        *,
        rule: str = "",
        path: str = "",
        job: str = "",
        reason: str = "",
        owner: str = "",
        ticket: str = "",
        expires: str = "",
    ) -> None:
        self.place = place
        self.rule = rule
        self.path = path
        self.job = job
        self.reason = reason
        self.owner = owner
        self.ticket = ticket
        self.expires = expires

    def covers(self, finding: Finding, pipeline: Pipeline) -> bool:
        """Whether a finding of a pipeline is meant: by rule, path and, where it is given, the job or its template."""
        return (
            self.rule in (finding.rule, finding.name)
            and (matches(self.path, pipeline.path) or matches(self.path, finding.place.path))
            and (not self.job or finding.job == self.job or finding.job.startswith(f"{self.job} ("))
        )
