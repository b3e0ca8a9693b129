"""The ways in which a pipeline is started: its triggers, changes of its sources, schedules, a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from barraiser.model.pipeline import Scenario
from barraiser.model.place import Place
from barraiser.model.schedule import Schedule, rate, wrapped_cron
from barraiser.platforms.codepipeline.structure import ActionStructure, PipelineStructure, Trigger, TriggerFilter
from barraiser.platforms.reader import ReadOptions

MAINLINES: Final = ("main", "master", "trunk", "develop")
_MAX_SCENARIOS: Final = 32
_NO: Final = ("false", "no", "0")


def default_branch_of(structure: PipelineStructure, options: ReadOptions) -> tuple[str, str]:
    """The repository's default branch and how it was found: told, else the first usual one that a source or trigger names, else main."""
    if options.default_branch:
        return options.default_branch, options.default_branch_from
    named = {branch for action in sources_of(structure) if (branch := branch_of(action))}
    named |= {branch for trigger in structure.triggers for each in trigger.pushes for branch in each.branches}
    for branch in MAINLINES:
        if branch in named:
            return branch, "a source of the pipeline"
    return "main", "nothing names it"


def sources_of(structure: PipelineStructure) -> list[ActionStructure]:
    """The source actions, in order."""
    return [action for stage in structure.stages for action in stage.actions if action.category == "Source"]


def branch_of(action: ActionStructure) -> str:
    """The branch that a source action watches: CodeCommit and connections say BranchName, the older GitHub action Branch."""
    return action.configuration.get("BranchName") or action.configuration.get("Branch") or ""


def scenarios_of(structure: PipelineStructure, default_branch: str) -> list[Scenario]:
    """One for each way of starting the pipeline, in the design's order, without repetition. A person can always start it."""
    found: dict[str, Scenario] = {}
    triggered = {trigger.source_action for trigger in structure.triggers}
    sources = sources_of(structure)
    for scenario in _all(structure, sources, triggered, default_branch):
        if len(found) < _MAX_SCENARIOS:
            found.setdefault(scenario.name, scenario)
    return sorted(found.values(), key=lambda scenario: _ORDER.index(scenario.event))


_ORDER: Final = ("push", "tag", "pull-request", "schedule", "manual", "chained", "source-change")


def _all(
    structure: PipelineStructure, sources: list[ActionStructure], triggered: set[str], default_branch: str
) -> Iterator[Scenario]:
    for trigger in structure.triggers:
        yield from _of_trigger(trigger, default_branch)
    for action in sources:
        if action.name not in triggered and _detects(action):
            branch = branch_of(action)
            what = f"change of {branch}" if branch else f"change of {action.name}"
            yield _at_branch(what, "source-change", branch, default_branch, action.place)
    for end in structure.after:
        yield Scenario(f"after {end.name}", "chained", place=end.place)
    branches = [branch for action in sources if (branch := branch_of(action))]
    same = branches[0] if branches and all(branch == branches[0] for branch in branches) else ""
    for expression, place in structure.schedules:
        scenario = _at_branch(f"schedule {expression}", "schedule", same, default_branch, place)
        scenario.schedules = (Schedule(*wrapped_cron(expression), place, rate(expression)),)
        yield scenario
    yield _at_branch("manual", "manual", same, default_branch, structure.place)


def _detects(action: ActionStructure) -> bool:
    """Whether a change starts the pipeline: a connection that detects none does not. Without polling, an event rule or webhook does."""
    return action.configuration.get("DetectChanges", "").lower() not in _NO


def _at_branch(name: str, event: str, branch: str, default_branch: str, place: Place) -> Scenario:
    if not branch or any(mark in branch for mark in ("${", "#{", "{{")):
        return Scenario(name, event, place=place)
    kind = "default" if branch == default_branch else "named"
    return Scenario(name, event, f"refs/heads/{branch}", branch=kind, place=place)


def _of_trigger(trigger: Trigger, default_branch: str) -> Iterator[Scenario]:
    """Each filter of a trigger starts the pipeline by itself; a trigger without filters starts it on every push to the source's branch."""
    for each in trigger.pushes:
        yield from _of_push(each, default_branch)
    for each in trigger.pull_requests:
        targets = f" into {', '.join(each.branches)}" if each.branches else ""
        merged = bool(each.events) and all(event.upper() == "CLOSED" for event in each.events)
        what = "closed pull request" if merged else "pull request"
        yield Scenario(f"{what}{targets}", "pull-request", refs=(), unmerged=True, place=each.place)
    if not trigger.pushes and not trigger.pull_requests:
        yield Scenario(f"change of {trigger.source_action}", "source-change", place=trigger.place)


def _of_push(each: TriggerFilter, default_branch: str) -> Iterator[Scenario]:
    if each.tags or each.excluded_tags:
        names = f" {', '.join(each.tags)}" if each.tags else ""
        yield Scenario(f"tag{names}", "tag", refs=[f"refs/tags/{tag}" for tag in each.tags], place=each.place)
        if not each.branches and not each.excluded_branches:
            return
    patterns = [branch for branch in each.branches if _is_pattern(branch)]
    for branch in each.branches:
        if branch not in patterns:
            yield _at_branch(f"push to {branch}", "push", branch, default_branch, each.place)
    if patterns:
        yield Scenario(f"push to {', '.join(patterns)}", "push", branch="other", refs=patterns, place=each.place)
    if not each.branches:
        yield Scenario(
            f"push to {default_branch}", "push", f"refs/heads/{default_branch}", branch="default", place=each.place
        )
        yield Scenario("push to another branch", "push", branch="other", place=each.place)


def _is_pattern(branch: str) -> bool:
    return any(mark in branch for mark in "*?[{")
