"""Batch builds: the builds of one action, their order, and whose failure counts."""

from __future__ import annotations

from pathlib import Path

from codepipeline_files import build, edges, job, one, stage, template

from barraiser.graph.stage_graph import StageGraph
from barraiser.model.pipeline import Pipeline
from barraiser.model.tri import NO, YES

PROJECT = """\
Project:
  Type: AWS::CodeBuild::Project
  Properties:
    Environment: {Image: standard:7.0, EnvironmentVariables: [{Name: TARGET, Value: none}]}
    Source: {Type: CODEPIPELINE}
"""
PHASES = "phases: {build: {commands: ['make $TARGET']}}\n"


def batched(folder: Path, batch: str, *, phases: str = PHASES, enabled: str = "true", **files: str) -> Pipeline:
    for name, text in {"buildspec": f"version: 0.2\n{batch}{phases}", **files}.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    action = build("Build", more=f"BatchEnabled: {enabled}\n")
    return one(folder, template(stage("Build", action), stage("Deploy", "shop"), more=PROJECT))


GRAPH = """\
batch:
  build-graph:
    - identifier: unit
      env: {variables: {TARGET: unit}}
    - {identifier: lint, ignore-failure: true, env: {image: "node:20", variables: {TARGET: lint}}}
    - identifier: image
      buildspec: image.yml
      depend-on: [unit, lint]
"""


def test_the_builds_of_a_graph_wait_for_each_other_and_the_next_stage_for_all(tmp_path: Path) -> None:
    found = batched(tmp_path, GRAPH, image="version: 0.2\nphases: {build: {commands: [docker push]}}\n")
    inside = {edge for edge in edges(found) if edge[2] == "needs"}
    assert inside == {
        ("Build/Build (unit)", "Build/Build (image)", "needs"),
        ("Build/Build (lint)", "Build/Build (image)", "needs"),
    }
    assert job(found, "Deploy/shop").needs == ("Build/Build (unit)", "Build/Build (lint)", "Build/Build (image)")
    assert set(job(found, "Build/Build (image)").needs) == {
        "Source/Repository",
        "Build/Build (unit)",
        "Build/Build (lint)",
    }
    assert job(found, "Build/Build (unit)").variables["TARGET"] == "unit"
    assert job(found, "Build/Build (lint)").tags["image"] == "node:20"
    script = job(found, "Build/Build (image)").steps[0].script
    assert script is not None
    assert script.fragments[0].text == "docker push"


def test_a_build_whose_failure_is_ignored_holds_nothing_back(tmp_path: Path) -> None:
    found = batched(tmp_path, GRAPH, image="version: 0.2\nphases: {build: {commands: [docker push]}}\n")
    graph = StageGraph(found).in_scenario(0)
    nodes = {node.job.id: node for node in graph.graph.nodes}
    deploy = nodes["Deploy/shop"]
    assert graph.gates(nodes["Build/Build (unit)"], deploy) == YES
    assert graph.gates(nodes["Build/Build (lint)"], deploy) == NO
    weakness = graph.weakness(nodes["Build/Build (lint)"], deploy)
    assert weakness is not None
    assert (weakness.reason, str(weakness.place)) == ("ignore-failure: true", "buildspec.yml:6")


def test_a_list_runs_side_by_side_and_may_have_no_phases_of_its_own(tmp_path: Path) -> None:
    batch = "batch: {build-list: [{identifier: a, buildspec: one.yml}, {identifier: b, buildspec: two.yml}]}\n"
    spec = "version: 0.2\nphases: {build: {commands: [make]}}\n"
    found = batched(tmp_path, batch, phases="", one=spec, two=spec)
    assert [each.id for each in found.jobs if each.stage == "Build"] == ["Build/Build (a)", "Build/Build (b)"]
    assert found.unresolved == ()
    assert {"one.yml", "two.yml"} <= set(found.files)


def test_the_builds_of_a_matrix_are_legs_of_one_template(tmp_path: Path) -> None:
    batch = (
        "batch:\n  build-matrix:\n    static: {ignore-failure: false, env: {image: fixed}}\n"
        "    dynamic: {env: {variables: {TARGET: [unit, e2e], PY: ['3']}}}\n"
    )
    found = [each for each in batched(tmp_path, batch).jobs if each.stage == "Build"]
    assert [(each.id, each.template, each.variables["TARGET"], each.tags["image"]) for each in found] == [
        ("Build/Build (unit, 3)", "Build/Build", "unit", "fixed"),
        ("Build/Build (e2e, 3)", "Build/Build", "e2e", "fixed"),
    ]


def test_without_batch_builds_enabled_it_is_one_build(tmp_path: Path) -> None:
    found = batched(tmp_path, GRAPH, enabled="false")
    assert [each.id for each in found.jobs if each.stage == "Build"] == ["Build/Build"]
    assert job(found, "Build/Build").variables["TARGET"] == "none"


def test_an_odd_batch_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    circle = "batch: {build-graph: [{identifier: a, depend-on: [b, nobody, a]}, {identifier: b, depend-on: a}, text]}\n"
    assert len(batched(tmp_path, circle).jobs) == 4
    values = ", ".join("1" * 50)
    huge = f"batch: {{build-matrix: {{dynamic: {{env: {{variables: {{A: [{values}], B: [{values}]}}}}}}}}}}\n"
    assert [each.id for each in batched(tmp_path, huge).jobs if each.stage == "Build"] == ["Build/Build"]
