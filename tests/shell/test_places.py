"""A finding that points at another line than the command's sends its reader to the wrong place."""

from __future__ import annotations

import pytest
from shell_helpers import commands, one

from barraiser.model.pipeline import Fragment, Script
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of, commands_of_text


def places(*fragments: Fragment) -> list[tuple[str, int, int, int]]:
    return [command.place.key() for command in commands_of(Script(fragments), {})]


def test_lines_and_columns_of_a_block() -> None:
    text = "npm ci\n\nif a; then\n  npm \\\n    test && deploy\nfi\n"
    assert places(Fragment(text, "ci.yml", 20, 10)) == [
        ("ci.yml", 20, 11, 20), ("ci.yml", 22, 14, 22), ("ci.yml", 23, 13, 24), ("ci.yml", 24, 23, 24),
    ]  # fmt: skip


def test_each_fragment_has_its_own_place() -> None:
    assert places(Fragment("a; b", "ci.yml", 5, 6), Fragment("c", "base.yml", 9, 2)) == [
        ("ci.yml", 5, 7, 5), ("ci.yml", 5, 10, 5), ("base.yml", 9, 3, 9),
    ]  # fmt: skip


def test_fragments_are_one_shell() -> None:
    fragments = [
        Fragment(text, "ci.yml", at)
        for at, text in enumerate(["if [ $A ]; then", "E=x", "deploy $E", "else", "E=y", "fi", "set +e", "t", "end"], 1)
    ]
    found = commands_of(Script(fragments), {})
    assert one(found, "deploy x").conditional
    assert one(found, "deploy x").place.line == 3
    assert one(found, "t").soft_reason == "set +e"


def test_a_broken_fragment_does_not_hide_the_next() -> None:
    fragments = [Fragment("echo it's", "ci.yml", 1), Fragment("./deploy prod", "ci.yml", 2)]
    assert one(commands_of(Script(fragments), {}), "./deploy prod").place.line == 2


def test_folded_text_has_the_line_of_its_scalar() -> None:
    assert places(Fragment("a\nb", "ci.yml", 7, 4, folded=True, end_line=10)) == [("ci.yml", 7, 5, 10)] * 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert places(Fragment(end.join(["a", "", " b \\", "c", "d"]), "x", 1)) == [
        ("x", 1, 1, 1),
        ("x", 3, 2, 4),
        ("x", 5, 1, 5),
    ]


def test_texts_in_quotes_and_here_documents_have_their_own_lines() -> None:
    found = commands("x\nbash -c '\n  a\n  b\n'\nsh <<E\n  c\nE\ny=`\n d`\n")
    assert [(command.words[0], command.place.line, command.place.column) for command in found] == [
        ("x", 1, 1), ("a", 3, 3), ("b", 4, 3), ("c", 7, 3), ("d", 10, 2),
    ]  # fmt: skip


def test_text_is_one_line() -> None:
    found: list[Command] = commands("aws ecs \\\n    update-service --service 'a  b' > log")
    assert found[0].text == "aws ecs update-service --service 'a b' > log"


def test_text_of_no_script_has_the_place_that_it_is_given() -> None:
    place = commands("x")[0].place
    assert [command.place for command in commands_of_text("a\nb | c", place, {})] == [place] * 3
