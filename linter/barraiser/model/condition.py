"""What decides whether a job, a step or an activity runs."""

from __future__ import annotations

from typing import Final

from barraiser.model.place import Place
from barraiser.model.tri import YES, Tri


class Condition:
    """What decides whether a job or step runs.

    ``text``: the condition in the platform's words, whitespace normalised, empty when there is none (two equal texts hold
    together). ``runs``: one value per scenario of the pipeline, in its order; an empty tuple means yes in all.
    ``always``: it also runs when what it waits for failed (``always()``, ``!cancelled()``, ``when: always``).
    ``despite``: where ``always`` holds for some steps of its own job alone, the names of those whose failure it runs past; the
    others hold it back all the same. Empty: it runs past all.
    ``demands``: the steps that are allowed to fail, and whose success it asks for all the same: the key of one of its own job, or
    ``JOB#KEY`` of a needed one, by template.
    ``written``: what it asks a needed job for that may fail: ``JOB#KEY#NAME`` for the output NAME, without which it does not hold, and
    which the step KEY of that job writes. What fails before that leaves it empty.
    ``cancelled``: it also runs when the run was cancelled.
    ``on_failure``: it runs only when something before it failed (``failure()``, ``when: on_failure``).
    """

    __slots__ = ("always", "cancelled", "demands", "despite", "on_failure", "place", "runs", "text", "written")

    def __init__(
        self,
        text: str = "",
        runs: tuple[Tri, ...] = (),
        *,
        always: bool = False,
        despite: tuple[str, ...] = (),
        on_failure: bool = False,
        demands: tuple[str, ...] = (),
        written: tuple[str, ...] = (),
        cancelled: bool = False,
        place: Place | None = None,
    ) -> None:
        self.text = text
        self.runs = runs
        self.always = always
        self.despite = despite
        self.on_failure = on_failure
        self.demands = demands
        self.written = written
        self.cancelled = cancelled
        self.place = place

    def in_scenario(self, index: int) -> Tri:
        """Whether it holds in the scenario of that index."""
        return self.runs[index] if self.runs else YES


UNCONDITIONAL: Final = Condition()
