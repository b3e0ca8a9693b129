"""Switches of Terraform that no file decides: the pipeline with each on and off."""

from __future__ import annotations

from pathlib import Path

from test_var_files import MAIN

from barraiser.model.pipeline import Pipeline
from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

APPROVAL = """\
  dynamic "stage" {
    for_each = SWITCH ? [1] : []
    content {
      name = "NAME"
      action {
        name     = "Ask"
        category = "Approval"
        owner    = "AWS"
        provider = "Manual"
        version  = "1"
      }
    }
  }
"""


def read(folder: Path, *switches: str) -> Pipeline:
    stages = "".join(APPROVAL.replace("SWITCH", each).replace("NAME", f"Gate{at}") for at, each in enumerate(switches))
    at = MAIN.index('  stage {\n    name = "Deploy"')
    names = sorted({each.split(".")[1].split(" ")[0] for each in switches})
    head = "".join(f'variable "{name}" {{}}\n' for name in names)
    (folder / "main.tf").write_text(head + MAIN[:at] + stages + MAIN[at:], encoding="utf-8")
    (found,) = CodePipelineReader().read("main.tf", Repository(str(folder)), ReadOptions())
    assert not found.problems
    return found


def test_a_switch_makes_two_variants(tmp_path: Path) -> None:
    found = read(tmp_path, "var.approve")
    assert [(each.assumes, each.stages) for each in found.variants] == [
        ({"var.approve": True}, ("Source", "Gate0", "Deploy")),
        ({"var.approve": False}, ("Source", "Deploy")),
    ]
    assert all(not job.condition.text for each in found.variants for job in each.jobs)


def test_the_other_side_of_a_switch(tmp_path: Path) -> None:
    found = read(tmp_path, "var.fast", "var.fast")
    text = (tmp_path / "main.tf").read_text(encoding="utf-8").replace("var.fast ? [1] : []", "var.fast ? [] : [1]", 1)
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    (found,) = CodePipelineReader().read("main.tf", Repository(str(tmp_path)), ReadOptions())
    assert [each.stages for each in found.variants] == [("Source", "Gate1", "Deploy"), ("Source", "Gate0", "Deploy")]


def test_a_pipeline_that_a_switch_turns_on_is_read_as_if_it_were_on(tmp_path: Path) -> None:
    read(tmp_path, "var.approve", "var.x")
    text = (tmp_path / "main.tf").read_text(encoding="utf-8")
    text = text.replace('"shop" {\n', '"shop" {\n  count = var.approve ? 0 : 1\n', 1)
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    (found,) = CodePipelineReader().read("main.tf", Repository(str(tmp_path)), ReadOptions())
    assert [each.stages for each in found.variants] == [("Source", "Gate1", "Deploy"), ("Source", "Deploy")]


def test_a_variable_is_not_two_things_at_once(tmp_path: Path) -> None:
    found = read(tmp_path, 'var.mode == "a"', 'var.mode == "b"')
    assert [each.stages for each in found.variants] == [
        ("Source", "Gate0", "Deploy"),
        ("Source", "Gate1", "Deploy"),
        ("Source", "Deploy"),
    ]


def test_more_switches_than_can_be_told_apart_stay_maybe(tmp_path: Path) -> None:
    found = read(tmp_path, "var.a", "var.b", "var.c", "var.d")
    assert (len(found.variants), found.undecided) == (8, ("var.d",))
    assert [job.condition.text for job in found.variants[0].jobs if job.condition.text] == ["var.d"]
