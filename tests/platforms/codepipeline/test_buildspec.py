"""The tests and deploys of a CodeBuild action stand in its buildspec: what is not read there is missed."""

from __future__ import annotations

import json
from pathlib import Path

from codepipeline_files import build, job, one, stage, template

from barraiser.classify.classify import classify
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.model.pipeline import Job, Step
from barraiser.model.tri import NO, YES
from barraiser.platforms.codepipeline.buildspec import FINALLY, POST_BUILD
from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

SPEC = """\
version: 0.2
env:
  variables: {STAGE: dev, OWN: spec}
  secrets-manager: {TOKEN: shop/token}
phases:
  install:
    commands:
      - npm ci
  build:
    commands:
      - npm test
      - |
        cd infra
        npx cdk synth
    finally:
      - ./report.sh
  post_build:
    commands:
      - aws s3 sync dist s3://shop
"""


def project(spec: str, more: str = "") -> str:
    """A project of the template; ``spec``: what stands behind ``BuildSpec:``."""
    return (
        "Project:\n  Type: AWS::CodeBuild::Project\n  Properties:\n    Name: shop-build\n"
        f"    Source:\n      Type: CODEPIPELINE\n{spec}"
        "    Environment:\n      Image: aws/codebuild/standard:7.0\n      EnvironmentVariables:\n"
        "        - {Name: STAGE, Value: staging}\n        - {Name: KEY, Value: /shop/key, Type: PARAMETER_STORE}\n"
        + more
    )


def inline(text: str = SPEC, call: str = "") -> str:
    return f"      BuildSpec: {call}|\n" + "".join(f"        {line}\n" for line in text.rstrip().split("\n"))


def texts(steps: tuple[Step, ...]) -> list[str]:
    return [fragment.text.rstrip() for step in steps if step.script for fragment in step.script.fragments]


def of(folder: Path, spec: str, action: str = "") -> Job:
    return job(one(folder, template(stage("Build", action or build("Build")), more=project(spec))), "Build/Build")


def test_inline_commands_stand_at_their_own_lines(tmp_path: Path) -> None:
    found = of(tmp_path, inline())
    lines = (tmp_path / "pipeline.yml").read_text().split("\n")
    for step in found.steps:
        assert step.script is not None
        for fragment in step.script.fragments:
            first = fragment.text.split("\n")[0]
            assert lines[fragment.line - 1][fragment.columns :].startswith(first)
    assert texts(found.steps) == [
        "npm ci",
        "npm test",
        "cd infra\nnpx cdk synth",
        "./report.sh",
        "aws s3 sync dist s3://shop",
    ]


def test_a_command_that_fails_stops_the_phase_but_not_the_lines_of_one_command(tmp_path: Path) -> None:
    scripts = [step.script for step in of(tmp_path, inline()).steps if step.script]
    assert [script.errexit for script in scripts] == [True, True, False, True, True]


def test_post_build_runs_although_build_failed(tmp_path: Path) -> None:
    found = of(tmp_path, inline())
    last = found.steps[-1]
    assert (last.name, last.condition.text, last.condition.always) == ("post_build", POST_BUILD, True)
    assert found.tags["post-build"] == POST_BUILD


def test_what_failed_before_build_or_in_post_build_itself_holds_post_build_back(tmp_path: Path) -> None:
    commands = {
        "pre_build": "npm run lint",
        "build": "npm test",
        "post_build": "pytest tests\n      - aws s3 sync dist s3://shop",
    }
    spec = "version: 0.2\nphases:\n" + "".join(
        f"  {phase}:\n    commands:\n      - {command}\n" for phase, command in commands.items()
    )
    pipeline = one(tmp_path, template(stage("Build", build("Build")), more=project(inline(spec))))
    classify(pipeline, Repository(str(tmp_path)), NOTHING_DECLARED)
    graph = StageGraph(pipeline).in_scenario(0)
    own = {node.activity.text: node for node in graph.nodes() if node.job.id == "Build/Build"}
    deploy = own["aws s3 sync dist s3://shop"]
    gates = {text: graph.gates(node, deploy) for text, node in own.items() if node is not deploy}
    assert gates == {"npm run lint": YES, "npm test": NO, "pytest tests": YES}


def test_post_build_that_asks_whether_build_succeeded_is_held_back(tmp_path: Path) -> None:
    asking = SPEC.replace("- aws s3", '- test "$CODEBUILD_BUILD_SUCCEEDING" = 1 && aws s3')
    assert not of(tmp_path, inline(asking)).steps[-1].condition.always


def test_a_build_phase_that_aborts_lets_no_post_build_run(tmp_path: Path) -> None:
    aborting = SPEC.replace("  build:\n", "  build:\n    on-failure: ABORT\n")
    assert not of(tmp_path, inline(aborting)).steps[-1].condition.always


def test_a_phase_that_continues_is_soft(tmp_path: Path) -> None:
    soft = SPEC.replace("  build:\n", "  build:\n    on-failure: CONTINUE\n")
    steps = [step for step in of(tmp_path, inline(soft)).steps if step.name == "build"]
    assert all(step.soft == YES and step.soft_place is not None for step in steps)


def test_finally_is_soft_and_always_runs(tmp_path: Path) -> None:
    (step,) = [step for step in of(tmp_path, inline()).steps if step.name == "build finally"]
    assert step.soft == YES
    assert step.condition.text == FINALLY


def test_the_action_overrides_the_project_overrides_the_buildspec(tmp_path: Path) -> None:
    given = json.dumps([{"name": "OWN", "value": "action"}, {"name": "S", "value": "x", "type": "SECRETS_MANAGER"}])
    found = of(tmp_path, inline(), build("Build", more=f"EnvironmentVariables: '{given}'\n"))
    assert found.variables == {"STAGE": "staging", "OWN": "action"}
    assert found.tags["image"] == "aws/codebuild/standard:7.0"


def test_variables_that_hold_what_is_unknown_keep_the_others(tmp_path: Path) -> None:
    text = """!Sub '[{"name": "STAGE", "value": "${Env}"}, {"name": "N", "value": ${Number}}]'"""
    found = of(tmp_path, inline(), build("Build", more=f"EnvironmentVariables: {text}\n"))
    assert found.variables["STAGE"] == "${Env}"


def test_a_buildspec_in_the_repository(tmp_path: Path) -> None:
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "test.yml").write_text(SPEC)
    pipeline = one(tmp_path, template(stage("Build", build("Build")), more=project("      BuildSpec: ci/test.yml\n")))
    found = job(pipeline, "Build/Build")
    assert texts(found.steps)[1] == "npm test"
    assert pipeline.files == ("pipeline.yml", "ci/test.yml")
    assert not pipeline.unresolved
    assert found.steps[0].script is not None
    assert found.steps[0].script.fragments[0].path == "ci/test.yml"


def test_the_default_buildspec(tmp_path: Path) -> None:
    (tmp_path / "buildspec.yml").write_text(SPEC)
    assert texts(of(tmp_path, "").steps)[0] == "npm ci"


def test_what_cannot_be_read_is_unresolved_and_named(tmp_path: Path) -> None:
    for spec, what, name in (
        ("      BuildSpec: missing.yml\n", "buildspec", "missing.yml"),
        ("      BuildSpec: ../outside.yml\n", "buildspec", "../outside.yml"),
        ("      BuildSpec: !Sub '${Unknown}.yml'\n", "buildspec", "${Unknown}.yml"),
        ("      BuildSpec: arn:aws:s3:::bucket/spec.yml\n", "buildspec", "arn:aws:s3:::bucket/spec.yml"),
        (inline("version: 0.2\nphases: [\n"), "buildspec", "shop-build"),
        (inline("version: 0.2\nphases: [a]\n"), "buildspec", "shop-build"),
        (inline("version: 0.2\nphases: {build: {commands: []}}\n"), "buildspec", "shop-build"),
    ):
        pipeline = one(tmp_path, template(stage("Build", build("Build")), more=project(spec)))
        (item,) = pipeline.unresolved
        assert (item.what, item.name, item.jobs) == (what, name, ("Build/Build",))
        (step,) = job(pipeline, "Build/Build").steps
        assert step.uses == "Build/AWS/CodeBuild"
        assert step.unresolved


def test_a_project_is_found_by_reference_or_name(tmp_path: Path) -> None:
    for name in ("!Ref Project", "shop-build", "!Sub '${Project}'"):
        assert texts(of(tmp_path, inline(), build("Build", name)).steps)


def test_a_project_that_is_not_in_the_file_is_unresolved(tmp_path: Path) -> None:
    pipeline = one(tmp_path, template(stage("Build", build("Build", "elsewhere"))))
    assert [(item.what, item.name) for item in pipeline.unresolved] == [("build project", "elsewhere")]


def test_substituted_text_keeps_its_lines(tmp_path: Path) -> None:
    found = of(tmp_path, inline(SPEC.replace("npm test", "npm test ${AWS::Region}"), "!Sub "))
    lines = (tmp_path / "pipeline.yml").read_text().split("\n")
    fragment = found.steps[1].script.fragments[0]  # type: ignore[union-attr]
    assert lines[fragment.line - 1].strip() == f"- {fragment.text}"


def test_a_buildspec_as_json_text_stands_on_its_line(tmp_path: Path) -> None:
    spec = json.dumps({"version": "0.2", "phases": {"build": {"commands": ["npm test"]}}}, indent=2)
    found = of(tmp_path, f"      BuildSpec: {json.dumps(spec)}\n")
    (fragment,) = found.steps[0].script.fragments  # type: ignore[union-attr]
    lines = (tmp_path / "pipeline.yml").read_text().split("\n")
    assert "BuildSpec:" in lines[fragment.line - 1]
    assert fragment.folded


def test_an_override_in_the_action_counts(tmp_path: Path) -> None:
    (tmp_path / "prod.yml").write_text("version: 0.2\nphases: {build: {commands: [./deploy.sh]}}\n")
    found = of(tmp_path, inline(), build("Build", more="BuildspecOverride: prod.yml\n"))
    assert texts(found.steps) == ["./deploy.sh"]


def test_a_project_of_a_nested_stack_in_the_repository(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    nested = project("      BuildSpec: !Ref Spec\n").replace("\n", "\n  ")
    (tmp_path / "stacks" / "project.yml").write_text(
        f"Parameters:\n  Spec: {{Type: String}}\nOutputs:\n  Name: {{Value: !Ref Project}}\nResources:\n  {nested}"
    )
    (tmp_path / "test.yml").write_text(SPEC)
    stack = (
        "Stack:\n  Type: AWS::CloudFormation::Stack\n  Properties:\n"
        "    TemplateURL: stacks/project.yml\n    Parameters: {Spec: test.yml}\n"
    )
    pipeline = one(tmp_path, template(stage("Build", build("Build", "!GetAtt Stack.Outputs.Name")), more=stack))
    assert texts(job(pipeline, "Build/Build").steps)[1] == "npm test"
    assert set(pipeline.files) == {"pipeline.yml", "stacks/project.yml", "test.yml"}


def test_stacks_that_nest_themselves_end(tmp_path: Path) -> None:
    stack = "Stack:\n  Type: AWS::CloudFormation::Stack\n  Properties: {TemplateURL: pipeline.yml}\n"
    text = template(stage("Build", build("Build", "!GetAtt Stack.Outputs.Name")), more=stack)
    text += "Outputs:\n  Name: {Value: !GetAtt Stack.Outputs.Name}\n"
    assert one(tmp_path, text).unresolved


def test_what_the_cdk_synthesised_stands_beside_its_template(tmp_path: Path) -> None:
    (tmp_path / "cdk.out").mkdir()
    (tmp_path / "cdk.out" / "buildspec-assets.yaml").write_text(SPEC)
    text = template(stage("Build", build("Build")), more=project("      BuildSpec: buildspec-assets.yaml\n"))
    pipeline = one(tmp_path, text, "cdk.out/Pipeline.template.json")
    assert "cdk.out/buildspec-assets.yaml" in pipeline.files


def test_a_file_can_stand_for_what_is_not_here(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text(SPEC)
    repository = tmp_path / "repository"
    repository.mkdir()
    for text, key in (
        (template(stage("Build", build("Build", "elsewhere"))), "elsewhere"),
        (template(stage("Build", build("Build")), more=project("      BuildSpec: ci/missing.yml\n")), "ci/missing.yml"),
    ):
        (repository / "pipeline.yml").write_text(text)
        options = ReadOptions(include_map={key: str(outside)})
        (pipeline,) = CodePipelineReader().read("pipeline.yml", Repository(str(repository)), options)
        assert not pipeline.unresolved
        assert texts(job(pipeline, "Build/Build").steps)[1] == "npm test"
