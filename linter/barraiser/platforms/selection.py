"""Which files of a root are entries, and whose they are."""

from __future__ import annotations

from barraiser.platforms.reader import Reader
from barraiser.source.repository import Repository


def reader_for(platform: str) -> Reader:
    """The reader of a platform, imported when first asked for. Raises KeyError for a name that is none."""
    raise NotImplementedError


def platform_of(path: str, repository: Repository) -> str:
    """The platform of a file, told by its place, then by its content; empty if it is none's."""
    raise NotImplementedError


def entry_paths(repository: Repository) -> list[str]:
    """All files of the root that a platform would start by itself, sorted (design section 5, "What a run looks at")."""
    raise NotImplementedError
