"""What a command or an action was found to be, before its environment is known."""

from __future__ import annotations

from collections.abc import Sequence

NAMED, PLACE, TEXT, VALUE = "named", "place", "text", "value"


class Aim:
    """Text that may tell where a deploy goes. ``how``: ``named`` where an environment's name stands (``--stage``), so that weak words
    count; ``place`` for a namespace, a host, a stack's name; ``text`` for a name that speaks of deploying (``deploy:testing``); ``value``
    for any other word: clear words alone count."""

    __slots__ = ("how", "text")

    def __init__(self, text: str, how: str = VALUE) -> None:
        self.text = text
        self.how = how

    @property
    def named(self) -> bool:
        """Whether it stands where an environment's name does."""
        return self.how == NAMED


class Hit:
    """``kind``: an activity's kind. ``default``: the class where nothing names one, with its confidence. ``watch``: it waits for a
    deploy before it. ``noise``: it does nothing of interest and is dropped where the job does something else. ``makes``: the pipeline
    kind that such a deploy speaks for. ``gitops``: it changes a definition that something else rolls out.
    ``sets``: it chooses where later commands of the job go (``kubectl config use-context``), which ``aims`` then tell.
    ``elsewhere``: it starts something that runs elsewhere, so that what the job has chosen tells nothing of it."""

    __slots__ = (
        "aims", "argv", "confidence", "default", "elsewhere", "facts", "gitops", "images", "kind", "makes", "minutes", "noise",
        "opaque", "reason", "sets", "soft_reason", "tool", "watch",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        *,
        confidence: float = 0.85,
        reason: str = "",
        tool: str = "",
        argv: Sequence[str] = (),
        opaque: bool = False,
        noise: bool = False,
    ) -> None:
        self.kind = kind
        self.confidence = confidence
        self.reason = reason
        self.tool = tool
        self.argv = tuple(argv)
        self.opaque = opaque
        self.noise = noise
        self.facts: dict[str, str] = {}
        self.images: list[str] = []
        self.aims: list[Aim] = []
        self.default: tuple[str, float] | None = None
        self.watch = False
        self.sets = False
        self.elsewhere = False
        self.gitops = False
        self.makes = ""
        self.minutes: float | None = None
        self.soft_reason = ""

    def __repr__(self) -> str:
        return f"Hit({self.kind} {self.tool} {self.confidence})"
