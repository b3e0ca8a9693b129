"""What the other entries of the root do: why a missing step may only be missing in this file."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.classify.entries import Entries
from barraiser.graph.node import Node
from barraiser.model.pipeline import Pipeline


class Elsewhere:
    """Looks into the root's other entries, on demand. Only entries that run on merged code of the same root are looked at."""

    def __init__(self, entries: Entries, pipeline: Pipeline) -> None:
        self.entries = entries
        self.pipeline = pipeline

    def nodes(self, *kinds: str, classes: Sequence[str] = ()) -> list[Node]:
        """Activities of these kinds (and environment classes, where given) in other entries that no hand-over joins to this one."""
        raise NotImplementedError

    def runs_on_pull_requests(self, *kinds: str) -> list[Node]:
        """Activities of these kinds that an entry (this one too) runs on pull requests or in the merge queue."""
        raise NotImplementedError
