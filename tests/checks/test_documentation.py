"""A rule's docstring is its documentation."""

from __future__ import annotations

import pytest

from barraiser.checks.documentation import documentation_of
from barraiser.checks.registry import load
from barraiser.checks.rule import Rule
from barraiser.model.words import PLATFORMS


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


@pytest.mark.parametrize("rule", load().rules.values(), ids=lambda rule: rule.id)
def test_every_rule_of_the_pack_is_documented(rule: type[Rule]) -> None:
    told = documentation_of(rule)
    assert all((told.title, told.why, told.source, told.decided_by, told.fix))
    for platform in set(rule.platforms) & set(PLATFORMS):
        assert told.before.get(platform), platform
        assert told.after.get(platform), platform
