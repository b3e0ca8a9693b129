"""Where something stands in a file."""

from __future__ import annotations


class Place:
    """A path relative to the root, with ``/``; lines and columns start at 1, columns count code points, ``end_line`` is inclusive."""

    __slots__ = ("column", "end_line", "line", "path")

    def __init__(self, path: str, line: int, column: int = 1, end_line: int = 0) -> None:
        self.path = path
        self.line = line
        self.column = column
        self.end_line = end_line or line

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def __repr__(self) -> str:
        return f"Place({self.path}:{self.line}:{self.column})"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def key(self) -> tuple[str, int, int, int]:
        """What two places are compared and sorted by."""
        return (self.path, self.line, self.column, self.end_line)
