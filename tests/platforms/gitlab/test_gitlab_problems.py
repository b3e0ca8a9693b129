"""What is wrong with a file is said with its place and what to do; nothing that a file holds raises."""

from __future__ import annotations

import time

import pytest
import yaml
from gitlab_files import read_all
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.platforms.gitlab.reader import GitLabReader
from barraiser.source.yaml_loader import load

REFUSED = {
    "empty": ("", 1),
    "list": ("- a\n", 1),
    "not yaml": ("a: [\n", 1),
    "only templates": (".a: {script: x}\n", 1),
    "no script": ("a:\n  stage: test\n", 1),
    "job is text": ("a: {script: x}\nb: text\n", 2),
    "script is a mapping": ("a:\n  script: {x: y}\n", 2),
    "command is a mapping": ("a:\n  script:\n    - echo: x\n", 3),
    "unknown stage": ("stages: [build]\na:\n  stage: deploy\n  script: x\n", 3),
    "default stage missing": ("stages: [build]\na:\n  script: x\n", 2),
    "stages is a mapping": ("stages: {a: b}\na: {script: x, stage: a}\n", 1),
    "needs is text": ("a: {script: x}\nb: {script: x, needs: a}\n", 2),
    "needs nothing known": ("a:\n  script: x\n  needs: [b]\n", 3),
    "needs a later stage": ("a: {script: x, stage: build, needs: [b]}\nb: {script: x, stage: deploy}\n", 1),
    "needs itself": ("a: {script: x, needs: [a]}\n", 1),
    "needs in a circle": ("a: {script: x, needs: [b]}\nb: {script: x, needs: [c]}\nc: {script: x, needs: [b]}\n", 2),
    "needs no such instance": (
        "a: {script: x, parallel: {matrix: [{A: [b]}]}}\nb:\n  script: x\n  needs: [{job: a, parallel: {matrix: [{A: c}]}}]\n",
        4,
    ),
    "extends nothing known": ("a:\n  extends: .b\n  script: x\n", 2),
    "extends itself": (".a: {extends: .b}\n.b: {extends: .a}\nc: {extends: .a, script: x}\n", 2),
    "extends too deep": (
        "".join(f".j{n}: {{extends: .j{n + 1}}}\n" for n in range(14)) + ".j14: {script: x}\na: {extends: .j0}\n",
        12,
    ),
    "reference to nothing": ("a:\n  script:\n    - !reference [.b, script]\n", 3),
    "reference to itself": ("a:\n  script: !reference [a, script]\n", 2),
    "include is missing": ("include: /nothing.yml\na: {script: x}\n", 1),
    "include leads out": ("include: ../../etc/passwd.yml\na: {script: x}\n", 1),
    "include itself": ("include: .gitlab-ci.yml\na: {script: x}\n", 1),
    "include of nothing": ("include: [{ref: main}]\na: {script: x}\n", 1),
    "duplicate key": ("a: {script: x}\na: {script: y}\n", 2),
    "matrix too large": ("a:\n  script: x\n  parallel: 500\n", 3),
    "environment without a name": ("a:\n  script: x\n  environment: {url: x}\n", 3),
    "stops with nothing known": ("a:\n  script: x\n  environment: {name: p, on_stop: b}\n", 3),
    "depends on nothing known": ("a:\n  script: x\n  dependencies: [b]\n", 3),
    "odd action": ("a:\n  script: x\n  environment: {name: p, action: begin}\n", 3),
    "odd when": ("a:\n  script: x\n  when: sometimes\n", 3),
    "rules and only": ("a:\n  script: x\n  rules: [{if: $A}]\n  only: [main]\n", 4),
    "rules is text": ("a:\n  script: x\n  rules: main\n", 3),
    "trigger of nothing": ("a:\n  trigger: {strategy: depend}\n", 2),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_platform_refuses_is_unreadable(case: str) -> None:
    text, line = REFUSED[case]
    (pipeline,) = read_all(text)
    problems = [problem for problem in pipeline.problems if problem.fatal]
    assert problems, pipeline.jobs
    assert abs(problems[0].place.line - line) <= 1
    assert problems[0].place.column >= 1
    assert problems[0].message
    assert problems[0].fix


def test_an_expression_that_cannot_be_read_does_not_make_the_file_unreadable() -> None:
    (pipeline,) = read_all('a:\n  script: x\n  rules:\n    - if: $A == "b\n')
    (problem,) = pipeline.problems
    assert (problem.fatal, problem.place.line) == (False, 4)
    assert pipeline.jobs


HOSTILE = {
    "references that multiply": ".r0: {script: [a, b]}\n"
    + "".join(f".r{n}: {{script: [{', '.join([f'!reference [.r{n - 1}, script]'] * 9)}]}}\n" for n in range(1, 9))
    + "a: {script: [!reference [.r8, script]]}\n",
    "extends that multiplies": ".b: {"
    + ", ".join(f"k{n}: 1" for n in range(5000))
    + "}\n"
    + "".join(f"j{n}: {{extends: .b, script: x}}\n" for n in range(5000)),
    "matrix that multiplies": "a:\n  script: x\n  parallel: {matrix: [{"
    + ", ".join(f"K{n}: [{', '.join(map(str, range(30)))}]" for n in range(12))
    + "}]}\n",
    "variables that multiply": "variables:\n"
    + "".join(f"  V{n}: $V{n + 1}$V{n + 1}$V{n + 1}\n" for n in range(60))
    + "a: {script: x, environment: $V0}\n",
    "thousands of jobs": "".join(
        f"j{n}: {{script: x, stage: {('build', 'test', 'deploy')[n % 3]}}}\n" for n in range(1900)
    ),
    "deep expression": "a: {script: x, rules: [{if: '" + "(" * 5000 + "$A" + ")" * 5000 + "'}]}\n",
    "deep references": "".join(f".d{n}: {'[' * 90}!reference [.d{n + 1}]{']' * 90}\n" for n in range(9))
    + ".d9: x\na: {script: !reference [.d0]}\n",
    "many patterns": "a:\n  script: x\n  rules:\n"
    + "".join(f"    - if: $CI_COMMIT_BRANCH =~ /^b{n}/\n" for n in range(3000)),
    "many choices": "variables:\n"
    + "".join(f"  V{n}: {{value: a, options: [a, b, c]}}\n" for n in range(60))
    + f"a: {{script: x, environment: '{''.join(f'$V{n}' for n in range(60))}'}}\n",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_end_soon(case: str) -> None:
    start = time.process_time()
    assert len(read_all(HOSTILE[case])) == 1
    assert time.process_time() - start < 5


WORDS = st.sampled_from(
    ["script", "stage", "needs", "rules", "if", "include", "local", "extends", "default", "variables", "workflow", "environment", "name",
     "when", "trigger", "parallel", "matrix", "stages", "a", ".b", "image", "only", "refs", "except", "changes", "job", "inherit",
     "allow_failure", "release", "pages", "tags", "resource_group", "inputs", "project", "file", "retry", "run", "timeout", "value"]
)  # fmt: skip
NODES = st.recursive(
    st.one_of(
        WORDS,
        st.none(),
        st.booleans(),
        st.integers(),
        st.just("$CI_COMMIT_BRANCH == 'main'"),
        st.just("$[[ inputs.a ]]"),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=25,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(WORDS, NODES, max_size=6))
def test_nothing_that_a_file_holds_raises(tree: dict[str, object]) -> None:
    text = yaml.safe_dump(tree)
    for pipeline in read_all(text):
        assert all(problem.place.line >= 1 and problem.fix for problem in pipeline.problems)
        ids = [each.id for each in pipeline.jobs]
        assert len(set(ids)) == len(ids)
        assert {each.source for each in pipeline.edges} | {each.target for each in pipeline.edges} <= set(ids)
        assert all(len(each.condition.runs) in (0, len(pipeline.scenarios)) for each in pipeline.jobs)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("stages: [a]\n", True),
        ("a: {script: x}\n", True),
        ("a: {trigger: x}\n", True),
        (".t: {rules: [{if: $A}]}\n", True),
        ("on: push\njobs: {a: {steps: [{run: x}]}}\n", False),
        ("Resources: {P: {Type: X}}\n", False),
        ("name: x\nversion: 1\n", False),
        ("- a\n", False),
        ("", False),
        ("pipeline: {stages: []}\n", False),
    ],
)
def test_documents_that_look_like_gitlab_ci_are_recognised(text: str, answer: bool) -> None:
    assert GitLabReader().recognises(load(text.encode(), "x.yml")[0].root) is answer
