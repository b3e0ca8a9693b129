"""What Terraform's expressions come to, as far as the files tell.

Values are the nodes of :mod:`barraiser.source.nodes`, at the places where they are written. What is not known is a Scalar tagged
``!unknown`` that keeps the expression's text as ``${var.x}`` (a text of which a part is known keeps that part); what a known object
lacks is a Scalar tagged ``!missing``; the text of a file is one tagged ``!file`` that holds the file's path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

from barraiser.source import nodes
from barraiser.source.nodes import Node, Scalar, Sequence

UNKNOWN, MISSING, FILE, SET, RESOURCE = "!unknown", "!missing", "!file", "!set", "!resource"

MAX_STEPS: Final = 200_000
"""Expressions that are worked out for one file: real modules need some thousand."""

MAX_DEPTH: Final = 60
"""Expressions, and what they refer to, inside each other."""

MAX_TEXT: Final = 200_000
MAX_ITEMS: Final = 2_000
_MAX_WRITTEN: Final = 200


class Names(Protocol):
    """What a module knows by name."""

    def named(self, path: list[str], scope: Scope) -> tuple[Node | None, int]:
        """The value of the first parts of a reference, and how many they are; None where there is none of that name."""


class Scope:
    """Where an expression stands: its module, and the names that hold there alone (``each``, ``count``, an iterator)."""

    __slots__ = ("local", "module")

    def __init__(self, module: Names, local: Mapping[str, Node] | None = None) -> None:
        self.module = module
        self.local: Mapping[str, Node] = local or {}

    def with_names(self, names: Mapping[str, Node]) -> Scope:
        """The same with further names, which are stronger."""
        return Scope(self.module, {**self.local, **names})


class Evaluator:
    """Works expressions out. One for a file: it counts its steps, so that hostile files end soon, with all else unknown."""

    def __init__(self) -> None:
        self.steps = 0
        self.depth = 0
        self.functions: Callable[[str, list[Node], Sequence, Evaluator, Scope], Node | None] | None = None

    def value(self, node: Node | None, scope: Scope) -> Node:
        """The value of an expression; an absent one is null."""
        if node is None:
            return null()
        if isinstance(node, Scalar) and node.tag not in ("!ref", "!expr"):
            return node
        self.steps += 1
        if self.steps > MAX_STEPS or self.depth >= MAX_DEPTH:
            return unknown(node)
        self.depth += 1
        try:
            return self._value(node, scope)
        finally:
            self.depth -= 1

    def _value(self, node: Node, scope: Scope) -> Node:
        if isinstance(node, Scalar):
            return self._reference(node, node.value.split("."), [], scope) if node.tag == "!ref" else unknown(node)
        if isinstance(node, nodes.Mapping):
            return self._object(node, scope)
        tag = node.tag
        if tag in ("", SET):
            found = like(node, [self.value(item, scope) for item in node.items[:MAX_ITEMS]])
            found.tag = tag
            return found
        if tag == "!template":
            return self._template(node, scope)
        if tag == "!get":
            return self._get(node, scope)
        if tag == "!if":
            return self._conditional(node, scope)
        if tag == "!for":
            return self._for(node, scope)
        if tag.startswith("!op:"):
            return self._operation(node, tag[4:], scope)
        if tag.startswith("!call:"):
            return self._call(node, tag[6:], scope)
        return unknown(node)

    def text(self, node: Node | None, scope: Scope) -> str:
        """The value as text; empty for null, for what is missing and for lists and objects."""
        return text_of(self.value(node, scope))

    # The kinds of expressions

    def _object(self, node: nodes.Mapping, scope: Scope) -> nodes.Mapping:
        found = nodes.Mapping(node.path, node.line, node.column, node.tag)
        found.end_line = node.end_line
        for key, value in node.pairs[:MAX_ITEMS]:
            name = key
            if key.tag == "!ref":
                name = as_text(self.value(key, scope), key)
            elif key.tag:
                name = as_text(unknown(key), key)
            found.pairs.append((name, self.value(value, scope)))
        return found

    def _template(self, node: Sequence, scope: Scope) -> Node:
        whole, parts = node.items[0], node.items[1:]
        assert isinstance(whole, Scalar)
        values = [self.value(part, scope) for part in parts]
        if len(values) == 1:
            return values[0]
        known, texts, size = True, [], 0
        for value in values:
            if not isinstance(value, Scalar) or value.tag in (FILE, MISSING):
                known = False
                texts.append(f"${{{written(value)}}}" if not isinstance(value, Scalar) else "${...}")
            else:
                known = known and value.tag == ""
                texts.append("" if is_null(value) else value.value)
            size += len(texts[-1])
            if size > MAX_TEXT:
                return unknown(whole)
        return Scalar(
            "".join(texts), whole.path, whole.line, whole.column, whole.end_line, whole.style, "" if known else UNKNOWN
        )

    def _get(self, node: Sequence, scope: Scope) -> Node:
        first, keys = node.items[0], node.items[1:]
        if isinstance(first, Scalar) and first.tag == "!ref":
            return self._reference(node, first.value.split("."), keys, scope)
        return self.looked_up(self.value(first, scope), keys, scope, node)

    def _reference(self, node: Node, path: list[str], keys: list[Node], scope: Scope) -> Node:
        """A name, then what is looked up in it. Names that hold here alone go before the module's."""
        value = scope.local.get(path[0])
        used = 1
        if value is None:
            value, used = scope.module.named(path, scope)
        if value is None:
            return unknown(node)
        rest: list[Node] = [Scalar(name, node.path, node.line, node.column, node.line) for name in path[used:]]
        return self.looked_up(value, [*rest, *keys], scope, node)

    def looked_up(self, value: Node, keys: list[Node], scope: Scope, node: Node) -> Node:
        """What keys find in a value, in turn."""
        for at, key in enumerate(keys):
            if isinstance(key, Scalar) and key.tag == "!splat":
                return self._splat(value, keys[at + 1 :], scope, node)
            wanted = self.value(key, scope)
            if isinstance(value, Scalar):
                return missing(node) if value.tag == MISSING or is_null(value) else unknown(node)
            if not isinstance(wanted, Scalar) or wanted.tag:
                return unknown(node)
            found = item_of(value, wanted.value)
            if found is None:
                return unknown(node) if value.tag == RESOURCE else missing(node)
            value = found
        return value

    def _splat(self, value: Node, rest: list[Node], scope: Scope, node: Node) -> Node:
        if isinstance(value, Scalar):
            return like(node, []) if is_null(value) else unknown(node)
        items = value.items if isinstance(value, Sequence) else [value]
        return like(node, [self.looked_up(item, rest, scope, node) for item in items[:MAX_ITEMS]])

    def _conditional(self, node: Sequence, scope: Scope) -> Node:
        holds = truth(self.value(node.items[0], scope))
        if holds is not None:
            return self.value(node.items[1 if holds else 2], scope)
        one, other = (self.value(item, scope) for item in node.items[1:3])
        return one if same(one, other) else unknown(node)

    def _for(self, node: Sequence, scope: Scope) -> Node:
        names, collection, key, body, condition = node.items
        variables = (
            [item.value for item in names.items if isinstance(item, Scalar)] if isinstance(names, Sequence) else []
        )
        pairs = pairs_of(self.value(collection, scope))
        if pairs is None or not variables:
            return unknown(node)
        by_key = not is_null(key)
        listed: list[Node] = []
        found = nodes.Mapping(node.path, node.line, node.column)
        found.end_line = node.end_line
        for name, value in pairs:
            inner = scope.with_names(
                dict(zip(variables, (name, value) if len(variables) > 1 else (value,), strict=False))
            )
            holds = True if is_null(condition) else truth(self.value(condition, inner))
            if holds is None:
                return unknown(node)
            if not holds:
                continue
            result = self.value(body, inner)
            if by_key:
                wanted = self.value(key, inner)
                if not isinstance(wanted, Scalar):
                    return unknown(node)
                found.pairs.append((as_text(wanted, wanted), result))
            else:
                listed.append(result)
        return found if by_key else like(node, listed)

    def _operation(self, node: Sequence, sign: str, scope: Scope) -> Node:
        values = [self.value(item, scope) for item in node.items]
        result: str | bool | float | None
        if sign in ("&&", "||"):
            result = _logical(sign, [truth(value) for value in values])
        elif sign == "!":
            holds = truth(values[0])
            result = None if holds is None else not holds
        elif sign in ("==", "!="):
            equal = equality(values[0], values[1])
            result = None if equal is None else equal == (sign == "==")
        else:
            result = _arithmetic(sign, [number_of(value) for value in values])
        if result is None:
            return unknown(node)
        return Scalar(literal(result), node.path, node.line, node.column, node.end_line)

    def _call(self, node: Sequence, name: str, scope: Scope) -> Node:
        arguments: list[Node] = []
        for item in node.items:
            if isinstance(item, Sequence) and item.tag == "!spread":
                spread = self.value(item.items[0], scope)
                if not isinstance(spread, Sequence):
                    return unknown(node)
                arguments += spread.items
            else:
                arguments.append(self.value(item, scope))
        found = self.functions(name, arguments, node, self, scope) if self.functions is not None else None
        return found if found is not None else unknown(node)


# Values


def null(at: Node | None = None) -> Scalar:
    """The value null."""
    return Scalar("null", at.path if at else "", at.line if at else 1, at.column if at else 1, at.line if at else 1)


def unknown(node: Node) -> Scalar:
    """A value that cannot be told, with the text of its expression."""
    if isinstance(node, Scalar) and node.tag == UNKNOWN:
        return node
    text = written(node)
    shown = text if isinstance(node, Sequence) and node.tag == "!template" else f"${{{text}}}"
    return Scalar(shown, node.path, node.line, node.column, node.end_line, "", UNKNOWN)


def missing(node: Node) -> Scalar:
    """What a known object or list does not have."""
    return Scalar("", node.path, node.line, node.column, node.line, "", MISSING)


def like(node: Node, items: list[Node]) -> Sequence:
    """A list at the place of a node."""
    found = Sequence(node.path, node.line, node.column)
    found.end_line = node.end_line
    found.items = items
    return found


def texts(node: Node, values: list[str]) -> Sequence:
    """A list of texts at the place of a node."""
    return like(node, [Scalar(value, node.path, node.line, node.column, node.line, '"') for value in values])


def as_text(value: Node, at: Node) -> Scalar:
    """A value as a key or text, at another place."""
    text = value.value if isinstance(value, Scalar) else ""
    return Scalar(text, at.path, at.line, at.column, at.end_line, '"')


def is_null(node: Node) -> bool:
    """Whether a value is null (not merely an empty text)."""
    return isinstance(node, Scalar) and node.style == "" and node.tag == "" and node.value == "null"


def is_absent(node: Node) -> bool:
    """Null, or missing in a known object."""
    return is_null(node) or (isinstance(node, Scalar) and node.tag == MISSING)


def is_known(node: Node) -> bool:
    """Whether a value is known, what is in a list or object left aside."""
    return not isinstance(node, Scalar) or node.tag == ""


def text_of(node: Node) -> str:
    """A value as text; see :meth:`Evaluator.text`."""
    if not isinstance(node, Scalar) or is_absent(node):
        return ""
    return node.value


def number_of(node: Node) -> float | None:
    """A known number."""
    number = node.as_number() if isinstance(node, Scalar) and node.tag == "" else None
    return number if number is not None and abs(number) < 1e15 else None


def truth(node: Node) -> bool | None:
    """A known truth value."""
    if isinstance(node, Scalar) and node.tag == "" and node.value in ("true", "false"):
        return node.value == "true"
    return None


def literal(value: str | bool | float) -> str:
    """A value as Terraform writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else str(value)
    return value


def item_of(value: Node, key: str) -> Node | None:
    """What a list or object has under a key."""
    if isinstance(value, nodes.Mapping):
        return value.get(key)
    if isinstance(value, Sequence) and key.isdecimal() and len(key) < 8:
        return value.items[int(key)] if int(key) < len(value.items) else None
    return None


def pairs_of(value: Node) -> list[tuple[Node, Node]] | None:
    """Keys and values in Terraform's order: lists as written, sets and objects sorted; None for what is no collection or not known."""
    if isinstance(value, Sequence) and value.tag == SET:
        return [(item, item) for item in sorted(value.items, key=text_of)]
    if isinstance(value, Sequence):
        return [
            (Scalar(str(at), value.path, value.line, value.column, value.line), item)
            for at, item in enumerate(value.items)
        ]
    if isinstance(value, nodes.Mapping):
        return [
            (key, value.get(key.value) or item) for key, item in sorted(value.pairs, key=lambda pair: pair[0].value)
        ]
    return None


def walk(node: Node, limit: int = 5_000) -> Iterator[Node]:
    """A node and all that is in it."""
    waiting = [node]
    while waiting and limit > 0:
        limit -= 1
        current = waiting.pop()
        yield current
        if isinstance(current, nodes.Mapping):
            waiting += [value for _, value in current.pairs]
        elif isinstance(current, Sequence):
            waiting += current.items


def same(one: Node, other: Node, limit: int = 500) -> bool:
    """Whether two values are written alike all through; no for what is larger than the limit."""
    waiting = [(one, other)]
    while waiting:
        limit -= 1
        left, right = waiting.pop()
        if left is right:
            continue
        if limit < 0 or type(left) is not type(right):
            return False
        if isinstance(left, Scalar) and isinstance(right, Scalar):
            if (left.value, left.tag) != (right.value, right.tag) or is_null(left) != is_null(right):
                return False
        elif isinstance(left, Sequence) and isinstance(right, Sequence):
            if len(left) != len(right):
                return False
            waiting += zip(left.items, right.items, strict=True)
        elif isinstance(left, nodes.Mapping) and isinstance(right, nodes.Mapping):
            if [key.value for key, _ in left.pairs] != [key.value for key, _ in right.pairs]:
                return False
            waiting += [(a, b) for (_, a), (_, b) in zip(left.pairs, right.pairs, strict=True)]
    return True


def equality(one: Node, other: Node) -> bool | None:
    """Whether two values are equal; None where that is not known."""
    if is_absent(one) or is_absent(other):
        if is_absent(one) and is_absent(other):
            return True
        rest = other if is_absent(one) else one
        return False if is_known(rest) else None
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.value == other.value if not one.tag and not other.tag else None
    if same(one, other):
        return True
    if any(isinstance(each, Scalar) and each.tag for value in (one, other) for each in walk(value)):
        return None
    return False


def _logical(sign: str, holds: list[bool | None]) -> bool | None:
    decisive = sign == "||"
    if decisive in holds:
        return decisive
    return None if None in holds else not decisive


def _arithmetic(sign: str, numbers: list[float | None]) -> float | bool | None:
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers):
        return None
    if len(known) == 1:
        return -known[0] if sign == "-" else None
    left, right = known
    if sign in ("/", "%") and right == 0:
        return None
    results: dict[str, float | bool] = {
        "+": left + right, "-": left - right, "*": left * right, "<": left < right, ">": left > right, "<=": left <= right,
        ">=": left >= right,
    }  # fmt: skip
    if sign == "/":
        return left / right
    return left % right if sign == "%" else results.get(sign)


def written(node: Node, depth: int = 0) -> str:
    """An expression roughly as it is written, on one line, cut where it is long."""
    text = _written(node, depth)
    return text if len(text) <= _MAX_WRITTEN else text[: _MAX_WRITTEN - 3] + "..."


def _written(node: Node, depth: int) -> str:
    if depth > 4:
        return "..."
    if isinstance(node, Scalar):
        return (
            f'"{node.value}"'
            if node.style and not node.tag
            else node.value.removeprefix("${").removesuffix("}")
            if node.tag == UNKNOWN
            else node.value
        )
    if isinstance(node, nodes.Mapping):
        return "{" + ", ".join(f"{key.value} = {written(value, depth + 1)}" for key, value in node.pairs[:4]) + "}"
    tag, items = node.tag, node.items
    if tag == "!template":
        return (
            items[0].value
            if depth == 0 and isinstance(items[0], Scalar)
            else f'"{items[0].value}"'
            if isinstance(items[0], Scalar)
            else ""
        )
    parts = [written(item, depth + 1) for item in items[:6]]
    if tag == "!if":
        return f"{parts[0]} ? {parts[1]} : {parts[2]}"
    if tag == "!get":
        keys = "".join(f"[{part}]" if not part.isidentifier() else f".{part}" for part in parts[1:])
        return f"{parts[0]}{keys}"
    if tag.startswith("!op:"):
        return f" {tag[4:]} ".join(parts) if len(parts) > 1 else f"{tag[4:]}{parts[0]}"
    if tag.startswith("!call:"):
        return f"{tag[6:]}({', '.join(parts)})"
    if tag == "!for":
        return f"[for {parts[0].strip('[]')} in {parts[1]} : {parts[3]}]"
    return f"[{', '.join(parts)}]"
