"""Durations as the platform reads them: ``30 minutes``, ``1h 30m``, ``one week``, ``3600``."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "wk": 604800, "wks": 604800, "week": 604800, "weeks": 604800, "mo": 2592000, "mos": 2592000, "month": 2592000,
    "months": 2592000, "y": 31557600, "yr": 31557600, "yrs": 31557600, "year": 31557600, "years": 31557600,
}  # fmt: skip
_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
}  # fmt: skip
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)|([a-z]+)|([:,\s]+)|(.)", re.S)
_CLOCK: Final = re.compile(r"(\d{1,4}):(\d{2})(?::(\d{2}))?")


def minutes_of(text: str) -> float | None:
    """A duration in minutes; None for what is none."""
    text = text.strip().lower()
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        first, second, third = (int(part or 0) for part in clock.groups())
        return (first * 3600 + second * 60 + third) / 60 if clock.group(3) else (first * 60 + second) / 60
    total, number, found = 0.0, None, False
    for match in _PART.finditer(text[:200]):
        digits, word, _, other = match.groups()
        if other:
            return None
        if digits:
            if number is not None:
                total += number
            number, found = float(digits), True
        elif word in _NUMBERS and number is None:
            number, found = float(_NUMBERS[word]), True
        elif word in _WORDS:
            if number is None:
                return None
            total += number * _WORDS[word]
            number = None
        elif word and word != "and":
            return None
    if number is not None:
        total += number
    return total / 60 if found else None
