"""A lock of the platform is one for the whole repository, whichever file names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.testing import judged

DEPLOY = """\
name: Deploy
on: {push: {branches: [main]}}
concurrency: {group: GROUP}
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps: [{run: kubectl apply -f k8s/production}]
"""
OTHER = """\
name: Other
on: {push: {branches: [main]}}
concurrency: {group: GROUP, cancel-in-progress: CANCELS}
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: npm test}]
"""


@pytest.mark.parametrize(
    ("group", "other", "cancels", "verdict"),
    [
        ("deploy", "Deploy", "true", "failed"),
        ("deploy", "deploy", "false", "passed"),
        ("deploy", "test", "true", "passed"),
        ("'${{ github.ref }}'", "'${{ github.ref }}'", "true", "unknown"),
        ("'${{ github.workflow }}'", "'${{ github.workflow }}'", "true", "passed"),
        ("'x-${{ github.run_id }}'", "'x-${{ github.run_id }}'", "true", "passed"),
    ],
)
def test_another_file_cancels_what_holds_the_group(
    tmp_path: Path, group: str, other: str, cancels: str, verdict: str
) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "deploy.yml").write_text(DEPLOY.replace("GROUP", group), encoding="utf-8")
    (folder / "other.yml").write_text(OTHER.replace("GROUP", other).replace("CANCELS", cancels), encoding="utf-8")
    (result,) = [each for each in judged(tmp_path) if each.pipeline.name == "Deploy"]
    assert result.verdicts["WIN005"] == verdict
