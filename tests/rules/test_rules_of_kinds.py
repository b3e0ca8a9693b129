"""Which rules are asked of which kind of pipeline: a docs site is not asked for a load test, and a library not for a rollback."""

from __future__ import annotations

import pytest

from barraiser.checks.registry import load

RULES = load().rules
ALWAYS = {"GOV", "SEC"}
DATA = {"SRC", "BLD", "APV", "WIN", "CHG", *ALWAYS, "TST001", "TST004", "TST005", "TST006", "ENV001", "RLB001"}
NOT_OF_CODE = {"LOD", "BLD001", "BLD002"}

ASKED = {
    "data-batch": DATA,
    "mobile-release": DATA,
    "static-site": {*ALWAYS, "SRC001", "SRC002", "TST004", "WIN005", "CHG003"},
    "library-publish": {*ALWAYS, "SRC001", "SRC002", "TST001", "TST004", "BLD005"},
    "pure-ci": {"GOV002", "SRC002", "SEC003", "CHG001"},
}
"""Families and rules, by kind."""

NOT_ASKED = {
    "service-deploy": set[str](),
    "iac-only": {*NOT_OF_CODE, "WAV001", "WAV002", "WAV003", "WAV004", "WAV007"},
    "config-flags": NOT_OF_CODE,
}

BY_PARAMETER = {("LOD001", "data-batch"), ("LOD001", "mobile-release")}
"""Its parameter `kinds` decides, so that it can be asked there."""

OF_A_RUNNING_SERVICE = {"GOV006"}
"""Of the governance rules, those about production itself."""


def wanted(rule: str, kind: str) -> bool:
    words = {rule, rule[:3]}
    if kind in NOT_ASKED:
        return words.isdisjoint(NOT_ASKED[kind])
    if kind in ("static-site", "library-publish") and rule in OF_A_RUNNING_SERVICE:
        return False
    return not words.isdisjoint(ASKED[kind])


@pytest.mark.parametrize("kind", [*ASKED, *NOT_ASKED])
def test_the_rules_of_a_kind(kind: str) -> None:
    asked = {id for id, rule in RULES.items() if kind in rule.kinds and (id, kind) not in BY_PARAMETER}
    assert asked == {id for id in RULES if wanted(id, kind)}
