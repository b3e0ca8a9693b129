"""What the command line accepts, and what it says when it is mistyped."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from barraiser.cli.main import COMMANDS, cli


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek"], "did you mean `check`?"),
        (["check", "--ouput-format", "json"], "--output-format"),
        (["check", "--profile", "basics"], "'basic'"),
        (["check", "--output-format", "yaml"], "'json'"),
        (["check", "--select", "TST01"], "TST001"),
        (["check", "--ignore", "unit-test-before-deploy"], "unit-tests-before-deploy"),
        (["rule", "TST01"], "TST001"),
        (["schema", "reprot"], "report"),
        (["check", "--as-of", "tomorrow"], "2027-01-31"),
        (["check", "nowhere"], "nowhere"),
        (["check", "--config", "nowhere.yml"], "nowhere.yml"),
        (["check", "--include-map", "nowhere"], "nowhere"),
        (["check", "-", "a.yml"], "standard input"),
        (["check", "--output-file", "a", "--output-file", "b"], "--output-format"),
        (["check", "--output-format", "json", "--output-format", "text"], "standard output"),
        (["graph", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_an_error_that_names_the_right_word(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr, result.stderr
    assert not result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


def test_the_version() -> None:
    assert run("--version").stdout == "barraiser 0.1.0\n"


def test_the_catalogue() -> None:
    lines = run("rules").stdout.splitlines()
    data = json.loads(run("rules", "--output-format", "json").stdout)
    assert data["schema_version"] == 1
    assert [line.split()[0] for line in lines] == [rule["id"] for rule in data["rules"]]
    assert set(data["rules"][0]) == {
        "id", "name", "title", "severity", "profile", "platforms", "family", "origin", "parameters",
    }  # fmt: skip


def test_every_rule_is_explained() -> None:
    for rule in json.loads(run("rules", "--output-format", "json").stdout)["rules"]:
        shown = run("rule", rule["name"]).stdout
        for head in (rule["id"], rule["title"], "Why\n", "How it is decided\n", "What to do\n", "Source\n", "after:\n"):
            assert head in shown or "\n".join(head.split(" ", 1)) in shown, (rule["id"], head)
        for parameter in rule["parameters"]:
            assert f"  {parameter['name']} = " in shown


@pytest.mark.parametrize("name", ["report", "graph", "config"])
def test_the_schemas_are_schemas(name: str) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(json.loads(run("schema", name).stdout))
