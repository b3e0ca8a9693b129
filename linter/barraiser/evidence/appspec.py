"""CodeDeploy's appspec: the hooks that test a new version before it counts as deployed."""

from __future__ import annotations

from typing import Final

from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Sequence, line_of
from barraiser.source.repository import Repository

NAMES: Final = ("appspec.yml", "appspec.yaml", "appspec.json")

HOOKS: Final = frozenset(
    ("ValidateService", "BeforeAllowTraffic", "AfterAllowTraffic", "AfterAllowTestTraffic", "BeforeAllowTestTraffic")
)
"""Hooks in which something is tested; the others install and start."""


def validates(path: str, repository: Repository) -> tuple[Tri, Place | None]:
    """Whether an appspec has hooks that validate, and where; maybe where it cannot be read."""
    try:
        documents = repository.documents(path) if path else []
    except SourceError:
        documents = []
    root = documents[0].root if documents else None
    if not isinstance(root, Mapping):
        return MAYBE, None
    hooks = root.get("hooks")
    if hooks is None:
        hooks = root.get("Hooks")
    if isinstance(hooks, Mapping):
        pairs = list(hooks)
    elif isinstance(hooks, Sequence):
        pairs = [pair for item in hooks if isinstance(item, Mapping) for pair in item]
    else:
        return NO, None
    for key, value in pairs:
        if key.value in HOOKS and not (isinstance(value, Sequence) and not value.items):
            return YES, line_of(key)
    return NO, None
