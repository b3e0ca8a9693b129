"""Bakes and waves: minutes that do not hold the next deploy back must not count, and those that do must not get lost."""

from __future__ import annotations

from itertools import pairwise

from building import PATH, activity, graph_of, job, node
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.evidence.applied import Applied
from barraiser.evidence.rollout import Rollout
from barraiser.graph.bake import Bake, Baking
from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph
from barraiser.graph.waves import target_of, waves_of
from barraiser.model.activity import Activity
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Edge, Job
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES


def wait(minutes: float, kind: str = "bake", **facts: str) -> Activity:
    return Activity(kind, Place(PATH, 7), text="sleep", minutes=minutes, facts=facts)


def deploy(region: str = "", name: str = "prod") -> Activity:
    facts = {"region": region} if region else {}
    return Activity("deploy", Place(PATH, 5), text="deploy", environment=Environment(name, "prod", 0.9), facts=facts)


def bake(graph: ScenarioGraph, first: Node, then: Node | None, *, applied: Applied | None = None) -> Bake:
    found = applied or Applied("kubernetes", rolls_back_on_alarm=NO, rollout=Rollout("rolling", bake_minutes=0))
    return Baking(graph, lambda _: found, NOTHING_DECLARED).between(first, then)


def chain(*jobs: Job) -> ScenarioGraph:
    edges = [Edge(one.id, other.id) for one, other in pairwise(jobs)]
    return graph_of(jobs, edges)


def test_waits_one_after_the_other_add_up_and_side_by_side_the_longest_counts() -> None:
    jobs = [job("a", deploy()), job("x", wait(30)), job("y", wait(40)), job("z", wait(5)), job("b", deploy())]
    edges = [Edge("a", "x"), Edge("a", "y"), Edge("x", "z"), Edge("y", "z"), Edge("z", "b")]
    graph = graph_of(jobs, edges)
    assert bake(graph, node(graph, "a"), node(graph, "b")).minutes == 45


def test_a_wait_beside_the_deploy_does_not_count() -> None:
    graph = graph_of([job("a", deploy()), job("x", wait(30)), job("b", deploy())], [Edge("a", "x"), Edge("a", "b")])
    assert bake(graph, node(graph, "a"), node(graph, "b")).enough(1) == NO


def test_a_loop_that_reads_an_alarm_is_watched_and_a_sleep_is_not() -> None:
    gate = Activity("alarm-gate", Place(PATH, 6), text="alarms", facts={"repeats": "60"})
    graph = chain(job("a", deploy()), job("x", gate, wait(60, repeats="60")), job("y", wait(30)))
    found = bake(graph, node(graph, "a"), None)
    assert (found.minutes, found.watched) == (90, 60)
    assert found.unwatched is node(graph, "y")


def test_a_bake_that_may_fail_unnoticed_is_none() -> None:
    graph = chain(job("a", deploy()), job("x", wait(60), soft=YES))
    assert bake(graph, node(graph, "a"), None).minutes == 0


def test_a_definition_that_was_not_read_may_wait_within_its_limit() -> None:
    graph = chain(job("a", deploy()), job("b", deploy()))
    found = bake(graph, node(graph, "a"), node(graph, "b"), applied=Applied("cloudformation"))
    assert (found.enough(60), found.enough(720)) == (MAYBE, NO)


def test_waves_are_counted_by_region_not_by_deploy() -> None:
    graph = chain(job("a", deploy("eu")), job("a2", deploy("eu")), job("b", deploy("us")), job("c", deploy("ap")))
    assert [[each.job.id for each in wave] for wave in waves_of(graph).waves] == [["a", "a2"], ["b"], ["c"]]


def test_a_region_is_told_by_the_environments_name_and_a_variable_is_not_known() -> None:
    graph = chain(job("a", deploy(name="prod-eu-west-1")), job("b", deploy("${{ vars.REGION }}")), job("c", deploy()))
    targets = [target_of(each) for each in graph.graph.nodes]
    assert [target.region for target in targets] == ["eu-west-1", "${{ vars.region }}", ""]
    assert [target.known for target in targets] == [True, False, True]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=8), st.data())
@settings(max_examples=50, deadline=None)
def test_a_bake_is_never_longer_than_all_waits_and_watched_never_more(minutes: list[int], data: st.DataObject) -> None:
    jobs = [job("a", deploy()), *(job(f"w{at}", wait(each)) for at, each in enumerate(minutes)), job("b", deploy())]
    names = [each.id for each in jobs]
    edges = [Edge(names[data.draw(st.integers(0, at - 1))], names[at]) for at in range(1, len(names)) for _ in range(2)]
    graph = graph_of(jobs, edges)
    found = bake(graph, node(graph, "a"), node(graph, "b"))
    assert 0 <= found.watched <= found.minutes <= found.possible <= sum(minutes)


def test_a_check_is_no_wait() -> None:
    graph = chain(job("a", deploy()), job("x", activity("smoke-test")), job("b", deploy()))
    assert bake(graph, node(graph, "a"), node(graph, "b")).enough(1) == NO
