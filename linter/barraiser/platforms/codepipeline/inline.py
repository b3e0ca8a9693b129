"""A buildspec that stands as text in another file: its nodes, at the places that they have there."""

from __future__ import annotations

from barraiser.model.place import Place
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence
from barraiser.source.repository import Repository
from barraiser.source.yaml_loader import load


def parse_inline(
    text: str, scalar: Scalar | None, place: Place, repository: Repository
) -> tuple[Node | None, bool, str]:
    """The root of the text; whether all its places are one (its lines are not the file's); why it cannot be read, or empty."""
    try:
        root = load(text.encode(errors="replace"), place.path)[0].root
    except SourceError as error:
        return None, False, error.message
    if scalar is not None and scalar.style == "|" and _same_lines(text, scalar):
        _move(root, scalar.line, _indentation(scalar, repository), collapse=False)
        return root, False, ""
    line, column = (scalar.line, scalar.column) if scalar is not None else (place.line, place.column)
    _move(root, line, column, collapse=True)
    return root, True, ""


def _same_lines(text: str, scalar: Scalar) -> bool:
    return text.count("\n") == scalar.value.count("\n")


def _indentation(scalar: Scalar, repository: Repository) -> int:
    """The blanks in the file before the text's first line."""
    try:
        lines = repository.lines(scalar.path)[scalar.line : scalar.end_line]
    except SourceError:
        return 0
    for raw, value in zip(lines, scalar.value.split("\n"), strict=False):
        if value.strip():
            return max(0, len(raw) - len(raw.lstrip(" ")) - (len(value) - len(value.lstrip(" "))))
    return 0


def _move(root: Node | None, line: int, column: int, *, collapse: bool) -> None:
    """Give every node its place in the file; nodes that aliases share, once."""
    seen: set[int] = set()
    waiting: list[Node] = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if collapse:
            node.line = node.end_line = line
            node.column = column
        else:
            node.line += line
            node.end_line += line
            node.column += column
        if isinstance(node, Mapping):
            for key, value in node.pairs:
                waiting += (key, value)
        elif isinstance(node, Sequence):
            waiting += node.items
