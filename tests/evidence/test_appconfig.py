"""AppConfig's deployment strategies: one that is read as more careful than it is lets a bad value through."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.evidence.appconfig import appconfig_rollout
from barraiser.source.repository import Repository


@pytest.mark.parametrize(
    ("properties", "strategy", "steps", "final"),
    [
        (
            "DeploymentDurationInMinutes: 60, GrowthFactor: 25, FinalBakeTimeInMinutes: 30",
            "linear",
            [25, 50, 75, 100],
            30,
        ),
        ("DeploymentDurationInMinutes: 9, GrowthFactor: 20, GrowthType: EXPONENTIAL", "canary", [20, 40, 80, 100], 0),
        ("DeploymentDurationInMinutes: 0, GrowthFactor: 10, FinalBakeTimeInMinutes: 5", "all-at-once", [], 5),
        ("DeploymentDurationInMinutes: 10, GrowthFactor: 100", "all-at-once", [], 0),
        ("DeploymentDurationInMinutes: !Ref Minutes, GrowthFactor: 10", "", [], None),
        (
            "DeploymentDurationInMinutes: 10, GrowthFactor: 50, FinalBakeTimeInMinutes: !Ref Bake",
            "linear",
            [50, 100],
            None,
        ),
    ],
)
def test_a_strategy_of_the_repository(
    tmp_path: Path, properties: str, strategy: str, steps: list[float], final: float | None
) -> None:
    text = f"Resources:\n  S: {{Type: AWS::AppConfig::DeploymentStrategy, Properties: {{Name: own, {properties}}}}}\n"
    (tmp_path / "t.yml").write_text(text)
    found = appconfig_rollout("own", Repository(str(tmp_path)))
    assert (found.strategy, [percent for percent, _ in found.steps], found.final_bake) == (strategy, steps, final)


def test_of_several_strategies_an_unknown_one_is_not_guessed(tmp_path: Path) -> None:
    strategy = (
        "{Type: AWS::AppConfig::DeploymentStrategy, Properties: {DeploymentDurationInMinutes: 0, GrowthFactor: 100}}"
    )
    (tmp_path / "t.yml").write_text(f"Resources:\n  A: {strategy}\n  B: {strategy}\n")
    assert appconfig_rollout("$STRATEGY", Repository(str(tmp_path))).strategy == ""
    assert appconfig_rollout("${B}", Repository(str(tmp_path))).strategy == "all-at-once"
