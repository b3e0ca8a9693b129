"""What a rule says about one subject in one scenario."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.graph.node import Node
from barraiser.model.place import Place


class Answer:
    """Made by the methods of :class:`barraiser.checks.case.Case`, not by hand.

    ``verdict``: passed, failed, unknown or not-applicable. ``message``: what is missing and why it matters, or why it passed.
    ``place``: where a finding stands. ``way``: the witness. ``fix``: what to write; for unknown, the line of configuration that would
    settle it. ``severity``: overrides the rule's. ``because``: the rule that speaks instead. ``key``: the rule's own part of the
    fingerprint. ``rests_on``: the nodes whose classification the verdict depends on; the least certain may lower the severity.
    """

    __slots__ = ("because", "fix", "key", "message", "place", "rests_on", "severity", "verdict", "way")

    def __init__(
        self,
        verdict: str,
        message: str,
        place: Place,
        *,
        way: Sequence[Node] = (),
        fix: str = "",
        severity: str = "",
        because: str = "",
        key: str = "",
        rests_on: Sequence[Node] = (),
    ) -> None:
        self.verdict = verdict
        self.message = message
        self.place = place
        self.way = tuple(way)
        self.fix = fix
        self.severity = severity
        self.because = because
        self.key = key
        self.rests_on = tuple(rests_on)
