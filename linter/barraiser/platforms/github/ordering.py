"""Which jobs a job needs, and an order in which each stands behind those that it needs."""

from __future__ import annotations

from barraiser.model.place import Place
from barraiser.platforms.github.checks import nearest, refuse
from barraiser.platforms.github.site import Reading
from barraiser.source.nodes import Mapping, Scalar, describe, line_of

Jobs = dict[str, tuple[Scalar, Mapping]]
Needs = dict[str, list[tuple[str, Place]]]


def needs_of_job(
    name: Scalar, job: Mapping, jobs: dict[str, tuple[Scalar, Mapping]], reading: Reading
) -> list[tuple[str, Place]]:
    """The jobs that a job needs, each with its place; names are compared without regard to case."""
    node = job.get("needs")
    if node is None or (isinstance(node, Scalar) and node.is_null()):
        return []
    if isinstance(node, Mapping):
        refuse(
            reading.problems,
            f"'needs' of job '{name.value}' is a mapping, and must be a list of jobs",
            node,
            "write `needs: [build, test]`",
        )
        return []
    low = {key.lower(): key for key in jobs}
    found: dict[str, Place] = {}
    for item in [node] if isinstance(node, Scalar) else node.items:
        if not isinstance(item, Scalar):
            refuse(
                reading.problems,
                f"'needs' of job '{name.value}' holds {describe(item)}",
                item,
                "write names of jobs: `needs: [build, test]`",
            )
            continue
        key = low.get(item.value.lower())
        if key is None:
            _unknown_need(name, item, jobs, reading)
        elif key == name.value:
            refuse(reading.problems, f"job '{key}' needs itself", item, "remove it from its own 'needs'")
        else:
            found.setdefault(key, line_of(item))
    return list(found.items())


def _unknown_need(name: Scalar, item: Scalar, jobs: dict[str, tuple[Scalar, Mapping]], reading: Reading) -> None:
    near = nearest(reading.problems, item.value, jobs.keys(), 0.6)
    fix = f"write '{near}'" if near else "name a job of this workflow, or remove it"
    refuse(reading.problems, f"job '{name.value}' needs '{item.value[:60]}', and there is no such job", item, fix)


def in_order(
    jobs: dict[str, tuple[Scalar, Mapping]], needs: dict[str, list[tuple[str, Place]]], reading: Reading
) -> list[str]:
    """The jobs, each behind those that it needs; a cycle is refused, and cut."""
    waits = {key: len(needs[key]) for key in jobs}
    follow: dict[str, list[str]] = {key: [] for key in jobs}
    for key, names in needs.items():
        for name, _ in names:
            follow[name].append(key)
    order = [key for key in jobs if not waits[key]]
    for key in order:
        for other in follow[key]:
            waits[other] -= 1
            if not waits[other]:
                order.append(other)
    done = set(order)
    rest = [key for key in jobs if key not in done]
    if rest:
        circle = _circle(rest, needs, done)
        refuse(
            reading.problems, f"jobs need each other in a circle: {' -> '.join(circle[:10])}", jobs[circle[0]][0],
            "remove one of these 'needs'",
        )  # fmt: skip
    for key in rest:
        needs[key] = [pair for pair in needs[key] if pair[0] in done]
        done.add(key)
    return order + rest


def _circle(rest: list[str], needs: dict[str, list[tuple[str, Place]]], done: set[str]) -> list[str]:
    """The jobs of a circle, the first again at its end."""
    seen: dict[str, int] = {}
    key = rest[0]
    way: list[str] = []
    while key not in seen:
        seen[key] = len(way)
        way.append(key)
        key = next(name for name, _ in needs[key] if name not in done)
    return [*way[seen[key] :], key]
