"""``strategy.matrix``: the combinations that a job is run for."""

from __future__ import annotations

from typing import Final

from barraiser.model.pipeline import Problem
from barraiser.model.place import Place
from barraiser.platforms.github.checks import refuse
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.texts import Expressions
from barraiser.platforms.github.values import Object, Unknown, Value, equal, to_text
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, describe, line_of, place_of

MAX_JOBS: Final = 256
"""Jobs of one matrix, GitHub's own limit."""

MAX_LABEL: Final = 100

Combination = dict[str, Value]


class Leg:
    """One instance of a job: its label (``prod, eu-west-1``; empty without a matrix), and the ``matrix`` context.

    ``scenarios``: those in which there is one; None: in all.
    """

    __slots__ = ("context", "label", "scenarios", "values")

    def __init__(self, label: str, values: dict[str, str], context: Object) -> None:
        self.label = label
        self.values = values
        self.context = context
        self.scenarios: set[int] | None = None


def legs_of(job: Mapping, what: str, scope: Scope, expressions: Expressions, problems: list[Problem]) -> list[Leg]:
    """The instances of a job; a single one without label where there is no matrix, or one that the files do not tell."""
    strategy = job.get("strategy")
    if not isinstance(strategy, Mapping):
        open_context = Object({}, Unknown()) if strategy is not None else Object()
        if isinstance(strategy, Sequence):
            refuse(
                problems,
                f"'strategy' of {what} is a list, and must be a mapping",
                strategy,
                "write `strategy: {matrix: ...}`",
            )
        return [Leg("", {}, open_context)]
    matrix = strategy.get("matrix")
    if matrix is None or (isinstance(matrix, Scalar) and matrix.is_null()):
        return [Leg("", {}, Object())]
    unknown = [Leg("", {}, Object({}, Unknown()))]
    if isinstance(matrix, Sequence) or (isinstance(matrix, Scalar) and "${{" not in matrix.value):
        refuse(
            problems,
            f"'matrix' of {what} is {describe(matrix)}, and must be a mapping",
            matrix,
            "write `matrix: {name: [values]}`",
        )
        return unknown
    source = _read(matrix, scope, expressions)
    if not isinstance(source, Object):
        return unknown
    combinations = _combinations(source, matrix, what, problems)
    if combinations is None:
        return unknown
    return _legs(combinations) or unknown


def _read(node: Node, scope: Scope, expressions: Expressions, depth: int = 0) -> Value:
    """A node as a value; its texts with their expressions evaluated."""
    if isinstance(node, Scalar):
        if "${{" in node.value:
            return expressions.render(node.value, place_of(node), scope)
        return plain_value(node)
    if depth > 20:
        return Unknown()
    if isinstance(node, Sequence):
        return [_read(item, scope, expressions, depth + 1) for item in node.items[:2000]]
    return Object({key.value: _read(value, scope, expressions, depth + 1) for key, value in node.pairs[:2000]})


def plain_value(node: Scalar) -> Value:
    """A scalar as GitHub types it: null, boolean, number or text."""
    if node.is_null():
        return None
    flag = node.as_bool()
    if flag is not None:
        return flag
    if node.plain and node.value[:1] in "+-.0123456789":
        number = node.as_number()
        if number is not None:
            return number
    return node.value


def _combinations(source: Object, node: Node, what: str, problems: list[Problem]) -> list[Combination] | None:
    """All combinations after ``exclude`` and ``include``; None where the files do not tell them."""
    vectors: list[tuple[str, list[Value]]] = []
    unresolved = False
    count = 1
    for name, value in source.values.items():
        if name.lower() in ("include", "exclude"):
            continue
        if isinstance(value, Unknown):
            unresolved = True
        elif isinstance(value, list):
            vectors.append((name, value))
            count *= len(value)
        else:
            at = node.get(name) if isinstance(node, Mapping) else None
            refuse(
                problems,
                f"'{name}' in the matrix of {what} is {describe(at)}, and must be a list",
                at or node,
                f"write `{name}: [...]`",
            )
            return None
    include, exclude = source.values.get("include"), source.values.get("exclude")
    added = len(include) if isinstance(include, list) else 0
    if count > MAX_JOBS or added > MAX_JOBS:
        refuse(
            problems,
            f"the matrix of {what} makes {max(count, added)} jobs, and GitHub runs at most {MAX_JOBS}",
            node,
            "split the job, or exclude combinations",
        )
        return None
    if isinstance(include, Unknown) or isinstance(exclude, Unknown) or (unresolved and not vectors):
        return None
    found: list[Combination] = [{}] if vectors else []
    for name, values in vectors:
        found = [{**combination, name: value} for combination in found for value in values]
    for entry in exclude if isinstance(exclude, list) else ():
        if isinstance(entry, Object):
            found = [combination for combination in found if not _covers(entry, combination)]
    _include(found, include if isinstance(include, list) else [])
    return found


def _covers(entry: Object, combination: Combination) -> bool:
    """Whether every value of an ``exclude`` entry is the combination's."""
    return all(name in combination and _matches(combination[name], value) for name, value in entry.values.items())


def _matches(value: Value, wanted: Value) -> bool:
    if isinstance(wanted, Object) and isinstance(value, Object):
        return all(
            name in value.values and _matches(value.values[name], inner) for name, inner in wanted.values.items()
        )
    if isinstance(wanted, list) and isinstance(value, list):
        return len(wanted) == len(value) and all(_matches(one, other) for one, other in zip(value, wanted, strict=True))
    return equal(value, wanted) == 2


def _include(found: list[Combination], entries: list[Value]) -> None:
    """Each entry is added to the combinations of which it overwrites no value; where there is none, it is one of its own."""
    original = [dict(combination) for combination in found]
    for entry in entries:
        if not isinstance(entry, Object):
            continue
        fits = [
            combination
            for combination, own in zip(found, original, strict=False)
            if all(name not in own or _matches(own[name], value) for name, value in entry.values.items())
        ]
        for combination in fits:
            combination.update(entry.values)
        if not fits:
            found.append(dict(entry.values))


def _legs(combinations: list[Combination]) -> list[Leg]:
    legs: list[Leg] = []
    labels: dict[str, int] = {}
    for combination in combinations:
        texts: list[str] = []
        flat: dict[str, str] = {}
        for name, value in combination.items():
            _flatten(name, value, texts, flat)
        label = ", ".join(texts)
        if len(label) > MAX_LABEL:
            label = label[: MAX_LABEL - 3] + "..."
        number = labels[label] = labels.get(label, 0) + 1
        if number > 1:
            label = f"{label} #{number}"
        context = Object({name.lower(): _lowered(value) for name, value in combination.items()})
        legs.append(Leg(label, flat, context))
    return legs


def _flatten(name: str, value: Value, texts: list[str], flat: dict[str, str]) -> None:
    """The single values of a combination, in order, as GitHub shows them."""
    waiting: list[tuple[str, Value]] = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Object):
            waiting += reversed([(f"{name}.{key}", inner) for key, inner in value.values.items()])
        elif isinstance(value, list):
            waiting += reversed([(f"{name}[{at}]", inner) for at, inner in enumerate(value)])
        else:
            text = (value.text or "?") if isinstance(value, Unknown) else to_text(value)
            flat[name] = text
            if text:
                texts.append(text)


def _lowered(value: Value) -> Value:
    """A value whose names can be looked up in any case."""
    if isinstance(value, Object):
        return Object({name.lower(): _lowered(inner) for name, inner in value.values.items()}, value.rest)
    return [_lowered(item) for item in value] if isinstance(value, list) else value


def strategy_tags(job: Mapping) -> dict[str, str]:
    """``max-parallel`` and ``fail-fast`` as written."""
    strategy = job.get("strategy")
    if not isinstance(strategy, Mapping):
        return {}
    return {key: strategy.text(key) for key in ("max-parallel", "fail-fast") if strategy.text(key)}


def matrix_place(job: Mapping) -> Place:
    """Where the matrix of a job stands."""
    strategy = job.get("strategy")
    key = strategy.key("matrix") if isinstance(strategy, Mapping) else None
    return line_of(key or job)
