"""Takes typed values out of configuration nodes, and notes what is wrong with its place instead of stopping there."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from collections.abc import Sequence as Several

from barraiser.model.place import Place
from barraiser.policy.nearest import suggestion
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, describe, line_of

_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][-+]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")


class ConfigProblem:
    """One thing that is wrong in the configuration, with its place; as text ``path:line:column: message``."""

    __slots__ = ("message", "place")

    def __init__(self, message: str, place: Place) -> None:
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"{self.place.path}:{self.place.line}:{self.place.column}: {self.message}"


class ConfigError(Exception):
    """A configuration that cannot be used; ``problems`` holds all that is wrong, in the order of the file."""

    def __init__(self, problems: Several[ConfigProblem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.place.key())
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Taker:
    """Collects problems while values are taken. Every method gives a usable empty value where the node is wrong."""

    def __init__(self) -> None:
        self.problems: list[ConfigProblem] = []

    def wrong(self, node: Node, message: str) -> None:
        """Note a problem at a node."""
        self.problems.append(ConfigProblem(message, line_of(node)))

    def table(self, node: Node | None, what: str, keys: Several[str] = ()) -> Table[str, Node]:
        """A mapping's values by key; with ``keys``, every other key is a problem that names the nearest right one."""
        if node is None or (isinstance(node, Scalar) and node.is_null()):
            return {}
        if not isinstance(node, Mapping):
            self.wrong(node, f"{what} must be a mapping, not {describe(node)}")
            return {}
        found: dict[str, Node] = {}
        for key, value in node:
            if keys and key.value not in keys:
                self.wrong(key, f"{what} has no key `{key.value}`{suggestion(key.value, keys)}")
            else:
                found[key.value] = value
        return found

    def items(self, node: Node | None, what: str) -> list[Node]:
        """The items of a list."""
        if node is None or (isinstance(node, Scalar) and node.is_null()):
            return []
        if not isinstance(node, Sequence):
            self.wrong(node, f"{what} must be a list, not {describe(node)}")
            return []
        return list(node)

    def text(self, node: Node | None, what: str, choices: Several[str] = ()) -> str:
        """A text that is not empty; with ``choices``, one of them."""
        if node is None:
            return ""
        if not isinstance(node, Scalar) or node.is_null() or not node.value.strip():
            self.wrong(node, f"{what} must be text, not {'empty' if _empty(node) else describe(node)}")
            return ""
        if choices and node.value not in choices:
            near = suggestion(node.value, choices)
            self.wrong(node, f"{what} must be one of {', '.join(choices)}, not `{node.value}`{near}")
            return ""
        return node.value

    def texts(self, node: Node | None, what: str, choices: Several[str] = ()) -> tuple[str, ...]:
        """A list of texts."""
        found = [self.text(item, f"each of {what}", choices) for item in self.items(node, what)]
        return tuple(text for text in found if text)

    def number(
        self, node: Node | None, what: str, minimum: float | None = None, maximum: float | None = None
    ) -> float | None:
        """A number, without quotes, in a range."""
        value = plain(node) if node is not None else None
        if node is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(node, f"{what} must be a number, not {described(node)}")
            return None
        if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
            self.wrong(node, f"{what} must be {_range(minimum, maximum)}, not {value:g}")
            return None
        return value

    def whole(self, node: Node | None, what: str, minimum: int = 0, maximum: int | None = None) -> int | None:
        """A whole number in a range."""
        value = self.number(node, what, minimum, maximum)
        if value is None or node is None:
            return None
        if isinstance(value, float):
            self.wrong(node, f"{what} must be a whole number, not {value:g}")
            return None
        return value

    def truth(self, node: Node | None, what: str) -> bool | None:
        """``true`` or ``false``."""
        if node is None:
            return None
        value = node.as_bool() if isinstance(node, Scalar) else None
        if value is None:
            self.wrong(node, f"{what} must be true or false, not {described(node)}")
        return value

    def date(self, node: Node | None, what: str) -> str:
        """A date, ``2027-01-31``, that the calendar has."""
        text = self.text(node, what)
        if text and node is not None and not is_date(text):
            self.wrong(node, f"{what} must be a date like 2027-01-31, not `{text}`")
            return ""
        return text


def is_date(text: str) -> bool:
    """Whether a text is an ISO date of the calendar."""
    if not _DATE.fullmatch(text):
        return False
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return year > 0 and day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def plain(node: Node | None, depth: int = 12) -> object:
    """A node as plain data: YAML 1.2 booleans, numbers and null where they are written without quotes; text, lists, mappings."""
    if node is None or depth == 0:
        return None
    if isinstance(node, Mapping):
        return {key.value: plain(value, depth - 1) for key, value in node}
    if isinstance(node, Sequence):
        return [plain(item, depth - 1) for item in node]
    if not node.plain:
        return node.value
    if node.is_null():
        return None
    truth = node.as_bool()
    if truth is not None:
        return truth
    if _WHOLE.fullmatch(node.value):
        return int(node.value)
    number = float(node.value) if _NUMBER.fullmatch(node.value) else float("inf")
    return node.value if number in (float("inf"), float("-inf")) else number


def described(node: Node) -> str:
    """What a node is, for a message: its text where it has one."""
    return f"`{node.value[:60]}`" if isinstance(node, Scalar) and not node.is_null() else describe(node)


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.is_null()


def _range(minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f"from {minimum:g} to {maximum:g}"
    return f"at least {minimum:g}" if minimum is not None else f"at most {maximum:g}"
