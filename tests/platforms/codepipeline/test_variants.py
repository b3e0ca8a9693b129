"""Conditions that a template cannot decide: the pipeline in each way in which they can fall."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from codepipeline_files import deploy, one, stage, template

from barraiser.platforms.codepipeline.variants import MAX_VARIANTS

APPROVAL = """\
- Name: Approve
  ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}
"""


def given(parameters: str, conditions: str) -> str:
    return f"Parameters:\n{parameters}Conditions:\n{conditions}"


def chosen(condition: str, name: str) -> str:
    """A stage that is there only where a condition holds."""
    return f"- !If [{condition}, {{Name: {name}, Actions: [{{Name: Go, ActionTypeId: " + (
        '{Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}, Configuration: {ServiceName: shop}}]}, !Ref AWS::NoValue]\n'
    )


def test_a_parameter_without_default_makes_a_variant_for_each_value(tmp_path: Path) -> None:
    above = given("  Env: {Type: String}\n", "  IsProd: !Equals [!Ref Env, prod]\n  IsBeta: !Equals [!Ref Env, beta]\n")
    found = one(tmp_path, template(chosen("IsProd", "Prod"), chosen("IsBeta", "Beta"), stage("Last", "x"), above=above))
    assert [each.stages for each in found.variants] == [
        ("Source", "Prod", "Last"),
        ("Source", "Beta", "Last"),
        ("Source", "Last"),
    ]
    assert found.variants[0].assumes == {"IsProd": True, "IsBeta": False}
    assert all(not job.condition.text for variant in found.variants for job in variant.jobs)


def test_a_variant_gives_the_parameter_its_value_in_texts(tmp_path: Path) -> None:
    above = given("  Env: {Type: String, AllowedValues: [prod, dev]}\n", "  IsProd: !Equals [!Ref Env, prod]\n")
    action = deploy("go").replace("ServiceName: go", "ServiceName: !Sub 'shop-${Env}'")
    found = one(tmp_path, template(chosen("IsProd", "Extra"), stage("Last", action), above=above))
    services = [variant.jobs[-1].steps[0].inputs["ServiceName"] for variant in found.variants]
    assert services == ["shop-prod", "shop-dev"]
    assert {variant.name for variant in found.variants} == {found.name}


@pytest.mark.parametrize(
    "conditions",
    [
        "  A: !Equals [!Ref 'AWS::Region', eu-west-1]\n",
        "  A: !Not [!Equals [!Ref X, 'y']]\n",
        "  A: !Or [!Condition B]\n",
    ],
)
def test_what_no_file_can_tell_falls_both_ways(tmp_path: Path, conditions: str) -> None:
    above = given("  X: {Type: String}\n", conditions)
    found = one(tmp_path, template(chosen("A", "Extra"), stage("Last", "x"), above=above))
    assert sorted(variant.assumes["A"] for variant in found.variants) == [False, True]


def test_a_default_decides_and_makes_no_variant(tmp_path: Path) -> None:
    above = given("  Env: {Type: String, Default: dev}\n", "  IsProd: !Equals [!Ref Env, prod]\n")
    found = one(tmp_path, template(chosen("IsProd", "Prod"), stage("Last", "x"), above=above))
    assert (found.variants, found.stages) == ((), ("Source", "Last"))


def test_conditions_with_the_same_outcome_are_one_variant(tmp_path: Path) -> None:
    above = given(
        "  Env: {Type: String}\n  Two: {Type: String}\n",
        "  Both: !And [!Equals [!Ref Env, prod], !Equals [!Ref Two, 'yes']]\n",
    )
    found = one(tmp_path, template(chosen("Both", "Prod"), stage("Last", "x"), above=above))
    assert [variant.assumes for variant in found.variants] == [{"Both": True}, {"Both": False}]


def test_too_many_conditions_stay_maybe(tmp_path: Path) -> None:
    names = [f"C{number}" for number in range(5)]
    above = given(
        "".join(f"  P{name}: {{Type: String}}\n" for name in names),
        "".join(f"  {name}: !Equals [!Ref P{name}, 'yes']\n" for name in names),
    )
    found = one(tmp_path, template(*(chosen(name, f"S{name}") for name in names), stage("Last", "x"), above=above))
    assert len(found.variants) == MAX_VARIANTS
    assert found.undecided == ("C3", "C4")
    assert [job.condition.text for job in found.variants[0].jobs if job.condition.text] == ["C3", "C4"]


def test_a_variant_in_which_the_pipeline_is_not_there_is_none(tmp_path: Path) -> None:
    above = given("  Env: {Type: String, AllowedValues: [prod, dev]}\n", "  IsProd: !Equals [!Ref Env, prod]\n"
                  "  IsDev: !Equals [!Ref Env, dev]\n")  # fmt: skip
    text = template(chosen("IsDev", "Dev"), stage("Last", "x"), above=above)
    found = one(tmp_path, text.replace("Pipeline\n    Prop", "Pipeline\n    Condition: IsProd\n    Prop"))
    assert (found.variants, found.stages) == ((), ("Source", "Last"))


def test_a_large_template_is_read_in_little_time(tmp_path: Path) -> None:
    names = [f"C{number}" for number in range(400)]
    above = given(
        "".join(f"  P{name}: {{Type: String}}\n" for name in names),
        "".join(f"  {name}: !Equals [!Ref P{name}, 'yes']\n" for name in names),
    )
    actions = [deploy(f"go{number}", order=number // 50 + 1) for number in range(700)]
    started = time.perf_counter()
    text = template(*(chosen(name, f"S{name}") for name in names[:30]), stage("Last", *actions), above=above)
    found = one(tmp_path, text)
    assert (found.variants, len(found.undecided)) == ((), 30)
    assert time.perf_counter() - started < 5
