"""What the README shows is what happens. With BARRAISER_WRITE_README=1 the shown runs and the table are written anew."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
RUN = re.compile(r"^```console\n\$ barraiser (?P<command>.*)\n(?P<shown>(?:.*\n)*?)```$", re.MULTILINE)
TABLE = re.compile(r"(?<=<!-- rules: made by tests/test_readme.py -->\n)(?P<shown>(?:.*\n)*?)(?=<!-- end of rules -->)")
WRITE = os.environ.get("BARRAISER_WRITE_README") == "1"
PLATFORMS = {"github-actions": "GitHub", "gitlab-ci": "GitLab", "codepipeline": "CodePipeline"}


def barraiser(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    result = subprocess.run(
        [sys.executable, "-m", "barraiser", *arguments],
        cwd=ROOT,
        env={**environment, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    return result.stdout


def table() -> str:
    rules: list[dict[str, Any]] = json.loads(barraiser("rules", "--output-format", "json"))["rules"]
    lines = ["| id | rule | severity | from profile | decided on |", "| --- | --- | --- | --- | --- |"]
    for rule in rules:
        where = " ".join(PLATFORMS[platform] for platform in rule["platforms"])
        lines.append(f"| {rule['id']} | {rule['title']} | {rule['severity']} | {rule['profile']} | {where} |")
    return "\n".join(lines) + "\n"


def test_runs_are_shown_as_they_are() -> None:
    text = README.read_text()
    runs = list(RUN.finditer(text))
    assert len(runs) >= 3
    for run in runs:
        real = barraiser(*run["command"].split())
        if WRITE:
            new = f"```console\n$ barraiser {run['command']}\n{real}```"
            README.write_text(README.read_text().replace(run[0], new, 1))
        else:
            assert run["shown"] == real


def test_table_of_rules_is_the_catalogue() -> None:
    found = TABLE.search(README.read_text())
    assert found
    if WRITE:
        README.write_text(TABLE.sub(lambda _: table(), README.read_text(), count=1))
    else:
        assert found["shown"] == table()


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_targets_exist(target: str) -> None:
    assert f"make {target}" in README.read_text()
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_links_lead_to_files() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "docs/configuration.md", "docs/platforms.md", "docs/trust.md"):
        file = ROOT / name
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text()):
            assert (file.parent / target).exists(), f"{name}: {target}"


def test_shown_configuration_is_accepted(tmp_path: Path) -> None:
    """Every configuration in the documents is read without a problem."""
    number = 0
    for name in ("README.md", "docs/configuration.md"):
        for block in re.findall(r"^```yaml\n(version: 1\n(?:.*\n)*?)```$", (ROOT / name).read_text(), re.MULTILINE):
            number += 1
            configuration = tmp_path / f"{number}.yml"
            configuration.write_text(re.sub(r"^(plugins|extend_select):.*\n", "", block, flags=re.MULTILINE))
            barraiser("check", "fixtures/demo/passing/github", "--config", str(configuration), "--as-of", "2026-12-01")
    assert number >= 2
