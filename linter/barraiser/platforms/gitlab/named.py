"""What the conditions of a configuration name: branches, tags, sources, and what a person may choose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from barraiser.platforms.gitlab.drafts import Config
from barraiser.platforms.gitlab.expressions import input_name, parse
from barraiser.platforms.gitlab.inputs import written
from barraiser.platforms.gitlab.reading import given
from barraiser.platforms.gitlab.starts import Choice, Named
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

_NAME: Final = re.compile(r"\w+")


def named_in(config: Config) -> Named:
    """What all conditions of a configuration and its includes name."""
    named = Named()
    constants = {name: variable.raw for name, variable in config.variables.items() if variable.raw}
    rules: list[Node | None] = [config.workflow.get("rules") if config.workflow is not None else None]
    for chains in config.loaded.conditions.values():
        rules += [rule for chain in chains for rule in chain]
    refs: list[Node | None] = []
    for draft in config.drafts:
        own = draft.keywords.own
        rules.append(own.get("rules"))
        for word in ("only", "except"):
            policy = given(own.get(word))
            refs.append(policy.get("refs") if isinstance(policy, Mapping) else policy)
            if isinstance(policy, Mapping):
                for item in _items(policy.get("variables")):
                    named.look_at(parse(written(item)), constants)
    for node in rules:
        for condition in _conditions(node):
            named.look_at(parse(written(condition)), constants)
    for node in refs:
        for item in [node] if isinstance(node, Scalar) else _items(node):
            named.look_at_ref(item.value)
    return named


def _conditions(node: Node | None, depth: int = 0) -> Iterator[Scalar]:
    if isinstance(node, Sequence) and depth < 12:
        for item in node.items:
            yield from _conditions(item, depth + 1)
    elif isinstance(node, Mapping):
        condition = given(node.get("if"))
        if isinstance(condition, Scalar):
            yield condition


def _items(node: Node | None, depth: int = 0) -> Iterator[Scalar]:
    if isinstance(node, Sequence) and depth < 12:
        for item in node.items:
            if isinstance(item, Scalar):
                yield item
            else:
                yield from _items(item, depth + 1)


def choices_of(config: Config, named: Named) -> list[Choice]:
    """What a person may choose when starting the pipeline, as far as conditions and environments depend on it."""
    used = set(named.variables)
    for draft in config.drafts:
        environment = draft.keywords.get("environment")
        name = environment.get("name") if isinstance(environment, Mapping) else environment
        if isinstance(name, Scalar) and "$" in written(name):
            used.update(_NAME.findall(written(name)))
            used.update(f"inputs.{word}" for word in _NAME.findall(written(name)))
    found: list[Choice] = []
    for word, variable in config.variables.items():
        if word in used:
            if "$[[" in variable.original and input_name(variable.original):
                used.add(f"inputs.{input_name(variable.original)}")
            elif variable.prefilled:
                found.append(Choice(f"={word}", word, variable.options))
    inputs = config.loaded.inputs
    for key, definition in inputs.pairs if inputs is not None else ():
        if f"inputs.{key.value}" in used:
            found.append(_input(key.value, definition))
    return found


def _input(name: str, definition: Node) -> Choice:
    values: tuple[str, ...] = ()
    default: str | None = None
    if isinstance(definition, Mapping):
        options = definition.sequence("options")
        if options is not None:
            values = tuple(item.value for item in options.items if isinstance(item, Scalar))
        elif definition.text("type") == "boolean":
            values = ("true", "false")
        given_default = given(definition.get("default"))
        default = given_default.value if isinstance(given_default, Scalar) else None
    return Choice(f"inputs.{name}", name, values, default)
