"""The hours of a week: cron lines, risky slots, time zones."""

from __future__ import annotations

import pytest

from barraiser_rules.week import ALWAYS, hours_of, of_cron, of_slot, shifted, zone_shifts


def test_a_cron_line_is_the_half_hours_in_which_it_starts() -> None:
    assert of_cron("0 9 * * 1") == of_slot("Mon 09:00-09:30")
    assert of_cron("45 23 * * 0") == of_slot("Sun 23:30-24:00")
    assert of_cron("* 9-15 ? * MON-THU") == of_slot("Mon-Thu 09:00-16:00")
    assert of_cron("*/15 */12 * * 6,7") == (of_cron("*/15 0,12 * * SAT") or 0) | (of_cron("*/15 0,12 * * SUN") or 0)
    assert of_cron("* 22-1 * * 5") == (of_slot("Fri 22:00-24:00") or 0) | (of_slot("Fri 00:00-02:00") or 0)
    assert of_cron("0 12 * * 5#2") == of_cron("0 12 * * 5L") == of_cron("0 12 * * FRI")


def test_a_day_of_the_month_is_any_weekday() -> None:
    assert of_cron("0 12 1 * *") == of_cron("0 12 * * *") == of_cron("0 12 1 * 1")


@pytest.mark.parametrize(
    "cron", ["", "0 ² * * *", "0 9 * *", "0 25 * * *", "${{ inputs.cron }} 9 * * 1", "0 9 * * NEVER", "H 9 * * 1"]
)
def test_what_is_no_cron_line_is_not_guessed(cron: str) -> None:
    assert of_cron(cron) is None


@pytest.mark.parametrize("text", ["", "Samstag 25:00-26:00", "9-17", "xyz", "Sat 10:00"])
def test_what_is_no_slot_is_not_guessed(text: str) -> None:
    assert of_slot(text) is None


def test_a_slot_may_go_past_midnight() -> None:
    assert hours_of(of_slot("18:00-08:00") or 0) == 7 * 14
    assert of_slot("00:00-24:00") == ALWAYS
    assert of_slot("Fri-Mon") == sum(of_slot(day) or 0 for day in ("Fri", "Sat", "Sun", "Mon"))


def test_a_clock_that_is_ahead_turns_sunday_night_into_monday() -> None:
    assert shifted(of_slot("Sun 23:00-24:00") or 0, 120) == of_slot("Mon 01:00-02:00")
    assert shifted(of_slot("Mon 01:00-02:00") or 0, -120) == of_slot("Sun 23:00-24:00")


def test_summer_time_counts() -> None:
    assert zone_shifts("", "Europe/Berlin", 2026) == [60, 120]
    assert zone_shifts("Europe/Berlin", "Europe/Berlin", 2026) == [0]
    assert zone_shifts("", "../../etc/passwd", 2026) is None
    assert zone_shifts("Nowhere/Land", "UTC", 2026) is None
