"""Who calls a Terraform module in the repository: each call is an own use of it, with its own arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from barraiser.platforms.codepipeline.terraform_modules import (
    MAX_CALLS,
    MAX_LEVELS,
    Module,
    evaluator_for,
    folder_of,
    labelled,
)
from barraiser.source import nodes
from barraiser.source.discovery import SAMPLE_FOLDERS
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

_MAX_SEARCHED: Final = 3_000
"""Terraform files that are searched for calls."""


def roots_of(folder: str, repository: Repository) -> list[str]:
    """The folders at the top of the calls that lead to a module, each once; itself where nothing calls it."""
    return list(dict.fromkeys(way[0] for way in _ways(folder, repository))) or [folder]


def modules_for(folder: str, repository: Repository, var_files: Mapping[str, str] | None = None) -> list[Module]:
    """A module once for each call of it in the repository, from the top of the calls down; else by itself, with its defaults.

    ``var_files``: by the folder at the top, a file of variables that is named there.
    """
    found: list[Module] = []
    given = var_files or {}
    for way in _ways(folder, repository):
        root = Module(way[0], repository, evaluator_for(repository), var_file=given.get(way[0], ""))
        modules = [root]
        for target in way[1:]:
            modules = [
                child
                for module in modules
                for name in module.calls_of(target)
                for instance in module.instances(module.call(name), module.scope)[:MAX_CALLS]
                if (child := module.child(name, instance)) is not None
            ][:MAX_CALLS]
        found += modules
        if len(found) >= MAX_CALLS:
            break
    return found[:MAX_CALLS] or [Module(folder, repository, evaluator_for(repository), var_file=given.get(folder, ""))]


def _ways(folder: str, repository: Repository) -> list[list[str]]:
    """The chains of folders that lead to a module, each from a folder that nothing calls."""
    callers = _callers(repository)
    finished: list[list[str]] = []
    waiting = [[folder]]
    while waiting and len(finished) < MAX_CALLS:
        way = waiting.pop(0)
        above = [each for each in callers.get(way[0], ()) if each not in way and _counts(each, folder)]
        if not above or len(way) >= MAX_LEVELS:
            finished.append(way)
        waiting += [[each, *way] for each in above if len(way) < MAX_LEVELS][:MAX_CALLS]
    return finished


def _counts(caller: str, folder: str) -> bool:
    """Whether a call counts: not one of a sample beside the module."""
    samples = SAMPLE_FOLDERS | {"test", "tests"}
    return not any(part in samples for part in caller.split("/")) or any(part in samples for part in folder.split("/"))


def _callers(repository: Repository) -> dict[str, list[str]]:
    """For each folder that is called as a module, the folders that call it. Looked for once for a repository."""
    return repository.remember(("terraform callers",), lambda: _found_callers(repository))


def _found_callers(repository: Repository) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in [path for path in repository.files() if path.endswith(".tf")][:_MAX_SEARCHED]:
        data = repository.peek(path)
        if b"module" not in data or b"source" not in data or (b'"./' not in data and b'"../' not in data):
            continue
        try:
            root = repository.documents(path)[0].root
        except SourceError:
            continue
        own = path.rpartition("/")[0]
        for _, block in labelled(root.get("module")) if isinstance(root, nodes.Mapping) else ():
            called = folder_of(block, own, repository)
            if called is not None and own not in found.setdefault(called, []):
                found[called].append(own)
    return found
