"""The demo pipelines, and the commands of `make demo`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo"
PLATFORMS = ("github", "gitlab", "codepipeline")


def check(root: Path) -> tuple[int, dict[str, Any]]:
    result = subprocess.run(
        [sys.executable, "-m", "barraiser", "check", str(root), "--output-format", "json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in result.stderr, result.stderr
    (pipeline,) = json.loads(result.stdout)["pipelines"]
    return result.returncode, pipeline


BLOCKED = {
    "github": {"ENV001", "BLD002", "TST004", "WIN005", "ENV006", "SEC001", "RLB001", "RLB005", "GOV001"},
    "gitlab": {
        "ENV001",
        "BLD002",
        "TST004",
        "WIN005",
        "ENV006",
        "APV002",
        "SRC001",
        "WIN004",
        "RLB001",
        "RLB005",
        "GOV001",
    },
    "codepipeline": {"ENV001", "TST001", "APV002", "RLB008", "GOV001"},
}
"""What each blocked pipeline was written to miss."""


@pytest.mark.parametrize("platform", PLATFORMS)
def test_blocked_pipelines_miss_what_they_were_written_to_miss(platform: str) -> None:
    status, pipeline = check(DEMO / "blocked" / platform)
    assert status == 1
    assert pipeline["verdict"] == "blocked"
    failed = {rule for rule, verdict in pipeline["verdicts"].items() if verdict == "failed"}
    assert failed == BLOCKED[platform]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_passing_pipelines_meet_every_rule(platform: str) -> None:
    status, pipeline = check(DEMO / "passing" / platform)
    assert status == 0
    assert pipeline["verdict"] == "passed"
    assert pipeline["deploys_to_prod"] is True
    assert not [finding for finding in pipeline["findings"] if finding["verdict"] == "failed"]


def test_commands_of_make_demo_succeed() -> None:
    listed = subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "demo", f"VIRTUAL_ENV={sys.prefix}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    commands = [line for line in listed.stdout.splitlines() if line.startswith(f"{sys.prefix}/bin/barraiser ")]
    assert len(commands) >= 4
    for command in commands:
        result = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"
        assert result.stdout.strip(), command
