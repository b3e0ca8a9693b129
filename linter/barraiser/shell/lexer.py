"""Words of POSIX shells and bash: quotes, escapes, expansions, here-documents. One pass; nothing is read twice."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Final

from barraiser.shell.positions import TEXT_LIMIT, Source
from barraiser.shell.syntax import Block, Heredoc, Part, Program, Substitution, Variable, Word

MAX_WORK: Final = 60_000
"""Words, commands and programs in words of one text that are read; what is behind them is not. A script of 5,000 lines has half."""

MAX_NESTING: Final = 50
"""Open quotes, substitutions and compound commands within each other; what is deeper is taken as plain text."""

_BLANKS: Final = re.compile(r"(?:[ \t\f\v]|\\\n)*+")
_SKIPPED: Final = frozenset(" \t\f\v\\#")
_PLAIN: Final = re.compile(r"[^ \t\n\f\v'\"\\$`;&|<>()]+")
_IN_DOUBLE: Final = re.compile(r'[^"\\$`]+')
_IN_BRACES: Final = re.compile(r"[^}\"'\\$`\n]+")
_SIMPLE_NAME: Final = re.compile(r"[A-Za-z_]\w*|[0-9@*#?$!-]")
_BRACED_NAME: Final = re.compile(r"[#!]?+(?:[A-Za-z_]\w*+|[0-9]++|[@*#?$!-])(?:\[[^\]\n}]*+\])?+")
_OPERATOR: Final = re.compile(r":?[-=?+]|##?|%%?|//?|,,?|\^\^?|@|:")
_PARENTHESES: Final = re.compile(r"[^()]++|[()]")
_BACKTICKED: Final = re.compile(r"(?:[^`\\]++|\\.)*+", re.DOTALL)
_ESCAPES: Final = re.compile(r"(?:\\[^\n])++")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ANSI: Final = re.compile(r"\$'((?:[^'\\]++|\\.)*+)'?", re.DOTALL)
_ANSI_ESCAPE: Final = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{1,4}|[0-7]{1,3}|.)", re.DOTALL)
_ANSI_CHARACTERS: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_FAILED_BRACKETS: Final = 100
"""Searches for a closing bracket that may be in vain."""


class Work:
    """What is left of the work that one text may make, shared by the cursors in its parts."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_WORK


class Lexer(ABC):
    """A cursor in a text that reads words. The grammar is a subclass, since words may hold programs."""

    def __init__(self, source: Source, start: int, end: int | None, depth: int, work: Work | None) -> None:
        self.source = source
        self.text = source.text
        self.position = start
        self.end = len(self.text) if end is None else end
        self.depth = depth
        self.work = work or Work()
        self.incomplete = False
        self.pending: list[Heredoc] = []
        self._expressions = True
        self._failed_brackets = 0

    @abstractmethod
    def block_until(self, closer: str) -> Block:
        """The commands up to a closing bracket, which is consumed."""

    @abstractmethod
    def inner(self, source: Source, start: int, end: int) -> Program:
        """A program that stands in another text, or in a part of this one."""

    def spend(self, units: int) -> None:
        """Do some of the work that a text may make; with all of it done, the text ends here."""
        self.work.left -= units
        if self.work.left <= 0:
            self.end = min(self.end, self.position)

    def skip_blanks(self) -> None:
        """Go over blanks, continued lines and a comment."""
        text, at = self.text, self.position
        if at >= self.end or text[at] not in _SKIPPED:
            return
        match = _BLANKS.match(text, at, self.end)
        self.position = at = match.end() if match else at
        if at < self.end and text[at] == "#":
            at = text.find("\n", at, self.end)
            self.position = at if at >= 0 else self.end

    def line_ended(self) -> None:
        """Go over a line end; the here-documents that its line asked for follow it."""
        self.position += 1
        if self.pending:
            pending, self.pending = self.pending, []
            for heredoc in pending:
                self._read_heredoc(heredoc)

    def _read_heredoc(self, heredoc: Heredoc) -> None:
        text, end = self.text, self.end
        heredoc.start = at = self.position
        while at < end:
            stop = text.find("\n", at, end)
            stop = stop if stop >= 0 else end
            if stop - at <= len(heredoc.delimiter) + 40:
                line = text[at:stop].lstrip("\t") if heredoc.tabs else text[at:stop]
                if line == heredoc.delimiter:
                    heredoc.end = at
                    self.position = min(stop + 1, end)
                    break
            at = stop + 1
        else:
            heredoc.end = self.position = end
            self.incomplete = True
        body = text[heredoc.start : heredoc.end]
        heredoc.text = re.sub(r"(?m)^\t+", "", body) if heredoc.tabs else body

    def word(self) -> Word | None:
        """The word that starts here; None where none does."""
        text, start, end = self.text, self.position, self.end
        match = _PLAIN.match(text, start, end)
        if match:
            self.position = at = match.end()
            if at >= end or text[at] in " \t\n;&|":
                return Word([match.group()], start, at)
        parts: list[Part] = [match.group()] if match else []
        quoted = False
        inner: tuple[int, int] | None = None
        while self.position < self.end:
            at = self.position
            character = text[at]
            if character == "'":
                parts.append(self._single())
                inner = (at + 1, self.position - 1)
                quoted = True
            elif character == '"':
                quoted = True
                as_written = self._double(parts)
                inner = (at + 1, self.position - 1) if as_written else None
            elif character == "\\":
                quoted = True
                self._escape(parts)
            elif character == "$":
                quoted = self._dollar(parts, quoted=False) or quoted
            elif character == "`":
                parts.append(self._backticks())
            elif character in "<>":
                if at != start or not text.startswith("(", at + 1) or self.depth >= MAX_NESTING:
                    break
                parts.append(self._substitution())
            elif character == "(":
                if not parts or at == start or text[at - 1] not in "?*+@!" or not isinstance(parts[-1], str):
                    break
                parts.append(self._balanced())
            else:
                plain = _PLAIN.match(text, at, end)
                if plain is None:
                    break
                parts.append(plain.group())
                self.position = plain.end()
        if self.position == start:
            return None
        if inner != (start + 1, self.position - 1):
            inner = None
        return Word(_joined(parts), start, self.position, quoted=quoted, inner=inner)

    def bracket_word(self) -> Word | None:
        """A word within ``[[ ]]``, where most operators are plain text."""
        start = self.position
        parts: list[Part] = []
        quoted = False
        while self.position < self.end and self.text[self.position] not in " \t\n;":
            piece = self.word()
            if piece is None:
                parts.append(self.text[self.position])
                self.position += 1
            else:
                parts += piece.parts
                quoted = quoted or piece.quoted
        if self.position == start:
            return None
        return Word(_joined(parts), start, self.position, quoted=quoted)

    def _single(self) -> str:
        """Single quotes; an expression of the platform in them may hold quotes itself."""
        text, end = self.text, self.end
        start = at = self.position + 1
        while True:
            stop = text.find("'", at, end)
            if stop < 0:
                self.position = end
                self.incomplete = True
                return text[start:end]
            opened = text.find("${{", at, stop)
            closed = self._expression_end(opened) if opened >= 0 else -1
            if closed <= stop:
                self.position = stop + 1
                return text[start:stop]
            at = closed

    def _double(self, parts: list[Part]) -> bool:
        """Double quotes. Whether the text between them stands for itself, variables apart."""
        text, end = self.text, self.end
        self.position += 1
        self.depth += 1
        as_written = True
        while self.position < self.end:
            at = self.position
            character = text[at]
            if character == '"':
                self.position += 1
                break
            if character == "\\":
                as_written = False
                following = text[at + 1 : min(at + 2, end)]
                if following in ("$", "`", '"', "\\"):
                    parts.append(following)
                elif following != "\n":
                    parts.append("\\" + following)
                self.position = min(at + 2, end)
            elif character == "$":
                self._dollar(parts, quoted=True)
            elif character == "`":
                parts.append(self._backticks())
            else:
                match = _IN_DOUBLE.match(text, at, end)
                if match is None:
                    break
                parts.append(match.group())
                self.position = match.end()
        else:
            self.incomplete = True
            as_written = False
        self.depth -= 1
        if not parts:
            parts.append("")
        return as_written

    def _escape(self, parts: list[Part]) -> None:
        match = _ESCAPES.match(self.text, self.position, self.end)
        if match is not None:
            parts.append(_ESCAPED.sub(r"\1", match.group()))
            self.position = match.end()
            return
        if self.position + 1 >= self.end:
            parts.append("\\")
        self.position = min(self.position + 2, self.end)

    def _expression_end(self, start: int) -> int:
        """Where the platform's expression ``${{ }}`` that starts there ends; -1 if it does not."""
        if not self._expressions:
            return -1
        closed = self.text.find("}}", start, self.end)
        if closed < 0:
            self._expressions = False
            return -1
        return closed + 2

    def _dollar(self, parts: list[Part], *, quoted: bool) -> bool:
        """What a dollar sign starts. Whether it was a quotation."""
        text, at, end = self.text, self.position, self.end
        following = text[at + 1 : min(at + 2, end)]
        if following == "{":
            closed = self._expression_end(at) if text.startswith("${{", at) else -1
            if closed >= 0:
                parts.append(text[at:closed])
                self.position = closed
            elif self.depth < MAX_NESTING:
                parts.append(self._braced(quoted=quoted))
            else:
                parts.append("${")
                self.position += 2
        elif following == "(":
            if not self._arithmetic(parts):
                if self.depth < MAX_NESTING:
                    parts.append(self._substitution())
                else:
                    parts.append("$(")
                    self.position += 2
        elif following == "'" and not quoted:
            match = _ANSI.match(text, at, end)
            if match is not None:
                parts.append(_ANSI_ESCAPE.sub(_ansi, match.group(1)))
                self.position = match.end()
                self.incomplete = self.incomplete or match.end() == match.end(1)
                return True
        elif following == '"' and not quoted:
            self.position += 1
            self._double(parts)
            return True
        else:
            match = _SIMPLE_NAME.match(text, at + 1, end)
            if match is None:
                parts.append("$")
                self.position += 1
            else:
                parts.append(Variable(match.group(), "$" + match.group(), quoted=quoted))
                self.position = match.end()
        return False

    def _braced(self, *, quoted: bool) -> Variable | str:
        """``${...}``. An unclosed one ends with its line."""
        text, start, end = self.text, self.position, self.end
        match = _BRACED_NAME.match(text, start + 2, end)
        if match is None:
            self.position = start + 2
            self._until_brace(quoted=quoted)
            return self.source.quote(start, self.position)
        self.position = match.end()
        if text.startswith("}", self.position) and self.position < end:
            self.position += 1
            return Variable(match.group(), text[start : self.position], quoted=quoted)
        operator = _OPERATOR.match(text, self.position, end)
        if operator is not None:
            self.position = operator.end()
        argument = self._until_brace(quoted=quoted)
        raw = text[start : min(self.position, start + TEXT_LIMIT)]
        return Variable(
            match.group(), raw, quoted=quoted, operator=operator.group() if operator else "?", argument=argument
        )

    def _until_brace(self, *, quoted: bool) -> Word:
        """The rest of ``${...}``, its closing brace consumed."""
        text, start, end = self.text, self.position, self.end
        parts: list[Part] = []
        self.depth += 1
        while self.position < self.end:
            at = self.position
            character = text[at]
            if character == "}":
                self.position += 1
                break
            if character == "\n":
                break
            if character == "\\":
                self._escape(parts)
            elif character == "$":
                self._dollar(parts, quoted=quoted)
            elif character == "`":
                parts.append(self._backticks())
            elif character == '"':
                if quoted or self.depth >= MAX_NESTING:
                    parts.append(character)
                    self.position += 1
                else:
                    self._double(parts)
            elif character == "'":
                stop = text.find("'", at + 1, min(end, at + TEXT_LIMIT)) if not quoted else -1
                parts.append(text[at + 1 : stop] if stop >= 0 else character)
                self.position = stop + 1 if stop >= 0 else at + 1
            else:
                match = _IN_BRACES.match(text, at, end)
                if match is None:
                    break
                parts.append(match.group())
                self.position = match.end()
        self.depth -= 1
        return Word(_joined(parts), start, self.position, quoted=quoted)

    def _arithmetic(self, parts: list[Part]) -> bool:
        """``$((...))`` as it is written; not one where the brackets do not end together."""
        if not self.text.startswith("((", self.position + 1):
            return False
        closed = self.double_brackets(self.position + 1)
        if closed < 0:
            return False
        parts.append(self.source.quote(self.position, closed))
        self.position = closed
        return True

    def double_brackets(self, start: int) -> int:
        """Where ``((...))`` that starts there ends; -1 if it is none, or longer than any real one."""
        inner = self._closing(start + 1, several_lines=True)
        if inner < 0 or not self.text.startswith(")", inner) or inner >= self.end:
            return -1
        return inner + 1

    def _closing(self, start: int, *, several_lines: bool = False) -> int:
        """The offset behind the bracket that closes the one there; -1 if it is not near."""
        if self._failed_brackets > _FAILED_BRACKETS:
            return -1
        open_brackets = 0
        for match in _PARENTHESES.finditer(self.text, start, min(self.end, start + TEXT_LIMIT)):
            piece = match.group()
            if piece == "(":
                open_brackets += 1
            elif piece == ")":
                open_brackets -= 1
                if open_brackets == 0:
                    return match.end()
            elif "\n" in piece and not several_lines:
                break
        self._failed_brackets += 1
        return -1

    def _balanced(self) -> str:
        """A pattern's alternatives ``(a|b)``, as they are written."""
        start = self.position
        closed = self._closing(start)
        self.position = closed if closed >= 0 else start + 1
        return self.text[start : self.position]

    def _substitution(self) -> Substitution:
        """``$(...)``, ``<(...)`` or ``>(...)``."""
        start = self.position
        self.position += 2
        self.spend(5)
        self.depth += 1
        program = Program(self.block_until(")"), self.source)
        self.depth -= 1
        return Substitution(program, self.source.quote(start, self.position))

    def _backticks(self) -> Part:
        """Backticks: their content is read by a cursor of its own, with one level of backslashes taken off."""
        start = self.position
        match = _BACKTICKED.match(self.text, start + 1, self.end)
        stop = match.end() if match else start + 1
        if stop >= self.end:
            self.incomplete = True
        self.position = min(stop + 1, self.end)
        raw = self.source.quote(start, self.position)
        self.spend(10)
        if self.depth >= MAX_NESTING:
            return raw
        content = self.text[start + 1 : stop]
        if "\\" not in content:
            return Substitution(self.inner(self.source, start + 1, stop), raw)
        plain = re.sub(r"\\([\\`$])", r"\1", content)
        source = Source((), text=plain, place=self.source.place(start, stop))
        return Substitution(self.inner(source, 0, len(plain)), raw)


def _joined(parts: list[Part]) -> list[Part]:
    """The parts with neighbouring texts made one; at least one part."""
    if len(parts) < 2:
        return parts or [""]
    joined: list[Part] = []
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        if texts:
            joined.append("".join(texts))
            texts = []
        joined.append(part)
    if texts:
        joined.append("".join(texts))
    return joined


def _ansi(match: re.Match[str]) -> str:
    """One escape of ``$'...'``."""
    body = match.group(1)
    if body[0] in "xu" and len(body) > 1:
        code = int(body[1:], 16)
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
    if body.isdigit():
        return chr(int(body, 8)) if body.isascii() and not set(body) & {"8", "9"} else body
    return _ANSI_CHARACTERS.get(body, body)
