"""How long declared evidence counts."""

from __future__ import annotations

from collections.abc import Mapping

LASTS_DAYS = 365
"""How long evidence with a date and no ``expires`` counts."""


def current(given: Mapping[str, object], as_of: str) -> bool:
    """Whether a declaration still counts on a day: until ``expires`` (inclusive), else 365 days after ``date``; without both, always."""
    expires = given.get("expires")
    if isinstance(expires, str) and expires:
        return as_of <= expires
    date = given.get("date")
    if isinstance(date, str) and date:
        return days_between(date, as_of) <= LASTS_DAYS
    return True


def last_day(given: Mapping[str, object]) -> str:
    """The last day, as an ISO date, on which a declaration that is no longer current counted."""
    expires = given.get("expires")
    if isinstance(expires, str) and expires:
        return expires
    from datetime import date, timedelta

    return (date.fromisoformat(str(given["date"])) + timedelta(days=LASTS_DAYS)).isoformat()


def days_between(first: str, then: str) -> int:
    """Days from one ISO date to another."""
    return _ordinal(then) - _ordinal(first)


def _ordinal(date: str) -> int:
    """The day's number in the proleptic Gregorian calendar; the calendar module of the library costs start-up time."""
    year, month, day = int(date[:4]), int(date[5:7]), int(date[8:10])
    if month < 3:
        year, month = year - 1, month + 12
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day
