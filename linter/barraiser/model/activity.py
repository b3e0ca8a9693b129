"""One thing that a job does, classified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.environment import Environment
from barraiser.model.place import Place
from barraiser.model.tri import NO, Tri

ALLOWED_STEP: Final = "continue-on-error"
"""The ``soft_reason`` of an activity that is soft because its step is allowed to fail, and for nothing in the step."""


class Activity:
    """One thing that a job does, in order (design section 2).

    ``kind``: a word of :data:`barraiser.model.words.ACTIVITY_KINDS`; ``environment``: set when it deploys, and where a test or
    gate is known to look at one. ``text``: the command or action as a reader would quote it, on one line.
    ``argv``: the command's words, variables resolved where they are constants; empty for an action. ``tool``: what does it
    (kubectl, helm, terraform, ``aws ecs``, an action's name without version). ``minutes``: the bake that it is.
    ``soft``: its failure does not stop the job (``|| true``, ``continue-on-error``), and ``soft_reason`` with ``soft_place``
    says what does it; ``softs``: the same by scenario, where they differ.
    ``step``: index in the job's steps. ``opaque``: the program cannot be read (in-house script or CLI).
    ``conditional``: only one branch of the script runs it; ``background``: what stands behind it in the script may start before it ends.
    ``condition``: its step's own condition (not the job's). ``facts``: neutral facts that rules ask for, by name; see
    :mod:`barraiser.classify.facts` for the names. ``images``: artifact references that a deploy names.
    """

    __slots__ = (
        "argv", "background", "condition", "conditional", "confidence", "environment", "facts", "images", "kind", "minutes", "opaque",
        "place", "reason", "soft", "soft_place", "soft_reason", "softs", "step", "text", "tool",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        place: Place,
        *,
        text: str = "",
        confidence: float = 0.85,
        reason: str = "",
        environment: Environment | None = None,
        argv: Sequence[str] = (),
        tool: str = "",
        minutes: float | None = None,
        step: int = 0,
        soft: Tri = NO,
        soft_reason: str = "",
        soft_place: Place | None = None,
        opaque: bool = False,
        conditional: bool = False,
        condition: Condition = UNCONDITIONAL,
        facts: Mapping[str, str] | None = None,
        images: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self.place = place
        self.text = text
        self.confidence = confidence
        self.reason = reason
        self.environment = environment
        self.argv = tuple(argv)
        self.tool = tool
        self.minutes = minutes
        self.step = step
        self.soft = soft
        self.soft_reason = soft_reason
        self.soft_place = soft_place
        self.softs: tuple[Tri, ...] = ()
        self.opaque = opaque
        self.conditional = conditional
        self.background = False
        self.condition = condition
        self.facts: Mapping[str, str] = facts or {}
        self.images = tuple(images)

    def __repr__(self) -> str:
        where = f" {self.environment.cls}" if self.environment else ""
        return f"Activity({self.kind}{where} {self.text[:40]!r} {self.place})"
