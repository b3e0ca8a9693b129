"""Script text in a file, with the place of its first character."""

from __future__ import annotations

from barraiser.model.pipeline import Fragment
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Scalar
from barraiser.source.repository import Repository


def fragment_of(scalar: Scalar, repository: Repository) -> Fragment:
    """A scalar that holds script text: for a block scalar the text starts on the line after its indicator, indented."""
    path, line, value = scalar.path, scalar.line, scalar.value
    if scalar.style == "|":
        return Fragment(value, path, line + 1, _indentation(scalar, repository), end_line=scalar.end_line)
    if scalar.style == ">":
        first = _first_line(scalar)
        return Fragment(value, path, first, _indentation(scalar, repository), folded=True, end_line=scalar.end_line)
    columns = scalar.column - 1 + _properties(scalar, repository) + (1 if scalar.style else 0)
    folded = scalar.end_line > line or "\n" in value
    return Fragment(value, path, line, columns, folded=folded, end_line=scalar.end_line)


def _properties(scalar: Scalar, repository: Repository) -> int:
    """The width of an anchor and a tag before the value: a node's place is theirs."""
    try:
        rest = repository.lines(scalar.path)[scalar.line - 1][scalar.column - 1 :]
    except (SourceError, IndexError):
        return 0
    text = rest
    while text.startswith(("&", "!")):
        text = text.partition(" ")[2].lstrip(" ")
    return len(rest) - len(text) if text else 0


def _lines(scalar: Scalar, repository: Repository) -> list[str]:
    """The file's lines below a block scalar's indicator, to its end."""
    try:
        return repository.lines(scalar.path)[scalar.line : scalar.end_line]
    except SourceError:
        return []


def _indentation(scalar: Scalar, repository: Repository) -> int:
    """The blanks that the parser took from the front of each line: those before the first text, less what the value still has."""
    for raw, value in zip(_lines(scalar, repository), scalar.value.split("\n"), strict=False):
        if value.strip():
            return max(0, len(raw) - len(raw.lstrip(" ")) - (len(value) - len(value.lstrip(" "))))
    return 0


def _first_line(scalar: Scalar) -> int:
    """The line on which a folded scalar's text starts: blank lines above it are not folded into it."""
    leading = len(scalar.value) - len(scalar.value.lstrip("\n"))
    return min(scalar.line + 1 + leading, scalar.end_line)
