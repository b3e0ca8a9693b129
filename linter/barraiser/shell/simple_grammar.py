"""The grammar of simple commands: assignments, words, redirections, tests."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Final

from barraiser.shell.lexer import Lexer
from barraiser.shell.syntax import Assignment, Heredoc, Node, Redirections, Simple, Substitution, Word

REDIRECTION: Final = re.compile(r"(?:[0-9]++|\{[A-Za-z_]\w*+\})?+(<<<|<<-?|<>|<&|>&|>>|>\||<(?!\()|>(?!\())|&>>?")
FUNCTION_BRACKETS: Final = re.compile(r"[ \t]*+\([ \t]*+\)")
_ASSIGNED: Final = re.compile(r"([A-Za-z_]\w*+)(\[[^\]]*+\])?(\+?)=")
_DECLARING: Final = frozenset(("declare", "export", "local", "readonly", "typeset"))


class SimpleGrammar(Lexer):
    """Reads simple commands; compound ones are the subclass's."""

    @abstractmethod
    def definition(self, name: Word, start: int) -> Node | None:
        """A function whose name is read, and whose brackets stand here."""

    def skip_lines(self) -> None:
        """Go over line ends, blanks and comments."""
        while True:
            self.skip_blanks()
            if self.position >= self.end or self.text[self.position] != "\n":
                return
            self.line_ended()

    def words(self, closer: str) -> list[Word]:
        """Words up to the line's end or, with a closing bracket, up to that over several lines."""
        words: list[Word] = []
        while True:
            if closer:
                self.skip_lines()
            else:
                self.skip_blanks()
            word = self.word() if self.position < self.end else None
            if word is not None:
                words.append(word)
                self.spend(1)
            elif closer and self.position < self.end and self.text[self.position] in "<>&|;":
                self.position += 1
            else:
                return words

    def arithmetic_command(self, closed: int) -> Simple:
        """``(( ... ))`` as a command of three words."""
        start = self.position
        words = [
            Word(["(("], start, start + 2),
            Word([self.text[start + 2 : closed - 2].strip()], start + 2, closed - 2, quoted=True),
            Word(["))"], closed - 2, closed),
        ]
        self.position = closed
        return Simple(words, [], None, start, closed)

    def test(self) -> Simple:
        """``[[ ... ]]``; an unclosed one ends with its line."""
        start = self.position
        words = [Word(["[["], start, start + 2)]
        self.position += 2
        while self.position < self.end:
            self.skip_blanks()
            character = self.text[self.position : self.position + 1]
            if character == "\n" and words[-1].literal in ("&&", "||", "[["):
                self.line_ended()
                continue
            word = self.bracket_word()
            if word is None:
                break
            words.append(word)
            self.spend(1)
            if word.literal == "]]" and not word.quoted:
                break
        test = Simple(words, [], None, start, self.position)
        redirections = Redirections()
        while (match := REDIRECTION.match(self.text, self.position, self.end)) is not None:
            self.redirection(match, redirections)
            self.skip_blanks()
        return test

    def simple(self) -> Node | None:
        """Assignments, words and redirections up to an operator or a line end."""
        text, end = self.text, self.end
        start = last = self.position
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirections: Redirections | None = None
        while True:
            self.skip_blanks()
            at = self.position
            if at >= end:
                break
            character = text[at]
            if character in "<>&0123456789{":
                match = REDIRECTION.match(text, at, end)
                if match is not None:
                    redirections = redirections or Redirections()
                    self.redirection(match, redirections)
                    last = self.position
                    continue
            word = self.word()
            if word is None:
                break
            if not words and self._assigns(word, assignments):
                last = self.position
                continue
            if text.startswith("(", self.position) and self.position < end and not word.quoted:
                if not words and FUNCTION_BRACKETS.match(text, self.position, end):
                    return self.definition(word, start)
                if words and words[0].literal in _DECLARING and self._assigns(word, assignments):
                    last = self.position
                    continue
            words.append(word)
            last = self.position
            self.spend(1)
        if not words and not assignments and redirections is None:
            return None
        return Simple(words, assignments, redirections, start, last)

    def _assigns(self, word: Word, assignments: list[Assignment]) -> bool:
        """Whether a word is an assignment, which is then added."""
        first = word.parts[0]
        match = _ASSIGNED.match(first) if isinstance(first, str) else None
        if match is None or self.text[word.start] in "\"'\\" or not isinstance(first, str):
            return False
        name, append, element = match.group(1), bool(match.group(3)), bool(match.group(2))
        if match.end() == len(first) and len(word.parts) == 1 and self.text.startswith("(", self.position):
            self.position += 1
            array = self.words(")")
            if self.text.startswith(")", self.position) and self.position < self.end:
                self.position += 1
            else:
                self.incomplete = True
            assignments.append(Assignment(name, None, array, append=append))
            return True
        rest = [first[match.end() :], *word.parts[1:]]
        value = Word(rest, word.start + match.end(), word.end, quoted=word.quoted)
        assignments.append(Assignment(name, value, None, append=append, element=element))
        return True

    def redirection(self, match: re.Match[str], redirections: Redirections) -> None:
        """A redirection's operator and its target."""
        self.position = match.end()
        operator = match.group(1) or ""
        self.skip_blanks()
        quoted_from = self.position
        target = self.word()
        if target is None:
            return
        if operator in ("<<", "<<-"):
            raw = self.text[quoted_from : self.position]
            delimiter = target.literal if target.literal is not None else raw
            heredoc = Heredoc(delimiter, expands=not target.quoted, tabs=operator == "<<-")
            redirections.heredoc = heredoc
            self.pending.append(heredoc)
        elif operator == "<<<":
            redirections.herestring = target
        elif any(isinstance(part, Substitution) for part in target.parts):
            redirections.words.append(target)
