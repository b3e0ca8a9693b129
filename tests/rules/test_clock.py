"""Scripts that ask the time: when they let the deploy through."""

from __future__ import annotations

import pytest

from barraiser.api import Job, Place, Step
from barraiser_rules.clock import Clock, lets_through
from barraiser_rules.week import of_slot

HERE = Place("ci.yml", 1)


def _open(*lines: str) -> int | None:
    read = lets_through(Clock(Job("deploy", HERE), Step(HERE), list(lines), True))
    return read[0] if read is not None else None


@pytest.mark.parametrize(
    "lines",
    [
        ('[ "$(date +%u)" -le 5 ]',),
        ("[[ $(date +%u) -lt 6 ]] || exit 1",),
        ('[ "$(date +%u)" -gt 5 ] && exit 1',),
        ('[ "$(date +%u)" -gt 5 ] && { echo "weekend"; exit 1; }',),
        ("DAY=$(date +%u)", 'if [ "$DAY" -ge 6 ]; then', "  exit 1", "fi"),
        ("DAY=$(date +%w)", "if [[ ${DAY} == 0 || ${DAY} == 6 ]]; then", "  exit 1", "fi"),
        ("day=$(date +%a)", 'if [ "$day" = "Sat" ] || [ "$day" = "Sun" ]; then echo no; exit 1; fi'),
        ("day=$(date +%u)", "if (( day < 6 )); then", "  echo go", "else", "  exit 1", "fi"),
    ],
)
def test_weekdays_alone(lines: tuple[str, ...]) -> None:
    assert _open(*lines) == of_slot("Mon-Fri")


def test_several_lines_must_all_hold() -> None:
    found = _open('test "$(date +%H)" -ge 9', 'test "$(date +%H)" -lt 16', 'test "$(date +%u)" -lt 5')
    assert found == of_slot("Mon-Thu 09:00-16:00")


def test_a_zone_is_taken_from_the_call() -> None:
    clock = Clock(Job("deploy", HERE), Step(HERE), ['[ "$(TZ=Asia/Tokyo date +%u)" -lt 6 ]'], True)
    assert lets_through(clock) == (of_slot("Mon-Fri"), "Asia/Tokyo")


@pytest.mark.parametrize(
    "lines",
    [
        ('case "$(date +%u)" in 6|7) exit 1 ;; esac',),
        ('echo "open=$([ $(date +%u) -lt 6 ] && echo yes || echo no)" >> "$GITHUB_OUTPUT"',),
        ('if [ "$(date +%u)" -lt 6 ]; then', "  echo weekday", "fi"),
        ('[ "$(date +%u)" -lt 6 ] || true',),
        ('[ "$(date +%u)" -lt 6 ] && [ "$(date +%H)" -lt 9 ] || [ "$(date +%H)" -gt 16 ]',),
        ('# [ "$(date +%u)" -lt 6 ]',),
        ('if ! [ "$(date +%u)" -lt 6 ]; then exit 1; fi',),
    ],
)
def test_what_is_not_plain_is_not_guessed(lines: tuple[str, ...]) -> None:
    assert _open(*lines) is None
