"""A line on standard error that tells how far a long run is, where somebody watches."""

from __future__ import annotations

import sys
import time

QUIET_SECONDS = 2.0
"""A run that takes less shows nothing."""

EVERY_SECONDS = 0.2


class Progress:
    """Counts what is done. Shows it only on a terminal, and only when it takes long."""

    __slots__ = ("_done", "_next", "_shown", "_what")

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = 0
        self._shown = False
        self._next = time.monotonic() + QUIET_SECONDS if sys.stderr.isatty() else float("inf")

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY_SECONDS
            self._shown = True
            sys.stderr.write(f"\r{self._done} {self._what} checked ")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False
