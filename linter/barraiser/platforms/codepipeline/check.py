"""What the service refuses about a pipeline's structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.model.pipeline import Problem
from barraiser.model.place import Place
from barraiser.platforms.codepipeline.structure import PipelineStructure, StageStructure

MAX_STAGES: Final = 50
MAX_ACTIONS: Final = 1000
MAX_SIDE_BY_SIDE: Final = 100
"""The service takes 50 actions of one run order; a little room for quotas that were raised."""


def problems_of(structure: PipelineStructure) -> list[Problem]:
    """Too few or too many stages and actions, names given twice, sources in the wrong place."""
    if any(problem.fatal for problem in structure.problems):
        return []
    found: list[Problem] = []
    stages = structure.stages
    certain = [stage for stage in stages if not stage.condition]
    if not structure.unresolved:
        if len(stages) < 2:
            found.append(
                Problem(
                    f"a pipeline needs at least two stages, and this one has {len(stages)}",
                    structure.place,
                    fix="add a stage after the one with the source",
                )
            )
        elif certain and certain[0] is stages[0]:
            found += _first_stage(stages[0])
    if len(stages) > MAX_STAGES:
        found.append(_too_many(f"{len(stages)} stages", MAX_STAGES, structure.place))
    total = sum(len(stage.actions) for stage in stages)
    if total > MAX_ACTIONS:
        found.append(_too_many(f"{total} actions", MAX_ACTIONS, structure.place))
    found += _twice([(stage.name, stage.place, stage.condition) for stage in stages], "stage", "the pipeline")
    for stage in stages:
        orders: dict[int, int] = {}
        for action in stage.actions:
            orders[action.run_order] = orders.get(action.run_order, 0) + 1
        if orders and max(orders.values()) > MAX_SIDE_BY_SIDE:
            found.append(_too_many(f"{max(orders.values())} actions at once", MAX_SIDE_BY_SIDE, stage.place))
        found += _twice(
            [(action.name, action.place, action.condition) for action in stage.actions], "action", f"stage {stage.name}"
        )
    for stage in stages[1:]:
        found += [
            Problem(
                f"the source action {action.name} stands in stage {stage.name}: sources belong to the first stage",
                action.place,
                fix="move it to the first stage",
            )
            for action in stage.actions
            if action.category == "Source" and certain and certain[0] is stages[0]
        ]
    return found


def _first_stage(stage: StageStructure) -> list[Problem]:
    others = [action for action in stage.actions if action.category != "Source"]
    if not stage.actions or (not others):
        return []
    if len(others) == len(stage.actions):
        message = f"the first stage {stage.name} has no source action"
        return [Problem(message, stage.place, fix="start the pipeline with a stage of source actions")]
    message = f"the action {others[0].name} in the first stage {stage.name} is no source: only sources stand there"
    return [Problem(message, others[0].place, fix="move it to a later stage")]


def _too_many(what: str, limit: int, place: Place) -> Problem:
    return Problem(f"{what}, and the service takes at most {limit}", place, fix="split the pipeline")


def _twice(named: Sequence[tuple[str, Place, str]], what: str, where: str) -> list[Problem]:
    """Names that stand twice; not those that are unknown or that a condition of the template may keep apart."""
    first: dict[str, Place] = {}
    found = []
    for name, place, condition in named:
        if "${" in name or condition:
            continue
        if name in first:
            message = f"{where} has two {what}s with the name {name} (the first in line {first[name].line})"
            found.append(Problem(message, place, fix="give each its own name"))
        else:
            first[name] = place
    return found
