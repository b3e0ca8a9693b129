"""Who CODEOWNERS names: a file without an owner that is taken for owned would let anybody change the pipeline."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from barraiser.source.repository import Repository
from barraiser_rules.owners import must_agree


@pytest.mark.parametrize(
    ("text", "owned"),
    [
        ("* @acme/shop", True),
        ("/ci/ @acme/shop", True),
        ("/ci/\n", False),
        ("* @acme/shop\n/ci/\n", False),
        ("/ci/\n* @acme/shop\n", True),
        ("[Release] @acme/shop\n/ci/\n", True),
        ("[Release][2] @acme/shop\n/ci/\n", True),
        ("[Release]\n/ci/\n", False),
        ("^[Release] @acme/shop\n/ci/\n", False),
        ("* @acme/shop\n[Release]\n/ci/\n", True),
        ("* @acme/shop\n!/ci/\n", False),
        ("# * @acme/shop", False),
        ("/src/ci/ @acme/shop", False),
        ("/* @acme/shop", False),
        ("/ci @acme/shop", True),
        ("/ci/* @acme/shop", True),
        ("/c* @acme/shop", True),
        ("pipeline.yml @acme/shop", True),
        ("ci/pipeline.yml/ @acme/shop", False),
        ("*.yml @acme/shop", True),
        ("**/pipeline.yml @acme/shop", True),
        ("/ci/** @acme/shop", True),
        ("pipe @acme/shop", False),
    ],
)
def test_owners_are_those_of_the_last_line(tmp_path: Path, text: str, owned: bool) -> None:
    (tmp_path / "CODEOWNERS").write_text(text, "utf-8")
    assert must_agree("ci/pipeline.yml", "CODEOWNERS", Repository(str(tmp_path))) is owned


def test_a_star_covers_a_folder_and_none_below(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("/.github/* @acme/shop\n", "utf-8")
    assert not must_agree(".github/workflows/deploy.yml", "CODEOWNERS", Repository(str(tmp_path)))


def test_many_lines_take_no_time(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("*a*b*c*d*e*f*/x @acme/shop\n" * 100_000, "utf-8")
    repository = Repository(str(tmp_path))
    start = perf_counter()
    for number in range(20):
        assert not must_agree(f"ci/{'abcdef' * 10}{number}.yml", "CODEOWNERS", repository)
    assert perf_counter() - start < 5
