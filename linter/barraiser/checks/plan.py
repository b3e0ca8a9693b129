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
        first = self._asked_first(known)
        waiting = [rule for rule in self.rules if rule.id in first]
        later = [rule for rule in self.rules if rule.id not in first]
        waiting, later = (waiting, later) if waiting else (later, [])
        while waiting:
            ready = [rule for rule in waiting if all(each in done or each not in known for each in self._before(rule))]
            ready = ready or waiting
            done.update((rule.id, rule) for rule in ready)
            waiting = [rule for rule in waiting if rule.id not in done]
            if not waiting:
                waiting, later = later, []
        return list(done.values())

    def _before(self, rule: type[Rule]) -> Sequence[str]:
        """The rules that are decided before this one."""
        if not rule.about_gates:
            return rule.after
        return [*rule.after, *(each.id for each in self.rules if each.speaks_for_gates and each is not rule)]

    def _asked_first(self, known: Mapping[str, type[Rule]]) -> set[str]:
        """The rules that speak for runs on unmerged code, and those that they look at."""
        found: set[str] = set()
        waiting = [rule.id for rule in self.rules if rule.speaks_for_unmerged]
        while waiting:
            each = waiting.pop()
            if each in known and each not in found:
                found.add(each)
                waiting += known[each].after
        return found
