"""Pipelines in Terraform: what is written out, what variables, modules and dynamic blocks make of it, and what stays unknown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from barraiser.platforms.codepipeline.build import pipeline_of
from barraiser.platforms.codepipeline.structure import ActionStructure, PipelineStructure
from barraiser.platforms.codepipeline.terraform import read_terraform
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

SOURCE = """
  stage {
    name = "Source"
    action {
      name             = "Checkout"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["src"]
      configuration    = { BranchName = "main", DetectChanges = true }
    }
  }
"""


def read(root: Path, files: dict[str, str], path: str = "main.tf") -> list[PipelineStructure]:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return read_terraform(path, Repository(str(root)), ReadOptions())


def pipeline(body: str, head: str = 'name = "shop"') -> str:
    return f'resource "aws_codepipeline" "p" {{\n  {head}\n{SOURCE}{body}}}\n'


def stage(name: str, *actions: str) -> str:
    return f"  stage {{\n    name = {name}\n{''.join(actions)}  }}\n"


def action(name: str, kind: str = "Deploy/AWS/S3", more: str = "") -> str:
    category, owner, provider = kind.split("/")
    return (
        f'    action {{\n      name = "{name}"\n      category = "{category}"\n      owner = "{owner}"\n'
        f'      provider = "{provider}"\n      version = "1"\n{more}    }}\n'
    )


def one(found: list[PipelineStructure]) -> PipelineStructure:
    (structure,) = found
    assert not structure.problems
    return structure


def actions(structure: PipelineStructure) -> dict[str, ActionStructure]:
    return {f"{stage.name}/{each.name}": each for stage in structure.stages for each in stage.actions}


def test_a_pipeline_that_is_written_out(tmp_path: Path) -> None:
    more = (
        '      run_order = 2\n      region = "eu-west-1"\n      configuration = {\n        BucketName = "b"\n      }\n'
    )
    head = 'name = "shop"\n  pipeline_type = "V2"\n  execution_mode = "QUEUED"\n  tags = { Owner = "team-a" }'
    found = one(read(tmp_path, {"main.tf": pipeline(stage('"Prod"', action("Copy", more=more)), head)}))
    assert (found.name, found.key, found.pipeline_type, found.execution_mode) == (
        "shop",
        "aws_codepipeline.p",
        "V2",
        "QUEUED",
    )
    assert found.tags["Owner"][0] == "team-a"
    copy = actions(found)["Prod/Copy"]
    assert (copy.type, copy.run_order, copy.region, copy.configuration) == (
        "Deploy/AWS/S3", 2, "eu-west-1", {"BucketName": "b"},
    )  # fmt: skip
    text = (tmp_path / "main.tf").read_text().splitlines()
    assert "BucketName" in text[copy.configuration_places["BucketName"].line - 1]
    assert text[copy.place.line - 1].strip() == "action {"
    assert text[found.place.line - 1].startswith("resource")


def test_variables_locals_and_tfvars_are_put_in(tmp_path: Path) -> None:
    files = {
        "main.tf": pipeline(
            stage('"Deploy-${var.env}"', action("Copy", more="      configuration = { BucketName = local.bucket }\n")),
            'name = "${var.app}-${lower("CI")}"',
        ),
        "variables.tf": 'variable "app" {}\nvariable "env" { default = "staging" }\nvariable "none" {}\n',
        "locals.tf": 'locals {\n  bucket = format("%s-%s", var.app, var.none)\n}\n',
        "terraform.tfvars": 'app = "shop"\n',
        "prod.auto.tfvars": 'env = "prod"\n',
    }
    found = one(read(tmp_path, files))
    assert found.name == "shop-ci"
    assert actions(found)["Deploy-prod/Copy"].configuration == {"BucketName": "shop-${var.none}"}
    assert "terraform.tfvars" in found.files


def test_dynamic_stages_and_actions_stand_where_they_are_written(tmp_path: Path) -> None:
    body = """
  dynamic "stage" {
    for_each = [for s in var.stages : s if s.on]
    content {
      name = stage.value.name
      dynamic "action" {
        for_each = stage.value.regions
        iterator = region
        content {
          name      = "Deploy-${region.value}"
          category  = "Deploy"
          owner     = "AWS"
          provider  = "S3"
          version   = "1"
          region    = region.value
          run_order = try(stage.value.order, 1) + region.key
        }
      }
    }
  }
"""
    variable = """
variable "stages" {
  default = [
    { name = "beta", on = true, regions = ["eu-west-1"] },
    { name = "off", on = false, regions = [] },
    { name = "prod", on = true, regions = ["eu-west-1", "us-east-1"], order = 3 },
  ]
}
"""
    found = one(read(tmp_path, {"main.tf": pipeline(body + stage('"After"', action("x"))) + variable}))
    assert [each.name for each in found.stages] == ["Source", "beta", "prod", "After"]
    assert {name: each.run_order for name, each in actions(found).items() if each.region} == {
        "beta/Deploy-eu-west-1": 1, "prod/Deploy-eu-west-1": 3, "prod/Deploy-us-east-1": 4,
    }  # fmt: skip


def test_stages_that_cannot_be_told_are_unresolved_and_not_absent(tmp_path: Path) -> None:
    body = '  dynamic "stage" {\n    for_each = var.stages\n    content {\n      name = stage.value\n    }\n  }\n'
    found = one(read(tmp_path, {"main.tf": 'variable "stages" {}\n' + pipeline(body)}))
    (unresolved,) = found.unresolved
    assert (unresolved.what, unresolved.name, unresolved.jobs) == ("stages", "for each of var.stages", ())
    assert not pipeline_of(found, Repository(str(tmp_path)), ReadOptions()).problems


def test_a_stage_that_a_switch_turns_on_is_there_under_its_condition(tmp_path: Path) -> None:
    body = """
  dynamic "stage" {
    for_each = var.approve ? [1] : []
    content {
      name = "Approve"
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
    text = pipeline(body + stage('"Prod"', action("Copy")))
    unknown = one(read(tmp_path, {"main.tf": text, "v.tf": 'variable "approve" {}\n'}))
    assert [(each.name, each.condition) for each in unknown.stages] == [
        ("Source", ""),
        ("Approve", "var.approve"),
        ("Prod", ""),
    ]
    off = one(read(tmp_path, {"v.tf": 'variable "approve" { default = false }\n'}))
    assert [each.name for each in off.stages] == ["Source", "Prod"]
    on = one(read(tmp_path, {"v.tf": 'variable "approve" { default = true }\n'}))
    assert [(each.name, each.condition) for each in on.stages][1] == ("Approve", "")


def test_one_pipeline_for_each_value(tmp_path: Path) -> None:
    head = 'for_each = toset(["b", "a"])\n  name = "shop-${each.key}"'
    found = read(tmp_path, {"main.tf": pipeline(stage('"Prod"', action("Copy")), head)})
    assert [(each.name, each.key) for each in found] == [
        ("shop-a", 'aws_codepipeline.p["a"]'), ("shop-b", 'aws_codepipeline.p["b"]'),
    ]  # fmt: skip
    assert not read(tmp_path, {"main.tf": pipeline(stage('"Prod"', action("Copy")), 'count = 0\n  name = "x"')})
    unknown = read(
        tmp_path, {"main.tf": pipeline(stage('"Prod"', action("Copy")), "for_each = var.all\n  name = each.key")}
    )
    assert [each.name for each in unknown] == ["${each.key}"]


PROJECT = """
resource "aws_codebuild_project" "test" {
  name          = "${var.app}-test"
  build_timeout = 30
  environment {
    image = "aws/codebuild/standard:7.0"
    environment_variable {
      name  = "STAGE"
      value = "beta"
    }
    environment_variable {
      name  = "TOKEN"
      value = "/shop/token"
      type  = "PARAMETER_STORE"
    }
  }
  source {
    type      = "CODEPIPELINE"
    buildspec = SPEC
  }
}
variable "app" { default = "shop" }
"""


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ('"ci/test.yml"', ("ci/test.yml", "", "")),
        ('file("ci/test.yml")', ("infra/ci/test.yml", "", "")),
        ('file("${path.module}/ci/test.yml")', ("infra/ci/test.yml", "", "")),
        ('templatefile("${path.module}/ci/test.yml", { a = 1 })', ("infra/ci/test.yml", "", "")),
        ("data.local_file.spec.content", ("infra/ci/test.yml", "", "")),
        ('yamlencode({ version = 0.2, phases = { build = { commands = ["make"] } } })',
         ("", '{"version": 0.2, "phases": {"build": {"commands": ["make"]}}}', "")),
        ("null", ("buildspec.yml", "", "")),
        ("var.spec", ("", "", "the buildspec of test (${var.spec}) is not known here")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("named", ["aws_codebuild_project.test.name", '"shop-test"', "aws_codebuild_project.test.id"])
def test_the_project_of_an_action_is_found_with_its_buildspec(
    tmp_path: Path, spec: str, expected: tuple[str, str, str], named: str
) -> None:
    build = action("Test", "Test/AWS/CodeBuild", f"      configuration = {{ ProjectName = {named} }}\n")
    data = 'data "local_file" "spec" {\n  filename = "${path.module}/ci/test.yml"\n}\n'
    files = {
        "infra/main.tf": pipeline(stage('"Test"', build)) + data,
        "infra/projects.tf": PROJECT.replace("SPEC", spec),
        "infra/ci/test.yml": "version: 0.2\n",
    }
    project = actions(one(read(tmp_path, files, "infra/main.tf")))["Test/Test"].project
    assert project is not None
    assert (project.buildspec, project.inline, project.unresolved) == expected
    assert (project.name, project.timeout_minutes, project.image) == ("shop-test", 30, "aws/codebuild/standard:7.0")
    assert (project.environment, project.secrets) == ({"STAGE": "beta"}, {"TOKEN": "PARAMETER_STORE"})


def test_a_buildspec_in_the_file_has_the_places_of_its_commands(tmp_path: Path) -> None:
    spec = "<<-EOT\n      version: 0.2\n      phases:\n        build:\n          commands:\n            - make test-${var.app}\n    EOT"
    build = action(
        "Test", "Test/AWS/CodeBuild", "      configuration = { ProjectName = aws_codebuild_project.test.name }\n"
    )
    found = one(read(tmp_path, {"main.tf": pipeline(stage('"Test"', build)) + PROJECT.replace("SPEC", spec)}))
    job = pipeline_of(found, Repository(str(tmp_path)), ReadOptions()).jobs[-1]
    (step,) = job.steps
    assert step.script is not None
    fragment = step.script.fragments[0]
    assert fragment.text == "make test-shop"
    line = (tmp_path / "main.tf").read_text().splitlines()[fragment.line - 1]
    assert line[fragment.columns :].startswith("make test-")


MODULE = {
    "modules/pipeline/main.tf": 'variable "env" {}\nvariable "stages" { default = ["a"] }\n'
    + pipeline(
        '  dynamic "stage" {\n    for_each = var.stages\n    content {\n      name = stage.value\n'
        + action("Copy")
        + "    }\n  }\n",
        'name = "shop-${var.env}"',
    )
}


def test_a_module_is_read_once_for_each_call(tmp_path: Path) -> None:
    files = {
        **MODULE,
        "envs/prod/main.tf": 'module "p" {\n  source = "../../modules/pipeline"\n  env = "prod"\n  stages = ["x", "y"]\n}\n',
        "envs/dev/main.tf": 'module "p" {\n  for_each = toset(["d1", "d2"])\n  source = "../../modules/pipeline"\n  env = each.key\n}\n',
        "examples/main.tf": 'module "p" {\n  source = "../modules/pipeline"\n  env = "sample"\n}\n',
    }
    found = read(tmp_path, files, "modules/pipeline/main.tf")
    assert [(each.name, each.key, [one.name for one in each.stages[1:]]) for each in found] == [
        ("shop-d1", 'module.p["d1"].aws_codepipeline.p', ["a"]),
        ("shop-d2", 'module.p["d2"].aws_codepipeline.p', ["a"]),
        ("shop-prod", "module.p.aws_codepipeline.p", ["x", "y"]),
    ]
    assert "envs/prod/main.tf" in found[2].files
    assert {each.place.path for each in found} == {"modules/pipeline/main.tf"}


def test_a_module_that_nothing_calls_is_read_by_itself(tmp_path: Path) -> None:
    found = one(read(tmp_path, MODULE, "modules/pipeline/main.tf"))
    assert (found.name, [each.name for each in found.stages]) == ("shop-${var.env}", ["Source", "a"])


def test_projects_of_a_module_beside_it_are_found(tmp_path: Path) -> None:
    build = action("Test", "Test/AWS/CodeBuild", "      configuration = { ProjectName = var.project }\n")
    files = {
        "main.tf": 'module "b" {\n  source = "./build"\n  for_each = toset(["test"])\n  app = "shop"\n}\n'
        'module "p" {\n  source = "./pipe"\n  project = module.b["test"].name\n}\n',
        "build/main.tf": PROJECT.replace("SPEC", '"ci/test.yml"')
        + 'output "name" { value = aws_codebuild_project.test.name }\n',
        "pipe/main.tf": 'variable "project" {}\n' + pipeline(stage('"Test"', build)),
    }
    project = actions(one(read(tmp_path, files, "pipe/main.tf")))["Test/Test"].project
    assert project is not None
    assert (project.name, project.buildspec) == ("shop-test", "ci/test.yml")


def test_conditions_triggers_variables_and_schedules(tmp_path: Path) -> None:
    body = """
  variable {
    name          = "TAG"
    default_value = "v1"
  }
  trigger {
    provider_type = "CodeStarSourceConnection"
    git_configuration {
      source_action_name = "Checkout"
      push {
        branches { includes = ["main", "release/*"] }
      }
      pull_request {
        events = ["OPEN"]
        branches { includes = ["main"] }
      }
    }
  }
  stage {
    name = "Prod"
    action {
      name     = "Copy"
      category = "Deploy"
      owner    = "AWS"
      provider = "S3"
      version  = "1"
    }
    before_entry {
      condition {
        result = "FAIL"
        rule {
          name = "alarm"
          rule_type_id {
            category = "Rule"
            owner    = "AWS"
            provider = "CloudWatchAlarm"
            version  = "1"
          }
          configuration = { AlarmName = "high", WaitTime = "60" }
        }
      }
    }
    on_failure {
      result = "ROLLBACK"
      retry_configuration { retry_mode = "ALL_ACTIONS" }
    }
  }
"""
    rules = """
resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = "cron(0 3 * * ? *)"
}
resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_codepipeline.p.arn
}
"""
    found = one(read(tmp_path, {"main.tf": pipeline(body) + rules}))
    assert found.variables == {"variables.TAG": "v1"}
    (trigger,) = found.triggers
    assert (trigger.source_action, trigger.pushes[0].branches) == ("Checkout", ("main", "release/*"))
    assert (trigger.pull_requests[0].events, trigger.pull_requests[0].branches) == (("OPEN",), ("main",))
    prod = found.stages[-1]
    (condition,) = prod.before_entry
    assert (condition.result, condition.rules[0].provider) == ("FAIL", "CloudWatchAlarm")
    assert condition.rules[0].configuration == {"AlarmName": "high", "WaitTime": "60"}
    assert prod.on_failure is not None
    assert (prod.on_failure.result, prod.on_failure.retry_mode) == ("ROLLBACK", "ALL_ACTIONS")
    assert [expression for expression, _ in found.schedules] == ["cron(0 3 * * ? *)"]


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_codepipeline" "p" {',
        'resource "aws_codepipeline" "p" {\n  name = 1\n  name = 2\n}\n',
        'resource "aws_codepipeline" "p" {\n  stage {\n    name = "x"\n  }\n}\n',
    ],
)
def test_what_terraform_refuses_makes_it_unreadable(tmp_path: Path, text: str) -> None:
    (found,) = read(tmp_path, {"main.tf": text})
    assert any(problem.fatal and problem.fix for problem in found.problems)


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_codepipeline" "p" {}\n',
        'resource = "aws_codepipeline"\n',
        'resource "aws_codepipeline" {}\n',
        'resource "aws_codepipeline" "p" {\n  stage = [1]\n  tags = 3\n  trigger = {}\n  name = [var.x]\n}\n',
        'locals {\n  a = local.b\n  b = local.a\n}\nresource "aws_codepipeline" "p" {\n  name = local.a\n}\n',
        'module "m" {\n  source = "./"\n  x = module.m.y\n}\nresource "aws_codepipeline" "p" {\n  name = module.m.y\n}\n',
        'resource "aws_codepipeline" "p" {\n  name = aws_codepipeline.p.name\n  count = aws_codepipeline.p.count\n}\n',
        pipeline(stage("null", '    action {\n      run_order = "x"\n      configuration = [1]\n    }\n')),
        pipeline('  dynamic "stage" {\n    for_each = range(100000000)\n    content { name = stage.value }\n  }\n'),
        'resource "aws_codepipeline" "p" {\n  for_each = range(1, 2, 0)\n  name = format("%d%s", "x") + slice([], "a")\n}\n',
    ],
)
def test_no_file_raises(tmp_path: Path, text: str) -> None:
    for found in read(tmp_path, {"main.tf": text}):
        pipeline_of(found, Repository(str(tmp_path)), ReadOptions())


def test_long_chains_of_names_are_given_up_not_followed_for_ever(tmp_path: Path) -> None:
    chain = "".join(f"  c{at} = [upper(local.c{at + 1})]\n" for at in range(3000))
    nested = f"  n = {'[' * 70}1{']' * 70}\n"
    text = f"locals {{\n{chain}{nested}}}\n" + pipeline("", "name = local.c0[0]\n  tags = flatten(local.n)")
    (found,) = read(tmp_path, {"main.tf": text})
    assert found.name.startswith("${")


def test_texts_that_double_end_soon(tmp_path: Path) -> None:
    doubling = "".join(f'  a{at} = "${{local.a{at - 1}}}${{local.a{at - 1}}}"\n' for at in range(1, 60))
    lists = "".join(f"  l{at} = [for x in local.l{at - 1} : local.l{at - 1}]\n" for at in range(1, 30))
    text = f'locals {{\n  a0 = "x"\n  l0 = [1, 2]\n{doubling}{lists}}}\n' + pipeline(
        "", "name = local.a59\n  tags = local.l29"
    )
    assert len(read(tmp_path, {"main.tf": text})[0].name) < 1_000_000


def test_every_terraform_file_of_the_corpus_is_read() -> None:
    corpus = os.environ.get("BARRAISER_CORPUS")
    if not corpus:
        pytest.skip("BARRAISER_CORPUS names no folder of pipelines")
    found = 0
    for folder in sorted((Path(corpus) / "codepipeline").iterdir()):
        repository = Repository(str(folder))
        for path in [path for path in repository.files() if path.endswith(".tf")]:
            for structure in read_terraform(path, repository, ReadOptions()):
                assert not structure.problems
                pipeline_of(structure, repository, ReadOptions())
                found += 1
    assert found >= 4


def test_actions_for_each_of_what_is_not_known_stand_once(tmp_path: Path) -> None:
    content = 'name = "x-${action.value}"\ncategory = "Deploy"\nowner = "AWS"\nprovider = "ECS"\nversion = "1"\n'
    maker = f'  dynamic "action" {{\n    for_each = var.regions\n    content {{\n{content}    }}\n  }}\n'
    body = stage('"Alone"', maker) + stage('"Beside"', maker + action("x"))
    found = one(read(tmp_path, {"main.tf": 'variable "regions" {}\n' + pipeline(body)}))
    alone, beside = found.stages[-2:]
    assert [each.condition for each in alone.actions] == [""]
    assert sorted(each.condition for each in beside.actions) == ["", "for each of var.regions"]
    assert not found.unresolved
