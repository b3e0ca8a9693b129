"""Asks every rule about every subject in every scenario, and merges the answers into verdicts (design 3a)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barraiser.checks.result import PipelineResult
from barraiser.checks.rule import Rule, Value
from barraiser.classify.entries import Entries
from barraiser.model.declarations import Declarations
from barraiser.model.pipeline import Pipeline


class Plan:
    """Which rules are asked, and how: ``rules`` in order; ``parameters`` by rule id; ``severities``: rule id to the severity in force."""

    def __init__(
        self,
        rules: Sequence[type[Rule]],
        *,
        profile: str,
        parameters: Mapping[str, Mapping[str, Value]] | None = None,
        severities: Mapping[str, str] | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.profile = profile
        self.parameters: Mapping[str, Mapping[str, Value]] = parameters or {}
        self.severities: Mapping[str, str] = severities or {}


def judge(pipeline: Pipeline, entries: Entries, plan: Plan, declared: Declarations) -> PipelineResult:
    """The verdicts of a plan's rules on one pipeline. A rule that raises is reported through ``RuleCrash``, the others go on."""
    raise NotImplementedError
