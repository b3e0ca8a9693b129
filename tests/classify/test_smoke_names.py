"""A script that is named for the smoke test of a deploy is that test, and no second deploy."""

from __future__ import annotations

import pytest

from barraiser.classify.tests_kind import named_kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("smoke:deploy:prod:ci", "smoke-test"),
        ("smoke-test-deploy-prod", "smoke-test"),
        ("deploy:smoke", "deploy"),
        ("deploy:prod", "deploy"),
    ],
)
def test_the_first_word_says_what_it_is(name: str, kind: str) -> None:
    assert named_kind(name) == kind
