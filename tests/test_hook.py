"""The pre-commit hook: which files start it, and one real run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo"
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
GIT = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main"]


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/deploy.yml",
        "services/shop/.github/workflows/deploy.yaml",
        ".github/actions/rollout/action.yml",
        ".gitlab-ci.yml",
        ".gitlab/ci/deploy.yml",
        "ci/deploy.yml",
        "pipeline.yml",
        "infrastructure/shop-pipeline.json",
        "cdk.out/PipelineStack.template.json",
        "delivery/shop.template",
        "modules/delivery/main.tf",
        "buildspec.yml",
        "ci/buildspec-integration.yaml",
    ],
)
def test_pipelines_and_their_parts_start_it(path: str) -> None:
    assert re.search(HOOK["files"], path)


@pytest.mark.parametrize(
    "path",
    ["README.md", "src/pipeline.py", ".github/CODEOWNERS", ".github/dependabot.yml", "package.json", "docs/ci.yml.md"],
)
def test_other_files_do_not(path: str) -> None:
    assert not re.search(HOOK["files"], path)


def test_terraform_dependencies_are_those_of_the_extra() -> None:
    import tomllib

    project: Any = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert HOOK["additional_dependencies"] == project["optional-dependencies"]["terraform"]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "Content")
    return folder


@pytest.mark.slow
def test_real_run(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.mkdir()
    for name in ("linter", "rules"):
        shutil.copytree(ROOT / name, tool / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, tool / name)
    repository(tool)
    blocked = shutil.copytree(DEMO / "blocked" / "github", tmp_path / "blocked")
    (blocked / "notes.md").write_text("Not a pipeline.\n")
    passing = shutil.copytree(DEMO / "passing" / "github", tmp_path / "passing")
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache")}

    def hook(root: Path, *files: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-m",
            "pre_commit",
            "try-repo",
            str(tool),
            "barraiser",
            "--color=never",
            "--files",
            *files,
        ]
        return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)

    result = hook(repository(blocked), ".github/workflows/deploy.yml")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "ENV001" in result.stdout
    assert ".github/workflows/deploy.yml" in result.stdout

    result = hook(blocked, "notes.md")
    assert result.returncode == 0
    assert "no files to check" in result.stdout

    result = hook(repository(passing), ".github/workflows/deploy.yml", "chart/Chart.yaml")
    assert result.returncode == 0, result.stdout + result.stderr
