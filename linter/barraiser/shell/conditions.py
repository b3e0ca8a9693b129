"""Conditions on known values: ``[ "$ENV" = prod ]``, ``case $ENV in``. What is not known in all its parts is not decided."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Final

from barraiser.shell.outcome import name_of
from barraiser.shell.syntax import Block, Case, Chain, Node, Piped, Simple, Substitution, Word
from barraiser.shell.variables import Variables

_LONGEST: Final = 200
_UNKNOWN: Final = re.compile(r"[$`]")
_COMPARISONS: Final[dict[str, Callable[[int, int], bool]]] = {
    "-eq": operator.eq, "-ne": operator.ne, "-lt": operator.lt, "-le": operator.le, "-gt": operator.gt, "-ge": operator.ge,
}  # fmt: skip


def known(word: Word, variables: Variables) -> str | None:
    """The word's text, None where a part of it is not known."""
    for part in word.parts:
        if isinstance(part, Substitution):
            return None
        if not isinstance(part, str) and variables.value(Word([part], 0, 0)) == part.raw:
            return None
    text = variables.value(word)
    return None if _UNKNOWN.search(text) or len(text) > _LONGEST else text


def holds(node: Node | Block, variables: Variables) -> bool | None:
    """Whether a condition holds, None where it cannot be told."""
    if isinstance(node, Block):
        return (
            holds(node.items[0], variables) if len(node.items) == 1 and not isinstance(node.items[0], Block) else None
        )
    if isinstance(node, Chain):
        return None if node.background else _joined([holds(each, variables) for each in node.items], node.operators)
    if isinstance(node, Piped):
        if len(node.elements) != 1 or not node.negated or isinstance(node.elements[0], Piped):
            return None
        inner = holds(node.elements[0], variables)
        return None if inner is None else not inner
    if not isinstance(node, Simple):
        return None
    name = name_of(node)
    if name in ("true", ":", "false"):
        return name != "false"
    if name not in ("[", "[[", "test"):
        return None
    words = node.words[1:] if name == "test" else node.words[1:-1]
    return _test(words, name == "[[", variables)


def _joined(answers: Sequence[bool | None], operators: Sequence[str]) -> bool | None:
    """What ``&&`` and ``||``, which bind alike, make of answers that may be unknown."""
    answer = answers[0]
    for sign, following in zip(operators, answers[1:], strict=True):
        stops = sign == "||"
        if answer is None:
            answer = stops if following is stops else None
        elif answer is not stops:
            answer = following
    return answer


def _test(words: Sequence[Word], double: bool, variables: Variables) -> bool | None:
    if words and words[0].literal == "!":
        inner = _test(words[1:], double, variables) if len(words) in (3, 4) else None
        return None if inner is None else not inner
    signs = [at for at, word in enumerate(words) if double and word.literal in ("&&", "||") and not word.quoted]
    if signs and len(signs) < 8:
        starts, ends = [0, *(at + 1 for at in signs)], [*signs, len(words)]
        operators = [words[at].literal or "" for at in signs]
        if len(set(operators)) > 1 or any(word.literal in ("(", ")") for word in words):
            return None
        parts = [words[start:end] for start, end in zip(starts, ends, strict=True)]
        return _joined([_test(part, double, variables) for part in parts], operators)
    texts = [known(word, variables) for word in words]
    if len(words) == 2 and texts[0] in ("-z", "-n") and texts[1] is not None:
        return (texts[1] == "") == (texts[0] == "-z")
    if len(words) != 3 or texts[0] is None or texts[2] is None:
        return None
    left, sign, right = texts[0], words[1].literal or "", texts[2]
    if sign in ("=", "==", "!="):
        if double and not words[2].quoted and re.search(r"[*?\[(]", right):
            if "[" in right or "(" in right or right.count("*") > 5:
                return None
            return fnmatchcase(left, right) == (sign != "!=")
        return (left == right) == (sign != "!=")
    compare = _COMPARISONS.get(sign)
    if compare is None or not (left + right).isdecimal() or not left or not right:
        return None
    return compare(int(left), int(right))


def clause_of(case: Case, variables: Variables) -> int | None:
    """The index of the clause that is taken, the number of clauses for none, None where it cannot be told."""
    value = known(case.word, variables)
    if value is None:
        return None
    for at, (patterns, _) in enumerate(case.clauses):
        for pattern in patterns:
            text = known(pattern, variables)
            if text is None or "[" in text or "(" in text or text.count("*") > 5:
                return None
            if text == value or (not pattern.quoted and fnmatchcase(value, text)):
                return at
    return len(case.clauses)
