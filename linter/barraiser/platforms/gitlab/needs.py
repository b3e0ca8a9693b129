"""``needs``: what a job waits for by name."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from typing import Final

from barraiser.model.place import Place
from barraiser.platforms.gitlab.instances import combinations
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.platforms.gitlab.rules import flattened
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of

_MATRIX: Final = re.compile(r"\$\[\[\s*matrix\.(\w+)\s*\]\]")


class Need:
    """One item of ``needs``: the job's name as the platform has it, whether it may be absent, and which of its instances are meant."""

    __slots__ = ("matrix", "name", "optional", "place")

    def __init__(self, name: str, place: Place, *, optional: bool = False, matrix: list[Mapping] | None = None) -> None:
        self.name = name
        self.place = place
        self.optional = optional
        self.matrix = matrix

    def wanted(self, own: Map[str, str]) -> list[dict[str, str]] | None:
        """The instances that are meant, as their values; None for all. ``own``: the values of the instance that needs them."""
        if self.matrix is None:
            return None
        return [
            {
                key: _MATRIX.sub(lambda match: own.get(match.group(1), match.group()), value)
                for key, value in row.items()
            }
            for mapping in self.matrix
            for row in combinations(mapping)
        ]


def needs_of(node: Node | None, job: str, reading: Reading) -> list[Need] | None:
    """The jobs that a job needs; None where it waits for stages. What belongs to other pipelines is waited for by nobody."""
    node = given(node)
    if node is None:
        return None
    if isinstance(node, Scalar):
        reading.wrong_type(f"`needs` of `{job}`", "a list of jobs", node, f"write `needs: [{node.value}]`")
        return None
    found: list[Need] = []
    for item in flattened(node, reading) if isinstance(node, Sequence) else iter((node,)):
        if isinstance(item, Scalar):
            if item.is_null():
                reading.wrong_type(f"an item of `needs` of `{job}`", "a job's name", item)
            else:
                found.append(Need(item.value, line_of(item)))
        elif isinstance(item, Mapping):
            _mapping(item, job, found, reading)
        else:
            reading.wrong_type(f"an item of `needs` of `{job}`", "a job's name or a mapping with `job`", item)
    return found


def _mapping(item: Mapping, job: str, found: list[Need], reading: Reading) -> None:
    name = given(item.get("job"))
    if "pipeline" in item or "project" in item:
        return
    if not isinstance(name, Scalar):
        reading.problem(f"an item of `needs` of `{job}` names no job", item, "add `job: NAME`")
        return
    optional = item.get("optional")
    parallel = item.mapping("parallel")
    matrix = parallel.get("matrix") if parallel is not None else None
    rows = matrix.items if isinstance(matrix, Sequence) else [matrix] if isinstance(matrix, Mapping) else None
    found.append(
        Need(
            name.value,
            line_of(name),
            optional=isinstance(optional, Scalar) and optional.as_bool() is True,
            matrix=None if rows is None else [row for row in rows if isinstance(row, Mapping)],
        )
    )
