"""The GitHub Action: its steps run as the runner runs them, with the strictest shell and the runner's variables."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
INSTALL, CHECK = ACTION["runs"]["steps"]
BLOCKED = ROOT / "fixtures" / "demo" / "blocked" / "github"
PASSING = ROOT / "fixtures" / "demo" / "passing" / "github"
SHELL = shutil.which("dash") or "sh"


class Runner:
    """What one step sees, and what it leaves. ``base``: the branch that a pull request is to be merged into, else empty."""

    def __init__(self, temporary: Path, workspace: Path) -> None:
        self.temporary = temporary
        self.workspace = workspace
        self.base = ""
        self.output = temporary / "output"
        self.summary = temporary / "step-summary"

    def run(self, step: dict[str, Any], **inputs: str) -> subprocess.CompletedProcess[str]:
        given = {name: entry.get("default", "") for name, entry in ACTION["inputs"].items()} | inputs
        self.output.write_text("")
        self.summary.write_text("")
        variables = {
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_ACTIONS": "true",
            "CI": "true",
        }
        for name, value in step.get("env", {}).items():
            variables[name] = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: given[match.group(1)], value)
            variables[name] = re.sub(r"\$\{\{ github\.[^}]+ \}\}", self.base, variables[name])
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        inherited = {name: os.environ[name] for name in os.environ if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
        return subprocess.run(
            [SHELL, "-e", str(script)],
            cwd=self.workspace,
            env={**inherited, **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def status(self) -> str:
        return self.output.read_text().strip()


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    temporary = tmp_path_factory.mktemp("runner")
    workspace = temporary / "workspace"
    workspace.mkdir()
    for name in ("venv", "pip", "ensurepip", "sys"):
        (workspace / f"{name}.py").write_text("open('imported', 'w').close()\n")
    result = Runner(temporary, workspace).run(INSTALL)
    assert result.returncode == 0, result.stdout + result.stderr
    assert not (workspace / "imported").exists(), "installing imports Python of the checkout"
    return temporary


@pytest.mark.slow
def test_blocks_and_tells_why(installed: Path) -> None:
    runner = Runner(installed, BLOCKED)
    result = runner.run(CHECK)
    assert result.returncode == 1, result.stderr
    assert runner.status == "status=1"
    assert re.search(r"^::error .*file=\.github/workflows/deploy\.yml,.*ENV001", result.stdout, re.MULTILINE)
    assert "ENV001" in runner.summary.read_text()


@pytest.mark.slow
def test_report_only_start_does_not_fail(installed: Path) -> None:
    runner = Runner(installed, BLOCKED)
    result = runner.run(CHECK, fail="false")
    assert result.returncode == 0, result.stderr
    assert runner.status == "status=1"
    assert "::warning::barraiser would block" in result.stdout


@pytest.mark.slow
def test_passes(installed: Path) -> None:
    runner = Runner(installed, PASSING)
    result = runner.run(CHECK)
    assert result.returncode == 0, result.stdout + result.stderr
    assert runner.status == "status=0"


@pytest.mark.slow
def test_inputs_are_arguments_and_nothing_else(installed: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a folder; touch $(trap) *"
    shutil.copytree(BLOCKED, odd)
    runner = Runner(installed, tmp_path)
    result = runner.run(CHECK, paths=f"{odd.name}\n", profile="basic", config=str(PASSING / ".barraiser.yml"))
    assert result.returncode == 1, result.stderr
    for inputs in ({"profile": "$(touch trap)"}, {"fail-on": "error; touch trap"}, {"config": "`touch trap`"}):
        result = runner.run(CHECK, **inputs)
        assert result.returncode == 2, result.stdout
        assert runner.status == "status=2"
    assert not (tmp_path / "trap").exists()


@pytest.mark.slow
def test_nothing_to_check_is_not_green(installed: Path, tmp_path: Path) -> None:
    result = Runner(installed, tmp_path).run(CHECK)
    assert result.returncode == 3


def test_inputs_never_stand_in_a_script() -> None:
    for step in (INSTALL, CHECK):
        assert "${{" not in step["run"]
        assert step["shell"] == "sh"
    used = re.findall(r"inputs\.([\w-]+)", str(CHECK["env"]))
    assert sorted(used) == sorted(ACTION["inputs"])


def test_uses_no_other_action() -> None:
    assert not [step for step in ACTION["runs"]["steps"] if "uses" in step]


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.parametrize("base", ["main", "refs/heads/main"])
def test_a_pull_request_is_judged_by_the_policy_of_its_base(installed: Path, tmp_path: Path, base: str) -> None:
    origin, checkout = tmp_path / "origin", tmp_path / "checkout"
    shutil.copytree(BLOCKED, origin)
    git(origin, "init", "--quiet", "--initial-branch", "main")
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "base")
    git(origin, "checkout", "--quiet", "-b", "change")
    (origin / ".barraiser.yml").write_text("version: 1\nselect: [GOV002]\n")
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "change")
    git(tmp_path, "clone", "--quiet", "--depth", "1", "--branch", "change", f"file://{origin}", str(checkout))
    runner = Runner(installed, checkout)
    assert runner.run(CHECK).returncode == 0, "outside of pull requests the checkout's own policy counts"
    runner.base = base
    assert runner.run(CHECK, policy="change").returncode == 0
    result = runner.run(CHECK)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "ENV001" in result.stdout
    runner.base = "gone"
    result = runner.run(CHECK)
    assert result.returncode == 2
    assert "::error::barraiser could not fetch the base branch" in result.stdout
