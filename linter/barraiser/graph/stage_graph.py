"""The stage graph of one pipeline: what must happen before what (design sections 3 and 3a)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph, Shapes, Tables
from barraiser.graph.units import Layout, layout_of
from barraiser.model.activity import Activity
from barraiser.model.pipeline import HARD, SOFT, Handover, Pipeline
from barraiser.model.tri import NO

if TYPE_CHECKING:
    import networkx


class StageGraph:
    """``pipeline``: whose graph it is. ``earlier``: the graphs of the pipelines that hand over to it, each with its hand-over.

    ``nodes``: activities in topological order, those of earlier pipelines first. ``layout`` and ``nodes_of`` (the nodes of a
    unit of the layout, in order) and ``unit_of`` (a node's unit) are for this package.
    """

    def __init__(self, pipeline: Pipeline, earlier: Sequence[tuple[Handover, StageGraph]] = ()) -> None:
        self.pipeline = pipeline
        self.earlier = tuple(earlier)
        self.layout: Layout = layout_of(pipeline, [(handover, graph.layout) for handover, graph in self.earlier])
        nodes: list[Node] = []
        self.nodes_of: list[tuple[Node, ...]] = []
        self.unit_of: list[int] = []
        for number, unit in enumerate(self.layout.units):
            activities = unit.job.activities or (Activity("other", unit.job.place, text=unit.job.name),)
            own = [Node(len(nodes) + at, unit.job, each, unit.pipeline) for at, each in enumerate(activities)]
            nodes += own
            self.nodes_of.append(tuple(own))
            self.unit_of += [number] * len(own)
        self.nodes: tuple[Node, ...] = tuple(nodes)
        self._tables: dict[int, Tables] = {}
        self._shapes: Shapes = {}
        self._of_kinds: dict[tuple[str, ...], tuple[Node, ...]] = {(): self.nodes}

    def in_scenario(self, index: int) -> ScenarioGraph:
        """The graph as the pipeline's scenario of that index has it (what it computes is kept)."""
        tables = self._tables.get(index)
        if tables is None:
            tables = self._tables[index] = Tables(
                self.layout,
                [handover for handover, _ in self.earlier],
                index,
                self._shapes,
                self.pipeline.scenarios[index],
            )
        return ScenarioGraph(self, index, tables)

    def of_kinds(self, kinds: tuple[str, ...]) -> tuple[Node, ...]:
        """The nodes of these kinds, in order; all where none is given."""
        found = self._of_kinds.get(kinds)
        if found is None:
            found = self._of_kinds[kinds] = tuple([node for node in self.nodes if node.activity.kind in kinds])
        return found

    def effort(self) -> int:
        """How much work it is to say what gates one deploy in every scenario, in edges looked at."""
        for index in range(len(self.pipeline.scenarios)):
            self.in_scenario(index)
        return max(1, len(self._shapes)) * (len(self.nodes) + sum(map(len, self.layout.into)))

    def to_networkx(self) -> networkx.DiGraph[Any]:
        """A view for plugin authors: nodes are ``Node.index`` with attribute ``node``; edges have ``strength`` and ``kind``.

        Within a job each activity follows the one before (kind ``sequence``); between jobs, the last follows to the first.
        """
        import networkx

        view: networkx.DiGraph[Any] = networkx.DiGraph()
        for node in self.nodes:
            view.add_node(node.index, node=node)
        for nodes in self.nodes_of:
            for first, then in pairwise(nodes):
                hard = first.activity.soft == NO
                view.add_edge(first.index, then.index, kind="sequence", strength=HARD if hard else SOFT)
        for edges in self.layout.into:
            for way in edges:
                source, target = self.nodes_of[way.source][-1], self.nodes_of[way.target][0]
                view.add_edge(source.index, target.index, kind=way.kind, strength=way.strength)
        return view
