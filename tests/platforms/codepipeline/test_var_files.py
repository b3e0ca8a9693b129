"""Terraform's files of variables: taken by name, named by a command, one for each environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.model.pipeline import Pipeline
from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

MAIN = """\
variable "env" {}
variable "size" { default = 1 }
resource "aws_codepipeline" "shop" {
  name = "shop"
  stage {
    name = "Source"
    action {
      name     = "Code"
      category = "Source"
      owner    = "AWS"
      provider = "CodeCommit"
      version  = "1"
    }
  }
  stage {
    name = "Deploy"
    action {
      name          = "Go"
      category      = "Deploy"
      owner         = "AWS"
      provider      = "ECS"
      version       = "1"
      configuration = { ServiceName = "shop-${var.env}" }
    }
  }
}
"""


def read(folder: Path, files: dict[str, str], path: str = "main.tf") -> Pipeline:
    for name, text in {path: MAIN, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (found,) = CodePipelineReader().read(path, Repository(str(folder)), ReadOptions())
    assert not found.problems
    return found


def services(found: Pipeline) -> list[str]:
    return [each.jobs[-1].steps[0].inputs["ServiceName"] for each in (found.variants or (found,))]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("terraform.tfvars", 'env = "prod"\n'),
        ("terraform.tfvars.json", '{"env": "prod"}'),
        ("x.auto.tfvars.json", '{"env": "prod"}'),
        ("prod.tfvars", 'env = "prod"\n'),
        ("vars/prod.tfvars", 'env = "prod"\nother = 1\n'),
        ("environments/prod/terraform.tfvars", 'env = "prod"\n'),
    ],
)
def test_the_one_file_of_variables_says_what_they_are(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, {name: text})
    assert services(found) == ["shop-prod"]
    assert name in found.files


def test_a_file_for_each_environment_is_a_variant_each(tmp_path: Path) -> None:
    found = read(tmp_path, {"env/dev.tfvars": 'env = "dev"\n', "env/prod.tfvars": 'env = "prod"\n'})
    assert [each.given for each in found.variants] == ["env/dev.tfvars", "env/prod.tfvars"]
    assert services(found) == ["shop-dev", "shop-prod"]
    assert {"env/dev.tfvars", "env/prod.tfvars"} <= set(found.files)


@pytest.mark.parametrize("text", ["size = 2\n", "other = 2\n", "}{", ""])
def test_a_file_that_leaves_a_variable_open_is_for_something_else(tmp_path: Path, text: str) -> None:
    assert services(read(tmp_path, {"env/prod.tfvars": text})) == ["shop-${var.env}"]


def test_the_file_stands_beside_the_module_that_calls(tmp_path: Path) -> None:
    main = 'variable "env" {}\nmodule "shop" {\n  source = "./modules/shop"\n  env    = var.env\n}\n'
    found = read(tmp_path, {"main.tf": main, "prod.tfvars": 'env = "prod"\n'}, "modules/shop/main.tf")
    assert services(found) == ["shop-prod"]
