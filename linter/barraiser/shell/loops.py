"""How often a loop's body runs, and over which values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.shell.outcome import BREAKS, EXITS_WELL, RETURNS_WELL, name_of, outcome
from barraiser.shell.positions import Source
from barraiser.shell.syntax import (
    Block,
    Case,
    Chain,
    If,
    Loop,
    Node,
    Simple,
    Substitution,
    Word,
    parts_of,
)
from barraiser.shell.variables import Variables

MAX_VALUES: Final = 20
"""Values of a loop that each get their own commands."""

MAX_REPEATS: Final = 100_000

_LOOKED_AT: Final = 500
_SETTING: Final = frozenset(
    ("declare", "export", "getopts", "local", "mapfile", "read", "readarray", "readonly", "typeset", "unset")
)

_RANGE: Final = re.compile(r"\{(-?[0-9]{1,6})\.\.(-?[0-9]{1,6})(?:\.\.(-?[0-9]{1,6}))?\}")
_BRACES: Final = re.compile(r"([^{}$`]*+)\{([^{}$`]*,[^{}$`]*)\}([^{}$`]*+)")
_HEADER: Final = re.compile(
    r"\s*\w+\s*=\s*([0-9]{1,6})\s*;\s*\w+\s*(<=?)\s*([0-9]{1,6})\s*;\s*(?:\w+\+\+|\+\+\w+|\w+\s*\+=\s*([0-9]{1,6}))\s*"
)
_ELEMENTS: Final = re.compile(
    r"\s*(\w+)\s*=\s*0\s*;\s*\1\s*<\s*\$\{#(\w+)\[[@*]\]\}\s*;\s*(?:\1\+\+|\+\+\1|\1\s*\+=\s*1)\s*"
)
_COUNTED: Final = re.compile(r"-(lt|le|ge|gt)\s+\"?([0-9]{1,6})\b|([<>]=?)\s*([0-9]{1,6})\b")
_UNKNOWN: Final = re.compile(r"[$`*?\[]")


def values_of(words: Sequence[Word], variables: Variables) -> tuple[list[str] | None, int]:
    """The values that ``for`` goes over (None: unknown, or too many) and the number of passes where they are but counted."""
    values: list[str] = []
    for word in words:
        if len(word.parts) == 1 and isinstance(word.parts[0], Substitution):
            from barraiser.shell.feeding import echoed

            written = echoed(word.parts[0], variables)
            if written is not None:
                values += written
                continue
            count = _sequence(word.parts[0], variables)
            return None, count if len(words) == 1 else 1
        fields = variables.fields(word)
        for field in fields:
            if not word.quoted:
                counted = _RANGE.fullmatch(field)
                if counted and len(words) == 1:
                    return None, _count(*counted.groups())
                braces = _BRACES.fullmatch(field)
                if braces:
                    values += [f"{braces[1]}{middle}{braces[3]}" for middle in braces[2].split(",")]
                    continue
            if _UNKNOWN.search(field):
                return None, 1
            values.append(field)
        if len(values) > 1000:
            return None, 1
    if len(values) > 1 and all(value.isdecimal() for value in values):
        return None, len(values)
    return (values, 1) if len(values) <= MAX_VALUES else (None, 1)


def _sequence(part: Substitution, variables: Variables) -> int:
    """The passes of ``$(seq 1 30)``."""
    items = part.program.body.items
    if len(items) != 1 or name_of(items[0]) != "seq" or not isinstance(items[0], Simple):
        return 1
    numbers = [variables.value(word) for word in items[0].words[1:] if not variables.value(word).startswith("-w")]
    if not numbers or len(numbers) > 3 or not all(re.fullmatch(r"-?[0-9]{1,6}", number) for number in numbers):
        return 1
    if len(numbers) == 1:
        return _count("1", numbers[0], None)
    return _count(numbers[0], numbers[-1], numbers[1] if len(numbers) == 3 else None)


def _count(first: str, last: str, step: str | None) -> int:
    width = abs(int(last) - int(first))
    return max(1, min(width // max(1, abs(int(step or "1"))) + 1, MAX_REPEATS))


def elements_of(header: str, variables: Variables) -> tuple[str, list[str]] | None:
    """The counter and its values in ``for ((i = 0; i < ${#NAMES[@]}; i++))`` over an array that is known; None where it is no such loop."""
    match = _ELEMENTS.fullmatch(header[:200])
    elements = variables.get(match[2]) if match is not None else None
    if match is None or not isinstance(elements, tuple) or not 0 < len(elements) <= MAX_VALUES:
        return None
    return match[1], [str(number) for number in range(len(elements))]


def repeats_of(header: str) -> int:
    """The passes of a C-style ``for``; 1 where its text does not tell."""
    match = _HEADER.fullmatch(header[:200])
    if match is None:
        return 1
    step = max(1, int(match[4] or "1"))
    width = int(match[3]) - int(match[1]) + (1 if match[2] == "<=" else 0)
    return max(1, min((width + step - 1) // step, MAX_REPEATS))


def counted_by(condition: Block, source: Source) -> int:
    """The passes of ``while [ $i -lt 30 ]``, the count taken to start at nought; 1 where it is no such loop."""
    text = source.quote(condition.start, condition.end)[:200]
    if not text.startswith(("[", "((", "test ")) or ("$" not in text and "((" not in text):
        return 1
    match = _COUNTED.search(text)
    return max(1, min(int(match[2] or match[4]), MAX_REPEATS)) if match else 1


def ends_on_success(body: Block) -> bool:
    """Whether a condition in the body leaves the loop."""
    waiting: list[tuple[Node, bool]] = [(item, False) for item in body.items]
    looked = 0
    while waiting and looked < _LOOKED_AT:
        node, guarded = waiting.pop()
        looked += 1
        if isinstance(node, Simple):
            if guarded and name_of(node) != "continue" and outcome(node, {}) in (BREAKS, EXITS_WELL, RETURNS_WELL):
                return True
        elif isinstance(node, Chain):
            waiting += [(item, guarded or at > 0) for at, item in enumerate(node.items)]
        elif not isinstance(node, Loop):
            guarded = guarded or isinstance(node, If | Case)
            waiting += [(part, guarded) for part in parts_of(node)]
    return False


def assigned_in(node: Node) -> frozenset[str]:
    """The variables that a part of a program sets."""
    names: set[str] = set()
    waiting: list[Node] = [node]
    looked = 0
    while waiting and looked < 20 * _LOOKED_AT:
        part = waiting.pop()
        looked += 1
        if isinstance(part, Simple):
            if not part.words:
                names.update(assignment.name for assignment in part.assignments)
            elif name_of(part) in _SETTING:
                for word in part.words[1:]:
                    first = word.parts[0]
                    name = first.partition("=")[0] if isinstance(first, str) else ""
                    if name.isidentifier():
                        names.add(name)
        else:
            if isinstance(part, Loop) and part.name:
                names.add(part.name)
            waiting += parts_of(part)
    return frozenset(names)


def endless(node: Loop) -> bool:
    """``while true``."""
    items = node.condition.items if node.condition else []
    if len(items) != 1 or not isinstance(items[0], Simple) or node.kind != "while":
        return False
    words = [word.literal for word in items[0].words]
    return words in (["true"], [":"], ["[", "1", "]"], ["[[", "1", "]]"], ["[", "true", "]"], ["((", "1", "))"])
