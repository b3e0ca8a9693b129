"""Tests in one workflow and the deploy in another are joined by what starts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_files import STEPS, job, read, runs, sound

CI = ".github/workflows/ci.yml"
CI_TEXT = f"name: CI\non: {{push: {{branches: [main, dev]}}, pull_request: {{}}}}\njobs:\n  test:{STEPS}"
AFTER = "on: {workflow_run: {workflows: [CI], types: [completed]}}\njobs:\n  deploy:\n"


def test_the_end_of_another_workflow(tmp_path: Path) -> None:
    text = AFTER + "    if: github.event.workflow_run.conclusion == 'success'" + STEPS
    pipeline = sound(read(tmp_path, text, {CI: CI_TEXT}))
    assert [scenario.name for scenario in pipeline.scenarios] == [
        "after CI (push to main)", "after CI (push to dev)", "after CI (pull request)",
    ]  # fmt: skip
    assert [scenario.via for scenario in pipeline.scenarios] == [CI] * 3
    assert [scenario.privileged for scenario in pipeline.scenarios] == [False, False, True]
    (handover,) = pipeline.handovers
    assert (handover.path, handover.via, handover.strength, handover.scenarios) == (
        CI,
        "workflow_run",
        "hard",
        (0, 1, 2),
    )
    assert set(runs(pipeline, "deploy").values()) == {"yes"}


def test_the_other_workflow_is_not_waited_for_to_succeed(tmp_path: Path) -> None:
    pipeline = sound(read(tmp_path, AFTER.rstrip("\n") + STEPS, {CI: CI_TEXT}))
    (handover,) = pipeline.handovers
    assert handover.strength == "soft"
    assert handover.softened_by
    text = AFTER + "    if: github.event.workflow_run.conclusion != 'cancelled'" + STEPS
    (handover,) = sound(read(tmp_path, text, {CI: CI_TEXT})).handovers
    assert handover.strength == "soft"
    assert handover.place.line == 4


def test_a_report_of_failures_beside_a_deploy_that_looks(tmp_path: Path) -> None:
    text = (
        AFTER + "    if: github.event.workflow_run.conclusion == 'success'" + STEPS
        + "  report:" + STEPS + "  on-failure:\n    if: github.event.workflow_run.conclusion == 'failure'" + STEPS
    )  # fmt: skip
    (handover,) = sound(read(tmp_path, text, {CI: CI_TEXT})).handovers
    assert handover.strength == "hard"


def test_branches_and_the_event_of_the_other_run(tmp_path: Path) -> None:
    success = "    if: github.event.workflow_run.conclusion == 'success'" + STEPS
    text = AFTER.replace("[completed]", "[completed], branches: [main]") + success
    pipeline = sound(read(tmp_path, text, {CI: CI_TEXT}))
    assert [scenario.name for scenario in pipeline.scenarios] == ["after CI (push to main)"]
    assert pipeline.scenarios[0].branch == "default"
    text = (
        AFTER
        + "    if: github.event.workflow_run.event == 'push' && github.event.workflow_run.head_branch == 'main'"
        + STEPS
    )
    assert list(runs(sound(read(tmp_path, text, {CI: CI_TEXT})), "deploy").values()) == ["yes", "no", "no"]


def test_a_workflow_that_is_not_here(tmp_path: Path) -> None:
    pipeline = sound(read(tmp_path, AFTER.rstrip("\n") + STEPS))
    assert [scenario.name for scenario in pipeline.scenarios] == ["after CI"]
    assert pipeline.handovers == ()


SENDERS = {
    "gh": "{run: gh workflow run w.yml --ref main -f env=prod}",
    "gh-flags": "{run: 'gh workflow run --repo a/b --ref main w.yml'}",
    "script": "{uses: actions/github-script@v7, with: {script: \"rest.createWorkflowDispatch({workflow_id: 'w.yml'})\"}}",
    "action": "{uses: benc-uk/workflow-dispatch@v1, with: {workflow: w.yml}}",
    "api": "{run: 'curl -X POST https://api.github.com/repos/a/b/actions/workflows/w.yml/dispatches'}",
}


@pytest.mark.parametrize("sender", SENDERS)
def test_a_dispatch_that_a_job_sends(tmp_path: Path, sender: str) -> None:
    other = f"on: push\njobs:\n  test:{STEPS}  send:\n    needs: test\n    runs-on: x\n    steps: [{SENDERS[sender]}]\n"
    pipeline = sound(read(tmp_path, f"on: [workflow_dispatch, push]\njobs:\n  deploy:{STEPS}", {CI: other}))
    (handover,) = pipeline.handovers
    assert (handover.path, handover.via, handover.jobs) == (CI, "workflow_dispatch", ("send",))
    assert [pipeline.scenarios[index].event for index in handover.scenarios] == ["manual"]
    (tmp_path / CI).rename(tmp_path / ".github/workflows/w2.yml")
    sending = sound(read(tmp_path, other, {".github/workflows/x.yml": ""}))
    assert job(sending, "send").calls == ("w.yml",)


def test_an_event_that_a_job_sends(tmp_path: Path) -> None:
    other = (
        f"on: push\njobs:\n  test:{STEPS}  send:\n    runs-on: x\n"
        "    steps: [{uses: peter-evans/repository-dispatch@v3, with: {event-type: deploy}}]\n"
    )
    text = f"on: {{repository_dispatch: {{types: [deploy]}}}}\njobs:\n  deploy:{STEPS}"
    (handover,) = sound(read(tmp_path, text, {CI: other})).handovers
    assert (handover.via, handover.jobs) == ("repository_dispatch", ("send",))
    text = text.replace("[deploy]", "[other]")
    assert sound(read(tmp_path, text, {CI: other})).handovers == ()


def test_only_a_release_made_with_a_token_of_its_own_starts_anything(tmp_path: Path) -> None:
    text = f"on: {{release: {{types: [published]}}}}\njobs:\n  deploy:{STEPS}"
    for token, count in (("GITHUB_TOKEN", 0), ("RELEASE_TOKEN", 1)):
        other = (
            "on: push\njobs:\n  make:\n    runs-on: x\n    steps:\n"
            f"      - {{run: gh release create v1, env: {{GH_TOKEN: '${{{{ secrets.{token} }}}}'}}}}\n"
        )
        assert len(sound(read(tmp_path, text, {CI: other})).handovers) == count
