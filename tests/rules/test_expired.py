"""Evidence that has expired is no evidence, and the report says since when: it is not as if nobody had ever looked."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.testing import judged

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"


@pytest.mark.parametrize(("rule", "day"), [("OBS001", "2026-09-01"), ("LOD005", "2026-09-30")])
def test_the_message_names_the_day_on_which_evidence_expired(rule: str, day: str) -> None:
    (result,) = judged(FIXTURES / rule / "github" / "unknown-expired")
    (finding,) = [each for each in result.findings if each.rule == rule]
    assert f"expired on {day}" in finding.message
    assert "date" in finding.fix
