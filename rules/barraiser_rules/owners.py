"""Who owns a file of the repository, as its own files say."""

from __future__ import annotations

import re

from barraiser.api import Repository, SourceError

CODEOWNERS = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")
GIT_CONFIG = ".git/config"
REMOTE = re.compile(r"^\s{0,8}url\s{0,4}=\s{0,4}\S{0,200}[:/]([\w.-]{1,100})/[\w.-]{1,200}/?\s*$", re.MULTILINE)
TEAM = re.compile(r"(?:^|\s)@([\w.-]{1,100})/[\w.-]{1,100}")
CATALOGUE = ("catalog-info.yaml", "catalog-info.yml")


def owner_of(path: str, repository: Repository) -> str:
    """The file that names an owner for ``path``; empty where none does."""
    for place in CODEOWNERS:
        if repository.exists(place) and _covered(path, _text(place, repository)):
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
    return _covered(path, _text(place, repository), optional=False)


_SECTION = re.compile(r"(\^?)\[([^\]\n]{1,200})\](?:\[\d{1,3}\])?(.*)")


def _covered(path: str, text: str, *, optional: bool = True) -> bool:
    """Whether the last line that matches ``path`` in a CODEOWNERS file, or in one of its sections, names an owner.

    A section (``[Name] @default-owners``, optional with ``^`` before it) is a file of its own; its lines without an owner have the
    default ones. https://docs.gitlab.com/user/project/codeowners/reference/
    """
    owned: dict[str, bool] = {}
    excluded: set[str] = set()
    section, default, counts = "", False, True
    for line in text.splitlines():
        bare = line.split("#", 1)[0].strip()
        head = _SECTION.fullmatch(bare)
        if head is not None:
            section, default, counts = head[2].lower(), bool(head[3].strip()), optional or not head[1]
            continue
        words = bare.split()
        if not words or not counts:
            continue
        if words[0].startswith("!"):
            if _matches(words[0][1:], path):
                excluded.add(section)
        elif _matches(words[0], path):
            owned[section] = len(words) > 1 or default
    return any(holds for name, holds in owned.items() if name not in excluded)


def _matches(pattern: str, path: str) -> bool:
    """The patterns of a .gitignore without exceptions: rooted with a slash, ``*`` in a folder, ``**`` across, a folder covers its files."""
    rooted = pattern.startswith("/") or "/" in pattern.rstrip("/")
    wild = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    body = "".join(wild.get(piece, re.escape(piece)) for piece in pieces)
    if len(body) > 500 or pattern.count("*") > 8:
        return False
    if pattern.strip("/") in ("", "*", "**"):
        return True
    prefix = "" if rooted else "(?:.*/)?"
    suffix = "/.*" if pattern.endswith("/") else "(?:/.*)?"
    return re.fullmatch(prefix + body + suffix, path) is not None


def own_organisations(repository: Repository) -> frozenset[str]:
    """The organisations that the repository belongs to, lower-case: of its remotes, and of the teams that own its files."""
    found = REMOTE.findall(_text(GIT_CONFIG, repository)[:100_000]) if repository.exists(GIT_CONFIG) else []
    for place in CODEOWNERS:
        if repository.exists(place):
            found += TEAM.findall(_text(place, repository)[:100_000])
    return frozenset(name.lower() for name in found)
