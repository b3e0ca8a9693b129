"""The nearest right word for a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, right: Iterable[str]) -> str:
    """The right word that looks most like ``word``, or empty if none does."""
    from difflib import get_close_matches

    by_lower = {candidate.lower(): candidate for candidate in right}
    found = get_close_matches(word[:100].lower(), sorted(by_lower), n=1, cutoff=0.5)
    return by_lower[found[0]] if found else ""


def suggestion(word: str, right: Iterable[str]) -> str:
    """`` (did you mean `x`?)`` or empty: the end of a message about a mistyped word."""
    found = nearest(word, right)
    return f" (did you mean `{found}`?)" if found else ""
