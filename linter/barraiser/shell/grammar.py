"""The grammar of POSIX shells and bash: from words to programs. Forgiving: what no shell accepts is passed over, never an error."""

from __future__ import annotations

import re
from typing import Final

from barraiser.shell.lexer import MAX_NESTING, Work
from barraiser.shell.positions import Source
from barraiser.shell.simple_grammar import FUNCTION_BRACKETS, REDIRECTION, SimpleGrammar
from barraiser.shell.syntax import (
    Block,
    Case,
    Chain,
    Compound,
    Function,
    Group,
    If,
    Loop,
    Node,
    Piped,
    Program,
    Redirections,
    Word,
)

_RESERVED: Final = re.compile(
    r"(?:if|then|elif|else|fi|for|select|while|until|do|done|case|esac|function|time|!|\{|\}|\[\[)(?=[\s;&|<>()]|\Z)"
)
_CLOSERS: Final = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))
_IN: Final = re.compile(r"in(?=[\s;]|\Z)")
_BAR: Final = re.compile(r"\|&?(?!\|)")


def parse(source: Source, start: int = 0, end: int | None = None, depth: int = 0, work: Work | None = None) -> Program:
    """The program that a text, or a part of it, is."""
    return _Parser(source, start, end, depth, work).program()


class _Parser(SimpleGrammar):
    """Reads commands. ``_open`` counts the closing words that what is open now waits for."""

    def __init__(self, source: Source, start: int, end: int | None, depth: int, work: Work | None) -> None:
        super().__init__(source, start, end, depth, work)
        self._open: dict[str, int] = {}

    def program(self) -> Program:
        """All of the text."""
        body = self._block(())
        if self.pending:
            self.incomplete = True
        return Program(body, self.source, incomplete=self.incomplete)

    def inner(self, source: Source, start: int, end: int) -> Program:
        """A program that stands in another text, or in a part of this one."""
        return parse(source, start, end, self.depth + 1, self.work)

    def block_until(self, closer: str) -> Block:
        """The commands up to a closing bracket, which is consumed; words that close what is open outside are none in it."""
        outer, self._open = self._open, {}
        body = self._block((closer,))
        self._open = outer
        if self.text.startswith(closer, self.position) and self.position < self.end:
            self.position += len(closer)
        else:
            self.incomplete = True
        return body

    def _reserved(self) -> str:
        """The reserved word that stands here, else empty."""
        match = _RESERVED.match(self.text, self.position, self.end)
        return match.group() if match else ""

    def _accept(self, word: str) -> bool:
        """Go over a reserved word (and line ends before it) if it stands here."""
        self.skip_lines()
        if self._reserved() == word:
            self.position += len(word)
            return True
        self.incomplete = True
        return False

    def _block(self, closers: tuple[str, ...]) -> Block:
        """Commands up to one of the closers, which stays; also up to one that something outside waits for."""
        counts = self._open
        for closer in closers:
            counts[closer] = counts.get(closer, 0) + 1
        items: list[Node] = []
        self.skip_lines()
        start = self.position
        while True:
            self.skip_lines()
            if self.position >= self.end:
                self.incomplete = self.incomplete or bool(closers)
                break
            character = self.text[self.position]
            if character in ");&|":
                pair = ";;" if self.text.startswith((";;", ";&"), self.position) else character
                if counts.get(pair):
                    break
                self.position += len(pair)
                continue
            word = self._reserved()
            if word in _CLOSERS:
                if counts.get(word):
                    break
                self.position += len(word)
                continue
            at = self.position
            self.spend(2)
            item = self._chain()
            if item is not None:
                items.append(item)
            if self.position == at:
                self.position += 1
        for closer in closers:
            counts[closer] -= 1
        return Block(items, start, self.position)

    def _chain(self) -> Node | None:
        """Pipelines joined by ``&&`` and ``||``, and the ``&`` behind them."""
        start = self.position
        first = self._piped()
        if first is None:
            return None
        items = [first]
        operators: list[str] = []
        while True:
            end = items[-1].end
            self.skip_blanks()
            operator = self.text[self.position : min(self.position + 2, self.end)]
            if operator not in ("&&", "||"):
                break
            self.position += 2
            self.skip_lines()
            following = self._piped() if self.position < self.end else None
            if following is None:
                self.incomplete = self.incomplete or self.position >= self.end
                operator = ""
                break
            operators.append(operator)
            items.append(following)
        background = operator[:1] == "&"
        if background:
            self.position += 1
        if len(items) == 1 and not background:
            return first
        return Chain(items, operators, start, end, background=background)

    def _piped(self) -> Node | None:
        """Commands joined by ``|``, and the ``!`` before them."""
        start = self.position
        negated = False
        while True:
            word = self._reserved()
            if word not in ("!", "time"):
                break
            negated = negated != (word == "!")
            self.position += len(word)
            self.skip_blanks()
            if word == "time" and self.text.startswith("-p ", self.position):
                self.position += 3
        first = self._command()
        if first is None:
            return None
        elements = [first]
        while True:
            end = elements[-1].end
            self.skip_blanks()
            match = _BAR.match(self.text, self.position, self.end)
            if match is None:
                break
            self.position = match.end()
            self.skip_lines()
            following = self._command() if self.position < self.end else None
            if following is None:
                self.incomplete = self.incomplete or self.position >= self.end
                break
            elements.append(following)
        if len(elements) == 1 and not negated:
            return first
        return Piped(elements, start, end, negated=negated)

    def _command(self) -> Node | None:
        """A simple or compound command, or a function's definition."""
        self.skip_blanks()
        if self.position >= self.end:
            return None
        start = self.position
        text = self.text
        character = text[start]
        if self.depth >= MAX_NESTING:
            return self.simple()
        if character == "(":
            closed = self.double_brackets(start) if text.startswith("((", start) else -1
            if closed >= 0:
                return self.arithmetic_command(closed)
            self.position += 1
            return self._finished(Group(self._nested(")"), start, subshell=True))
        word = self._reserved() if character in "ifwucs{[" else ""
        if word in ("", "in", "!", "time"):
            return self.simple()
        if word == "[[":
            return self.test()
        if word in _CLOSERS:
            return None
        self.position += len(word)
        self.depth += 1
        compound: Compound | Function | None
        if word == "{":
            body = self._block(("}",))
            self._accept("}")
            compound = Group(body, start, subshell=False)
        elif word == "if":
            compound = self._if(start)
        elif word in ("while", "until"):
            condition = self._block(("do",))
            compound = self._body(Loop(word, start, condition=condition))
        elif word in ("for", "select"):
            compound = self._for(start)
        elif word == "case":
            compound = self._case(start)
        else:
            compound = self._function(start)
        self.depth -= 1
        if compound is None or isinstance(compound, Function):
            return compound
        return self._finished(compound)

    def _nested(self, closer: str) -> Block:
        self.depth += 1
        body = self.block_until(closer)
        self.depth -= 1
        return body

    def _finished(self, compound: Compound) -> Compound:
        """A compound command with the redirections behind it."""
        compound.end = self.position
        redirections = Redirections()
        found = False
        while True:
            self.skip_blanks()
            match = REDIRECTION.match(self.text, self.position, self.end)
            if match is None:
                break
            found = True
            self.redirection(match, redirections)
            compound.end = self.position
        if found:
            compound.redirections = redirections
        return compound

    def _if(self, start: int) -> If:
        branches: list[tuple[Block, Block]] = []
        otherwise: Block | None = None
        while True:
            condition = self._block(("then",))
            self._accept("then")
            body = self._block(("elif", "else", "fi"))
            branches.append((condition, body))
            word = self._reserved()
            if word == "elif":
                self.position += 4
                continue
            if word == "else":
                self.position += 4
                otherwise = self._block(("fi",))
            self._accept("fi")
            return If(branches, otherwise, start)

    def _body(self, loop: Loop) -> Loop:
        """``do ... done``, or the brackets that bash takes as well."""
        self.skip_lines()
        if self._reserved() == "{":
            self.position += 1
            loop.body = self._block(("}",))
            self._accept("}")
        elif self._accept("do"):
            loop.body = self._block(("done",))
            self._accept("done")
        return loop

    def _for(self, start: int) -> Loop:
        self.skip_blanks()
        if self.text.startswith("((", self.position):
            closed = self.double_brackets(self.position)
            if closed >= 0:
                header = self.text[self.position + 2 : closed - 2]
                self.position = closed
                self._separator()
                return self._body(Loop("for", start, header=header))
        name = self.word()
        self.skip_lines()
        words: list[Word] | None = None
        match = _IN.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
            words = self.words("")
        self._separator()
        return self._body(Loop("for", start, name=(name.literal or "") if name else "", words=words))

    def _separator(self) -> None:
        self.skip_lines()
        if self.text.startswith(";", self.position) and self.position < self.end:
            self.position += 1

    def _case(self, start: int) -> Case:
        self.skip_blanks()
        word = self.word() or Word([""], self.position, self.position)
        case = Case(word, start)
        self.skip_lines()
        match = _IN.match(self.text, self.position, self.end)
        if match is None:
            self.incomplete = True
            return case
        self.position = match.end()
        while True:
            self.skip_lines()
            if self.position >= self.end or self._reserved() in _CLOSERS:
                self._accept("esac")
                return case
            at = self.position
            case.clauses.append((self._patterns(), self._block((";;", "esac"))))
            if self.text.startswith(";", self.position) and self.position < self.end:
                self.position += 3 if self.text.startswith(";;&", self.position) else 2
            elif self.position == at:
                self.position += 1

    def _patterns(self) -> list[Word]:
        """A clause's patterns and the bracket behind them."""
        if self.text.startswith("(", self.position):
            self.position += 1
        patterns: list[Word] = []
        while self.position < self.end:
            self.skip_blanks()
            word = self.word()
            if word is not None:
                patterns.append(word)
                continue
            character = self.text[self.position : self.position + 1]
            if character == "|":
                self.position += 1
                continue
            if character == ")" and self.position < self.end:
                self.position += 1
            break
        return patterns

    def _function(self, start: int) -> Function | None:
        """What follows ``function``."""
        self.skip_blanks()
        name = self.word()
        match = FUNCTION_BRACKETS.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
        return self._defined((name.literal or "") if name else "", start)

    def _defined(self, name: str, start: int) -> Function | None:
        self.skip_lines()
        body = self._command()
        if body is None:
            return None
        return Function(name, body, start, self.position)

    def definition(self, name: Word, start: int) -> Node | None:
        """A function whose name is read, and whose brackets stand here."""
        match = FUNCTION_BRACKETS.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
        self.depth += 1
        defined = self._defined(name.literal or "", start)
        self.depth -= 1
        return defined
