"""Steps that are the same in every leg of a matrix: read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.model.pipeline import Step
from barraiser.model.tri import Tri
from barraiser.source.nodes import Mapping, Node, Scalar
from barraiser.source.nodes import Sequence as Items

_VARYING: Final = ("matrix", "strategy", "runner")
"""Contexts that differ between the legs."""

_NEVER: Final = frozenset(("continue-on-error", "background", "parallel"))
"""Keys of steps that change when later ones are read."""


class SharedSteps:
    """The steps of one job that look at nothing in which its legs differ, by their place in the list.

    Asked only where the legs have shell, working directory and variables in common.
    """

    __slots__ = ("_alike", "_found")

    def __init__(self) -> None:
        self._alike: dict[int, bool] = {}
        self._found: dict[tuple[int, str, str], tuple[Step, list[Tri]]] = {}

    def step(self, number: int, shell: str, folder: str) -> tuple[Step, list[Tri]] | None:
        """The step of an earlier leg, and whether it runs, by scenario."""
        return self._found.get((number, shell, folder))

    def keep(self, number: int, node: Mapping, shell: str, folder: str, step: Step, normal: list[Tri]) -> None:
        """Remember a step, if the other legs have the same one."""
        alike = self._alike.get(number)
        if alike is None:
            alike = self._alike[number] = _is_alike(node)
        if alike:
            self._found[number, shell, folder] = (step, normal)


def varies(nodes: Sequence[Node | None]) -> bool:
    """Whether some text looks at what differs between the legs of a matrix."""
    waiting = [node for node in nodes if node is not None]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Scalar):
            text = current.value
            if "$" in text and any(word in text.lower() for word in _VARYING):
                return True
        elif isinstance(current, Items):
            waiting += current.items
        else:
            waiting += [value for _, value in current.pairs]
    return False


def _is_alike(node: Mapping) -> bool:
    """Whether a step is the same in every leg: it looks at no leg, at no earlier step in its condition, and calls nothing of the
    repository's own."""
    if node.has_any(_NEVER):
        return False
    uses, condition = node.text("uses"), node.text("if").lower()
    if uses.strip().startswith((".", "actions/checkout")) or "$" in uses:
        return False
    if any(word in condition for word in ("steps", *_VARYING)):
        return False
    return not varies([node])
