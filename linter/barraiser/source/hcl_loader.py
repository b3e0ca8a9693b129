"""Terraform's language (HCL) to nodes with places. Needs the extra ``terraform``.

The tree form. A body is a Mapping: an attribute is a key with its expression; a block is a key whose value is a Sequence with a
Mapping for each block of that type, below a Mapping for each label: ``resource "a" "b" {}`` is ``resource`` → ``a`` → ``b`` → ``[{}]``.

An expression that is no constant keeps its structure, by tag:

=============  ====================================================================================================
``!ref``       Scalar: a reference as written, ``var.x``, ``each.value``, ``aws_x.y.name``
``!template``  Sequence: the Scalar with the text as written, then its parts; texts are Scalars without tag
``!call:F``    Sequence: the arguments of the function ``F``; the last one may be tagged ``!spread``
``!get``       Sequence: a value, then what is looked up in it, in turn; ``*`` (tag ``!splat``) stands for all
``!if``        Sequence: condition, then, else
``!op:OP``     Sequence: one or two operands
``!for``       Sequence: names (a Sequence), collection, key (absent: a null Scalar), value, condition (absent: null)
``!expr``      Scalar: anything else, as written
=============  ====================================================================================================

Constants carry no tag. A here-document is a Scalar of style ``|``, placed at its ``<<``, with the text's last line as its end.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

from barraiser.model.place import Place
from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.limits import MAX_DEPTH, MAX_NODES
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence
from barraiser.source.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    import tree_sitter

MAX_EXPRESSION_DEPTH: Final = 80
"""Bodies and expressions inside each other. Real files stay below 15."""

MAX_HCL_BYTES: Final = 512 * 1024
"""Bytes of one file: real ones have some thousand."""

MAX_SECONDS: Final = 1.0
"""Processor time of the parser for one file; one of the largest size that is in order takes less."""

MAX_LABELS: Final = 9
"""The type of a block and its labels: Terraform has two labels at most."""

INSTALL: Final = "pip install 'barraiser[terraform]'"

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|([$%])\4\{", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_BRACKETS: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\]()]')
_WRAPPERS: Final = frozenset(
    ("expression", "literal_value", "collection_value", "template_expr", "operation", "for_expr")
)
_OPERATORS: Final = frozenset(("+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "!"))
_LOOK_UPS: Final = frozenset(("get_attr", "index", "splat"))


def load_hcl(data: bytes, path: str) -> Document:
    """The document of a Terraform file.

    Raises SourceError for what is no text or no HCL and beyond the limits, MissingExtra where the extra is not installed.
    """
    text = decode(data, path)
    try:
        import tree_sitter
        import tree_sitter_hcl
    except ImportError:
        raise MissingExtra("a Terraform file", INSTALL, Place(path, 1)) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check_depth(text, path)
    encoded = text.encode()
    if len(encoded) > MAX_HCL_BYTES:
        message = (
            f"the file has {len(encoded) // 1024} KiB, and at most {MAX_HCL_BYTES // 1024} KiB of Terraform are read"
        )
        raise SourceError(message, Place(path, 1), "split the file")
    tree = _parsed(tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language())), encoded, path)
    document = Document(path, None, text)
    builder = _Builder(encoded, path, text.isascii())
    root = tree.root_node
    if root.descendant_count > 3 * MAX_NODES:
        raise SourceError(f"more than {MAX_NODES:,} values", Place(path, 1), "split the file")
    if root.has_error:
        raise _told(root, builder)
    body = next((child for child in root.named_children if child.type in ("body", "object")), None)
    if body is not None and body.type == "body":
        document.root = builder.body(body, 0)
        document.duplicates = builder.duplicates
    return document


def _parsed(parser: tree_sitter.Parser, source: bytes, path: str) -> tree_sitter.Tree:
    """The parser's tree. Its way out of errors can take time that grows with the square of the file: it is stopped then."""
    end = time.process_time() + MAX_SECONDS

    def late(offset: int, has_error: bool) -> bool:
        return time.process_time() > end

    try:
        return parser.parse(lambda offset, point: source[offset : offset + 65_536], progress_callback=late)
    except ValueError:
        raise SourceError(
            "the file takes too long to read", Place(path, 1), "correct its syntax, or split it"
        ) from None


class _Builder:
    """Turns the parser's tree into nodes; counts them."""

    def __init__(self, source: bytes, path: str, ascii_only: bool) -> None:
        self.source = source
        self.path = path
        self.ascii_only = ascii_only
        self.lines = [] if ascii_only else source.split(b"\n")
        self.count = 0
        self.duplicates: list[tuple[Scalar, Scalar]] = []

    def text(self, node: tree_sitter.Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode()

    def at(self, node: tree_sitter.Node) -> tuple[int, int]:
        """Line and column (code points), from 1; too many nodes are told here, since every node asks for its place."""
        row, column = node.start_point
        self.count += 1
        if self.count > MAX_NODES:
            raise SourceError(f"more than {MAX_NODES:,} values", Place(self.path, row + 1), "split the file")
        if not self.ascii_only:
            column = len(self.lines[row][:column].decode(errors="replace"))
        return row + 1, column + 1

    def scalar(self, node: tree_sitter.Node, value: str, style: str = "", tag: str = "") -> Scalar:
        line, column = self.at(node)
        return Scalar(value, self.path, line, column, node.end_point[0] + 1, style, tag)

    def sequence(self, node: tree_sitter.Node, tag: str = "") -> Sequence:
        line, column = self.at(node)
        found = Sequence(self.path, line, column, tag)
        found.end_line = node.end_point[0] + 1
        return found

    def mapping(self, node: tree_sitter.Node) -> Mapping:
        line, column = self.at(node)
        found = Mapping(self.path, line, column)
        found.end_line = node.end_point[0] + 1
        return found

    # Bodies

    def body(self, node: tree_sitter.Node, depth: int, block: tree_sitter.Node | None = None) -> Mapping:
        """The attributes and blocks of a body. ``block``: the block whose body it is, whose place it takes."""
        found = self.mapping(block if block is not None else node)
        self._deep(node, depth)
        attributes: dict[str, Scalar] = {}
        groups: dict[str, Mapping | Sequence] = {}
        for child in node.named_children:
            if child.type == "attribute":
                name, value = child.named_children[0], child.named_children[-1]
                key = self.scalar(name, self.text(name))
                earlier = attributes.setdefault(key.value, key)
                if earlier is not key:
                    self.duplicates.append((earlier, key))
                found.pairs.append((key, self.expression(value, depth + 1)))
            elif child.type == "block":
                self._block(child, found, groups, depth)
        return found

    def _block(
        self, block: tree_sitter.Node, parent: Mapping, groups: dict[str, Mapping | Sequence], depth: int
    ) -> None:
        heads: list[Scalar] = []
        body: tree_sitter.Node | None = None
        for child in block.named_children:
            if child.type == "identifier":
                heads.append(self.scalar(child, self.text(child)))
            elif child.type == "string_lit":
                heads.append(self.scalar(child, self._quoted(child), '"'))
            elif child.type == "body":
                body = child
        content = self.body(body, depth + 1, block) if body is not None else self.mapping(block)
        if len(heads) > MAX_LABELS:
            place = Place(self.path, heads[0].line, heads[0].column)
            raise SourceError(f"a block with more than {MAX_LABELS - 1} labels", place, "check the quotes on this line")
        into: Mapping = parent
        for at, head in enumerate(heads):
            # One key for each way of labels, so that the groups of one body are found without a search.
            way = "\0".join(each.value for each in heads[: at + 1]) + ("" if at + 1 < len(heads) else "\0\0")
            group = groups.get(way)
            if group is None:
                last = at + 1 == len(heads)
                group = (
                    Sequence(self.path, head.line, head.column) if last else Mapping(self.path, head.line, head.column)
                )
                groups[way] = group
                into.pairs.append((head, group))
            if isinstance(group, Sequence):
                group.items.append(content)
                group.end_line = content.end_line
            else:
                group.end_line = content.end_line
                into = group

    # Expressions

    def expression(self, node: tree_sitter.Node, depth: int) -> Node:
        """A node for an expression."""
        self._deep(node, depth)
        parts = node.named_children
        while node.type in _WRAPPERS and len(parts) == 1:
            node, parts = parts[0], parts[0].named_children
        kind = node.type
        if kind == "expression":
            parts = [part for part in parts if part.type != "comment"]
            if len(parts) == 1:
                return self.expression(parts[0], depth + 1)
            return self._looked_up(node, parts, depth)
        if kind in ("numeric_lit", "bool_lit", "null_lit"):
            return self.scalar(node, self.text(node))
        if kind == "string_lit":
            return self.scalar(node, self._quoted(node), '"')
        if kind == "variable_expr":
            return self.scalar(node, self.text(node), tag="!ref")
        if kind == "quoted_template":
            return self._template(node, depth)
        if kind == "heredoc_template":
            return self._heredoc(node, depth)
        if kind == "object":
            return self._object(node, depth)
        if kind == "tuple":
            return self._listed(node, [part for part in parts if part.type == "expression"], "", depth)
        if kind == "function_call":
            return self._call(node, depth)
        if kind == "conditional":
            return self._listed(node, [part for part in parts if part.type == "expression"], "!if", depth)
        if kind in ("binary_operation", "unary_operation"):
            return self._operation(node, depth)
        if kind in ("for_tuple_expr", "for_object_expr"):
            return self._for(node, depth)
        return self.scalar(node, self.text(node), tag="!expr")

    def _listed(self, node: tree_sitter.Node, parts: list[tree_sitter.Node], tag: str, depth: int) -> Sequence:
        found = self.sequence(node, tag)
        found.items = [self.expression(part, depth + 1) for part in parts]
        return found

    def _operation(self, node: tree_sitter.Node, depth: int) -> Node:
        """One or two operands: the parser does not wrap them, so that they end at the operator."""
        sign, operands = "", [[]]  # type: tuple[str, list[list[tree_sitter.Node]]]
        for child in node.children:
            if child.is_named:
                if child.type != "comment":
                    operands[-1].append(child)
            elif child.type in _OPERATORS:
                sign = child.type
                if operands[-1]:
                    operands.append([])
        if not sign or not all(operands):
            return self.scalar(node, self.text(node), tag="!expr")
        found = self.sequence(node, f"!op:{sign}")
        for parts in operands:
            if len(parts) == 1:
                found.items.append(self.expression(parts[0], depth + 1))
            else:
                found.items.append(self._looked_up(node, parts, depth + 1))
        return found

    def _object(self, node: tree_sitter.Node, depth: int) -> Mapping:
        found = self.mapping(node)
        for element in node.named_children:
            if element.type != "object_elem":
                continue
            parts = [part for part in element.named_children if part.type == "expression"]
            if len(parts) != 2:
                continue
            key = self.expression(parts[0], depth + 1)
            bracketed = self.text(parts[0]).startswith("(")
            if isinstance(key, Scalar) and key.tag in ("", "!ref"):
                # A bare word is a name; only in brackets it is a reference.
                key.tag = "!ref" if key.tag and (bracketed or "." in key.value) else ""
            elif isinstance(key, Sequence) and key.tag == "!template" and isinstance(key.items[0], Scalar):
                key = self._tagged(key.items[0], "!template")
            else:
                key = self.scalar(parts[0], self.text(parts[0]), tag="!expr")
            found.pairs.append((key, self.expression(parts[1], depth + 1)))
        return found

    def _tagged(self, scalar: Scalar, tag: str) -> Scalar:
        return Scalar(scalar.value, scalar.path, scalar.line, scalar.column, scalar.end_line, scalar.style, tag)

    def _call(self, node: tree_sitter.Node, depth: int) -> Sequence:
        name = "::".join(self.text(part) for part in node.named_children if part.type == "identifier")
        found = self.sequence(node, f"!call:{name}")
        for part in node.named_children:
            if part.type == "function_arguments":
                found.items += [
                    self.expression(each, depth + 1) for each in part.named_children if each.type == "expression"
                ]
                if (
                    any(child.type == "ellipsis" or self.text(child) == "..." for child in part.children)
                    and found.items
                ):
                    spread = Sequence(self.path, found.line, found.column, "!spread")
                    spread.items = [found.items.pop()]
                    found.items.append(spread)
        return found

    def _looked_up(self, node: tree_sitter.Node, parts: list[tree_sitter.Node], depth: int) -> Node:
        """A value with what is looked up in it: plain names make one reference, as far as they go."""
        first = self.expression(parts[0], depth + 1)
        if any(part.type not in _LOOK_UPS for part in parts[1:]):
            return self.scalar(node, self.text(node), tag="!expr")
        keys = [key for part in parts[1:] for key in self._keys(part, depth)]
        if isinstance(first, Scalar) and first.tag == "!ref":
            while keys and isinstance(keys[0], Scalar) and keys[0].tag == "!name":
                first.value = f"{first.value}.{keys.pop(0).value}"  # type: ignore[union-attr]
            if not keys:
                return first
        found = self.sequence(node, "!get")
        for key in keys:
            if isinstance(key, Scalar) and key.tag == "!name":
                key.tag = ""
        found.items = [first, *keys]
        return found

    def _keys(self, part: tree_sitter.Node, depth: int) -> list[Node]:
        if part.type == "get_attr":
            name = part.named_children[-1]
            return [self.scalar(name, self.text(name), tag="!name")]
        if part.type == "index":
            inner = part.named_children[0] if part.named_children else part
            if inner.type == "legacy_index":
                return [self.scalar(inner, self.text(inner).lstrip("."))]
            values = [child for child in inner.named_children if child.type == "expression"]
            return [self.expression(values[0], depth + 1)] if values else [self.scalar(part, "*", tag="!splat")]
        found: list[Node] = [self.scalar(part, "*", tag="!splat")]
        waiting = [child for child in part.named_children if child.type != "comment"]
        while waiting:
            child = waiting.pop(0)
            if child.type in ("get_attr", "index"):
                found += self._keys(child, depth)
            else:
                waiting = [*child.named_children, *waiting]
        return found

    def _for(self, node: tree_sitter.Node, depth: int) -> Node:
        intro = next((part for part in node.named_children if part.type == "for_intro"), None)
        condition = next((part for part in node.named_children if part.type == "for_cond"), None)
        bodies = [part for part in node.named_children if part.type == "expression"]
        grouped = any(self.text(child) == "..." for child in node.children)
        collection = [part for part in intro.named_children if part.type == "expression"] if intro is not None else []
        if intro is None or grouped or not collection or not 1 <= len(bodies) <= 2:
            return self.scalar(node, self.text(node), tag="!expr")
        found = self.sequence(node, "!for")
        names = self.sequence(intro)
        names.items = [self.scalar(part, self.text(part)) for part in intro.named_children if part.type == "identifier"]
        absent = self.scalar(node, "null")
        tests = (
            [part for part in condition.named_children if part.type == "expression"] if condition is not None else []
        )
        found.items = [
            names,
            self.expression(collection[0], depth + 1),
            self.expression(bodies[0], depth + 1) if len(bodies) == 2 else absent,
            self.expression(bodies[-1], depth + 1),
            self.expression(tests[0], depth + 1) if tests else absent,
        ]
        return found

    # Texts

    def _quoted(self, node: tree_sitter.Node) -> str:
        return _unescaped(self.text(node)[1:-1])

    def _template(self, node: tree_sitter.Node, depth: int) -> Node:
        """A quoted text with parts to put in."""
        start, end = node.start_byte + 1, node.end_byte - 1
        whole = self.scalar(node, _unescaped(self.source[start:end].decode()), '"')
        return self._parts(node, whole, start, end, depth, lambda text, _: _unescaped(text))

    def _heredoc(self, node: tree_sitter.Node, depth: int) -> Node:
        first = self.source.find(b"\n", node.start_byte) + 1
        last = self.source.rfind(b"\n", 0, node.end_byte) + 1
        raw = self.source[first:last].decode() if 0 < first <= last else ""
        cut = 0
        if self.source[node.start_byte : node.start_byte + 3] == b"<<-":
            widths = [len(line) - len(line.lstrip(" \t")) for line in raw.split("\n") if line.strip()]
            cut = min(widths, default=0)
        strip = re.compile(rf"^[ \t]{{1,{cut}}}", re.MULTILINE) if cut else None
        value = strip.sub("", raw) if strip else raw
        whole = self.scalar(node, _unescaped_dollars(value), "|")
        whole.end_line = max(whole.line, node.end_point[0])

        def plain(text: str, starts_line: bool) -> str:
            if strip is None:
                return _unescaped_dollars(text)
            head, newline, rest = ("", "", text) if starts_line else text.partition("\n")
            return _unescaped_dollars(head + newline + strip.sub("", rest))

        return self._parts(node, whole, first, max(first, last), depth, plain)

    def _parts(
        self, node: tree_sitter.Node, whole: Scalar, start: int, end: int, depth: int, plain: Callable[[str, bool], str]
    ) -> Node:
        """The text as one Scalar if nothing is put into it, else its parts. ``plain``: what a text between them stands for."""
        holes = [
            child for child in node.named_children if child.type in ("template_interpolation", "template_directive")
        ]
        if not holes:
            return whole
        found = Sequence(self.path, whole.line, whole.column, "!template")
        found.end_line = whole.end_line
        found.items.append(whole)
        at = start
        for hole in holes:
            if hole.start_byte > at:
                text = self.source[at : hole.start_byte].decode()
                found.items.append(self.scalar(hole, plain(text, at == start), '"'))
            inner = [child for child in hole.named_children if child.type == "expression"]
            if hole.type == "template_interpolation" and len(inner) == 1:
                found.items.append(self.expression(inner[0], depth + 1))
            else:
                found.items.append(self.scalar(hole, self.text(hole), tag="!expr"))
            at = hole.end_byte
        if end > at:
            found.items.append(self.scalar(holes[-1], plain(self.source[at:end].decode(), False), '"'))
        return found

    def _deep(self, node: tree_sitter.Node, depth: int) -> None:
        if depth > MAX_EXPRESSION_DEPTH:
            raise _too_deep(self.path, node.start_point[0] + 1, MAX_EXPRESSION_DEPTH)


def _unescaped(text: str) -> str:
    """What a quoted text stands for: its escapes resolved."""
    if "\\" not in text and "$${" not in text and "%%{" not in text:
        return text
    return _ESCAPE.sub(_one_escape, text)


def _one_escape(match: re.Match[str]) -> str:
    short, long, letter, doubled = match.groups()
    if doubled:
        return f"{doubled}{{"
    if letter:
        return _ESCAPED.get(letter, match.group())
    number = int(short or long, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def _unescaped_dollars(text: str) -> str:
    return text.replace("$${", "${").replace("%%{", "%{")


def _too_deep(path: str, line: int, limit: int) -> SourceError:
    return SourceError(f"nested deeper than {limit} levels", Place(path, line), "flatten the structure")


def _check_depth(text: str, path: str) -> None:
    """Refuse what is nested so deep that the parser would take long: brackets are counted, quoted texts left out."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        word = match.group()
        if word in "{[(":
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(path, text.count("\n", 0, match.start()) + 1, MAX_DEPTH)
        elif word in "}])":
            depth = max(0, depth - 1)


def _told(root: tree_sitter.Node, builder: _Builder) -> SourceError:
    """The first place where the parser gave up."""
    node = root
    while True:
        broken = next((child for child in node.children if child.is_missing or child.type == "ERROR"), None)
        if broken is not None:
            node = broken
            break
        inner = next((child for child in node.children if child.has_error), None)
        if inner is None:
            break
        node = inner
    line, column = builder.at(node)
    wanted = f": {node.type} is missing" if node.is_missing and not node.is_named else ""
    return SourceError(
        f"not valid HCL{wanted}",
        Place(builder.path, line, column),
        "check the syntax on this line and the one before it",
    )
