"""Tags, releases, branches and dispatches of one workflow that start another: joined where the platform would start it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from github_files import STEPS, read, sound

from barraiser.classify.entries import Entries
from barraiser.graph.build import stage_graph
from barraiser.model.tri import MAYBE, YES
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

CI = ".github/workflows/ci.yml"
OWN = "${{ secrets.RELEASE_PAT }}"
APP = "${{ steps.app.outputs.token }}"
RUN = "${{ secrets.GITHUB_TOKEN }}"
CHECKOUT = "{{uses: actions/checkout@v4, with: {{token: '{token}'}}}}"
TAGS = f"on: {{push: {{tags: ['v*']}}}}\njobs:\n  deploy:{STEPS}"
RELEASE = f"on: {{release: {{types: [published]}}}}\njobs:\n  deploy:{STEPS}"


def sender(*steps: str, on: str = "push", more: str = "") -> str:
    return f"on: {on}\n{more}jobs:\n  make:\n    runs-on: x\n    steps:\n" + "".join(
        f"      - {step}\n" for step in steps
    )


def made(folder: Path, text: str, other: str, **files: str) -> list[tuple[str, tuple[str, ...]]]:
    """How the other workflow starts the one with this text, and by which of its jobs."""
    named = {f".github/workflows/{name}.yml": body for name, body in files.items()}
    return [(each.via, each.jobs) for each in sound(read(folder, text, {CI: other, **named})).handovers]


@pytest.mark.parametrize(("token", "count"), [(OWN, 1), (APP, 1), (RUN, 0), ("", 0), ("${{ github.token }}", 0)])
@pytest.mark.parametrize(
    "push",
    [
        "{run: git tag v1.2 && git push origin v1.2}",
        '{run: \'git tag -a "v$V" -m "release $V"\n\n          git push --follow-tags\'}',
        "{run: 'npm version patch; git push origin main --tags'}",
        "{run: 'git push origin \"${{ steps.bump.outputs.new_tag }}\"'}",
        "{run: 'git push origin HEAD:refs/tags/v1'}",
        "{uses: stefanzweifel/git-auto-commit-action@v5, with: {tagging_message: v1}}",
    ],
)
def test_a_tag_that_git_pushes_counts_by_whose_key_it_pushes(tmp_path: Path, push: str, token: str, count: int) -> None:
    found = made(tmp_path, TAGS, sender(CHECKOUT.format(token=token), push))
    assert found == [("tag", ("make",))] * count


@pytest.mark.parametrize(("token", "count"), [(OWN, 1), (RUN, 0)])
@pytest.mark.parametrize(
    "step",
    [
        "{{uses: mathieudutour/github-tag-action@v6, with: {{github_token: '{token}'}}}}",
        "{{uses: anothrNick/github-tag-action@v1, env: {{GITHUB_TOKEN: '{token}'}}}}",
        "{{uses: googleapis/release-please-action@v4, with: {{token: '{token}'}}}}",
        "{{run: npx semantic-release, env: {{GITHUB_TOKEN: '{token}'}}}}",
        "{{uses: softprops/action-gh-release@v2, with: {{tag_name: v1, token: '{token}'}}}}",
        "{{run: gh release create v1, env: {{GH_TOKEN: '{token}'}}}}",
        "{{uses: actions/github-script@v7, with: {{github-token: '{token}', script: \"x.createRef({{ref: 'refs/tags/v1'}})\"}}}}",
    ],
)
def test_a_tag_that_a_tool_makes_counts_by_its_token(tmp_path: Path, step: str, token: str, count: int) -> None:
    assert made(tmp_path, TAGS, sender(step.format(token=token))) == [("tag", ("make",))] * count


def test_the_token_may_stand_in_the_address_or_around_the_step(tmp_path: Path) -> None:
    url = "{run: 'git push \"https://x:$PAT@github.com/a/b\" v1', env: {PAT: '${{ secrets.PAT }}'}}"
    assert made(tmp_path, TAGS, sender("{run: git tag v1}", url.replace("v1'", "refs/tags/v1'"))) == [
        ("tag", ("make",))
    ]
    around = sender("{run: gh release create v1}", more="env: {GH_TOKEN: '${{ secrets.PAT }}'}\n")
    assert made(tmp_path, RELEASE, around) == [("release", ("make",))]
    key = sender("{uses: actions/checkout@v4, with: {ssh-key: '${{ secrets.KEY }}'}}", "{run: git push --tags}")
    assert made(tmp_path, TAGS, key) == [("tag", ("make",))]


@pytest.mark.parametrize(
    "step",
    [
        "{run: gh release create v1 --draft, env: {GH_TOKEN: '${{ secrets.PAT }}'}}",
        "{uses: softprops/action-gh-release@v2, with: {draft: true, token: '${{ secrets.PAT }}'}}",
        "{uses: release-drafter/release-drafter@v6, env: {GITHUB_TOKEN: '${{ secrets.PAT }}'}}",
        "{run: gh release create v1 --repo a/other, env: {GH_TOKEN: '${{ secrets.PAT }}'}}",
        "{uses: OctopusDeploy/create-release-action@v3, with: {token: '${{ secrets.OCTOPUS }}'}}",
        "{run: 'git push origin --delete v1', env: {A: '${{ secrets.PAT }}'}}",
    ],
)
def test_what_starts_nothing_here(tmp_path: Path, step: str) -> None:
    assert made(tmp_path, RELEASE, sender(step)) == []
    assert made(tmp_path, TAGS, sender(step)) == []


def test_the_tags_name_must_be_one_that_is_waited_for(tmp_path: Path) -> None:
    checkout = CHECKOUT.format(token=OWN)
    staging = sender(checkout, "{run: 'git tag \"staging-$X\"; git push --tags'}")
    assert made(tmp_path, TAGS, staging) == []
    assert made(tmp_path, TAGS.replace("v*", "staging-*"), staging) == [("tag", ("make",))]
    assert (
        made(tmp_path, TAGS.replace("v*", "v1.*"), sender(checkout, "{run: git tag v2.0 && git push origin v2.0}"))
        == []
    )


def test_a_branch_that_a_workflow_pushes(tmp_path: Path) -> None:
    text = f"on: {{push: {{branches: [main, production]}}}}\njobs:\n  deploy:{STEPS}"
    checkout = CHECKOUT.format(token=OWN)
    pipeline = sound(read(tmp_path, text, {CI: sender(checkout, "{run: git push origin HEAD:production}")}))
    (handover,) = pipeline.handovers
    assert [pipeline.scenarios[number].name for number in handover.scenarios] == ["push to production"]
    assert made(tmp_path, text, sender(checkout, "{run: git push origin main}")) == []


def test_a_called_workflow_or_action_that_sends(tmp_path: Path) -> None:
    caller = "on: push\njobs:\n  cut:\n    uses: ./.github/workflows/cut.yml\n    secrets: inherit\n"
    called = sender("{run: gh release create v1, env: {GH_TOKEN: '${{ secrets.PAT }}'}}", on="workflow_call")
    assert made(tmp_path, RELEASE, caller, cut=called) == [("release", ("cut / make",))]


def test_a_dispatch_by_name_and_by_what_it_gives(tmp_path: Path) -> None:
    text = (
        "name: Deploy it\non:\n  workflow_dispatch:\n    inputs: {environment: {type: choice, options: [staging, prod]}}\n"
        f"jobs:\n  deploy:\n    environment: ${{{{ inputs.environment }}}}{STEPS}"
    )
    step = "{run: 'gh workflow run \"Deploy it\" -f environment=prod'}"
    pipeline = sound(read(tmp_path, text, {CI: sender(step)}))
    (handover,) = pipeline.handovers
    assert [pipeline.scenarios[number].inputs for number in handover.scenarios] == [{"environment": "prod"}]
    assert made(tmp_path, text, sender("{run: gh workflow run other.yml -f environment=prod}")) == []


def test_a_dispatch_to_another_repository(tmp_path: Path) -> None:
    text = f"on: [workflow_dispatch]\njobs:\n  deploy:{STEPS}"
    step = "{run: gh workflow run w.yml --repo shop/other}"
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text('[remote "origin"]\n\turl = git@github.com:shop/app.git\n', encoding="utf-8")
    assert made(tmp_path, text, sender(step)) == []
    assert made(tmp_path, text, sender(step.replace("shop/other", "shop/app"))) == [("workflow_dispatch", ("make",))]


FIRST = """\
on: {push: {branches: [main, dev]}, pull_request: {}}
jobs:
  staging:
    if: github.ref == 'refs/heads/main'
    runs-on: x
    steps: [{run: ./deploy staging}]
  cut:
    needs: staging
    runs-on: x
    steps: [{run: gh release create v1, env: {GH_TOKEN: '${{ secrets.PAT }}'}}]
"""


def test_what_the_sending_job_needs_has_run_and_holds_the_next_workflow_back(tmp_path: Path) -> None:
    read(tmp_path, RELEASE, {CI: FIRST})
    entries = Entries(Repository(str(tmp_path)), ReadOptions(default_branch="main"))
    (pipeline,) = entries.at(".github/workflows/w.yml")
    graph = stage_graph(pipeline, entries).in_scenario(0)
    staging, deploy = (
        next(each for each in graph.graph.nodes if each.job.id == name) for name in ("staging", "deploy")
    )
    assert graph.runs(deploy) == YES
    assert graph.gates(staging, deploy) == YES


def test_the_end_of_a_run_is_that_of_the_scenario_that_it_had(tmp_path: Path) -> None:
    condition = f"    if: github.event.workflow_run.conclusion == 'success'{STEPS}"
    text = f"on: {{workflow_run: {{workflows: [CI], types: [completed]}}}}\njobs:\n  deploy:\n{condition}"
    read(tmp_path, text, {CI: "name: CI\n" + FIRST})
    entries = Entries(Repository(str(tmp_path)), ReadOptions(default_branch="main"))
    (pipeline,) = entries.at(".github/workflows/w.yml")
    stages = stage_graph(pipeline, entries)
    staging = next(each for each in stages.nodes if each.job.id == "staging")
    runs = {each.name: stages.in_scenario(number).runs(staging) for number, each in enumerate(pipeline.scenarios)}
    assert MAYBE not in runs.values()
    assert [name for name, answer in runs.items() if answer == YES] == ["after CI (push to main)"]


def test_two_dispatches_in_one_script_are_both_found(tmp_path: Path) -> None:
    call = "curl -X POST https://api.github.com/repos/a/b/actions/workflows/{}.yml/dispatches"
    step = "{run: '" + "; ".join(call.format(name) for name in ("other", "w")) + "'}"
    assert made(tmp_path, f"on: [workflow_dispatch]\njobs:\n  deploy:{STEPS}", sender(step)) == [
        ("workflow_dispatch", ("make",))
    ]


def test_long_scripts_are_looked_through_in_little_time(tmp_path: Path) -> None:
    script = (
        "git tag -m x " * 3000 + "git push " * 3000 + "gh release create --a " * 3000 + "gh workflow run -f " * 3000
    )
    started = time.perf_counter()
    step = "{run: '" + script + "', env: {GH_TOKEN: '${{ secrets.A }}'}}"
    made(tmp_path, TAGS, sender(CHECKOUT.format(token=OWN), step))
    made(tmp_path, f"on: [workflow_dispatch]\njobs:\n  deploy:{STEPS}", sender(step + " # w.yml"))
    assert time.perf_counter() - started < 3


def test_a_local_action_and_a_script_that_send(tmp_path: Path) -> None:
    action = (
        "inputs: {token: {}}\nruns:\n  using: composite\n"
        "  steps: [{run: gh release create v1, shell: bash, env: {GH_TOKEN: '${{ inputs.token }}'}}]\n"
    )
    folder = tmp_path / ".github/actions/cut"
    folder.mkdir(parents=True)
    (folder / "action.yml").write_text(action, encoding="utf-8")
    for token, count in ((OWN, 1), (RUN, 0)):
        step = f"{{uses: ./.github/actions/cut, with: {{token: '{token}'}}}}"
        assert made(tmp_path, RELEASE, sender(step)) == [("release", ("make",))] * count
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci/tag.sh").write_text('git tag "v$1"\ngit push --tags\n', encoding="utf-8")
    found = made(tmp_path, TAGS, sender(CHECKOUT.format(token=OWN), "{run: ./ci/tag.sh 1}"))
    assert found == [("tag", ("make",))]


def test_a_release_of_the_tag_that_started_it_makes_no_further_tag(tmp_path: Path) -> None:
    step = "{uses: softprops/action-gh-release@v2, with: {token: '" + OWN + "'}}"
    other = "on: {push: {tags: ['v*']}}"
    by_tag = sender(step).replace("on: push", other)
    assert made(tmp_path, TAGS, by_tag) == []
    assert made(tmp_path, RELEASE, by_tag) == [("release", ("make",))]
    also = sender(step).replace("on: push", "on: {push: {tags: ['v*'], branches: [main]}}")
    assert made(tmp_path, TAGS, also) == [("tag", ("make",))]
