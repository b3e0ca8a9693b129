"""Which files of a root are entries, and whose they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from barraiser.model.words import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI
from barraiser.platforms.codepipeline.marks import MARKERS, SUFFIXES
from barraiser.platforms.reader import Reader, ReadOptions
from barraiser.source.discovery import SAMPLE_FOLDERS, excluded, is_root, root_of, roots_below
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.model.pipeline import Pipeline

READERS: Final = {
    GITHUB_ACTIONS: "barraiser.platforms.github.reader:GitHubReader",
    GITLAB_CI: "barraiser.platforms.gitlab.reader:GitLabReader",
    CODEPIPELINE: "barraiser.platforms.codepipeline.reader:CodePipelineReader",
}
"""Where each platform's reader is. A new platform is a package and a line here."""

_GITHUB_FOLDER: Final = ".github/workflows/"
_GITLAB_FILE: Final = ".gitlab-ci.yml"


class Selected:
    """What a run looks at in one root.

    ``entries``: (path, platform) of the files to report, sorted. ``whole``: they are all of the root, so that what nobody among
    them calls is called by nobody. ``named``: files named on the command line that are no entry by their place, with the platform that
    their content tells, or empty: parts of pipelines, pipelines in unusual places, or neither (:func:`read_selected` finds out).
    """

    __slots__ = ("entries", "named", "repository", "root", "whole")

    def __init__(
        self,
        repository: Repository,
        entries: Sequence[tuple[str, str]] = (),
        named: Sequence[tuple[str, str]] = (),
        *,
        whole: bool = False,
    ) -> None:
        self.repository = repository
        self.root = repository.root
        self.entries = list(entries)
        self.named = list(named)
        self.whole = whole


class ReadResult:
    """The pipelines of one root, in path order, and the named files that have nothing to do with any (``passed_over``)."""

    __slots__ = ("passed_over", "pipelines")

    def __init__(self, pipelines: Sequence[Pipeline], passed_over: Sequence[str]) -> None:
        self.pipelines = list(pipelines)
        self.passed_over = list(passed_over)


def reader_for(platform: str) -> Reader:
    """The reader of a platform, imported when first asked for. Raises KeyError for a name that is none."""
    from importlib import import_module

    module, _, name = READERS[platform].partition(":")
    reader: Reader = getattr(import_module(module), name)()
    return reader


def platform_of(path: str, repository: Repository) -> str:
    """The platform of a file, told by its place, then by its content; empty if it is none's."""
    return _by_place(path) or _by_content(path, repository)


def entry_paths(repository: Repository) -> list[str]:
    """All files of the root that a platform would start by itself, sorted (design section 5, "What a run looks at")."""
    return [path for path, _ in entries_of(repository)]


def entries_of(
    repository: Repository,
    exclude: Sequence[str] = (),
    *,
    below: str = "",
    platform: str = "",
    inner_roots: Iterable[str] = (),
) -> list[tuple[str, str]]:
    """The entries of a root with their platforms, sorted by path.

    ``below``: only those in this folder. ``inner_roots``: folders (relative to the root) that are roots of their own: what lies
    in them is theirs. A file that holds a platform's marker is an entry whatever its place, but for folders of samples that
    hold roots of their own.
    """
    found: dict[str, str] = {}
    for name in (GITHUB_ACTIONS, GITLAB_CI):
        if not platform or platform == name:
            found.update((path, name) for path in _places(name, repository))
    if not platform or platform == CODEPIPELINE:
        found.update((path, CODEPIPELINE) for path in _marked(repository, below, tuple(inner_roots)))
    prefix = f"{below}/" if below else ""
    return sorted(
        (path, name)
        for path, name in found.items()
        if path.startswith(prefix) and not (exclude and excluded(path, exclude))
    )


def select(
    paths: Sequence[str],
    *,
    root: str = "",
    platform: str = "",
    exclude_of: Callable[[str], Sequence[str]] | None = None,
    working_folder: str = "",
) -> list[Selected]:
    """What a run over these paths looks at: one :class:`Selected` for each root, in the order of their paths.

    ``paths``: files and folders; none means the working folder. ``root``: the root of all of them (``--root``). ``platform``:
    what named files are, whatever they look like. ``exclude_of``: the ``exclude:`` patterns of a root's configuration.
    Raises FileNotFoundError for a path that does not exist.
    """
    working = os.path.abspath(working_folder or os.curdir)
    chosen: dict[str, Selected] = {}
    for path in paths or (working,):
        full = os.path.abspath(os.path.join(working, path))
        if os.path.isdir(full):
            _add_folder(chosen, full, root, platform, exclude_of)
        elif os.path.lexists(full):
            _add_file(chosen, full, os.path.abspath(root) if root else root_of(full, working), platform)
        else:
            raise FileNotFoundError(path)
    for selected in chosen.values():
        selected.entries = sorted(set(selected.entries))
        selected.named = sorted(set(selected.named))
    return [chosen[key] for key in sorted(chosen)]


def read_selected(
    selected: Selected,
    options: ReadOptions,
    *,
    show_called: bool = False,
    failed: dict[str, Exception] | None = None,
) -> ReadResult:
    """Read what was selected: entries, what nobody calls, and for named parts the entries that use them.

    ``show_called``: a named file that only others call is shown itself (``graph``), not the entries that call it.
    ``failed``: takes what a reader raises for a file, which is its own defect; the other files go on.
    """
    read: dict[str, list[Pipeline]] = {}
    for path, platform in selected.entries:
        read[path] = _read_one(path, platform, selected, options, failed)
    reported = {path: pipelines for path, pipelines in read.items() if pipelines}
    parts = [pair for pair in selected.entries if pair[0] not in reported] + selected.named
    users: dict[str, list[str]] = {}
    if parts:
        if not selected.whole:
            _read_others(selected, options, read, failed)
        users = _users([path for path, _ in parts], read)
    passed_over: list[str] = []
    for path, platform in parts:
        if users[path] and not (show_called and platform and not selected.whole):
            reported.update((user, read[user]) for user in users[path])
            continue
        pipelines = _read_alone(path, platform, selected, options, failed)
        if pipelines:
            reported[path] = pipelines
        elif path not in (failed or ()) and (not selected.whole or (path, platform) in selected.named):
            passed_over.append(path)
    return ReadResult([pipeline for path in sorted(reported) for pipeline in reported[path]], sorted(passed_over))


def _read_one(
    path: str, platform: str, selected: Selected, options: ReadOptions, failed: dict[str, Exception] | None
) -> list[Pipeline]:
    """What a file's reader gives; nothing where it raises and the caller takes what is raised."""
    try:
        return reader_for(platform).read(path, selected.repository, options)
    except Exception as error:
        if failed is None:
            raise
        failed[path] = error
        return []


def _read_alone(
    path: str, platform: str, selected: Selected, options: ReadOptions, failed: dict[str, Exception] | None
) -> list[Pipeline]:
    """A file that no entry uses: as an entry, else as what another repository may call; nothing if it is no platform's."""
    if not platform or path in (failed or ()):
        return []
    called = ReadOptions(
        default_branch=options.default_branch,
        default_branch_from=options.default_branch_from,
        include_map=options.include_map,
        called=True,
    )
    return _read_one(path, platform, selected, options, failed) or _read_one(path, platform, selected, called, failed)


def _read_others(
    selected: Selected,
    options: ReadOptions,
    read: dict[str, list[Pipeline]],
    failed: dict[str, Exception] | None,
) -> None:
    """Read the root's other entries, because they may use what was named."""
    for path, platform in entries_of(selected.repository):
        if path not in read:
            read[path] = _read_one(path, platform, selected, options, failed)


def _users(parts: Sequence[str], read: dict[str, list[Pipeline]]) -> dict[str, list[str]]:
    """For each part of pipelines the entries whose pipelines are made of it."""
    users: dict[str, list[str]] = {path: [] for path in parts}
    for path, pipelines in read.items():
        for part in {file for pipeline in pipelines for file in pipeline.files} & users.keys():
            if part != path:
                users[part].append(path)
    return users


def _add_folder(
    chosen: dict[str, Selected],
    folder: str,
    root: str,
    platform: str,
    exclude_of: Callable[[str], Sequence[str]] | None,
) -> None:
    """A named folder: itself or the root that it lies in, and every root below it."""
    own = os.path.abspath(root) if root else _root_of_folder(folder)
    patterns = exclude_of(own) if exclude_of else ()
    inner = [] if root else roots_below(folder, () if own != folder else patterns)
    below = os.path.relpath(folder, own).replace(os.sep, "/") if folder != own else ""
    _fill(chosen, own, patterns, below, platform, inner)
    for place in inner:
        _fill(chosen, place, exclude_of(place) if exclude_of else (), "", platform, inner)


def _fill(
    chosen: dict[str, Selected], root: str, patterns: Sequence[str], below: str, platform: str, inner: Sequence[str]
) -> None:
    selected = chosen.setdefault(root, Selected(Repository(root)))
    within = [
        os.path.relpath(place, root).replace(os.sep, "/")
        for place in inner
        if place.startswith(root.rstrip(os.sep) + os.sep)
    ]
    selected.entries += entries_of(selected.repository, patterns, below=below, platform=platform, inner_roots=within)
    selected.whole = selected.whole or not below


def _root_of_folder(folder: str) -> str:
    """The root that a named folder lies in, so that its configuration counts; a named sample is a root of its own."""
    if is_root(folder):
        return folder
    root = root_of(folder, folder)
    between = os.path.relpath(folder, root).split(os.sep)
    return folder if SAMPLE_FOLDERS.intersection(between) and ".github" not in between else root


def _add_file(chosen: dict[str, Selected], full: str, root: str, platform: str) -> None:
    """A named file: an entry by its place, by ``--platform`` or by its content; else a part, or nothing."""
    selected = chosen.setdefault(root, Selected(Repository(root)))
    path = os.path.relpath(full, root).replace(os.sep, "/")
    name = platform or _by_place(path)
    if name:
        selected.entries.append((path, name))
        return
    name = _by_content(path, selected.repository)
    if name == CODEPIPELINE:
        selected.entries.append((path, name))
    else:
        selected.named.append((path, name))


def _by_place(path: str) -> str:
    """The platform that a file's place tells; asked of no reader, because it must cost nothing."""
    if path.startswith(_GITHUB_FOLDER) and path.endswith((".yml", ".yaml")) and "/" not in path[len(_GITHUB_FOLDER) :]:
        return GITHUB_ACTIONS
    return GITLAB_CI if path == _GITLAB_FILE else ""


def _by_content(path: str, repository: Repository) -> str:
    """The platform that recognises a file's content, or whose marker an unreadable one holds."""
    if not path.endswith((".yml", ".yaml", ".json", ".template", ".tf")):
        return ""
    try:
        roots = [document.root for document in repository.documents(path)]
    except SourceError:
        roots = []
    for name in READERS:
        reader = reader_for(name)
        if any(reader.recognises(root) for root in roots):
            return name
    data = repository.peek(path)
    return CODEPIPELINE if any(marker in data for marker in MARKERS) else ""


def _places(platform: str, repository: Repository) -> list[str]:
    """Existing files at a platform's own places."""
    if platform == GITLAB_CI:
        return [_GITLAB_FILE] if repository.exists(_GITLAB_FILE) else []
    names = repository.folder(_GITHUB_FOLDER.rstrip("/"))
    return [_GITHUB_FOLDER + name for name in names if name.endswith((".yml", ".yaml"))]


def _marked(repository: Repository, below: str, inner_roots: tuple[str, ...]) -> list[str]:
    """Files that hold a platform's marker, each read once; only what holds one is kept in memory."""
    skipped = tuple(f"{place}/" for place in inner_roots)
    found: list[str] = []
    for path in repository.files(below):
        if (
            not path.endswith(SUFFIXES)
            or path.startswith(skipped)
            or _by_place(path)
            or _in_sample_root(path, repository)
        ):
            continue
        data = repository.peek(path)
        if any(marker in data for marker in MARKERS):
            repository.keep(path, data)
            found.append(path)
    return found


def _in_sample_root(path: str, repository: Repository) -> bool:
    """Whether a file lies in a root below a folder of samples: those count only when named."""
    parts = path.split("/")[:-1]
    for at, part in enumerate(parts):
        if part in SAMPLE_FOLDERS:
            return any(is_root(os.path.join(repository.root, *parts[: end + 1])) for end in range(at, len(parts)))
    return False
