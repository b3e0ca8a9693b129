"""Which image a deploy brings out, where another command wrote it into what is applied."""

from __future__ import annotations

import time

import pytest

from barraiser.classify.hit import Hit
from barraiser.classify.images import Prepared, run_image
from barraiser.classify.vocabulary.wrapping import RUN_VALUED


def prepared(*edits: str) -> list[str]:
    images = Prepared()
    images.edited(edits)
    deploy = Hit("deploy", tool="kubectl")
    images.given(deploy)
    return deploy.images


def test_the_last_edit_of_a_name_counts() -> None:
    assert prepared("edit", "set", "image", "shop=a/b:1", "edit", "set", "image", "shop=a/b:2") == ["a/b:2"]


def test_an_expression_holds_blanks() -> None:
    assert prepared("edit", "set", "image", *["a/b:TAG=a/b:${{", "github.sha", "}}"]) == ["a/b:${{ github.sha }}"]


def test_an_image_may_be_set_by_its_own_name() -> None:
    assert prepared("edit", "set", "image", "acme/shop:latest", "acme/web:1.2") == ["acme/shop:latest", "acme/web:1.2"]


def test_what_is_no_image_is_left_out() -> None:
    assert prepared("edit", "set", "image", "shop=name") == []
    assert prepared("edit", "add", "label", "shop=a:b") == []


def test_other_tools_apply_something_else() -> None:
    images = Prepared()
    images.edited(("edit", "set", "image", "shop=a/b:1"))
    deploy = Hit("deploy", tool="helm")
    images.given(deploy)
    assert deploy.images == []


@pytest.mark.parametrize(
    ("words", "image"),
    [
        ("run -d --name shop ghcr.io/acme/shop:latest", "ghcr.io/acme/shop:latest"),
        ("run --detach --restart=always -p 80:80 acme/shop serve --port 80", "acme/shop"),
        ("run -d", ""),
    ],
)
def test_the_image_of_a_container(words: str, image: str) -> None:
    assert run_image(words.split(), RUN_VALUED) == ([image] if image else [])


def test_hostile_words_take_no_time() -> None:
    start = time.perf_counter()
    for text in ("a=" + "${{x}}" * 3000, "a=" * 5000, "a" * 20000):
        prepared("image", text)
    assert time.perf_counter() - start < 1
