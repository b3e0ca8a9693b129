"""Regular expressions of rules: matched in time proportional to pattern times text, and a text that they match.

The platform's engine (RE2) has neither back-references nor look-around; what this does not know is answered with None.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

MAX_PATTERN: Final = 1_000
MAX_STATES: Final = 4_000
MAX_EXAMPLE: Final = 200
MAX_EXAMPLES: Final = 12
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_DIGIT: Final = frozenset("0123456789")
_SPACE: Final = frozenset(" \t\n\r\f\v")
_CLASSES: Final = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_PREFERRED: Final = "1xv0aA-_./ "


class _Bad(Exception):  # noqa: N818 - never leaves this file
    pass


class _Set:
    """Characters that may stand at one place: those of ``chars``, or all but them."""

    __slots__ = ("chars", "negated")

    def __init__(self, chars: frozenset[str], negated: bool = False) -> None:
        self.chars = chars
        self.negated = negated

    def __contains__(self, character: str) -> bool:
        return (character in self.chars) != self.negated

    def example(self) -> str:
        """One of its characters, a plain one where it may."""
        for character in _PREFERRED:
            if character in self:
                return character
        if self.negated:
            raise _Bad
        return min(self.chars, key=lambda character: (not character.islower(), character), default="")


# A node is ("set", _Set), ("^",), ("$",), ("b",), ("B",), ("cat", nodes), ("alt", nodes) or ("rep", node, low, high).
_Tree = tuple[Any, ...]


class Pattern:
    """A compiled pattern. ``anchored``: it can only match at the start, ``ends``: at the end; names of refs have one line."""

    __slots__ = ("_anchored", "_ends", "_program", "_tree")

    def __init__(self, program: list[tuple[str, object, object]], tree: _Tree, anchored: bool, ends: bool) -> None:
        self._program = program
        self._tree = tree
        self._anchored = anchored
        self._ends = ends

    def search(self, text: str) -> bool:
        """Whether it matches anywhere in the text."""
        program, states = self._program, set[int]()
        last = len(program) - 1
        for at in range(len(text) + 1):
            if at and self._anchored:
                if not states:
                    return False
            else:
                states.add(0)
            states = _closure(program, states, text, at)
            if last in states:
                return True
            if at < len(text):
                character = text[at]
                states = {
                    state + 1
                    for state in states
                    if program[state][0] == "set" and character in program[state][1]  # type: ignore[operator]
                }
        return False

    def examples(self) -> list[tuple[str, bool]]:
        """Texts that it matches, a few where it has alternatives; each with whether it is all that such an alternative matches."""
        try:
            found = _examples(self._tree)
        except _Bad:
            return []
        exact = self._anchored and self._ends
        kept = {text: exact and literal for text, literal in found if len(text) <= MAX_EXAMPLE and self.search(text)}
        return list(kept.items())


def _closure(program: list[tuple[str, object, object]], states: set[int], text: str, at: int) -> set[int]:
    reached, waiting = set(states), list(states)
    while waiting:
        kind, one, other = program[waiting.pop()]
        if kind == "split":
            targets = [one, other]
        elif kind == "assert" and _holds(str(one), text, at):
            targets = [other]
        else:
            continue
        for target in targets:
            if target not in reached:
                reached.add(target)  # type: ignore[arg-type]
                waiting.append(target)  # type: ignore[arg-type]
    return reached


def _holds(what: str, text: str, at: int) -> bool:
    if what in "^A":
        return at == 0
    if what in "$z":
        return at == len(text)
    edge = (at > 0 and text[at - 1] in _WORD) != (at < len(text) and text[at] in _WORD)
    return edge == (what == "b")


@lru_cache(maxsize=16_384)
def compile_pattern(written: str) -> Pattern | None:
    """A pattern as rules write it, ``/.../`` with flags; None for what is none, or is not understood."""
    end = written.rfind("/")
    if len(written) < 2 or not written.startswith("/") or end == 0 or len(written) > MAX_PATTERN:
        return None
    flags = written[end + 1 :]
    try:
        parser = _Parser(written[1:end], "i" in flags)
        tree = parser.alternatives(0)
        if parser.at != len(parser.text):
            return None
        program: list[tuple[str, object, object]] = []
        _emit(tree, program)
        program.append(("match", None, None))
        first = tree[1][0] if tree[0] == "cat" and tree[1] else tree
        anchored = first[0] == "assert" and first[1] in "^A"
        last = tree[1][-1] if tree[0] == "cat" and tree[1] else tree
        return Pattern(program, tree, anchored, last[0] == "assert" and last[1] in "$z")
    except _Bad:
        return None


class _Parser:
    def __init__(self, text: str, ignore_case: bool) -> None:
        self.text = text
        self.at = 0
        self.ignore_case = ignore_case

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self) -> str:
        if self.at >= len(self.text):
            raise _Bad
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self, depth: int) -> _Tree:
        if depth > 30:
            raise _Bad
        branches = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence(depth))
        return branches[0] if len(branches) == 1 else ("alt", branches)

    def sequence(self, depth: int) -> _Tree:
        nodes: list[_Tree] = []
        while self.peek() not in ("", "|", ")"):
            nodes.append(self.repeated(self.atom(depth)))
        return ("cat", nodes)

    def repeated(self, node: _Tree) -> _Tree:
        character = self.peek()
        if character in ("*", "+", "?") and character:
            self.at += 1
            low, high = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}[character]
        elif character == "{":
            end = self.text.find("}", self.at)
            first, comma, second = self.text[self.at + 1 : max(end, self.at + 1)].partition(",")
            if end < 0 or not first.isdecimal() or (second and not second.isdecimal()):
                self.at += 1
                return ("cat", [node, ("set", self.literal("{"))])
            self.at = end + 1
            low = int(first)
            high = (int(second) if second else -1) if comma else low
            if low > 200 or high > 200 or (high != -1 and high < low):
                raise _Bad
        else:
            return node
        if self.peek() == "?":
            self.at += 1
        elif self.peek() and self.peek() in "*+":
            raise _Bad
        return ("rep", node, low, high)

    def atom(self, depth: int) -> _Tree:
        character = self.take()
        if character == "(":
            if self.peek() == "?":
                self.at += 1
                self.group_head()
            node = self.alternatives(depth + 1)
            if self.take() != ")":
                raise _Bad
            return node
        if character == "[":
            return ("set", self.bracket())
        if character == ".":
            return ("set", _Set(frozenset("\n"), True))
        if character in "^$":
            return ("assert", character)
        if character == "\\":
            return self.escape()
        if character in "*+?":
            raise _Bad
        return ("set", self.literal(character))

    def group_head(self) -> None:
        """Behind ``(?``: only groups that do not capture, or have a name."""
        if self.text.startswith(("<", "P<"), self.at) and not self.text.startswith(("<=", "<!"), self.at):
            end = self.text.find(">", self.at)
            if end < 0:
                raise _Bad
            self.at = end + 1
        elif self.take() != ":":
            raise _Bad

    def literal(self, character: str) -> _Set:
        if self.ignore_case:
            return _Set(frozenset((character.lower(), character.upper())))
        return _Set(frozenset(character))

    def escape(self) -> _Tree:
        character = self.take()
        if character in "bB":
            return ("assert", character)
        if character in "AzZ":
            return ("assert", "A" if character == "A" else "z")
        if character.lower() in _CLASSES:
            return ("set", _Set(_CLASSES[character.lower()], character.isupper()))
        if character.isalnum() and character not in _ESCAPES:
            raise _Bad
        return ("set", self.literal(_ESCAPES.get(character, character)))

    def bracket(self) -> _Set:
        negated = self.peek() == "^"
        if negated:
            self.at += 1
        chars: set[str] = set()
        first = True
        while first or self.peek() != "]":
            first = False
            character = self.take()
            if character == "[" and self.peek() == ":":
                raise _Bad
            if character == "\\":
                character = self.take()
                if character in _CLASSES:
                    chars |= _CLASSES[character]
                    continue
                if character.isalnum() and character not in _ESCAPES:
                    raise _Bad
                character = _ESCAPES.get(character, character)
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                last = self.take()
                if last == "\\":
                    last = self.take()
                if not 0 <= ord(last) - ord(character) < 1000:
                    raise _Bad
                chars.update(chr(code) for code in range(ord(character), ord(last) + 1))
            else:
                chars.add(character)
        self.at += 1
        if self.ignore_case:
            chars |= {each.lower() for each in chars} | {each.upper() for each in chars}
        return _Set(frozenset(chars), negated)


def _emit(tree: _Tree, program: list[tuple[str, object, object]]) -> None:
    if len(program) > MAX_STATES:
        raise _Bad
    kind = tree[0]
    if kind == "set":
        program.append(("set", tree[1], None))
    elif kind == "assert":
        program.append(("assert", tree[1], len(program) + 1))
    elif kind == "cat":
        for node in tree[1]:
            _emit(node, program)
    elif kind == "alt":
        jumps: list[int] = []
        for node in tree[1][:-1]:
            split = len(program)
            program.append(("split", split + 1, 0))
            _emit(node, program)
            jumps.append(len(program))
            program.append(("split", 0, 0))
            program[split] = ("split", split + 1, len(program))
        _emit(tree[1][-1], program)
        for jump in jumps:
            program[jump] = ("split", len(program), len(program))
    else:
        _, node, low, high = tree
        for _ in range(low):
            _emit(node, program)
        if high == -1:
            split = len(program)
            program.append(("split", split + 1, 0))
            _emit(node, program)
            program.append(("split", split, split))
            program[split] = ("split", split + 1, len(program))
        else:
            splits: list[int] = []
            for _ in range(high - low):
                splits.append(len(program))
                program.append(("split", 0, 0))
                _emit(node, program)
            for split in splits:
                program[split] = ("split", split + 1, len(program))


def _examples(tree: _Tree) -> list[tuple[str, bool]]:
    """Texts that a tree matches, each with whether it holds nothing but literal characters."""
    kind = tree[0]
    if kind == "set":
        one: _Set = tree[1]
        return [(one.example(), len(one.chars) == 1 and not one.negated)]
    if kind == "assert":
        return [("", True)]
    if kind == "alt":
        return [found for node in tree[1] for found in _examples(node)][:MAX_EXAMPLES]
    if kind == "cat":
        texts = [("", True)]
        for node in tree[1]:
            texts = [(first + text, exact and literal) for first, exact in texts for text, literal in _examples(node)][
                :MAX_EXAMPLES
            ]
        return texts
    _, node, low, high = tree
    count = low or (1 if high else 0)
    return [(text * count, literal and low == high) for text, literal in _examples(node)]
