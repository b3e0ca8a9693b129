"""Light nodes that know where they stand. One tree form for YAML, JSON and HCL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from barraiser.model.place import Place
from barraiser.source.text import split_lines


class Scalar:
    """A scalar as text. ``style``: ``""`` plain, ``'``, ``"``, ``|`` or ``>``. Lines and columns start at 1 (for ``|`` and
    ``>`` they are the indicator's). ``tag``: an explicit tag such as ``!Ref``, else empty."""

    __slots__ = ("column", "end_line", "line", "path", "style", "tag", "value")

    def __init__(
        self, value: str, path: str, line: int, column: int, end_line: int, style: str = "", tag: str = ""
    ) -> None:
        self.value = value
        self.path = path
        self.line = line
        self.column = column
        self.end_line = end_line
        self.style = style
        self.tag = tag

    @property
    def plain(self) -> bool:
        """Written without quotes, so that it may be a boolean, a number or null."""
        return self.style == ""

    def is_null(self) -> bool:
        """An empty or null plain scalar."""
        return self.style == "" and self.tag == "" and self.value in ("", "~", "null", "Null", "NULL")

    def as_bool(self) -> bool | None:
        """The YAML 1.2 core booleans, when written without quotes; else None."""
        if self.style == "":
            if self.value in ("true", "True", "TRUE"):
                return True
            if self.value in ("false", "False", "FALSE"):
                return False
        return None

    def as_number(self) -> float | None:
        """A decimal number, quoted or not; else None."""
        try:
            return float(self.value)
        except ValueError:
            return None

    def __repr__(self) -> str:
        return f"Scalar({self.value!r} @{self.line}:{self.column})"


class Sequence:
    """A list of nodes."""

    __slots__ = ("column", "end_line", "items", "line", "path", "tag")

    def __init__(self, path: str, line: int, column: int, tag: str = "") -> None:
        self.items: list[Node] = []
        self.path = path
        self.line = line
        self.column = column
        self.end_line = line
        self.tag = tag

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


class Mapping:
    """Pairs in file order. Duplicate keys are the loader's to report; the last one wins here. Not changed after the first look-up."""

    __slots__ = ("_index", "column", "end_line", "line", "pairs", "path", "tag")

    def __init__(self, path: str, line: int, column: int, tag: str = "") -> None:
        self.pairs: list[tuple[Scalar, Node]] = []
        self.path = path
        self.line = line
        self.column = column
        self.end_line = line
        self.tag = tag
        self._index: dict[str, tuple[Scalar, Node]] | None = None

    def _indexed(self) -> dict[str, tuple[Scalar, Node]]:
        index = self._index = {pair[0].value: pair for pair in self.pairs}
        return index

    def duplicate_keys(self) -> list[tuple[Scalar, Scalar]]:
        """Keys that stand more than once: the first place of each with every further one. Merge keys ``<<`` may."""
        index = self._indexed()
        if len(index) == len(self.pairs):
            return []
        first: dict[str, Scalar] = {}
        found = []
        for key, _ in self.pairs:
            earlier = first.setdefault(key.value, key)
            if earlier is not key and key.value != "<<":
                found.append((earlier, key))
        return found

    def replace(self, pairs: list[tuple[Scalar, Node]]) -> None:
        """Other pairs, for the loader that resolves merge keys."""
        self.pairs = pairs
        self._index = None

    def get(self, key: str) -> Node | None:
        """The value of a key, or None."""
        index = self._index
        pair = (self._indexed() if index is None else index).get(key)
        return None if pair is None else pair[1]

    def key(self, key: str) -> Scalar | None:
        """The node of the key itself, for its place, or None."""
        index = self._index
        pair = (self._indexed() if index is None else index).get(key)
        return None if pair is None else pair[0]

    def __contains__(self, key: str) -> bool:
        index = self._index
        return key in (self._indexed() if index is None else index)

    def has_any(self, keys: Iterable[str]) -> bool:
        """Whether one of these keys is there."""
        index = self._index
        return not (self._indexed() if index is None else index).keys().isdisjoint(keys)

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def mapping(self, key: str) -> Mapping | None:
        """The value of a key if it is a mapping."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else None

    def sequence(self, key: str) -> Sequence | None:
        """The value of a key if it is a sequence."""
        value = self.get(key)
        return value if isinstance(value, Sequence) else None

    def text(self, key: str, default: str = "") -> str:
        """The text of a key whose value is a scalar that is not null, else the default."""
        value = self.get(key)
        return value.value if isinstance(value, Scalar) and not value.is_null() else default


Node = Scalar | Sequence | Mapping


class Document:
    """One document of a file: ``path`` relative to the root, its ``root`` node (None when empty), the file's text, and the
    keys that stand twice in one mapping (the first and the second of each). ``merges``: the merge keys ``<<`` that were
    resolved, for platforms that do not know them."""

    __slots__ = ("_lines", "data", "duplicates", "merges", "path", "root")

    def __init__(self, path: str, root: Node | None, data: str) -> None:
        self.path = path
        self.root = root
        self.data = data
        self.duplicates: list[tuple[Scalar, Scalar]] = []
        self.merges: list[Scalar] = []
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The file's lines, split once, when first asked for."""
        if self._lines is None:
            self._lines = split_lines(self.data)
        return self._lines


def place_of(node: Node) -> Place:
    """The whole of a node."""
    return Place(node.path, node.line, node.column, node.end_line)


def line_of(node: Node) -> Place:
    """The first line of a node alone: what a finding on a key points at."""
    return Place(node.path, node.line, node.column, node.line)


def describe(node: Node | None) -> str:
    """What a node is, in a user's words: for messages about wrong types."""
    if node is None:
        return "nothing"
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if node.is_null():
        return "nothing (null)"
    return "text"
