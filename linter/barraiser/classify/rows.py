"""The little language of the vocabulary's rows: patterns that match a command's words, marks that say what a match means.

A pattern is words that the command's words (without options) must start with; ``a|b`` is either. ``+--flag|-f`` asks for an option,
``~part|part`` for a part of any word (upper or lower case), ``=word|word`` for a whole word anywhere, ``*`` stands for any word.
Marks are separated by blanks:

``waits=yes|no`` the tool (does not) wait for the outcome; ``wait=A,B`` it waits with one of these options, else not;
``nowait=A,B`` it waits unless one of them is given; ``back=A,B`` options that bring the old version back; ``noback=A,B`` options
that keep the failed one; ``target=A,B`` options (or ``N``, the N-th word) that name what is deployed; ``def=A,B`` options that name
what is applied (``@N`` the N-th word, ``@last``); ``named=A,B`` options whose value is the name of a program of the team's own, which
alone says what it does; ``image=A,B`` options that name images; ``env=A,B`` options (or ``@N``) that hold an
environment's name; ``aim=A,B`` further options that tell the environment (``*``: all words); ``default=CLASS:CONFIDENCE``;
``destroys=WHAT``; ``as=PIPELINE-KIND``; ``also=KIND:CONFIDENCE`` a second activity; ``c=CONFIDENCE``; the flags ``opaque``,
``elsewhere`` (another system's own pipeline does it), ``sets`` (it chooses where later commands of the job go), ``watch`` (it waits
for a deploy before it) and ``untest`` (options may take the tests out of a build).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

Marks = Mapping[str, str]
Row = tuple[tuple[str, ...], str, str]

NO_MARKS: Final[Marks] = {}


class Words:
    """A command's words, split: ``program``; ``plain``: words that are no options and no values of known ones; ``all``: everything
    after the program."""

    __slots__ = ("_low", "all", "plain", "program")

    def __init__(self, program: str, rest: Sequence[str], valued: frozenset[str]) -> None:
        self.program = program
        self.all = tuple(rest)
        self.plain: list[str] = []
        skip = False
        for word in rest:
            if skip:
                skip = False
            elif word == "--":
                continue
            elif len(word) > 1 and word[0] == "-":
                skip = word in valued
            else:
                self.plain.append(word)
        self._low: list[str] | None = None

    @property
    def low(self) -> list[str]:
        """Everything after the program in lower case."""
        low = self._low
        if low is None:
            low = self._low = [word.lower() for word in self.all]
        return low

    def flag(self, names: Sequence[str]) -> str:
        """The first of these options that is given and not switched off, as written; ``--name=value`` asks for that value."""
        for word in self.all:
            if word in names:
                return word
            head, equals, value = word.partition("=")
            if equals and head in names and value.lower() not in ("false", "no", "0", "none"):
                return word
        return ""

    def option(self, names: Sequence[str]) -> list[str]:
        """All values of these options: ``--name value``, ``--name=value``, ``-nvalue`` for one-letter ones."""
        found = []
        every = self.all
        for at, word in enumerate(every):
            if not word.startswith("-"):
                continue
            head, equals, value = word.partition("=")
            if head in names:
                if equals:
                    found.append(value)
                elif at + 1 < len(every):
                    found.append(every[at + 1])
            elif len(word) > 2 and word[1] != "-" and word[:2] in names and not equals:
                found.append(word[2:])
        return found

    def at(self, where: str) -> str:
        """The word at ``N`` or ``last`` among the plain ones, empty where there is none."""
        index = -1 if where == "last" else int(where)
        return self.plain[index] if -len(self.plain) <= index < len(self.plain) else ""


def matching(rows: Sequence[tuple[str, str, str]], words: Words) -> tuple[str, str] | None:
    """Kind and marks of the first row that the words match."""
    for pattern, kind, marks in rows:
        if not pattern or _matches(pattern, words):
            return kind, marks
    return None


def _matches(pattern: str, words: Words) -> bool:
    at = 0
    plain = words.plain
    for part in pattern.split(" "):
        first = part[0]
        if first == "+":
            if not words.flag(part[1:].split("|")):
                return False
        elif first == "~":
            parts = part[1:].lower().split("|")
            if not any(each in word for word in words.low for each in parts):
                return False
        elif first == "=":
            if set(part[1:].split("|")).isdisjoint(plain):
                return False
        elif part == "*":
            if at >= len(plain):
                return False
            at += 1
        else:
            if at >= len(plain) or plain[at] not in part.split("|"):
                return False
            at += 1
    return True


def marks_of(text: str) -> Marks:
    """Marks as a mapping; flags have the value ``yes``."""
    if not text:
        return NO_MARKS
    known = _MARKS.get(text)
    if known is None:
        known = _MARKS[text] = {}
        for part in text.split():
            name, equals, value = part.partition("=")
            known[name] = value if equals else "yes"
    return known


_MARKS: Final[dict[str, dict[str, str]]] = {}
