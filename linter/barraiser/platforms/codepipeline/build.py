"""From a resolved structure to a pipeline: jobs, edges, scenarios, facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.pipeline import HARD, SOFT, Edge, Job, Pipeline, Step, Unresolved
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, YES
from barraiser.model.words import CODEPIPELINE
from barraiser.platforms.codepipeline.buildspec import Buildspecs, Built, command_steps
from barraiser.platforms.codepipeline.check import problems_of
from barraiser.platforms.codepipeline.scenarios import default_branch_of, scenarios_of
from barraiser.platforms.codepipeline.stacksets import Instances, StackSets
from barraiser.platforms.codepipeline.structure import (
    ActionStructure,
    PipelineStructure,
    StageCondition,
    StageRule,
    StageStructure,
)
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.platforms.codepipeline.batch import BatchBuild

DEFAULT_MODE, DEFAULT_TYPE = "SUPERSEDED", "V1"
"""What the service takes where the definition does not say."""

AGAIN: Final = "the stage can be rolled back to an earlier execution"
"""In pipelines of type V2 outside PARALLEL mode: https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html"""

_ACCOUNT: Final = re.compile(r"arn:[^:]{0,40}:iam::(\d{12}|\$\{[^}]{1,80}\}):")


def pipeline_of(
    structure: PipelineStructure, repository: Repository, options: ReadOptions, buildspecs: Buildspecs | None = None
) -> Pipeline:
    """The pipeline that a structure is. Buildspecs that it names are read from the repository. Never raises for what it holds.

    ``buildspecs``: those of its file's pipelines, where there are several.
    """
    branch, branch_from = default_branch_of(structure, options)
    problems = [*structure.problems, *problems_of(structure)]
    scenarios = scenarios_of(structure, branch)
    building = _Building(
        structure, repository, len(scenarios), buildspecs or Buildspecs(repository, options.include_map)
    )
    if not any(problem.fatal for problem in problems):
        building.build()
    pipeline = Pipeline(
        structure.place.path,
        CODEPIPELINE,
        name=structure.name,
        place=structure.place,
        scenarios=scenarios,
        jobs=building.jobs,
        edges=building.edges,
        stages=[stage.name for stage in structure.stages],
        unresolved=[*structure.unresolved, *building.unresolved],
        problems=problems,
        files=list(
            dict.fromkeys([structure.place.path, *structure.files, *building.files, *building.stack_sets.files])
        ),
        facts=_facts(structure),
        default_branch=branch,
        default_branch_from=branch_from,
    )
    pipeline.assumes, pipeline.undecided, pipeline.given = structure.assumes, structure.undecided, structure.given
    pipeline.keeps = structure.keeps
    return pipeline


class _Building:
    """The state of one pipeline that is built. ``ahead``: the nearest jobs of which one is there for sure, which the next ones wait
    for; ``maybe_ahead``: those since then that may be absent, so that they cannot carry an order alone."""

    def __init__(
        self, structure: PipelineStructure, repository: Repository, scenarios: int, buildspecs: Buildspecs
    ) -> None:
        self.structure = structure
        self.repository = repository
        self.maybe = (MAYBE,) * scenarios
        self.jobs: list[Job] = []
        self.edges: list[Edge] = []
        self.unresolved: list[Unresolved] = []
        self.files: list[str] = []
        self.ahead: list[Job] = []
        self.maybe_ahead: list[Job] = []
        self.ids: set[str] = set()
        self.buildspecs = buildspecs
        self.batched: list[tuple[Job, Job, Place, str]] = []
        self.stack_sets = StackSets(structure, repository)
        mode, kind = structure.execution_mode or DEFAULT_MODE, structure.pipeline_type or DEFAULT_TYPE
        self.again = AGAIN if kind == "V2" and mode != "PARALLEL" else ""

    def build(self) -> None:
        """Stages one after the other; within each its actions by run order."""
        for stage in self.structure.stages:
            self._stage(stage)

    def _stage(self, stage: StageStructure) -> None:
        tags = _stage_tags(stage)
        condition = self._holds(stage.condition, stage.place)
        kind = "stage"
        earlier = None
        if stage.before_entry:
            before = (self.ahead, self.maybe_ahead)
            entry = self._conditions(stage, "BeforeEntry", stage.before_entry, condition, tags)
            self._follow([entry], kind)
            kind = "sequence"
            skips = next((each for each in stage.before_entry if each.result.upper() == "SKIP"), None)
            if skips is not None and condition is UNCONDITIONAL:
                condition = self._holds(entry.id, skips.place)
                earlier = before
        first = len(self.jobs)
        for group in _groups(stage):
            self._follow([job for action in group for job in self._action(stage, action, condition, tags)], kind)
            self._wait_in_batches()
            kind = "run-order"
        if "${" in stage.name:
            deploying = [job.id for job in self.jobs[first:] if job.tags["action-type"].startswith("Deploy/")]
            if deploying:
                self.unresolved.append(Unresolved("stage name", stage.name, stage.name_place, jobs=deploying))
        if stage.on_success:
            self._follow([self._conditions(stage, "OnSuccess", stage.on_success, condition, tags)], "sequence")
        if earlier is not None:  # a condition that only skips its stage holds nothing back beyond it
            self.ahead, self.maybe_ahead = earlier[0], [*self.maybe_ahead, *earlier[1]][:_MAX_AHEAD]

    def _follow(self, jobs: list[Job], kind: str) -> None:
        """These jobs start, side by side, when all that is ahead has succeeded."""
        ahead = [*self.maybe_ahead, *self.ahead]
        for job in jobs:
            before = [each for each in ahead if not _exclude_each_other(each.condition.text, job.condition.text)]
            job.needs = tuple(each.id for each in before)
            self.edges += [
                Edge(each.id, job.id, kind, skips=each.condition is UNCONDITIONAL, place=job.place) for each in before
            ]
        self.jobs += jobs
        if any(job.condition is UNCONDITIONAL for job in jobs):
            self.ahead, self.maybe_ahead = jobs, []
        else:
            self.maybe_ahead = [*jobs, *self.maybe_ahead][:_MAX_AHEAD]

    def _wait_in_batches(self) -> None:
        """Builds of a batch wait for those that they depend on, regions of a stack set for the one before."""
        for source, job, place, softened in self.batched:
            job.needs = (*job.needs, source.id)
            strength = SOFT if softened else HARD
            self.edges.append(
                Edge(source.id, job.id, "needs", strength, skips=not softened, place=place, softened_by=softened)
            )
        self.batched.clear()

    def _holds(self, text: str, place: Place) -> Condition:
        return Condition(text, self.maybe, place=place) if text else UNCONDITIONAL

    def _id(self, stage: StageStructure, name: str) -> str:
        """``Stage/Action``; unresolved names that come out alike are told apart by number."""
        wanted = f"{stage.name}/{name}"
        unique, number = wanted, 2
        while unique in self.ids:
            unique, number = f"{wanted} ({number})", number + 1
        self.ids.add(unique)
        return unique

    def _action(
        self, stage: StageStructure, action: ActionStructure, condition: Condition, tags: dict[str, str]
    ) -> list[Job]:
        """The job that an action is; those of a batch of builds, or of the regions of a stack set."""
        name = self._id(stage, action.name)
        if action.condition:
            both = " and ".join(text for text in (condition.text, action.condition) if text)
            condition = self._holds(both, action.place)
        own = {**tags, **_action_tags(action)}
        if self.structure.region:
            own.setdefault("region", self.structure.region)
        variables = dict(self.structure.variables)
        steps: list[Step] = []
        timeout = action.timeout_minutes
        builds: list[tuple[BatchBuild, Built]] = []
        if action.provider == "CodeBuild":
            built = self.buildspecs.of_action(action)
            builds = built.builds
            if not builds:
                steps = self._steps_of(built, action, name)
                variables = {**variables, **built.variables}
            own.update(built.tags)
            self.files += built.files
            if timeout is None and action.project is not None:
                timeout = action.project.timeout_minutes
                if action.project.ends_after:
                    own["ends-after"] = action.project.ends_after
        elif action.commands:
            variables |= action.environment
            steps = command_steps(action.commands, action.place, self.repository)
        if not steps:
            steps = [_call(action)]
        manual = action.category == "Approval"
        calls = []
        if action.type == "Invoke/AWS/CodePipeline":
            calls = [action.configuration.get("PipelineName", "")]
            own.update({"waits": "no", "waits-source": "unsure"})
        job = Job(
            name,
            action.place,
            name=action.name,
            template=name,
            stage=stage.name,
            steps=steps,
            variables=variables,
            condition=condition,
            manual=manual,
            manual_place=action.type_place if manual else None,
            timeout_minutes=timeout,
            calls=[call for call in calls if call],
            tags=own,
            again=self.again,
        )
        if builds:
            return self._batch(stage, action, job, builds)
        if action.category == "Deploy":
            instances = self.stack_sets.of_action(action)
            if instances is not None:
                return self._regions(stage, action, job, instances)
        return [job]

    def _steps_of(self, built: Built, action: ActionStructure, name: str) -> list[Step]:
        if not built.unresolved:
            return built.steps
        self.unresolved.append(Unresolved(built.what, built.name, built.place, jobs=[name]))
        return [_call(action, built.unresolved)]

    def _batch(
        self, stage: StageStructure, action: ActionStructure, whole: Job, builds: Sequence[tuple[BatchBuild, Built]]
    ) -> list[Job]:
        """A job for each build of a batch. What follows waits for all of them; each waits for those that it depends on."""
        found: dict[str, Job] = {}
        for build, built in builds:
            name = self._id(stage, f"{action.name} ({build.identifier})")
            job = _part(whole, name, whole.template if build.alike else name)
            job.steps = tuple(self._steps_of(built, action, name)) or (_call(action),)
            job.variables = {**whole.variables, **built.variables}
            job.matrix = {"build": build.identifier} if build.alike else {}
            job.tags = {**whole.tags, **built.tags}
            self.files += built.files
            if build.ignored is not None:
                job.soft, job.soft_place, job.soft_reason = YES, build.ignored, "ignore-failure: true"
            found.setdefault(build.identifier, job)
        for build, _ in builds:
            job = found[build.identifier]
            self.batched += [
                (found[each], job, build.place, "")
                for each in dict.fromkeys(build.depends)
                if each in found and found[each] is not job
            ]
        return list(found.values())

    def _regions(self, stage: StageStructure, action: ActionStructure, whole: Job, instances: Instances) -> list[Job]:
        """A job for each region of a stack set; a region that fails keeps those after it from being started."""
        found: list[Job] = []
        for region in instances.regions:
            job = _part(whole, self._id(stage, f"{action.name} ({region})"), whole.template)
            call = _call(action)
            call.inputs = {**call.inputs, "Region": region}
            job.steps = (call,)
            job.matrix = {"region": region}
            job.tags = {**whole.tags, "region": region}
            if len(instances.accounts) == 1:
                job.tags = {**job.tags, "account": instances.accounts[0]}
            if found and instances.sequential:
                self.batched.append((found[-1], job, action.place, instances.tolerates))
            found.append(job)
        return found

    def _conditions(
        self,
        stage: StageStructure,
        when: str,
        conditions: tuple[StageCondition, ...],
        condition: Condition,
        tags: dict[str, str],
    ) -> Job:
        """The job that stands for a stage's conditions of one moment: a step for each rule."""
        steps = [step for each in conditions for rule in each.rules for step in self._rule(rule, each)]
        results = ",".join(dict.fromkeys(each.result for each in conditions if each.result))
        own = {**tags, "stage-condition": when}
        if results:
            own["result"] = results
        return Job(
            self._id(stage, when),
            stage.entry_place if when == "BeforeEntry" else stage.success_place,
            name=f"{when} of {stage.name}",
            stage=stage.name,
            steps=steps,
            condition=condition,
            tags=own,
        )

    def _rule(self, rule: StageRule, condition: StageCondition) -> list[Step]:
        if rule.commands:
            return command_steps(rule.commands, rule.place, self.repository, name=rule.name)
        inputs = dict(rule.configuration)
        if condition.result:
            inputs.setdefault("Result", condition.result)
        return [
            Step(
                rule.place,
                name=rule.name,
                uses=f"Rule/{rule.owner}/{rule.provider}",
                inputs=inputs,
                input_places=rule.configuration_places,
            )
        ]


_MAX_AHEAD: Final = 100


def _part(whole: Job, id: str, template: str) -> Job:
    """One of the jobs that an action comes to."""
    return Job(
        id,
        whole.place,
        name=whole.name,
        template=template,
        stage=whole.stage,
        condition=whole.condition,
        variables=whole.variables,
        timeout_minutes=whole.timeout_minutes,
        tags=whole.tags,
        again=whole.again,
    )


def _exclude_each_other(first: str, second: str) -> bool:
    """Whether two conditions of a template cannot both hold: one names what the other denies."""
    if "not " not in first and "not " not in second:
        return False
    one, other = set(first.split(" and ")), set(second.split(" and "))
    return any(f"not {part}" in other for part in one) or any(f"not {part}" in one for part in other)


def _groups(stage: StageStructure) -> list[list[ActionStructure]]:
    """The actions of a stage that run side by side, in run order."""
    by_order: dict[int, list[ActionStructure]] = {}
    for action in stage.actions:
        by_order.setdefault(action.run_order, []).append(action)
    return [by_order[order] for order in sorted(by_order)]


def _call(action: ActionStructure, unresolved: str = "") -> Step:
    return Step(
        action.place,
        name=action.name,
        uses=action.type,
        inputs={**action.configuration, "Region": action.region} if action.region else action.configuration,
        input_places=action.configuration_places,
        unresolved=unresolved,
    )


def _stage_tags(stage: StageStructure) -> dict[str, str]:
    tags: dict[str, str] = {}
    failure = stage.on_failure
    if failure is not None:
        result = failure.result or next((each.result for each in failure.conditions if each.result), "")
        if result:
            tags["on-failure"] = result
        if failure.retry_place is not None:
            tags["retry-mode"] = failure.retry_mode or "FAILED_ACTIONS"
    if stage.disabled is not None:
        tags["inbound-transition"] = f"disabled: {stage.disabled}" if stage.disabled else "disabled"
    return tags


def _action_tags(action: ActionStructure) -> dict[str, str]:
    account = _ACCOUNT.search(action.role)
    tags = {
        "action-type": action.type,
        "region": action.region,
        "role": action.role,
        "account": account.group(1) if account else "",
        "namespace": action.namespace,
        "input-artifacts": ",".join(action.input_artifacts),
        "output-artifacts": ",".join(action.output_artifacts),
    }
    return {name: value for name, value in tags.items() if value}


def _facts(structure: PipelineStructure) -> dict[str, tuple[str, Place]]:
    """What rules ask of a pipeline of this platform alone."""
    facts = {
        "execution-mode": (structure.execution_mode or DEFAULT_MODE, structure.mode_place),
        "pipeline-type": (structure.pipeline_type or DEFAULT_TYPE, structure.type_place),
    }
    if structure.condition:
        facts["condition"] = (structure.condition, structure.place)
    if structure.role:
        facts["role"] = (structure.role, structure.place)
    for end in structure.after:
        facts.setdefault(f"after:{end.name}", (",".join(end.states), end.place))
    for key, value in structure.tags.items():
        facts.setdefault(f"tag:{key.lower()}", value)
    for stage in structure.stages:
        failure = stage.on_failure
        on_failure = failure.conditions if failure is not None else ()
        places = [stage.entry_place] * bool(stage.before_entry) + [stage.success_place] * bool(stage.on_success)
        for place in (*places, *([failure.place] if failure is not None and on_failure else ())):
            facts.setdefault("stage-conditions", (stage.name, place))
        if failure is not None:
            if failure.retry_place is not None and failure.conditions:
                facts.setdefault("retry-with-conditions", (stage.name, failure.place))
            facts[f"on-failure:{stage.name}"] = (_stage_tags(stage).get("on-failure", ""), failure.place)
        if stage.disabled is not None:
            facts[f"disabled-transition:{stage.name}"] = (stage.disabled, stage.disabled_place or stage.place)
    return facts
