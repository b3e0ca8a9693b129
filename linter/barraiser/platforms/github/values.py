"""The values of expressions, three-valued: what the files cannot tell is an :class:`Unknown` that knows as much as it can."""

from __future__ import annotations

import math
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri, tri

MAX_OPTIONS: Final = 32


class Unknown:
    """A value that the files do not tell.

    ``options``: all values that it can have, where that is known. For text of which only the start or end is known: ``prefix`` and
    ``suffix``; ``excluded``: what it is not (all in lower case). ``truth``: whether it counts as true. ``fresh``: another value in
    each run, or for each ref; ``constant``: the same in every run. ``text``: how the file writes it (``${{ inputs.x }}``).
    """

    __slots__ = ("constant", "excluded", "fresh", "options", "prefix", "suffix", "text", "truth")

    def __init__(
        self,
        options: tuple[Value, ...] | None = None,
        *,
        prefix: str = "",
        suffix: str = "",
        excluded: frozenset[str] = frozenset(),
        truth: Tri = MAYBE,
        fresh: bool = False,
        constant: bool = False,
        text: str = "",
    ) -> None:
        self.options = options
        self.prefix = prefix
        self.suffix = suffix
        self.excluded = excluded
        self.truth = YES if (prefix or suffix) and options is None else truth
        self.fresh = fresh
        self.constant = constant
        self.text = text

    def __repr__(self) -> str:
        return f"Unknown({self.options if self.options is not None else self.prefix!r})"


class Object:
    """A mapping; names are compared in lower case. ``rest``: the value of every name that is not listed."""

    __slots__ = ("rest", "values")

    def __init__(self, values: dict[str, Value] | None = None, rest: Value = None) -> None:
        self.values = values if values is not None else {}
        self.rest = rest

    def get(self, name: str) -> Value:
        """The value of a name in any case."""
        low = name.lower()
        return self.values.get(low, self.rest)


Value = None | bool | float | str | list["Value"] | Object | Unknown

OPEN: Final = Unknown()
CONSTANT: Final = Unknown(constant=True)
FRESH: Final = Unknown(truth=YES, fresh=True)
EITHER: Final = Unknown((False, True))


def from_tri(value: Tri) -> Value:
    """A boolean, or one that is not known."""
    return EITHER if value == MAYBE else value == YES


def truth(value: Value) -> Tri:
    """Whether a value counts as true: false, null, 0, NaN and empty text do not."""
    if isinstance(value, Unknown):
        if value.options is None:
            return value.truth
        found = {truth(option) for option in value.options}
        return found.pop() if len(found) == 1 else MAYBE
    if isinstance(value, list | Object):
        return YES
    if isinstance(value, float):
        return tri(value != 0 and not math.isnan(value))
    return tri(bool(value))


def one_of(values: list[Value]) -> Value:
    """A value that is one of these, some of them perhaps unknown themselves."""
    found: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, Unknown) and value.options is not None else (value,):
            if isinstance(option, Unknown):
                return _blurred(values)
            if not any(_same(option, other) for other in found):
                found.append(option)
    if len(found) == 1:
        return found[0]
    return Unknown(tuple(found)) if len(found) <= MAX_OPTIONS else OPEN


def _blurred(values: list[Value]) -> Unknown:
    """What can be said of a value that is one of several, one of which is open."""
    truths = {truth(value) for value in values}
    unknown = [value for value in values if isinstance(value, Unknown)]
    return Unknown(
        truth=truths.pop() if len(truths) == 1 else MAYBE,
        fresh=any(value.fresh for value in unknown),
        constant=all(value.constant for value in unknown),
    )


def _same(one: Value, other: Value) -> bool:
    return type(one) is type(other) and one == other


def to_number(value: Value) -> float:
    """GitHub's coercion to a number."""
    if value is None:
        return 0.0
    if isinstance(value, bool | float):
        return float(value)
    if isinstance(value, str):
        text = value.strip().lower()
        if not text:
            return 0.0
        try:
            if text.startswith("0x"):
                return float(int(text[2:], 16))
            if text.startswith("0o"):
                return float(int(text[2:], 8))
            return float(text) if text[:1].isdigit() or text[:1] in "+-." else math.nan
        except (ValueError, OverflowError):
            return math.nan
    return math.nan


def to_text(value: Value) -> str:
    """What a known value becomes inside text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, str):
        return value
    return "Array" if isinstance(value, list) else "Object"


def equal(one: Value, other: Value) -> Tri:
    """GitHub's loose ``==``: text without regard to case, unlike types as numbers."""
    if isinstance(one, Unknown):
        return _unknown_equal(one, other)
    if isinstance(other, Unknown):
        return _unknown_equal(other, one)
    if isinstance(one, str) and isinstance(other, str):
        return tri(one.lower() == other.lower())
    if isinstance(one, list | Object) or isinstance(other, list | Object):
        return tri(one is other)
    if one is None and other is None:
        return YES
    return tri(to_number(one) == to_number(other))


def _unknown_equal(one: Unknown, other: Value) -> Tri:
    if one.options is not None:
        found = {equal(option, other) for option in one.options}
        return found.pop() if len(found) == 1 else MAYBE
    if isinstance(other, Unknown):
        if other.options is not None:
            return _unknown_equal(other, one)
        short, long = sorted((one.prefix, other.prefix), key=len)
        return MAYBE if long.startswith(short) else NO
    if isinstance(other, str):
        low = other.lower()
        if (
            not (low.startswith(one.prefix) and low.endswith(one.suffix))
            or low in one.excluded
            or (not low and one.truth == YES)
        ):
            return NO
        return MAYBE
    if one.truth == YES and truth(other) == NO and not isinstance(other, list | Object):
        return NO
    return MAYBE


def less(one: Value, other: Value) -> Tri:
    """``one < other``; maybe where one of them is not known."""
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return MAYBE
    if isinstance(one, str) and isinstance(other, str):
        return tri(one.lower() < other.lower())
    return tri(to_number(one) < to_number(other))
