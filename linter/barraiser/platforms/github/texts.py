"""Texts with ``${{ }}`` in them: what they become, as far as the files tell."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from barraiser.model.pipeline import Problem
from barraiser.model.place import Place
from barraiser.platforms.github.evaluate import Scope, concatenate, evaluate
from barraiser.platforms.github.expressions import ARGUMENTS, CONTEXTS, ExpressionError, Tree, names_in, parse
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value, to_text
from barraiser.source.nodes import Scalar, line_of, place_of

Piece = str | tuple[str, Tree]
"""Literal text, or an expression as written and its tree."""

NOT_IN_JOB_IF: Final = frozenset(("env", "secrets", "matrix", "steps", "runner", "job", "strategy"))
NOT_IN_STEP_IF: Final = frozenset(("secrets",))
"""Contexts that the condition of a job, and of a step, may not look at (GitHub, context availability)."""

_INSTEAD: Final = {
    "secrets": "put the secret into `env` of the job, and look at `env.NAME` in the step",
    "env": "use `vars`, or an output of an earlier job",
}

MAX_SPENT: Final = 150_000
"""Work of one reading: the largest real workflow of the corpus needs some 15,000, and hostile ones must end within a second."""

_STATUS: Final = frozenset(("success()", "failure()", "always()", "cancelled()"))


class Expressions:
    """The expressions of one reading: each text parsed once, what GitHub refuses noted as a problem.

    ``spent``: how much was parsed and evaluated; one unit is some five microseconds. Beyond ``MAX_SPENT`` nothing more is parsed.
    """

    __slots__ = ("_conditions", "_names", "_texts", "problems", "spent")

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.spent = 0
        self._texts: dict[str, list[Piece]] = {}
        self._conditions: dict[str, Tree] = {}
        self._names: dict[str, set[str]] = {}

    def pieces(self, text: str, place: Place) -> list[Piece]:
        """The text in pieces; one that cannot be parsed is kept as it is written."""
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = self._split(text, place)
        return found

    def _split(self, text: str, place: Place) -> list[Piece]:
        pieces: list[Piece] = []
        at = 0
        while True:
            start = text.find("${{", at)
            self.spent += 4
            if start < 0 or self.spent > MAX_SPENT:
                break
            end = _closing(text, start + 3)
            if end < 0:
                self._refuse(ExpressionError("`${{` is never closed", "close it with `}}`"), place, text, start)
                break
            if start > at:
                pieces.append(text[at:start])
            inner = text[start + 3 : end]
            try:
                pieces.append((_on_one_line(inner), self._parsed(inner, place)))
            except ExpressionError as error:
                self._refuse(error, place, text, start + 3)
                pieces.append(text[start : end + 2])
            at = end + 2
        if at < len(text):
            pieces.append(text[at:])
        return pieces

    def condition(self, node: Scalar) -> Tree:
        """The tree of an ``if:``. Text around ``${{ }}`` makes it text that counts as true, as on GitHub."""
        text = node.value
        known = self._conditions.get(text)
        if known is not None:
            return known
        tree: Tree = ("value", True)
        stripped = text.strip()
        if "${{" not in stripped:
            try:
                tree = self._parsed(stripped, line_of(node)) if stripped else tree
            except ExpressionError as error:
                self._refuse(error, place_of(node), text, 0)
        else:
            pieces = self.pieces(stripped, place_of(node))
            if len(pieces) == 1 and not isinstance(pieces[0], str):
                tree = pieces[0][1]
            elif any(isinstance(piece, str) and piece.strip() for piece in pieces):
                tree = _as_text(pieces)
            else:
                tree = next((piece[1] for piece in pieces if not isinstance(piece, str)), tree)
        self._conditions[text] = tree
        return tree

    def forbid(self, node: Scalar, names: set[str], forbidden: frozenset[str], what: str) -> None:
        """Refuse a condition that looks at a context which GitHub does not have there."""
        for name in sorted(names & forbidden):
            message = f"`{name}` cannot be used in the condition of {what}: GitHub does not know it there"
            self.problems.append(Problem(message, line_of(node), fix=_INSTEAD.get(name, "decide it in a step instead")))

    def _parsed(self, text: str, place: Place) -> Tree:
        """The tree; a name or function that is not known (it may be one of a later GitHub) is told, and not refused."""
        self.spent += 2 + len(text) // 8
        tree, strange = _known(text) if len(text) <= _MAX_KNOWN else _read(text)
        for message, fix in strange:
            self.problems.append(Problem(message, place, fix=fix, fatal=False))
        return tree

    def names(self, text: str, tree: Tree) -> set[str]:
        """What a condition mentions; see :func:`barraiser.platforms.github.expressions.names_in`."""
        found = self._names.get(text)
        if found is None:
            found = self._names[text] = names_in(tree)
        return found

    def render(self, text: str, place: Place, scope: Scope) -> Value:
        """The value of a text in a scope: one expression keeps its type, the rest is text."""
        if "${{" not in text:
            return text
        self.spent += 2 + len(text) // 40
        pieces = self.pieces(text, place)
        if len(pieces) == 1 and not isinstance(pieces[0], str):
            return evaluate(pieces[0][1], scope)
        return concatenate([piece if isinstance(piece, str) else evaluate(piece[1], scope) for piece in pieces])

    def resolve(self, text: str, place: Place, contexts: Mapping[str, Value]) -> str:
        """The text with every constant put in; the other expressions stay as they are written."""
        if "${{" not in text:
            return text
        self.spent += 2 + len(text) // 40
        found: list[str] = []
        scope = Scope(contexts, success=1, failure=1, cancelled=1)
        for piece in self.pieces(text, place):
            if isinstance(piece, str):
                found.append(piece)
                continue
            tree = piece[1]
            if tree[0] == "path" and tree[1][0] == "name" and isinstance(contexts.get(tree[1][1], OPEN), Unknown):
                # What is in an unknown context is unknown: most expressions of a script.
                found.append(f"${{{{ {piece[0]} }}}}")
                continue
            value = evaluate(tree, scope)
            if isinstance(value, Unknown):
                found.append(value.text or f"${{{{ {piece[0]} }}}}")
            elif isinstance(value, list | Object):
                found.append(f"${{{{ {piece[0]} }}}}")
            else:
                found.append(to_text(value))
        return "".join(found)

    def _refuse(self, error: ExpressionError, place: Place, text: str, offset: int) -> None:
        shown = _on_one_line(text[max(0, offset - 3) :])
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        at = _at(place, text, offset + error.offset)
        self.problems.append(Problem(f"bad expression `{shown}`: {error.message}", at, fix=error.fix))


def _at(place: Place, text: str, offset: int) -> Place:
    """Where an offset of a scalar's text stands: its line, in a text of several lines; its column, in one of a single line."""
    if place.end_line > place.line:
        return Place(place.path, min(place.line + 1 + text.count("\n", 0, offset), place.end_line))
    return Place(place.path, place.line, place.column + min(offset, len(text)))


def _read(text: str) -> tuple[Tree, tuple[tuple[str, str], ...]]:
    """The tree of an expression, and what is strange about its names: message and fix. Raises ExpressionError."""
    tree = parse(text)
    strange: list[tuple[str, str]] = []
    for name in sorted(names_in(tree)):
        word = name.removesuffix("()")
        if not word:
            continue
        if name.endswith("()") and word not in ARGUMENTS:
            strange.append((f"`{word}()` is no function that GitHub knows", "check its name"))
        elif "." not in name and not name.endswith("()") and name not in CONTEXTS:
            strange.append((f"`{word}` is no context that GitHub knows", f"if it is text, write '{word}'"))
    return tree, tuple(strange)


_MAX_KNOWN: Final = 300
"""Characters of an expression that is remembered: the same short ones stand in many files."""

_known = lru_cache(maxsize=1024)(_read)


def has_status(names: set[str]) -> bool:
    """Whether a condition has a status function of its own, so that GitHub adds no ``success()``."""
    return not _STATUS.isdisjoint(names)


def condition_text(node: Scalar) -> str:
    """An ``if:`` on one line, without the ``${{ }}`` around the whole of it."""
    text = _on_one_line(node.value)
    if text.startswith("${{") and _closing(text, 3) == len(text) - 2:
        return text[3:-2].strip()
    return text


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _closing(text: str, at: int) -> int:
    """Where the ``}}`` of an expression stands, quotes passed over; -1 if there is none."""
    while True:
        end = text.find("}}", at)
        quote = text.find("'", at)
        if end < 0 or quote < 0 or end < quote:
            return end
        closed = text.find("'", quote + 1)
        if closed < 0:
            return -1
        at = closed + 1


def _as_text(pieces: list[Piece]) -> Tree:
    """Text with expressions in it, as the call of ``format`` that GitHub makes of it: it is never empty."""
    arguments = tuple(piece[1] for piece in pieces if not isinstance(piece, str))
    literal = "".join(
        piece.replace("{", "{{").replace("}", "}}") if isinstance(piece, str) else "{0}" for piece in pieces
    )
    return ("or", (("call", "format", (("value", literal), *arguments)), ("value", True)))


def in_caller_terms(text: str, inputs: Value, prefix: str) -> str:
    """A condition of a called workflow with the caller's values for its inputs, so that equal texts mean the same."""
    import re

    if not isinstance(inputs, Object):
        return text

    def given(match: re.Match[str]) -> str:
        value = inputs.get(match.group(1))
        if isinstance(value, Unknown):
            whole = value.text.startswith("${{") and value.text.endswith("}}") and value.text.count("${{") == 1
            return value.text[3:-2].strip() if whole else match.group(0)
        return f"'{value}'" if isinstance(value, str) else to_text(value) or "null"

    found = re.sub(r"\binputs\.([A-Za-z_][A-Za-z0-9_-]*)", given, text)
    return re.sub(r"\bneeds\.([A-Za-z_])", lambda match: f"needs.{prefix}{match.group(1)}", found)
