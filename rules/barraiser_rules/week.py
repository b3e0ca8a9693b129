"""The hours of a week, as half hours: when a window is open, when a schedule starts, and which of them are risky."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from barraiser_rules.schedules import MONTHS, WEEKDAYS, numbers

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PER_DAY, SLOTS = 48, 7 * 48
Week = int
"""A bit for each half hour from Monday 00:00 on."""

ALWAYS: Week = (1 << SLOTS) - 1
_DAY: Week = (1 << PER_DAY) - 1
_WEEK_OF_MONTH = re.compile(r"(?<=\w)(?:L|#\d)(?=,|$)")
"""``5L``, ``5#2``: the last Friday, the second."""

_RISKY = re.compile(
    r"(?:([a-z]{3})[a-z]{0,6}(?:-([a-z]{3})[a-z]{0,6})?)?\s*(?:(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d))?", re.IGNORECASE
)

EASTMOST, WESTMOST = 14 * 60, -12 * 60
"""Minutes from UTC of the time zones that there are."""


def on_days(days: Iterable[int], hours: Week = _DAY) -> Week:
    """These half hours (of a day) on these days; Monday is 0."""
    found = 0
    for day in set(days):
        found |= hours << (day % 7) * PER_DAY
    return found


def between(first: int, then: int) -> Week:
    """The half hours of a day from one minute to another, past midnight where the second is no later."""
    if then <= first:
        return between(first, 24 * 60) | (between(0, then) if then else 0)
    found = 0
    for slot in range(first // 30, -(-then // 30)):
        found |= 1 << slot
    return found


def of_window(cron: str) -> Week | None:
    """When a window of five cron fields is open: a minute alone stands for its hour, as in ``0 9-17 ? * MON-FRI``."""
    minute, _, rest = cron.partition(" ")
    return of_cron(f"* {rest}" if minute.isdecimal() else cron)


def of_cron(cron: str) -> Week | None:
    """When five cron fields hold (Sunday is 0); where they name days of the month, on any weekday. None where they cannot be read."""
    fields = cron.split()
    if len(fields) != 5:
        return None
    minutes, hours = numbers(fields[0], 0, 59), numbers(fields[1], 0, 23)
    weekdays = numbers(_WEEK_OF_MONTH.sub("", fields[4]), 0, 7, WEEKDAYS)
    if not minutes or not hours or not weekdays or not numbers(fields[3], 1, 12, MONTHS) or "?" in fields[:2]:
        return None
    day = 0
    for hour in hours:
        for half in {minute // 30 for minute in minutes}:
            day |= 1 << hour * 2 + half
    if fields[2] not in ("*", "?"):
        return on_days(range(7), day)
    return on_days(((weekday - 1) % 7 for weekday in weekdays), day)


def of_slot(text: str) -> Week | None:
    """What a risky slot means: ``Sat``, ``Fri 14:00-24:00``, ``18:00-08:00``. None where it is none of these."""
    match = _RISKY.fullmatch(text.strip())
    if match is None or not text.strip():
        return None
    first, last = match[1], match[2] or match[1]
    days: Sequence[int] = range(7)
    if first:
        if first.lower() not in DAYS or last.lower() not in DAYS:
            return None
        start = DAYS.index(first.lower())
        days = [start + more for more in range((DAYS.index(last.lower()) - start) % 7 + 1)]
    if match[3] is None:
        return on_days(days)
    begins, ends = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    if begins >= 24 * 60 or ends > 24 * 60:
        return None
    return on_days(days, between(begins, ends))


def shifted(week: Week, minutes: int) -> Week:
    """The same times on a clock that is so many minutes ahead."""
    slots = round(minutes / 30) % SLOTS
    return (week << slots | week >> SLOTS - slots) & ALWAYS


def hours_of(week: Week) -> float:
    """How many hours it is."""
    return week.bit_count() / 2


def zone_shifts(zone: str, team: str, year: int) -> list[int] | None:
    """By how many minutes the team's clock is ahead of a zone's, in winter and in summer. None where one of them is not known here."""
    if zone == team:
        return [0]
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    try:
        here, there = ZoneInfo(zone or "UTC"), ZoneInfo(team or "UTC")
    except (ValueError, OSError, LookupError):
        return None
    found = set()
    for month in (1, 7):
        noon = datetime(year, month, 1, 12, tzinfo=UTC)
        ahead, behind = noon.astimezone(there).utcoffset(), noon.astimezone(here).utcoffset()
        if ahead is not None and behind is not None:
            found.add(int((ahead - behind).total_seconds()) // 60)
    return sorted(found)
