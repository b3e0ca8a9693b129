"""A pipeline that another one starts comes after it: its gates stand there."""

from __future__ import annotations

from pathlib import Path

import pytest
from codepipeline_files import stage, template

from barraiser.classify.entries import Entries
from barraiser.graph.build import stage_graph
from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph
from barraiser.model.tri import NO, YES
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository


def invoke(name: str) -> str:
    return (
        "- Name: Next\n  RunOrder: 1\n"
        '  ActionTypeId: {Category: Invoke, Owner: AWS, Provider: CodePipeline, Version: "1"}\n'
        f"  Configuration: {{PipelineName: {name}}}\n"
    )


def first(target: str) -> str:
    return template(stage("Staging", "Staging"), stage("Then", invoke(target)))


def second(name: str = "prod") -> str:
    return template(stage("Prod", "Production")).replace("Shop:", "Prod:").replace("Name: shop", f"Name: {name}")


def graph_of(folder: Path, path: str, name: str, event: str = "manual") -> ScenarioGraph:
    entries = Entries(Repository(str(folder)), ReadOptions())
    (pipeline,) = [each for each in entries.at(path) if each.name == name]
    assert not pipeline.problems
    index = next(number for number, each in enumerate(pipeline.scenarios) if each.event == event)
    return stage_graph(pipeline, entries).in_scenario(index)


def node(graph: ScenarioGraph, job: str) -> Node:
    return next(each for each in graph.graph.nodes if each.job.id == job)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text)


def test_a_pipeline_beside_that_starts_it_comes_before(tmp_path: Path) -> None:
    write(tmp_path, a=first("prod"), b=second())
    graph = graph_of(tmp_path, "b.yml", "prod")
    assert graph.gates(node(graph, "Staging/Staging"), node(graph, "Prod/Production")) == YES


def test_only_what_is_started_so_comes_after(tmp_path: Path) -> None:
    write(tmp_path, a=first("prod"), b=second())
    graph = graph_of(tmp_path, "b.yml", "prod", "source-change")
    assert graph.gates(node(graph, "Staging/Staging"), node(graph, "Prod/Production")) == NO


@pytest.mark.parametrize("target", ["prod", "!Ref Prod"])
def test_pipelines_of_one_template(tmp_path: Path, target: str) -> None:
    write(tmp_path, both=first(target) + second().split("Resources:\n")[1])
    graph = graph_of(tmp_path, "both.yml", "prod")
    assert graph.gates(node(graph, "Staging/Staging"), node(graph, "Prod/Production")) == YES


def test_another_name_hands_nothing_over(tmp_path: Path) -> None:
    write(tmp_path, a=first("other"), b=second())
    entries = Entries(Repository(str(tmp_path)), ReadOptions())
    assert entries.at("b.yml")[0].handovers == ()


def test_a_reference_names_what_stands_in_its_own_file_alone(tmp_path: Path) -> None:
    write(tmp_path, a=first("!Ref Prod") + second().split("Resources:\n")[1], b=second("Prod"))
    entries = Entries(Repository(str(tmp_path)), ReadOptions())
    assert entries.at("b.yml")[0].handovers == ()


def test_many_pipelines_that_start_each_other_are_bounded(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(12)]
    for name in names:
        text = template(*[stage(f"To{other}", invoke(other)) for other in names]).replace("Name: shop", f"Name: {name}")
        write(tmp_path, **{name: text})
    (pipeline,) = Entries(Repository(str(tmp_path)), ReadOptions()).at("p0.yml")
    assert len(pipeline.handovers) == 4
    assert [each.name for each in pipeline.unresolved] == ["7 more that start it"]


def test_pipelines_that_start_each_other_end(tmp_path: Path) -> None:
    back = template(stage("Prod", "Production"), stage("Then", invoke("shop")))
    write(tmp_path, a=first("prod"), b=back.replace("Name: shop", "Name: prod"))
    graph = graph_of(tmp_path, "b.yml", "prod")
    assert graph.before(node(graph, "Staging/Staging"), node(graph, "Prod/Production"))


RULE = """\
After:
  Type: AWS::Events::Rule
  Properties:
    EventPattern:
      source: [aws.codepipeline]
      detail-type: [CodePipeline Pipeline Execution State Change]
      detail: {pipeline: [PIPELINE], state: STATES}
    Targets:
      - {Id: next, Arn: !Sub "arn:aws:codepipeline:${AWS::Region}:${AWS::AccountId}:${Prod}"}
"""


def chained(states: str = "[SUCCEEDED]", pipeline: str = "shop") -> str:
    rule = RULE.replace("STATES", states).replace("PIPELINE", pipeline)
    return second() + "".join(f"  {line}\n" for line in rule.splitlines())


def test_the_end_of_another_pipeline_starts_one(tmp_path: Path) -> None:
    write(tmp_path, a=template(stage("Staging", "Staging")), b=chained())
    graph = graph_of(tmp_path, "b.yml", "prod", "chained")
    assert graph.scenario.name == "after shop"
    assert graph.gates(node(graph, "Staging/Staging"), node(graph, "Prod/Production")) == YES
    alone = graph_of(tmp_path, "b.yml", "prod", "source-change")
    assert alone.gates(node(alone, "Staging/Staging"), node(alone, "Prod/Production")) == NO


def test_an_end_that_need_not_be_a_success_holds_nothing_back(tmp_path: Path) -> None:
    write(tmp_path, a=template(stage("Staging", "Staging")), b=chained("[SUCCEEDED, FAILED]"))
    graph = graph_of(tmp_path, "b.yml", "prod", "chained")
    staging, deploy = node(graph, "Staging/Staging"), node(graph, "Prod/Production")
    assert (graph.before(staging, deploy), graph.gates(staging, deploy)) == (True, NO)


def test_the_end_of_a_pipeline_that_is_not_here(tmp_path: Path) -> None:
    write(tmp_path, b=chained(pipeline="elsewhere"))
    (pipeline,) = Entries(Repository(str(tmp_path)), ReadOptions()).at("b.yml")
    assert "after elsewhere" in [each.name for each in pipeline.scenarios]
    assert pipeline.handovers == ()


def test_many_ends_that_start_one_are_bounded(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(12)]
    for name in names:
        write(tmp_path, **{name: template(stage("Staging", "Staging")).replace("Name: shop", f"Name: {name}")})
    write(tmp_path, b=chained(pipeline=", ".join(names)))
    (pipeline,) = [
        each for each in Entries(Repository(str(tmp_path)), ReadOptions()).at("b.yml") if each.name == "prod"
    ]
    assert len(pipeline.handovers) == 4
