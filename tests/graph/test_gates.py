"""gates(A, D): what must have succeeded before a deploy starts (design section 3)."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.graph.stage_graph import StageGraph
from barraiser.model.condition import Condition
from barraiser.model.pipeline import HARD, ORDER, SOFT, Edge, Handover, Scenario, Step
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES
from graph.building import PATH, PUSH, activity, graph_of, job, node, pipeline

TEST = activity("unit-test")
DEPLOY = activity("deploy", "prod")


def needs(source: str, target: str, strength: str = HARD, **more: object) -> Edge:
    return Edge(source, target, "needs", strength, skips=True, **more)  # type: ignore[arg-type]


def test_a_needed_test_gates_the_deploy() -> None:
    graph = graph_of([job("test", TEST), job("deploy", DEPLOY)], [needs("test", "deploy")])
    assert graph.gates(node(graph, "test"), node(graph, "deploy")) == YES
    assert graph.weakness(node(graph, "test"), node(graph, "deploy")) is None


def test_it_gates_through_a_job_between() -> None:
    jobs = [job("test", TEST), job("build", activity("build")), job("deploy", DEPLOY)]
    graph = graph_of(jobs, [needs("test", "build"), needs("build", "deploy")])
    assert graph.gates(node(graph, "test"), node(graph, "deploy")) == YES
    assert [each.job.id for each in graph.way_to(node(graph, "deploy"))] == ["test", "build", "deploy"]


def test_a_job_beside_it_does_not() -> None:
    graph = graph_of([job("test", TEST), job("deploy", DEPLOY)], [])
    assert graph.gates(node(graph, "test"), node(graph, "deploy")) == NO
    assert not graph.before(node(graph, "test"), node(graph, "deploy"))


@pytest.mark.parametrize("strength", [SOFT, ORDER])
def test_an_edge_without_teeth_says_why(strength: str) -> None:
    edge = needs("test", "deploy", strength, softened_by="if: always()", place=Place(PATH, 9))
    graph = graph_of([job("test", TEST), job("deploy", DEPLOY)], [edge])
    test, deploy = node(graph, "test"), node(graph, "deploy")
    assert graph.gates(test, deploy) == NO
    assert graph.before(test, deploy)
    weakness = graph.weakness(test, deploy)
    assert weakness is not None
    assert (weakness.reason, weakness.place.line) == ("if: always()", 9)


def test_a_soft_test_is_no_gate() -> None:
    soft = activity("unit-test", soft=YES)
    soft.soft_reason = "|| true"
    graph = graph_of([job("test", soft), job("deploy", DEPLOY)], [needs("test", "deploy")])
    weakness = graph.weakness(node(graph, "test"), node(graph, "deploy"))
    assert weakness is not None
    assert weakness.reason == "|| true"


def test_a_soft_job_on_the_way_takes_the_teeth() -> None:
    jobs = [job("test", TEST), job("report", activity("notify"), soft=YES), job("deploy", DEPLOY)]
    graph = graph_of(jobs, [Edge("test", "report"), Edge("report", "deploy")])
    assert graph.gates(node(graph, "test"), node(graph, "deploy")) == NO
    weakness = graph.weakness(node(graph, "test"), node(graph, "deploy"))
    assert weakness is not None
    assert weakness.reason == "its failure is ignored"


def test_a_soft_job_that_is_skipped_lets_nothing_through() -> None:
    """Where a failure skips the soft job, and that skips what needs it, its softness never comes into play."""
    jobs = [job("test", TEST), job("report", activity("notify"), soft=YES), job("deploy", DEPLOY)]
    graph = graph_of(jobs, [needs("test", "report"), needs("report", "deploy")])
    assert graph.gates(node(graph, "test"), node(graph, "deploy")) == YES
    assert graph.gates(node(graph, "report"), node(graph, "deploy")) == NO


def test_stage_order_holds_beyond_a_soft_job_between() -> None:
    """The next stage waits for all earlier stages, so that a job that may fail opens no way around the test."""
    jobs = [job("test", TEST), job("lint", activity("lint"), soft=YES), job("deploy", DEPLOY)]
    edges = [Edge("test", "lint", "stage"), Edge("lint", "deploy", "stage")]
    graph = graph_of(jobs, edges)
    assert graph.gates(node(graph, "test"), node(graph, "deploy")) == YES
    assert graph.gates(node(graph, "lint"), node(graph, "deploy")) == NO


def test_an_optional_manual_job_is_no_gate() -> None:
    approval = job("approve", activity("approval"))
    approval.manual, approval.manual_blocks = True, False
    graph = graph_of([approval, job("deploy", DEPLOY)], [Edge("approve", "deploy", "stage")])
    assert graph.gates(node(graph, "approve"), node(graph, "deploy")) == NO


def test_a_gate_that_may_be_skipped() -> None:
    maybe = Condition("vars.TESTS == 'on'", (MAYBE,))
    for skips, condition, expected in (
        (False, Condition(), MAYBE),
        (True, Condition(), YES),
        (False, maybe, YES),
    ):
        jobs = [job("test", TEST, condition=maybe), job("deploy", DEPLOY, condition=condition)]
        graph = graph_of(jobs, [Edge("test", "deploy", "needs", skips=skips)])
        assert graph.gates(node(graph, "test"), node(graph, "deploy")) == expected


def test_a_skipped_job_skips_what_needs_it() -> None:
    jobs = [job("test", TEST, condition=Condition("false", (NO,))), job("deploy", DEPLOY)]
    graph = graph_of(jobs, [needs("test", "deploy")])
    assert graph.runs(node(graph, "deploy")) == NO
    assert graph.deploys() == []


def test_steps_of_one_job_gate_what_follows() -> None:
    graph = graph_of([job("deploy", TEST, DEPLOY)], [])
    test, deploy = graph.graph.nodes
    assert graph.gates(test, deploy) == YES
    assert graph.gates(deploy, test) == NO
    always = activity("deploy", "prod", condition=Condition("always()", (YES,), always=True))
    graph = graph_of([job("deploy", TEST, always)], [])
    assert graph.gates(*graph.graph.nodes[:2]) == NO


def test_a_step_that_runs_past_one_step_is_held_back_by_the_others() -> None:
    for name, expected in (("build", NO), ("prepare", YES)):
        condition = Condition("although build failed", (YES,), always=True, despite=("build",))
        deploy = activity("deploy", "prod", condition=condition)
        deploy.step = 1
        own = job("deploy", activity("smoke-test"), deploy)
        own.steps = (Step(own.place, name=name), Step(own.place, name="deploy"))
        graph = graph_of([own], [])
        assert graph.gates(*graph.graph.nodes[:2]) == expected


def test_commands_of_a_step_that_always_runs_hold_each_other_back() -> None:
    condition = Condition("always()", (YES,), always=True)
    own = job("deploy", activity("smoke-test", condition=condition), activity("deploy", "prod", condition=condition))
    graph = graph_of([own], [])
    assert graph.gates(*graph.graph.nodes[:2]) == YES


def test_what_hands_over_comes_before() -> None:
    first = StageGraph(pipeline([job("test", TEST)], [], path=".github/workflows/ci.yml"))
    for strength, expected in ((HARD, YES), (SOFT, NO)):
        handover = Handover(
            ".github/workflows/ci.yml", Place(PATH, 3), "workflow_run", strength=strength, scenarios=[0]
        )
        graph = graph_of([job("deploy", DEPLOY)], [], [(handover, first)])
        assert graph.before(node(graph, "test"), node(graph, "deploy"))
        assert graph.gates(node(graph, "test"), node(graph, "deploy")) == expected


def test_a_hand_over_counts_only_where_it_starts_the_run() -> None:
    first = StageGraph(pipeline([job("test", TEST)], [], path=".github/workflows/ci.yml"))
    handover = Handover(".github/workflows/ci.yml", Place(PATH, 3), "workflow_run", scenarios=[1])
    scenarios = (PUSH, Scenario("after ci", "chained"))
    graph = StageGraph(pipeline([job("deploy", DEPLOY)], [], scenarios), [(handover, first)])
    test, deploy = graph.nodes
    assert [graph.in_scenario(number).gates(test, deploy) for number in (0, 1)] == [NO, YES]


def test_a_cycle_ends() -> None:
    graph = graph_of([job("a", TEST), job("b", DEPLOY)], [needs("a", "b"), needs("b", "a")])
    assert len(graph.graph.nodes) == 2


@settings(max_examples=50, deadline=None)
@given(
    st.integers(2, 9).flatmap(
        lambda size: st.tuples(st.just(size), st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))))
    )
)
def test_reachability_is_that_of_networkx(drawn: tuple[int, set[tuple[int, int]]]) -> None:
    size, pairs = drawn
    forward = [(one, other) for one, other in pairs if one < other]
    jobs = [job(str(number), TEST) for number in range(size)]
    graph = graph_of(jobs, [needs(str(one), str(other)) for one, other in forward])
    view = graph.graph.to_networkx()
    closure = networkx.transitive_closure(view)
    for one in graph.graph.nodes:
        for other in graph.graph.nodes:
            if one is not other:
                assert graph.before(one, other) == closure.has_edge(one.index, other.index)
                assert (graph.gates(one, other) == YES) == closure.has_edge(one.index, other.index)
