"""CloudFormation templates (also SAM, also synthesised by the CDK): the pipelines that they define."""

from __future__ import annotations

from barraiser.model.place import Place
from barraiser.platforms.codepipeline.buildspec import is_inline
from barraiser.platforms.codepipeline.definition import Definition
from barraiser.platforms.codepipeline.intrinsics import Values, called, resources_of
from barraiser.platforms.codepipeline.structure import BuildProject, PipelineStructure
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of, place_of

PIPELINE_TYPE = "AWS::CodePipeline::Pipeline"
_PROJECT_TYPE = "AWS::CodeBuild::Project"
_RULE_TYPES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
_STORES = ("PARAMETER_STORE", "SECRETS_MANAGER")


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


def read_template(root: Mapping) -> list[PipelineStructure]:
    """The pipelines of a template, in its order."""
    values = Values(root)
    resources = list(resources_of(root, values))
    projects = Projects()
    for logical, body, inside in resources:
        if body.text("Type") == _PROJECT_TYPE:
            projects.add(logical, body, inside)
    found = [
        _pipeline(logical, body, inside, projects, place)
        for logical, body, inside in resources
        if body.text("Type") == PIPELINE_TYPE
        for place in [_place(root, logical, body)]
    ]
    for structure in found:
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


class Projects:
    """The build projects of a template, by logical id and by name. Each is read when an action first names it."""

    def __init__(self) -> None:
        self._resources: dict[str, tuple[Mapping, Values]] = {}
        self._by_name: dict[str, str] | None = None
        self._read: dict[str, BuildProject] = {}

    def add(self, logical: str, body: Mapping, values: Values) -> None:
        """Take in a resource of the type."""
        self._resources[logical] = (body, values)

    def named(self, node: Node | None, values: Values) -> BuildProject | None:
        """The project that a value names: a reference to the resource, or the project's own name."""
        attribute = called(node, "GetAtt")
        name = values.text(node)
        if attribute is not None:
            name = name.removeprefix("${").partition(".")[0]
        if not name:
            return None
        if name not in self._resources:
            if self._by_name is None:
                self._by_name = {
                    inside.text((body.mapping("Properties") or body).get("Name")): logical
                    for logical, (body, inside) in self._resources.items()
                }
            name = self._by_name.get(name, "")
        if name not in self._resources:
            return None
        if name not in self._read:
            self._read[name] = _project(name, *self._resources[name])
        return self._read[name]


def _project(logical: str, body: Mapping, values: Values) -> BuildProject:
    properties = values.mapping(body.get("Properties")) or Mapping(body.path, body.line, body.column)
    source = values.mapping(properties.get("Source"))
    environment = values.mapping(properties.get("Environment"))
    written = source.get("BuildSpec") if source is not None else None
    text = values.text(written)
    inline = is_inline(text)
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    for branch in values.items(environment.get("EnvironmentVariables") if environment is not None else None):
        item = branch.node
        if isinstance(item, Mapping):
            kind = values.text(item.get("Type"))
            (secret if kind in _STORES else plain)[values.text(item.get("Name"))] = (
                kind if kind in _STORES else values.text(item.get("Value"))
            )
    timeout = values.text(properties.get("TimeoutInMinutes"))
    unknown = written is not None and not text
    return BuildProject(
        values.text(properties.get("Name")) or logical,
        line_of(written) if isinstance(written, Scalar) else line_of(body),
        buildspec="" if inline else text or "buildspec.yml",
        inline=text if inline else "",
        inline_node=_scalar_of(written) if inline else None,
        environment=plain,
        secrets=secret,
        image=values.text(environment.get("Image")) if environment is not None else "",
        role=values.text(properties.get("ServiceRole")),
        timeout_minutes=float(timeout) if timeout.isdecimal() and len(timeout) < 6 else None,
        unresolved=f"the buildspec of {logical} is not text that can be read here" if unknown else "",
    )


def _scalar_of(node: Node | None) -> Scalar | None:
    """The scalar that holds a text: itself, or the template of a ``Sub``."""
    if isinstance(node, Scalar):
        return node
    argument = called(node, "Sub")
    if isinstance(argument, Sequence) and argument.items:
        argument = argument.items[0]
    return argument if isinstance(argument, Scalar) else None


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
