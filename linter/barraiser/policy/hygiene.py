"""What is wrong with waivers and suppressions: findings of GOV002, and those that have no effect."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from barraiser.checks.plan import Plan
from barraiser.checks.registry import Registry, RuleError
from barraiser.checks.result import Finding
from barraiser.model.place import Place
from barraiser.model.words import FAILED
from barraiser.policy.evidence import days_between
from barraiser.policy.nearest import suggestion
from barraiser.policy.suppressions import Suppression
from barraiser.policy.take import is_date
from barraiser.policy.waivers import Waiver

GOV002 = "GOV002"
NEVER_WAIVED = (GOV002,)
"""Rules that nothing sets aside: who may waive the rule about waivers may waive all."""


class Hygiene:
    """Judges waivers and suppressions on one day. ``asked``: GOV002 is on, so that what is wrong is also reported."""

    def __init__(self, plan: Plan, registry: Registry, as_of: str) -> None:
        self.registry = registry
        self.as_of = as_of
        self.severity = plan.severities.get(GOV002, "error")
        self.asked = any(rule.id == GOV002 for rule in plan.rules)
        given: Mapping[str, object] = plan.parameters.get(GOV002, {})
        self.max_days = _number(given.get("max_days"), 90)
        self.max_active = _number(given.get("max_active"), 10)

    def wrong_with_waiver(self, waiver: Waiver) -> str:
        """Why a waiver has no effect, as the end of a sentence; empty if it has."""
        missing = [word for word in ("rule", "path", "reason", "owner", "expires") if not getattr(waiver, word)]
        if missing:
            return f"lacks {_listed(missing)}"
        return self._rule_wrong(waiver.rule) or self._date_wrong(waiver.expires)

    def wrong_with_suppression(self, suppression: Suppression) -> str:
        """Why a suppression has no effect, as the end of a sentence; empty if it has."""
        if not suppression.rules:
            return "names no rule: `ignore[BAK001]` sets one aside, and nothing sets all aside"
        missing = [word for word, value in (("reason", suppression.reason), ("until", suppression.until)) if not value]
        if missing:
            return f"lacks {_listed(missing)}"
        for rule in suppression.rules:
            wrong = self._rule_wrong(rule)
            if wrong:
                return wrong
        wrong = self._date_wrong(suppression.until)
        if not wrong and suppression.new_since:
            return f"is not in {suppression.new_since}, which decides here"
        return wrong

    def of_waivers(self, waivers: Sequence[Waiver]) -> list[Finding]:
        """The findings about the configuration's waivers."""
        found = []
        active = 0
        for waiver in waivers:
            wrong = self.wrong_with_waiver(waiver)
            if not wrong:
                active += 1
                continue
            name = f" of {waiver.rule}" if waiver.rule else ""
            found.append(
                self.finding(
                    f"The waiver{name} {wrong}, so it has no effect.",
                    waiver.place,
                    "Write all of rule, path, reason, owner and expires (an ISO date, at most"
                    f" {self.max_days:g} days ahead), or delete it.",
                    subject=f"{waiver.rule} {waiver.path}",
                )
            )
        if active > self.max_active and waivers:
            found.append(
                self.finding(
                    f"{active} waivers are in force at once, and at most {self.max_active:g} may be.",
                    waivers[-1].place,
                    "Meet some of the rules that are waived, and delete their waivers.",
                )
            )
        return found if self.asked else []

    def of_suppression(self, suppression: Suppression) -> Finding | None:
        """The finding about a suppression that has no effect."""
        wrong = self.wrong_with_suppression(suppression)
        if not wrong or not self.asked:
            return None
        rules = ", ".join(suppression.rules)
        if suppression.new_since and wrong.startswith("is not in"):
            return self.finding(
                f"The suppression of {rules} {wrong}: a change cannot set aside a rule that judges it.",
                suppression.place,
                "Bring the comment in by a change of its own, which somebody reviews: it takes effect once that is merged.",
                subject=rules,
                severity="warning",
            )
        return self.finding(
            f"The suppression{f' of {rules}' if rules else ''} {wrong}, so it has no effect.",
            suppression.place,
            f'Write `# barraiser: ignore[{rules or "RULE"}] reason="..." until=DATE` with a date at most'
            f" {self.max_days:g} days ahead, or delete it.",
            subject=rules,
        )

    def of_unused(self, suppression: Suppression) -> Finding | None:
        """The finding about a suppression that nothing needs."""
        if not self.asked:
            return None
        return self.finding(
            f"The suppression of {', '.join(suppression.rules)} sets nothing aside: the rule finds nothing here.",
            suppression.place,
            "Delete the comment, or move it to the line of the finding, the line above it, or the job's line.",
            subject=", ".join(suppression.rules),
            severity="warning",
        )

    def of_changed_config(self, place: Place, ref: str) -> Finding | None:
        """The finding about a configuration that the change under review gives other words than ``ref`` has."""
        if not self.asked:
            return None
        return self.finding(
            f"The configuration is another than that of {ref}, which decides here.",
            place,
            "Nothing has to be done: what it changes takes effect once the change is merged. Review it as you would a waiver.",
            severity="info",
        )

    def finding(self, message: str, place: Place, fix: str, *, subject: str = "", severity: str = "") -> Finding:
        """A finding of GOV002."""
        rule = self.registry.rules.get(GOV002)
        return Finding(
            GOV002,
            rule.name if rule else "waiver-hygiene",
            severity or self.severity,
            FAILED,
            message,
            place,
            fix=fix,
            subject=subject,
        )

    def rule_id(self, word: str) -> str:
        """The id of a rule given by id or name; the word itself if there is no such rule."""
        try:
            return self.registry.find(word).id
        except RuleError:
            return word

    def _rule_wrong(self, word: str) -> str:
        names: Collection[str] = {rule.name: rule for rule in self.registry.rules.values()}
        if word not in self.registry.rules and word not in names:
            return f"names `{word}`, which is no rule{suggestion(word, [*self.registry.rules, *names])}"
        if self.rule_id(word) in NEVER_WAIVED:
            return f"is of {word}, which nothing sets aside"
        return ""

    def _date_wrong(self, date: str) -> str:
        if not is_date(date):
            return f"has the date `{date}`, which is no date like 2027-01-31"
        if date < self.as_of:
            return f"expired on {date}"
        if days_between(self.as_of, date) > self.max_days:
            return f"lasts until {date}, more than {self.max_days:g} days"
        return ""


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default
