"""What a shared definition that cannot be read may hold, by its name: too much, and every verdict is ``unknown``."""

from __future__ import annotations

import pytest

from barraiser_rules.hints import only_beside


@pytest.mark.parametrize(
    "name",
    [
        "./.github/actions/setup-project",
        "./.github/actions/setup_env/action.yml",
        "shop/actions/login@v2",
        "shop/ci/.github/workflows/notify.yml@main",
    ],
)
def test_stands_beside_the_work(name: str) -> None:
    assert only_beside(name)


@pytest.mark.parametrize(
    "name",
    [
        "./.github/actions/setup-and-test",
        "./.github/actions/deploy",
        "shop/ci/.github/workflows/build.yml@main",
        "",
        "install-and-verify",
    ],
)
def test_may_be_the_work(name: str) -> None:
    assert not only_beside(name)
