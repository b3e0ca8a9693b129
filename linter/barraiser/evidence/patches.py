"""Patches of Kubernetes objects: laid over what they patch, as ``kustomize`` does it, as far as the rollout depends on it."""

from __future__ import annotations

from typing import Final

from barraiser.evidence.definition import Definition, below, literal
from barraiser.evidence.kubernetes import read_object
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

_MAX_DEPTH: Final = 20
_MAX_PAIRS: Final = 2_000
_MAX_OPERATIONS: Final = 200


class Patch:
    """``body``: the patch, a part of an object or a list of operations; ``kind`` and ``name``: of the objects that it is for (empty:
    any)."""

    __slots__ = ("body", "kind", "name")

    def __init__(self, body: Node, kind: str, name: str) -> None:
        self.body = body
        self.kind = kind
        self.name = name

    def fits(self, definition: Definition) -> bool:
        """Whether it is for that object."""
        kind = literal(below(definition.body, "kind"))
        return (not self.kind or self.kind == kind) and (not self.name or self.name == definition.name)


def patch_of(body: Node | None, target: Node | None) -> Patch | None:
    """A patch with its target, which stands beside it or is what the patch names; None for what is no patch."""
    if not isinstance(body, Mapping | Sequence):
        return None
    kind = literal(below(target, "kind")) or literal(below(body, "kind"))
    # The name of a target is a pattern, and the name in the patch counts only without a target.
    name = literal(below(target, "name")) if target is not None else literal(below(body, "metadata", "name"))
    return Patch(body, kind, "" if any(each in name for each in "*.|[(") else name)


def patched(definition: Definition, patch: Patch) -> Definition | None:
    """The object with a patch laid over it; None where what becomes of it cannot be told."""
    root = definition.body
    if not isinstance(root, Mapping):
        return None
    made = _operated(root, patch.body) if isinstance(patch.body, Sequence) else _over(root, patch.body, 0)
    found = read_object(made) if isinstance(made, Mapping) else None
    if found is not None:
        found.name = definition.name
    return found


def _over(base: Node | None, patch: Node, depth: int) -> Node | None:
    """A mapping over a mapping, key by key; anything else replaces what was there, and null takes it away."""
    if isinstance(patch, Scalar) and patch.is_null():
        return None
    if not isinstance(base, Mapping) or not isinstance(patch, Mapping) or depth > _MAX_DEPTH:
        return patch
    how = literal(patch.get("$patch"))
    if how == "delete":
        return None
    pairs = dict[str, tuple[Scalar, Node]]() if how == "replace" else {key.value: (key, value) for key, value in base}
    for key, value in patch.pairs[:_MAX_PAIRS]:
        if key.value.startswith("$"):
            continue
        old = pairs.get(key.value)
        laid = _over(old[1] if old else None, value, depth + 1)
        if laid is None:
            pairs.pop(key.value, None)
        else:
            pairs[key.value] = (old[0] if old else key, laid)
    return _mapping(base, list(pairs.values()))


def _mapping(like: Mapping, pairs: list[tuple[Scalar, Node]]) -> Mapping:
    made = Mapping(like.path, like.line, like.column, like.tag)
    made.end_line = like.end_line
    made.pairs = pairs
    return made


def _operated(root: Mapping, operations: Sequence) -> Node | None:
    """JSON patch operations on keys; None where one goes into a list that may decide how the object is rolled out."""
    current: Node = root
    for operation in operations.items[:_MAX_OPERATIONS]:
        path = literal(below(operation, "path"))
        keys = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
        what, value = literal(below(operation, "op")), below(operation, "value")
        if not keys or keys[0] not in ("spec", "metadata") or keys[:2] == ["spec", "template"]:
            continue
        if what not in ("add", "replace", "remove"):
            return None
        made = _set(current, keys, value if what != "remove" else None, 0)
        if made is None:
            return None
        current = made
    return current


def _set(node: Node, keys: list[str], value: Node | None, depth: int) -> Node | None:
    if not isinstance(node, Mapping) or depth > _MAX_DEPTH:
        return None
    pairs = {key.value: (key, old) for key, old in node}
    first = keys[0]
    if len(keys) > 1:
        old = pairs.get(first)
        laid = _set(old[1], keys[1:], value, depth + 1) if old is not None else None
        if old is None or laid is None:
            return None
        pairs[first] = (old[0], laid)
    elif value is None:
        pairs.pop(first, None)
    else:
        key = pairs[first][0] if first in pairs else Scalar(first, value.path, value.line, value.column, value.end_line)
        pairs[first] = (key, value)
    return _mapping(node, list(pairs.values()))
