"""From the nodes of a definition (a template's resource, an exported pipeline) to its structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from barraiser.model.pipeline import Problem, Unresolved
from barraiser.model.place import Place
from barraiser.platforms.codepipeline.intrinsics import Branch, Values, intrinsic
from barraiser.platforms.codepipeline.structure import (
    ActionStructure,
    BuildProject,
    PipelineStructure,
    StageCondition,
    StageFailure,
    StageRule,
    StageStructure,
    Trigger,
    TriggerFilter,
)
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, describe, line_of, place_of

ProjectLookup = Callable[[Node | None, Values], BuildProject | None]
"""Finds the build project that the value of ``ProjectName`` names."""

CATEGORIES: Final = ("Source", "Build", "Test", "Deploy", "Invoke", "Approval", "Compute")
"""What an action can be: the service's list."""


def no_projects(node: Node | None, values: Values) -> BuildProject | None:
    """For definitions that hold no build projects."""
    return None


def field(mapping: Mapping | None, name: str) -> Node | None:
    """A property by its template name (``RunOrder``), also as the service's own export writes it (``runOrder``)."""
    if mapping is None:
        return None
    found = mapping.get(name)
    return found if found is not None else mapping.get(name[0].lower() + name[1:])


def _place_of_field(mapping: Mapping, name: str) -> Place | None:
    """A property with its key; None where it is not given."""
    key = mapping.key(name) or mapping.key(name[0].lower() + name[1:])
    value = field(mapping, name)
    return Place(key.path, key.line, key.column, value.end_line) if key is not None and value is not None else None


class Definition:
    """Reads one pipeline. ``problems`` and ``unresolved`` gather what is wrong or not to be known."""

    def __init__(self, values: Values, project_of: ProjectLookup = no_projects) -> None:
        self.values = values
        self.project_of = project_of
        self.problems: list[Problem] = []
        self.unresolved: list[Unresolved] = []

    def read(self, properties: Node | None, place: Place, *, name: str = "", key: str = "") -> PipelineStructure:
        """The structure that these properties describe; ``name`` is used where they give none."""
        body = self.values.mapping(properties)
        if body is None:
            self._wrong("the pipeline's properties are", properties, place, "a mapping with `Stages`")
            return PipelineStructure(name, place, key=key, problems=self.problems)
        stages = self._stages(field(body, "Stages"), place, self._disabled(body))
        kind, mode = field(body, "PipelineType"), field(body, "ExecutionMode")
        return PipelineStructure(
            self._text(body, "Name") or name,
            place,
            key=key,
            pipeline_type=self.values.text(kind),
            type_place=line_of(kind) if kind is not None else None,
            execution_mode=self.values.text(mode),
            mode_place=line_of(mode) if mode is not None else None,
            stages=stages,
            triggers=self._triggers(field(body, "Triggers")),
            tags=self._tags(field(body, "Tags")),
            variables=self._variables(field(body, "Variables")),
            role=self._text(body, "RoleArn"),
            problems=self.problems,
            unresolved=self.unresolved,
        )

    # Parts

    def _stages(self, node: Node | None, place: Place, disabled: dict[str, tuple[str, Place]]) -> list[StageStructure]:
        if node is None:
            self._problem(
                "the pipeline has no stages", place, "add `Stages`: one with a source action, one with what follows"
            )
            return []
        if not self._is_list(node, "`Stages`", "a list of stages"):
            return []
        branches = self.values.items(node)
        if not branches and not self.problems and isinstance(node, Sequence):
            self._problem(
                "the list of stages is empty", line_of(node), "add a stage with a source action, and one that follows"
            )
        stages = []
        for number, branch in enumerate(branches, 1):
            stage = self._stage(branch, number, disabled)
            if stage is not None:
                stages.append(stage)
        return stages

    def _stage(self, branch: Branch, number: int, disabled: dict[str, tuple[str, Place]]) -> StageStructure | None:
        node = branch.node
        if self._is_unknown(node):
            self.unresolved.append(Unresolved("stage", self._named(node), line_of(node)))
            return None
        if not isinstance(node, Mapping):
            self._wrong(f"stage {number} is", node, line_of(node), "a mapping with `Name` and `Actions`")
            return None
        place = place_of(node)
        name = self._name(node, f"stage {number}", place)
        actions = []
        listed = field(node, "Actions")
        if listed is None:
            self._problem(f"stage {name} has no actions", line_of(node), "add `Actions`, or remove the stage")
        elif self._is_list(listed, f"`Actions` of stage {name}", "a list of actions"):
            items = self.values.items(listed)
            if not items and isinstance(listed, Sequence) and not listed.items:
                self._problem(f"stage {name} has no actions", line_of(listed), "add an action, or remove the stage")
            for at, item in enumerate(items, 1):
                action = self._action(item, at, name)
                if action is not None:
                    actions.append(action)
        off = disabled.get(name)
        return StageStructure(
            name,
            place,
            actions=actions,
            before_entry=self._conditions(field(node, "BeforeEntry"), name),
            on_success=self._conditions(field(node, "OnSuccess"), name),
            on_failure=self._failure(field(node, "OnFailure"), name, _place_of_field(node, "OnFailure") or place),
            disabled=off[0] if off is not None else None,
            disabled_place=off[1] if off is not None else None,
            condition=branch.condition,
            name_place=_place_of_field(node, "Name"),
            entry_place=_place_of_field(node, "BeforeEntry"),
            success_place=_place_of_field(node, "OnSuccess"),
        )

    def _action(self, branch: Branch, number: int, stage: str) -> ActionStructure | None:
        node = branch.node
        if self._is_unknown(node):
            self.unresolved.append(Unresolved("action", self._named(node), line_of(node)))
            return None
        if not isinstance(node, Mapping):
            self._wrong(
                f"action {number} of stage {stage} is", node, line_of(node), "a mapping with `Name` and `ActionTypeId`"
            )
            return None
        place = place_of(node)
        name = self._name(node, f"action {number} of stage {stage}", place)
        type_node = field(node, "ActionTypeId")
        kind = self.values.mapping(type_node)
        if type_node is None:
            self._problem(
                f"the action {name} has no `ActionTypeId`",
                line_of(node),
                "say what it does: `ActionTypeId: {Category: ..., Owner: AWS, Provider: ..., Version: '1'}`",
            )
        elif kind is None:
            self._wrong(
                f"`ActionTypeId` of the action {name} is",
                type_node,
                line_of(type_node),
                "a mapping with `Category`, `Owner`, `Provider` and `Version`",
            )
        category = self._text(kind, "Category")
        if kind is not None and category not in CATEGORIES and "${" not in category:
            at = field(kind, "Category") or kind
            what = f"the category `{category}`, which does not exist" if category else "no category"
            self._problem(f"the action {name} has {what}", line_of(at), f"use one of {', '.join(CATEGORIES)}")
        configuration, places = self._configuration(field(node, "Configuration"), f"action {name}")
        given = self.values.mapping(field(node, "Configuration"))
        provider = self._text(kind, "Provider")
        project = None
        if provider == "CodeBuild" and given is not None:
            project = self.project_of(given.get("ProjectName"), self.values)
        return ActionStructure(
            name,
            place,
            category=category,
            owner=self._text(kind, "Owner") or "AWS",
            provider=provider,
            type_place=line_of(type_node) if type_node is not None else line_of(node),
            run_order=self._run_order(field(node, "RunOrder"), name),
            configuration=configuration,
            configuration_places=places,
            region=self._text(node, "Region"),
            role=self._text(node, "RoleArn"),
            namespace=self._text(node, "Namespace"),
            input_artifacts=self._names(field(node, "InputArtifacts")),
            output_artifacts=self._names(field(node, "OutputArtifacts")),
            commands=self._commands(field(node, "Commands")),
            environment=self._pairs(field(node, "EnvironmentVariables")),
            timeout_minutes=self._number(field(node, "TimeoutInMinutes")),
            project=project,
            condition=branch.condition,
        )

    def _run_order(self, node: Node | None, action: str) -> int:
        text = self.values.text(node)
        if not text or "${" in text:
            return 1
        number = self._number(node)
        if number is None or not 1 <= number <= 999 or number != int(number):
            at = node if node is not None else None
            place = line_of(at) if at is not None else Place("", 1)
            self._problem(
                f"`RunOrder` of the action {action} is `{text[:40]}`", place, "use a whole number from 1 to 999"
            )
            return 1
        return int(number)

    def _configuration(self, node: Node | None, what: str) -> tuple[dict[str, str], dict[str, Place]]:
        configuration: dict[str, str] = {}
        places: dict[str, Place] = {}
        if node is None or (isinstance(node, Scalar) and node.is_null()):
            return configuration, places
        body = self.values.mapping(node)
        if body is None:
            if not self._is_unknown(node):
                self._wrong(f"`Configuration` of {what} is", node, line_of(node), "a mapping")
            return configuration, places
        for key, value in body:
            if not self.values.branches(value):
                continue
            text = self.values.text(value)
            if not text and not isinstance(value, Scalar):
                text = ",".join(self.values.texts(value))
            configuration[key.value] = text
            places[key.value] = Place(key.path, key.line, key.column, value.end_line)
        return configuration, places

    def _conditions(self, node: Node | None, stage: str) -> list[StageCondition]:
        listed = field(self.values.mapping(node), "Conditions")
        branches = [branch.node for branch in self.values.items(listed)]
        return [self._condition(each, stage) for each in branches if isinstance(each, Mapping)]

    def _condition(self, node: Mapping, stage: str) -> StageCondition:
        rules = []
        for branch in self.values.items(field(node, "Rules")):
            rule = branch.node
            if isinstance(rule, Mapping):
                kind = self.values.mapping(field(rule, "RuleTypeId"))
                configuration, places = self._configuration(field(rule, "Configuration"), f"a rule of stage {stage}")
                rules.append(
                    StageRule(
                        self._text(rule, "Name"),
                        place_of(rule),
                        owner=self._text(kind, "Owner") or "AWS",
                        provider=self._text(kind, "Provider"),
                        configuration=configuration,
                        configuration_places=places,
                        commands=self._commands(field(rule, "Commands")),
                        region=self._text(rule, "Region"),
                        role=self._text(rule, "RoleArn"),
                        timeout_minutes=self._number(field(rule, "TimeoutInMinutes")),
                    )
                )
        return StageCondition(place_of(node), result=self._text(node, "Result"), rules=rules)

    def _failure(self, node: Node | None, stage: str, place: Place) -> StageFailure | None:
        body = self.values.mapping(node)
        if body is None:
            return None
        retry = field(body, "RetryConfiguration")
        return StageFailure(
            place,
            result=self._text(body, "Result"),
            retry_mode=self._text(self.values.mapping(retry), "RetryMode"),
            retry_place=line_of(retry) if retry is not None else None,
            conditions=self._conditions(body, stage),
        )

    def _disabled(self, body: Mapping) -> dict[str, tuple[str, Place]]:
        found: dict[str, tuple[str, Place]] = {}
        for branch in self.values.items(field(body, "DisableInboundStageTransitions")):
            item = branch.node
            if isinstance(item, Mapping):
                found[self._text(item, "StageName")] = (self._text(item, "Reason"), place_of(item))
        return found

    def _triggers(self, node: Node | None) -> list[Trigger]:
        found = []
        for branch in self.values.items(node):
            item = branch.node
            git = self.values.mapping(field(item, "GitConfiguration")) if isinstance(item, Mapping) else None
            if git is not None:
                found.append(
                    Trigger(
                        self._text(git, "SourceActionName"),
                        place_of(item),
                        pushes=self._filters(field(git, "Push")),
                        pull_requests=self._filters(field(git, "PullRequest")),
                    )
                )
        return found

    def _filters(self, node: Node | None) -> list[TriggerFilter]:
        found = []
        for branch in self.values.items(node):
            item = branch.node
            if isinstance(item, Mapping):
                branches = self.values.mapping(field(item, "Branches"))
                tags = self.values.mapping(field(item, "Tags"))
                found.append(
                    TriggerFilter(
                        place_of(item),
                        branches=self.values.texts(field(branches, "Includes")),
                        excluded_branches=self.values.texts(field(branches, "Excludes")),
                        tags=self.values.texts(field(tags, "Includes")),
                        excluded_tags=self.values.texts(field(tags, "Excludes")),
                        events=self.values.texts(field(item, "Events")),
                    )
                )
        return found

    def _tags(self, node: Node | None) -> dict[str, tuple[str, Place]]:
        found: dict[str, tuple[str, Place]] = {}
        if isinstance(node, Mapping) and intrinsic(node) is None:
            for key, value in node:
                found[key.value] = (self.values.text(value), line_of(key))
        for branch in self.values.items(node):
            if isinstance(branch.node, Mapping):
                key_text = self._text(branch.node, "Key")
                if key_text:
                    found[key_text] = (self._text(branch.node, "Value"), line_of(branch.node))
        return found

    def _variables(self, node: Node | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for branch in self.values.items(node):
            if isinstance(branch.node, Mapping) and field(branch.node, "DefaultValue") is not None:
                found[f"variables.{self._text(branch.node, 'Name')}"] = self._text(branch.node, "DefaultValue")
        return found

    # Values

    def _text(self, mapping: Mapping | None, name: str) -> str:
        return self.values.text(field(mapping, name))

    def _number(self, node: Node | None) -> float | None:
        try:
            number = float(self.values.text(node))
        except ValueError:
            return None
        return number if 0 <= number < 1e9 else None

    def _names(self, node: Node | None) -> list[str]:
        names = [
            self._text(branch.node, "Name") if isinstance(branch.node, Mapping) else self.values.text(branch.node)
            for branch in self.values.items(node)
        ]
        return [name for name in names if name]

    def _pairs(self, node: Node | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for branch in self.values.items(node):
            item = branch.node
            if isinstance(item, Mapping) and self._text(item, "Type") in ("", "PLAINTEXT"):
                found[self._text(item, "Name")] = self._text(item, "Value")
        found.pop("", None)
        return found

    def _commands(self, node: Node | None) -> list[Scalar]:
        """The commands, what is called in them put in; the places stay."""
        found = []
        for branch in self.values.items(node):
            text = self.values.text(branch.node)
            if isinstance(branch.node, Scalar) and text == branch.node.value:
                found.append(branch.node)
            elif text:
                at = branch.node
                style = at.style if isinstance(at, Scalar) else "'"
                found.append(Scalar(text, at.path, at.line, at.column, at.end_line, style))
        return found

    def _name(self, node: Mapping, what: str, place: Place) -> str:
        given = field(node, "Name")
        name = self.values.text(given)
        if not name:
            at = line_of(given) if given is not None else Place(place.path, place.line, place.column)
            self._problem(f"{what} has no name", at, "add `Name`")
            return what
        return name

    # What is wrong

    def _is_unknown(self, node: Node) -> bool:
        """A call that only the service can answer (a macro, an import)."""
        return self.values.template is not None and intrinsic(node) is not None

    def _named(self, node: Node) -> str:
        call = intrinsic(node)
        return self.values.text(node).removeprefix("${").removesuffix("}") or (call[0] if call else "")

    def _is_list(self, node: Node, what: str, wanted: str) -> bool:
        """Whether a value is a list, or the sides of a choice that are; one that only the service can tell is noted as such."""
        branches = self.values.branches(node)
        lists = [
            branch for branch in branches if isinstance(branch.node, Sequence) and not self._is_unknown(branch.node)
        ]
        for branch in branches:
            if self._is_unknown(branch.node):
                self.unresolved.append(Unresolved("list", f"{what}: {self._named(branch.node)}", line_of(branch.node)))
            elif not isinstance(branch.node, Sequence):
                self._wrong(f"{what} is", branch.node, line_of(branch.node), wanted)
        return bool(lists)

    def _wrong(self, what: str, node: Node | None, place: Place, wanted: str) -> None:
        self._problem(f"{what} {describe(node)}, and must be {wanted}", place, f"write {wanted}")

    def _problem(self, message: str, place: Place, fix: str) -> None:
        self.problems.append(Problem(message, place, fix=fix))
