"""What a run asks: its rules, with the parameters and severities in force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barraiser.checks.rule import Rule, Value


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
        self._ordered: list[type[Rule]] | None = None
        self.profile = profile
        self.parameters: Mapping[str, Mapping[str, Value]] = parameters or {}
        self.severities: Mapping[str, str] = severities or {}

    def ordered(self) -> list[type[Rule]]:
        """The rules so that each comes after those whose verdicts it looks at."""
        if self._ordered is None:
            self._ordered = self._sorted()
        return list(self._ordered)

    def _sorted(self) -> list[type[Rule]]:
        known = {rule.id: rule for rule in self.rules}
        done: dict[str, type[Rule]] = {}
        waiting = list(self.rules)
        while waiting:
            ready = [rule for rule in waiting if all(each in done or each not in known for each in rule.after)]
            ready = ready or waiting
            done.update((rule.id, rule) for rule in ready)
            waiting = [rule for rule in waiting if rule.id not in done]
        return list(done.values())
