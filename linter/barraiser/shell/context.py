"""In which circumstances a command of a script runs, and what its failure does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from barraiser.model.tri import NO, YES, Tri
from barraiser.shell.command import Command

Softness = tuple[Tri, str]
"""Whether a failure leaves the script's status alone, and what does that, in the script's words."""

HARD: Final[Softness] = (NO, "")
BACKGROUND: Final = "&"
"""What loses the status of a part in the background."""


class Context:
    """What holds where a part of a script runs.

    ``fail``: softness of its failing status. ``status``: the same where the shell does not stop of itself (left of ``&&``), so
    that only the status of the whole counts. ``stop``: softness of leaving the shell with a failure; ``returned``: of
    leaving the function. ``success``: softness of its success, where a ``!`` makes that the failure.
    ``piped``: softness left of a pipe whose statuses are looked at by hand, else None.
    ``suppressed``: what keeps ``set -e`` from working here, else empty. ``rest_fails``: what follows ends in a failure.
    The others are as in :class:`barraiser.shell.command.Command`.
    """

    __slots__ = (
        "background", "condition", "conditional", "fail", "function", "loop", "piped", "polls", "repeats", "rest_fails", "returned",
        "status", "stdin_from", "stop", "success", "suppressed",
    )  # fmt: skip

    def __init__(self) -> None:
        self.fail: Softness = HARD
        self.status: Softness = HARD
        self.stop: Softness = HARD
        self.returned: Softness = HARD
        self.success: Softness = (YES, "!")
        self.piped: Softness | None = None
        self.suppressed = ""
        self.rest_fails = False
        self.conditional = False
        self.condition = ""
        self.background = False
        self.function = ""
        self.loop: Mapping[str, str] = {}
        self.repeats = 1
        self.polls = False
        self.stdin_from: Command | None = None

    def but(self, **changes: Any) -> Context:
        """The same with some things changed."""
        other = Context()
        other.fail = self.fail
        other.status = self.status
        other.stop = self.stop
        other.returned = self.returned
        other.success = self.success
        other.piped = self.piped
        other.suppressed = self.suppressed
        other.rest_fails = self.rest_fails
        other.conditional = self.conditional
        other.condition = self.condition
        other.background = self.background
        other.function = self.function
        other.loop = self.loop
        other.repeats = self.repeats
        other.polls = self.polls
        other.stdin_from = self.stdin_from
        for name, value in changes.items():
            setattr(other, name, value)
        return other

    def under(self, condition: str) -> Context:
        """The same, reached only when a condition holds."""
        both = f"{self.condition} && {condition}" if self.condition else condition
        return self.but(conditional=True, condition=both[:300])

    def shell(self) -> Context:
        """The same in a shell of its own, whose end is this part's status."""
        return self.but(status=self.fail, stop=self.fail, returned=self.fail)
