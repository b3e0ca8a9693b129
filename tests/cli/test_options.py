"""What the command line accepts, and what it says when it is mistyped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import Result, invoke

from barraiser.cli.main import COMMANDS


def run(*arguments: str, stdin: str | None = None) -> Result:
    return invoke(arguments, stdin)


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
        ([], "Commands:"),
        (["--verson"], "did you mean `--version`?"),
        (["check", "--jobs", "many"], "from 0 to 256"),
        (["check", "--jobs", "257"], "from 0 to 256"),
        (["check", "--fail-on", "eror"], "did you mean `error`?"),
        (["check", "--exit", "a.yml"], "--exit-zero"),
        (["check", "--output-file"], "--output-file: expected one argument"),
        (["rule"], "ID|NAME is missing"),
        (["rules", "TST001"], "one argument too many: `TST001`"),
        (["init", "nowhere"], "nowhere"),
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


def test_paths_stand_anywhere(tmp_path: Path) -> None:
    for name in ("a.yml", "-b.yml"):
        (tmp_path / name).write_text("on: push\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n")
    arguments = [
        "check",
        "a.yml",
        "--platform",
        "github-actions",
        "--output-format=concise",
        "--statistics",
        "--",
        "-b.yml",
    ]
    result = subprocess.run(
        [sys.executable, "-m", "barraiser", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert [line.partition(":")[0] for line in result.stdout.splitlines()[:2]] == ["-b.yml", "a.yml"]


def test_help_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for command in COMMANDS:
        assert max(map(len, run(command, "--help").stdout.splitlines())) <= 60


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
