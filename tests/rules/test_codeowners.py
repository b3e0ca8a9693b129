"""Who CODEOWNERS names: a file without an owner that is taken for owned would let anybody change the pipeline."""

from __future__ import annotations

from pathlib import Path

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
    ],
)
def test_owners_are_those_of_the_last_line(tmp_path: Path, text: str, owned: bool) -> None:
    (tmp_path / "CODEOWNERS").write_text(text, "utf-8")
    assert must_agree("ci/pipeline.yml", "CODEOWNERS", Repository(str(tmp_path))) is owned
