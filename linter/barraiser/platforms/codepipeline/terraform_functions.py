"""Terraform's functions, those that pipelines are written with. None stands for a result that is not known."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from barraiser.platforms.codepipeline.terraform_values import (
    FILE,
    MAX_ITEMS,
    MAX_TEXT,
    MISSING,
    SET,
    UNKNOWN,
    Evaluator,
    Scope,
    equality,
    is_absent,
    is_known,
    is_null,
    item_of,
    like,
    literal,
    missing,
    null,
    number_of,
    text_of,
    texts,
    unknown,
)
from barraiser.source import nodes
from barraiser.source.nodes import Node, Scalar, Sequence

_VERB: Final = re.compile(r"%(?:%|[-+# 0]{0,3}\d{0,3}(?:\.\d{1,3})?[sdvqf])")


def call(name: str, arguments: list[Node], node: Sequence, evaluator: Evaluator, scope: Scope) -> Node | None:
    """The result of a function; None where it is not known. ``node``: the call."""
    if name == "try":
        return next((each for each in arguments if not _fails(each)), arguments[-1] if arguments else None)
    if name == "can":
        return _bool(node, not _fails(arguments[0])) if arguments else None
    if name in ("coalesce", "coalescelist"):
        return _coalesce(arguments)
    if name in _SAME:
        return arguments[0] if arguments else None
    text = _TEXT.get(name)
    if text is not None:
        given = _texts(arguments)
        result = text(given) if given is not None else None
        return Scalar(result, node.path, node.line, node.column, node.end_line, '"') if result is not None else None
    function = _FUNCTIONS.get(name)
    if function is None:
        return None
    try:
        return function(arguments, node)
    except (ArithmeticError, IndexError, ValueError, TypeError):
        return None


def _fails(value: Node) -> bool:
    return isinstance(value, Scalar) and value.tag == MISSING


def _coalesce(arguments: list[Node]) -> Node | None:
    for value in arguments:
        if not is_known(value) and not is_absent(value):
            return None
        empty = is_absent(value) or (isinstance(value, Scalar) and value.value == "")
        if not empty and not (isinstance(value, Sequence) and not value.items):
            return value
    return None


def _bool(node: Node, value: bool) -> Scalar:
    return _plain(node, literal(value))


def _plain(node: Node, text: str) -> Scalar:
    return Scalar(text, node.path, node.line, node.column, node.end_line)


def _texts(arguments: list[Node]) -> list[str] | None:
    """The arguments as texts, lists flattened into their texts; None where one is not known."""
    found: list[str] = []
    for value in arguments:
        if not isinstance(value, Scalar) or value.tag:
            return None
        found.append("" if is_null(value) else value.value)
    return found if sum(map(len, found)) <= MAX_TEXT else None


def _title(text: str) -> str:
    return re.sub(r"(^|[\s-])([a-z])", lambda match: match.group(1) + match.group(2).upper(), text)


def _replace(given: list[str]) -> str | None:
    text, old, new = given
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        return None  # A pattern: patterns of the linted repository are not run.
    return text.replace(old, new)[:MAX_TEXT] if old else text


def _substr(given: list[str]) -> str | None:
    start, length = int(given[1]), int(given[2])
    text = given[0][start:] if start >= 0 else given[0][max(0, len(given[0]) + start) :]
    return text if length < 0 else text[:length]


def _guarded(count: int, function: Callable[[list[str]], str | None]) -> Callable[[list[str]], str | None]:
    def checked(given: list[str]) -> str | None:
        try:
            return function(given) if len(given) == count else None
        except ValueError:
            return None

    return checked


_TEXT: Final[dict[str, Callable[[list[str]], str | None]]] = {
    "upper": _guarded(1, lambda given: given[0].upper()),
    "lower": _guarded(1, lambda given: given[0].lower()),
    "title": _guarded(1, lambda given: _title(given[0])),
    "trimspace": _guarded(1, lambda given: given[0].strip()),
    "chomp": _guarded(1, lambda given: given[0].rstrip("\r\n")),
    "trim": _guarded(2, lambda given: given[0].strip(given[1])),
    "trimprefix": _guarded(2, lambda given: given[0].removeprefix(given[1])),
    "trimsuffix": _guarded(2, lambda given: given[0].removesuffix(given[1])),
    "replace": _guarded(3, _replace),
    "substr": _guarded(3, _substr),
    "basename": _guarded(1, lambda given: given[0].rpartition("/")[2]),
    "dirname": _guarded(1, lambda given: given[0].rpartition("/")[0] or "."),
}

_SAME: Final = frozenset(
    ("tolist", "tomap", "tostring", "tonumber", "tobool", "nonsensitive", "sensitive", "abspath", "pathexpand")
)
"""Functions that give back what they are given, as far as text goes."""


def _items(value: Node) -> list[Node]:
    """The items of a known list or set. Raises TypeError for anything else."""
    if isinstance(value, Sequence):
        return value.items
    raise TypeError


def _mapping(value: Node) -> nodes.Mapping:
    if isinstance(value, nodes.Mapping):
        return value
    raise TypeError


def _number(value: Node) -> int:
    number = number_of(value)
    if number is None:
        raise TypeError
    return int(number)


def _length(given: list[Node], node: Sequence) -> Node:
    value = given[0]
    if isinstance(value, Scalar):
        if value.tag or is_null(value):
            raise TypeError
        return _plain(node, str(len(value.value)))
    return _plain(node, str(len(value)))


def _lookup(given: list[Node], node: Sequence) -> Node | None:
    if isinstance(given[0], Scalar) and not is_absent(given[0]):
        return None
    key = given[1]
    if not is_known(key):
        return None
    found = item_of(given[0], text_of(key))
    if found is not None and not _fails(found):
        return found
    return given[2] if len(given) > 2 else missing(node)


def _element(given: list[Node], node: Sequence) -> Node:
    items = _items(given[0])
    return items[_number(given[1]) % len(items)] if items else missing(node)


def _keys(given: list[Node], node: Sequence) -> Node:
    return texts(node, sorted(key.value for key, _ in _mapping(given[0])))


def _values(given: list[Node], node: Sequence) -> Node:
    return like(node, [value for _, value in sorted(_mapping(given[0]).pairs, key=lambda pair: pair[0].value)])


def _merge(given: list[Node], node: Sequence) -> Node:
    found = nodes.Mapping(node.path, node.line, node.column)
    found.end_line = node.end_line
    chosen: dict[str, tuple[Scalar, Node]] = {}
    for value in given:
        if not is_absent(value):
            for key, item in _mapping(value):
                chosen[key.value] = (key, item)
    found.pairs = list(chosen.values())[:MAX_ITEMS]
    return found


def _concat(given: list[Node], node: Sequence) -> Node:
    return like(node, [item for value in given for item in _items(value)][:MAX_ITEMS])


def _flatten(given: list[Node], node: Sequence) -> Node:
    found: list[Node] = []
    waiting = list(reversed(_items(given[0])))
    while waiting and len(found) < MAX_ITEMS:
        item = waiting.pop()
        if isinstance(item, Sequence):
            waiting += reversed(item.items[:MAX_ITEMS])
        elif isinstance(item, Scalar) and item.tag == UNKNOWN:
            raise TypeError
        else:
            found.append(item)
    return like(node, found)


def _contains(given: list[Node], node: Sequence) -> Node | None:
    answers = [equality(item, given[1]) for item in _items(given[0])]
    if True in answers:
        return _bool(node, True)
    return None if None in answers else _bool(node, False)


def _index(given: list[Node], node: Sequence) -> Node | None:
    for at, item in enumerate(_items(given[0])):
        equal = True if item is given[1] else equality(item, given[1])
        if equal is None:
            return None
        if equal:
            return _plain(node, str(at))
    return None


def _compact(given: list[Node], node: Sequence) -> Node:
    return like(node, [item for item in _items(given[0]) if not is_absent(item) and text_of(item)])


def _distinct(given: list[Node], node: Sequence) -> Node:
    found: list[Node] = []
    seen: set[tuple[str, str]] = set()
    for item in _items(given[0]):
        key = (item.value, item.tag) if isinstance(item, Scalar) else None
        if key is None or key not in seen:
            found.append(item)
        if key is not None:
            seen.add(key)
    return like(node, found)


def _toset(given: list[Node], node: Sequence) -> Node:
    found = _distinct(given, node)
    assert isinstance(found, Sequence)
    found.tag = SET
    return found


def _join(given: list[Node], node: Sequence) -> Node:
    parts = [item for value in given[1:] for item in _items(value)]
    if any(not isinstance(item, Scalar) for item in parts) or not is_known(given[0]):
        raise TypeError
    text = text_of(given[0]).join(text_of(item) for item in parts)
    if len(text) > MAX_TEXT:
        raise TypeError
    tag = "" if all(is_known(item) for item in parts) else UNKNOWN
    return Scalar(text, node.path, node.line, node.column, node.end_line, '"', tag)


def _split(given: list[Node], node: Sequence) -> Node:
    if not is_known(given[0]) or not is_known(given[1]) or not text_of(given[0]):
        raise TypeError
    return texts(node, text_of(given[1]).split(text_of(given[0]))[:MAX_ITEMS])


def _format(given: list[Node], node: Sequence) -> Node:
    if not is_known(given[0]):
        raise TypeError
    values = iter(given[1:])
    known = True

    def put(match: re.Match[str]) -> str:
        nonlocal known
        if match.group() == "%%":
            return "%"
        value = next(values, None)
        if value is None or not isinstance(value, Scalar) or match.group()[-1] == "f":
            raise ValueError
        known = known and not value.tag
        if match.group()[-1] == "d" and len(match.group()) > 2:
            return match.group() % int(float(value.value))
        return f'"{value.value}"' if match.group()[-1] == "q" else text_of(value)

    text = _VERB.sub(put, text_of(given[0]))
    if len(text) > MAX_TEXT:
        raise ValueError
    return Scalar(text, node.path, node.line, node.column, node.end_line, '"', "" if known else UNKNOWN)


def _range(given: list[Node], node: Sequence) -> Node:
    numbers = [_number(value) for value in given]
    listed = list(range(*numbers)[:MAX_ITEMS])
    return like(node, [_plain(node, str(number)) for number in listed])


def _sort(given: list[Node], node: Sequence) -> Node:
    return like(node, sorted(_items(given[0]), key=text_of))


def _reverse(given: list[Node], node: Sequence) -> Node:
    return like(node, list(reversed(_items(given[0]))))


def _slice(given: list[Node], node: Sequence) -> Node:
    return like(node, _items(given[0])[_number(given[1]) : _number(given[2])])


def _zipmap(given: list[Node], node: Sequence) -> Node:
    found = nodes.Mapping(node.path, node.line, node.column)
    found.end_line = node.end_line
    for key, value in zip(_items(given[0]), _items(given[1]), strict=False):
        found.pairs.append((Scalar(text_of(key), key.path, key.line, key.column, key.end_line, '"'), value))
    return found


def _one(given: list[Node], node: Sequence) -> Node:
    items = _items(given[0])
    return items[0] if items else null(node)


def _affix(given: list[Node], node: Sequence, at_start: bool) -> Node:
    if not is_known(given[0]) or not is_known(given[1]):
        raise TypeError
    text, part = text_of(given[0]), text_of(given[1])
    return _bool(node, text.startswith(part) if at_start else text.endswith(part))


def _encoded(given: list[Node], node: Sequence) -> Node:
    """The value as JSON, which YAML reads as well; what is unknown stands in it as its expression."""
    text = json.dumps(_python(given[0], 0), ensure_ascii=False)
    if len(text) > MAX_TEXT:
        raise ValueError
    return Scalar(text, node.path, node.line, node.column, node.end_line, '"')


def _python(value: Node, depth: int) -> object:
    if depth > 30:
        raise ValueError
    if isinstance(value, nodes.Mapping):
        return {key.value: _python(item, depth + 1) for key, item in value}
    if isinstance(value, Sequence):
        return [_python(item, depth + 1) for item in value]
    if is_absent(value):
        return None
    if value.style == "" and value.tag == "":
        if value.value in ("true", "false"):
            return value.value == "true"
        number = number_of(value)
        if number is not None:
            return int(number) if number == int(number) else number
    return value.value


_FUNCTIONS: Final[dict[str, Callable[[list[Node], Sequence], Node | None]]] = {
    "length": _length, "lookup": _lookup, "element": _element, "keys": _keys, "values": _values, "merge": _merge,
    "concat": _concat, "flatten": _flatten, "contains": _contains, "index": _index, "compact": _compact, "distinct": _distinct,
    "toset": _toset, "join": _join, "split": _split, "format": _format, "range": _range, "sort": _sort, "reverse": _reverse,
    "slice": _slice, "zipmap": _zipmap, "one": _one, "jsonencode": _encoded, "yamlencode": _encoded,
    "startswith": lambda given, node: _affix(given, node, True), "endswith": lambda given, node: _affix(given, node, False),
}  # fmt: skip


def names_a_file(name: str) -> bool:
    """Whether a function reads a file of the repository."""
    return name in ("file", "templatefile", "yamldecode", "jsondecode")


def decoded(value: Node) -> Node | None:
    """For ``yamldecode`` and ``jsondecode`` of a text that is written out, its nodes; None for a file or what is not known."""
    if not isinstance(value, Scalar) or value.tag or len(value.value) > MAX_TEXT:
        return None
    from barraiser.source.errors import SourceError
    from barraiser.source.yaml_loader import load

    try:
        return load(value.value.encode(errors="replace"), value.path)[0].root
    except SourceError:
        return None


def file_at(path: str, node: Node) -> Scalar:
    """The value of ``file(path)``: the path, relative to the root; empty where it is not in the repository."""
    return Scalar(path, node.path, node.line, node.column, node.end_line, "", FILE) if path else unknown(node)
