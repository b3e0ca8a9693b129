"""A name that is resolved wrongly is classified wrongly: prod taken for dev, or the other way round."""

from __future__ import annotations

import json

import pytest

from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.codepipeline.intrinsics import MAX_TEXT, Values
from barraiser.source.nodes import Mapping, Node
from barraiser.source.yaml_loader import load

ABOVE = """\
Parameters:
  Env: {Type: String, Default: staging}
  Unknown: {Type: String}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shop/env}
  Zones: {Type: CommaDelimitedList, Default: "eu-west-1, us-east-1"}
Mappings:
  Accounts: {staging: {id: "111111111111"}, prod: {id: "222222222222"}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsStaging: {"Fn::Equals": [{Ref: Env}, staging]}
  Perhaps: !Equals [!Ref Unknown, "yes"]
  Both: !And [!Condition IsStaging, !Not [{Condition: IsProd}]]
  Either: !Or [!Condition Perhaps, !Condition IsStaging]
  Neither: !And [!Condition Perhaps, !Condition IsProd]
  Circle: !Not [!Condition Circle]
Resources:
  Bucket: {Type: AWS::S3::Bucket}
"""


def values_of(value: str) -> tuple[Values, Node | None]:
    root = load(f"{ABOVE}Value: {value}\n".encode(), "t.yml")[0].root
    assert isinstance(root, Mapping)
    return Values(root), root.get("Value")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("!Ref Env", "staging"),
        ("{Ref: Env}", "staging"),
        ("!Ref Unknown", "${Unknown}"),
        ("!Ref Stored", "${Stored}"),
        ("!Ref Bucket", "Bucket"),
        ("!Ref AWS::NoValue", ""),
        ("!Ref AWS::Region", "${AWS::Region}"),
        ("!Ref AWS::Partition", "aws"),
        ("!Sub 'shop-${Env}-${Unknown}'", "shop-staging-${Unknown}"),
        ("!Sub ['${a}-${Env}', {a: !Ref Env}]", "staging-staging"),
        ("!Sub '${!Literal} $HOME'", "${Literal} $HOME"),
        ("!Join ['-', [shop, !Ref Env, !Ref AWS::NoValue]]", "shop-staging"),
        ("!Join [',', !Ref Zones]", "eu-west-1,us-east-1"),
        ("!Select [1, !Split ['-', a-b-c]]", "b"),
        ("!Select ['0', !Ref Zones]", "eu-west-1"),
        ("!Select [9, [a]]", "${Select}"),
        ("!FindInMap [Accounts, !Ref Env, id]", "111111111111"),
        ("!FindInMap [Accounts, !Ref Unknown, id]", "${Accounts.Unknown.id}"),
        ("!GetAtt Bucket.Arn", "${Bucket.Arn}"),
        ("{'Fn::GetAtt': [Bucket, Arn]}", "${Bucket.Arn}"),
        ("!ImportValue shared-cluster", "${shared-cluster}"),
        ("{'Fn::ImportValue': !Sub '${Unknown}-cluster'}", "${Unknown-cluster}"),
        ("!If [IsStaging, a, b]", "a"),
        ("!If [IsProd, a, b]", "b"),
        ("!If [Perhaps, a, b]", "${Perhaps}"),
        ("!If [Perhaps, a, a]", "a"),
        ("{'Fn::Transform': {Name: AWS::Include}}", "${Transform}"),
        ("[1, 2]", ""),
        ("null", ""),
        ("!Sub", ""),
        ("!Join [x]", ""),
        ("!If [IsProd]", ""),
    ],
)
def test_text(value: str, text: str) -> None:
    values, node = values_of(value)
    assert values.text(node) == text


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("IsProd", NO),
        ("IsStaging", YES),
        ("Perhaps", MAYBE),
        ("Both", YES),
        ("Either", YES),
        ("Neither", NO),
        ("Circle", MAYBE),
        ("Missing", MAYBE),
    ],
)
def test_conditions(name: str, holds: Tri) -> None:
    assert values_of("x")[0].holds(name) == holds


def test_items_carry_the_conditions_under_which_they_exist() -> None:
    values, node = values_of("[a, !If [Perhaps, b, c], !If [IsProd, d, !Ref AWS::NoValue]]")
    assert [(values.text(each.node), each.condition) for each in values.items(node)] == [
        ("a", ""),
        ("b", "Perhaps"),
        ("c", "not Perhaps"),
    ]


def test_text_that_grows_beyond_all_bounds_stays_unknown() -> None:
    nested: object = "0123456789"
    for _ in range(30):
        nested = {"Fn::Sub": ["${a}${a}${a}${a}", {"a": nested}]}
    root = load(json.dumps({"Resources": {}, "Value": nested}).encode(), "t.json")[0].root
    assert isinstance(root, Mapping)
    assert len(Values(root).text(root.get("Value"))) <= MAX_TEXT


def test_a_long_chain_of_conditions_ends() -> None:
    chain = "".join(f"  C{n}: !Condition C{n + 1}\n" for n in range(5000))
    root = load(f"Conditions:\n{chain}Resources: {{}}\n".encode(), "t.yml")[0].root
    assert isinstance(root, Mapping)
    assert Values(root).holds("C0") == MAYBE


def test_documents_without_functions_have_none() -> None:
    root = load(b'{"a": {"Ref": "x"}, "b": "${x}"}', "t.json")[0].root
    assert isinstance(root, Mapping)
    values = Values(None)
    assert values.text(root.get("b")) == "${x}"
    assert values.mapping(root.get("a")) is root.get("a")
