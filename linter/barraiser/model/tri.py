"""Three-valued logic: no, maybe, yes (Kleene), as small integers so that min and max are and and or."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Tri = int
"""0 (no), 1 (maybe: the files cannot tell) or 2 (yes)."""

NO: Final[Tri] = 0
MAYBE: Final[Tri] = 1
YES: Final[Tri] = 2

TRI_NAMES: Final = ("no", "maybe", "yes")


def tri(value: bool | None) -> Tri:
    """``True`` is yes, ``False`` is no, ``None`` is maybe."""
    if value is None:
        return MAYBE
    return YES if value else NO


def all_of(values: Iterable[Tri]) -> Tri:
    """Kleene "and"; yes for no values at all."""
    return min(values, default=YES)


def any_of(values: Iterable[Tri]) -> Tri:
    """Kleene "or"; no for no values at all."""
    return max(values, default=NO)


def negate(value: Tri) -> Tri:
    """Kleene "not"."""
    return YES - value
