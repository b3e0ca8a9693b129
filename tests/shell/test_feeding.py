"""Loops and xargs over values that the script itself writes: one command for each, so that no environment is missed."""

from __future__ import annotations

import pytest
from shell_helpers import commands


@pytest.mark.parametrize(
    "text",
    [
        "echo staging prod | xargs -n1 deploy --to",
        "echo staging prod | xargs -n 1 deploy --to",
        "printf '%s\\n' staging prod | xargs -I{} deploy --to {}",
        "printf '%s\\n' staging prod | while read -r where; do deploy --to $where; done",
        "while read where; do deploy --to $where; done <<EOF\nstaging\nprod\nEOF",
        "for where in $(echo staging prod); do deploy --to $where; done",
        "ALL='staging prod'\nfor where in $(echo $ALL); do deploy --to $where; done",
    ],
)
def test_one_command_for_each_value(text: str) -> None:
    found = [list(each.words) for each in commands(text) if each.words[0] == "deploy"]
    assert found == [["deploy", "--to", "staging"], ["deploy", "--to", "prod"]]


@pytest.mark.parametrize(
    "text",
    [
        "echo staging prod | xargs deploy",
        "echo $PLACES | xargs -n1 deploy",
        "cat places | xargs -n1 deploy",
        "cat places | while read where; do deploy $where; done",
        "echo staging prod | while read one other; do deploy $one $other; done",
        "for where in $(echo $PLACES); do deploy $where; done",
        "printf '%s-%s\\n' staging prod | while read where; do deploy $where; done",
        "echo -e 'staging\\nprod' | while read where; do deploy $where; done",
        "echo staging prod | xargs -n1",
    ],
)
def test_one_pass_where_the_values_are_not_told_apart(text: str) -> None:
    found = [each.words for each in commands(text) if "deploy" in each.words]
    assert len(found) == (0 if text.endswith("-n1") else 1)


def test_many_values_are_one_pass() -> None:
    text = f"printf '%s\\n' {' '.join(f'p{number}' for number in range(500))} | xargs -n1 deploy"
    assert len([each for each in commands(text) if "deploy" in each.words]) == 1
