"""``parallel``: the instances of one job."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Final

from barraiser.platforms.gitlab.reading import Reading, given, refused
from barraiser.platforms.gitlab.variables import Variable
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

MAX_INSTANCES: Final = 200
"""The platform's own limit for one job."""


class Instance:
    """One instance. ``label``: its values as ids have them, ``name`` as the platform names the job; ``values``: its matrix."""

    __slots__ = ("label", "name", "values")

    def __init__(self, label: str, name: str, values: Map[str, str]) -> None:
        self.label = label
        self.name = name
        self.values = values

    def layer(self, node: Node) -> dict[str, Variable]:
        """Its matrix values as variables."""
        return {key: Variable(value, node) for key, value in self.values.items()}


def instances_of(node: Node | None, job: str, reading: Reading) -> list[Instance]:
    """The instances of a job; the one without a label where it has no ``parallel``."""
    node = given(node)
    if isinstance(node, Mapping):
        matrix = given(node.get("matrix"))
        if isinstance(matrix, Mapping):
            rows: list[Node] = [matrix]
        elif isinstance(matrix, Sequence):
            rows = [inner for item in matrix.items for inner in (item.items if isinstance(item, Sequence) else [item])]
        else:
            reading.problem(
                f"`parallel` of `{job}` has no `matrix`", node, "write a number, or `matrix:` with a list of variables"
            )
            rows = []
        found = [instance for row in rows for instance in _row(row, job, reading, node)]
        if len(found) > MAX_INSTANCES:
            raise _too_many(job, len(found), node)
        return found or [Instance("", job, {})]
    if isinstance(node, Scalar):
        number = node.as_number()
        if number is not None and number == int(number) and number >= 1:
            if number > MAX_INSTANCES:
                raise _too_many(job, int(number), node)
            total = int(number)
            return [_numbered(job, at, total) for at in range(1, total + 1)]
        if "$" not in node.value:
            reading.problem(
                f"`parallel` of `{job}` must be a number from 1 to {MAX_INSTANCES}, or a matrix", node, "write a number"
            )
    elif node is not None:
        reading.wrong_type(f"`parallel` of `{job}`", "a number or a mapping with `matrix`", node)
    return [Instance("", job, {})]


def _numbered(job: str, at: int, total: int) -> Instance:
    values = {"CI_NODE_INDEX": str(at), "CI_NODE_TOTAL": str(total)}
    return Instance(f"{at}/{total}", f"{job} {at}/{total}", values)


def _too_many(job: str, count: int, at: Node) -> Exception:
    return refused(
        f"`parallel` of `{job}` makes {count} jobs, and at most {MAX_INSTANCES} are allowed", at, "use fewer values"
    )


def combinations(row: Mapping) -> list[dict[str, str]]:
    """All combinations of the values of a mapping of variables, the last varying fastest; never more than the limit and one."""
    combined: list[dict[str, str]] = [{}]
    for key, value in row.pairs:
        items = value.items if isinstance(value, Sequence) else [value]
        texts = [item.value for item in items if isinstance(item, Scalar)]
        if not texts:
            continue
        combined = [
            {**known, key.value: text} for known in combined[: MAX_INSTANCES + 1] for text in texts[: MAX_INSTANCES + 1]
        ]
        combined = combined[: MAX_INSTANCES + 1]
    return [] if combined == [{}] else combined


def _row(row: Node, job: str, reading: Reading, at: Node) -> list[Instance]:
    if not isinstance(row, Mapping):
        reading.wrong_type(f"an item of the matrix of `{job}`", "a mapping of variables", row)
        return []
    count = 1
    for key, value in row.pairs:
        if isinstance(value, Mapping):
            reading.wrong_type(f"`{key.value}` in the matrix of `{job}`", "a value or a list of values", value)
        count *= max(1, len(value)) if isinstance(value, Sequence) else 1
    if count > MAX_INSTANCES:
        raise _too_many(job, count, at)
    found = []
    for values in combinations(row):
        label = ", ".join(values.values())
        found.append(Instance(label, f"{job}: [{label}]", values))
    return found
