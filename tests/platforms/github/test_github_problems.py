"""A file that GitHub refuses must not pass, must not crash, and must say where and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from github_files import FOLDER, STEPS, read
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.platforms.github.reader import GitHubReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

HEAD = "on: push\njobs:\n"

REFUSED = {
    "empty": ("", 1, "empty"),
    "text": ("just text\n", 1, "must be a mapping"),
    "list": ("- a\n", 1, "must be a mapping"),
    "not-yaml": ("on: [\n", 1, "not valid YAML"),
    "two": (f"on: push\njobs:\n  a:{STEPS}---\nx: 1\n", 1, "2 YAML documents"),
    "no-on": (f"jobs:\n  a:{STEPS}", 1, "'on' is missing: add what starts this workflow"),
    "on-null": (f"on:\njobs:\n  a:{STEPS}", 1, "'on' is empty"),
    "on-unknown": (f"on: [psuh]\njobs:\n  a:{STEPS}", 1, "'psuh' is no event"),
    "on-shape": (f"on:\n  push: [main]\njobs:\n  a:{STEPS}", 2, "'push' is a list"),
    "on-both": (f"on:\n  push:\n    branches: [a]\n    branches-ignore: [b]\njobs:\n  a:{STEPS}", 4, "takes one of them"),
    "cron": (f"on:\n  schedule: 5\njobs:\n  a:{STEPS}", 2, "list of cron lines"),
    "no-jobs": ("on: push\n", 1, "'jobs' is missing"),
    "jobs-null": ("on: push\njobs:\n", 2, "'jobs' is empty"),
    "jobs-list": ("on: push\njobs: [a]\n", 2, "'jobs' is a list"),
    "job-null": (HEAD + "  a:\n", 3, "must be a mapping"),
    "job-id": (HEAD + "  'a b':" + STEPS, 3, "no valid job id"),
    "no-runner": (HEAD + "  a:\n    steps: [{run: x}]\n", 3, "neither 'runs-on' nor 'uses'"),
    "steps-mapping": (HEAD + "  a:\n    runs-on: x\n    steps: {run: x}\n", 5, "must be a list"),
    "step-text": (HEAD + "  a:\n    runs-on: x\n    steps: [x]\n", 5, "must be a mapping"),
    "step-none": (HEAD + "  a:\n    runs-on: x\n    steps: [{name: x}]\n", 5, "neither 'run' nor 'uses'"),
    "step-both": (HEAD + "  a:\n    runs-on: x\n    steps: [{run: x, uses: a/b@v1}]\n", 5, "both 'run' and 'uses'"),
    "run-list": (HEAD + "  a:\n    runs-on: x\n    steps: [{run: [x]}]\n", 5, "must be text"),
    "step-key": (HEAD + "  a:\n    runs-on: x\n    steps: [{run: x, continue-on-eror: true}]\n", 5, "unexpected key"),
    "needs-unknown": (HEAD + "  a:\n    needs: bulid" + STEPS + "  build:" + STEPS, 4, "there is no such job"),
    "needs-self": (HEAD + "  a:\n    needs: a" + STEPS, 4, "needs itself"),
    "needs-cycle": (HEAD + "  a:\n    needs: b" + STEPS + "  b:\n    needs: a" + STEPS, 3, "a -> b -> a"),
    "needs-mapping": (HEAD + "  a:\n    needs: {x: y}" + STEPS, 4, "must be a list"),
    "duplicate": (HEAD + "  a:" + STEPS + "  a:" + STEPS, 6, "already defined on line 3"),
    "duplicate-case": (HEAD + "  a:" + STEPS + "  A:" + STEPS, 6, "already defined on line 3"),
    "merge": ("x: &x {run: a}\n" + HEAD + "  a:\n    runs-on: x\n    steps: [{<<: *x}]\n", 6, "merge keys"),
    "matrix-list": (HEAD + "  a:\n    strategy: {matrix: [1]}" + STEPS, 4, "must be a mapping"),
    "matrix-value": (HEAD + "  a:\n    strategy: {matrix: {x: 1}}" + STEPS, 4, "must be a list"),
    "matrix-size": (
        HEAD + "  a:\n    strategy: {matrix: {x: [" + "1, " * 20 + "1], y: [" + "2, " * 20 + "2]}}" + STEPS, 4, "at most 256",
    ),
    "expression": (HEAD + "  a:\n    if: github.ref = 'x'" + STEPS, 4, "bad expression"),
    "expression-open": (HEAD + "  a:\n    name: ${{ github.ref" + STEPS, 4, "never closed"),
    "expression-run": (HEAD + "  a:\n    runs-on: x\n    steps: [{run: '${{ }}'}]\n", 5, "ends too early"),
    "expression-block": (
        HEAD + "  a:\n    runs-on: x\n    steps:\n      - run: |\n          a\n          b ${{ x = }}\n", 8, "bad expression",
    ),
    "environment": (HEAD + "  a:\n    environment: [x]" + STEPS, 4, "must be a name"),
    "environment-name": (HEAD + "  a:\n    environment: {url: x}" + STEPS, 4, "has no 'name'"),
    "concurrency": (HEAD + "  a:\n    concurrency: {cancel-in-progress: true}" + STEPS, 4, "has no 'group'"),
    "permissions": ("permissions: all\n" + HEAD + "  a:" + STEPS, 1, "'permissions'"),
    "job-if-env": (HEAD + "  a:\n    if: env.X == '1'" + STEPS, 4, "cannot be used"),
    "step-if-secret": (HEAD + "  a:\n    runs-on: x\n    steps: [{run: x, if: secrets.X}]\n", 5, "cannot be used"),
    "runner-null": (HEAD + "  a:\n    runs-on:\n    steps: [{run: x}]\n", 4, "neither"),
    "choice": ("on: {workflow_dispatch: {inputs: {x: {type: choice}}}}\njobs:\n  a:" + STEPS, 1, "no 'options'"),
    "input-type": ("on:\n  push:\n  workflow_call: {inputs: {x: {required: true}}}\njobs:\n  a:" + STEPS, 3, "no 'type'"),
    "name": ("name: [x]\n" + HEAD + "  a:" + STEPS, 1, "must be text"),
    "env": ("env: x\n" + HEAD + "  a:" + STEPS, 1, "must be a mapping"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_github_refuses(tmp_path: Path, case: str) -> None:
    text, line, message = REFUSED[case]
    fatal = [problem for problem in read(tmp_path, text).problems if problem.fatal]
    assert any(message in problem.message and problem.place.line == line for problem in fatal), [
        (str(problem.place), problem.message) for problem in fatal
    ]
    for problem in fatal:
        assert problem.fix
        assert problem.place.column >= 1
        assert problem.place.path == FOLDER + "w.yml"


def test_a_job_without_steps_is_told_and_read(tmp_path: Path) -> None:
    pipeline = read(tmp_path, HEAD + "  a:\n    runs-on: x\n")
    (problem,) = pipeline.problems
    assert (problem.fatal, problem.place.line) == (False, 3)
    assert "has no 'steps'" in problem.message
    assert [job.id for job in pipeline.jobs] == ["a"]


def test_a_bad_expression_is_pointed_at(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, HEAD + "  a:\n    if: github.ref = 'x'" + STEPS).problems
    assert (problem.place.line, problem.place.column) == (4, 20)


def test_a_key_of_a_later_github_is_told_and_not_refused(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, HEAD + "  a:\n    quantum: true" + STEPS).problems
    assert not problem.fatal
    assert "quantum" in problem.message


node = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "x", "a", "${{ a", "${{ matrix.x }}", "./x"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["on", "push", "jobs", "a", "b", "steps", "run", "uses", "needs", "if", "env", "strategy", "matrix", "include",
                 "exclude", "with", "environment", "name", "concurrency", "group", "permissions", "defaults", "runs-on",
                 "workflow_dispatch", "inputs", "options", "type", "branches", "schedule", "cron", "continue-on-error"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=25,
)  # fmt: skip


@given(node, node)
@settings(max_examples=50, deadline=None)
def test_no_shape_crashes(tmp_path_factory: pytest.TempPathFactory, job: object, on: object) -> None:
    import json

    folder = tmp_path_factory.mktemp("any")
    (folder / "w.yml").write_text(
        json.dumps({"on": on, "env": job, "jobs": {"a": job, "b": {"runs-on": "x", "steps": job, "needs": on}}})
    )
    for called in (False, True):
        for pipeline in GitHubReader().read("w.yml", Repository(str(folder)), ReadOptions(called=called)):
            assert all(len(each.condition.runs) in (0, len(pipeline.scenarios)) for each in pipeline.jobs)


def test_many_instances_end_in_a_problem(tmp_path: Path) -> None:
    values = ", ".join(str(number) for number in range(250))
    jobs = "".join(
        f"  j{number}:\n    strategy: {{matrix: {{x: [{values}]}}}}\n"
        + (f"    needs: j{number - 1}" if number else "    name: n")
        + STEPS
        for number in range(30)
    )
    pipeline = read(tmp_path, HEAD + jobs)
    assert any("too large" in problem.message for problem in pipeline.problems)


def test_owns_and_recognises(tmp_path: Path) -> None:
    reader = GitHubReader()
    assert reader.owns(".github/workflows/a.yml")
    assert not reader.owns(".github/workflows/sub/a.yml")
    assert not reader.owns("a.yml")
    read(tmp_path, HEAD + "  a:" + STEPS, {".github/workflows/b.yaml": "", ".github/workflows/c.txt": ""})
    repository = Repository(str(tmp_path))
    assert reader.entry_places(repository) == [".github/workflows/b.yaml", ".github/workflows/w.yml"]
    assert reader.recognises(repository.documents(".github/workflows/w.yml")[0].root)
    assert not reader.recognises(repository.documents(".github/workflows/b.yaml")[0].root)
