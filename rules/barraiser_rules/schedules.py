"""How often schedules start something, as the longest time between two starts."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from barraiser.api import Schedule

MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Of a leap year that starts on a Monday, and of the year after it: two years show every time between two starts."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LEAP_DAYS = 4 * 365 * 24 + 24
"""Hours between two starts on the 29th of February."""


def longest_gap(crons: Iterable[str], every: Iterable[float] = ()) -> float | None:
    """The longest time in hours between two starts by cron lines of five fields, several of which start at the times of each, and by
    rates, in hours. None where none of them can be read."""
    gaps = list(every)
    times = sorted({start for cron in crons for start in _starts(cron)})
    if times:
        gaps.append(float(max((after - before for before, after in pairwise(times)), default=LEAP_DAYS)))
    return min(gaps) if gaps else None


def gap_of(schedules: Iterable[Schedule]) -> float | None:
    """The longest time in hours between two starts by schedules; None where no file says."""
    given = list(schedules)
    return longest_gap(
        [each.cron for each in given if each.every is None], [each.every for each in given if each.every is not None]
    )


def _starts(cron: str) -> set[int]:
    """The hours of two years in which a cron line starts something; empty where it cannot be read."""
    fields = cron.split()
    if len(fields) != 5:
        return set()
    hours = numbers(fields[1], 0, 23)
    days = numbers(fields[2], 1, 31)
    months = numbers(fields[3], 1, 12, MONTHS)
    weekdays = {day % 7 for day in numbers(fields[4], 0, 7, WEEKDAYS)}
    either = fields[2][0] not in "*?" and fields[4][0] not in "*?"
    found: set[int] = set()
    today = 0
    for number, length in enumerate(MONTH_DAYS):
        month = number % 12 + 1
        for day in range(1, length + 1):
            of_month, of_week = day in days, (today + 1) % 7 in weekdays
            if month in months and (of_month or of_week if either else of_month and of_week):
                found.update(today * 24 + hour for hour in hours)
            today += 1
    return found


def numbers(field: str, least: int, most: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers that a field of a cron line stands for; empty where it has something else (``L``, ``W``, ``#``).

    A span may go past the end (``22-2``).
    """
    found: set[int] = set()
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        if span in ("*", "?"):
            low, high = least, most
        else:
            low = _number(first, least, names)
            high = _number(last, least, names) if last else most if step else low
        every = int(step) if step.isdecimal() and len(step) < 4 else 0 if step else 1
        if not (least <= low <= most and least <= high <= most) or every < 1:
            return set()
        span_of = range(low, high + 1) if low <= high else (*range(low, most + 1), *range(least, high + 1))
        found.update(span_of[::every])
    return found


def _number(text: str, least: int, names: tuple[str, ...]) -> int:
    """A number, or the number of a month or weekday by its name; -1 for anything else."""
    if text.isdecimal() and len(text) < 4:
        return int(text)
    return names.index(text) + least if text in names else -1
