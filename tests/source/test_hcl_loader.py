"""Terraform files: places that a finding can point at, structure that values can be worked out from, and limits."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.hcl_loader import load_hcl
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence


def body(text: str) -> Mapping:
    root = load_hcl(text.encode(), "x.tf").root
    assert isinstance(root, Mapping)
    return root


def value(expression: str) -> Node:
    found = body(f"v = {expression}\n").get("v")
    assert found is not None
    return found


def shape(node: Node) -> object:
    """A node as plain data: tags first, places left out."""
    if isinstance(node, Scalar):
        return f"{node.tag} {node.value}" if node.tag else node.value
    if isinstance(node, Sequence):
        items = [shape(item) for item in node.items]
        return [node.tag, *items] if node.tag else items
    return {f"{key.tag} {key.value}" if key.tag else key.value: shape(item) for key, item in node}


def test_blocks_of_one_type_stand_in_a_list_below_their_labels() -> None:
    root = body('resource "a" "b" {\n  stage { name = "A" }\n  stage {\n    name = "B"\n  }\n}\nresource "a" "c" {}\n')
    assert shape(root) == {"resource": {"a": {"b": [{"stage": [{"name": "A"}, {"name": "B"}]}], "c": [{}]}}}


def test_places_are_those_of_an_editor() -> None:
    root = load_hcl('\ufeff# é\r\nb "x" {\r\n  é = "ü" # c\r\n  n = [\r\n    1,\r\n  ]\r\n}\r\n'.encode(), "x.tf").root
    assert isinstance(root, Mapping)
    labelled = root.mapping("b")
    assert labelled is not None
    block = (labelled.sequence("x") or Sequence("", 1, 1)).items[0]
    assert isinstance(block, Mapping)
    assert (block.line, block.column, block.end_line) == (2, 1, 7)
    text, numbers = block.get("é"), block.get("n")
    assert text is not None
    assert numbers is not None
    assert (text.line, text.column) == (3, 7)
    assert (numbers.line, numbers.end_line) == (4, 6)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1", "1"),
        ("true", "true"),
        ("null", "null"),
        ('"a\\n\\"q\\" $${x} \\u00e9"', 'a\n"q" ${x} é'),
        ("var.x", "!ref var.x"),
        ('"${var.x}-y"', ["!template", "${var.x}-y", "!ref var.x", "-y"]),
        ('var.m["k"].n', ["!get", "!ref var.m", "k", "n"]),
        ("a.b[*].c", ["!get", "!ref a.b", "!splat *", "c"]),
        ("a.b.*.c", ["!get", "!ref a.b", "!splat *", "c"]),
        ('v == "p" ? [1] : []', ["!if", ["!op:==", "!ref v", "p"], ["1"], []]),
        ("-x.y + 1", ["!op:+", ["!op:-", "!ref x.y"], "1"]),
        ("!(a || b.c)", ["!op:!", ["!op:||", "!ref a", "!ref b.c"]]),
        ("merge(a, { b = 1 }, c...)", ["!call:merge", "!ref a", {"b": "1"}, ["!spread", "!ref c"]]),
        ("[for k, v in m : k if v]", ["!for", ["k", "v"], "!ref m", "null", "!ref k", "!ref v"]),
        ("{ for s in l : s.n => s }", ["!for", ["s"], "!ref l", "!ref s.n", "!ref s", "null"]),
        ('{ a = 1, "b" : 2, (var.k) = 3 }', {"a": "1", "b": "2", "!ref var.k": "3"}),
    ],
)
def test_expressions_keep_their_structure(expression: str, expected: object) -> None:
    assert shape(value(expression)) == expected


def test_a_here_document_is_a_block_text_with_its_lines() -> None:
    text = value("<<-EOT\n    version: 0.2\n      a: $${b}\n\n  EOT")
    assert isinstance(text, Scalar)
    assert (text.value, text.style, text.line, text.end_line) == ("version: 0.2\n  a: ${b}\n\n", "|", 1, 4)
    parts = value("<<EOT\n  a: ${var.x}\nb\nEOT")
    assert shape(parts) == ["!template", "  a: ${var.x}\nb\n", "  a: ", "!ref var.x", "\nb\n"]


def test_duplicate_attributes_are_told_with_both_places() -> None:
    document = load_hcl(b"a = 1\nb { x = 1\n x = 2 }\na = 2\n", "x.tf")
    assert [(one.value, one.line, two.line) for one, two in document.duplicates] == [("x", 2, 3), ("a", 1, 4)]


@pytest.mark.parametrize("text", ["a = \n", 'r "x" {', "a = [1\nb = 2\n", "}\n", "a = ${x}"])
def test_what_is_no_hcl_is_told_with_its_place(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        load_hcl(text.encode(), "x.tf")
    assert caught.value.place.path == "x.tf"
    assert caught.value.fix


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5000, "a = " + "[" * 100 + "]" * 100 + "\n", "a {" * 3000, 'a = "${' * 3000, "a = " + "!" * 5000 + "b\n",
     "a = b" + ".c" * 30_000 + "\n", "a = b" + "[0]" * 30_000 + "\n", "a = " + "1 + " * 20_000 + "1\n", "a = 1\n" * 140_000,
     "a = /* */ " * 20_000 + "1\n", "a " + '"b" ' * 20_000 + "{}\n"],
)  # fmt: skip
def test_hostile_files_end_soon(text: str) -> None:
    began = time.process_time()
    with suppress(SourceError):
        load_hcl(text.encode(), "x.tf")
    assert time.process_time() - began < 4


def test_an_empty_file_has_a_body_or_none() -> None:
    assert load_hcl(b"", "x.tf").root is None
    assert load_hcl(b"# only a comment\n", "x.tf").root is None


def test_without_the_extra_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tree_sitter_hcl", None)
    with pytest.raises(MissingExtra) as caught:
        load_hcl(b"a = 1\n", "x.tf")
    assert caught.value.command == "pip install 'barraiser[terraform]'"


@given(st.text(alphabet='ab=" {}[]()$<-\n.,:?#é%!\\', max_size=60))
@settings(max_examples=50, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(SourceError):
        load_hcl(text.encode(), "x.tf")
