"""Helm charts: templates rendered as far as their values are literal, line by line, so that places stay those of the template.

What cannot be told (functions, helpers, loops) is left out where it says nothing about the rollout; where it may, the template is not
rendered at all, and whoever asks keeps to what its text shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from barraiser.source.nodes import Mapping, Node, Scalar
from barraiser.source.nodes import Sequence as Items

MAX_TEXT: Final = 200_000
_MAX_DEPTH: Final = 30
_MAX_LINE: Final = 2000
_VALUE: Final = re.compile(r"\$?\.Values((?:\.[\w-]{1,100}){1,20})")
_TELLING: Final = re.compile(
    r"\b(?:kind|type|strategy|updateStrategy|rollingUpdate|maxUnavailable|maxSurge|replicas|canary|blueGreen|steps|setWeight|pause"
    r"|duration|analysis|interval|stepWeight|stepWeights|maxWeight|iterations|threshold|skipAnalysis|minReadySeconds)\b"
)
"""Words of a manifest that say how it is rolled out."""

_UNKNOWN: Final = object()


class Values:
    """The values of a release: files, the last one first, and what ``--set`` gives."""

    def __init__(self, files: Sequence[Mapping], given: dict[str, str]) -> None:
        self._files = files
        self._given = given

    def find(self, path: str) -> object:
        """The value at ``a.b.c``: text, a node, None where there is none; unknown where a part of it is set alone."""
        if path in self._given:
            return self._given[path]
        if any(name.startswith((f"{path}.", f"{path}[")) for name in self._given):
            return _UNKNOWN
        found: list[Node] = []
        for root in self._files:
            node: Node | None = root
            for part in path.split("."):
                node = node.get(part) if isinstance(node, Mapping) else None
            if isinstance(node, Scalar):
                return found[0] if found else (None if node.is_null() else node.value)
            if node is not None:
                found.append(node)
        # Mappings of several files are merged, which is not done here.
        return None if not found else found[0] if len(found) == 1 else _UNKNOWN


def rendered(text: str, values: Values) -> str | None:
    """A template with its literal values put in; None where what says how it is rolled out cannot be told."""
    if len(text) > MAX_TEXT:
        return None
    return _Rendering(values).render(text)


class _Block:
    """An ``if``, ``with`` or other block: whether its lines are shown (None: cannot be told), and what ``.`` is in it."""

    __slots__ = ("context", "done", "shown")

    def __init__(self, shown: bool | None, context: object, *, done: bool | None = None) -> None:
        self.shown = shown
        self.context = context
        self.done = shown if done is None else done


class _Rendering:
    def __init__(self, values: Values) -> None:
        self.values = values
        self.blocks: list[_Block] = []
        self.above = ""

    def render(self, text: str) -> str | None:
        lines: list[str] = []
        comment = tag = False
        for line in text.split("\n"):
            comment = self._in_comment(line, comment)
            if comment or "*/" in line:
                lines.append("")
                continue
            if tag or self._opens(line):  # a tag over several lines
                if _TELLING.search(line) or (not tag and self._is_control(line.rpartition("{{")[2].lstrip("- "))):
                    return None
                tag = "}}" not in line.rpartition("{{")[2] if "{{" in line else "}}" not in line
                lines.append("")
                continue
            made = self._line(line)
            self.above = made if made and made.strip() else self.above
            if made is None or len(self.blocks) > _MAX_DEPTH:
                return None
            lines.append(made)
        return "\n".join(lines) if not self.blocks else None

    @staticmethod
    def _opens(line: str) -> bool:
        return "{{" in line and "}}" not in line.rpartition("{{")[2]

    @staticmethod
    def _in_comment(line: str, inside: bool) -> bool:
        return ("{{" in line and "/*" in line and "*/" not in line) or (inside and "*/" not in line)

    def _line(self, line: str) -> str | None:
        parts = _parts(line)
        if parts is None:
            return None
        tags = parts[1::2]
        alone = len(tags) == 1 and not "".join(parts[::2]).strip()
        if alone and self._controls(tags[0]):
            return ""
        if any(self._is_control(tag) for tag in tags):
            return None  # a block that starts and ends within a line
        shown = [block.shown for block in self.blocks]
        if False in shown:
            return ""
        if None in shown:
            return None if _TELLING.search(line) else ""
        if not tags:
            return line
        return self._filled(line, parts, alone)

    def _filled(self, line: str, parts: list[str], alone: bool) -> str | None:
        for at in range(1, len(parts), 2):
            tag = parts[at]
            value = self._value(tag)
            if value is _UNKNOWN:
                if alone:
                    return None if _TELLING.search(tag) else ""
                if _TELLING.search(line.partition(":")[0]):
                    return None
                value = "unknown"
            indent = re.search(r"\bn?indent\s+(\d{1,3})\s*$", tag)
            plain = _flow(value)
            if alone and indent is not None:
                return self._inserted(tag, plain, int(indent[1]))
            parts[at] = plain
        return "".join(parts)

    def _inserted(self, tag: str, plain: str, indent: int) -> str | None:
        """What a value adds below a key: on one line, so only where nothing else stands there. What is of no interest is left out."""
        key = self.above.strip().removesuffix(":")
        own = self.above.rstrip().endswith(":") and len(self.above) - len(self.above.lstrip()) < indent
        if not _TELLING.search(key if own else tag):
            return ""
        return " " * indent + plain if own else None

    @staticmethod
    def _is_control(tag: str) -> bool:
        return tag.split(" ")[0] in ("if", "else", "end", "with", "range", "define", "block")

    def _controls(self, tag: str) -> bool:
        """Takes in a line that opens, turns or closes a block, or that shows nothing."""
        word, _, rest = tag.partition(" ")
        if word == "if":
            self.blocks.append(_Block(self._truth(rest), self._context()))
        elif word == "with":
            value = self._value(rest)
            self.blocks.append(_Block(None if value is _UNKNOWN else _true(value), value))
        elif word in ("range", "block"):
            self.blocks.append(_Block(None, _UNKNOWN))
        elif word == "define":
            self.blocks.append(_Block(False, _UNKNOWN, done=True))
        elif word == "else":
            if self.blocks:
                self._turn(rest.strip())
        elif word == "end":
            if self.blocks:
                self.blocks.pop()
        else:
            return tag.startswith(("/*", "$")) or word in ("fail", "template")
        return True

    def _turn(self, rest: str) -> None:
        """``else`` and ``else if``."""
        block = self.blocks[-1]
        if block.done is None or block.done:
            block.shown = None if block.done is None else False
            return
        block.shown = self._truth(rest.removeprefix("if ")) if rest.startswith("if ") else True
        block.done = block.shown

    def _context(self) -> object:
        return self.blocks[-1].context if self.blocks else _UNKNOWN

    def _truth(self, text: str) -> bool | None:
        text = text.strip()
        if text.startswith("not "):
            inner = self._truth(text[4:])
            return None if inner is None else not inner
        word, _, rest = text.partition(" ")
        if word in ("and", "or") and "(" not in rest:
            answers = [self._truth(each) for each in rest.split()[:10]]
            ends = word == "or"
            return ends if ends in answers else None if None in answers else not ends
        compared = re.fullmatch(r"(eq|ne)\s+(\S+)\s+(\S+)", text)
        if compared is not None:
            one, other = self._value(compared[2]), self._value(compared[3])
            if one is _UNKNOWN or other is _UNKNOWN:
                return None
            return (_flow(one).strip('"') == _flow(other).strip('"')) == (compared[1] == "eq")
        value = self._value(text)
        return None if value is _UNKNOWN else _true(value)

    def _value(self, text: str) -> object:
        """What an expression comes to: text, a node, None; or unknown."""
        head, *pipes = [part.strip() for part in text.split("|")]
        value = self._head(head)
        for pipe in pipes:
            word, _, argument = pipe.partition(" ")
            if word == "default":
                if value is not _UNKNOWN and not _true(value):
                    value = self._head(argument.strip())
            elif word not in ("quote", "squote", "toYaml", "nindent", "indent", "int", "int64", "toString", "trim"):
                return _UNKNOWN
        return value

    def _head(self, text: str) -> object:
        if text.startswith("toYaml "):
            text = text[7:].strip()
        if text == ".":
            return self._context()
        match = _VALUE.fullmatch(text)
        if match is not None:
            return self.values.find(match[1][1:])
        if re.fullmatch(r'"[^"\\]*"|-?\d{1,9}(\.\d{1,6})?|true|false', text):
            return text.strip('"')
        given = re.fullmatch(r"default\s+(\S+)\s+(\S+)", text)
        if given is not None:
            value = self._head(given[2])
            return self._head(given[1]) if value is not _UNKNOWN and not _true(value) else value
        return _UNKNOWN


def _parts(line: str) -> list[str] | None:
    """A line as plain text and what stands in its tags, in turn; None where it cannot be taken apart."""
    if "{{" not in line:
        return [line]
    if len(line) > _MAX_LINE:
        return None
    parts: list[str] = []
    at = 0
    while (start := line.find("{{", at)) >= 0:
        end = line.find("}}", start)
        if end < 0:
            return None
        parts += [line[at:start], line[start + 2 : end].removeprefix("-").removesuffix("-").strip()]
        at = end + 2
    return [*parts, line[at:]]


def _true(value: object) -> bool:
    """Truth as templates have it: nothing, false, zero and what is empty are not true."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "false", "0", "null", "~")
    if isinstance(value, Items):
        return bool(value.items)
    return bool(value.pairs) if isinstance(value, Mapping) else value is not None


def _flow(value: object) -> str:
    """A value as YAML on one line."""
    if isinstance(value, str):
        return value if re.fullmatch(r"[\w.%/-]{1,100}", value) else json.dumps(value)
    return json.dumps(_plain(value, 0)) if isinstance(value, Mapping | Items) else ""


def _plain(node: Node, depth: int) -> object:
    if depth > _MAX_DEPTH:
        return None
    if isinstance(node, Mapping):
        return {key.value: _plain(item, depth + 1) for key, item in node}
    if isinstance(node, Items):
        return [_plain(item, depth + 1) for item in node.items]
    if node.is_null():
        return None
    if not node.style and re.fullmatch(r"-?\d{1,9}", node.value):
        return int(node.value)
    return {"true": True, "false": False}.get(node.value, node.value) if not node.style else node.value
