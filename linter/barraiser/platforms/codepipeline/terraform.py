"""Terraform: the ``aws_codepipeline`` resources of a file, as structures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from barraiser.model.pipeline import Problem, Unresolved
from barraiser.model.place import Place
from barraiser.model.retention import Retention
from barraiser.platforms.codepipeline.structure import (
    ActionStructure,
    PipelineStructure,
    StageCondition,
    StageFailure,
    StageRule,
    StageStructure,
    Trigger,
    TriggerFilter,
)
from barraiser.platforms.codepipeline.switches import with_switches
from barraiser.platforms.codepipeline.terraform_callers import modules_for, roots_of
from barraiser.platforms.codepipeline.terraform_modules import Instance, Module, blocks_of
from barraiser.platforms.codepipeline.terraform_projects import Projects
from barraiser.platforms.codepipeline.terraform_values import Scope, text_of, walk, written
from barraiser.platforms.codepipeline.terraform_var_files import var_files_of, with_variants
from barraiser.platforms.reader import ReadOptions
from barraiser.source import nodes
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Document, Node, Scalar, Sequence, line_of, place_of
from barraiser.source.repository import Repository

PIPELINE: Final = "aws_codepipeline"
BUCKET: Final = "aws_s3_bucket"
_NUMBER: Final = re.compile(r"\d{1,6}(\.\d{1,3})?")


def read_terraform(path: str, repository: Repository, options: ReadOptions | None = None) -> list[PipelineStructure]:
    """The pipelines that a file defines, once for each call of its module in the repository.

    Never raises for what the files hold; a file that cannot be read is a structure with a fatal problem. Raises MissingExtra.
    """
    try:
        document = repository.documents(path)[0]
    except SourceError as error:
        return [_unreadable(path, Problem(error.message, error.place, fix=error.fix))]
    root = document.root
    resources = root.get("resource") if isinstance(root, nodes.Mapping) else None
    here = resources.get(PIPELINE) if isinstance(resources, nodes.Mapping) else None
    if not isinstance(here, nodes.Mapping):
        return []
    names = {key.value for key, _ in here}
    problems = _duplicates(document)
    folder = path.rpartition("/")[0]
    files = {top: given for top in roots_of(folder, repository) if (given := var_files_of(top, repository))}
    alone = {top: given[0] for top, given in files.items() if len(given) == 1}
    base = _defined(path, names, problems, modules_for(folder, repository, alone))
    several = dict.fromkeys(each for given in files.values() if len(given) > 1 for each in given)
    if not several:
        return [with_switches(each) for each in base]
    given_by = {
        each: _defined(
            path, names, problems,
            modules_for(folder, repository, {**alone, **{top: each for top, given in files.items() if each in given}}),
        )
        for each in several
    }  # fmt: skip
    return with_variants(base, given_by)


def _defined(path: str, names: set[str], problems: list[Problem], modules: list[Module]) -> list[PipelineStructure]:
    """The pipelines of these names that a file defines, in each of the modules."""
    found: list[PipelineStructure] = []
    for module in modules:
        projects = Projects(module)
        for name, body in module.resources(PIPELINE):
            if name not in names or body.path != path:
                continue
            found += [
                TerraformPipeline(module, projects).read(name, body, instance, problems)
                for instance in module.instances(body, module.scope)
            ]
    return found


def _duplicates(document: Document) -> list[Problem]:
    return [
        Problem(
            f"the argument `{second.value}` stands twice in one block (the first in line {first.line})",
            line_of(second),
            fix="remove one of the two",
        )
        for first, second in document.duplicates[:20]
    ]


def _unreadable(path: str, problem: Problem) -> PipelineStructure:
    return PipelineStructure(path.rpartition("/")[2], Place(path, 1), problems=[problem])


class Block:
    """A nested block with the names that hold in it, and the condition under which it exists."""

    __slots__ = ("body", "condition", "scope")

    def __init__(self, body: nodes.Mapping, scope: Scope, condition: str = "") -> None:
        self.body = body
        self.scope = scope
        self.condition = condition


class TerraformPipeline:
    """Reads one pipeline of a module."""

    def __init__(self, module: Module, projects: Projects) -> None:
        self.module = module
        self.evaluator = module.evaluator
        self.projects = projects
        self.problems: list[Problem] = []
        self.unresolved: list[Unresolved] = []

    def read(self, name: str, body: nodes.Mapping, instance: Instance, problems: list[Problem]) -> PipelineStructure:
        """The structure of one instance of a resource. ``problems``: those of its file."""
        pipeline = Block(body, instance.scope)
        address = f"{self.module.address}.{PIPELINE}.{name}" if self.module.address else f"{PIPELINE}.{name}"
        kind, mode = body.get("pipeline_type"), body.get("execution_mode")
        stages = [
            self._stage(stage, number) for number, stage in enumerate(self._blocks(pipeline, "stage", "stages"), 1)
        ]
        for path, error in self.module.errors:
            self.unresolved.append(Unresolved("Terraform file", f"{path}: {error.message}", error.place))
        structure = PipelineStructure(
            self._text(pipeline, "name") or name,
            place_of(body),
            key=f"{address}{instance.index}",
            pipeline_type=self._text(pipeline, "pipeline_type"),
            type_place=line_of(kind) if kind is not None else None,
            execution_mode=self._text(pipeline, "execution_mode"),
            mode_place=line_of(mode) if mode is not None else None,
            stages=stages,
            triggers=self._triggers(pipeline),
            schedules=self._schedules(name),
            tags=self._tags(pipeline),
            variables=self._variables(pipeline),
            role=self._text(pipeline, "role_arn"),
            condition=instance.condition,
            problems=[*problems, *self.problems],
            unresolved=self.unresolved,
            files=self._files(body.path),
        )
        structure.keeps = self._keeps(body)
        return structure

    def _keeps(self, body: nodes.Mapping) -> Retention | None:
        """For how long the bucket of the artifacts keeps them, where a lifecycle of the module ends it: the shortest."""
        stores = blocks_of(body.get("artifact_store"))
        bucket = _reference(stores[0].get("location"), BUCKET) if stores else ""
        found: Retention | None = None
        for _, cycle in self.module.resources("aws_s3_bucket_lifecycle_configuration") if bucket else ():
            if _reference(cycle.get("bucket"), BUCKET) != bucket:
                continue
            for rule in blocks_of(cycle.get("rule")):
                days = next((each.get("days") for each in blocks_of(rule.get("expiration"))), None)
                if days is None or (rule.text("status") or "Enabled") != "Enabled":
                    continue
                plain = isinstance(days, Scalar) and not days.tag and days.value.isdecimal() and len(days.value) < 9
                number = float(days.value) if plain and isinstance(days, Scalar) else None
                if found is None or (number is not None and (found.days is None or number < found.days)):
                    found = Retention(number, line_of(days))
        return found

    def _files(self, path: str) -> list[str]:
        """The files of the module and of those that call it."""
        files = [path]
        module: Module | None = self.module
        while module is not None:
            files += module.files
            module = module.parent
        return list(dict.fromkeys(files))

    # Stages

    def _stage(self, stage: Block, number: int) -> StageStructure:
        place = place_of(stage.body)
        name = self._name(stage, f"stage {number}")
        actions = [
            self._action(action, at, name)
            for at, action in enumerate(self._blocks(stage, "action", f"actions of stage {name}"), 1)
        ]
        if not actions and "action" not in stage.body and "dynamic" not in stage.body:
            self.problems.append(
                Problem(f"stage {name} has no actions", line_of(stage.body), fix="add an `action`, or remove the stage")
            )
        return StageStructure(
            name,
            place,
            actions=actions,
            before_entry=self._conditions(stage, "before_entry"),
            on_success=self._conditions(stage, "on_success"),
            on_failure=self._failure(stage),
            condition=stage.condition,
        )

    def _action(self, action: Block, number: int, stage: str) -> ActionStructure:
        body = action.body
        kind = body.get("provider") or body.get("category")
        provider = self._text(action, "provider")
        configuration, places = self._configuration(action)
        given = self._configuration_node(action)
        project = None
        if provider == "CodeBuild":
            project = self.projects.named(given, action.scope)
        return ActionStructure(
            self._name(action, f"action {number} of stage {stage}"),
            place_of(body),
            category=self._text(action, "category"),
            owner=self._text(action, "owner") or "AWS",
            provider=provider,
            type_place=line_of(kind) if kind is not None else line_of(body),
            run_order=self._run_order(action),
            configuration=configuration,
            configuration_places=places,
            region=self._text(action, "region"),
            role=self._text(action, "role_arn"),
            namespace=self._text(action, "namespace"),
            input_artifacts=self._texts(action, "input_artifacts"),
            output_artifacts=self._texts(action, "output_artifacts"),
            commands=self._commands(action),
            environment=self._environment(action),
            timeout_minutes=self._number(action, "timeout_in_minutes"),
            project=project,
            condition=action.condition,
        )

    def _run_order(self, action: Block) -> int:
        number = self._number(action, "run_order")
        if number is None:
            return 1
        if not 1 <= number <= 999 or number != int(number):
            at = action.body.get("run_order")
            place = line_of(at if at is not None else action.body)
            self.problems.append(Problem(f"`run_order` is {number:g}", place, fix="use a whole number from 1 to 999"))
            return 1
        return int(number)

    def _configuration_node(self, block: Block) -> nodes.Mapping | None:
        """The configuration before its values are worked out, where it is written out in the block, else worked out."""
        written_out = block.body.get("configuration")
        if isinstance(written_out, nodes.Mapping):
            return written_out
        return self._configured(block)

    def _configured(self, block: Block) -> nodes.Mapping | None:
        """The configuration's values; old files write it as a block."""
        value = self._value(block, "configuration")
        if isinstance(value, Sequence) and len(value) == 1:
            value = value.items[0]
        return value if isinstance(value, nodes.Mapping) else None

    def _configuration(self, block: Block) -> tuple[dict[str, str], dict[str, Place]]:
        configuration: dict[str, str] = {}
        places: dict[str, Place] = {}
        for key, item in self._configured(block) or ():
            text = text_of(item)
            if not text and isinstance(item, Sequence):
                text = ",".join(text_of(each) for each in item.items)
            if text or (isinstance(item, Scalar) and item.style):
                configuration[key.value] = text
                places[key.value] = Place(key.path, key.line, key.column, max(key.line, key.end_line))
        return configuration, places

    def _commands(self, block: Block) -> list[Scalar]:
        value = self._value(block, "commands")
        return [
            Scalar(item.value, item.path, item.line, item.column, item.end_line, item.style or '"')
            for item in (value.items if isinstance(value, Sequence) else ())
            if isinstance(item, Scalar) and text_of(item)
        ]

    def _environment(self, block: Block) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in self._blocks(block, "environment_variable"):
            if self._text(each, "type") in ("", "PLAINTEXT"):
                found[self._text(each, "name")] = self._text(each, "value")
        found.pop("", None)
        return found

    # Conditions

    def _conditions(self, block: Block, when: str) -> list[StageCondition]:
        return [
            self._condition(condition)
            for moment in self._blocks(block, when)
            for condition in self._blocks(moment, "condition")
        ]

    def _condition(self, condition: Block) -> StageCondition:
        rules = []
        for rule in self._blocks(condition, "rule", "rules of a condition"):
            kind = next(iter(self._blocks(rule, "rule_type_id")), None)
            configuration, places = self._configuration(rule)
            rules.append(
                StageRule(
                    self._text(rule, "name"),
                    place_of(rule.body),
                    owner=(self._text(kind, "owner") if kind is not None else "") or "AWS",
                    provider=self._text(kind, "provider") if kind is not None else "",
                    configuration=configuration,
                    configuration_places=places,
                    commands=self._commands(rule),
                    region=self._text(rule, "region"),
                    role=self._text(rule, "role_arn"),
                    timeout_minutes=self._number(rule, "timeout_in_minutes"),
                )
            )
        return StageCondition(place_of(condition.body), result=self._text(condition, "result"), rules=rules)

    def _failure(self, stage: Block) -> StageFailure | None:
        failure = next(iter(self._blocks(stage, "on_failure")), None)
        if failure is None:
            return None
        retry = next(iter(self._blocks(failure, "retry_configuration")), None)
        return StageFailure(
            place_of(failure.body),
            result=self._text(failure, "result"),
            retry_mode=self._text(retry, "retry_mode") if retry is not None else "",
            retry_place=line_of(retry.body) if retry is not None else None,
            conditions=[self._condition(each) for each in self._blocks(failure, "condition")],
        )

    # What starts it

    def _triggers(self, pipeline: Block) -> list[Trigger]:
        return [
            Trigger(
                self._text(git, "source_action_name"),
                place_of(trigger.body),
                pushes=[self._filter(each) for each in self._blocks(git, "push")],
                pull_requests=[self._filter(each) for each in self._blocks(git, "pull_request")],
            )
            for trigger in self._blocks(pipeline, "trigger", "triggers")
            for git in self._blocks(trigger, "git_configuration")
        ]

    def _filter(self, block: Block) -> TriggerFilter:
        branches = next(iter(self._blocks(block, "branches")), None)
        tags = next(iter(self._blocks(block, "tags")), None)
        return TriggerFilter(
            place_of(block.body),
            branches=self._texts(branches, "includes") if branches is not None else (),
            excluded_branches=self._texts(branches, "excludes") if branches is not None else (),
            tags=self._texts(tags, "includes") if tags is not None else (),
            excluded_tags=self._texts(tags, "excludes") if tags is not None else (),
            events=self._texts(block, "events"),
        )

    def _schedules(self, name: str) -> list[tuple[str, Place]]:
        """Schedules whose target is this pipeline: of event rules and of the scheduler."""
        wanted = f"{PIPELINE}.{name}."
        found: list[tuple[str, Place]] = []
        for _, target in self.module.resources("aws_cloudwatch_event_target"):
            if _mentions(target.get("arn"), wanted):
                rule_name = _reference(target.get("rule"), "aws_cloudwatch_event_rule")
                for known, rule in self.module.resources("aws_cloudwatch_event_rule"):
                    if known == rule_name:
                        self._schedule(rule, found)
        for _, schedule in self.module.resources("aws_scheduler_schedule"):
            targets = blocks_of(schedule.get("target"))
            if any(_mentions(each.get(key), wanted) for each in targets for key in ("arn", "input")):
                self._schedule(schedule, found)
        return found

    def _schedule(self, rule: nodes.Mapping, found: list[tuple[str, Place]]) -> None:
        block = Block(rule, self.module.scope)
        expression = self._text(block, "schedule_expression")
        off = self._text(block, "state") == "DISABLED" or self._text(block, "is_enabled") == "false"
        at = rule.get("schedule_expression")
        if expression and at is not None and not off:
            zone = self._text(block, "schedule_expression_timezone")
            found.append((f"{expression} {zone}".rstrip(), line_of(at)))

    def _tags(self, pipeline: Block) -> dict[str, tuple[str, Place]]:
        value = self._value(pipeline, "tags")
        if not isinstance(value, nodes.Mapping):
            return {}
        return {key.value: (text_of(item), line_of(key)) for key, item in value}

    def _variables(self, pipeline: Block) -> dict[str, str]:
        return {
            f"variables.{self._text(each, 'name')}": self._text(each, "default_value")
            for each in self._blocks(pipeline, "variable")
            if "default_value" in each.body
        }

    # Blocks and values

    def _blocks(self, block: Block, name: str, what: str = "") -> list[Block]:
        """The nested blocks of a type, those that ``dynamic`` makes among them, in the file's order.

        ``what``: how to call them where it cannot be told which there are; empty where they do not matter. Actions of which cannot be
        told how many there are stand once: surely where nothing else is in their stage, which must have one
        (https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html), else under a condition.
        """
        found = [(each.line, Block(each, block.scope)) for each in blocks_of(block.body.get(name))]
        dynamic = block.body.get("dynamic")
        makers = list(blocks_of(dynamic.get(name))) if isinstance(dynamic, nodes.Mapping) else []
        for maker in makers:
            passes = self.module.dynamic(maker, name, block.scope)
            if passes is None:
                each = maker.get("for_each")
                text = f"for each of {written(each) if each is not None else name}"
                if name == "action":
                    alone = len(makers) == 1 and not found
                    passes = [Instance(block.scope, condition="" if alone else text)]
                elif what:
                    self.unresolved.append(Unresolved(what, text, line_of(maker)))
            if passes is None:
                continue
            for content in blocks_of(maker.get("content"))[:1]:
                found += [(maker.line, Block(content, one.scope, one.condition)) for one in passes]
        found.sort(key=lambda pair: pair[0])
        return [each for _, each in found]

    def _value(self, block: Block, name: str) -> Node:
        return self.evaluator.value(block.body.get(name), block.scope)

    def _text(self, block: Block, name: str) -> str:
        return text_of(self._value(block, name))

    def _texts(self, block: Block, name: str) -> list[str]:
        value = self._value(block, name)
        return [text for item in (value.items if isinstance(value, Sequence) else ()) if (text := text_of(item))]

    def _number(self, block: Block, name: str) -> float | None:
        text = self._text(block, name)
        return float(text) if _NUMBER.fullmatch(text) else None

    def _name(self, block: Block, what: str) -> str:
        name = self._text(block, "name")
        if not name:
            at = block.body.get("name")
            place = line_of(at if at is not None else block.body)
            self.problems.append(Problem(f"{what} has no name", place, fix="add `name`"))
            return what
        return name


def _references(node: Node | None) -> Iterator[str]:
    for each in walk(node) if node is not None else ():
        if isinstance(each, Scalar) and each.tag in ("!ref", "!expr"):
            yield each.value


def _mentions(node: Node | None, start: str) -> bool:
    """Whether an expression refers to something whose address starts so."""
    return any(f"{value}.".startswith(start) for value in _references(node))


def _reference(node: Node | None, kind: str) -> str:
    """The name of the resource of a type that an expression refers to; empty where there is none."""
    for value in _references(node):
        parts = value.split(".")
        if parts[0] == kind and len(parts) > 1:
            return parts[1]
    return ""
