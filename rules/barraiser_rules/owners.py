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


def _covered(path: str, text: str) -> bool:
    """Whether the last line of a CODEOWNERS file that matches ``path`` names an owner."""
    owned = False
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if not words or words[0].startswith(("[", "^[")):
            continue
        if _matches(words[0], path):
            owned = len(words) > 1
    return owned


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
