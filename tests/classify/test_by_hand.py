"""What a person starts to restart or scale what runs is no deploy; what brings a version is one, whoever starts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.testing import judged

SEND = 'aws ssm send-command --targets Key=tag:Stage,Values=prod --parameters commands="{}"'


def kind(root: Path, name: str, command: str, *, on: str = "workflow_dispatch") -> tuple[str, bool | None]:
    """The kind of a workflow of one command, and whether it reaches production."""
    file = root / ".github" / "workflows" / "ops.yml"
    file.parent.mkdir(parents=True)
    file.write_text(
        f"name: {name}\non: [{on}]\njobs:\n  run:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n"
        f"      - run: {command}\n",
        encoding="utf-8",
    )
    (result,) = judged(root)
    return result.pipeline.kind, result.deploys_to_prod


@pytest.mark.parametrize(
    "command",
    [
        SEND.format("systemctl restart worker"),
        "ssh ops@shop.example.com sudo systemctl restart worker",
        "kubectl --context prod scale deployment/workers --replicas=0",
    ],
)
def test_operating_by_hand_deploys_nothing(command: str, tmp_path: Path) -> None:
    assert kind(tmp_path, "Restart workers", command) == ("pure-ci", False)


@pytest.mark.parametrize(
    ("name", "command", "on"),
    [
        ("Restart workers", SEND.format("docker compose pull && docker compose up -d"), "workflow_dispatch"),
        ("Deploy", SEND.format("systemctl restart worker"), "workflow_dispatch"),
        ("Restart workers", SEND.format("systemctl restart worker"), "push"),
        ("Operate", "kubectl --context prod set image deployment/shop shop=shop:2", "workflow_dispatch"),
    ],
)
def test_what_brings_a_version_is_a_deploy(name: str, command: str, on: str, tmp_path: Path) -> None:
    assert kind(tmp_path, name, command, on=on) == ("service-deploy", True)
