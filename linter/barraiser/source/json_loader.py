"""JSON that a YAML parser refuses (surrogate pairs, a colon on its own line, very long keys), with places."""

from __future__ import annotations

import json
import re

from barraiser.model.place import Place
from barraiser.source.errors import SourceError
from barraiser.source.limits import MAX_DEPTH, MAX_NODES
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence


def load_json(text: str, path: str) -> Document | None:
    """The document if the text is JSON, else None. Python's own scanner decides; the tokens of what it accepts cannot be ambiguous."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    document = Document(path, None, text)
    stack: list[Sequence | Mapping] = []
    keys: list[Scalar | None] = []
    line, line_start, counted = 1, 0, 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n|[^\s{}\[\],:"]+', text):
        word = token.group()
        if word == "\n":
            line, line_start = line + 1, token.end()
            continue
        if word in ":,":
            continue
        column = token.start() - line_start + 1
        if word in "}]":
            node: Node = stack.pop()
            keys.pop()
            node.end_line = line
            if isinstance(node, Mapping):
                document.duplicates += node.duplicate_keys()
        else:
            counted += 1
            _check(counted, len(stack), Place(path, line, column))
            if word in "{[":
                stack.append(Mapping(path, line, column) if word == "{" else Sequence(path, line, column))
                keys.append(None)
                continue
            node = Scalar(_value(word), path, line, column, line, '"' if word[0] == '"' else "")
        _add(document, stack, keys, node)
    return document


def _add(document: Document, stack: list[Sequence | Mapping], keys: list[Scalar | None], node: Node) -> None:
    """Put a node into what is open."""
    if not stack:
        document.root = node
        return
    parent, key = stack[-1], keys[-1]
    if isinstance(parent, Sequence):
        parent.items.append(node)
    elif key is None and isinstance(node, Scalar):
        keys[-1] = node
    elif key is not None:
        parent.pairs.append((key, node))
        keys[-1] = None


def _value(word: str) -> str:
    """The text of a JSON string (a lone surrogate becomes the replacement character), or of a number or word."""
    if word[0] != '"':
        return word
    if "\\" not in word:
        return word[1:-1]
    value: str = json.loads(word, strict=False)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _check(counted: int, depth: int, place: Place) -> None:
    if counted > MAX_NODES:
        raise SourceError(f"more than {MAX_NODES:,} values", place, "split the file")
    if depth > MAX_DEPTH:
        raise SourceError(f"nested deeper than {MAX_DEPTH} levels", place, "flatten the structure")
