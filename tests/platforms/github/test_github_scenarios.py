"""A way of starting that is missed is a way to production that nobody checks; one too many is a false alarm."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_files import STEPS, ids, read, read_all, runs, sound

JOB = "jobs:\n  a:" + STEPS


def names(folder: Path, on: str, **options: str) -> list[str]:
    return [scenario.name for scenario in sound(read(folder, f"on: {on}\n{JOB}", **options)).scenarios]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("push", ["push to main", "push to another branch", "push of a tag"]),
        ("[push, pull_request]", ["push to main", "push to another branch", "push of a tag", "pull request"]),
        ("{push: {branches: [main]}}", ["push to main"]),
        ("{push: {branches: [dev]}}", ["push to dev"]),
        ("{push: {branches: main}}", ["push to main"]),
        ("{push: {branches: ['**', '!main']}}", ["push to another branch"]),
        ("{push: {branches-ignore: [main]}}", ["push to another branch"]),
        ("{push: {branches: [main, 'release/**']}}", ["push to main", "push to release/**"]),
        ("{push: {tags: ['v*']}}", ["push of a tag v*"]),
        ("{push: {branches: [master], tags: ['v*']}}", ["push to master", "push of a tag v*"]),
        ("{push: {paths: [src/**]}}", ["push to main", "push to another branch", "push of a tag"]),
        ("{pull_request: {types: [closed]}}", ["pull request closed", "pull request merged"]),
        ("{schedule: [{cron: '0 5 * * *'}]}", ["schedule"]),
        ("[merge_group, release]", ["merge queue", "release"]),
        ("[issue_comment, issues]", ["comment on a pull request", "event issues"]),
        ("workflow_dispatch", ["manual run"]),
        ("[repository_dispatch, workflow_dispatch]", ["manual run", "dispatch"]),
        ("[workflow_call, push]", ["push to main", "push to another branch", "push of a tag", "called"]),
        ("{workflow_run: {workflows: [CI], types: [completed]}}", ["after CI"]),
    ],
)
def test_every_event_is_a_way_of_starting(tmp_path: Path, on: str, expected: list[str]) -> None:
    assert names(tmp_path, on) == expected


def test_the_default_branch(tmp_path: Path) -> None:
    pipeline = read(tmp_path, f"on: {{push: {{branches: [develop, master]}}}}\n{JOB}")
    assert (pipeline.default_branch, pipeline.default_branch_from) == ("master", "on.push.branches")
    pipeline = read(tmp_path, f"on: {{push: {{branches: [develop, master]}}}}\n{JOB}", branch="develop")
    assert (pipeline.default_branch, pipeline.default_branch_from) == ("develop", "--default-branch")
    assert [scenario.branch for scenario in pipeline.scenarios] == ["default", "named"]
    assert read(tmp_path, f"on: push\n{JOB}").default_branch == "main"


def test_a_branch_that_a_condition_names_is_a_way_of_its_own(tmp_path: Path) -> None:
    text = "on: push\njobs:\n  a:\n    if: github.ref == 'refs/heads/staging'" + STEPS
    assert runs(sound(read(tmp_path, text)), "a") == {
        "push to main": "no", "push to staging": "yes", "push to another branch": "no", "push of a tag": "no",
    }  # fmt: skip


def test_who_starts_it_with_what_rights(tmp_path: Path) -> None:
    text = f"on: [pull_request, pull_request_target, issue_comment, push]\n{JOB}"
    told = {each.name: (each.unmerged, each.privileged) for each in sound(read(tmp_path, text)).scenarios}
    assert told["pull request"] == (True, False)
    assert told["pull request (target)"] == (True, True)
    assert told["comment on a pull request"] == (True, True)
    assert told["push to main"] == (False, False)


def test_a_merged_pull_request_is_merged_code(tmp_path: Path) -> None:
    text = (
        "on: {pull_request: {types: [closed], branches: [main]}}\njobs:\n  a:\n"
        "    if: github.event.pull_request.merged == true" + STEPS
    )
    pipeline = sound(read(tmp_path, text))
    assert runs(pipeline, "a") == {"pull request closed": "no", "pull request merged": "yes"}
    assert not pipeline.scenarios[1].unmerged
    assert pipeline.scenarios[1].ref == "refs/heads/main"


def test_what_a_pull_request_and_a_tag_are_not(tmp_path: Path) -> None:
    text = "on: [push, pull_request]\njobs:\n" + "".join(
        f"  {name}:\n    if: {condition}{STEPS}"
        for name, condition in (
            ("main", "github.ref_name == 'main'"),
            ("tag", "startsWith(github.event.ref, 'refs/tags/')"),
            ("skip", "contains(github.event.head_commit.message, 'x')"),
            ("request", "endsWith(github.ref, '/merge')"),
        )
    )
    pipeline = sound(read(tmp_path, text))
    starts = ("push to main", "push of a tag", "pull request")
    assert {each.id: [runs(pipeline, each.id)[name] for name in starts] for each in pipeline.jobs} == {
        "main": ["yes", "no", "no"],
        "tag": ["no", "yes", "no"],
        "skip": ["maybe", "maybe", "no"],
        "request": ["no", "maybe", "yes"],
    }


INPUTS = """\
on:
  workflow_dispatch:
    inputs:
      target: {type: choice, options: [staging, production]}
      dry: {type: boolean}
      unused: {type: boolean}
      note: {type: string}
jobs:
  a:
    if: inputs.target == 'production' && !inputs.dry
    runs-on: x
    steps: [{run: x}]
  b:
    if: github.event.inputs.dry == 'true' || inputs.note == 'x'
    runs-on: x
    steps: [{run: x}]
"""


def test_a_manual_run_is_split_by_the_inputs_that_decide_something(tmp_path: Path) -> None:
    pipeline = sound(read(tmp_path, INPUTS))
    assert [dict(scenario.inputs) for scenario in pipeline.scenarios] == [
        {"target": "staging", "dry": "true"},
        {"target": "staging", "dry": "false"},
        {"target": "production", "dry": "true"},
        {"target": "production", "dry": "false"},
    ]
    assert list(runs(pipeline, "a").values()) == ["no", "no", "no", "yes"]
    assert list(runs(pipeline, "b").values()) == ["yes", "maybe", "yes", "maybe"]


def test_too_many_inputs_are_not_split(tmp_path: Path) -> None:
    inputs = "".join(f"      i{n}: {{type: boolean}}\n" for n in range(40))
    text = (
        f"on:\n  workflow_dispatch:\n    inputs:\n{inputs}jobs:\n  a:\n    if: "
        + " && ".join(f"inputs.i{n}" for n in range(40))
        + STEPS
    )
    pipeline = sound(read(tmp_path, text))
    assert len(pipeline.scenarios) == 16
    assert set(runs(pipeline, "a").values()) == {"no", "maybe"}


def test_a_file_that_only_others_call_is_no_entry(tmp_path: Path) -> None:
    text = f"on: workflow_call\n{JOB}"
    assert read_all(tmp_path, text) == []
    pipeline = sound(read(tmp_path, text, called=True))
    assert [scenario.event for scenario in pipeline.scenarios] == ["called"]
    assert ids(pipeline) == ["a"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("github.event_name == 'push'", "yes"),
        ("github.event_name != 'push'", "no"),
        ("github.ref_name == github.event.repository.default_branch", "yes"),
        ("github.ref_type == 'tag'", "no"),
        ("github.repository == 'a/b'", "yes"),
        ("github.repository_owner == 'a'", "yes"),
        ("github.repository == 'a/b' || github.repository == 'c/d'", "maybe"),
        ("github.event.pull_request.head.repo.fork == false", "yes"),
        ("!contains(github.event.head_commit.message, 'skip')", "maybe"),
        ("false", "no"),
        ("${{ false }}", "no"),
        ("${{ false }} && true", "yes"),
        ("vars.GO == '1'", "maybe"),
        ("always()", "yes"),
        ("failure()", "no"),
    ],
)
def test_conditions_on_a_push_to_main(tmp_path: Path, condition: str, expected: str) -> None:
    text = f"on: {{push: {{branches: [main]}}}}\njobs:\n  a:\n    if: >-\n      {condition}{STEPS}"
    assert runs(sound(read(tmp_path, text)), "a") == {"push to main": expected}


def test_a_schedule_has_its_times_and_zones(tmp_path: Path) -> None:
    on = "{schedule: [{cron: '0 5 * * 1', timezone: Europe/Berlin}, {cron: '0 9 * * *'}]}"
    (scenario,) = sound(read(tmp_path, f"on: {on}\n{JOB}")).scenarios
    assert [(each.cron, each.zone) for each in scenario.schedules] == [
        ("0 5 * * 1", "Europe/Berlin"),
        ("0 9 * * *", ""),
    ]
