"""CloudFormation templates (also SAM, also synthesised by the CDK): the pipelines that they define."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from barraiser.model.place import Place
from barraiser.model.retention import Retention
from barraiser.model.tri import NO
from barraiser.platforms.codepipeline.assembly import stack_of
from barraiser.platforms.codepipeline.definition import Definition
from barraiser.platforms.codepipeline.exports import Exports
from barraiser.platforms.codepipeline.intrinsics import Values, resources_of
from barraiser.platforms.codepipeline.projects import Projects
from barraiser.platforms.codepipeline.structure import End, PipelineStructure
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of, place_of
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.platforms.codepipeline.arguments import Arguments

PIPELINE_TYPE: Final = "AWS::CodePipeline::Pipeline"
_RULE_TYPES: Final = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
_MAX_CALLS: Final = 50
_MAX_LOOPS: Final = 5


def is_template(root: Node | None) -> bool:
    """Whether a document is a template that defines a pipeline, as far as its resources' types tell."""
    resources = root.mapping("Resources") if isinstance(root, Mapping) else None
    return resources is not None and any(_defines(value) for _, value in resources)


def _defines(resource: Node) -> bool:
    waiting = [(resource, 0)]
    for node, depth in waiting:
        if isinstance(node, Mapping) and node.text("Type") == PIPELINE_TYPE:
            return True
        if (
            isinstance(node, Sequence) and depth < _MAX_LOOPS
        ):  # Fn::ForEach: its third item holds what is repeated, or loops again
            waiting += [(body, depth + 1) for item in node.items[:3] if isinstance(item, Mapping) for _, body in item]
    return False


def read_template(root: Mapping, repository: Repository) -> Iterator[PipelineStructure]:
    """The pipelines of a template, in its order, each read when it is asked for."""
    given = _arguments(root, repository)
    alone = given[0].values if len(given) == 1 else None
    template = _Template(root, _values(root, repository, alone), repository)
    for logical in template.pipelines:
        template.values.asked.clear()
        structure = template.read(logical)
        if len(given) > 1:
            structure = _given(structure, root, given, repository)
        elif template.values.asked:
            structure = _with_variants(structure, template, list(template.values.asked), repository)
        structure.files = tuple(dict.fromkeys([*structure.files, *(each.path for each in given)]))
        yield structure


def _arguments(root: Mapping, repository: Repository) -> list[Arguments]:
    if root.mapping("Parameters") is None:
        return []
    from barraiser.platforms.codepipeline.arguments import arguments_of

    return arguments_of(root, repository)


def _values(root: Mapping, repository: Repository, arguments: dict[str, str] | None) -> Values:
    stack = stack_of(root.path, repository)
    bindings = stack.pseudo() if stack is not None else None
    if stack is not None and stack.parameters:
        arguments = {**stack.parameters, **(arguments or {})}
    return Values(root, bindings, arguments, exports=lambda name: Exports(repository).text(name))


def _given(
    structure: PipelineStructure, root: Mapping, given: list[Arguments], repository: Repository
) -> PipelineStructure:
    """A pipeline that the repository sets up several times, with other parameters each: each is a variant that is there."""
    found: list[PipelineStructure] = []
    for arguments in given:
        values = _values(root, repository, arguments.values)
        inside = _Template(root, values, repository)
        exists = not structure.condition or values.holds(structure.condition) != NO
        if exists and structure.key in inside.pipelines:
            each = inside.read(structure.key)
            each.given = arguments.path
            found.append(each)
    structure.variants = tuple(found)
    return found[0] if len(found) == 1 else structure


class _Template:
    """A template with the values that hold in it. ``pipelines``: the logical ids of those that it defines."""

    def __init__(self, root: Mapping, values: Values, repository: Repository) -> None:
        self.root = root
        self.values = values
        resources = list(resources_of(root, values))
        self._projects = Projects(root.path, resources, repository)
        self._schedules = _Schedules()
        self.pipelines: dict[str, tuple[Mapping, Values]] = {}
        for logical, body, inside in resources:
            if body.text("Type") in _RULE_TYPES:
                self._schedules.add(body, inside)
            elif body.text("Type") == PIPELINE_TYPE:
                self.pipelines[logical] = (body, inside)

    def read(self, logical: str) -> PipelineStructure:
        """The pipeline of that id."""
        body, inside = self.pipelines[logical]
        structure = _pipeline(logical, body, inside, self._projects, _place(self.root, logical, body))
        structure.files = (self.root.path, *self._projects.files)
        structure.region = inside.bindings.get("AWS::Region", "")
        structure.after = tuple(self._schedules.after(structure.key, structure.name))
        structure.schedules = tuple(self._schedules.of(structure.key, structure.name))
        structure.keeps = _keeps(self.root, inside.mapping(body.get("Properties")))
        return structure


def _keeps(root: Mapping, properties: Mapping | None) -> Retention | None:
    """For how long the bucket of the artifacts keeps them, where it stands in the template and a rule ends it."""
    store = properties.mapping("ArtifactStore") if properties is not None else None
    location = store.get("Location") if store is not None else None
    logical = location.value if isinstance(location, Scalar) and location.tag == "!Ref" else ""
    if isinstance(location, Mapping):
        logical = location.text("Ref")
    resources = root.mapping("Resources")
    bucket = resources.mapping(logical) if resources is not None and logical else None
    inside = bucket.mapping("Properties") if bucket is not None else None
    cycle = inside.mapping("LifecycleConfiguration") if inside is not None else None
    rules = cycle.get("Rules") if cycle is not None else None
    found: Retention | None = None
    for rule in rules.items[:100] if isinstance(rules, Sequence) else ():
        if not isinstance(rule, Mapping) or rule.text("Status") == "Disabled":
            continue
        days = rule.get("ExpirationInDays")
        if isinstance(days, Scalar) and (days.tag or not days.is_null()):
            number = float(days.value) if not days.tag and days.value.isdecimal() and len(days.value) < 9 else None
            if found is None or (number is not None and (found.days is None or number < found.days)):
                found = Retention(number, line_of(days))
    return found


def _with_variants(
    structure: PipelineStructure, template: _Template, asked: list[str], repository: Repository
) -> PipelineStructure:
    """A pipeline with its variants. Where only one of them can be, that is the pipeline."""
    from barraiser.platforms.codepipeline.variants import variants_of

    if structure.condition and structure.condition not in asked:
        asked = [*asked, structure.condition]
    variants, structure.undecided = variants_of(template.root, template.values, asked)
    found: list[PipelineStructure] = []
    for variant in variants:
        inside = _Template(template.root, variant.values, repository)
        exists = not structure.condition or variant.values.holds(structure.condition) != NO
        if exists and structure.key in inside.pipelines:
            each = inside.read(structure.key)
            each.assumes = variant.assumes
            found.append(each)
    if len(found) == 1:
        return found[0]
    structure.variants = tuple(found)
    return structure


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


class _Schedules:
    """What starts pipelines at times, by the last part of its targets' names; and what the service's own call is given."""

    def __init__(self) -> None:
        self._targets: dict[str, list[tuple[str, Place]]] = {}
        self._calls: list[tuple[str, tuple[str, Place]]] = []
        self._ends: dict[str, list[End]] = {}

    def add(self, body: Mapping, values: Values) -> None:
        """Take in a rule, unless it is disabled or has no schedule."""
        properties = values.mapping(body.get("Properties"))
        if properties is None or values.text(properties.get("State")).upper() == "DISABLED":
            return
        written = properties.get("ScheduleExpression")
        expression = values.text(written)
        if properties.get("EventPattern") is not None:
            self._add_ends(properties, values)
        if written is None or not expression:
            return
        zone = values.text(properties.get("ScheduleExpressionTimezone"))
        schedule = (f"{expression} {zone}".rstrip(), line_of(written))
        for branch in (*values.items(properties.get("Targets")), *values.branches(properties.get("Target"))):
            target = branch.node
            if isinstance(target, Mapping):
                started = values.text(target.get("Arn")).rpartition(":")[2]
                if started != "startPipelineExecution":
                    self._targets.setdefault(started, []).append(schedule)
                elif len(self._calls) < _MAX_CALLS:
                    self._calls.append((values.text(target.get("Input")), schedule))

    def _add_ends(self, properties: Mapping, values: Values) -> None:
        """Take in a rule that starts pipelines when another one has ended."""
        pattern = values.mapping(properties.get("EventPattern"))
        detail = values.mapping(pattern.get("detail")) if pattern is not None else None
        if pattern is None or detail is None or "aws.codepipeline" not in values.texts(pattern.get("source")):
            return
        if any(detail.get(part) is not None for part in ("stage", "action")):
            return
        states = values.texts(detail.get("state"))
        written = detail.get("state") or detail
        ends = [End(name, states, line_of(written)) for name in values.texts(detail.get("pipeline"))[:_MAX_CALLS]]
        for branch in values.items(properties.get("Targets")):
            if isinstance(branch.node, Mapping):
                started = values.text(branch.node.get("Arn")).rpartition(":")[2]
                self._ends.setdefault(started, []).extend(ends)

    def after(self, *names: str) -> list[End]:
        """The ends of other pipelines that start the one of these names."""
        return [end for name in dict.fromkeys(names) if name for end in self._ends.get(name, ())][:_MAX_CALLS]

    def of(self, *names: str) -> list[tuple[str, Place]]:
        """The schedules that start the pipeline of these names (its own, its logical id)."""
        found = [schedule for name in dict.fromkeys(names) if name for schedule in self._targets.get(name, ())]
        found += [schedule for given, schedule in self._calls if any(name and f'"{name}"' in given for name in names)]
        return found[:_MAX_CALLS]
