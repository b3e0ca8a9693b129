"""AWS CodePipeline: the reader of templates, exported pipelines, Terraform files and plans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from barraiser.model.pipeline import Pipeline, Problem
from barraiser.model.place import Place
from barraiser.model.words import CODEPIPELINE
from barraiser.platforms.codepipeline.exported import is_exported
from barraiser.platforms.codepipeline.marks import MARKERS, SUFFIXES
from barraiser.platforms.codepipeline.planned import is_plan
from barraiser.platforms.codepipeline.template import is_template
from barraiser.platforms.reader import ReadOptions
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Document, Mapping, Node, describe, line_of
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.platforms.codepipeline.structure import PipelineStructure

MAX_PIPELINES, MAX_ACTIONS = 200, 3000
"""Of one file: generated templates with dozens of pipelines exist; loops could make any number."""


class CodePipelineReader:
    """Reads CodePipeline's definitions. They are told by content: no place is theirs."""

    platform = CODEPIPELINE
    markers: tuple[bytes, ...] = MARKERS
    suffixes: tuple[str, ...] = SUFFIXES

    def owns(self, path: str) -> bool:
        """Never: the platform starts nothing from a repository's place."""
        return False

    def entry_places(self, repository: Repository) -> list[str]:
        """None: entries are told by their content."""
        return []

    def recognises(self, root: Node | None) -> bool:
        """A template with a pipeline among its resources, an exported pipeline, or a Terraform plan with one."""
        return is_template(root) or is_exported(root) or is_plan(root)

    def read(self, path: str, repository: Repository, options: ReadOptions) -> list[Pipeline]:
        """The pipelines that a file defines, with what hands over to them; ``[]`` where it defines none."""
        found = _read(path, repository, options)
        if found:
            from barraiser.platforms.codepipeline.invoked import hand_over

            hand_over(path, found, repository, lambda other: _read(other, repository, options))
        return [each for each, _ in found]


_Keyed = list[tuple[Pipeline, str]]
"""Pipelines, each with the text that a reference to it within its file comes to (empty: none)."""


def _read(path: str, repository: Repository, options: ReadOptions) -> _Keyed:
    if path.endswith(".tf"):
        from barraiser.platforms.codepipeline.terraform import read_terraform

        return _built(read_terraform(path, repository, options), repository, options)
    try:
        documents = repository.documents(path)
    except SourceError as error:
        return [_unreadable(path, Problem(error.message, error.place, fix=error.fix))]
    pipelines: _Keyed = []
    for document in documents:
        pipelines += _of_document(path, document, repository, options)
    return pipelines


def _of_document(path: str, document: Document, repository: Repository, options: ReadOptions) -> _Keyed:
    from barraiser.platforms.codepipeline.exported import read_exported
    from barraiser.platforms.codepipeline.template import read_template

    root = document.root
    if not isinstance(root, Mapping):
        return []
    structures: Iterable[PipelineStructure]
    if is_template(root):
        structures = read_template(root, repository)
    elif is_exported(root):
        structures = read_exported(root)
    elif is_plan(root):
        from barraiser.platforms.codepipeline.terraform_plan import read_plan

        structures = read_plan(root, repository)
    else:
        resources = root.get("Resources")
        if "AWSTemplateFormatVersion" in root and resources is not None and not isinstance(resources, Mapping):
            message = f"`Resources` is {describe(resources)}, and must be a mapping"
            return [_unreadable(path, Problem(message, line_of(resources), fix="write a mapping of logical ids"))]
        return []
    return _built(structures, repository, options, _duplicates(document))


def _built(
    structures: Iterable[PipelineStructure],
    repository: Repository,
    options: ReadOptions,
    problems: Iterable[Problem] = (),
) -> _Keyed:
    from barraiser.platforms.codepipeline.build import pipeline_of
    from barraiser.platforms.codepipeline.buildspec import Buildspecs

    buildspecs = Buildspecs(repository, options.include_map)
    pipelines: _Keyed = []
    actions = 0
    for structure in structures:
        actions += _actions(structure)
        if actions + sum(map(_actions, structure.variants)) > MAX_ACTIONS:  # too large to be told apart
            assumed = [name for each in structure.variants for name in each.assumes]
            structure.undecided = tuple(dict.fromkeys([*assumed, *structure.undecided]))
            structure.variants = ()
        actions += sum(map(_actions, structure.variants))
        read = (structure, *structure.variants)
        if actions > MAX_ACTIONS or len(pipelines) >= MAX_PIPELINES:
            message = f"more than {MAX_PIPELINES} pipelines or {MAX_ACTIONS:,} actions in one file"
            problem = Problem(message, structure.place, fix="split the file")
            return [*pipelines, _unreadable(structure.place.path, problem)]
        for each in read:
            each.problems = (*problems, *each.problems)
        pipeline, *variants = [pipeline_of(each, repository, options, buildspecs) for each in read]
        # The service refuses a variant that cannot be used: it is none.
        pipeline.variants = tuple([each for each in variants if not any(problem.fatal for problem in each.problems)])
        for variant in pipeline.variants:
            variant.name = pipeline.name
        pipelines.append((pipeline, structure.key))
    return pipelines


def _actions(structure: PipelineStructure) -> int:
    return sum(len(stage.actions) for stage in structure.stages)


def _duplicates(document: Document) -> list[Problem]:
    """Keys that stand twice: which of the two counts is not told."""
    return [
        Problem(
            f"the key `{second.value}` stands twice in one mapping (the first in line {first.line})",
            line_of(second),
            fix="remove one of the two",
        )
        for first, second in document.duplicates[:20]
    ]


def _unreadable(path: str, problem: Problem) -> tuple[Pipeline, str]:
    return (
        Pipeline(path, CODEPIPELINE, name=path.rpartition("/")[2], place=Place(path, 1), problems=[problem]),
        "",
    )
