"""A rule's docstring is its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version

import pytest
import yaml

from barraiser.checks.documentation import documentation_of
from barraiser.checks.registry import load
from barraiser.checks.rule import Rule
from barraiser.model.words import CODEPIPELINE, PLATFORMS
from barraiser.report.rule_page import language


class Example(Rule):
    """Do it first.

    Left out.

    Why:
        It matters:
        a lot.

        And more.

    Decided by:
        Files.

    Before (gitlab-ci):
        a:
          b: 1

        c: 2

    Nonsense:
        x
    """

    id, name = "EXA001", "example"


def test_sections_are_found() -> None:
    told = documentation_of(Example)
    assert told.title == "Do it first"
    assert told.why == "It matters: a lot.\n\nAnd more."
    assert told.decided_by == "Files."
    assert told.before == {"gitlab-ci": "a:\n  b: 1\n\nc: 2"}
    assert (told.fix, told.source, told.after) == ("", "", {})


def test_a_rule_without_documentation_has_its_name() -> None:
    class Bare(Rule):
        id, name = "EXA002", "bare"

    Bare.__doc__ = None
    assert documentation_of(Bare).title == "bare"


RULES = list(load().rules.values())
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


class Tolerant(yaml.SafeLoader):
    """Templates' own tags (`!Ref`, `!reference`) are read as their text."""


def _untagged(loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node)
    return loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else node.value


Tolerant.add_multi_constructor("!", _untagged)


@every_rule
def test_every_rule_of_the_pack_is_documented(rule: type[Rule]) -> None:
    told = documentation_of(rule)
    for name in ("why", "source", "decided_by", "fix"):
        text = getattr(told, name)
        assert text.endswith("."), f"{name}: {text!r} is no sentence"
        assert text.count("`") % 2 == 0, f"{name}: a backquote is not closed"
    for platform in set(rule.platforms) & set(PLATFORMS):
        assert told.before.get(platform), platform
        assert told.after.get(platform), platform
        assert told.before[platform] != told.after[platform], platform
    assert set(told.before) == set(told.after) == set(rule.platforms), (
        "examples for platforms that it is not decided on"
    )


@every_rule
def test_every_rule_says_since_when(rule: type[Rule]) -> None:
    numbers = [tuple(int(part) for part in text.split(".")) for text in (rule.since, version("barraiser"))]
    assert numbers[0] <= numbers[1], "since a version that is not out yet"


@every_rule
def test_examples_can_be_read(rule: type[Rule]) -> None:
    told = documentation_of(rule)
    for examples in (told.before, told.after):
        for platform, text in examples.items():
            if language(text) == "yaml":
                read = yaml.load(text, Tolerant)
                empty = read is None and ".barraiser.yml" in text
                assert empty or isinstance(read, dict | list), (
                    f"{platform}: {text!r} is no part of a file (see CONTRIBUTING)"
                )


@pytest.mark.parametrize(
    ("rule", "name"),
    [(rule, each.name) for rule in RULES for each in rule.parameters],
    ids=lambda each: getattr(each, "id", each),
)
def test_parameters_say_what_they_take(rule: type[Rule], name: str) -> None:
    (parameter,) = [each for each in rule.parameters if each.name == name]
    assert re.fullmatch(r"[a-z][a-z_]*", name)
    assert parameter.meaning
    if parameter.type == "number":
        assert parameter.unit, "a number without a unit"
        assert parameter.minimum is not None, "a number without a range"
        assert isinstance(parameter.default, int | float)
        assert parameter.minimum <= parameter.default <= (parameter.maximum or parameter.default)
    if parameter.choices:
        given = parameter.default if isinstance(parameter.default, tuple) else (parameter.default,)
        assert set(given) <= set(parameter.choices)


RULE = {"Name", "RuleTypeId", "Configuration", "Commands", "InputArtifacts", "Region", "RoleArn", "TimeoutInMinutes"}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codepipeline-pipeline-ruledeclaration.html"""


def rules_of_conditions(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "Rules" and isinstance(each, list):
                yield from each
            else:
                yield from rules_of_conditions(each)
    elif isinstance(value, list):
        for each in value:
            yield from rules_of_conditions(each)


@pytest.mark.parametrize("rule", [each for each in RULES if CODEPIPELINE in each.platforms], ids=lambda rule: rule.id)
def test_conditions_of_stages_have_the_shape_that_the_service_takes(rule: type[Rule]) -> None:
    told = documentation_of(rule)
    for text in (told.before[CODEPIPELINE], told.after[CODEPIPELINE]):
        if language(text) == "yaml":
            for each in rules_of_conditions(yaml.load(text, Tolerant)):
                assert {"Name", "RuleTypeId"} <= set(each) <= RULE, each
                assert set(each["RuleTypeId"]) == {"Category", "Owner", "Provider", "Version"}  # type: ignore[call-overload]
