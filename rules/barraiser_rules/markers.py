"""Which files of a repository hold certain words: each question is answered once for a repository."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.api import Repository

SAMPLES = frozenset(("node_modules", "examples", "fixtures", "testdata", "cdk.out"))
"""Folders whose files nobody applies."""

MAX_FILES = 4_000
MAX_BYTES = 1_000_000
"""Larger files are data."""


def first_with(
    repository: Repository, words: tuple[bytes, ...], *, hints: Sequence[bytes], suffixes: tuple[str, ...]
) -> str:
    """The first file, in path order, that holds one of ``words``; empty where none does.

    ``hints``: each word holds one of them; files without any are done with quickly.
    """
    return repository.remember(("first with", words), lambda: _search(repository, words, hints, suffixes))


def holds(repository: Repository, path: str, words: Sequence[bytes]) -> bool:
    """Whether a file holds one of these words."""
    data = repository.peek(path)[:MAX_BYTES]
    return any(word in data for word in words)


def _search(repository: Repository, words: Sequence[bytes], hints: Sequence[bytes], suffixes: tuple[str, ...]) -> str:
    looked_at = 0
    for path in repository.files():
        if not path.endswith(suffixes) or not SAMPLES.isdisjoint(path.split("/")):
            continue
        looked_at += 1
        if looked_at > MAX_FILES:
            break
        data = repository.peek(path)[:MAX_BYTES]
        if any(hint in data for hint in hints) and any(word in data for word in words):
            return path
    return ""


def files_with(
    repository: Repository, words: tuple[bytes, ...], *, suffixes: tuple[str, ...], most: int = 20
) -> list[str]:
    """The files that hold one of ``words``, in path order, ``most`` at most. Not remembered: for rules that few pipelines reach."""
    found: list[str] = []
    for path in repository.files()[: 10 * MAX_FILES]:
        if path.endswith(suffixes) and SAMPLES.isdisjoint(path.split("/")) and holds(repository, path, words):
            found.append(path)
            if len(found) == most:
                break
    return found
