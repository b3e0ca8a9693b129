"""What is installed: both packages with their data, the command, and nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

import barraiser

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    return wheel, source


def test_wheel_holds_both_packages_with_their_data(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[0]).namelist())
    for folder, package in (("linter", "barraiser"), ("rules", "barraiser_rules")):
        for file in (ROOT / folder / package).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert file.relative_to(ROOT / folder).as_posix() in names
    others = {name.split("/")[0] for name in names} - {"barraiser", "barraiser_rules"}
    assert all(name.endswith(".dist-info") for name in others), others
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_installed_wheel_works(built: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "site"
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(built[0])], check=True)
    environment = {**os.environ, "PYTHONPATH": str(target)}
    where = [
        sys.executable,
        "-c",
        "import barraiser, barraiser_rules; print(barraiser.__file__, barraiser_rules.__file__)",
    ]
    shown = subprocess.run(where, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert shown.count(str(target)) == 2
    for command in (["rules"], ["--version"], ["schema", "report"], ["schema", "graph"], ["schema", "config"]):
        result = subprocess.run(
            [str(target / "bin" / "barraiser"), *command],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr


def test_source_distribution_can_be_tested(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for wanted in (
        "LICENSE",
        "README.md",
        "Makefile",
        "tests/test_packaging.py",
        "fixtures/demo/passing/github/.github/workflows/deploy.yml",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith((".venv", ".git/"))]


def test_versions_agree() -> None:
    version = PROJECT["project"]["version"]
    assert barraiser.__version__ == version
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert f"rev: v{version}" in (ROOT / "README.md").read_text()


def test_continuous_integration_can_be_started() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    for target in ("demo", "test", "test-all", "bench", "docs", "format"):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_python_versions_agree() -> None:
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert PROJECT["project"]["requires-python"] == f">={named[0]}"
    listed = re.search(r"for version in ([\d. ]+);", (ROOT / "Makefile").read_text())
    assert listed
    assert listed[1].split() == named
