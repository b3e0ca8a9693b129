"""Inputs of a manual run and of a called workflow: their values, and how a manual run is split by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from barraiser.platforms.github.values import EITHER, Object, Unknown, Value
from barraiser.source.nodes import Mapping, Node, Scalar
from barraiser.source.nodes import Sequence as Items

MAX_SPLIT: Final = 16
"""Combinations of inputs into which a manual run is split (design 3a)."""

_INPUT: Final = re.compile(r"inputs(?:\.|\['|\[\")([A-Za-z_][A-Za-z0-9_-]*)")


def inputs_in(texts: Iterable[str]) -> set[str]:
    """The names of the inputs that texts mention, in lower case."""
    return {name.lower() for text in texts if "inputs" in text for name in _INPUT.findall(text)}


def manual_runs(settings: Mapping | None, used: set[str]) -> Iterator[tuple[str, dict[str, str], Object, Object]]:
    """Name, fixed values, ``inputs`` and ``github.event.inputs`` of each way of starting a workflow by hand."""
    declared = settings.mapping("inputs") if settings else None
    choices: list[tuple[str, list[str], bool]] = []
    count = 1
    for key, node in declared or ():
        values = _choices(node)
        if key.value.lower() in used and values and count * len(values) <= MAX_SPLIT:
            choices.append((key.value, values, isinstance(node, Mapping) and node.text("type") == "boolean"))
            count *= len(values)
    for number in range(count):
        fixed: dict[str, str] = {}
        known: dict[str, Value] = {}
        rest = number
        for name, values, boolean in reversed(choices):
            rest, at = divmod(rest, len(values))
            fixed[name] = values[at]
            known[name.lower()] = values[at] == "true" if boolean else values[at]
        fixed = {name: fixed[name] for name, _, _ in choices}
        told = ", ".join(f"{name}={value}" for name, value in fixed.items())
        whole = declared_inputs(settings)
        as_text: dict[str, Value] = {}
        for name, value in whole.values.items():
            as_text[name] = Unknown(("true", "false")) if value is EITHER else value
        whole.values.update(known)
        as_text.update({name.lower(): value for name, value in fixed.items()})
        yield f"manual run ({told})" if told else "manual run", fixed, whole, Object(as_text)


def _choices(node: Node) -> list[str]:
    """The values that a choice or boolean input can have; none for free ones."""
    if not isinstance(node, Mapping):
        return []
    kind = node.text("type")
    if kind == "boolean":
        return ["true", "false"]
    options = node.sequence("options")
    if kind != "choice" or options is None:
        return []
    return list(dict.fromkeys(item.value for item in options if isinstance(item, Scalar)))


def declared_inputs(settings: Mapping | None) -> Object:
    """The ``inputs`` context where nothing is known of the values but their types."""
    values: dict[str, Value] = {}
    for key, node in (settings.mapping("inputs") if settings else None) or ():
        values[key.value.lower()] = unknown_input(key.value, node)
    return Object(values)


def unknown_input(name: str, node: Node) -> Value:
    """An input that may have any value of its type."""
    text = f"${{{{ inputs.{name} }}}}"
    if isinstance(node, Mapping):
        kind = node.text("type")
        if kind == "boolean":
            return EITHER
        options = node.sequence("options")
        if kind == "choice" and isinstance(options, Items):
            found = list(dict.fromkeys(item.value for item in options if isinstance(item, Scalar)))
            if 0 < len(found) <= 32:
                return Unknown(tuple(found), text=text)
    return Unknown(text=text)
