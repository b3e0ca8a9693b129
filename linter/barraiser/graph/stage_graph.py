"""The stage graph of one pipeline: what must happen before what (design sections 3 and 3a)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from barraiser.graph.node import Node
from barraiser.model.pipeline import Handover, Pipeline
from barraiser.model.place import Place
from barraiser.model.tri import Tri

if TYPE_CHECKING:
    import networkx


class Weakness:
    """Why an activity before a deploy is no gate: ``reason`` in the file's own words (``continue-on-error: true``), at ``place``."""

    __slots__ = ("place", "reason")

    def __init__(self, reason: str, place: Place) -> None:
        self.reason = reason
        self.place = place


class StageGraph:
    """``pipeline``: whose graph it is. ``earlier``: the graphs of the pipelines that hand over to it, each with its hand-over.

    ``nodes``: activities in topological order, those of earlier pipelines first.
    """

    def __init__(self, pipeline: Pipeline, earlier: Sequence[tuple[Handover, StageGraph]] = ()) -> None:
        self.pipeline = pipeline
        self.earlier = tuple(earlier)
        self.nodes: tuple[Node, ...] = ()
        raise NotImplementedError

    def in_scenario(self, index: int) -> ScenarioGraph:
        """The graph as the pipeline's scenario of that index has it (kept once made)."""
        raise NotImplementedError

    def to_networkx(self) -> networkx.DiGraph[Any]:
        """A view for plugin authors: nodes are ``Node.index`` with attribute ``node``; edges have ``strength`` and ``kind``."""
        raise NotImplementedError


class ScenarioGraph:
    """A stage graph in one scenario: what runs there, and the questions that rules ask."""

    def __init__(self, graph: StageGraph, index: int) -> None:
        self.graph = graph
        self.index = index
        self.scenario = graph.pipeline.scenarios[index]
        raise NotImplementedError

    def nodes(self, *kinds: str, classes: Sequence[str] = ()) -> list[Node]:
        """What runs or may run here, in order; of these kinds and, where given, with an environment of these classes."""
        raise NotImplementedError

    def runs(self, node: Node) -> Tri:
        """Whether a node runs in this scenario (its job's and its own condition)."""
        raise NotImplementedError

    def deploys(self, *classes: str) -> list[Node]:
        """Deploys and config-deploys that run or may run here, to environments of these classes (all where none is given)."""
        raise NotImplementedError

    def before(self, first: Node, then: Node) -> bool:
        """Whether an order of any strength puts ``first`` before ``then``."""
        raise NotImplementedError

    def ahead_of(self, node: Node, *kinds: str) -> list[Node]:
        """What comes before a node by edges of any strength, of these kinds (all where none is given), in order."""
        raise NotImplementedError

    def after(self, node: Node, *kinds: str) -> list[Node]:
        """What comes after a node by edges of any strength, of these kinds, in order."""
        raise NotImplementedError

    def gates(self, gate: Node, node: Node) -> Tri:
        """Whether ``gate`` must have succeeded before ``node`` can start: ``gates(A, D)`` of design section 3."""
        raise NotImplementedError

    def best_gate(self, candidates: Sequence[Node], node: Node) -> tuple[Tri, Node | None]:
        """The strongest answer of ``gates`` among candidates, with the candidate that gives it (the first such)."""
        raise NotImplementedError

    def gates_end(self, node: Node) -> Tri:
        """Whether the node's failure fails the run: it is not soft and nothing absorbs its failure."""
        raise NotImplementedError

    def weakness(self, gate: Node, node: Node) -> Weakness | None:
        """For a ``gate`` before ``node`` that does not gate it: what on the way takes its teeth; None if it gates."""
        raise NotImplementedError

    def way(self, first: Node, then: Node) -> tuple[Node, ...]:
        """A shortest way from one node to a later one, both included; empty if there is none."""
        raise NotImplementedError

    def way_to(self, node: Node) -> tuple[Node, ...]:
        """The way that a change takes to ``node``, from the start, through the deploys and tests before it: for witnesses."""
        raise NotImplementedError
