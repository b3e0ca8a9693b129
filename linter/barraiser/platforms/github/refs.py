"""Names of branches and tags, and the patterns with which triggers filter them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from barraiser.model.tri import YES
from barraiser.platforms.github.values import Unknown, Value

DEFAULT_NAMES: Final = ("main", "master", "trunk", "develop")
"""Names of a default branch, in the order in which they are believed (design 3a)."""

MAX_PATTERN: Final = 500

_WILD: Final = "*?+[!"


def is_literal(pattern: str) -> bool:
    """Whether a pattern names one branch or tag alone."""
    return not any(character in pattern for character in _WILD)


def is_placeholder(pattern: str) -> bool:
    """Whether it stands for the default branch in a template that is filled in later (``$default-branch``)."""
    return pattern.startswith("$") or "{{" in pattern


def literal_start(pattern: str) -> str:
    """What every name that matches starts with."""
    for at, character in enumerate(pattern):
        if character in "?+":
            return pattern[: at - 1] if at else ""
        if character in "*[!":
            return pattern[:at]
    return pattern


def admits(patterns: Sequence[str], name: str) -> bool:
    """Whether a filter lets a name through: the last pattern that matches decides, ``!`` takes names out again."""
    answer = False
    for pattern in patterns:
        if matches(pattern.removeprefix("!"), name):
            answer = not pattern.startswith("!")
    return answer


def matches(pattern: str, name: str) -> bool:
    """Whether a whole name matches one pattern with ``*``, ``**``, ``?``, ``+`` and ``[]``; in time proportional to both lengths."""
    if is_literal(pattern):
        return pattern == name
    parts = _parts(pattern[:MAX_PATTERN])
    states = _reachable(parts, {0})
    for character in name[:MAX_PATTERN]:
        following: set[int] = set()
        for state in states:
            if state < len(parts) and _takes(parts[state][0], character):
                following.add(state + 1)
                if parts[state][1] in "*+":
                    following.add(state)
        states = _reachable(parts, following)
        if not states:
            return False
    return len(parts) in states


def _parts(pattern: str) -> list[tuple[str, str]]:
    """What may stand there (a character, ``[...]``, ``*`` for all but ``/``, ``**`` for all) and how often.

    How often is ``1``, ``?``, ``+`` or ``*``.
    """
    parts: list[tuple[str, str]] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            stop = at
            while stop < len(pattern) and pattern[stop] == "*":
                stop += 1
            parts.append(("**" if stop - at > 1 else "*", "*"))
            at = stop
            continue
        if character == "\\" and at + 1 < len(pattern):
            parts.append((pattern[at + 1], "1"))
            at += 2
            continue
        closing = pattern.find("]", at + 1) if character == "[" else -1
        if closing > 0:
            parts.append((pattern[at : closing + 1], "1"))
            at = closing + 1
            continue
        if character in "?+" and parts and parts[-1][1] == "1":
            parts[-1] = (parts[-1][0], character)
        else:
            parts.append((character, "1"))
        at += 1
    return parts


def _takes(part: str, character: str) -> bool:
    if part == "**":
        return True
    if part == "*":
        return character != "/"
    if part.startswith("[") and len(part) > 1:
        inside = part[1:-1]
        at = 0
        while at < len(inside):
            if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
                if inside[at] <= character <= inside[at + 2]:
                    return True
                at += 3
            else:
                if inside[at] == character:
                    return True
                at += 1
        return False
    return part == character


def _reachable(parts: list[tuple[str, str]], states: Iterable[int]) -> set[int]:
    """The states, and those behind parts that may stand for nothing."""
    found: set[int] = set()
    for start in states:
        state = start
        while state not in found:
            found.add(state)
            if state < len(parts) and parts[state][1] in "?*":
                state += 1
    return found


def ref_of(pattern: str, kind: str = "heads", excluded: Iterable[str] = ()) -> tuple[Value, Value]:
    """``github.ref`` and ``github.ref_name`` of a branch or tag that a pattern names, as far as they are known.

    ``excluded``: names that it has not: a tag is not called like the default branch.
    """
    if is_literal(pattern):
        return f"refs/{kind}/{pattern}", pattern
    start = literal_start(pattern).lower()
    return Unknown(prefix=f"refs/{kind}/{start}", fresh=True), Unknown(
        prefix=start, excluded=frozenset(name.lower() for name in excluded), truth=YES, fresh=True
    )


def other_ref(excluded: Iterable[str]) -> tuple[Value, Value]:
    """``github.ref`` and ``github.ref_name`` of a branch that is none of these."""
    low = frozenset(name.lower() for name in excluded)
    full = frozenset(f"refs/heads/{name}" for name in low)
    return Unknown(prefix="refs/heads/", excluded=full, fresh=True), Unknown(excluded=low, fresh=True, truth=YES)
