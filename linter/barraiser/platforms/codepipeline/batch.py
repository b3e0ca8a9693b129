"""``batch:`` of a buildspec: the builds that one action of CodeBuild starts when its batch builds are enabled.

Source: AWS CodeBuild user guide, "Batch build buildspec reference".
"""

from __future__ import annotations

from itertools import product
from typing import Final

from barraiser.model.place import Place
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of

MAX_BUILDS: Final = 100
"""Builds of one batch: the service's own limit."""

_MAX_IDENTIFIER: Final = 128


class BatchBuild:
    """One build of a batch.

    ``buildspec``: a file or text of its own, empty for the project's. ``variables`` and ``image`` override those around it.
    ``depends``: identifiers of the builds that it waits for. ``ignored``: where it says that its failure does not fail the batch.
    ``alike``: it differs from the others by the values of a matrix alone.
    """

    __slots__ = ("alike", "buildspec", "depends", "identifier", "ignored", "image", "place", "variables")

    def __init__(self, identifier: str, place: Place) -> None:
        self.identifier = identifier[:_MAX_IDENTIFIER]
        self.place = place
        self.buildspec = ""
        self.variables: dict[str, str] = {}
        self.image = ""
        self.depends: tuple[str, ...] = ()
        self.ignored: Place | None = None
        self.alike = False


def builds_of(batch: Mapping) -> list[BatchBuild]:
    """The builds of a ``batch:``, in its order; ``[]`` where it defines none. A fan-out runs the same build on parts of the tests."""
    found: list[BatchBuild] = []
    for kind in ("build-graph", "build-list"):
        listed = batch.get(kind)
        for item in listed.items[:MAX_BUILDS] if isinstance(listed, Sequence) else ():
            if isinstance(item, Mapping) and len(found) < MAX_BUILDS:
                found.append(_build(item, str(len(found) + 1)))
    matrix = batch.mapping("build-matrix")
    if matrix is not None and not found:
        found = _matrix(matrix)
    fanout = batch.mapping("build-fanout")
    if fanout is not None and not found:
        found = [_build(fanout, "fanout")]
    return found


def _build(body: Mapping, number: str) -> BatchBuild:
    made = BatchBuild(body.text("identifier") or number, Place(body.path, body.line, body.column, body.end_line))
    made.buildspec = body.text("buildspec")
    _environment(made, body)
    depends = body.get("depend-on")
    if isinstance(depends, Sequence):
        made.depends = tuple([item.value for item in depends.items if isinstance(item, Scalar)])
    elif isinstance(depends, Scalar) and not depends.is_null():
        made.depends = (depends.value,)
    return made


def _environment(made: BatchBuild, body: Mapping) -> None:
    """``env`` and ``ignore-failure`` of a build, or of the fixed part of a matrix."""
    env = body.mapping("env")
    if env is not None:
        made.image = env.text("image")
        for key, value in env.mapping("variables") or ():
            if isinstance(value, Scalar):
                made.variables[key.value] = value.value
    ignored = body.get("ignore-failure")
    if isinstance(ignored, Scalar) and ignored.value.lower() in ("true", "yes"):
        made.ignored = line_of(body.key("ignore-failure") or ignored)


def _matrix(matrix: Mapping) -> list[BatchBuild]:
    """A build for each combination of the values that vary."""
    dynamic = matrix.mapping("dynamic")
    if dynamic is None:
        return []
    axes: list[tuple[str, list[str]]] = []
    if values := _values(dynamic.get("buildspec")):
        axes.append(("buildspec", values))
    env = dynamic.mapping("env")
    if env is not None:
        if values := _values(env.get("image")):
            axes.append(("image", values))
        for key, value in env.mapping("variables") or ():
            if values := _values(value):
                axes.append((f"variable {key.value}", values))
    count = 1
    for _, values in axes:
        count *= len(values)
    if not axes or count > MAX_BUILDS:
        return []
    place = Place(matrix.path, matrix.line, matrix.column, matrix.end_line)
    found = []
    for chosen in product(*(values for _, values in axes)):
        made = BatchBuild(", ".join(chosen), place)
        static = matrix.mapping("static")
        if static is not None:
            _environment(made, static)
        for (name, _), text in zip(axes, chosen, strict=True):
            if name == "buildspec":
                made.buildspec = text
            elif name == "image":
                made.image = text
            else:
                made.variables[name.removeprefix("variable ")] = text
        made.alike = True
        found.append(made)
    return found


def _values(node: Node | None) -> list[str]:
    if isinstance(node, Scalar):
        return [] if node.is_null() else [node.value]
    return [item.value for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []
