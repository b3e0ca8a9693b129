"""The command line's grammar: argparse, with help that fits a terminal and messages that name the nearest right word."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

USAGE_ERROR = 2
MIN_WIDTH = 50
MAX_WIDTH = 100
OPERANDS = "operands"
"""The key of what stands in the arguments besides options."""


class UsageError(Exception):
    """What was asked for makes no sense; the message is for the user."""


class Help(argparse.HelpFormatter):
    """Help as wide as the terminal, within limits."""

    def __init__(self, prog: str) -> None:
        # With a width of its own argparse does not import shutil.
        super().__init__(prog, max_help_position=30, width=_columns())

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """The first line, with a capital."""
        super().add_usage(usage, actions, groups, "Usage: " if prefix is None else prefix)


def _columns() -> int:
    asked = os.environ.get("COLUMNS", "")
    try:
        found = int(asked) if asked.isdecimal() else os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        found = MAX_WIDTH
    return max(MIN_WIDTH, min(found, MAX_WIDTH))


class Parser(argparse.ArgumentParser):
    """The arguments of one command. Options may stand before and after its operands; none can be abbreviated.

    ``operands``: as the usage line shows them. ``least`` and ``most``: how many there must and may be.
    """

    def __init__(
        self, command: str, description: str, operands: str = "", *, least: int = 0, most: int = 0, epilog: str = ""
    ) -> None:
        prog = f"barraiser {command}".rstrip()
        super().__init__(
            prog=prog,
            usage=f"{prog} [OPTIONS] {operands}".rstrip(),
            description=description,
            epilog=epilog or None,
            formatter_class=Help,
            allow_abbrev=False,
            add_help=False,
        )
        self.operands = operands
        self.least = least
        self.most = most

    def read(self, arguments: Sequence[str]) -> dict[str, Any]:
        """The values of the options, and the operands. Leaves with status 2 for wrong ones, with 0 after ``--help``."""
        self._add_help()
        before = list(arguments)
        after: list[str] = []
        if "--" in before:
            split = before.index("--")
            before, after = before[:split], before[split + 1 :]
        # argparse itself cannot have operands between options.
        given, rest = self.parse_known_args(before)
        for word in rest:
            if word.startswith("-") and word != "-":
                self.error(f"there is no option `{word}`{self._nearest(word)}")
        rest += after
        if len(rest) < self.least:
            self.error(f"{self.operands} is missing")
        if len(rest) > self.most:
            self.error(f"one argument too many: `{rest[self.most]}`")
        return {**vars(given), OPERANDS: rest}

    def _add_help(self) -> None:
        """The option ``--help``; added last, it stands last in the help."""
        group = self.add_argument_group("Other options")
        group.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help="Show this message and exit.")

    def _nearest(self, word: str) -> str:
        from barraiser.policy.nearest import suggestion

        return suggestion(word.partition("=")[0], self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """End the run: what is wrong and where to look, on standard error."""
        from barraiser.report.escape import inert, visible

        message = message.removeprefix("argument ")
        sys.stderr.write(f"{self.format_usage()}Try '{self.prog} --help' for help.\n\n")
        sys.stderr.write(f"Error: {inert(visible(message))}\n")
        raise SystemExit(USAGE_ERROR)


def one_of(words: Sequence[str]) -> Callable[[str], str]:
    """The type of an option that takes one of some words; the error names the nearest."""

    def word(text: str) -> str:
        if text in words:
            return text
        from barraiser.policy.nearest import suggestion

        shown = ", ".join(f"'{each}'" for each in words)
        raise argparse.ArgumentTypeError(f"`{text}` is not one of {shown}{suggestion(text, words)}")

    return word


def whole_number(most: int) -> Callable[[str], int]:
    """The type of an option that takes a number from 0 to ``most``."""

    def number(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"`{text}` is no whole number from 0 to {most}")

    return number
