"""Which folders are repository roots, and which root a file belongs to (design section 5, "What a run looks at")."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from barraiser.source.limits import MAX_FILES, MAX_FOLDER_DEPTH, SKIPPED_FOLDERS
from barraiser.source.patterns import matches

SAMPLE_FOLDERS: Final = frozenset(("fixtures", "testdata", "examples", "templates"))
"""Roots below such a folder are samples: they count only when they are named."""

_GITLAB: Final = ".gitlab-ci.yml"


def is_root(folder: str) -> bool:
    """Whether a folder holds ``.git``, ``.github/workflows`` or ``.gitlab-ci.yml``."""
    return (
        os.path.exists(os.path.join(folder, ".git"))
        or os.path.isdir(os.path.join(folder, ".github", "workflows"))
        or os.path.isfile(os.path.join(folder, _GITLAB))
    )


def root_of(path: str, working_folder: str = "") -> str:
    """The root of a file or folder, as an absolute path.

    For GitHub the folder above ``.github``; else the nearest folder upwards that is a root; else the working folder, or,
    outside it, the file's own folder.
    """
    working = os.path.abspath(working_folder or os.curdir)
    full = os.path.abspath(os.path.join(working, path))
    above, found, _ = full.rpartition(f"{os.sep}.github{os.sep}")
    if found:
        return above or os.sep
    if os.path.basename(full) == ".github":
        return os.path.dirname(full)
    own = full if os.path.isdir(full) else os.path.dirname(full)
    folder = own
    while not is_root(folder):
        parent = os.path.dirname(folder)
        if parent == folder:
            return working if own == working or own.startswith(working.rstrip(os.sep) + os.sep) else own
        folder = parent
    return folder


def roots_below(folder: str, exclude: Sequence[str] = ()) -> list[str]:
    """The roots below a folder, itself not among them, sorted by path (absolute).

    ``exclude``: patterns relative to ``folder`` of what is left out. Folders of samples are not entered; links are not followed.
    """
    top = os.path.abspath(folder)
    found: list[str] = []
    waiting = [(top, 0)]
    seen = 0
    while waiting and seen < MAX_FILES:
        current, depth = waiting.pop()
        below, names = _folders_and_names(current)
        seen += names
        for name in below:
            full = os.path.join(current, name)
            if name in SKIPPED_FOLDERS or name in SAMPLE_FOLDERS or name == ".github":
                continue
            if exclude and excluded(os.path.relpath(full, top).replace(os.sep, "/"), exclude):
                continue
            if is_root(full):
                found.append(full)
            if depth < MAX_FOLDER_DEPTH:
                waiting.append((full, depth + 1))
    return sorted(found)


def excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether ``exclude:`` leaves a path out: a pattern matches it or a folder above it. A pattern without ``/`` matches at any depth."""
    parts = path.split("/")
    folders = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
    for written in patterns:
        pattern = written.removeprefix("./").strip("/")
        if "/" not in pattern:
            pattern = f"**/{pattern}"
        if any(matches(pattern, folder) for folder in folders):
            return True
    return False


def _folders_and_names(folder: str) -> tuple[list[str], int]:
    """The folders in a folder (links left out), and how many names it holds."""
    try:
        with os.scandir(folder) as entries:
            listed = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return [], 0
    return [name for name, is_folder in listed if is_folder], len(listed)
