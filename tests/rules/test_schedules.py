"""The longest time between two starts of a schedule: one that is read too short would let a rare check count as a daily one."""

from __future__ import annotations

import pytest

from barraiser.api import Schedule
from barraiser.model.schedule import rate
from barraiser_rules.schedules import gap_of, longest_gap


@pytest.mark.parametrize(
    ("expressions", "hours"),
    [
        (["0 3 * * *"], 24),
        (["30 5,17 * * *"], 12),
        (["0 */6 * * *"], 6),
        (["0 3 * * 1-5"], 72),
        (["0 3 * * SUN"], 168),
        (["0 3 * * 7"], 168),
        (["0 3 1 * *"], 744),
        (["0 3 1 1 *"], 8784),
        (["0 3 29 2 *"], 35064),
        (["0 3 1 * 1"], 168),
        (["0 3 * * 1-5", "0 3 * * 0,6"], 24),
        (["0 3 * *"], None),
        (["0 25 * * *"], None),
        (["0 3 */0 * *"], None),
        ([], None),
    ],
)
def test_a_schedule_is_as_rare_as_its_longest_pause(expressions: list[str], hours: float | None) -> None:
    assert longest_gap(expressions) == hours


def test_a_rate_is_its_own_pause() -> None:
    assert longest_gap(["0 3 * * 1"], [12.0]) == 12
    assert gap_of([Schedule("* * * * *", every=48.0)]) == 48
    assert gap_of([Schedule("")]) is None


@pytest.mark.parametrize(
    ("expression", "hours"), [("rate(1 day)", 24), ("rate(12 hours)", 12), ("rate(90 minutes)", 1.5), ("rate(x)", None)]
)
def test_a_rate_is_read(expression: str, hours: float | None) -> None:
    assert rate(expression) == hours


def test_digits_that_are_no_numbers_are_not_read() -> None:
    assert longest_gap(["0 ² * * *"]) is None
    assert longest_gap(["0 */² * * *"]) is None
