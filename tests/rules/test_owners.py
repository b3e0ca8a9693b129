"""Whose repository it is: an organisation's own actions are no third party's."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.source.repository import Repository
from barraiser_rules.owners import own_organisations


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/Acme/shop.git",
        "git@github.com:Acme/shop.git",
        "https://x-access-token:secret@github.com/Acme/shop",
        "ssh://git@git.example.com:2222/Acme/shop.git",
    ],
)
def test_remotes_name_the_organisation(url: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n')
    assert own_organisations(Repository(str(tmp_path))) == {"acme"}


def test_teams_of_codeowners_name_it(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @alice\n/src/ @acme/shop bob@example.com\n")
    assert own_organisations(Repository(str(tmp_path))) == {"acme"}


def test_nothing_names_one(tmp_path: Path) -> None:
    assert own_organisations(Repository(str(tmp_path))) == frozenset()
