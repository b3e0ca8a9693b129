"""A loader that loses a place, a key or an alias makes every finding of the file wrong."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from barraiser.source.errors import SourceError
from barraiser.source.limits import MAX_BYTES
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence
from barraiser.source.yaml_loader import load


def one(text: str | bytes) -> Document:
    (document,) = load(text.encode() if isinstance(text, str) else text, "f.yml")
    return document


def root(text: str | bytes) -> Mapping:
    node = one(text).root
    assert isinstance(node, Mapping)
    return node


def error_of(data: bytes | str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        load(data.encode() if isinstance(data, str) else data, "f.yml")
    assert caught.value.fix
    assert caught.value.place.path == "f.yml"
    return caught.value


def scalar(node: Node | None) -> Scalar:
    assert isinstance(node, Scalar)
    return node


def test_on_stays_text() -> None:
    assert root("on: push\nyes: no\n").text("on") == "push"


def test_places_are_those_of_an_editor() -> None:
    tree = root("# c\na:\n  - x: 1\n    'ü': é y\n")
    (item,) = tree.sequence("a") or []
    assert isinstance(item, Mapping)
    assert (item.line, item.column, item.end_line) == (3, 5, 4)
    value = scalar(item.get("ü"))
    assert (value.line, value.column) == (4, 10)


def test_crlf_and_byte_order_mark_do_not_shift_places() -> None:
    tree = root(b"\xef\xbb\xbfa: 1\r\nb:\r\n  c: 2\r\n")
    key = tree.key("a")
    assert key is not None
    assert (key.line, key.column) == (1, 1)
    inner = tree.mapping("b")
    assert inner is not None
    assert (scalar(inner.get("c")).line, scalar(inner.get("c")).column) == (3, 6)


def test_unicode_line_separators_do_not_count_as_lines() -> None:
    key = root("a: 'x\u2028y\x85z'\nb: 1\n").key("b")
    assert key is not None
    assert key.line == 2


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("s: |\n  a\n  b\n\n\n# c\nt: 1\n", 3),
        ("s: |-\n  a\nt: 1\n", 2),
        ("s: |\n\n  a\n  b\nt: 1\n", 4),
        ("s: >-\n  a\n  b\n\n\nt: 1\n", 3),
        ("s: a\n  b\nt: 1\n", 2),
        ("s: 'a\n\n  b'\nt: 1\n", 3),
        ("s: [a,\n  b\n  ]\nt: 1\n", 3),
        ("s:\n  - a\n  - b\n\n# c\n\nt: 1\n", 3),
        ("s:\n  x: {y: 1}\n\n\nt: 1\n", 2),
        ("s:\nt: 1\n", 1),
    ],
)
def test_a_value_ends_where_its_text_ends(text: str, end: int) -> None:
    value = root(text).get("s")
    assert value is not None
    assert value.end_line == end


def test_a_mapping_ends_with_its_last_alias_not_with_the_anchor() -> None:
    tree = root("a: &x\n  k: 1\nb:\n  c: 1\n  d: *x\ne: 1\n")
    inner = tree.mapping("b")
    assert inner is not None
    assert inner.end_line == 5


def test_duplicate_keys_are_told_with_both_places() -> None:
    document = one("a: 1\nb: {x: 1, x: 2, x: 3}\na: 2\n")
    assert [(first.line, second.line, first.value) for first, second in document.duplicates] == [
        (2, 2, "x"),
        (2, 2, "x"),
        (1, 3, "a"),
    ]
    assert isinstance(document.root, Mapping)
    assert document.root.text("a") == "2"


def test_an_alias_is_the_anchored_node() -> None:
    tree = root("a: &x [1]\nb: *x\n")
    assert tree.get("a") is tree.get("b")


def test_undefined_and_recursive_aliases_are_refused_where_they_stand() -> None:
    assert str(error_of("a: 1\nb: *nothing\n")).startswith("f.yml:2:")
    assert error_of("a: 1\nb: *nothing\n").place.column == 4
    assert error_of("a: &r\n  b: [*r]\n").place.line == 2


def test_anchors_end_with_their_document() -> None:
    assert error_of("a: &x 1\n---\nb: *x\n").place.line == 3


def test_merge_keys_give_way_to_own_keys() -> None:
    tree = root("a: &a {k: 1, z: 2}\nb: &b {k: 5, y: 6}\nc:\n  k: 3\n  <<: [*a, *b]\nd: {<<: *b, <<: *a}\n")
    merged = tree.mapping("c")
    assert merged is not None
    assert {key.value: scalar(value).value for key, value in merged} == {"k": "3", "z": "2", "y": "6"}
    assert scalar(merged.get("z")).line == 1
    twice = tree.mapping("d")
    assert twice is not None
    assert {key.value for key, _ in twice} == {"k", "y", "z"}


def test_merge_keys_are_known_to_platforms_that_refuse_them() -> None:
    document = one("a: &a {k: 1}\nb:\n  <<: *a\n'<<': x\n")
    assert [key.line for key in document.merges] == [3]
    assert document.duplicates == []


def test_a_later_merge_wins_where_the_platform_has_it_so() -> None:
    text = b"a: &a {k: 1}\nb: {k: 2, <<: *a}\nc: {<<: *a, k: 2}\n"
    (document,) = load(text, "f.yml", later_merge_wins=True)
    assert isinstance(document.root, Mapping)
    first, second = document.root.mapping("b"), document.root.mapping("c")
    assert first is not None
    assert second is not None
    assert (first.text("k"), second.text("k")) == ("1", "2")


def test_tags_are_data() -> None:
    tree = root(
        "a: !Ref x\nb: !Sub '${A}'\nc: !reference [.x, script]\nd: !GetAtt\n  - a\n  - b\ne: !If {a: 1}\nf: !!str true\n"
    )
    tags = {key.value: value.tag for key, value in tree}
    assert tags == {"a": "!Ref", "b": "!Sub", "c": "!reference", "d": "!GetAtt", "e": "!If", "f": ""}
    assert scalar(tree.get("f")).as_bool() is None


def test_several_documents_and_none() -> None:
    assert [document.root is None for document in load(b"a: 1\n---\n---\nb: 2\n", "f.yml")] == [False, True, False]
    for nothing in (b"", b"# only a comment\n", b"\xef\xbb\xbf", b"---\n", b"null\n"):
        assert one(nothing).root is None


def test_flow_depth_and_block_depth_are_bounded() -> None:
    assert "nest" in error_of("a: " + "[" * 200_000).message
    assert "nest" in error_of("\n".join(" " * depth + "a:" for depth in range(1500))).message
    assert one("[" * 150 + "]" * 150).root is not None


def test_alias_bombs_end() -> None:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    assert "aliases" in error_of("\n".join(lines)).message


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"a: 1\nb: \xff\n", 2, 4),
        (b"a: 1\nb: \x01\n", 2, 4),
        (b"a: 1\nb: \x00\n", 2, 4),
        ("a: 1\n".encode("utf-16"), 1, 1),
        ("a: 1\n".encode("utf-16-le"), 1, 2),
        (b"a:\n\tb: 1\n", 2, 1),
        (b"a: b: c\n", 1, 5),
        (b"a: 'x\n", 1, 6),
        (b"? [x]\n: 1\n", 1, 3),
        (b"a" * (MAX_BYTES + 1), 1, 1),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(data: bytes, line: int, column: int) -> None:
    error = error_of(data)
    assert (error.place.line, error.place.column) == (line, column)


def test_tabs_get_the_fix_that_helps() -> None:
    assert "spaces" in error_of("a:\n\tb: 1\n").fix


@pytest.mark.parametrize(
    "text",
    [
        '{\n\t"a": "\\ud83d\\ude00",\n\t"b": "\\/x"}',
        '{"a"\n:\n"\\ud83d\\ude00", "b": "/x"}',
        '\t{"a": "\U0001f600", "b": "/x"}',
    ],
)
def test_json_that_yaml_refuses_is_read(text: str) -> None:
    tree = root(text)
    assert (tree.text("a"), tree.text("b")) == ("\U0001f600", "/x")


def test_json_by_the_second_way_keeps_places_and_duplicates() -> None:
    document = one('{\n  "a": "\\ud83d\\ude00",\n  "b": [1, {"c": null}],\n  "b": true\n}')
    assert isinstance(document.root, Mapping)
    assert [(first.line, second.line) for first, second in document.duplicates] == [(3, 4)]
    assert document.root.end_line == 5
    sequence = document.root.pairs[1][1]
    assert isinstance(sequence, Sequence)
    inner = sequence.items[1]
    assert isinstance(inner, Mapping)
    assert (inner.line, inner.column) == (3, 12)
    assert scalar(inner.get("c")).is_null()


def test_a_lone_surrogate_can_be_printed() -> None:
    root('{"a": "\\ud83d"}').text("a").encode()


def test_without_libyaml_the_nodes_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "on: push\na: &x {k: 1}\nb:\n  <<: *x\n  s: |\n    l\n  t: !Ref y\n"
    fast = dump(root(text))
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    assert dump(root(text)) == fast


def dump(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return [node.line, node.column, node.end_line, node.tag, [(dump(key), dump(value)) for key, value in node]]
    if isinstance(node, Sequence):
        return [node.line, node.column, node.end_line, node.tag, [dump(item) for item in node]]
    if isinstance(node, Scalar):
        return [node.line, node.column, node.end_line, node.tag, node.style, node.value]
    return None


def nodes(node: Node | None) -> list[Node]:
    found: list[Node] = []
    waiting = [node] if node is not None else []
    while waiting:
        current = waiting.pop()
        found.append(current)
        if isinstance(current, Mapping):
            waiting += [part for pair in current for part in pair]
        elif isinstance(current, Sequence):
            waiting += current.items
    return found


YAML_TEXT = st.text(st.sampled_from("ab:-?[]{},&*!|>'\"#% \n\t\r\\<~/ü\U0001f600\u2028"), max_size=60)


@given(st.one_of(YAML_TEXT, st.text(max_size=40)))
def test_any_text_gives_nodes_inside_it_or_an_error_inside_it(text: str) -> None:
    documents: list[Document] = []
    lines = text.count("\n") + text.count("\r") + 1
    try:
        documents = load(text.encode("utf-8", "surrogatepass"), "f.yml")
        places = [(node.line, node.end_line, node.column) for document in documents for node in nodes(document.root)]
    except SourceError as error:
        places = [(error.place.line, error.place.end_line, error.place.column)]
    for first, last, column in places:
        assert 1 <= first <= last <= lines + 1
        assert column >= 1


JSON_VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=12,
)


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return {key.value: plain(value) for key, value in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node]
    return node.value if isinstance(node, Scalar) else "null"


def as_text(value: object) -> object:
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return value if isinstance(value, str) else json.dumps(value)


@given(JSON_VALUE, st.booleans(), st.sampled_from([None, 2, "\t"]))
@example({"\x85": None}, False, None)
@example("\x7f", False, None)
def test_every_json_file_is_read_as_it_is(value: object, ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert plain(one(text.encode()).root) == as_text(value)
