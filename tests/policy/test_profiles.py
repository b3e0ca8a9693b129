"""Which rules are on: the profile's list, what the configuration changes, and what the command line has the last word on."""

from __future__ import annotations

import pytest

from barraiser.checks.plan import Plan
from barraiser.checks.registry import Registry, RuleError
from barraiser.checks.rule import Parameter, Rule
from barraiser.policy.config import Config, config_from
from barraiser.policy.profiles import Choice, plan_for
from barraiser.policy.take import ConfigError
from barraiser.source.yaml_loader import load


class Bake(Rule):
    """Bake."""

    id, name, severity = "BAK001", "bake-after-onebox", "warning"
    severities = {"standard": "error"}  # noqa: RUF012
    parameters = (
        Parameter("minutes", 60, "how long", unit="minutes", minimum=1, maximum=1000),
        Parameter("mode", "alarm", "how", choices=("alarm", "time")),
        Parameter("spared", (), "what is left out"),
        Parameter("strict", False, "whether"),
        Parameter("label", "x", "what"),
    )


class Wave(Rule):
    """Waves."""

    id, name, profile = "WAV001", "waves", "standard"


class Load(Rule):
    """Load."""

    id, name, profile = "LOD001", "load", "strict"


REGISTRY = Registry((Bake, Wave, Load), {})


def config(text: str = "") -> Config:
    return config_from(load(f"version: 1\n{text}\n".encode(), ".barraiser.yml"), ".barraiser.yml", "2026-11-25")


def plan(text: str = "", **choice: object) -> Plan:
    return plan_for(config(text), REGISTRY, Choice(**choice))  # type: ignore[arg-type]


def ids(text: str = "", **choice: object) -> list[str]:
    return [rule.id for rule in plan(text, **choice).rules]


def test_each_profile_has_the_rules_of_those_below_it() -> None:
    assert ids() == ["BAK001"]
    assert ids("profile: standard") == ["BAK001", "WAV001"]
    assert ids("profile: standard", profile="strict") == ["BAK001", "WAV001", "LOD001"]


def test_a_higher_profile_may_raise_a_severity() -> None:
    assert plan().severities["BAK001"] == "warning"
    assert plan(profile="standard").severities["BAK001"] == "error"
    assert plan(profile="strict").severities["BAK001"] == "error"


def test_selecting_replaces_or_adds() -> None:
    assert ids(select=["WAV"]) == ["WAV001"]
    assert ids(extend_select=["load"]) == ["BAK001", "LOD001"]
    assert ids(select=["ALL"], ignore=["BAK001"]) == ["WAV001", "LOD001"]
    assert ids("select: [LOD001]\nextend_select: [WAV]") == ["WAV001", "LOD001"]
    assert ids("select: [LOD001]", select=["BAK001"]) == ["BAK001"]


def test_off_holds_unless_the_command_line_names_the_rule() -> None:
    assert ids("rules: {BAK001: off}") == []
    assert ids("rules: {bake-after-onebox: off}", select=["ALL"]) == ["WAV001", "LOD001"]
    assert ids("rules: {BAK001: off}", select=["BAK001"]) == ["BAK001"]
    assert ids("rules: {BAK001: off}", extend_select=["bake-after-onebox"]) == ["BAK001"]


def test_parameters_and_severity_of_the_configuration() -> None:
    made = plan("rules: {BAK001: {minutes: 5, mode: time, spared: [a], strict: true, severity: info, reason: small}}")
    assert made.severities["BAK001"] == "info"
    assert made.parameters["BAK001"] == {"minutes": 5, "mode": "time", "spared": ("a",), "strict": True, "label": "x"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules: {BAK01: off}", ".barraiser.yml:2:9: There is no rule"),
        ("rules: {BAK001: {minuts: 5}}", ".barraiser.yml:2:26: `BAK001` has no parameter `minuts` (did you mean `minutes`?)"),
        ("rules: {BAK001: {minutes: 0}}", ".barraiser.yml:2:27: `minutes` of `BAK001` must be from 1 to 1000, not 0"),
        ("rules: {BAK001: {minutes: soon}}", ".barraiser.yml:2:27: `minutes` of `BAK001` must be a number, not `soon`"),
        ("rules: {BAK001: {mode: tim}}", ".barraiser.yml:2:24: `mode` of `BAK001` must be one of alarm, time, not `tim`"),
        ("rules: {BAK001: {spared: a}}", ".barraiser.yml:2:26: `spared` of `BAK001` must be a list, not text"),
        ("rules: {BAK001: {label: 5}}", ".barraiser.yml:2:25: `label` of `BAK001` must be text, not `5`"),
        ("select: [BAK, WAVE001]", ".barraiser.yml:2:15: There is no rule, family or name"),
    ],
)  # fmt: skip
def test_a_wrong_rule_or_parameter_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(text)
    assert str(caught.value).startswith(message)


def test_a_mistyped_selector_names_the_nearest() -> None:
    with pytest.raises(RuleError, match="BAK001"):
        plan(select=["BAK01"])
