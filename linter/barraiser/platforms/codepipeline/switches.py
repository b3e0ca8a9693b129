"""Stages and actions that a switch turns on which no file decides: the pipeline with the switch on, and with it off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from itertools import product
from typing import Final

from barraiser.platforms.codepipeline.structure import PipelineStructure

MAX_SWITCHES: Final = 3
"""Switches of one pipeline that are told apart: eight variants. What hangs on further ones stays maybe."""

_EQUALS: Final = re.compile(r'(.{1,200}?)\s*==\s*("[^"]{0,200}"|\d{1,20})')


def with_switches(structure: PipelineStructure) -> PipelineStructure:
    """A pipeline with a variant for each way in which its switches can stand; itself where there are none."""
    switches = _switches(structure)
    told_apart, structure.undecided = switches[:MAX_SWITCHES], tuple(switches[MAX_SWITCHES:])
    if not told_apart:
        return structure
    found = []
    for answers in product((True, False), repeat=len(told_apart)):
        assumes = dict(zip(told_apart, answers, strict=True))
        if _possible(assumes) and _left(structure.condition, assumes) is not None:
            found.append(_assuming(structure, assumes))
    if len(found) > 1:
        structure.variants = tuple(found)
    return structure


def _switches(structure: PipelineStructure) -> list[str]:
    """The conditions of stages and actions, what is denied in them by what it denies, in the order in which they stand."""
    texts = [
        text for stage in structure.stages for text in (stage.condition, *(each.condition for each in stage.actions))
    ]
    parts = [_plain(part)[0] for text in texts if text for part in text.split(" and ")]
    return list(dict.fromkeys(part for part in parts if part and not part.startswith("for each ")))


def _plain(part: str) -> tuple[str, bool]:
    """A condition without what denies it, and whether something does."""
    if part.startswith("!(") and part.endswith(")"):
        return part[2:-1], True
    return part.removeprefix("not "), part.startswith("not ")


def _possible(assumes: Mapping[str, bool]) -> bool:
    """Whether nothing is taken to be two things at once."""
    values: dict[str, str] = {}
    for name, holds in assumes.items():
        match = _EQUALS.fullmatch(name)
        if holds and match is not None and values.setdefault(match[1].strip(), match[2]) != match[2]:
            return False
    return True


def _assuming(structure: PipelineStructure, assumes: Mapping[str, bool]) -> PipelineStructure:
    made = copy(structure)
    made.assumes, made.undecided = dict(assumes), ()
    stages = []
    for stage in structure.stages:
        left = _left(stage.condition, assumes)
        if left is None:
            continue
        kept = copy(stage)
        kept.condition = left
        actions = []
        for action in stage.actions:
            inner = _left(action.condition, assumes)
            if inner is not None:
                own = copy(action)
                own.condition = inner
                actions.append(own)
        kept.actions = tuple(actions)
        stages.append(kept)
    made.stages = tuple(stages)
    return made


def _left(condition: str, assumes: Mapping[str, bool]) -> str | None:
    """What is left of a condition; None where it does not hold."""
    left = []
    for part in condition.split(" and ") if condition else ():
        plain, denied = _plain(part)
        if plain not in assumes:
            left.append(part)
        elif assumes[plain] == denied:
            return None
    return " and ".join(left)
