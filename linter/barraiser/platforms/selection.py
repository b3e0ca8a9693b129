"""Which files of a root are entries, and whose they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from barraiser.model.words import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI
from barraiser.platforms.reader import Reader, ReadOptions
from barraiser.source.discovery import SAMPLE_FOLDERS, excluded, is_root, root_of, roots_below
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.model.pipeline import Pipeline

READERS = {
    GITHUB_ACTIONS: "barraiser.platforms.github.reader:GitHubReader",
    GITLAB_CI: "barraiser.platforms.gitlab.reader:GitLabReader",
    CODEPIPELINE: "barraiser.platforms.codepipeline.reader:CodePipelineReader",
}
"""Where each platform's reader is. A new platform is a package and a line here."""

_GITHUB_FOLDER = ".github/workflows/"
_GITLAB_FILE = ".gitlab-ci.yml"


class Selected:
    """What a run looks at in one root.

    ``entries``: (path, platform) of the files to report, sorted; ``whole``: the root's all entries are reported, so that files
    that only others call, but nobody does, count too. ``named``: files named on the command line that are no entry by their place:
    parts of pipelines, or nothing of ours (:func:`read_selected` tells which).
    """

    __slots__ = ("entries", "named", "repository", "root", "whole")

    def __init__(
        self,
        repository: Repository,
        entries: Sequence[tuple[str, str]] = (),
        named: Sequence[str] = (),
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


def read_selected(selected: Selected, options: ReadOptions, *, show_called: bool = False) -> ReadResult:
    """Read what was selected: entries, what nobody calls, and for named parts the entries that use them.

    ``show_called``: a named file that only others call is shown itself (``graph``), not the entries that call it.
    """
    repository = selected.repository
    read: dict[str, list[Pipeline]] = {}
    callable_only: list[tuple[str, str]] = []
    for path, platform in selected.entries:
        read[path] = reader_for(platform).read(path, repository, options)
        if not read[path]:
            callable_only.append((path, platform))
    passed_over: list[str] = []
    if (callable_only or selected.named) and not selected.whole:
        parts = [path for path, _ in callable_only] + selected.named
        users = {} if show_called and not selected.named else _users(parts, selected, options, read)
    else:
        users = {path: [] for path, _ in callable_only}
        for pipelines in list(read.values()):
            for pipeline in pipelines:
                for path in pipeline.files:
                    if path in users:
                        users[path].append(pipeline.path)
    for path, platform in callable_only:
        if (show_called and not selected.whole) or not users.get(path):
            read[path] = reader_for(platform).read(path, repository, _called(options))
            if not read[path] and not selected.whole:
                passed_over.append(path)
    passed_over += [path for path in selected.named if not users.get(path)]
    wanted = {path for path, _ in selected.entries}
    if not (show_called and not selected.named):
        wanted.update(user for found in users.values() for user in found)
    return ReadResult([pipeline for path in sorted(wanted) for pipeline in read.get(path, [])], sorted(passed_over))


def _called(options: ReadOptions) -> ReadOptions:
    return ReadOptions(
        default_branch=options.default_branch,
        default_branch_from=options.default_branch_from,
        include_map=options.include_map,
        called=True,
    )


def _users(
    parts: Sequence[str], selected: Selected, options: ReadOptions, read: dict[str, list[Pipeline]]
) -> dict[str, list[str]]:
    """For each part of pipelines the entries whose pipelines are made of it; what is read on the way is kept in ``read``."""
    users: dict[str, list[str]] = {path: [] for path in parts}
    for path, platform in entries_of(selected.repository):
        if path not in read:
            read[path] = reader_for(platform).read(path, selected.repository, options)
        for part in {file for pipeline in read[path] for file in pipeline.files} & users.keys():
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
    name = platform or platform_of(path, selected.repository)
    if name:
        selected.entries.append((path, name))
    else:
        selected.named.append(path)


def _by_place(path: str) -> str:
    """The platform that a file's place tells; asked of no reader, because it must cost nothing."""
    if path.startswith(_GITHUB_FOLDER) and path.endswith((".yml", ".yaml")) and "/" not in path[len(_GITHUB_FOLDER) :]:
        return GITHUB_ACTIONS
    return GITLAB_CI if path == _GITLAB_FILE else ""


def _by_content(path: str, repository: Repository) -> str:
    """The platform that recognises a file's content."""
    if not path.endswith((".yml", ".yaml", ".json", ".template", ".tf")):
        return ""
    try:
        documents = repository.documents(path)
    except SourceError:
        data = repository.peek(path)
        return CODEPIPELINE if any(marker in data for marker in reader_for(CODEPIPELINE).markers) else ""
    for name in READERS:
        reader = reader_for(name)
        if any(reader.recognises(document.root) for document in documents):
            return name
    return ""


def _places(platform: str, repository: Repository) -> list[str]:
    """Existing files at a platform's own places."""
    if platform == GITLAB_CI:
        return [_GITLAB_FILE] if repository.exists(_GITLAB_FILE) else []
    names = repository.folder(_GITHUB_FOLDER.rstrip("/"))
    return [_GITHUB_FOLDER + name for name in names if name.endswith((".yml", ".yaml"))]


def _marked(repository: Repository, below: str, inner_roots: tuple[str, ...]) -> list[str]:
    """Files that hold a platform's marker, each read once; only what holds one is kept in memory."""
    reader = reader_for(CODEPIPELINE)
    skipped = tuple(f"{place}/" for place in inner_roots)
    found: list[str] = []
    for path in repository.files(below):
        if (
            not path.endswith(reader.suffixes)
            or path.startswith(skipped)
            or _by_place(path)
            or _in_sample_root(path, repository)
        ):
            continue
        data = repository.peek(path)
        if any(marker in data for marker in reader.markers):
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
