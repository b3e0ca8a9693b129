"""What a text that holds inputs comes to in each scenario of its pipeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.model.pipeline import Scenario
from barraiser.model.tri import MAYBE, NO, YES, Tri

Runs = tuple[Tri, ...]

_INPUT: Final = re.compile(r"\$\{\{\s*(?:github\.event\.)?inputs\.([\w-]+)\s*(?:\|\|\s*'([^']{0,80})'\s*)?\}\}")
_VARIABLE: Final = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
_LITERAL: Final = re.compile(r"'([^']{1,80})'")
_CHOICE: Final = re.compile(r"&&\s*'([^']{1,80})'|\|\|\s*'([^']{1,80})'")
MAX_CHOICES: Final = 8


def values_of(text: str, scenarios: Sequence[Scenario]) -> list[tuple[str, Runs | None]]:
    """The values that a text takes, each with where: per scenario, or None for everywhere. The text itself where nothing is known."""
    if "$" not in text:
        return [(text, None)]
    by_value: dict[str, list[Tri]] = {}
    for index, scenario in enumerate(scenarios):
        value = _filled(text, scenario)
        if value not in by_value:
            if len(by_value) >= MAX_CHOICES:
                return [(text, None)]
            by_value[value] = [NO] * len(scenarios)
        by_value[value][index] = YES
    if not by_value or (len(by_value) == 1 and text in by_value):
        choices = _choices(text)
        if len(choices) > 1:
            runs = (MAYBE,) * len(scenarios)
            return [(choice, runs) for choice in choices]
        return [(text, None)]
    if len(by_value) == 1:
        return [(next(iter(by_value)), None)]
    return [(value, tuple(runs)) for value, runs in by_value.items()]


def _filled(text: str, scenario: Scenario) -> str:
    """The text with the inputs that a scenario fixes."""
    inputs = scenario.inputs

    def take(match: re.Match[str]) -> str:
        value = inputs.get(match.group(1), "")
        return value or match.group(2) or match.group(0)

    filled = _INPUT.sub(take, text)
    if inputs and "$" in filled:
        filled = _VARIABLE.sub(lambda match: inputs.get(match.group(1), match.group(0)), filled)
    return filled


def _choices(text: str) -> list[str]:
    """The texts that an expression chooses between (``cond && 'prod' || 'staging'``)."""
    if "&&" not in text or "${{" not in text:
        return []
    return list(dict.fromkeys(found for match in _CHOICE.finditer(text[:500]) for found in match.groups() if found))[
        :MAX_CHOICES
    ]


def both(one: Runs, other: Runs | None) -> Runs:
    """What holds where both hold; an empty one holds everywhere."""
    if other is None:
        return one
    if not one:
        return other
    return tuple(min(first, second) for first, second in zip(one, other, strict=False))
