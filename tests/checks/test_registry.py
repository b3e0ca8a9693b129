"""Choosing rules by id, family and name, and what a mistyped one says."""

from __future__ import annotations

import pytest

from barraiser.checks.registry import RuleError, load


def test_selectors() -> None:
    registry = load()
    assert {"TST001", "TST002", "TST004", "TST006"} <= set(registry.select(["TST"]))
    assert registry.select(["preprod-before-prod", "src001"]) == ["SRC001", "ENV001"]
    assert registry.select(["ALL"]) == list(registry.rules)


def test_the_nearest_is_named() -> None:
    registry = load()
    with pytest.raises(RuleError, match="Did you mean ENV001"):
        registry.find("ENV01")
    with pytest.raises(RuleError, match="preprod-before-prod"):
        registry.select(["preprod-before-prd"])


def test_a_plugin_that_is_not_installed() -> None:
    with pytest.raises(RuleError, match="not installed"):
        load(["no_such_pack"])


def test_every_rule_is_documented() -> None:
    for rule in load().rules.values():
        text = rule.__doc__ or ""
        for section in ("Why:", "Source:", "Decided by:", "Fix:"):
            assert section in text, f"{rule.id} lacks {section}"


def test_the_common_run_does_not_load_what_other_profiles_add() -> None:
    basic = load(profile="basic")
    assert {rule.profile for rule in basic.rules.values()} == {"basic"}
    assert len(basic.rules) == 24
    families = [rule.family() for rule in load().rules.values()]
    assert families == sorted(families, key=list(dict.fromkeys(families)).index), (
        "the catalogue's families stay together"
    )


def test_every_rule_stands_in_the_module_of_its_profile() -> None:
    import barraiser_rules
    from barraiser_rules import standard, strict

    assert {rule.profile for rule in standard.RULES} <= {"standard"}
    assert {rule.profile for rule in strict.RULES} <= {"strict"}
    assert set(barraiser_rules.FAMILIES) >= {
        rule.family() for rule in (*barraiser_rules.RULES, *standard.RULES, *strict.RULES)
    }
