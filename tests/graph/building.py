"""Small pipelines by hand, for the tests of graph and checks."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.activity import Activity
from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Edge, Handover, Job, Pipeline, Scenario
from barraiser.model.place import Place
from barraiser.model.tri import NO, Tri

PATH = ".github/workflows/deploy.yml"
PUSH = Scenario("push to main", "push", "refs/heads/main", branch="default")


def activity(kind: str, environment: str = "", *, soft: Tri = NO, condition: Condition = UNCONDITIONAL) -> Activity:
    classified = Environment(environment, environment, 0.9) if environment else None
    return Activity(kind, Place(PATH, 5), text=kind, environment=classified, soft=soft, condition=condition)


def job(id: str, *activities: Activity, soft: Tri = NO, condition: Condition = UNCONDITIONAL, line: int = 1) -> Job:
    made = Job(id, Place(PATH, line), soft=soft, condition=condition)
    made.activities = activities
    return made


def pipeline(
    jobs: Sequence[Job], edges: Sequence[Edge], scenarios: Sequence[Scenario] = (PUSH,), path: str = PATH
) -> Pipeline:
    return Pipeline(path, "github-actions", name="Deploy", jobs=jobs, edges=edges, scenarios=scenarios)


def graph_of(
    jobs: Sequence[Job], edges: Sequence[Edge], earlier: Sequence[tuple[Handover, StageGraph]] = ()
) -> ScenarioGraph:
    return StageGraph(pipeline(jobs, edges), earlier).in_scenario(0)


def node(graph: ScenarioGraph, job_id: str, kind: str = "") -> Node:
    return next(each for each in graph.graph.nodes if each.job.id == job_id and (not kind or each.kind == kind))
