"""What a job waits for, and what takes the teeth of it, decides every rule about gates."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_files import STEPS, edge, ids, job, read, runs, script, sound, step

from barraiser.model.tri import MAYBE, NO, YES

MAIN = "on: {push: {branches: [main]}}\n"


def deploy(folder: Path, condition: str, extra: str = "", test: str = ""):  # type: ignore[no-untyped-def]
    """A test, a lint, and a deploy that needs both, on this condition."""
    line = f"    if: {condition}\n" if condition else ""
    return sound(
        read(
            folder,
            f"{MAIN}jobs:\n  test:\n{test}    runs-on: x\n    steps: [{{run: x}}]\n  lint:{STEPS}"
            f"  deploy:\n    needs: [test, lint]\n{line}{extra}    runs-on: x\n    steps: [{{run: x}}]\n",
        )
    )


@pytest.mark.parametrize(
    ("condition", "test", "lint", "skips", "always"),
    [
        ("", "hard", "hard", True, False),
        ("github.ref == 'refs/heads/main'", "hard", "hard", True, False),
        ("success()", "hard", "hard", True, False),
        ("always()", "soft", "soft", False, True),
        ("${{ !cancelled() }}", "soft", "soft", False, True),
        ("${{ !failure() && !cancelled() }}", "hard", "hard", False, False),
        ("always() && needs.test.result == 'success'", "hard", "soft", True, False),
        ("always() && needs.test.result != 'failure'", "soft", "soft", False, False),
        ("${{ !cancelled() && needs.test.result != 'failure' }}", "hard", "soft", False, False),
        ("always() && needs.test.result == 'success' && needs.lint.result == 'success'", "hard", "hard", True, False),
        ("always() && (needs.test.result == 'success' || needs.lint.result == 'success')", "soft", "soft", False, True),
        ("always() && !contains(needs.*.result, 'failure')", "soft", "soft", False, False),
        ("${{ !cancelled() && !contains(needs.*.result, 'failure') }}", "hard", "hard", False, False),
        ("needs.test.result == 'success'", "hard", "hard", True, False),
    ],
)
def test_what_holds_a_deploy_back(
    tmp_path: Path, condition: str, test: str, lint: str, skips: bool, always: bool
) -> None:
    pipeline = deploy(tmp_path, condition)
    assert edge(pipeline, "test", "deploy").strength == test
    assert edge(pipeline, "lint", "deploy").strength == lint
    assert edge(pipeline, "test", "deploy").skips is skips
    assert job(pipeline, "deploy").condition.always is always
    assert runs(pipeline, "deploy") == {"push to main": "yes"}
    if test == "soft":
        assert edge(pipeline, "test", "deploy").softened_by
        assert edge(pipeline, "test", "deploy").place.line == 11


def test_a_failure_handler_may_run(tmp_path: Path) -> None:
    condition = job(deploy(tmp_path, "failure()"), "deploy").condition
    assert condition.on_failure
    assert not condition.always
    assert condition.runs == (MAYBE,)


def test_an_always_between_does_not_hide_an_earlier_failure(tmp_path: Path) -> None:
    pipeline = sound(
        read(
            tmp_path,
            f"{MAIN}jobs:\n  test:{STEPS}  report:\n    needs: test\n    if: always(){STEPS}  deploy:\n    needs: report{STEPS}",
        )
    )
    assert edge(pipeline, "test", "report").strength == "soft"
    assert edge(pipeline, "report", "deploy").strength == "hard"
    assert edge(pipeline, "test", "deploy").strength == "hard"
    assert job(pipeline, "deploy").needs == ("report",)


def test_continue_on_error_makes_a_job_toothless(tmp_path: Path) -> None:
    pipeline = deploy(tmp_path, "", test="    continue-on-error: true\n")
    found = edge(pipeline, "test", "deploy")
    assert (found.strength, found.softened_by, found.place.line) == ("soft", "continue-on-error: true", 4)
    assert job(pipeline, "test").soft == YES
    pipeline = deploy(tmp_path, "always() && needs.test.result == 'success'", test="    continue-on-error: true\n")
    assert edge(pipeline, "test", "deploy").strength == "soft"
    pipeline = deploy(tmp_path, "", test="    continue-on-error: ${{ vars.X }}\n")
    assert job(pipeline, "test").soft == MAYBE


def test_what_a_skipped_job_takes_with_it(tmp_path: Path) -> None:
    text = (
        f"on: [push, pull_request]\njobs:\n  build:\n    if: github.event_name == 'push'{STEPS}"
        f"  deploy:\n    needs: build{STEPS}  other:\n    needs: build\n    if: always(){STEPS}"
    )
    pipeline = sound(read(tmp_path, text))
    assert runs(pipeline, "deploy")["pull request"] == "no"
    assert runs(pipeline, "other")["pull request"] == "yes"


def test_matrix_instances_and_what_they_wait_for(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  deploy:
    strategy:
      matrix:
        env: [staging, prod]
        region: [eu-west-1, us-east-1]
        exclude: [{{env: staging, region: us-east-1}}]
        include: [{{env: prod, region: eu-west-1, size: big}}, {{env: dev}}]
    environment: ${{{{ matrix.env }}}}
    runs-on: x
    continue-on-error: ${{{{ matrix.env == 'dev' }}}}
    steps: [{{run: "./go ${{{{ matrix.region }}}} ${{{{ matrix.size }}}}"}}]
  after:
    needs: deploy{STEPS}"""
    pipeline = sound(read(tmp_path, text))
    expected = [
        "deploy (staging, eu-west-1)",
        "deploy (prod, eu-west-1, big)",
        "deploy (prod, us-east-1)",
        "deploy (dev)",
    ]
    assert ids(pipeline) == [*expected, "after"]
    assert job(pipeline, "after").needs == tuple(expected)
    assert {each.template for each in pipeline.jobs} == {"deploy", "after"}
    assert [each.environment.name for each in pipeline.jobs if each.environment] == ["staging", "prod", "prod", "dev"]
    assert script(pipeline, "deploy (prod, eu-west-1, big)") == "./go eu-west-1 big"
    assert [job(pipeline, each).soft for each in expected] == [NO, NO, NO, YES]


def test_instances_one_after_the_other_are_only_scheduled_so(tmp_path: Path) -> None:
    text = f"{MAIN}jobs:\n  a:\n    strategy: {{max-parallel: 1, matrix: {{x: [1, 2]}}}}{STEPS}"
    found = edge(sound(read(tmp_path, text)), "a (1)", "a (2)")
    assert (found.kind, found.strength, found.softened_by) == ("sequence", "order", "max-parallel: 1")


def test_a_matrix_from_literal_json_and_one_that_cannot_be_told(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  a:
    strategy: {{matrix: {{v: "${{{{ fromJSON('[1, 2]') }}}}"}}}}
    runs-on: x
    steps: [{{run: x}}]
  b:
    needs: a
    strategy: {{matrix: "${{{{ fromJSON(needs.a.outputs.m) }}}}"}}
    environment: ${{{{ matrix.env }}}}
    runs-on: x
    steps: [{{run: "x ${{{{ matrix.env }}}}"}}]
"""
    pipeline = sound(read(tmp_path, text))
    assert ids(pipeline) == ["a (1)", "a (2)", "b"]
    environment = job(pipeline, "b").environment
    assert environment is not None
    assert (environment.name, environment.resolved) == ("${{ matrix.env }}", False)
    assert script(pipeline, "b") == "x ${{ matrix.env }}"


def test_an_environment_for_each_way_of_starting(tmp_path: Path) -> None:
    text = f"""on: {{push: {{branches: [main, dev]}}}}
jobs:
  deploy:
    environment:
      name: ${{{{ github.ref == 'refs/heads/main' && 'production' || 'staging' }}}}
      url: https://x
    runs-on: x
    steps: [{{run: x}}]
  smoke:
    needs: deploy{STEPS}"""
    pipeline = sound(read(tmp_path, text))
    assert ids(pipeline) == ["deploy (production)", "deploy (staging)", "smoke"]
    assert runs(pipeline, "deploy (production)") == {"push to main": "yes", "push to dev": "no"}
    assert runs(pipeline, "deploy (staging)") == {"push to main": "no", "push to dev": "yes"}
    assert runs(pipeline, "smoke") == {"push to main": "yes", "push to dev": "yes"}
    assert not edge(pipeline, "deploy (staging)", "smoke").skips
    environment = job(pipeline, "deploy (production)").environment
    assert environment is not None
    assert (environment.name, environment.url, environment.place.line) == ("production", "https://x", 5)


def test_an_environment_that_is_one_of_several(tmp_path: Path) -> None:
    text = (
        "on: {push: {branches: [main]}, workflow_dispatch: {inputs: {env: {type: string}}}}\njobs:\n"
        f"  a:\n    environment: ${{{{ vars.LIVE && 'production' || 'staging' }}}}{STEPS}"
        f"  b:\n    environment: ${{{{ inputs.env || 'staging' }}}}{STEPS}"
    )
    pipeline = sound(read(tmp_path, text))
    assert ids(pipeline) == ["a (production)", "a (staging)", "b (staging)", "b (inputs.env || 'staging')"]
    assert runs(pipeline, "a (production)") == {"push to main": "maybe", "manual run": "maybe"}
    assert runs(pipeline, "b (staging)") == {"push to main": "yes", "manual run": "no"}


def test_an_input_names_the_environment(tmp_path: Path) -> None:
    text = """on:
  workflow_dispatch:
    inputs: {env: {type: choice, options: [staging, production]}}
jobs:
  deploy:
    runs-on: x
    environment: ${{ inputs.env }}
    concurrency: deploy-${{ inputs.env }}
    env: {STAGE: "${{ inputs.env }}"}
    steps: [{run: "./deploy ${{ inputs.env }} ${{ env.STAGE }} ${{ github.sha }}"}]
"""
    pipeline = sound(read(tmp_path, text))
    assert ids(pipeline) == ["deploy (staging)", "deploy (production)"]
    found = job(pipeline, "deploy (production)")
    assert script(pipeline, "deploy (production)") == "./deploy production production ${{ github.sha }}"
    assert found.variables["STAGE"] == "production"
    assert found.concurrency is not None
    assert (found.concurrency.group, found.concurrency.serialises) == ("deploy-production", YES)


@pytest.mark.parametrize(
    ("group", "serialises"),
    [
        ("production", YES),
        ("deploy-${{ github.workflow }}", YES),
        ("${{ github.workflow }}-${{ github.ref }}", YES),
        ("${{ github.sha }}", NO),
        ("${{ github.head_ref || github.run_id }}", NO),
        ("${{ vars.LOCK }}", YES),
        ("${{ github.event.head_commit.author.name }}", MAYBE),
    ],
)
def test_a_lock_that_every_run_shares(tmp_path: Path, group: str, serialises: int) -> None:
    lock = job(read(tmp_path, f"{MAIN}jobs:\n  a:\n    concurrency: {group!r}{STEPS}"), "a").concurrency
    assert lock is not None
    assert lock.serialises == serialises


def test_a_lock_around_the_workflow_that_cancels(tmp_path: Path) -> None:
    text = (
        "on: [push, pull_request]\nconcurrency:\n  group: g\n"
        "  cancel-in-progress: ${{ github.event_name == 'pull_request' }}\n"
        f"jobs:\n  a:\n    concurrency: production{STEPS}  b:{STEPS}"
    )
    pipeline = sound(read(tmp_path, text))
    for name, group, scope in (("a", "production", "job"), ("b", "g", "pipeline")):
        lock = job(pipeline, name).concurrency
        assert lock is not None
        assert (lock.group, lock.scope) == (group, scope)
        assert lock.cancels == (NO, NO, NO, YES)
        assert lock.cancels_place is not None
        assert lock.cancels_place.line == 4


STEP_TEXT = f"""{MAIN}defaults: {{run: {{shell: bash, working-directory: app}}}}
env: {{A: 1, B: 1-x}}
jobs:
  a:
    runs-on: ubuntu-latest
    permissions: {{id-token: write, contents: read}}
    timeout-minutes: 5
    env: {{A: 2}}
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::123456789012:role/x
          aws-region: eu-west-1
      - name: test
        id: test
        run: |
          make test
          echo "${{{{ env.A }}}} $B"
        continue-on-error: true
      - run: make deploy
        env: {{C: "${{{{ env.A }}}}-y"}}
        shell: sh
        working-directory: infra
        if: always()
      - run: make undo
        if: failure()
      - run: make it
        if: runner.os == 'Windows' || github.ref == 'refs/heads/dev'
  w:
    runs-on: windows-latest
    steps: [{{run: x}}]
"""


def test_steps(tmp_path: Path) -> None:
    pipeline = sound(read(tmp_path, STEP_TEXT))
    found = job(pipeline, "a")
    assert found.timeout_minutes == 5
    assert found.variables == {"A": "2", "B": "1-x"}
    assert found.tags["id-token"] == "write"
    assert (found.tags["account"], found.tags["region"]) == ("123456789012", "eu-west-1")
    uses, test, go, undo, never = found.steps
    assert uses.uses == "aws-actions/configure-aws-credentials@v4"
    assert uses.input_places["aws-region"].line == 14
    assert test.script is not None
    assert (test.script.shell, test.script.errexit, test.script.working_directory) == ("bash", True, "app")
    fragment = test.script.fragments[0]
    assert (fragment.line, fragment.columns, fragment.text) == (18, 10, 'make test\necho "2 $B"\n')
    assert (test.soft, test.soft_place.line if test.soft_place else 0) == (YES, 20)
    assert go.script is not None
    assert (go.script.shell, go.script.working_directory) == ("sh", "infra")
    assert go.condition.always
    assert go.env == {"C": "2-y"}
    assert (undo.condition.on_failure, undo.condition.runs) == (True, (MAYBE,))
    assert never.condition.runs == (NO,)
    windows = step(pipeline, "w").script
    assert windows is not None
    assert windows.shell == "bash"


def test_the_shell_of_each_runner(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  a:
    runs-on: windows-latest
    steps: [{{run: x}}, {{run: x, shell: "bash {{0}}"}}, {{run: x, shell: "bash -e {{0}}"}},
            {{run: x, shell: python}}, {{run: x, shell: cmd}}]
"""
    scripts = [each.script for each in job(sound(read(tmp_path, text)), "a").steps]
    told = [(each.shell, each.errexit) for each in scripts if each is not None]
    assert told == [("pwsh", True), ("bash", False), ("bash", True), ("python", False), ("cmd", False)]


@pytest.mark.parametrize(
    ("shell", "pipefail"), [("", NO), ("bash", YES), ("sh", NO), ("bash -e {0}", NO), ("bash -eo pipefail {0}", YES)]
)
def test_only_a_shell_that_is_written_out_fails_with_the_left_of_a_pipe(
    tmp_path: Path, shell: str, pipefail: int
) -> None:
    text = f"{MAIN}jobs:\n  a:\n    runs-on: x\n    steps: [{{run: x, shell: {shell!r}}}]\n"
    found = step(sound(read(tmp_path, text)), "a").script
    assert found is not None
    assert (found.errexit, found.pipefail) == (True, pipefail)


def test_a_soft_step_that_a_later_one_makes_fail_has_teeth(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  a:
    runs-on: x
    steps:
      - {{run: make test, id: t, continue-on-error: true}}
      - {{run: make report}}
      - {{run: exit 1, if: steps.t.outcome == 'failure'}}
"""
    assert step(sound(read(tmp_path, text)), "a").soft == NO


def test_steps_side_by_side(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  a:
    runs-on: x
    steps:
      - {{run: one, background: true}}
      - {{wait-all: true}}
      - parallel: [{{run: two}}, {{run: three}}]
      - {{run: four, background: true}}
"""
    steps = job(sound(read(tmp_path, text)), "a").steps
    assert [each.script.fragments[0].text for each in steps if each.script] == ["one", "two", "three", "four"]
    assert [each.soft for each in steps] == [NO, NO, NO, MAYBE]
