"""From a resolved structure to a pipeline: jobs, edges, scenarios, facts."""

from __future__ import annotations

from barraiser.model.pipeline import Pipeline
from barraiser.model.words import CODEPIPELINE
from barraiser.platforms.codepipeline.structure import PipelineStructure
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository


def pipeline_of(structure: PipelineStructure, repository: Repository, options: ReadOptions) -> Pipeline:
    """The pipeline that a structure is. Buildspecs that it names are read from the repository. Never raises for what it holds."""
    return Pipeline(structure.place.path, CODEPIPELINE, name=structure.name, place=structure.place)
