"""Evaluates expression trees in a scope: what the contexts hold in one scenario, and how the jobs or steps before went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri, any_of, negate
from barraiser.platforms.github.expressions import Tree
from barraiser.platforms.github.filtered import Filtered
from barraiser.platforms.github.values import (
    EITHER,
    OPEN,
    Object,
    Unknown,
    Value,
    equal,
    from_tri,
    less,
    one_of,
    to_text,
    truth,
)

MAX_TEXT: Final = 100_000
"""Characters of a text that ``format``, ``join`` or ``fromJSON`` works on; longer ones are not known."""

_MAX_PIECES: Final = 500


class Scope:
    """What names and status functions mean in one place.

    ``contexts``: by name; what is missing is not known. ``success``, ``failure``, ``cancelled``: what the status functions say.
    """

    __slots__ = ("cancelled", "contexts", "failure", "success")

    def __init__(
        self, contexts: Mapping[str, Value], *, success: Tri = YES, failure: Tri = NO, cancelled: Tri = NO
    ) -> None:
        self.contexts = contexts
        self.success = success
        self.failure = failure
        self.cancelled = cancelled


def evaluate(tree: Tree, scope: Scope) -> Value:
    """The value of a tree; an :class:`Unknown` where the files do not tell."""
    kind = tree[0]
    if kind == "value":
        value: Value = tree[1]
        return value
    if kind == "name":
        return scope.contexts.get(tree[1], OPEN)
    if kind == "path":
        return _path(tree, scope)
    if kind == "and":
        return _chain(tree[1], scope, NO)
    if kind == "or":
        return _chain(tree[1], scope, YES)
    if kind == "not":
        return from_tri(negate(truth(evaluate(tree[1], scope))))
    if kind == "compare":
        return _compare(tree, scope)
    return _call(tree[1], tree[2], scope)


def _chain(trees: tuple[Tree, ...], scope: Scope, stops: Tri) -> Value:
    """``&&`` (stops at the first that is false) and ``||`` (at the first that is true), whose value is that operand's."""
    value = evaluate(trees[0], scope)
    for tree in trees[1:]:
        verdict = truth(value)
        if verdict == stops:
            return value
        following = evaluate(tree, scope)
        value = following if verdict != MAYBE else _blend(value, following, stops)
    return value


def _blend(value: Value, following: Value, stops: Tri) -> Value:
    """One operand if it stops the chain, else the next: it cannot be told which."""
    assert isinstance(value, Unknown)
    if value.options is not None:
        return one_of([*(option for option in value.options if truth(option) == stops), following])
    if stops == NO:
        return one_of([False, following])
    held = Unknown(truth=YES, prefix=value.prefix, fresh=value.fresh, constant=value.constant)
    return one_of([held, following])


def _compare(tree: Tree, scope: Scope) -> Value:
    value = evaluate(tree[1], scope)
    for operator, other_tree in tree[2]:
        other = evaluate(other_tree, scope)
        if operator == "==":
            found = equal(value, other)
        elif operator == "!=":
            found = negate(equal(value, other))
        elif operator == "<":
            found = less(value, other)
        elif operator == ">":
            found = less(other, value)
        elif operator == "<=":
            found = any_of((less(value, other), equal(value, other)))
        else:
            found = any_of((less(other, value), equal(value, other)))
        value = from_tri(found)
    return value


def _path(tree: Tree, scope: Scope) -> Value:
    value = evaluate(tree[1], scope)
    for kind, what in tree[2]:
        if kind == "*":
            value = _all_items(value)
        elif isinstance(value, Filtered):
            name = what if kind == "." else evaluate(what, scope)
            value = Filtered(found for item in value if (found := _item(item, name)) is not None)
        else:
            value = _item(value, what if kind == "." else evaluate(what, scope))
    return value


def _all_items(value: Value) -> Value:
    if isinstance(value, Filtered):
        return Filtered(inner for item in value for inner in (item if isinstance(item, list) else [item]))
    if isinstance(value, list):
        return Filtered(value)
    if isinstance(value, Object):
        return Filtered(value.values.values()) if value.rest is None else OPEN
    return OPEN if isinstance(value, Unknown) else Filtered()


_INSIDE: Final = {
    (constant, fresh): Unknown(constant=constant, fresh=fresh) for constant in (False, True) for fresh in (False, True)
}
"""What an unknown value holds."""


def _item(value: Value, name: Value) -> Value:
    """What ``.name`` or ``[name]`` takes out of a value; null from what has no parts."""
    if isinstance(value, Unknown):
        return _INSIDE[value.constant, value.fresh]
    if isinstance(value, Object):
        if isinstance(name, str):
            return value.get(name)
        return OPEN if isinstance(name, Unknown) else value.get(to_text(name))
    if isinstance(value, list):
        if isinstance(name, float) and name.is_integer() and 0 <= name < len(value):
            return value[int(name)]
        return OPEN if isinstance(name, Unknown) else None
    return None


def _call(name: str, arguments: tuple[Tree, ...], scope: Scope) -> Value:
    if arguments and name in ("success", "failure"):
        return EITHER
    if name == "success":
        return from_tri(scope.success)
    if name == "failure":
        return from_tri(scope.failure)
    if name == "cancelled":
        return from_tri(scope.cancelled)
    if name == "always":
        return True
    function = _FUNCTIONS.get(name)
    if function is None:
        return OPEN
    return function([evaluate(argument, scope) for argument in arguments])


def _contains(values: list[Value]) -> Value:
    whole, item = values
    if isinstance(whole, Unknown):
        if whole.options is not None:
            return one_of([_contains([option, item]) for option in whole.options])
        known = isinstance(item, str) and bool(whole.prefix) and item.lower() in whole.prefix
        return True if known else EITHER
    if isinstance(whole, list):
        return from_tri(any_of(equal(each, item) for each in whole))
    if isinstance(whole, Object):
        return False
    if isinstance(item, Unknown):
        if item.options is not None:
            return one_of([_contains([whole, option]) for option in item.options])
        return EITHER
    if isinstance(item, list | Object):
        return False
    return to_text(item).lower() in to_text(whole).lower()


def _starts_with(values: list[Value]) -> Value:
    whole, start = values
    if isinstance(start, Unknown):
        return one_of([_starts_with([whole, option]) for option in start.options]) if start.options else EITHER
    if isinstance(whole, Unknown):
        if whole.options is not None:
            return one_of([_starts_with([option, start]) for option in whole.options])
        low = to_text(start).lower()
        if whole.prefix.startswith(low):
            return True
        return EITHER if low.startswith(whole.prefix) else False
    if isinstance(whole, list | Object) or isinstance(start, list | Object):
        return False
    return to_text(whole).lower().startswith(to_text(start).lower())


def _ends_with(values: list[Value]) -> Value:
    whole, end = values
    if isinstance(end, Unknown):
        return one_of([_ends_with([whole, option]) for option in end.options]) if end.options else EITHER
    if isinstance(whole, Unknown):
        if whole.options is not None:
            return one_of([_ends_with([option, end]) for option in whole.options])
        low = to_text(end).lower()
        if whole.suffix.endswith(low):
            return True
        return EITHER if low.endswith(whole.suffix) else False
    if isinstance(whole, list | Object) or isinstance(end, list | Object):
        return False
    return to_text(whole).lower().endswith(to_text(end).lower())


def _format(values: list[Value]) -> Value:
    if not isinstance(values[0], str):
        return OPEN
    pieces: list[Value] = []
    text, at = values[0], 0
    literal: list[str] = []
    while at < len(text):
        character = text[at]
        if text[at : at + 2] in ("{{", "}}"):
            literal.append(character)
            at += 2
            continue
        if character == "{":
            stop = text.find("}", at)
            number = text[at + 1 : stop]
            if stop < 0 or not (number.isascii() and number.isdigit()) or int(number[:4]) + 1 >= len(values):
                return OPEN
            pieces += ["".join(literal), values[int(number) + 1]]
            literal = []
            at = stop + 1
            continue
        literal.append(character)
        at += 1
    return concatenate([*pieces, "".join(literal)])


def concatenate(pieces: list[Value]) -> Value:
    """The text of several values after each other; the start of it, where one is not known."""
    if not any(isinstance(piece, Unknown) for piece in pieces):
        joined = "".join(to_text(piece) for piece in pieces)
        return joined if len(joined) <= MAX_TEXT else OPEN
    prefix = ""
    for piece in pieces:
        if isinstance(piece, Unknown):
            prefix += piece.prefix
            break
        prefix += to_text(piece).lower()
    unknown = [piece for piece in pieces if isinstance(piece, Unknown)]
    return Unknown(
        prefix=prefix[:MAX_TEXT],
        fresh=any(piece.fresh for piece in unknown),
        constant=all(piece.constant for piece in unknown),
        truth=YES if any(truth(piece) == YES for piece in pieces) else MAYBE,
    )


def _join(values: list[Value]) -> Value:
    separator = values[1] if len(values) > 1 else ","
    if isinstance(values[0], Unknown) or isinstance(separator, Unknown):
        return OPEN
    if not isinstance(values[0], list):
        return to_text(values[0])
    pieces: list[Value] = []
    for item in values[0]:
        pieces += [separator, item] if pieces else ["", item]
    return concatenate(pieces)


def _from_json(values: list[Value]) -> Value:
    text = values[0]
    if isinstance(text, Unknown):
        if text.options is not None:
            return one_of([_from_json([option]) for option in text.options])
        return Unknown(constant=text.constant, fresh=text.fresh)
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return OPEN
    import json

    try:
        return _plain(json.loads(text))
    except (ValueError, RecursionError):
        return OPEN


def _plain(data: object, depth: int = 0) -> Value:
    """A JSON value as an expression's."""
    if depth > 100:
        return OPEN
    if data is None or isinstance(data, bool | str):
        return data
    if isinstance(data, int | float):
        try:
            return float(data)
        except OverflowError:
            return OPEN
    if isinstance(data, list):
        return [_plain(item, depth + 1) for item in data]
    if isinstance(data, dict):
        return Object({str(key).lower(): _plain(value, depth + 1) for key, value in data.items()})
    return OPEN


def _to_json(values: list[Value]) -> Value:
    value = values[0]
    if value is None or isinstance(value, bool | str):
        import json

        return json.dumps(value)
    if isinstance(value, float):
        return to_text(value)
    if isinstance(value, list | Object):
        pieces = _json_pieces(value)
        if len(pieces) < _MAX_PIECES:
            return concatenate(pieces)
    return Unknown(truth=YES)


def _json_pieces(value: Value, depth: int = 0) -> list[Value]:
    """The text of a list or an object in pieces, indented as GitHub does: what is not known stays so, what stands before it is."""
    if depth > 4 or isinstance(value, Unknown) or (isinstance(value, Object) and value.rest is not None):
        return [OPEN]
    if not isinstance(value, list | Object):
        return [_to_json([value])]
    named = isinstance(value, Object)
    items = [("", item) for item in value] if isinstance(value, list) else list(value.values.items())
    if not items:
        return ["{}" if named else "[]"]
    pieces: list[Value] = []
    start = "\n" + "  " * (depth + 1)
    for name, item in items[:_MAX_PIECES]:
        pieces.append(("," if pieces else "{" if named else "[") + start + (f'"{name}": ' if named else ""))
        pieces += _json_pieces(item, depth + 1)
        if len(pieces) > _MAX_PIECES:
            break
    return [*pieces, start[:-2] + ("}" if named else "]")]


def _case(values: list[Value]) -> Value:
    """``case(condition, value, ..., otherwise)``: the value of the first condition that holds."""
    possible: list[Value] = []
    for at in range(0, len(values) - 1, 2):
        verdict = truth(values[at])
        if verdict != NO:
            possible.append(values[at + 1])
        if verdict == YES:
            return one_of(possible)
    return one_of([*possible, values[-1]])


_FUNCTIONS: Final[dict[str, Callable[[list[Value]], Value]]] = {
    "contains": _contains,
    "startswith": _starts_with,
    "endswith": _ends_with,
    "format": _format,
    "join": _join,
    "fromjson": _from_json,
    "tojson": _to_json,
    "hashfiles": lambda values: OPEN,
    "case": _case,
}
