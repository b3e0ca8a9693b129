"""The configuration's JSON Schema, asked only when the typed reader has found something wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from barraiser.policy.take import plain
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

PATH = os.path.join(os.path.dirname(__file__), "config.schema.json")


def violations(root: Node | None) -> list[tuple[str, Node | None]]:
    """What the schema says against a configuration: messages with the node that each is about."""
    from jsonschema import Draft202012Validator

    with open(PATH, encoding="utf-8") as file:
        validator: Any = Draft202012Validator(json.load(file))
    found = []
    for error in validator.iter_errors({} if root is None else plain(root, 40)):
        path = [*error.absolute_path]
        where = ".".join(str(part) for part in path)
        found.append((f"{f'`{where}`: ' if where else ''}{error.message[:200]}", _at(root, path)))
    return found


def _at(root: Node | None, path: Iterable[str | int]) -> Node | None:
    """The node that keys and indices lead to, as far as they lead."""
    node = root
    for part in path:
        following: Node | None = None
        if isinstance(node, Mapping) and isinstance(part, str):
            following = node.get(part)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node):
            following = node.items[part]
        if following is None or isinstance(node, Scalar):
            break
        node = following
    return node
