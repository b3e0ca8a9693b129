"""Variants: the ways in which the undecidable conditions of a template can fall (design section 3a)."""

from __future__ import annotations

from collections.abc import Mapping as Known
from collections.abc import Sequence as Listed
from itertools import product
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.codepipeline.intrinsics import Values, intrinsic
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

MAX_VARIANTS: Final = 8
"""Variants of one pipeline: three independent conditions. What would make more stays maybe in all of them."""

_MAX_COMBINED: Final = 64
_MAX_ASKED: Final = 60
_MAX_NODES: Final = 500
_MAX_CONSTANTS: Final = 10


class Variant:
    """One way in which the conditions can fall: ``assumes`` by name, and the template's ``values`` then."""

    __slots__ = ("assumes", "values")

    def __init__(self, assumes: Known[str, bool], values: Values) -> None:
        self.assumes = assumes
        self.values = values


class _Way:
    """One option of what is unknown: a parameter's value, what an unknown text is taken to be, or a condition itself."""

    __slots__ = ("argument", "decided", "fact")

    def __init__(
        self,
        argument: tuple[str, str] | None = None,
        fact: tuple[str, str | None] | None = None,
        decided: tuple[str, Tri] | None = None,
    ) -> None:
        self.argument = argument
        self.fact = fact
        self.decided = decided


def variants_of(root: Mapping, values: Values, asked: Listed[str]) -> tuple[list[Variant], tuple[str, ...]]:
    """The variants that these conditions make, and those of them that are too many to be told apart.

    Conditions that compare the same parameter are not independent: the parameter is given each value that it is compared with, and,
    where its ``AllowedValues`` admit one, another. ``[]`` where nothing can be told apart.
    """
    asked, beyond = asked[:_MAX_ASKED], asked[_MAX_ASKED:]
    unknowns = list(_unknowns(values, asked).values())
    while unknowns:
        found = _combined(root, values, asked, unknowns)
        if found is not None:
            # A template with few variants still has conditions that no combination decides.
            open_ones = [name for name in asked if all(name not in each.assumes for each in found)]
            return (found if len(found) > 1 else []), (*open_ones, *beyond)
        unknowns.pop()
    return [], (*asked, *beyond)


def _combined(root: Mapping, values: Values, asked: Listed[str], unknowns: Listed[list[_Way]]) -> list[Variant] | None:
    """All combinations that differ in what the conditions come to; None where they are too many."""
    count = 1
    for ways in unknowns:
        count *= len(ways)
        if count > _MAX_COMBINED:
            return None
    merged: dict[tuple[Tri, ...], dict[str, str]] = {}
    for chosen in product(*unknowns):
        arguments = dict(each.argument for each in chosen if each.argument is not None)
        facts = dict(each.fact for each in chosen if each.fact is not None)
        decided = dict(each.decided for each in chosen if each.decided is not None)
        inside = Values(
            root,
            values.bindings,
            arguments={**values.arguments, **arguments},
            decided=decided,
            facts=facts,
            exports=values.exports,
        )
        answers = tuple([inside.holds(name) for name in asked])
        known = merged.get(answers)
        if known is None:
            merged[answers] = arguments
        else:
            merged[answers] = {name: value for name, value in known.items() if arguments.get(name) == value}
        if len(merged) > MAX_VARIANTS:
            return None
    found = []
    for answers, arguments in merged.items():
        holding = {name: answer for name, answer in zip(asked, answers, strict=True) if answer != MAYBE}
        inside = Values(
            root, values.bindings, arguments={**values.arguments, **arguments}, decided=holding, exports=values.exports
        )
        found.append(Variant({name: answer == YES for name, answer in holding.items()}, inside))
    return found


def _unknowns(values: Values, asked: Listed[str]) -> dict[str, list[_Way]]:
    """What the conditions rest on that is unknown, each with its options."""
    compared: dict[str, list[str]] = {}
    found: dict[str, list[_Way]] = {}
    seen: set[str] = set()
    waiting = [(name, *_written(values, name)) for name in reversed(asked)]
    looked_at = 0
    while waiting and looked_at < _MAX_NODES:
        name, node, inside = waiting.pop()
        looked_at += 1
        call = intrinsic(node)
        function, argument = call if call is not None else ("", None)
        operands = argument.items if isinstance(argument, Sequence) else []
        if function == "Condition" and isinstance(argument, Scalar):
            if argument.value not in seen:
                seen.add(argument.value)
                waiting.append((argument.value, *_written(values, argument.value)))
        elif function in ("And", "Or", "Not"):
            waiting += [(name, operand, inside) for operand in reversed(operands)]
        elif function == "Equals" and _compares(inside, operands, compared):
            for text in compared:
                found.setdefault(text, [])
        else:
            found.setdefault(f"condition {name}", [_Way(decided=(name, YES)), _Way(decided=(name, NO))])
    for text, constants in compared.items():
        found[text] = _options(values, text, constants)
    return {key: ways for key, ways in found.items() if len(ways) > 1}


def _written(values: Values, name: str) -> tuple[Node | None, Values]:
    return values.condition(name) or (None, values)


def _compares(values: Values, operands: Listed[Node], compared: dict[str, list[str]]) -> bool:
    """Notes an unknown text and the known one that it is compared with; false where that is not what an ``Equals`` does."""
    if len(operands) != 2 or any(isinstance(each, Mapping | Sequence) and intrinsic(each) is None for each in operands):
        return False
    texts = [values.text(operand) for operand in operands]
    unknown = [text for text in texts if "${" in text]
    if len(unknown) != 1:
        return not unknown  # known on both sides: nothing to find out
    constants = compared.setdefault(unknown[0], [])
    constant = texts[0] if unknown[0] is texts[1] else texts[1]
    if constant not in constants and len(constants) < _MAX_CONSTANTS:
        constants.append(constant)
    return True


def _options(values: Values, text: str, constants: Listed[str]) -> list[_Way]:
    """What an unknown text may be: each of those that it is compared with, and something else."""
    name = text[2:-1] if text.startswith("${") and text.endswith("}") and text.count("${") == 1 else ""
    parameter = values.parameter(name) if name else None
    if parameter is None:
        return [*(_Way(fact=(text, constant)) for constant in constants), _Way(fact=(text, None))]
    listed = parameter.get("AllowedValues")
    allowed = [item.value for item in listed.items if isinstance(item, Scalar)] if isinstance(listed, Sequence) else []
    ways = [_Way(argument=(name, constant)) for constant in constants if not allowed or constant in allowed]
    others = [value for value in allowed if value not in constants]
    if len(others) == 1:
        ways.append(_Way(argument=(name, others[0])))
    elif others or not allowed:
        ways.append(_Way(fact=(text, None)))
    return ways
