"""How often a scheduled check runs: a rhythm that is read too short would let a stale check count."""

from __future__ import annotations

import pytest

from barraiser_rules.promotion import named_hours


@pytest.mark.parametrize(
    ("rhythm", "hours"),
    [
        ("daily", 24),
        ("Weekly", 168),
        ("12", 12),
        ("0 * * * *", 1),
        ("0 2 * * *", 24),
        ("0 2 * * 1-5", 72),
        ("0 2 * * 1", 168),
        ("0 2 1 * *", 744),
        ("0 2 1 1 *", 8784),
        ("now and then", None),
    ],
)
def test_a_rhythm_is_read_at_its_longest(rhythm: str, hours: float | None) -> None:
    assert named_hours(rhythm) == hours
