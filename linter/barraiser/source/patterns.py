"""Path patterns with ``*``, ``**`` and ``?``, matched in time proportional to pattern times path."""

from __future__ import annotations

_ACROSS, _WITHIN, _ONE, _FOLDERS, _SWALLOWED = "**", "*", "?", "**/", "in/"


def matches(pattern: str, path: str) -> bool:
    """Whether the whole path matches. Patterns come from linted files, so that a regular expression's backtracking is no option."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == path
    if not path.endswith(literal_end(pattern)):
        return False
    return _run(_parts_of(pattern), path)


def literal_folder(pattern: str) -> str:
    """The folders that a pattern names before its first wildcard, without a trailing ``/``."""
    cut = min((at for at in (pattern.find("*"), pattern.find("?")) if at >= 0), default=len(pattern))
    return pattern[:cut].rpartition("/")[0]


def literal_end(pattern: str) -> str:
    """What every matching path ends with: the text behind the last wildcard, without a leading ``/``."""
    return pattern[max(pattern.rfind("*"), pattern.rfind("?")) + 1 :].lstrip("/")


def _parts_of(pattern: str) -> list[str]:
    """Literal characters and wildcards; ``**/`` at the start of a name (any folders, or none) takes two places."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        if not pattern.startswith("**", at):
            parts.append(pattern[at])
            at += 1
            continue
        end = at + 2
        while pattern.startswith("*", end):
            end += 1
        if (at == 0 or pattern[at - 1] == "/") and pattern.startswith("/", end):
            parts += (_FOLDERS, _SWALLOWED)
            end += 1
        else:
            parts.append(_ACROSS)
        at = end
    return parts


def _run(parts: list[str], path: str) -> bool:
    """Follow all positions of the pattern at once, one character of the path after the other."""
    states = _with_empty(parts, {0})
    for character in path:
        following: set[int] = set()
        for state in states:
            part = parts[state] if state < len(parts) else ""
            if part == _SWALLOWED:
                following.add(state)
                if character == "/":
                    following.add(state + 1)
            elif part == _ACROSS or (part == _WITHIN and character != "/"):
                following.add(state)
            elif part == character or (part == _ONE and character != "/"):
                following.add(state + 1)
        if not following:
            return False
        states = _with_empty(parts, following)
    return len(parts) in states


def _with_empty(parts: list[str], states: set[int]) -> set[int]:
    """The states, and those behind wildcards that may stand for nothing."""
    reached = set(states)
    waiting = list(states)
    while waiting:
        state = waiting.pop()
        part = parts[state] if state < len(parts) else ""
        if part in (_ACROSS, _WITHIN):
            behind: tuple[int, ...] = (state + 1,)
        elif part == _FOLDERS:
            behind = (state + 1, state + 2)
        else:
            behind = ()
        for other in behind:
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached
