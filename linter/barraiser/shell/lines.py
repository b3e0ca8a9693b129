"""Scripts of PowerShell and cmd: one line after the other, without their grammar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from barraiser.model.pipeline import Script
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.shell.command import Command
from barraiser.shell.positions import Source

_MAX_COMMANDS: Final = 5000

_PIECE: Final = re.compile(
    r"""\$\{\{.*?\}\}|"(?:[^"`]|`.)*+"?|'[^']*+'?|&&|\|\||[;|&{}()]|[^\S\n]+|\#.*|[^\s"';|&{}()\#$]+|\$|."""
)
_CMD_PIECE: Final = re.compile(r"""\$\{\{.*?\}\}|"[^"]*+"?|&&|\|\||[|&()]|[^\S\n]+|[^\s"|&()$]+|\$|.""")
_COMMENT: Final = re.compile(r"@?(?:rem\b|::)", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"\$\{?(?:env:)?([A-Za-z_]\w*+)\}?|%([A-Za-z_]\w*+)%", re.IGNORECASE)
_ASSIGNED: Final = re.compile(r"\$(?:env:|script:|global:)?([A-Za-z_]\w*)$", re.IGNORECASE)
_BLOCKS: Final = frozenset(
    (
        "if",
        "else",
        "elseif",
        "foreach",
        "for",
        "while",
        "do",
        "until",
        "switch",
        "try",
        "catch",
        "finally",
        "function",
        "param",
    )
)
_LAST_STATUS: Final = re.compile(r"\$LASTEXITCODE|\$\?", re.IGNORECASE)
_LEAVES: Final = re.compile(r"\b(?:exit|throw)\b", re.IGNORECASE)


def line_commands(script: Script, family: str, variables: Mapping[str, str]) -> list[Command]:
    """The commands of a script, one or more a line. Whether a failure stops the script cannot be told, but for the last one."""
    commands: list[Command] = []
    known = dict(variables)
    for fragment in script.fragments:
        source = Source((fragment,))
        reader = _Reader(source, family, known, commands)
        reader.read()
    if commands:
        last = commands[-1]
        if last.soft == MAYBE and not last.conditional:
            last.soft, last.soft_reason = NO, ""
    return commands


class _Reader:
    """Reads the lines of one fragment."""

    def __init__(self, source: Source, family: str, known: dict[str, str], commands: list[Command]) -> None:
        self.source = source
        self.cmd = family == "cmd"
        self.known = known
        self.commands = commands
        self.depth = 0
        self.words: list[str] = []
        self.start = -1
        self.end = 0
        self.condition = ""
        self.operator = ""
        self.before: Command | None = None

    def read(self) -> None:
        """All lines; a trailing backtick (``^`` in cmd) continues one."""
        text = self.source.text
        at = 0
        continued = "^" if self.cmd else "`"
        while at < len(text) and len(self.commands) < _MAX_COMMANDS:
            stop = text.find("\n", at)
            stop = stop if stop >= 0 else len(text)
            line = text[at:stop].rstrip()
            if line.endswith(continued) and not line.lstrip().startswith("#"):
                self._line(at, at + len(line) - 1)
            elif not (self.cmd and _COMMENT.match(line.lstrip())):
                self._line(at, stop)
                self._ended("")
            at = stop + 1
        self._ended("")

    def _line(self, start: int, end: int) -> None:
        current = ""
        open_word = False
        pattern = _CMD_PIECE if self.cmd else _PIECE
        for match in pattern.finditer(self.source.text, start, end):
            piece = match.group()
            if piece.isspace() or piece[0] == "#":
                if open_word:
                    self._word(current, match.start())
                    current, open_word = "", False
                if piece[0] == "#":
                    return
            elif piece in ("&&", "||", ";", "|", "{", "}", "(", ")", "&"):
                if open_word:
                    self._word(current, match.start())
                    current, open_word = "", False
                self._operator(piece, match.start())
            else:
                if self.start < 0:
                    self.start = match.start()
                open_word = True
                current += piece[1:-1] if piece[0] in "\"'" and len(piece) > 1 and piece[-1] == piece[0] else piece
        if open_word:
            self._word(current, end)

    def _operator(self, piece: str, at: int) -> None:
        if piece in "()" and self.words:
            # Brackets within a command: an expression, which is part of it.
            self.words.append(piece)
            self.end = at + 1
            return
        if piece == "{":
            self.condition = self.source.quote(self.start, at) if self.start >= 0 else ""
        self._ended(piece)
        self.depth = max(0, self.depth + (piece == "{") - (piece == "}"))

    def _word(self, word: str, end: int) -> None:
        self.words.append(_VARIABLE.sub(self._value, word) if "$" in word or "%" in word else word)
        self.end = end

    def _value(self, match: re.Match[str]) -> str:
        return self.known.get(match.group(1) or match.group(2), match.group())

    def _ended(self, operator: str) -> None:
        """A command is complete; ``operator`` stands behind it."""
        words, self.words = self.words, []
        if len(self.commands) >= _MAX_COMMANDS:
            return
        start, self.start = self.start, -1
        before, self.before = self.before, None
        if self.cmd:
            words = self._plain_cmd(words)
        if not words:
            return
        if not self.cmd:
            if words[0].lower() in _BLOCKS:
                self._checked(words, start)
                return
            words = self._plain_powershell(words)
        if not words or words[0] in ("(", ")", "@"):
            return
        soft: Tri = MAYBE
        reason = "the shell may go on after a failure"
        if operator == "||":
            rest = self.source.quote(self.end, self.end + 40).lstrip("| ")
            leaves = rest.lower().startswith(("exit", "throw", "goto"))
            soft, reason = (NO, "") if leaves else (YES, f"|| {rest}")
        conditional = self.depth > 0 or self.operator in ("&&", "||")
        command = Command(
            words,
            self.source.place(start, self.end),
            text=self.source.quote(start, self.end),
            soft=soft,
            soft_reason=reason,
            conditional=conditional,
            condition=self.condition if conditional else "",
            stdin_from=before,
        )
        self.commands.append(command)
        self.operator = operator
        if operator == "|":
            self.before = command

    def _checked(self, words: list[str], start: int) -> None:
        """``if ($LASTEXITCODE -ne 0) { exit 1 }`` behind a command: its failure ends the script."""
        text = self.source.text[start : start + 300]
        if self.commands and _LAST_STATUS.search(" ".join(words)) and _LEAVES.search(text):
            last = self.commands[-1]
            if last.soft == MAYBE:
                last.soft, last.soft_reason = NO, ""

    def _plain_cmd(self, words: list[str]) -> list[str]:
        while words and words[0].lower().lstrip("@") in ("call", "cmd", "/c", "start", "/wait", "/b"):
            words = words[1:]
        if words and words[0].lower().lstrip("@") in ("echo", "rem", "setlocal", "endlocal", "if", "goto", "for"):
            return [] if len(words) < 2 else words
        if words and words[0].lower() == "set" and len(words) == 2 and "=" in words[1]:
            name, _, value = words[1].partition("=")
            self.known[name] = value
            return []
        if words:
            words = [words[0].lstrip("@"), *words[1:]]
        return words

    def _plain_powershell(self, words: list[str]) -> list[str]:
        """Without a call operator and what takes the result; a plain assignment is noted."""
        assigned = _ASSIGNED.match(words[0])
        if assigned and len(words) > 1 and words[1] in ("=", "+="):
            if len(words) == 3 and words[1] == "=" and "$" not in words[2] and not words[2][:1].isdigit():
                self.known[assigned.group(1)] = words[2]
                return []
            self.known.pop(assigned.group(1), None)
            words = words[2:]
        while words and words[0] in (".", "&", "(", "@"):
            words = words[1:]
        if words and (words[0].startswith("[") or (words[0][:1] in ("$", "@") and words[1:2] in (["="], ["+="]))):
            return []
        return words
