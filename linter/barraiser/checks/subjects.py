"""What a pipeline's rules are asked about: its prod deploys, its publishes, the pipeline; and whether it deploys to prod at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from barraiser.checks.case import Subject
from barraiser.graph.node import Node
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.tri import NO
from barraiser.model.words import DEPLOY_KINDS, INCLUDES, PROD_CLASSES

SITE_CLASSES: Final = (*PROD_CLASSES, "static")
SURE: Final = 0.5
"""Below this confidence a deploy to prod is a guess: whether the pipeline deploys to prod cannot be told."""

_HIDING: Final = ("stage", "actions of stage")
"""What cannot be read of a CodePipeline that any deploy may be part of."""

_HIDING_MORE: Final = (*_HIDING, *INCLUDES[:-1])
"""The same of a pipeline that deploys: to production, too, perhaps."""


def own_nodes(graph: StageGraph) -> list[Node]:
    """The activities of the pipeline itself, without those of earlier pipelines."""
    return [node for node in graph.nodes if node.pipeline is graph.pipeline]


def starts(graph: StageGraph, node: Node) -> bool:
    """Whether a node starts, or may start, in any scenario."""
    return any(graph.in_scenario(number).runs(node) != NO for number in range(len(graph.pipeline.scenarios)))


def prod_deploys(graph: StageGraph) -> list[Node]:
    """Deploys to production that start, or may start, in any scenario. On a static site, Pages are its production."""
    classes = SITE_CLASSES if graph.pipeline.kind == "static-site" else PROD_CLASSES
    return [
        node
        for node in own_nodes(graph)
        if node.kind in DEPLOY_KINDS and node.environment_class in classes and starts(graph, node)
    ]


def deploys_to_prod(graph: StageGraph) -> bool | None:
    """Whether the pipeline deploys, or may deploy, to production; None where the files cannot tell."""
    deploys = [node for node in own_nodes(graph) if node.kind in DEPLOY_KINDS and starts(graph, node)]
    prod = [node for node in deploys if node.environment_class in PROD_CLASSES]
    if any(certainty(node) >= SURE for node in prod):
        return True
    if prod or any(node.environment_class in ("unknown", "") for node in deploys):
        return None
    hiding = _HIDING_MORE if deploys else _HIDING
    if unread_whole(graph):
        return None
    return None if any(each.what.startswith(hiding) and not each.jobs for each in graph.pipeline.unresolved) else False


def unread_whole(graph: StageGraph) -> bool:
    """Whether nothing that can be read deploys, and what is included may."""
    pipeline = graph.pipeline
    deploys = any(node.kind in DEPLOY_KINDS for node in own_nodes(graph))
    included = any(each.what in INCLUDES and not each.jobs for each in pipeline.unresolved)
    return pipeline.kind == "service-deploy" and included and not deploys


def nameless(graph: StageGraph) -> bool:
    """Whether the pipeline deploys somewhere of which nothing tells whether it is production."""
    return any(
        node.kind in DEPLOY_KINDS and node.environment_class in ("unknown", "") and starts(graph, node)
        for node in own_nodes(graph)
    )


def whether_any(answers: Iterable[bool | None]) -> bool | None:
    """Whether one of a pipeline's variants does; None where that cannot be told."""
    known = set(answers)
    return True if True in known else None if None in known else False


def certainty(node: Node) -> float:
    """How sure the classification of a node is: the lesser of its activity's and its environment's confidence."""
    environment = node.environment
    return min(node.activity.confidence, environment.confidence) if environment else node.activity.confidence


def deploy_subjects(graph: StageGraph) -> list[Subject]:
    """The prod deploys, the legs of one job template and class together."""
    return _grouped(prod_deploys(graph), graph)


def publish_subjects(graph: StageGraph) -> list[Subject]:
    """The publishes that start, or may start, in any scenario, by job template."""
    return _grouped([node for node in own_nodes(graph) if node.kind == "publish" and starts(graph, node)], graph)


def _grouped(nodes: Sequence[Node], graph: StageGraph) -> list[Subject]:
    groups: dict[tuple[str, str], list[Node]] = {}
    for node in nodes:
        groups.setdefault((node.job.template, node.environment_class), []).append(node)
    return [
        Subject(_label(group), group, group[0].place, job_id=group[0].job.own_id, kind=graph.pipeline.kind)
        for group in groups.values()
    ]


def _label(nodes: Sequence[Node]) -> str:
    """A subject's name: never a matrix value, as it is part of fingerprints."""
    first = nodes[0]
    environment = first.environment
    if environment is None:
        return first.job.template
    names = {node.environment.name for node in nodes if node.environment}
    legs = {value for node in nodes for value in node.job.matrix.values()}
    name = environment.name if len(names) == 1 and not names & legs else environment.cls
    return f"{first.job.template} to {name or environment.cls}"
