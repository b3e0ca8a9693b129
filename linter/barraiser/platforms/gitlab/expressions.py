"""The language of ``rules:if``: parsed once, decided with three values for each way of starting the pipeline."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of, any_of, negate, tri
from barraiser.platforms.gitlab.regular import compile_pattern

MAX_TOKENS: Final = 2_000
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<variable>\$\w+|\$\{\w+\}|%\w+%)
    | (?P<string>"[^"]*"|'[^']*')
    | (?P<operator>==|!=|=~|!~|&&|\|\||[()!])
    | (?P<pattern>/(?:\\.|[^/\\\n])+/[a-z]*)
    | (?P<word>null\b|true\b|false\b)
    | (?P<inputs>\$\[\[[^\]\n]{0,1024}\]\])
    )""",
    re.X,
)
_INPUT: Final = re.compile(r"\s*\$\[\[\s*inputs\.([\w-]+)\s*\]\]\s*")
_PRECEDENCE: Final = {"||": 1, "&&": 2, "!": 3, "==": 4, "!=": 4, "=~": 4, "!~": 4}


class Sample(str):
    """A value that stands for many: right for comparing and matching, not to be printed as the value."""

    __slots__ = ()


class Unknown:
    """A value that the files do not tell. ``filled``: it is there and not empty. ``among``: it is one of these."""

    __slots__ = ("among", "filled")

    def __init__(self, *, filled: bool = False, among: tuple[str | None, ...] = ()) -> None:
        self.filled = filled
        self.among = among

    def __repr__(self) -> str:
        return f"Unknown({self.filled}, {self.among})"


ANYTHING: Final = Unknown()
FILLED: Final = Unknown(filled=True)

Value = str | None | Unknown
"""A variable's value: text, None where it is not set, or what is known of it."""

Lookup = Callable[[str], Value]


class Expression:
    """A parsed expression in reverse Polish order; ``tokens`` is empty where it could not be parsed (``valid``)."""

    __slots__ = ("text", "tokens", "valid", "variables")

    def __init__(self, text: str, tokens: tuple[tuple[str, str], ...], *, valid: bool) -> None:
        self.text = text
        self.tokens = tokens
        self.valid = valid
        self.variables = tuple(dict.fromkeys(word for kind, word in tokens if kind == "variable"))


@lru_cache(maxsize=16_384)
def parse(text: str) -> Expression:
    """The expression; one that is not ``valid`` where the platform would refuse the text."""
    output: list[tuple[str, str]] = []
    operators: list[str] = []
    at, operand_next, count = 0, True, 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        count += 1
        if match is None or count > MAX_TOKENS:
            return Expression(text, (), valid=False)
        at = match.end()
        kind = str(match.lastgroup)
        word = match.group(kind)
        if kind != "operator":
            if not operand_next:
                return Expression(text, (), valid=False)
            output.append((kind, _plain(kind, word)))
            operand_next = False
        elif word in ("(", "!"):
            if not operand_next:
                return Expression(text, (), valid=False)
            operators.append(word)
        elif operand_next:
            return Expression(text, (), valid=False)
        elif word == ")":
            while operators and operators[-1] != "(":
                output.append(("operator", operators.pop()))
            if not operators:
                return Expression(text, (), valid=False)
            operators.pop()
        else:
            while operators and operators[-1] != "(" and _PRECEDENCE[operators[-1]] >= _PRECEDENCE[word]:
                output.append(("operator", operators.pop()))
            operators.append(word)
            operand_next = True
    if operand_next or "(" in operators:
        return Expression(text, (), valid=False)
    output += [("operator", operator) for operator in reversed(operators)]
    return Expression(text, tuple(output), valid=True)


def _plain(kind: str, word: str) -> str:
    if kind == "variable":
        return word.strip("${}%")
    return word[1:-1] if kind == "string" else word


def decide(expression: Expression, lookup: Lookup) -> Tri:
    """Whether it holds; maybe for what cannot be parsed or depends on an unknown value."""
    if not expression.valid:
        return MAYBE
    stack: list[Value | _Pattern | _Truth] = []
    for kind, word in expression.tokens:
        if kind == "variable":
            stack.append(lookup(word))
        elif kind == "string":
            stack.append(_with_input(word, lookup) if "$[[" in word else word)
        elif kind == "pattern":
            stack.append(_Pattern(word))
        elif kind == "inputs":
            stack.append(_with_input(word, lookup))
        elif kind == "word":
            stack.append(None if word == "null" else _Truth(YES if word == "true" else NO))
        elif word == "!":
            stack.append(_Truth(negate(_truth(stack.pop()))))
        else:
            right = stack.pop()
            stack.append(_Truth(_apply(word, stack.pop(), right)))
    return _truth(stack[-1])


def input_name(block: str) -> str:
    """The input that a text of one ``$[[ inputs.x ]]`` names; empty for anything else."""
    match = _INPUT.fullmatch(block)
    return match.group(1) if match is not None else ""


def _with_input(text: str, lookup: Lookup) -> Value:
    name = input_name(text)
    return lookup(f"inputs.{name}") if name else ANYTHING


class _Pattern:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _Truth:
    __slots__ = ("value",)

    def __init__(self, value: Tri) -> None:
        self.value = value


def _truth(value: Value | _Pattern | _Truth) -> Tri:
    if isinstance(value, _Truth):
        return value.value
    if isinstance(value, _Pattern):
        return YES
    if isinstance(value, Unknown):
        if value.among:
            answers = {bool(each) for each in value.among}
            return tri(answers.pop()) if len(answers) == 1 else MAYBE
        return YES if value.filled else MAYBE
    return tri(bool(value))


def _apply(operator: str, left: Value | _Pattern | _Truth, right: Value | _Pattern | _Truth) -> Tri:
    if operator == "&&":
        return all_of((_truth(left), _truth(right)))
    if operator == "||":
        return any_of((_truth(left), _truth(right)))
    if operator in ("==", "!="):
        answer = _equal(left, right)
        return answer if operator == "==" else negate(answer)
    answer = _matches(left, right)
    return answer if operator == "=~" else negate(answer)


def _equal(left: Value | _Pattern | _Truth, right: Value | _Pattern | _Truth) -> Tri:
    if isinstance(left, _Pattern | _Truth) or isinstance(right, _Pattern | _Truth):
        return MAYBE
    if isinstance(left, Unknown):
        left, right = right, left
    if isinstance(left, Unknown):
        return MAYBE
    if isinstance(right, Unknown):
        if right.among:
            answers = {each == left for each in right.among}
            return tri(answers.pop()) if len(answers) == 1 else MAYBE
        return NO if right.filled and not left else MAYBE
    return tri(left == right)


def _matches(left: Value | _Pattern | _Truth, right: Value | _Pattern | _Truth) -> Tri:
    if isinstance(right, _Pattern):
        text: Value | _Truth = right.text
    elif right is None:
        return NO
    else:
        text = right
    if isinstance(left, _Pattern | _Truth) or not isinstance(text, str):
        return MAYBE
    pattern = compile_pattern(text)
    if pattern is None:
        return MAYBE
    if isinstance(left, Unknown):
        answers = {pattern.search(each or "") for each in left.among}
        return tri(answers.pop()) if len(answers) == 1 else MAYBE
    return tri(pattern.search(left or ""))
