"""`barraiser init`: the first configuration, written once, and one that check can read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures" / "demo" / "blocked"


def barraiser(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "barraiser", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("platform", ["github", "gitlab", "codepipeline"])
def test_what_it_writes_can_be_read(tmp_path: Path, platform: str) -> None:
    root = tmp_path / "shop"
    shutil.copytree(FIXTURES / platform, root)
    written = barraiser(root, "init")
    assert written.returncode == 0, written.stderr
    assert "version: 1" in (root / ".barraiser.yml").read_text("utf-8")
    checked = barraiser(root, "check", ".")
    assert checked.returncode == 1
    assert checked.stderr == ""


def test_it_writes_over_nothing_unless_told(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(FIXTURES / "github", root)
    (root / ".barraiser.yml").write_text("version: 1\nowner: team-shop\n", "utf-8")
    refused = barraiser(root, "init")
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert "team-shop" in (root / ".barraiser.yml").read_text("utf-8")
    assert "version: 1" in barraiser(root, "init", "--stdout").stdout
    assert barraiser(root, "init", "--force").returncode == 0
    assert "team-shop" not in (root / ".barraiser.yml").read_text("utf-8")


def test_no_pipeline_no_configuration(tmp_path: Path) -> None:
    found = barraiser(tmp_path, "init")
    assert found.returncode == 3
    assert "no pipeline" in found.stderr
    assert not (tmp_path / ".barraiser.yml").exists()
