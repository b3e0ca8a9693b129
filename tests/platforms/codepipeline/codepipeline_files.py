"""Small definitions for the tests of the CodePipeline reader."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from barraiser.model.pipeline import Job, Pipeline
from barraiser.platforms.codepipeline.reader import CodePipelineReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

SOURCE = """\
- Name: Source
  Actions:
    - Name: Repository
      ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1"}
      Configuration: {RepositoryName: shop, BranchName: main}
      OutputArtifacts: [{Name: Code}]
"""


def stage(name: str, *actions: str, more: str = "") -> str:
    """A stage of a template; an action is its name or its lines."""
    body = "".join(indent(action if "\n" in action else deploy(action), "    ") for action in actions)
    return f"- Name: {name}\n{indent(more, '  ')}  Actions:\n{body}"


def deploy(name: str, *, order: int = 1, more: str = "") -> str:
    """A deploy action."""
    return (
        f"- Name: {name}\n"
        f"  RunOrder: {order}\n"
        '  ActionTypeId: {Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}\n'
        f"  Configuration: {{ClusterName: shop, ServiceName: {name}}}\n{indent(more, '  ')}"
    )


def build(name: str, project: str = "!Ref Project", *, more: str = "") -> str:
    """An action of CodeBuild."""
    return (
        f"- Name: {name}\n"
        '  ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}\n'
        f"  Configuration:\n    ProjectName: {project}\n{indent(more, '    ')}"
    )


def template(*stages: str, properties: str = "", more: str = "", above: str = "") -> str:
    """A template with one pipeline, whose first stage is SOURCE."""
    listed = indent("".join((SOURCE, *stages)), " " * 8)
    return (
        f"{above}Resources:\n  Shop:\n    Type: AWS::CodePipeline::Pipeline\n    Properties:\n      Name: shop\n"
        f"{indent(properties, ' ' * 6)}      Stages:\n{listed}{indent(more, '  ')}"
    )


def read(folder: Path, text: str, name: str = "pipeline.yml", **options: str) -> list[Pipeline]:
    """What the reader makes of a file with this text."""
    (folder / name).write_text(text, encoding="utf-8")
    return CodePipelineReader().read(name, Repository(str(folder)), ReadOptions(**options))


def one(folder: Path, text: str, name: str = "pipeline.yml", **options: str) -> Pipeline:
    """The only pipeline of a file, which must be usable."""
    (pipeline,) = read(folder, text, name, **options)
    assert not pipeline.problems, [(problem.message, problem.place) for problem in pipeline.problems]
    return pipeline


def job(pipeline: Pipeline, name: str) -> Job:
    """The job of that id."""
    return next(each for each in pipeline.jobs if each.id == name)


def edges(pipeline: Pipeline) -> set[tuple[str, str, str]]:
    """Source, target and kind of all edges."""
    return {(edge.source, edge.target, edge.kind) for edge in pipeline.edges}
