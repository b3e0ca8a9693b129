"""The lines and words that a loop reads, and a command takes by ``xargs``, where the script itself writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.shell.command import Command
from barraiser.shell.outcome import name_of
from barraiser.shell.syntax import Loop, Simple, Substitution
from barraiser.shell.variables import Variables

MAX_VALUES: Final = 20
"""Values beyond which a loop is read as one pass."""

_UNKNOWN: Final = re.compile(r"[$`*?\[\\]")
_TAKES: Final = frozenset(("-a", "-d", "-E", "-L", "-n", "-P", "-s"))


def lines_from(source: Command | None) -> list[str] | None:
    """The lines that ``echo`` or ``printf '%s\\n'`` hands on; None where they are not written in the script."""
    if source is None or not source.words:
        return None
    name, given = source.words[0], list(source.words[1:])
    if name == "printf":
        if not given or given[0].count("%") != 1 or not given[0].startswith("%s") or "\\n" not in given[0]:
            return None
        lines = given[1:]
    elif name == "echo":
        if given[:1] and given[0].startswith("-"):
            return None
        lines = " ".join(given).split("\n")
    else:
        return None
    return _known(lines)


def words_from(source: Command | None) -> list[str] | None:
    """As ``lines_from``, by words: what ``xargs`` makes of them."""
    lines = lines_from(source)
    return None if lines is None else _known(" ".join(lines).split())


def echoed(part: Substitution, variables: Variables) -> list[str] | None:
    """The words of ``$(echo a b)``."""
    items = part.program.body.items
    if len(items) != 1 or not isinstance(items[0], Simple) or name_of(items[0]) != "echo":
        return None
    return _known(" ".join(variables.value(word) for word in items[0].words[1:]).split())


def read_name(node: Loop) -> str:
    """The one variable that ``while read -r NAME`` sets; empty where the condition is another."""
    items = node.condition.items if node.condition else []
    if len(items) != 1 or not isinstance(items[0], Simple) or name_of(items[0]) != "read" or node.kind != "while":
        return ""
    words = [word.literal or "" for word in items[0].words[1:]]
    names = [word for word in words if word != "-r"]
    return names[0] if len(names) == 1 and names[0].isidentifier() else ""


def lines_of(node: Loop) -> list[str] | None:
    """The lines that stand in a loop's heredoc; None where there is none, or they are computed."""
    heredoc = node.redirections.heredoc if node.redirections is not None else None
    return None if heredoc is None else _known([line.strip() for line in heredoc.text.splitlines() if line.strip()])


def by_xargs(words: Sequence[str], values: Sequence[str]) -> list[list[str]]:
    """The commands that ``xargs -I{} CMD`` or ``xargs -n1 CMD`` runs for these values; none where it runs one for all of them."""
    at, mark, each = 1, "", False
    while at < len(words) and words[at].startswith("-"):
        word = words[at]
        if word.startswith(("-I", "-i")) and not word.startswith("--"):
            mark = word[2:] or ("{}" if word == "-i" else words[at + 1] if at + 1 < len(words) else "")
            at += 1 if word == "-I" else 0
        elif word in ("-n1", "-L1") or (word in ("-n", "-L") and words[at + 1 : at + 2] in (["1"], ("1",))):
            each = True
        at += 2 if word in _TAKES else 1
    command = words[at:]
    if not command or not (mark or each):
        return []
    if mark:
        return [[word.replace(mark, value) for word in command] for value in values]
    return [[*command, value] for value in values]


def _known(values: list[str]) -> list[str] | None:
    if not 0 < len(values) <= MAX_VALUES or any(_UNKNOWN.search(value) for value in values):
        return None
    return values
