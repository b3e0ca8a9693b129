"""A pipeline as the service itself exports it (``get-pipeline``): JSON with ``pipeline``, keys in camel case."""

from __future__ import annotations

from barraiser.platforms.codepipeline.definition import Definition
from barraiser.platforms.codepipeline.intrinsics import Values
from barraiser.platforms.codepipeline.structure import PipelineStructure
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, place_of


def is_exported(root: Node | None) -> bool:
    """Whether a document is such an export: its stages have actions, which tells it from other tools' ``pipeline``."""
    body = root.mapping("pipeline") if isinstance(root, Mapping) else None
    stages = body.get("stages") if body is not None else None
    if not isinstance(stages, Sequence) or not stages.items:
        return body is not None and "roleArn" in body
    return isinstance(stages.items[0], Mapping) and "actions" in stages.items[0]


def read_exported(root: Mapping) -> list[PipelineStructure]:
    """The one pipeline of an export."""
    body = root.get("pipeline")
    if body is None:
        return []
    definition = Definition(Values(None))
    structure = definition.read(body, place_of(body))
    metadata = root.mapping("metadata")
    arn = metadata.get("pipelineArn") if metadata is not None else None
    if not structure.name and isinstance(arn, Scalar):
        structure.name = arn.value.rpartition(":")[2]
    return [structure]
