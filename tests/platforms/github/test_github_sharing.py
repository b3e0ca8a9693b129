"""The steps of a matrix's legs are read once where they are the same, and are as if they were read for each."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_files import read

WORKFLOW = """\
on: push
env: {TOP: a}
jobs:
  build:
    strategy: {matrix: {os: [ubuntu-latest, windows-latest, macos-latest], node: [18, 20]}}
    runs-on: ${{ matrix.os }}
    env: {LEVEL: debug}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: {node-version: "${{ matrix.node }}"}
      - run: npm ci
      - id: unit
        run: npm test
      - if: matrix.os == 'ubuntu-latest'
        id: only
        run: npm run lint
      - if: steps.only.outcome == 'success'
        run: npm run report
      - if: steps.unit.outcome == 'failure'
        run: exit 1
      - name: ${{ Runner.os }} $LEVEL
        run: echo ${{ env.LEVEL }}
      - run: npm run late
        continue-on-error: true
"""


def _told(folder: Path) -> list[object]:
    pipeline = read(folder, WORKFLOW)
    return [
        (
            job.id, step.name, step.key, step.uses, dict(step.inputs), dict(step.env), step.place.key(), step.soft,
            step.condition.text, step.condition.runs, step.script.fragments[0].text if step.script else None,
            step.script.shell if step.script else None,
        )
        for job in pipeline.jobs for step in job.steps
    ]  # fmt: skip


def test_shared_steps_are_as_if_read_for_each_leg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = _told(tmp_path)
    monkeypatch.setattr("barraiser.platforms.github.sharing._is_alike", lambda node: False)
    assert shared == _told(tmp_path)
    assert {entry[11] for entry in shared if isinstance(entry, tuple)} >= {"bash", "pwsh"}
    assert len(shared) == 6 * 9


def test_what_looks_at_no_leg_is_read_once(tmp_path: Path) -> None:
    jobs = [job for job in read(tmp_path, WORKFLOW).jobs if "ubuntu" in job.id]
    assert jobs[0].steps[2] is jobs[1].steps[2]
    assert jobs[0].steps[1] is not jobs[1].steps[1]
