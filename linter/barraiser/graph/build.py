"""From a classified pipeline, and what hands over to it, to its stage graph."""

from __future__ import annotations

from barraiser.classify.entries import Entries
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.pipeline import Pipeline


def stage_graph(pipeline: Pipeline, entries: Entries) -> StageGraph:
    """The graph of a pipeline with the graphs of the pipelines that hand over to it (seen or declared ``links``) before it.

    A chain of hand-overs that comes back to itself ends where it does.
    """
    raise NotImplementedError
