"""The entries of a root, read as the run's options say."""

from __future__ import annotations

import os

from barraiser.classify.entries import Entries
from barraiser.cli.settings import Settings
from barraiser.model.declarations import Declarations
from barraiser.platforms.reader import ReadOptions
from barraiser.platforms.selection import Selected
from barraiser.source.errors import SourceError

_ORIGIN_HEAD = ".git/refs/remotes/origin/HEAD"
_REMOTE = "ref: refs/remotes/origin/"


def entries_for(selected: Selected, settings: Settings, declared: Declarations) -> Entries:
    """The entries of a root, read as the run's options say."""
    branch, found = _default_branch(selected, settings, declared)
    options = ReadOptions(default_branch=branch, default_branch_from=found, include_map=settings.include_map)
    platforms = {path: platform for path, platform in (*selected.entries, *selected.named) if platform}
    return Entries(selected.repository, options, declared, platforms)


def _default_branch(selected: Selected, settings: Settings, declared: Declarations) -> tuple[str, str]:
    """The default branch and who said so, or empty: then the reader takes one that a trigger names."""
    if settings.default_branch:
        return settings.default_branch, "--default-branch"
    if declared.default_branch:
        return declared.default_branch, "the configuration"
    here = os.environ.get("CI_PROJECT_DIR")
    if here and os.environ.get("CI_DEFAULT_BRANCH") and os.path.realpath(here) == os.path.realpath(selected.root):
        return os.environ["CI_DEFAULT_BRANCH"], "CI_DEFAULT_BRANCH"
    try:
        head = selected.repository.read_text(_ORIGIN_HEAD).strip()
    except SourceError:
        return "", ""
    return (head[len(_REMOTE) :], "origin/HEAD") if head.startswith(_REMOTE) else ("", "")
