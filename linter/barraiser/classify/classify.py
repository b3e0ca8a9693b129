"""Fills a pipeline's jobs with activities and tells the pipeline's kind."""

from __future__ import annotations

from barraiser.model.declarations import Declarations
from barraiser.model.pipeline import Pipeline
from barraiser.source.repository import Repository


def classify(pipeline: Pipeline, repository: Repository, declared: Declarations) -> None:
    """Sets ``job.activities`` of every job, ``pipeline.kind`` and ``pipeline.kind_reason``.

    A job that does several things has an activity for each, in order; one that deploys to several environments has one
    for each. Scripts, make targets and package scripts of the repository that a command calls are followed one level.
    """
    raise NotImplementedError
