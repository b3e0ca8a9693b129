"""``concurrency:`` of a workflow or job."""

from __future__ import annotations

from barraiser.model.pipeline import Concurrency, Problem, Scenario
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.github.checks import refuse
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.site import Site
from barraiser.platforms.github.values import Unknown, Value, to_text, truth
from barraiser.source.nodes import Mapping, Node, Scalar, describe, line_of, place_of


def lock_of(node: Node | None, site: Site, starts: list[Scenario], scope: str) -> Concurrency | None:
    """The lock that a ``concurrency:`` makes around the site's job; None where there is none, or it cannot be read."""
    group = node
    cancel: Node | None = None
    if isinstance(node, Mapping):
        group, cancel = node.get("group"), node.get("cancel-in-progress")
    if not isinstance(group, Scalar) or group.is_null():
        return None
    key = node.key("group") if isinstance(node, Mapping) else None
    cancels, cancels_place = _cancels(cancel, site)
    return Concurrency(
        site.resolve(group),
        line_of(key or group),
        cancels=cancels,
        cancels_place=cancels_place,
        serialises=_serialises(group, site, starts),
        scope=scope,
    )


def check_lock(problems: list[Problem], node: Node | None, what: str) -> None:
    """A ``concurrency:`` that GitHub refuses."""
    if node is None or isinstance(node, Scalar):
        return
    if not isinstance(node, Mapping):
        refuse(
            problems,
            f"'concurrency' of {what} is {describe(node)}, and must be text or a mapping",
            node,
            "write `concurrency: {group: ...}`",
        )
    elif "group" not in node:
        refuse(problems, f"'concurrency' of {what} has no 'group'", node, "add `group: ...`")


def _value(node: Scalar, site: Site, index: int) -> Value:
    scope = Scope(site.scenarios[index], success=MAYBE, failure=MAYBE, cancelled=MAYBE)
    return site.expressions.render(node.value, place_of(node), scope)


def _cancels(node: Node | None, site: Site) -> tuple[tuple[Tri, ...], Place | None]:
    """Whether a newer run cancels this one, by scenario."""
    if not isinstance(node, Scalar) or node.is_null():
        return (), None
    count = site.reading.scenarios
    if "${{" not in node.value:
        return ((YES,) * count, line_of(node)) if node.value.lower() == "true" else ((), None)
    found: list[Tri] = []
    for index in range(count):
        value = _value(node, site, index)
        found.append(truth(value.lower() == "true" if isinstance(value, str) else value))
    return (tuple(found), line_of(node)) if any(found) else ((), None)


def _serialises(group: Scalar, site: Site, starts: list[Scenario]) -> Tri:
    """Whether the group is the same for all runs of the job: judged in the scenarios in which merged code runs, where there are any."""
    if "${{" not in group.value:
        return YES
    indices = [index for index, runs in enumerate(site.runs) if runs != NO]
    indices = [index for index in indices if not starts[index].unmerged] or indices
    answers: set[Tri] = set()
    names: set[str] = set()
    for index in indices:
        value = _value(group, site, index)
        if not isinstance(value, Unknown):
            answers.add(YES)
            names.add(to_text(value).lower())
        elif value.options is None and value.fresh:
            answers.add(NO)
        else:
            answers.add(YES if value.constant else MAYBE)
    return answers.pop() if len(answers) == 1 and len(names) <= 1 else MAYBE


def together(inner: Concurrency | None, outer: Concurrency | None) -> Concurrency | None:
    """The job's own lock, with the cancelling of the one around it."""
    if inner is None or outer is None:
        return inner or outer
    if not outer.cancels:
        return inner
    cancels = outer.cancels
    if inner.cancels:
        cancels = tuple(max(one, other) for one, other in zip(inner.cancels, outer.cancels, strict=True))
    same = bool(inner.cancels)
    return Concurrency(
        inner.group,
        inner.place,
        cancels=cancels,
        cancels_place=inner.cancels_place if same else outer.cancels_place,
        serialises=inner.serialises,
        scope=inner.scope,
    )
