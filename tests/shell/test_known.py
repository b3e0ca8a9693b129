"""A script that was read before: its commands are the same, at its own place."""

from __future__ import annotations

import pytest

from barraiser.model.pipeline import Fragment, Script
from barraiser.shell.known import MAX_CHARACTERS, MAX_SCRIPT, MAX_SCRIPTS, MAX_VARIABLES, Known, key_of
from barraiser.shell.parser import commands_of

TEXTS = (
    "npm ci",
    "set -e\nkubectl apply -f k8s/ | tee log | cat\nhelm upgrade web . || true",
    'for e in a b; do\n  deploy "$e" "$ENV"\ndone',
    "cat <<EOF | kubectl apply -f -\nkind: Service\nEOF",
    'X="cd $ENV"\nbash -c "$X && make"\ntrap "echo done" EXIT',
    'if [ "$ENV" = prod ]; then\n  aws s3 sync . s3://x\nfi',
)


def _told(script: Script, variables: dict[str, str]) -> list[tuple[object, ...]]:
    commands = commands_of(script, variables)
    return [
        (
            each.words, each.place.key(), each.text, dict(each.assignments), each.soft, each.soft_reason, each.conditional,
            each.condition, each.background, each.function, dict(each.loop), each.heredoc, each.repeats, each.polls,
            commands.index(each.stdin_from) if each.stdin_from in commands else None,
        )
        for each in commands
    ]  # fmt: skip


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("text", TEXTS)
def test_elsewhere_is_as_read_there(text: str, folded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"ENV": "prod", "OTHER": "x"}

    def at(path: str, line: int, columns: int) -> Script:
        return Script([Fragment(text, path, line, columns, folded=folded, end_line=line + 4)])

    commands_of(at("a.yml", 3, 2), variables)
    again = _told(at("b.yml", 30, 8), variables)
    monkeypatch.setattr("barraiser.shell.parser._KNOWN", Known())
    assert again == _told(at("b.yml", 30, 8), variables)


def test_other_variables_give_other_commands() -> None:
    script = Script([Fragment('deploy "$ENV"', "a.yml", 1)])
    assert commands_of(script, {"ENV": "prod"})[0].words == ("deploy", "prod")
    assert commands_of(script, {"ENV": "beta"})[0].words == ("deploy", "beta")


def test_a_variable_that_a_value_names_counts() -> None:
    script = Script([Fragment('bash -c "$RUN"', "a.yml", 1)])
    first = key_of(script, {"RUN": "deploy $ENV", "ENV": "prod"}, None)
    assert first != key_of(script, {"RUN": "deploy $ENV", "ENV": "beta"}, None)


def test_variables_that_the_text_does_not_name_do_not_count() -> None:
    script = Script([Fragment("deploy $ENV", "a.yml", 1)])
    assert key_of(script, {"ENV": "prod", "A": "1"}, None) == key_of(script, {"ENV": "prod", "A": "2"}, None)


def test_what_is_kept_is_bounded() -> None:
    known = Known()
    for at in range(3 * MAX_SCRIPTS):
        script = Script([Fragment(f"echo {at} {'x' * 500}", "a.yml", 1)])
        key = key_of(script, {}, None)
        assert key is not None
        known.keep(key, script, [])
        assert len(known._found) <= MAX_SCRIPTS
        assert known._characters <= MAX_CHARACTERS
    assert key_of(Script([Fragment("x" * (MAX_SCRIPT + 1), "a.yml", 1)]), {}, None) is None


def test_many_or_long_variables_are_not_looked_through() -> None:
    script = Script([Fragment("deploy $ENV", "a.yml", 1)])
    assert key_of(script, {f"A{at}": "" for at in range(MAX_VARIABLES + 1)}, None) is None
    assert key_of(script, {"ENV": "x" * (MAX_SCRIPT + 1)}, None) is None
