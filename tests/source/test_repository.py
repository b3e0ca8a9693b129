"""Nothing outside the root is read, whatever a linted file names, and nothing in it can make a run hang."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from barraiser.source.errors import SourceError
from barraiser.source.limits import MAX_BYTES
from barraiser.source.repository import Repository


def message(repository: Repository, path: str) -> str:
    with pytest.raises(SourceError) as caught:
        repository.read_bytes(path)
    assert caught.value.fix
    assert not repository.exists(path) or "MiB" in caught.value.message or "permission" in caught.value.message.lower()
    return caught.value.message


def test_paths_stay_inside(tmp_path: Path) -> None:
    repository = Repository(str(tmp_path))
    assert repository.inside("./a//b/../c") == "a/c"
    assert repository.inside("../c", "a/b") == "a/c"
    assert repository.inside("/ci/x.yml") == "ci/x.yml"
    assert repository.inside("..") is None
    assert repository.inside("a/../../b") is None
    assert repository.inside("/etc/passwd", "ci") is None
    assert repository.inside("a\0b") is None


def test_links_are_followed_only_inside(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    (root / "ci").mkdir(parents=True)
    (outside / "secret").write_text("s")
    (root / "ci" / "a.yml").write_text("a: 1\n")
    (root / "good").symlink_to("ci/a.yml")
    (root / "bad").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    (root / "dangling").symlink_to("nothing")
    (root / "loop").symlink_to("loop")
    repository = Repository(str(root))
    assert repository.read_text("good") == "a: 1\n"
    assert "leads out" in message(repository, "bad")
    assert "leads out" in message(repository, "folder/secret")
    assert "leads out" in message(repository, "../outside/secret")
    assert "leads out" in message(repository, str(outside / "secret"))
    assert "does not exist" in message(repository, "dangling")
    message(repository, "loop")
    assert repository.glob("**/*") == ["ci/a.yml", "good"]
    assert repository.folder("folder") == []


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    repository = Repository(str(tmp_path))
    assert "regular" in message(repository, "pipe")
    assert "regular" in message(repository, "folder")
    assert "not exist" in message(repository, "missing")
    assert "not exist" in message(repository, "missing/x")
    message(repository, "")
    message(repository, "n" * 5000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_without_permission_are_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    (tmp_path / "x").chmod(0)
    assert "cannot be read" in message(Repository(str(tmp_path)), "x")


def test_too_large_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"a" * (MAX_BYTES + 1))
    assert "MiB" in message(Repository(str(tmp_path)), "big")


def test_files_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: 1\n")
    repository = Repository(str(tmp_path))
    first = repository.documents("a.yml")
    (tmp_path / "a.yml").write_text("a: 2\n")
    assert repository.documents("a.yml") is first
    with pytest.raises(SourceError):
        repository.documents("b.yml")
    with pytest.raises(SourceError):
        repository.documents("b.yml")


def test_patterns_never_enter_other_peoples_folders(tmp_path: Path) -> None:
    for folder in (".git", "node_modules/x", ".terraform", "vendor", "a/b", "a/node_modules"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.yml").write_text("")
    repository = Repository(str(tmp_path))
    assert repository.glob("**/*.yml") == ["a/b/x.yml"]
    assert repository.glob("*/*/*.yml") == ["a/b/x.yml"]
    assert repository.glob("vendor/*.yml") == []
    assert repository.glob("a/b/x.yml") == ["a/b/x.yml"]
    assert repository.glob("../**") == []
    assert repository.folder("a/b") == ["x.yml"]


def test_walks_are_bounded(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.yml").write_text("")
    repository = Repository(str(tmp_path), max_files=5)
    assert len(repository.glob("*.yml")) == 5
    assert repository.truncated


def test_lines_are_those_of_an_editor(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa\r\nb\x0cc\rd\n\n")
    assert Repository(str(tmp_path)).lines("a") == ["a", "b\x0cc", "d", ""]
