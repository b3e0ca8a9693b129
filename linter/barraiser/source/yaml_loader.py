"""YAML (and JSON, which is nearly YAML) to nodes with places, from the parser's events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from barraiser.model.place import Place
from barraiser.source.errors import SourceError
from barraiser.source.libyaml import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
    parser,
)
from barraiser.source.limits import MAX_DEPTH, MAX_NODES
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence
from barraiser.source.text import decode, place_at, split_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_UNICODE_BREAKS: Final = ("\x85", "\u2028", "\u2029")


def load(data: bytes, path: str, *, later_merge_wins: bool = False) -> list[Document]:
    """The documents of a YAML or JSON file; for a file without any, one whose root is None.

    ``later_merge_wins``: a merge key ``<<`` overrides keys that stand before it, as Ruby's Psych (GitLab) has it; else a
    mapping's own keys win wherever they stand (YAML 1.1). Raises SourceError for what is no text or no YAML, for undefined
    and recursive aliases, and beyond the limits.
    """
    text = decode(data, path)
    one_break = _one_break(text)
    document = _json(text, path) if one_break is not text else None
    if document is not None:
        return [document]
    try:
        return _documents(one_break, text, path, later_merge_wins)
    except YAMLError as error:
        document = _json(text, path)
        if document is not None:
            return [document]
        raise _told(error, text, path) from None


def _json(text: str, path: str) -> Document | None:
    """A text that is JSON, read as such: it admits characters that YAML does not. None where it is no JSON."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return None
    from barraiser.source.json_loader import load_json

    return load_json(text, path)


def _one_break(text: str) -> str:
    """YAML 1.1 counts lines also at NEL, LS and PS, no editor does: one blank for each keeps every place right."""
    if not text.isascii():
        for character in _UNICODE_BREAKS:
            if character in text:
                text = text.replace(character, " ")
    return text


def _event_source(text: str) -> Callable[[], Any]:
    """Where the events come from: libyaml, or PyYAML's own parser (some 20 times slower) where it was built without."""
    try:
        found = parser()
    except ImportError:
        import yaml

        events = yaml.parse(text, Loader=yaml.SafeLoader)
        return lambda: next(events)
    return found(text).get_event  # type: ignore[no-any-return]


class _Builder:
    """The state of one file: what is open, what anchors name, how many nodes there are with aliases expanded.

    ``open``: the list or mapping that is being read, ``key`` its key that waits for a value; both are put on ``stack``, with the
    anchor and the count before it, when another opens in it. ``line``: the last line of the last thing that was read.
    """

    __slots__ = ("anchors", "count", "document", "key", "line", "open", "path", "psych", "stack")

    def __init__(self, path: str, psych: bool) -> None:
        self.path = path
        self.psych = psych
        self.count = 0
        self.line = 1
        self.open: Sequence | Mapping | None = None
        self.key: Scalar | None = None
        self.stack: list[tuple[Sequence | Mapping | None, Scalar | None, str | None, int]] = []
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.document = Document(path, None, "")

    def add(self, node: Node) -> None:
        """Put a node where it belongs: a key, a value, an item, or the document's root."""
        into = self.open
        if into is None:
            self.document.root = node
        elif type(into) is Sequence:
            into.items.append(node)
        elif self.key is not None:
            into.pairs.append((self.key, node))  # type: ignore[union-attr]
            self.key = None
        elif isinstance(node, Scalar):
            self.key = node
        else:
            raise SourceError(
                "a key must be text", Place(self.path, node.line, node.column), "write a plain or quoted key"
            )

    def over(self, mark: Any) -> SourceError:
        """The error for too many nodes."""
        message = f"more than {MAX_NODES:,} values, aliases expanded"
        return SourceError(message, _place(self.path, mark), "split the file, or repeat fewer aliases")

    def begin(self, event: Any, node: Sequence | Mapping) -> None:
        """A list or mapping begins."""
        self.count += 1
        if self.count > MAX_NODES:
            raise self.over(event.start_mark)
        if len(self.stack) >= MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise SourceError(message, _place(self.path, event.start_mark), "flatten the structure")
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append((self.open, self.key, event.anchor, self.count))
        self.open, self.key = node, None

    def end(self, event: Any) -> None:
        """A list or mapping ends. The event of a block collection stands where the next token starts: the last value tells its line."""
        node = self.open
        assert node is not None
        self.open, self.key, anchor, before = self.stack.pop()
        end = event.end_mark
        if end.index > event.start_mark.index:
            self.line = end.line + 1
        node.end_line = max(node.line, self.line)
        if isinstance(node, Mapping):
            self.finish(node)
        if anchor:
            self.anchors[anchor] = (node, self.count - before + 1)
        self.add(node)

    def finish(self, mapping: Mapping) -> None:
        """Note duplicate keys and resolve merge keys."""
        self.document.duplicates += mapping.duplicate_keys()
        if "<<" in mapping:
            mapping.replace(self.merged(mapping.pairs))

    def merged(self, pairs: list[tuple[Scalar, Node]]) -> list[tuple[Scalar, Node]]:
        """The pairs with what ``<<`` names put in; each keeps its own place."""
        own = {key.value for key, _ in pairs}
        chosen: dict[str, tuple[Scalar, Node]] = {}
        for key, value in pairs:
            sources = _merge_sources(value) if key.value == "<<" and key.style == "" else None
            if sources is None:
                chosen[key.value] = (key, value)
                continue
            self.document.merges.append(key)
            here: dict[str, tuple[Scalar, Node]] = {}
            for source in sources:
                for pair in source.pairs:
                    here.setdefault(pair[0].value, pair)
            for name, pair in here.items():
                if self.psych or (name not in own and name not in chosen):
                    chosen[name] = pair
        return list(chosen.values())

    def alias(self, event: Any) -> None:
        """Put in what an alias stands for: the same node, counted again."""
        name = event.anchor
        if name not in self.anchors:
            place = _place(self.path, event.start_mark)
            raise SourceError(
                f"the alias *{name} has no anchor before it", place, f"define &{name} above, or remove the alias"
            )
        known = self.anchors[name]
        if known is None:
            place = _place(self.path, event.start_mark)
            raise SourceError(
                f"the alias *{name} stands inside its own anchor", place, "an anchor cannot contain itself"
            )
        self.count += known[1]
        if self.count > MAX_NODES:
            raise self.over(event.start_mark)
        self.line = event.end_mark.line + 1
        self.add(known[0])


def _documents(parsed: str, text: str, path: str, psych: bool) -> list[Document]:
    """Follow the events of the whole file. Most are scalars: their way is written out, because calls would double its cost."""
    next_event = _event_source(parsed)
    builder = _Builder(path, psych)
    documents: list[Document] = []
    while True:
        event = next_event()
        kind = type(event)
        if kind is ScalarEvent:
            style = event.style
            if event.tag is None and style != "|" and style != ">":
                mark = event.start_mark
                builder.line = line = event.end_mark.line + 1
                node = Scalar(event.value, path, mark.line + 1, mark.column + 1, line, style or "")
            else:
                node = _special_scalar(event, path, parsed)
                builder.line = node.end_line
            builder.count += 1
            if builder.count > MAX_NODES:
                raise builder.over(event.start_mark)
            if event.anchor:
                builder.anchors[event.anchor] = (node, 1)
            into = builder.open
            if type(into) is not Mapping:
                builder.add(node)
            elif builder.key is None:
                builder.key = node
            else:
                into.pairs.append((builder.key, node))
                builder.key = None
        elif kind is MappingStartEvent:
            mark = event.start_mark
            builder.begin(event, Mapping(path, mark.line + 1, mark.column + 1, event.tag or ""))
        elif kind is SequenceStartEvent:
            mark = event.start_mark
            builder.begin(event, Sequence(path, mark.line + 1, mark.column + 1, event.tag or ""))
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            builder.end(event)
        elif kind is AliasEvent:
            builder.alias(event)
        elif kind is DocumentStartEvent:
            builder.document = Document(path, None, text)
            builder.anchors.clear()
        elif kind is DocumentEndEvent:
            documents.append(_without_null_root(builder.document))
        elif kind is StreamEndEvent:
            return documents or [Document(path, None, text)]


def _special_scalar(event: Any, path: str, text: str) -> Scalar:
    """A tagged or block scalar, with the last line that it really has: a block scalar's event ends behind its trailing blank lines."""
    start = event.start_mark
    line = start.line + 1
    style = event.style or ""
    tag = event.tag or ""
    if style == "|":
        value: str = event.value
        end_line = max(line, line + value.count("\n") + (0 if value.endswith("\n") else 1)) if value else line
    elif style == ">":
        body = text[start.index : event.end_mark.index].rstrip().replace("\r\n", "\n").replace("\r", "\n")
        end_line = line + body.count("\n")
    else:
        end_line = event.end_mark.line + 1
    if tag == _TEXT_TAG or tag == "!":
        return Scalar(event.value, path, line, start.column + 1, end_line, style or "'")
    return Scalar(event.value, path, line, start.column + 1, end_line, style, tag)


def _without_null_root(document: Document) -> Document:
    """An empty document has no root."""
    root = document.root
    if isinstance(root, Scalar) and root.is_null():
        document.root = None
    return document


def _merge_sources(value: Node) -> list[Mapping] | None:
    """The mappings that ``<<`` names, strongest first; None if it names anything else."""
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, Sequence) and value.items and not value.tag:
        found = [item for item in value.items if isinstance(item, Mapping)]
        if len(found) == len(value.items):
            return found
    return None


def _place(path: str, mark: Any) -> Place:
    return Place(path, mark.line + 1, mark.column + 1)


def _told(error: YAMLError, text: str, path: str) -> SourceError:
    """The parser's complaint in words that name the place and, where it is known, the way out."""
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        problem = str(error.problem or error.context or "not valid YAML")
        context = f" ({error.context} that starts on line {error.context_mark.line + 1})" if error.context_mark else ""
        return SourceError(
            f"not valid YAML: {problem}{context}",
            _within(_place(path, error.problem_mark), text),
            _fix(problem, text, error),
        )
    import re

    bad = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if bad is not None:
        character = f"U+{ord(bad.group()):04X}"
        return SourceError(
            f"the control character {character} is not allowed", place_at(text, bad.start(), path), "remove it"
        )
    return SourceError("not valid YAML", Place(path, 1), "check the syntax")


def _within(place: Place, text: str) -> Place:
    """A complaint about the end of the file stands, for the parser, on a line behind the last: move it to the end of that."""
    lines = split_lines(text)
    return Place(place.path, len(lines), len(lines[-1]) + 1) if place.line > len(lines) > 0 else place


def _fix(problem: str, text: str, error: MarkedYAMLError) -> str:
    """What to do about the commonest complaints."""
    mark = error.problem_mark
    lines = split_lines(text)[mark.line : mark.line + 1] if mark is not None else []
    if lines and lines[0][: (mark.column if mark else 0) + 1].lstrip(" ").startswith("\t"):
        return "indent with spaces: YAML does not allow tabs there"
    if "nesting depth" in problem:
        return "flatten the structure"
    if "cannot start any token" in problem:
        return "quote the value: it starts with a character that has a meaning in YAML"
    if "mapping values are not allowed" in problem:
        return "quote a value that contains ': ', or check the indentation"
    if "expected <block end>" in problem or "expected ',' or" in problem:
        return "check the indentation, and that every bracket and quote is closed"
    return "correct the syntax on this line or the one before it"
