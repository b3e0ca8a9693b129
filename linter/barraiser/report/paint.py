"""Colours for a terminal; without them, nothing."""

from __future__ import annotations

from typing import Final

_CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
SEVERITY_STYLE: Final = {"error": "red", "warning": "yellow", "info": "blue"}
VERDICT_STYLE: Final = {"blocked": "red", "unreadable": "red", "passed": "green", "not-a-deployment": "dim"}


class Paint:
    """Styles text if the output is coloured. What is styled must have been made visible before."""

    __slots__ = ("colored",)

    def __init__(self, colored: bool) -> None:
        self.colored = colored

    def __call__(self, text: str, *styles: str) -> str:
        """The text with styles of ``bold dim red green yellow blue cyan``."""
        if not self.colored or not text:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"


def wrapped(text: str, width: int, indent: str, first: str | None = None) -> list[str]:
    """A paragraph's words in lines of at most ``width`` columns (a longer word stands alone), ``first`` before the first line."""
    lines: list[str] = []
    line = indent if first is None else first
    empty = True
    for word in text.split():
        if not empty and len(line) + 1 + len(word) > width:
            lines.append(line)
            line, empty = indent, True
        line += word if empty else f" {word}"
        empty = False
    return [*lines, line] if not empty or first else lines
