"""``spec:inputs`` and ``$[[ inputs.x ]]``: interpolation of a file's text before anything else is read of it."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from typing import Final

from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence

_BLOCK: Final = re.compile(r"\$\[\[([^\]\n]{0,1024})\]\]")
_INPUT: Final = re.compile(r"\s*inputs\.([\w-]+)\s*(?:\|(.*))?", re.S)
_TRUNCATE: Final = re.compile(r"truncate\(\s*(\d{1,6})\s*,\s*(\d{1,6})\s*\)")
_MAX_TEXT: Final = 65_536


class FromInput(Scalar):
    """A scalar of a pipeline's own file with inputs put in; ``original``: as written, for whoever starts the pipeline by hand."""

    __slots__ = ("original",)

    def __init__(self, value: str, like: Scalar, style: str, original: str) -> None:
        super().__init__(value, like.path, like.line, like.column, like.end_line, style, like.tag)
        self.original = original


def written(node: Scalar) -> str:
    """A scalar's text, inputs of the pipeline itself left in."""
    return node.original if isinstance(node, FromInput) else node.value


def split_header(documents: list[Document], reading: Reading) -> tuple[Mapping | None, Document]:
    """The ``spec`` header of a file, or None, and the document that holds its content."""
    first = documents[0]
    if len(documents) > 1 and isinstance(first.root, Mapping) and "spec" in first.root:
        if len(documents) > 2 and documents[2].root is not None:
            reading.problem(
                "a file holds at most a header and one document",
                documents[2].root,
                "put the rest into a file of its own",
            )
        return first.root.mapping("spec"), documents[1]
    if len(documents) > 1 and first.root is None:
        return None, documents[1]
    return None, first


def input_values(spec: Mapping | None, passed: Mapping | None, reading: Reading, at: Node | None) -> dict[str, Node]:
    """The value of each input of a file: as passed, else its default. What has neither is left out.

    ``at``: the include that passes them, None for a pipeline's own file, whose inputs somebody gives when starting it.
    """
    declared = spec.mapping("inputs") if spec is not None else None
    values: dict[str, Node] = {}
    for key, definition in declared.pairs if declared is not None else ():
        value = passed.get(key.value) if passed is not None else None
        if value is None and isinstance(definition, Mapping):
            value = definition.get("default")
        if value is not None:
            values[key.value] = value
        elif at is not None and not (isinstance(definition, Mapping) and "rules" in definition):
            reading.problem(
                f"the include does not pass the input `{key.value}`, which has no default",
                at,
                f"add `inputs: {{{key.value}: ...}}`",
            )
    return values


def interpolate(node: Node, values: Map[str, Node], reading: Reading, *, own: bool) -> Node:
    """The tree with inputs put in; nodes that hold none are kept as they are. ``own``: they are the pipeline's own inputs."""
    if isinstance(node, Scalar):
        return _scalar(node, values, own) if "$[[" in node.value else node
    reading.spend(1, node)
    if isinstance(node, Sequence):
        sequence = Sequence(node.path, node.line, node.column, node.tag)
        sequence.end_line = node.end_line
        sequence.items = [interpolate(item, values, reading, own=own) for item in node.items]
        return sequence
    mapping = Mapping(node.path, node.line, node.column, node.tag)
    mapping.end_line = node.end_line
    for key, value in node.pairs:
        new = _scalar(key, values, own) if "$[[" in key.value else key
        mapping.pairs.append((new if isinstance(new, Scalar) else key, interpolate(value, values, reading, own=own)))
    return mapping


def _scalar(node: Scalar, values: Map[str, Node], own: bool) -> Node:
    whole = _BLOCK.fullmatch(node.value.strip())
    if whole is not None:
        value = _lookup(whole.group(1), values)
        if isinstance(value, Scalar):
            style = node.style if node.style in ("|", ">") else value.style
            if own or isinstance(value, FromInput):
                return FromInput(value.value, node, style, node.value if own else written(value))
            return Scalar(value.value, node.path, node.line, node.column, node.end_line, style)
        return node if value is None else value

    def put_in(match: re.Match[str]) -> str:
        value = _lookup(match.group(1), values)
        return match.group() if value is None else _text(value)

    text = _BLOCK.sub(put_in, node.value)
    if len(text) > _MAX_TEXT + len(node.value):
        return node
    if own:
        return FromInput(text, node, node.style, node.value)
    return Scalar(text, node.path, node.line, node.column, node.end_line, node.style, node.tag)


def _lookup(block: str, values: Map[str, Node]) -> Node | None:
    """What a block stands for; None where it cannot be told."""
    match = _INPUT.fullmatch(block)
    value = values.get(match.group(1)) if match is not None else None
    if match is None or value is None:
        return None
    for function in (match.group(2) or "").split("|"):
        name = function.strip()
        if name in ("", "expand_vars", "posix_escape"):
            continue
        cut = _TRUNCATE.fullmatch(name)
        if cut is None or not isinstance(value, Scalar):
            return None
        start = int(cut.group(1))
        text = value.value[start : start + int(cut.group(2))]
        value = Scalar(text, value.path, value.line, value.column, value.end_line, value.style)
    return value


def _text(value: Node) -> str:
    """A value in the midst of other text."""
    if isinstance(value, Scalar):
        return "" if given(value) is None else value.value
    if isinstance(value, Sequence):
        items = [f'"{item.value}"' if isinstance(item, Scalar) else "" for item in value.items[:200]]
        return f"[{', '.join(items)}]"
    return ""
