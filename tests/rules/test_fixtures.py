"""Every rule on its fixtures: the verdict that the fixture's name says, and the findings at the marked lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.checks.registry import load
from barraiser.model.words import NOT_APPLICABLE, PASSED, PLATFORMS
from barraiser.testing import expectations, findings, fixtures, judged, place

FOLDER = Path(__file__).parents[2] / "fixtures" / "rules"
CASES = list(fixtures(FOLDER, load()))
BY_HYGIENE = "GOV002"
"""Found where waivers are read, so that the command line's tests show it."""


def _name(case: tuple[str, str, str, Path]) -> str:
    return f"{case[0]}-{case[1]}-{case[3].name}"


@pytest.mark.parametrize("case", [each for each in CASES if each[0] != BY_HYGIENE], ids=_name)
def test_a_rule_says_what_the_fixture_shows(case: tuple[str, str, str, Path], tmp_path: Path) -> None:
    rule, platform, verdict, fixture = case
    root = place(fixture, platform, tmp_path)
    results = judged(root)
    assert results, "the fixture holds no pipeline"
    problems = [f"{each.place}: {each.message}" for result in results for each in result.pipeline.problems]
    assert not problems
    crashes = [crash.error for result in results for crash in result.crashes]
    assert not crashes
    verdicts = {result.verdicts.get(rule, NOT_APPLICABLE) for result in results}
    expected = sorted(expectations(root, rule), key=lambda each: each.key())
    told = {result.pipeline.path: result.reasons.get(rule, "") for result in results}
    assert verdict in verdicts, f"{verdicts}: {told} {findings(results, rule)}"
    assert sorted(each.key() for each in findings(results, rule)) == [each.key() for each in expected]
    assert bool(expected) == (verdict not in (PASSED, NOT_APPLICABLE)), "the fixture's marks contradict its name"


@pytest.mark.parametrize(
    "rule", [rule for rule in load().rules.values() if rule.id != BY_HYGIENE], ids=lambda rule: rule.id
)
def test_a_rule_has_fixtures_on_each_platform(rule: type) -> None:
    for platform in rule.platforms if hasattr(rule, "platforms") else PLATFORMS:
        shown = {verdict for id, where, verdict, _ in CASES if id == rule.id and where == platform}  # type: ignore[attr-defined]
        assert {"passed", "failed"} <= shown or _only_unknown(rule, platform), f"{rule} on {platform}: only {shown}"


def _only_unknown(rule: type, platform: str) -> bool:
    """A rule that a platform's files can never fail (or pass) has another pair there."""
    shown = {verdict for id, where, verdict, _ in CASES if id == rule.id and where == platform}  # type: ignore[attr-defined]
    return len(shown) >= 2
