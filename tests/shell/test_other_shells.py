"""Shells whose grammar is not followed still give their commands, without a guess at what a failure does."""

from __future__ import annotations

from shell_helpers import commands, lines, one

from barraiser.model.tri import MAYBE, NO, YES
from barraiser.shell.others import family_of


def test_powershell() -> None:
    text = (
        "$env:STAGE = 'prod'\n# note\nnpm test\nif ($LASTEXITCODE -ne 0) { exit 1 }\nnpm run lint\n"
        'az webapp deploy `\n  --name "my app" --slot $env:STAGE\n& "C:\\a b\\x.exe" go | Out-Null\n'
        "$x = kubectl get pods; dotnet test || $true\n"
    )
    found = commands(text, shell="pwsh")
    assert [" ".join(command.words) for command in found] == [
        "npm test", "exit 1", "npm run lint", "az webapp deploy --name my app --slot prod", "C:\\a b\\x.exe go", "Out-Null",
        "kubectl get pods", "dotnet test", "$true",
    ]  # fmt: skip
    assert one(found, "npm test").soft == NO
    assert one(found, "npm run lint").soft == MAYBE
    assert one(found, "dotnet test").soft == YES
    assert one(found, "exit 1").conditional
    assert one(found, "az webapp deploy --name my app --slot prod").place.line == 6


def test_one_command_is_the_last() -> None:
    assert commands("npm test", shell="powershell")[0].soft == NO


def test_cmd() -> None:
    found = commands(
        "@echo off\r\nREM note\r\nset STAGE=prod\r\ncall npm test || exit /b 1\r\ndeploy ^\r\n  %STAGE%\r\n",
        shell="cmd",
    )
    assert one(found, "npm test").soft == NO
    assert one(found, "deploy prod").place.line == 5


def test_python_gives_only_what_it_calls() -> None:
    text = (
        "import os, subprocess\nprint('deploy')\n# os.system('no')\nos.system(\"npm test && npm run lint\")\n"
        'subprocess.run(["kubectl", "apply", "-f", path], check=True)\nsubprocess.check_call("helm upgrade a b", shell=True)\n'
    )
    found = commands(text, shell="python")
    assert [(" ".join(command.words), command.soft, command.place.line) for command in found] == [
        ("npm test", MAYBE, 4), ("npm run lint", MAYBE, 4), ("kubectl apply -f", NO, 5), ("helm upgrade a b", NO, 6),
    ]  # fmt: skip


def test_ruby_and_node() -> None:
    assert lines('system "rake test"\nsh("cap deploy")\nputs "x"', shell="ruby") == ["rake test", "cap deploy"]
    assert lines("execSync('npm test')\nawait $`cdk deploy`\nconsole.log('x')", shell="node") == [
        "npm test",
        "cdk deploy",
    ]


def test_families() -> None:
    names = [
        "bash",
        "/bin/sh",
        "pwsh",
        "PowerShell.exe",
        "python3.11",
        "/usr/bin/env python",
        "cmd",
        "bash -e {0}",
        "",
        "zsh",
        "nix develop -c bash -e {0}",
    ]
    assert [family_of(name) for name in names] == [
        "sh", "sh", "powershell", "powershell", "python", "python", "cmd", "sh", "sh", "sh", "sh",
    ]  # fmt: skip
