"""What sounds like a check for a change freeze, and what only freezes dependencies."""

from __future__ import annotations

import pytest

from barraiser_rules.win.win003_freeze_honoured import WORD


@pytest.mark.parametrize(
    "text",
    [
        '[[ -n "$CI_DEPLOY_FREEZE" ]] && exit 1',
        "./ci/check-freeze.sh",
        "amdadulbari/release-freeze-enforcer@v1",
        "if [ -f .deploy_freeze ]; then exit 1; fi",
        "${{ vars.FREEZE == 'true' }}",
        "aws ssm get-calendar-state --calendar-names releases",
        "Holiday blackout",
    ],
)
def test_it_asks_for_a_freeze(text: str) -> None:
    assert WORD.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "pip freeze > requirements.txt",
        "python -m pip freeze",
        "uv pip freeze",
        "prek auto-update --freeze",
        "pip install freezegun",
        "npm ci --frozen-lockfile",
        "pip install cx_Freeze",
    ],
)
def test_it_does_not(text: str) -> None:
    assert not WORD.search(text)
