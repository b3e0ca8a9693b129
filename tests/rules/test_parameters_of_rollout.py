"""The parameters of the rules about slices, waves, windows, rehearsals and retention change what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.checks.plan import Plan
from barraiser.checks.registry import load
from barraiser.checks.rule import Value
from barraiser.checks.runner import judge
from barraiser.classify.entries import Entries
from barraiser.model.declarations import NOTHING_DECLARED, Declarations
from barraiser.platforms.reader import ReadOptions
from barraiser.policy.config import read_config_file
from barraiser.source.repository import Repository
from barraiser.testing import TODAY, place

RULES = Path(__file__).parents[2] / "fixtures" / "rules"


def said(rule: str, fixture: str, root: Path, **parameters: Value) -> str:
    """The verdict of a rule on the first entry of a GitHub fixture."""
    own = place(RULES / rule / "github" / fixture, "github-actions", root)
    declared: Declarations = NOTHING_DECLARED
    if (own / ".barraiser.yml").exists():
        declared = read_config_file(str(own / ".barraiser.yml"), TODAY).declared
    entries = Entries(Repository(str(own)), ReadOptions(default_branch="main"), declared)
    plan = Plan(list(load().rules.values()), profile="strict", parameters={rule: _all(rule, parameters)})
    path = next(each.relative_to(own).as_posix() for each in sorted((own / ".github" / "workflows").iterdir()))
    return judge(entries.at(path)[0], entries, plan, declared).verdicts[rule]


def _all(rule: str, given: dict[str, Value]) -> dict[str, Value]:
    return {each.name: given.get(each.name, each.default) for each in load().rules[rule].parameters}


@pytest.mark.parametrize(
    ("rule", "fixture", "parameters", "before", "after"),
    [
        ("WAV002", "passing-only-the-first-wave.yml", {"every_wave": True}, "passed", "failed"),
        ("WAV003", "failing-argo-quarter", {"max_percent": 25}, "failed", "passed"),
        ("WAV006", "passing-one-two-five.yml", {"fanout_factor": 1}, "passed", "failed"),
        ("WAV007", "failing-short-bake.yml", {"min_bake": 1}, "failed", "passed"),
        ("WIN002", "failing-friday-afternoon.yml", {"risky_slots": ("Sat", "Sun")}, "failed", "passed"),
        ("WIN002", "passing-morning-with-zone.yml", {"tz": "America/New_York"}, "passed", "failed"),
        ("WIN002", "failing-narrow.yml", {"min_hours_per_week": 1}, "failed", "passed"),
        ("WIN002", "passing-script.yml", {"risky_slots": ("Samstags",)}, "passed", "unknown"),
        ("WIN003", "not-applicable-no-freeze.yml", {"calendar": "releases"}, "not-applicable", "failed"),
        ("RLB006", "failing-declared-long-ago", {"max_age_days": 365}, "failed", "passed"),
        ("RLB010", "passing-ninety-days.yml", {"min_days": 180}, "passed", "failed"),
        ("RLB010", "passing-twenty-images", {"min_versions": 50}, "passed", "failed"),
        ("RLB010", "failing-blue-green-minutes", {"hold_min": 5}, "failed", "passed"),
    ],
)
def test_a_parameter_changes_the_verdict(
    rule: str, fixture: str, parameters: dict[str, Value], before: str, after: str, tmp_path: Path
) -> None:
    assert said(rule, fixture, tmp_path / "a") == before
    assert said(rule, fixture, tmp_path / "b", **parameters) == after
