"""What a shared definition that cannot be read may hold, by its name: too much, and every verdict is ``unknown``."""

from __future__ import annotations

import pytest

from barraiser.graph.node import Node
from barraiser.model.activity import Activity
from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.place import Place
from barraiser_rules.hints import only_beside, sounds_like


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


@pytest.mark.parametrize(
    ("text", "answer"),
    [("./ci/touch_git", False), ("bash .gitlab/ci/upload", False), ("./ci/run-tests", True), ("./scripts/ci.sh", True)],
)
def test_the_folder_of_a_script_says_nothing_of_what_it_does(text: str, answer: bool) -> None:
    job = Job("upload", Place("p", 1))
    node = Node(0, job, Activity("other", Place("p", 2), text=text), Pipeline("p", "gitlab-ci", jobs=[job]))
    assert sounds_like(node, ("unit-test",)) is answer
