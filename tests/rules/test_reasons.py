"""What passed says why, so that an auditor can read it as evidence: what was found, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from barraiser.checks.registry import load
from barraiser.model.words import PASSED
from barraiser.testing import fixtures, judged, place

FOLDER = Path(__file__).parents[2] / "fixtures" / "rules"
CASES = [case for case in fixtures(FOLDER, load()) if case[2] == PASSED]
NAMES_SOMETHING = re.compile(r'["`/.]\w|\d|declared|CODEOWNERS')


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}-{case[3].name}")
def test_a_passed_verdict_says_why(case: tuple[str, str, str, Path], tmp_path: Path) -> None:
    rule, platform, _, fixture = case
    for result in judged(place(fixture, platform, tmp_path)):
        if result.verdicts.get(rule) == PASSED:
            reason = result.reasons[rule]
            assert reason.endswith("."), reason
            assert "  " not in reason
            assert "None" not in reason
            assert NAMES_SOMETHING.search(reason) or reason.startswith(("No ", "Nothing ", "Every ", "Neither ")), (
                reason
            )


def test_the_place_of_what_it_rests_on_is_named() -> None:
    (result,) = judged(FOLDER.parent / "demo" / "passing" / "github")
    assert re.search(r" \(\.github/workflows/deploy\.yml:\d+(:\d+)?\)\.$", result.reasons["TST001"])
