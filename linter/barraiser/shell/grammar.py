"""The grammar of POSIX shells and bash: from words to programs. Forgiving: what no shell accepts is passed over, never an error."""

from __future__ import annotations

import re

from barraiser.shell.lexer import MAX_NESTING, Lexer, Work
from barraiser.shell.positions import Source
from barraiser.shell.syntax import (
    Assignment,
    Block,
    Case,
    Chain,
    Compound,
    Function,
    Group,
    Heredoc,
    If,
    Loop,
    Node,
    Piped,
    Program,
    Redirections,
    Simple,
    Substitution,
    Word,
)

_RESERVED = re.compile(
    r"(?:if|then|elif|else|fi|for|select|while|until|do|done|case|esac|function|time|!|\{|\}|\[\[)(?=[\s;&|<>()]|\Z)"
)
_CLOSERS = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))
_REDIRECTION = re.compile(r"(?:[0-9]++|\{[A-Za-z_]\w*+\})?+(<<<|<<-?|<>|<&|>&|>>|>\||<(?!\()|>(?!\())|&>>?")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*+)(\[[^\]]*+\])?(\+?)=")
_DECLARING = frozenset(("declare", "export", "local", "readonly", "typeset"))
_FUNCTION_BRACKETS = re.compile(r"[ \t]*+\([ \t]*+\)")
_IN = re.compile(r"in(?=[\s;]|\Z)")
_BAR = re.compile(r"\|&?(?!\|)")


def parse(source: Source, start: int = 0, end: int | None = None, depth: int = 0, work: Work | None = None) -> Program:
    """The program that a text, or a part of it, is."""
    return _Parser(source, start, end, depth, work).program()


class _Parser(Lexer):
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

    def _skip_lines(self) -> None:
        while True:
            self.skip_blanks()
            if self.position >= self.end or self.text[self.position] != "\n":
                return
            self.line_ended()

    def _reserved(self) -> str:
        """The reserved word that stands here, else empty."""
        match = _RESERVED.match(self.text, self.position, self.end)
        return match.group() if match else ""

    def _accept(self, word: str) -> bool:
        """Go over a reserved word (and line ends before it) if it stands here."""
        self._skip_lines()
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
        self._skip_lines()
        start = self.position
        while True:
            self._skip_lines()
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
            self._skip_lines()
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
            self._skip_lines()
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
            return self._simple()
        if character == "(":
            closed = self.double_brackets(start) if text.startswith("((", start) else -1
            if closed >= 0:
                return self._arithmetic_command(closed)
            self.position += 1
            return self._finished(Group(self._nested(")"), start, subshell=True))
        word = self._reserved() if character in "ifwucs{[" else ""
        if word in ("", "in", "!", "time"):
            return self._simple()
        if word == "[[":
            return self._test()
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
            match = _REDIRECTION.match(self.text, self.position, self.end)
            if match is None:
                break
            found = True
            self._redirection(match, redirections)
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
        self._skip_lines()
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
        self._skip_lines()
        words: list[Word] | None = None
        match = _IN.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
            words = self._words("")
        self._separator()
        return self._body(Loop("for", start, name=(name.literal or "") if name else "", words=words))

    def _separator(self) -> None:
        self._skip_lines()
        if self.text.startswith(";", self.position) and self.position < self.end:
            self.position += 1

    def _words(self, closer: str) -> list[Word]:
        """Words up to the line's end or, with a closing bracket, up to that over several lines."""
        words: list[Word] = []
        while True:
            if closer:
                self._skip_lines()
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

    def _case(self, start: int) -> Case:
        self.skip_blanks()
        word = self.word() or Word([""], self.position, self.position)
        case = Case(word, start)
        self._skip_lines()
        match = _IN.match(self.text, self.position, self.end)
        if match is None:
            self.incomplete = True
            return case
        self.position = match.end()
        while True:
            self._skip_lines()
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
        match = _FUNCTION_BRACKETS.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
        return self._defined((name.literal or "") if name else "", start)

    def _defined(self, name: str, start: int) -> Function | None:
        self._skip_lines()
        body = self._command()
        if body is None:
            return None
        return Function(name, body, start, self.position)

    def _arithmetic_command(self, closed: int) -> Simple:
        """``(( ... ))`` as a command of three words."""
        start = self.position
        words = [
            Word(["(("], start, start + 2),
            Word([self.text[start + 2 : closed - 2].strip()], start + 2, closed - 2, quoted=True),
            Word(["))"], closed - 2, closed),
        ]
        self.position = closed
        return Simple(words, [], None, start, closed)

    def _test(self) -> Simple:
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
        while (match := _REDIRECTION.match(self.text, self.position, self.end)) is not None:
            self._redirection(match, redirections)
            self.skip_blanks()
        return test

    def _simple(self) -> Node | None:
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
                match = _REDIRECTION.match(text, at, end)
                if match is not None:
                    redirections = redirections or Redirections()
                    self._redirection(match, redirections)
                    last = self.position
                    continue
            word = self.word()
            if word is None:
                break
            if not words and self._assigns(word, assignments):
                last = self.position
                continue
            if text.startswith("(", self.position) and self.position < end and not word.quoted:
                if not words and _FUNCTION_BRACKETS.match(text, self.position, end):
                    return self._brackets_definition(word, start)
                if words and words[0].literal in _DECLARING and self._assigns(word, assignments):
                    last = self.position
                    continue
            words.append(word)
            last = self.position
            self.spend(1)
        if not words and not assignments and redirections is None:
            return None
        return Simple(words, assignments, redirections, start, last)

    def _brackets_definition(self, name: Word, start: int) -> Node | None:
        match = _FUNCTION_BRACKETS.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
        self.depth += 1
        defined = self._defined(name.literal or "", start)
        self.depth -= 1
        return defined

    def _assigns(self, word: Word, assignments: list[Assignment]) -> bool:
        """Whether a word is an assignment, which is then added."""
        first = word.parts[0]
        match = _ASSIGNED.match(first) if isinstance(first, str) else None
        if match is None or self.text[word.start] in "\"'\\" or not isinstance(first, str):
            return False
        name, append, element = match.group(1), bool(match.group(3)), bool(match.group(2))
        if match.end() == len(first) and len(word.parts) == 1 and self.text.startswith("(", self.position):
            self.position += 1
            array = self._words(")")
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

    def _redirection(self, match: re.Match[str], redirections: Redirections) -> None:
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
