"""A condition that is read wrongly makes a deploy run, or a gate hold, where it does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.model.tri import MAYBE, NO, YES
from barraiser.platforms.github.evaluate import Scope, evaluate
from barraiser.platforms.github.expressions import ExpressionError, names_in, parse
from barraiser.platforms.github.filtered import Filtered
from barraiser.platforms.github.values import CONSTANT, EITHER, OPEN, Object, Unknown, Value, to_text, truth

GITHUB = Object(
    {
        "ref": "refs/heads/main",
        "event_name": "push",
        "event": Object({"pull_request": None, "labels": [Object({"name": "a"}), Object({"name": "b"})]}, OPEN),
        "head_ref": "",
        "run_id": Unknown(truth=YES, fresh=True),
    },
    OPEN,
)
CONTEXTS: dict[str, Value] = {
    "github": GITHUB,
    "vars": CONSTANT,
    "inputs": Object({"flag": True, "env": Unknown(("prod", "staging")), "count": 3.0}),
    "env": Object({"branch": Unknown(prefix="refs/heads/feature/")}, OPEN),
}


def value(text: str) -> Value:
    return evaluate(parse(text), Scope(CONTEXTS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("github.ref == 'refs/heads/main'", True),
        ("github.ref == 'REFS/HEADS/MAIN'", True),
        ("github.ref != 'refs/heads/main'", False),
        ("github['ref'] == 'refs/heads/main'", True),
        ("GitHub.REF == 'refs/heads/main'", True),
        ("startsWith(github.ref, 'refs/tags/')", False),
        ("contains(fromJSON('[\"refs/heads/main\"]'), github.ref)", True),
        ("contains('Hello', 'ELL')", True),
        ("endsWith('abc', 'C')", True),
        ("inputs.flag", True),
        ("inputs.flag == 'true'", False),
        ("inputs.flag == 1", True),
        ("inputs.missing", None),
        ("inputs.missing == ''", True),
        ("null == 0", True),
        ("'' == 0", True),
        ("'1' == 1", True),
        ("'x' == 0", False),
        ("0x10 == 16 && 0o10 == 8 && 1e2 == 100", True),
        ("inputs.count > 2 && inputs.count <= 3", True),
        ("true && 'prod' || 'staging'", "prod"),
        ("false && 'prod' || 'staging'", "staging"),
        ("!false == true", True),
        ("!(github.event_name == 'push')", False),
        ("format('{0}-{1} {{x}}', 'a', 2)", "a-2 {x}"),
        ("join(github.event.labels.*.name, '+')", "a+b"),
        ("contains(github.event.labels.*.name, 'B')", True),
        ("contains(github.event.pull_request.labels.*.name, 'x')", False),
        ("github.event.pull_request.merged", None),
        ('fromJSON(\'{"a": [1, {"b": true}]}\').a[1].b', True),
        ("toJSON('x')", '"x"'),
        ("case(false, 'a', true, 'b', 'c')", "b"),
        ("'it''s'", "it's"),
        ("github.ref == 'a' || github.event_name == 'push' && true", True),
    ],
)
def test_known_values(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vars.DEPLOY == 'true'", MAYBE),
        ("vars.DEPLOY == 'true' && false", NO),
        ("vars.DEPLOY == 'true' || true", YES),
        ("env.branch == 'refs/heads/main'", NO),
        ("env.branch == 'refs/heads/feature/x'", MAYBE),
        ("startsWith(env.branch, 'refs/heads/')", YES),
        ("startsWith(env.branch, 'refs/tags/')", NO),
        ("startsWith(env.branch, 'refs/heads/feature/x')", MAYBE),
        ("inputs.env == 'prod'", MAYBE),
        ("inputs.env == 'test'", NO),
        ('contains(fromJSON(\'["prod", "staging"]\'), inputs.env)', MAYBE),
        ("inputs.env != ''", YES),
        ("github.actor == 'x'", MAYBE),
        ("hashFiles('x') != ''", MAYBE),
    ],
)
def test_what_the_files_cannot_tell_is_maybe_and_no_more(text: str, expected: int) -> None:
    assert truth(value(text)) == expected


def test_an_unknown_choice_between_texts_knows_them() -> None:
    found = value("vars.PROD && 'production' || 'staging'")
    assert isinstance(found, Unknown)
    assert found.options == ("production", "staging")
    found = value("github.head_ref || github.run_id")
    assert isinstance(found, Unknown)
    assert found.fresh


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a ==",
        "(a",
        "a)",
        "'open",
        'github.ref == "x"',
        "github.ref = 'x'",
        "a & b",
        "contains('a')",
        "a.1",
        "1x",
        "github..ref",
        "[1]",
    ],
)
def test_what_github_refuses_is_told_with_a_fix(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.message
    assert caught.value.fix


def test_hostile_expressions_end_at_once() -> None:
    with pytest.raises(ExpressionError):
        parse("(" * 5000 + "true" + ")" * 5000)
    with pytest.raises(ExpressionError):
        parse("x" * 30_000)
    assert value("!" * 9000 + "false") is False
    assert truth(value(" || ".join(["github.x"] * 1000))) == MAYBE
    assert value("github" + ".a" * 5000) is not None
    assert value("fromJSON('" + "[" * 9000 + "]" * 9000 + "')") is not None


def test_names_of_a_condition() -> None:
    found = names_in(parse("always() && needs.test.result == 'success' && needs['build'].outputs.x"))
    assert {"always()", "needs.test.result", "needs.build.outputs.x"} <= found


plain = st.one_of(
    st.none(), st.booleans(), st.floats(allow_nan=False), st.text(max_size=5), st.sampled_from(["true", "1", "0", ""])
)


@given(st.lists(plain, min_size=2, max_size=2))
@settings(max_examples=50)
def test_an_unknown_is_never_surer_than_its_values(values: list[Value]) -> None:
    unknown = Unknown(tuple(values))
    for text in ("inputs.x", "inputs.x == '1'", "inputs.x && true", "!inputs.x", "startsWith(inputs.x, '1')"):
        tree = parse(text)
        told = truth(evaluate(tree, Scope({"inputs": Object({"x": unknown})})))
        each = {truth(evaluate(tree, Scope({"inputs": Object({"x": one})}))) for one in values}
        assert told == MAYBE or each == {told}


@given(st.text(alphabet="abgithu.ref()[]'!&|=<>*, 01", max_size=40))
@settings(max_examples=50)
def test_no_text_crashes(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError:
        return
    found = evaluate(tree, Scope(CONTEXTS))
    assert isinstance(found, Unknown | Filtered) or to_text(found) is not None
    assert truth(EITHER) == MAYBE
