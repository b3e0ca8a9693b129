"""Times at which something starts, or may start."""

from __future__ import annotations

import re
from typing import Final

from barraiser.model.place import Place

_WRAPPED: Final = re.compile(r"\s*cron\(([^()]{1,200})\)\s*(.*)", re.IGNORECASE)
_RATE: Final = re.compile(r"\s*rate\(\s*(\d{1,6})\s+(minute|hour|day)s?\s*\).*", re.IGNORECASE)
_HOURS: Final = {"minute": 1 / 60, "hour": 1.0, "day": 24.0}
_NUMBER: Final = re.compile(r"(?<![#\d/])\d")


class Schedule:
    """``cron``: five fields as POSIX has them (minute, hour, day of the month, month, weekday; Sunday is 0, names are allowed); empty
    where the file gives something else, or computes it. ``zone``: the time zone that it is read in, empty where none is named.
    ``every``: the hours between two starts, where the file gives a rate in the place of times; ``cron`` is then any time."""

    __slots__ = ("cron", "every", "place", "zone")

    def __init__(self, cron: str, zone: str = "", place: Place | None = None, every: float | None = None) -> None:
        self.cron = cron
        self.every = every
        self.zone = zone
        self.place = place


def wrapped_cron(expression: str) -> tuple[str, str]:
    """The five fields, and the zone behind them, of ``cron(minute hour day month weekday year)``; of ``rate(...)``: always.

    Weekdays are 1 (Sunday) to 7. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    """
    match = _WRAPPED.fullmatch(expression)
    if match is None:
        return ("* * * * *" if expression.lower().startswith("rate(") else ""), ""
    fields = match[1].split()
    return (from_sunday_one(fields[:5]) if len(fields) in (5, 6) else ""), match[2].strip()


def rate(expression: str) -> float | None:
    """The hours of ``rate(1 day)``; None for anything else."""
    match = _RATE.fullmatch(expression)
    return int(match[1]) * _HOURS[match[2].lower()] if match is not None else None


def from_sunday_one(fields: list[str]) -> str:
    """Five fields whose weekdays are 1 (Sunday) to 7, with 0 to 6 in their place."""
    *rest, weekday = fields
    return " ".join((*rest, _NUMBER.sub(lambda each: str(int(each[0]) - 1), weekday)))
