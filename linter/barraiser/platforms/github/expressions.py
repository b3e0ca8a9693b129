"""The text of ``${{ }}`` and ``if:`` to a tree: lexer and parser of GitHub's expression language.

Trees are tuples, so that equal texts give equal trees: ``("value", v)``, ``("name", context)``, ``("path", base, accessors)``,
``("call", function, arguments)``, ``("not", tree)``, ``("compare", first, ((operator, tree), ...))``, ``("and", trees)``,
``("or", trees)``. An accessor is ``(".", name)``, ``("[", tree)`` or ``("*", "")``. Chains are flat, so that only brackets nest.
"""

from __future__ import annotations

from typing import Any, Final

Tree = tuple[Any, ...]

MAX_LENGTH: Final = 21_000
"""Characters of one expression, GitHub's own limit."""

MAX_DEPTH: Final = 50
"""Brackets and calls within each other, GitHub's own limit."""

CONTEXTS: Final = frozenset(
    ("github", "env", "vars", "job", "jobs", "steps", "runner", "secrets", "strategy", "matrix", "needs", "inputs")
)
"""The names that an expression may start with."""

STATUS_FUNCTIONS: Final = frozenset(("success", "failure", "always", "cancelled"))

ARGUMENTS: Final = {
    "contains": (2, 2), "startswith": (2, 2), "endswith": (2, 2), "format": (1, 255), "join": (1, 2), "tojson": (1, 1),
    "fromjson": (1, 1), "hashfiles": (1, 255), "success": (0, 255), "failure": (0, 255), "always": (0, 0), "cancelled": (0, 0),
    "case": (3, 255),
}  # fmt: skip
"""How many arguments each function takes, by its name in lower case."""

_COMPARISONS: Final = (("==", "!="), ("<=", ">=", "<", ">"))
_WORDS: Final = {"true": True, "false": False, "null": None, "NaN": float("nan"), "Infinity": float("inf")}
_TWO: Final = ("&&", "||", "==", "!=", "<=", ">=")
_ONE: Final = "()[].,!<>*"


class ExpressionError(Exception):
    """An expression that GitHub refuses: ``message`` for the user, ``fix`` what to do, ``offset`` in its text."""

    def __init__(self, message: str, fix: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.offset = offset


def parse(text: str) -> Tree:
    """The tree of an expression, without ``${{`` and ``}}``. Raises ExpressionError."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression is longer than {MAX_LENGTH} characters", "split it")
    parser = _Parser(_tokens(text))
    tree = parser.either()
    if parser.kind != "end":
        raise parser.unexpected()
    return tree


def names_in(tree: Tree) -> set[str]:
    """Every context and function that a tree mentions, functions with ``()``, and paths as ``needs.build.result``."""
    found: set[str] = set()
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if node[0] == "name":
            found.add(node[1])
        elif node[0] == "call":
            found.add(node[1] + "()")
            waiting += node[2]
        elif node[0] == "path":
            found.add(path_text(node) or "()")
            waiting.append(node[1])
            waiting += [accessor[1] for accessor in node[2] if accessor[0] == "["]
        elif node[0] == "compare":
            waiting.append(node[1])
            waiting += [item[1] for item in node[2]]
        elif node[0] in ("and", "or"):
            waiting += node[1]
        elif node[0] == "not":
            waiting.append(node[1])
    return found


def path_text(tree: Tree) -> str:
    """A path as ``needs.build.result``, as far as its names are literal; in lower case, as GitHub compares names."""
    if tree[0] == "name":
        return str(tree[1])
    if tree[0] != "path" or tree[1][0] != "name":
        return ""
    parts = [str(tree[1][1])]
    for kind, what in tree[2]:
        if kind == "[" and what[0] == "value" and isinstance(what[1], str):
            parts.append(what[1].lower())
        elif kind == ".":
            parts.append(what.lower())
        else:
            break
    return ".".join(parts)


def _tokens(text: str) -> list[tuple[str, Any, int]]:
    """Kind, value and offset of each token; the last is ``end``. Kinds: value, name, and each operator's own text."""
    found: list[tuple[str, Any, int]] = []
    at, end = 0, len(text)
    while at < end:
        character = text[at]
        if character in " \t\r\n":
            at += 1
        elif character == "'":
            value, stop = _string(text, at)
            found.append(("value", value, at))
            at = stop
        elif character.isascii() and (character.isalpha() or character == "_"):
            stop = _while(text, at, "_-")
            word = text[at:stop]
            after_dot = bool(found) and found[-1][0] == "."
            if word in _WORDS and not after_dot:
                found.append(("value", _WORDS[word], at))
            else:
                found.append(("name", word, at))
            at = stop
        elif _starts_number(text, at, found):
            stop = _while(text, at + 1, "_-+.")
            found.append(("value", _number(text[at:stop], at), at))
            at = stop
        elif text[at : at + 2] in _TWO:
            found.append((text[at : at + 2], "", at))
            at += 2
        elif character in _ONE:
            found.append((character, "", at))
            at += 1
        else:
            raise _strange(text, at)
    found.append(("end", "", end))
    return found


def _strange(text: str, at: int) -> ExpressionError:
    character = text[at]
    if character == '"':
        return ExpressionError("text in an expression stands in single quotes", "write '...' instead of \"...\"", at)
    if character in "&|=":
        return ExpressionError(f"`{character}` is no operator", f"write `{character * 2}`", at)
    return ExpressionError(f"unexpected `{character}` in an expression", "remove it, or quote the text with '...'", at)


def _string(text: str, at: int) -> tuple[str, int]:
    """A literal in single quotes, where two of them stand for one; and the offset behind it."""
    pieces: list[str] = []
    start = at + 1
    while True:
        stop = text.find("'", start)
        if stop < 0:
            raise ExpressionError("the text in single quotes does not end", "close it with '", at)
        pieces.append(text[start:stop])
        if not text.startswith("'", stop + 1):
            return "'".join(pieces), stop + 1
        start = stop + 2


def _while(text: str, at: int, further: str) -> int:
    while at < len(text) and ((text[at].isascii() and text[at].isalnum()) or text[at] in further):
        at += 1
    return at


def _starts_number(text: str, at: int, before: list[tuple[str, Any, int]]) -> bool:
    character = text[at]
    if character.isdigit():
        return True
    following = text[at + 1 : at + 2]
    if character in "+-":
        return following.isdigit() or following == "."
    after_value = bool(before) and before[-1][0] in ("name", ")", "]", "*", "value")
    return character == "." and following.isdigit() and not after_value


def _number(text: str, at: int) -> float:
    try:
        low = text.lower()
        if low.startswith("0x"):
            return float(int(low[2:], 16))
        if low.startswith("0o"):
            return float(int(low[2:], 8))
        if "_" in low:
            raise ValueError
        return float(low)
    except (ValueError, OverflowError):
        raise ExpressionError(f"`{text[:40]}` is neither a number nor a name", "quote text with '...'", at) from None


class _Parser:
    """Recursive descent over the tokens, at most ``MAX_DEPTH`` brackets deep."""

    def __init__(self, tokens: list[tuple[str, Any, int]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.kind, self.value, self.offset = tokens[0]

    def advance(self) -> None:
        """To the next token."""
        self.at += 1
        self.kind, self.value, self.offset = self.tokens[self.at]

    def unexpected(self) -> ExpressionError:
        """The error for the token that stands here."""
        if self.kind == "end":
            return ExpressionError("the expression ends too early", "complete it, or close what is open", self.offset)
        what = str(self.value) if self.kind in ("name", "value") else self.kind
        return ExpressionError(
            f"unexpected `{what[:40]}` in an expression", "check operators, brackets and quotes around it", self.offset
        )

    def take(self, kind: str) -> None:
        """The token of this kind, which must stand here."""
        if self.kind != kind:
            raise self.unexpected()
        self.advance()

    def either(self) -> Tree:
        """``a || b || ...``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"the expression is nested deeper than {MAX_DEPTH} levels", "flatten it", self.offset)
        found = [self.both()]
        while self.kind == "||":
            self.advance()
            found.append(self.both())
        self.depth -= 1
        return found[0] if len(found) == 1 else ("or", tuple(found))

    def both(self) -> Tree:
        """``a && b && ...``."""
        found = [self.comparison(0)]
        while self.kind == "&&":
            self.advance()
            found.append(self.comparison(0))
        return found[0] if len(found) == 1 else ("and", tuple(found))

    def comparison(self, level: int) -> Tree:
        """Equality, and below it order."""
        if level == len(_COMPARISONS):
            return self.negation()
        first = self.comparison(level + 1)
        rest: list[tuple[str, Tree]] = []
        while self.kind in _COMPARISONS[level]:
            operator = self.kind
            self.advance()
            rest.append((operator, self.comparison(level + 1)))
        return ("compare", first, tuple(rest)) if rest else first

    def negation(self) -> Tree:
        """Any number of ``!``."""
        count = 0
        while self.kind == "!":
            self.advance()
            count += 1
        tree = self.path()
        if count == 0:
            return tree
        return ("not", tree) if count % 2 else ("not", ("not", tree))

    def path(self) -> Tree:
        """A value with what is taken out of it."""
        base = self.primary()
        accessors: list[tuple[str, Any]] = []
        while self.kind in (".", "["):
            if self.kind == ".":
                self.advance()
                if self.kind == "*":
                    accessors.append(("*", ""))
                elif self.kind == "name":
                    accessors.append((".", self.value))
                else:
                    raise self.unexpected()
                self.advance()
                continue
            self.advance()
            if self.kind == "*":
                self.advance()
                accessors.append(("*", ""))
            else:
                accessors.append(("[", self.either()))
            self.take("]")
        return ("path", base, tuple(accessors)) if accessors else base

    def primary(self) -> Tree:
        """A literal, a context, a call, or brackets."""
        if self.kind == "value":
            tree: Tree = ("value", self.value)
            self.advance()
            return tree
        if self.kind == "(":
            self.advance()
            tree = self.either()
            self.take(")")
            return tree
        if self.kind != "name":
            raise self.unexpected()
        word, offset = str(self.value), self.offset
        self.advance()
        if self.kind == "(":
            return self.call(word, offset)
        low = word.lower()
        return ("name", low)

    def call(self, word: str, offset: int) -> Tree:
        """A function with its arguments."""
        self.advance()
        arguments: list[Tree] = []
        while self.kind != ")":
            if arguments:
                self.take(",")
            arguments.append(self.either())
        self.advance()
        low = word.lower()
        least, most = ARGUMENTS.get(low, (0, 255))
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}" if most < 255 else f"at least {least}"
            raise ExpressionError(
                f"`{word}()` has {len(arguments)} arguments and takes {wanted}", "correct the arguments", offset
            )
        return ("call", low, tuple(arguments))
