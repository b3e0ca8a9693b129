"""What the graph formats show, and that a file's text stays data in them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from barraiser.graph.stage_graph import StageGraph
from barraiser.model.condition import Condition
from barraiser.model.environment import Environment
from barraiser.model.pipeline import SOFT, Edge, Handover, Scenario
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES
from barraiser.report import graph_dot, graph_json, graph_mermaid, graph_text
from barraiser.report.graph_view import GraphView, shown_in
from graph.building import PUSH, activity, job, pipeline

SCHEMA = json.loads((Path(graph_json.__file__).parent / "schemas" / "graph.schema.json").read_text("utf-8"))
EVIL = 'x"]\x1b[31m\n::set-output name=a::b</script>'


@pytest.fixture
def view() -> GraphView:
    test = job("test", activity("unit-test", soft=YES))
    staging = job("staging", activity("deploy", "gamma"), soft=YES)
    deploy = job("deploy", activity("deploy", "prod"), condition=Condition("github.ref", (MAYBE, NO)))
    edges = [
        Edge("test", "staging"),
        Edge("staging", "deploy", skips=True),
        Edge("test", "deploy", strength=SOFT, softened_by="if: always()"),
    ]
    made = pipeline([test, staging, deploy], edges, [PUSH, Scenario("nightly", "schedule")])
    made.kind = "service-deploy"
    ci = StageGraph(pipeline([job("ci", activity("build"))], [], path=".github/workflows/ci.yml"))
    handover = Handover(".github/workflows/ci.yml", Place("a", 1), "workflow_run")
    return GraphView(StageGraph(made, [(handover, ci)]), deploys_to_prod=True)


def test_json_keeps_its_contract(view: GraphView) -> None:
    data = json.loads(graph_json.render([view], explain=True))
    jsonschema.validate(data, SCHEMA)
    (shown,) = data["pipelines"]
    assert [each["id"] for each in shown["jobs"]] == ["test", "staging", "deploy"]
    edges = {(each["source"], each["target"]): each["strength"] for each in shown["edges"]}
    assert edges == {
        ("test", "staging"): "hard",
        ("staging", "deploy"): "soft",
        ("test", "deploy"): "soft",
        (".github/workflows/ci.yml#ci", "test"): "hard",
    }
    assert [(each["jobs"], each["maybe"]) for each in shown["scenarios"]] == [
        (["test", "staging"], ["deploy"]),
        (["test", "staging"], []),
    ]


def test_a_scenario_shows_what_runs_in_it(view: GraphView) -> None:
    assert shown_in(view, "Nightly")
    text = graph_text.render([view])
    assert "  staging" in text
    assert "\n  deploy  " not in text
    assert not shown_in(view, "weekly")


def test_text_names_what_took_the_teeth(view: GraphView) -> None:
    text = graph_text.render([view], explain=True)
    assert "after  test (result ignored): if: always()" in text
    assert "deploys to prod  yes" in text
    assert "prod is prod: 0.90" in text


def test_the_word_and_the_file_that_say_an_environments_class_are_shown() -> None:
    found = activity("deploy")
    found.environment = Environment("live", "prod", 0.9, "environment live", Place("a/w.yml", 12))
    view = GraphView(StageGraph(pipeline([job("deploy", found)], [])), prefix="root/")
    assert "live is prod: environment live, root/a/w.yml:12" in graph_text.render([view])
    assert "environment live, root/a/w.yml:12" in graph_mermaid.render([view])
    assert "environment live, root/a/w.yml:12" in graph_dot.render([view])
    (shown,) = json.loads(graph_json.render([view]))["pipelines"][0]["jobs"][0]["environments"]
    assert (shown["evidence"], shown["location"]["line"]) == ("environment live", 12)


def test_what_another_file_does_names_it_and_a_branch_of_a_script_is_marked() -> None:
    found = activity("deploy")
    found.place, found.conditional = Place("ci/ship.sh", 3), True
    found.environment = Environment("live", "prod", 0.7, "live in the command", Place("a/w.yml", 12))
    text = graph_text.render([GraphView(StageGraph(pipeline([job("deploy", found)], [])))])
    assert "in one branch of the script  (ci/ship.sh)" in text
    assert "live is prod: live in the command, ci/ship.sh:3" in text


def test_soft_edges_are_drawn_apart(view: GraphView) -> None:
    assert "-.->|if: always()|" in graph_mermaid.render([view], explain=True)
    assert "style=dashed" in graph_dot.render([view])


@pytest.mark.parametrize("module", [graph_text, graph_mermaid, graph_dot, graph_json])
def test_text_of_a_file_stays_data(module: object) -> None:
    made = pipeline([job(EVIL, activity("deploy", EVIL))], [])
    made.name = EVIL
    text = module.render([GraphView(StageGraph(made))])  # type: ignore[attr-defined]
    assert "\x1b" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    if module is graph_mermaid:
        assert "<" not in text.replace("<br/>", "")


def test_a_job_read_as_one_for_each_environment_is_one_job() -> None:
    parts = []
    for environment in ("gamma", "prod"):
        part = job(f"deploy ({environment})", activity("deploy", environment))
        part.own_id, part.template, part.needs = "deploy", "deploy", ("test",)
        parts.append(part)
    edges = [Edge("test", part.id, skips=True) for part in parts]
    made = pipeline([job("test", activity("unit-test")), *parts], edges)
    (shown,) = json.loads(graph_json.render([GraphView(StageGraph(made))]))["pipelines"]
    assert [each["id"] for each in shown["jobs"]] == ["test", "deploy"]
    assert [each["class"] for each in shown["jobs"][1]["environments"]] == ["gamma", "prod"]
    assert len(shown["edges"]) == 1
    assert shown["scenarios"][0]["jobs"] == ["test", "deploy"]
