"""CloudFormation templates (also SAM, also synthesised by the CDK): the pipelines that they define."""

from __future__ import annotations

from barraiser.model.place import Place
from barraiser.platforms.codepipeline.definition import Definition
from barraiser.platforms.codepipeline.intrinsics import Values, resources_of
from barraiser.platforms.codepipeline.projects import Projects
from barraiser.platforms.codepipeline.structure import PipelineStructure
from barraiser.source.nodes import Mapping, Node, Sequence, line_of, place_of
from barraiser.source.repository import Repository

PIPELINE_TYPE = "AWS::CodePipeline::Pipeline"
_RULE_TYPES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")


def is_template(root: Node | None) -> bool:
    """Whether a document is a template that defines a pipeline, as far as its resources' types tell."""
    resources = root.mapping("Resources") if isinstance(root, Mapping) else None
    return resources is not None and any(_defines(value) for _, value in resources)


def _defines(resource: Node) -> bool:
    if isinstance(resource, Mapping):
        return resource.text("Type") == PIPELINE_TYPE
    return (
        isinstance(resource, Sequence)
        and any(  # Fn::ForEach
            isinstance(item, Mapping)
            and any(isinstance(body, Mapping) and body.text("Type") == PIPELINE_TYPE for _, body in item)
            for item in resource.items[:3]
        )
    )


def read_template(root: Mapping, repository: Repository) -> list[PipelineStructure]:
    """The pipelines of a template, in its order."""
    resources = list(resources_of(root, Values(root)))
    projects = Projects(root.path, resources, repository)
    found = [
        _pipeline(logical, body, inside, projects, place)
        for logical, body, inside in resources
        if body.text("Type") == PIPELINE_TYPE
        for place in [_place(root, logical, body)]
    ]
    for structure in found:
        structure.files = (root.path, *projects.files)
        structure.schedules = tuple(
            schedule
            for _, body, inside in resources
            if body.text("Type") in _RULE_TYPES
            for schedule in _schedules(body, inside, structure)
        )
    return found


def _place(root: Mapping, logical: str, body: Mapping) -> Place:
    """A resource with its logical id, so that a comment above it is found."""
    key = (root.mapping("Resources") or Mapping("", 0, 0)).key(logical)
    return Place(body.path, key.line, key.column, body.end_line) if key is not None else place_of(body)


def _pipeline(logical: str, body: Mapping, values: Values, projects: Projects, place: Place) -> PipelineStructure:
    condition = body.text("Condition")
    inside = values.assuming(condition) if condition else values
    definition = Definition(inside, projects.named)
    structure = definition.read(body.get("Properties"), place, name=logical, key=logical)
    structure.condition = condition
    return structure


def _schedules(body: Mapping, values: Values, structure: PipelineStructure) -> list[tuple[str, Place]]:
    """The schedule of a rule that starts this pipeline."""
    properties = values.mapping(body.get("Properties"))
    if properties is None or values.text(properties.get("State")).upper() == "DISABLED":
        return []
    written = properties.get("ScheduleExpression")
    expression = values.text(written)
    if written is None or not expression:
        return []
    names = (structure.key, structure.name)
    for branch in (*values.items(properties.get("Targets")), *values.branches(properties.get("Target"))):
        target = branch.node
        if isinstance(target, Mapping):
            arn = values.text(target.get("Arn"))
            given = values.text(target.get("Input"))
            started = arn.rpartition(":")[2]
            if started in names or (
                started == "startPipelineExecution" and any(f'"{name}"' in given for name in names)
            ):
                return [(expression, line_of(written))]
    return []
