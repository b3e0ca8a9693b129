"""An environment that a job or activity works on."""

from __future__ import annotations

from barraiser.model.place import Place


class EnvironmentKey:
    """What the file says about a job's environment, constants propagated (design section 3).

    ``name`` may hold what could not be resolved (``${{ inputs.env }}``, ``$ENV``); ``resolved`` tells.
    ``action`` is GitLab's ``environment:action`` (start, prepare, verify, access, stop), ``tier`` its ``deployment_tier``;
    ``counts_as``: the tier that the platform itself makes of it, declared or guessed from the name (empty: it has no tiers).
    ``may_wait``: the platform can keep a wait timer for it, in settings that no file shows.
    """

    __slots__ = ("action", "counts_as", "may_wait", "name", "place", "resolved", "tier", "url")

    def __init__(
        self,
        name: str,
        place: Place,
        *,
        resolved: bool = True,
        action: str = "start",
        tier: str = "",
        url: str = "",
        counts_as: str = "",
        may_wait: bool = False,
    ) -> None:
        self.name = name
        self.place = place
        self.resolved = resolved
        self.action = action
        self.tier = tier
        self.url = url
        self.counts_as = counts_as
        self.may_wait = may_wait


class Environment:
    """A classified environment: ``name`` as found, class of design section 2, confidence 0..1, and the reason for it."""

    __slots__ = ("cls", "confidence", "name", "place", "reason")

    def __init__(self, name: str, cls: str, confidence: float, reason: str = "", place: Place | None = None) -> None:
        self.name = name
        self.cls = cls
        self.confidence = confidence
        self.reason = reason
        self.place = place

    def __repr__(self) -> str:
        return f"Environment({self.name!r}, {self.cls}, {self.confidence})"
