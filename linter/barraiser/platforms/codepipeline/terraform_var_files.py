"""Files of variables that a command names (``-var-file``): each is a way in which the repository sets the pipeline up."""

from __future__ import annotations

from typing import Final

from barraiser.platforms.codepipeline.structure import PipelineStructure
from barraiser.platforms.codepipeline.terraform_modules import Module, evaluator_for, is_automatic
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping
from barraiser.source.repository import Repository

MAX_FILES: Final = 8
_FOLDERS: Final = (
    "env",
    "envs",
    "environments",
    "environment",
    "vars",
    "tfvars",
    "variables",
    "config",
    "configs",
    "params",
    "parameters",
)
_SUFFIXES: Final = (".tfvars", ".tfvars.json")
_MAX_LOOKED_AT: Final = 50
_MAX_READ: Final = 500_000
"""Bytes of all files of variables that are read for one module."""


def var_files_of(folder: str, repository: Repository) -> list[str]:
    """The files of variables that fit the root module of a folder, sorted: each gives all variables that nothing else gives.

    Terraform takes those with its own names by itself (``terraform.tfvars``); they are not among these.
    """
    candidates = _candidates(folder, repository)
    if not candidates:
        return []
    module = Module(folder, repository, evaluator_for(repository))
    declared, needed = module.declared(), module.needed()
    found: list[str] = []
    left = _MAX_READ
    for path in candidates:
        left -= len(repository.peek(path))
        if left < 0:
            break
        try:
            root = repository.documents(path)[0].root
        except (SourceError, IndexError):
            continue
        given = {key.value for key, _ in root} if isinstance(root, Mapping) else set()
        if given & declared and needed <= given:
            found.append(path)
    return found[:MAX_FILES]


def _candidates(folder: str, repository: Repository) -> list[str]:
    prefix = f"{folder}/" if folder else ""
    places = [folder]
    for name in repository.folders(folder):
        if name in _FOLDERS:
            places += [prefix + name, *(f"{prefix}{name}/{each}" for each in repository.folders(prefix + name))]
    found: list[str] = []
    for place in places[:_MAX_LOOKED_AT]:
        # In a folder of its own, also a file with a name that Terraform would take by itself is named by a command.
        found += [
            f"{place}/{file}" if place else file
            for file in repository.folder(place)
            if file.endswith(_SUFFIXES) and not (place == folder and is_automatic(file))
        ]
    return sorted(found)[:_MAX_LOOKED_AT]


def with_variants(base: list[PipelineStructure], given: dict[str, list[PipelineStructure]]) -> list[PipelineStructure]:
    """Pipelines with what each file makes of them. ``given``: by file, the pipelines read with it."""
    for structure in base:
        variants = []
        for path, others in given.items():
            for other in others:
                if other.key == structure.key:
                    other.given = path
                    variants.append(other)
        if len(variants) > 1:
            structure.variants = tuple(variants)
            structure.files = tuple(dict.fromkeys([*structure.files, *(each.given for each in variants)]))
    return base
