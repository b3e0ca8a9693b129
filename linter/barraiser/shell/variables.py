"""What a script's variables hold, as far as its text tells, and words with them put in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from barraiser.shell.syntax import Substitution, Variable, Word

Value = str | tuple[str, ...] | None
"""A text, an array's elements, or unknown."""

MAX_VALUE: Final = 1000
"""Characters of a value that is followed; a longer one (``X=$X$X`` in a loop) is unknown."""

_BUDGET: Final = 4_000_000
_GLOB: Final = frozenset("*?[")
_WHOLE: Final = re.compile(r"(?:\$\{\{(?:[^}]|\}(?!\}))*+\}\}|\S)+")
"""Words of a value with expressions of the platform, each of which is of one word: what is put in for it is not known."""


class Variables:
    """Known values, with frames that take changes back: subshells, branches, passes of a loop.

    A value may hold what is unknown as it is written (``prod-$REGION``). ``arguments``: of the function or script that runs, None
    where unknown.
    """

    __slots__ = ("_budget", "_frames", "_values", "arguments")

    def __init__(self, values: Mapping[str, str], arguments: Sequence[str] | None = None) -> None:
        self._values: dict[str, Value] = dict(values)
        self._frames: list[dict[str, Value]] = []
        self._budget = _BUDGET
        self.arguments = tuple(arguments) if arguments is not None else None

    def get(self, name: str) -> Value:
        """The value, None when unknown."""
        return self._values.get(name)

    def set(self, name: str, value: Value) -> None:
        """Another value; too long a one is unknown."""
        if isinstance(value, str) and len(value) > MAX_VALUE:
            value = None
        if self._frames:
            self._frames[-1].setdefault(name, self._values.get(name))
        self._values[name] = value

    def push(self) -> None:
        """From here on changes can be taken back."""
        self._frames.append({})

    def pop(self) -> dict[str, Value]:
        """Take the changes since ``push`` back; the values that they had given."""
        before = self._frames.pop()
        given = {name: self._values.get(name) for name in before}
        self._values.update(before)
        return given

    def merge(self, branches: Sequence[Mapping[str, Value]], *, exhaustive: bool) -> None:
        """Put the ends of branches together: what they do not agree on is unknown. ``exhaustive``: one of them was taken."""
        for name in {name for branch in branches for name in branch}:
            old = self._values.get(name)
            ends = {branch.get(name, old) for branch in branches}
            if not exhaustive:
                ends.add(old)
            self.set(name, ends.pop() if len(ends) == 1 else None)

    def value(self, word: Word | None) -> str:
        """The word as one text, unknown parts as written."""
        if word is None:
            return ""
        literal = word.literal
        if literal is not None:
            return literal
        texts = []
        for part in word.parts:
            if isinstance(part, str):
                texts.append(part)
            elif isinstance(part, Substitution):
                texts.append(part.raw)
            else:
                value = self._resolved(part)
                texts.append(part.raw if value is None else value if isinstance(value, str) else " ".join(value))
        return "".join(texts)

    def fields(self, word: Word) -> list[str]:
        """The words that a shell makes of a word: unquoted values are split, arrays give a word for each element."""
        parts = word.parts
        first = parts[0]
        if len(parts) == 1 and isinstance(first, str):
            return [first] if first or word.quoted else []
        done: list[str] = []
        current: list[str] = []
        started = word.quoted
        for part in parts:
            if isinstance(part, str):
                current.append(part)
                started = started or part != ""
                continue
            value = None if isinstance(part, Substitution) else self._resolved(part)
            if value is None or isinstance(part, Substitution):
                current.append(part.raw)
            elif isinstance(value, str) and part.quoted:
                current.append(value)
            else:
                pieces = _split(value, part)
                if not pieces:
                    if isinstance(value, tuple) and len(parts) == 1:
                        return []
                    continue
                if started and isinstance(value, str) and value[0].isspace():
                    done.append("".join(current))
                    current = []
                for piece in pieces[:-1]:
                    current.append(piece)
                    done.append("".join(current))
                    current = []
                current.append(pieces[-1])
            started = True
        if started:
            done.append("".join(current))
        return done

    def _resolved(self, variable: Variable) -> Value:
        value = self._found(variable)
        if value is not None:
            self._budget -= len(value) if isinstance(value, str) else sum(map(len, value))
            if self._budget < 0:
                return None
        return value

    def _found(self, variable: Variable) -> Value:
        """The value that a variable stands for here, None when unknown."""
        name, operator = variable.name, variable.operator
        if name[0] in "!#" and len(name) > 1:
            return None
        base, bracket, index = name.partition("[")
        value: Value
        if base in ("@", "*"):
            value = self.arguments
        elif base.isdecimal():
            number = int(base) if len(base) < 4 else 1000
            if self.arguments is None or number == 0:
                return None
            value = self.arguments[number - 1] if number <= len(self.arguments) else ""
        else:
            value = self._values.get(base)
        if bracket and value is not None:
            index = index.rstrip("]")
            counter = self._values.get(index.strip("${}")) if index[:1].isalpha() or index[:1] in "$_" else None
            value = _element(value, counter if isinstance(counter, str) else index)
        elif isinstance(value, tuple) and base not in ("@", "*"):
            value = value[0] if value else ""
        if not operator:
            return value
        if value is None or isinstance(value, tuple):
            return None
        return self._operated(value, operator, variable.argument)

    def _operated(self, value: str, operator: str, word: Word | None) -> str | None:
        argument = self.value(word)
        if operator in (":-", ":=", ":?"):
            return value or argument
        if operator in ("-", "=", "?"):
            return value
        if operator in (":+", "+"):
            return argument if value or operator == "+" else ""
        if operator in (",,", "^^"):
            return value.lower() if operator == ",," else value.upper()
        if "$" in argument or "`" in argument or "$" in value:
            return None
        if operator in ("#", "##", "%", "%%"):
            return _trimmed(value, operator, argument)
        if operator in ("/", "//"):
            pattern, _, replacement = argument.partition("/")
            if not pattern or _GLOB & set(pattern) or pattern[0] in "#%":
                return None
            return value.replace(pattern, replacement, -1 if operator == "//" else 1)
        return None


def _split(value: str | tuple[str, ...], variable: Variable) -> Sequence[str]:
    if isinstance(value, str):
        return _WHOLE.findall(value) if "${{" in value else value.split()
    if variable.quoted:
        return (" ".join(value),) if "*" in variable.name else value
    return [piece for element in value for piece in element.split()]


def _element(value: Value, index: str) -> Value:
    """An element of an array, or all of it."""
    elements = value if isinstance(value, tuple) else (value or "",)
    if index in ("@", "*"):
        return elements
    if index.isdecimal() and len(index) < 6:
        number = int(index)
        return elements[number] if number < len(elements) else ""
    return None


def _trimmed(value: str, operator: str, pattern: str) -> str | None:
    """Without a prefix (``#``) or suffix (``%``): a literal, or one with a ``*`` at its outer end."""
    greedy = len(operator) == 2
    if operator[0] == "#":
        if not _GLOB & set(pattern):
            return value.removeprefix(pattern)
        rest = pattern[1:]
        if pattern[0] != "*" or _GLOB & set(rest) or not rest:
            return None
        at = value.rfind(rest) if greedy else value.find(rest)
        return value[at + len(rest) :] if at >= 0 else value
    if not _GLOB & set(pattern):
        return value.removesuffix(pattern)
    rest = pattern[:-1]
    if pattern[-1] != "*" or _GLOB & set(rest) or not rest:
        return None
    at = value.find(rest) if greedy else value.rfind(rest)
    return value[:at] if at >= 0 else value
