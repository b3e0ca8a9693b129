"""Who owns a file of the repository, as its own files say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from barraiser.api import Repository, SourceError

CODEOWNERS = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")
GIT_CONFIG = ".git/config"
REMOTE = re.compile(r"^\s{0,8}url\s{0,4}=\s{0,4}\S{0,200}[:/]([\w.-]{1,100})/[\w.-]{1,200}/?\s*$", re.MULTILINE)
TEAM = re.compile(r"(?:^|\s)@([\w.-]{1,100})/[\w.-]{1,100}")
CATALOGUE = ("catalog-info.yaml", "catalog-info.yml")
MAX_LINES, MAX_PARTS = 5_000, 30
"""Lines of a CODEOWNERS file, and folders in a pattern, that are looked at: more than people write."""

_SECTION = re.compile(r"(\^?)\[([^\]\n]{1,200})\](?:\[\d{1,3}\])?(.*)")


def owner_of(path: str, repository: Repository) -> str:
    """The file that names an owner for ``path``; empty where none does."""
    for place in CODEOWNERS:
        if repository.exists(place) and _covered(path, place, repository):
            return place
    for place in CATALOGUE:
        if repository.exists(place) and re.search(r"^\s+owner:\s*\S", _text(place, repository), re.MULTILINE):
            return place
    return ""


def _text(path: str, repository: Repository) -> str:
    try:
        return repository.read_text(path)
    except SourceError:
        return ""


def codeowners(repository: Repository) -> list[str]:
    """The CODEOWNERS files of a repository, wherever a platform looks for one."""
    return [place for place in CODEOWNERS if repository.exists(place)]


def must_agree(path: str, place: str, repository: Repository) -> bool:
    """Whether the CODEOWNERS file at ``place`` names owners of ``path`` who are asked, not merely told (an optional section)."""
    return _covered(path, place, repository, optional=False)


class Entry:
    """A line of a CODEOWNERS file. ``section``: the one that it stands in; ``asked``: owners of that section must agree; ``owned``: it
    names an owner, or its section does; ``excludes``: it takes files out of its section."""

    __slots__ = ("asked", "excludes", "owned", "pattern", "section")

    def __init__(self, pattern: str, section: str, *, asked: bool, owned: bool, excludes: bool) -> None:
        self.pattern = pattern
        self.section = section
        self.asked = asked
        self.owned = owned
        self.excludes = excludes


def _covered(path: str, place: str, repository: Repository, *, optional: bool = True) -> bool:
    """Whether the last line that matches ``path`` in a CODEOWNERS file, or in one of its sections, names an owner."""
    owned: dict[str, bool] = {}
    excluded: set[str] = set()
    for entry in _entries(place, repository):
        if (entry.asked or optional) and _matches(entry.pattern, path):
            if entry.excludes:
                excluded.add(entry.section)
            else:
                owned[entry.section] = entry.owned
    return any(holds for section, holds in owned.items() if section not in excluded)


def _entries(place: str, repository: Repository) -> list[Entry]:
    """The lines of a CODEOWNERS file, read once.

    A section (``[Name] @default-owners``, optional with ``^`` before it) is a file of its own; its lines without an owner have the
    default ones. https://docs.gitlab.com/user/project/codeowners/reference/
    """
    return repository.remember(("code owners", place), lambda: _read_entries(place, repository))


def _read_entries(place: str, repository: Repository) -> list[Entry]:
    found: list[Entry] = []
    section, default, asked = "", False, True
    for line in _text(place, repository).splitlines()[:MAX_LINES]:
        bare = line.split("#", 1)[0].strip()
        head = _SECTION.fullmatch(bare)
        if head is not None:
            section, default, asked = head[2].lower(), bool(head[3].strip()), not head[1]
            continue
        words = bare.split(None, 1)
        if words:
            excludes = words[0].startswith("!")
            pattern = words[0][1:] if excludes else words[0]
            owned = len(words) > 1 or default
            found.append(Entry(pattern, section, asked=asked, owned=owned, excludes=excludes))
    return found


def _matches(pattern: str, path: str) -> bool:
    """The patterns of a .gitignore without exceptions: rooted with a slash, ``*`` in a folder, ``**`` across, a folder covers its files;
    but ``folder/*`` covers the files that lie in the folder itself alone.

    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    bare = pattern.strip("/")
    if bare in ("", "*", "**"):
        return pattern != "/*" or "/" not in path
    rooted = pattern.startswith("/") or "/" in pattern.rstrip("/")
    wild = next((at for at, char in enumerate(bare) if char in "*?"), -1)
    if wild < 0:
        whole, start = f"/{path}", f"/{bare}/"
        if not pattern.endswith("/") and (path == bare or (not rooted and whole.endswith(f"/{bare}"))):
            return True
        return whole.startswith(start) if rooted else start in whole
    if not (path.startswith(bare[:wild]) if rooted else bare[:wild] in path):
        return False
    parts = path.split("/")
    ends = _ends(bare.split("/"), parts, range(1) if rooted else range(len(parts)))
    if pattern.endswith("/*"):
        return len(parts) in ends
    return any(end < len(parts) or not pattern.endswith("/") for end in ends)


def _ends(names: list[str], parts: list[str], starts: Iterable[int]) -> set[int]:
    """Where in a path's parts a pattern's names can have ended, from any of these starts."""
    ends = set(starts)
    for name in names[:MAX_PARTS]:
        if not ends:
            break
        if name == "**":
            ends = set(range(min(ends), len(parts) + 1))
        else:
            ends = {at + 1 for at in ends if at < len(parts) and _fits(name, parts[at])}
    return ends


def _fits(name: str, part: str) -> bool:
    """Whether a name with ``*`` and ``?`` stands for a folder or file; without going back further than to the last star."""
    at, position, star, mark = 0, 0, -1, 0
    while position < len(part):
        if at < len(name) and name[at] in ("?", part[position]) and name[at] != "*":
            at, position = at + 1, position + 1
        elif at < len(name) and name[at] == "*":
            star, mark, at = at, position, at + 1
        elif star >= 0:
            mark += 1
            at, position = star + 1, mark
        else:
            return False
    return not name[at:].strip("*")


def own_organisations(repository: Repository) -> frozenset[str]:
    """The organisations that the repository belongs to, lower-case: of its remotes, and of the teams that own its files."""
    found = REMOTE.findall(_text(GIT_CONFIG, repository)[:100_000]) if repository.exists(GIT_CONFIG) else []
    for place in CODEOWNERS:
        if repository.exists(place):
            found += TEAM.findall(_text(place, repository)[:100_000])
    return frozenset(name.lower() for name in found)
