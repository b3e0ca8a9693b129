"""Script text that knows where each of its characters stands in a file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from barraiser.model.pipeline import Fragment
from barraiser.model.place import Place

TEXT_LIMIT: Final = 1000
"""Characters of a command's text that are kept: a message quotes less, and a script may be one command of a megabyte."""


class Source:
    """The text that is parsed: one fragment, several joined by line ends, or text that has but one place (a variable's value)."""

    __slots__ = ("_fragments", "_lines", "_place", "_starts", "text")

    def __init__(self, fragments: Sequence[Fragment], *, text: str | None = None, place: Place | None = None) -> None:
        self._fragments = fragments
        self._place = place
        self._starts: list[int] = []
        self._lines: list[int] | None = None
        if text is None:
            texts = [one_break(fragment.text) for fragment in fragments]
            at = 0
            for piece in texts:
                self._starts.append(at)
                at += len(piece) + 1
            text = texts[0] if len(texts) == 1 else "\n".join(texts)
        self.text = text

    def place(self, start: int, end: int) -> Place:
        """The place of the characters from ``start`` to before ``end``."""
        if self._place is not None:
            return self._place
        index = bisect_right(self._starts, start) - 1 if len(self._starts) > 1 else 0
        fragment = self._fragments[index]
        if fragment.folded:
            return Place(fragment.path, fragment.line, fragment.columns + 1, fragment.end_line)
        lines = self._lines
        if lines is None:
            lines = self._lines = _line_starts(self.text)
        line = bisect_right(lines, start) - 1
        last = bisect_right(lines, max(start, end - 1)) - 1
        first = bisect_right(lines, self._starts[index]) - 1
        base = fragment.line - first
        return Place(fragment.path, base + line, fragment.columns + start - lines[line] + 1, base + last)

    def quote(self, start: int, end: int) -> str:
        """What stands there, on one line."""
        piece = self.text[start : min(end, start + TEXT_LIMIT)]
        if "\n" in piece or "\t" in piece or "  " in piece:
            piece = " ".join(piece.replace("\\\n", " ").split())
        return piece


def one_break(text: str) -> str:
    """The text with LF as its only line end."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _line_starts(text: str) -> list[int]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts
