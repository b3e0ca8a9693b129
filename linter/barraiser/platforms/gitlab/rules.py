"""``rules``, ``only``/``except`` and ``workflow``: in which ways of starting a job is created, and how."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of, any_of, negate, tri
from barraiser.platforms.gitlab import expressions
from barraiser.platforms.gitlab.inputs import written
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.platforms.gitlab.regular import compile_pattern
from barraiser.platforms.gitlab.starts import Start, source_of
from barraiser.platforms.gitlab.variables import Scope, Variable, variables_of
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

WHENS: Final = ("on_success", "on_failure", "always", "never", "manual", "delayed")
MAX_NESTED: Final = 12


class Outcome:
    """What one rule makes of a job: None where the rule leaves it to the job. ``rule`` is None for a job without rules."""

    __slots__ = ("allow_failure", "needs", "rule", "start_in", "variables", "when")

    def __init__(self, rule: Mapping | None = None) -> None:
        self.rule = rule
        self.when = ""
        self.allow_failure: Node | None = None
        self.start_in: Node | None = None
        self.needs: Node | None = None
        self.variables: Map[str, Variable] = {}


class Decision:
    """Whether a job is created in one way of starting, and what may be made of it: more than one outcome where that is not sure."""

    __slots__ = ("outcomes", "runs")

    def __init__(self, runs: Tri, outcomes: Seq[Outcome]) -> None:
        self.runs = runs
        self.outcomes = tuple(outcomes)


def flat_rules(node: Node | None, what: str, reading: Reading) -> list[Mapping]:
    """The rules of a list, references to other lists put in; what is no rule is noted and left out."""
    node = given(node)
    if node is None:
        return []
    if not isinstance(node, Sequence):
        if not isinstance(node, Scalar) or node.value:
            reading.wrong_type(what, "a list of rules", node, "write `rules: - if: ...`")
        return []
    found: list[Mapping] = []
    for item in flattened(node, reading):
        if isinstance(item, Mapping):
            found.append(item)
            _check_rule(item, what, reading)
        elif not isinstance(item, Scalar) or item.value:
            reading.wrong_type(f"an item of {what}", "a mapping with `if`, `changes`, `exists` or `when`", item)
    return found


def flattened(node: Sequence, reading: Reading, depth: int = 0) -> Iterator[Node]:
    """The items of a list and of lists in it."""
    reading.spend(len(node), node)
    for item in node.items:
        if isinstance(item, Sequence) and not item.tag and depth < MAX_NESTED:
            yield from flattened(item, reading, depth + 1)
        else:
            yield item


def _check_rule(rule: Mapping, what: str, reading: Reading) -> None:
    when = given(rule.get("when"))
    if when is not None and (not isinstance(when, Scalar) or when.value not in WHENS) and not _templated(when):
        reading.problem(f"`when` in {what} must be one of {', '.join(WHENS)}", when, "correct the word")
    condition = given(rule.get("if"))
    if condition is None or _templated(condition):
        return
    if not isinstance(condition, Scalar):
        reading.wrong_type(f"`if` in {what}", "text", condition)
    elif not expressions.parse(condition.value).valid:
        reading.problem(
            f"`if: {' '.join(condition.value.split())[:80]}` is no expression that the platform reads",
            condition,
            'compare `$VARIABLES` with "text" or /patterns/, joined by && and ||',
            fatal=False,
        )


def _templated(node: Node) -> bool:
    return isinstance(node, Scalar) and "$[[" in written(node)


class Decider:
    """Decides rules for all ways of starting; equal expressions are decided once for each."""

    def __init__(self, starts: Seq[Start], reading: Reading) -> None:
        self.starts = starts
        self.reading = reading
        self._known: dict[tuple[int, str], Tri] = {}
        self._exists: dict[str, Tri] = {}

    def expression(self, text: str, number: int, scope: Scope, own: Map[str, Variable]) -> Tri:
        """Whether an expression holds in the start of that number; ``own``: variables that only this job has."""
        parsed = expressions.parse(text)
        if own and any(name in own for name in parsed.variables):
            return expressions.decide(parsed, scope.value)
        key = (number, text)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = expressions.decide(parsed, scope.value)
        return known

    def rule(self, rule: Mapping, number: int, scope: Scope, own: Map[str, Variable]) -> Tri:
        """Whether a rule matches: all of its ``if``, ``changes`` and ``exists`` hold."""
        answers = []
        condition = given(rule.get("if"))
        if condition is not None:
            known = isinstance(condition, Scalar)
            answers.append(self.expression(written(condition), number, scope, own) if known else MAYBE)  # type: ignore[arg-type]
        if given(rule.get("changes")) is not None:
            answers.append(self.changes(rule.get("changes"), self.starts[number]))
        if given(rule.get("exists")) is not None:
            answers.append(self.exists(rule.get("exists")))
        return all_of(answers)

    def changes(self, node: Node | None, start: Start) -> Tri:
        """Whether files changed: true where there is no push to compare, else it depends on the change."""
        compared = isinstance(node, Mapping) and "compare_to" in node
        return MAYBE if compared or (start.changes and not start.tag) else YES

    def exists(self, node: Node | None) -> Tri:
        """Whether files exist in the repository."""
        if isinstance(node, Mapping):
            if "project" in node:
                return MAYBE
            node = node.get("paths")
        items = list(flattened(node, self.reading)) if isinstance(node, Sequence) else []
        return (
            any_of(self._exist(item.value) if isinstance(item, Scalar) else MAYBE for item in items) if items else MAYBE
        )

    def _exist(self, pattern: str) -> Tri:
        known = self._exists.get(pattern)
        if known is None:
            if any(character in pattern for character in "$[]{}"):
                known = MAYBE
            else:
                plain = pattern.removeprefix("./").lstrip("/")
                known = tri(bool(self.reading.repository.glob(plain)))
                if not known and self.reading.repository.truncated:
                    known = MAYBE
            self._exists[pattern] = known
        return known

    def rules(self, rules: Seq[Mapping], number: int, scope: Scope, own: Map[str, Variable]) -> Decision:
        """The first rule that matches decides; where that is not sure, so is the outcome."""
        outcomes: list[Outcome] = []
        left_out = False
        for rule in rules:
            answer = self.rule(rule, number, scope, own)
            if answer == NO:
                continue
            when = rule.text("when")
            if when == "never":
                left_out = True
            else:
                outcomes.append(self._outcome(rule, when))
            if answer == YES:
                break
        else:
            left_out = True
        if not outcomes:
            return Decision(NO, ())
        return Decision(MAYBE if left_out else YES, outcomes)

    def _outcome(self, rule: Mapping, when: str) -> Outcome:
        outcome = Outcome(rule)
        outcome.when = when
        outcome.allow_failure = given(rule.get("allow_failure"))
        outcome.start_in = given(rule.get("start_in"))
        outcome.needs = given(rule.get("needs"))
        if "variables" in rule:
            outcome.variables = variables_of(rule.get("variables"), "`rules:variables`", self.reading)
        return outcome

    def policy(
        self, only: Node | None, exclude: Node | None, number: int, scope: Scope, own: Map[str, Variable]
    ) -> Tri:
        """``only`` and ``except``: all that ``only`` says must hold, nothing that ``except`` says may."""
        if only is None and exclude is None:
            return tri(not self.starts[number].merge_request)
        answers = self._policy(only, number, scope, own, default=True)
        against = self._policy(exclude, number, scope, own, default=False)
        return all_of((all_of(answers), negate(any_of(against))))

    def _policy(
        self, node: Node | None, number: int, scope: Scope, own: Map[str, Variable], *, default: bool
    ) -> list[Tri]:
        node, start = given(node), self.starts[number]
        answers: list[Tri] = []
        refs: Node | None = node
        if isinstance(node, Mapping):
            refs = given(node.get("refs"))
            variables = given(node.get("variables"))
            if isinstance(variables, Sequence):
                texts = [written(item) for item in flattened(variables, self.reading) if isinstance(item, Scalar)]
                answers.append(any_of(self.expression(text, number, scope, own) for text in texts))
            if given(node.get("changes")) is not None:
                answers.append(self.changes(node.get("changes"), start))
            if given(node.get("kubernetes")) is not None:
                answers.append(MAYBE)
        if refs is None:
            if default:
                answers.append(tri(not start.merge_request))
            return answers
        words = flattened(refs, self.reading) if isinstance(refs, Sequence) else iter((refs,))
        answers.append(any_of(self._ref(word.value, start) if isinstance(word, Scalar) else MAYBE for word in words))
        return answers

    def _ref(self, word: str, start: Start) -> Tri:
        path = ""
        if not word.startswith("/") or word.rpartition("/")[2].find("@") >= 0:
            word, _, path = word.partition("@") if not word.startswith("/") else word.rpartition("@")
        answer = self._ref_matches(word, start)
        return min(answer, MAYBE) if path else answer

    def _ref_matches(self, word: str, start: Start) -> Tri:
        if word == "branches":
            return tri(not start.tag and not start.merge_request)
        if word == "tags":
            return tri(start.tag)
        source = source_of(word)
        if source:
            return tri(source == start.source)
        if start.merge_request:
            return NO
        if "$" in word and not word.startswith("/"):
            return MAYBE
        if not word.startswith("/"):
            return tri(word == start.ref)
        pattern = compile_pattern(word)
        return MAYBE if pattern is None else tri(pattern.search(start.ref))


def rules_text(rules: Seq[Mapping]) -> str:
    """Rules in one line, without what they make of the job: two jobs with the same text run together."""
    words: list[str] = []
    for rule in rules:
        parts = []
        condition = rule.get("if")
        if isinstance(condition, Scalar):
            parts.append(" ".join(condition.value.split()))
        parts += [
            f"{key}: {_listed(rule.get(key))}" for key in ("changes", "exists") if given(rule.get(key)) is not None
        ]
        text = " and ".join(parts) or "always"
        words.append(f"not {text}" if rule.text("when") == "never" else text)
    return "; ".join(words)


def policy_text(only: Node | None, exclude: Node | None) -> str:
    """``only`` and ``except`` in one line."""
    parts = [
        f"{word}: {_listed(node)}" for word, node in (("only", only), ("except", exclude)) if given(node) is not None
    ]
    return "; ".join(parts)


def _listed(node: Node | None, depth: int = 0) -> str:
    if isinstance(node, Scalar):
        return " ".join(node.value.split())
    if isinstance(node, Sequence) and depth < 4:
        return ", ".join([_listed(item, depth + 1) for item in node.items[:20]])
    if isinstance(node, Mapping) and depth < 4:
        return " ".join([f"{key.value}: {_listed(value, depth + 1)}" for key, value in node.pairs[:10]])
    return ""
