"""A migration that a platform runs once beside the service is a migration."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.testing import judged

TASK = """aws ecs run-task --cluster prod --overrides '{"containerOverrides": [{"name": "web", "command": %s}]}'"""


def kinds(root: Path, command: str) -> list[str]:
    """The kinds of the activities of a job of one command."""
    file = root / ".gitlab-ci.yml"
    file.write_text(f"production:\n  environment: production\n  script:\n    - |\n      {command}\n", encoding="utf-8")
    (result,) = judged(root)
    return [each.kind for job in result.pipeline.jobs for each in job.activities]


@pytest.mark.parametrize(
    "command",
    [
        TASK % '["bundle", "exec", "rails", "db:migrate"]',
        TASK % '["sh", "-c", "alembic upgrade head"]',
        'flyctl ssh console --app shop -C "bin/rails db:migrate"',
        'cf run-task shop --command "flask db upgrade"',
        "railway run npx prisma migrate deploy",
        "flask db upgrade",
    ],
)
def test_a_migration_of_its_own_task(command: str, tmp_path: Path) -> None:
    assert kinds(tmp_path, command) == ["migrate"]


@pytest.mark.parametrize(
    "command",
    [TASK % '["bundle", "exec", "rake", "mail:send"]', TASK % "$COMMAND", 'cf run-task shop --command "flask routes"'],
)
def test_another_task_is_none(command: str, tmp_path: Path) -> None:
    assert "migrate" not in kinds(tmp_path, command)
