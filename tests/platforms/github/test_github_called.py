"""What a workflow calls is part of it: its jobs, its steps, its mistakes."""

from __future__ import annotations

from pathlib import Path

from github_files import STEPS, edge, ids, job, read, runs, script, sound, step

MAIN = "on: {push: {branches: [main]}}\n"
CALLED = """\
on:
  workflow_call:
    inputs:
      env: {type: string, required: true}
      dry: {type: boolean, default: false}
    secrets: {key: {required: true}}
jobs:
  build:
    runs-on: x
    steps: [{run: "build ${{ inputs.env }}"}]
  deploy:
    needs: build
    if: ${{ !inputs.dry }}
    environment: ${{ inputs.env }}
    runs-on: x
    env: {KEY: "${{ secrets.key }}"}
    steps: [{run: "./deploy ${{ inputs.env }}"}]
"""
PATH = ".github/workflows/deploy.yml"
USES = "    uses: ./.github/workflows/deploy.yml\n"


def test_a_called_workflow_is_inlined(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  test:{STEPS}  staging:
    needs: test
{USES}    with: {{env: staging}}
    secrets: {{key: "${{{{ secrets.STAGING_KEY }}}}"}}
  prod:
    needs: staging
{USES}    with: {{env: production}}
    secrets: inherit
  after:
    needs: prod{STEPS}"""
    pipeline = sound(read(tmp_path, text, {PATH: CALLED}))
    assert ids(pipeline) == [
        "test", "staging / build", "staging / deploy", "prod / build", "prod / deploy", "after",
    ]  # fmt: skip
    assert pipeline.files == (".github/workflows/w.yml", PATH)
    assert job(pipeline, "staging / build").needs == ("test",)
    assert job(pipeline, "staging / deploy").needs == ("staging / build",)
    assert job(pipeline, "prod / build").needs == ("staging / build", "staging / deploy")
    assert job(pipeline, "after").needs == ("prod / build", "prod / deploy")
    assert edge(pipeline, "staging / deploy", "prod / build").strength == "hard"
    assert script(pipeline, "prod / deploy") == "./deploy production"
    assert job(pipeline, "staging / deploy").variables == {"KEY": "${{ secrets.STAGING_KEY }}"}
    environment = job(pipeline, "prod / deploy").environment
    assert environment is not None
    assert (environment.name, environment.place.path) == ("production", PATH)
    assert job(pipeline, "prod / deploy").place.path == PATH


def test_the_callers_condition_holds_inside(tmp_path: Path) -> None:
    text = f"""on: [push, pull_request]
jobs:
  test:{STEPS}  prod:
    needs: test
    if: github.event_name == 'push'
{USES}    with: {{env: production, dry: "${{{{ github.ref != 'refs/heads/main' }}}}"}}
"""
    pipeline = sound(read(tmp_path, text, {PATH: CALLED}))
    assert runs(pipeline, "prod / build") == {
        "push to main": "yes", "push to another branch": "yes", "push of a tag": "yes", "pull request": "no",
    }  # fmt: skip
    assert runs(pipeline, "prod / deploy") == {
        "push to main": "yes", "push to another branch": "no", "push of a tag": "no", "pull request": "no",
    }  # fmt: skip
    assert "github.event_name == 'push'" in job(pipeline, "prod / deploy").condition.text
    assert "github.ref != 'refs/heads/main'" in job(pipeline, "prod / deploy").condition.text


def test_an_input_of_a_manual_run_reaches_the_called_workflow(tmp_path: Path) -> None:
    text = f"""on:
  workflow_dispatch:
    inputs: {{target: {{type: choice, options: [staging, production]}}, free: {{type: string}}}}
jobs:
  go:
{USES}    with: {{env: "${{{{ inputs.target }}}}"}}
  open:
{USES}    with: {{env: "${{{{ inputs.free }}}}"}}
"""
    pipeline = sound(read(tmp_path, text, {PATH: CALLED}))
    assert ids(pipeline) == [
        "go / build", "go / deploy (staging)", "go / deploy (production)", "open / build", "open / deploy",
    ]  # fmt: skip
    environment = job(pipeline, "open / deploy").environment
    assert environment is not None
    assert (environment.name, environment.resolved) == ("${{ inputs.free }}", False)


def test_a_matrix_of_calls(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  go:
    strategy: {{matrix: {{env: [staging, production]}}}}
{USES}    with: {{env: "${{{{ matrix.env }}}}"}}
"""
    pipeline = sound(read(tmp_path, text, {PATH: CALLED}))
    assert ids(pipeline) == [
        "go (staging) / build", "go (staging) / deploy", "go (production) / build", "go (production) / deploy",
    ]  # fmt: skip
    assert script(pipeline, "go (production) / deploy") == "./deploy production"


def test_always_inside_does_not_undo_the_callers_gate(tmp_path: Path) -> None:
    called = f"on: workflow_call\njobs:\n  a:{STEPS}  b:\n    needs: a\n    if: always(){STEPS}"
    text = f"{MAIN}jobs:\n  test:{STEPS}  go:\n    needs: test\n{USES}"
    pipeline = sound(read(tmp_path, text, {PATH: called}))
    assert edge(pipeline, "go / a", "go / b").strength == "soft"
    assert edge(pipeline, "test", "go / b").strength == "hard"


def test_what_cannot_be_read_here(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  go:
    uses: acme/tools/.github/workflows/deploy.yml@v1
    with: {{env: production}}
  after:
    needs: go
    runs-on: x
    steps: [{{uses: ./missing}}]
"""
    pipeline = sound(read(tmp_path, text))
    assert ids(pipeline) == ["go", "after"]
    assert step(pipeline, "go").unresolved == "acme/tools/.github/workflows/deploy.yml@v1"
    assert step(pipeline, "go").inputs == {"env": "production"}
    assert step(pipeline, "after").unresolved == "./missing"
    assert [(each.what, each.name, each.jobs) for each in pipeline.unresolved] == [
        ("reusable workflow", "acme/tools/.github/workflows/deploy.yml@v1", ("go",)),
        ("action", "./missing", ("after",)),
    ]


def test_calls_that_github_refuses(tmp_path: Path) -> None:
    def told(called: str, extra: str = "", uses: str = USES) -> str:
        pipeline = read(tmp_path, f"{MAIN}jobs:\n  go:\n{uses}{extra}", {PATH: called} if called else None)
        (problem,) = [each for each in pipeline.problems if each.fatal]
        assert problem.fix
        return problem.message

    assert "does not exist" in told("", uses="    uses: ./.github/workflows/nowhere.yml\n")
    assert "workflow_call" in told(f"on: push\njobs:\n  a:{STEPS}")
    assert "requires" in told(CALLED)
    assert "no input" in told(CALLED, "    with: {env: x, other: y}\n")
    assert "circle" in told(f"on: workflow_call\njobs:\n  again:\n{USES}")
    assert "refuses" in told(CALLED, "    with: {env: x}\n    environment: production\n")
    assert "leads out" in told("", uses="    uses: ./../../evil.yml\n")


ACTION = """\
name: deploy
inputs:
  env: {required: true}
  dry: {default: 'false'}
runs:
  using: composite
  steps:
    - run: ./deploy ${{ inputs.env }} ${{ github.action_path }}/x.sh
      shell: bash
    - run: ./verify
      shell: bash
      if: inputs.dry == 'true'
    - uses: ./.github/actions/inner
"""
INNER = "runs:\n  using: composite\n  steps: [{run: inner, shell: sh, if: always()}]\n"


def test_a_composite_action_is_inlined(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - uses: ./.github/actions/deploy
        with: {{env: production}}
        if: github.ref == 'refs/heads/dev'
        continue-on-error: true
        env: {{STAGE: p}}
      - run: x
"""
    files = {".github/actions/deploy/action.yml": ACTION, ".github/actions/inner/action.yaml": INNER}
    pipeline = sound(read(tmp_path, text, files))
    assert pipeline.files[1:] == tuple(files)
    steps = job(pipeline, "a").steps
    assert script(pipeline, "a", 1) == "./deploy production .github/actions/deploy/x.sh"
    assert [each.condition.runs for each in steps] == [(), (0,), (0,), (0,), ()]
    assert [each.soft for each in steps] == [0, 2, 2, 2, 0]
    assert steps[1].env["STAGE"] == "p"
    assert (steps[1].place.path, steps[1].place.line) == (".github/actions/deploy/action.yml", 8)
    assert steps[3].condition.always
    assert "github.ref" in steps[2].condition.text


def test_actions_that_call_each_other_end(tmp_path: Path) -> None:
    action = "runs: {using: composite, steps: [{uses: ./a}]}\n"
    text = f"{MAIN}jobs:\n  a:\n    runs-on: x\n    steps: [{{uses: ./a}}]\n"
    pipeline = read(tmp_path, text, {"a/action.yml": action})
    assert "calls itself" in pipeline.problems[0].message


def test_an_action_in_another_language_stays_a_step(tmp_path: Path) -> None:
    text = f"{MAIN}jobs:\n  a:\n    runs-on: x\n    steps: [{{uses: ./a, with: {{x: 1}}}}]\n"
    pipeline = sound(read(tmp_path, text, {"a/action.yml": "runs: {using: node20, main: x.js}\n"}))
    assert (step(pipeline, "a").uses, step(pipeline, "a").inputs, step(pipeline, "a").unresolved) == (
        "./a",
        {"x": "1"},
        "",
    )


def test_files_that_stand_for_those_of_another_repository(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  go:
    uses: acme/tools/.github/workflows/outer.yml@v1
  after:
    runs-on: x
    steps: [{{uses: acme/actions/deploy@v2, with: {{env: production}}}}, {{uses: actions/checkout@v4}}]
"""
    outer = "on: workflow_call\njobs:\n  in:\n    uses: ./.github/workflows/inner.yml\n"
    files = {
        "elsewhere/outer.yml": outer,
        "elsewhere/inner.yml": f"on: workflow_call\njobs:\n  a:{STEPS}",
        "elsewhere/action.yml": ACTION.replace("    - uses: ./.github/actions/inner\n", ""),
    }
    stand_ins = {
        "acme/tools/.github/workflows/outer.yml": "elsewhere/outer.yml",
        "acme/tools/.github/workflows/inner.yml@v1": "elsewhere/inner.yml",
        "acme/actions/deploy/action.yml": "elsewhere/action.yml",
    }
    pipeline = sound(read(tmp_path, text, files, stand_ins=stand_ins))
    assert ids(pipeline) == ["go / in / a", "after"]
    assert script(pipeline, "after").startswith("./deploy production")
    assert step(pipeline, "after", 2).uses == "actions/checkout@v4"
    del stand_ins["acme/tools/.github/workflows/inner.yml@v1"]
    pipeline = sound(read(tmp_path, text, files, stand_ins=stand_ins))
    assert [each.jobs for each in pipeline.unresolved] == [("go / in",)]


def test_an_action_of_the_repository_in_the_folder_that_it_is_checked_out_to(tmp_path: Path) -> None:
    text = f"""{MAIN}jobs:
  a:
    runs-on: x
    steps: [{{uses: actions/checkout@v4, with: {{path: src}}}}, {{uses: ./src/.github/actions/inner}}]
"""
    pipeline = sound(read(tmp_path, text, {".github/actions/inner/action.yaml": INNER}))
    assert script(pipeline, "a", 1) == "inner"


def test_hostile_chains_of_calls_end(tmp_path: Path) -> None:
    actions = {
        f"a{level}/action.yml": f"runs:\n  using: composite\n  steps: [{', '.join([f'{{uses: ./a{level + 1}}}'] * 9)}]\n"
        for level in range(9)
    }
    actions["a9/action.yml"] = INNER
    text = f"{MAIN}jobs:\n  a:\n    runs-on: x\n    steps: [{{uses: ./a0}}]\n"
    assert any("too large" in problem.message for problem in read(tmp_path, text, actions).problems)
    workflows = {
        f".github/workflows/c{level}.yml": "on: workflow_call\njobs:\n"
        + "".join(f"  j{number}:\n    uses: ./.github/workflows/c{level + 1}.yml\n" for number in range(9))
        for level in range(9)
    }
    workflows[".github/workflows/c9.yml"] = f"on: workflow_call\njobs:\n  a:{STEPS}"
    text = f"{MAIN}jobs:\n  a:\n    uses: ./.github/workflows/c0.yml\n"
    assert any("too large" in problem.message for problem in read(tmp_path, text, workflows).problems)


def test_a_call_that_is_skipped_in_a_called_workflow_skips_nothing_behind_it(tmp_path: Path) -> None:
    check = ".github/workflows/check.yml"
    called = f"""\
on: {{workflow_call: {{inputs: {{env: {{type: string, required: true}}}}}}}}
jobs:
  check:
    if: ${{{{ inputs.env == 'production' }}}}
    uses: ./{check}
  deploy:
    runs-on: x
    steps: [{{run: "./deploy ${{{{ inputs.env }}}}"}}]
"""
    text = f"""{MAIN}jobs:
  staging:
{USES}    with: {{env: staging}}
  prod:
    needs: staging
{USES}    with: {{env: production}}
"""
    pipeline = sound(read(tmp_path, text, {PATH: called, check: f"on: workflow_call\njobs:\n  look:{STEPS}"}))
    assert not edge(pipeline, "staging / check / look", "prod / deploy").skips
    assert edge(pipeline, "staging / deploy", "prod / deploy").skips
