"""What the CI Lint API answers is a pipeline too: the merged YAML stands in it as text."""

from __future__ import annotations

import json

from gitlab_files import job, read_all

from barraiser.platforms.gitlab.reader import GitLabReader
from barraiser.source.yaml_loader import load

MERGED = (
    "---\nstages: [test, prod]\nunit:\n  stage: test\n  script:\n  - pytest\ndeploy:\n  stage: prod\n  script: [make]\n"
)


def answer(**more: object) -> str:
    return json.dumps({"valid": True, "errors": [], "warnings": [], "merged_yaml": MERGED, **more})


def test_the_merged_yaml_of_an_answer_is_the_pipeline() -> None:
    (pipeline,) = read_all(answer(includes=[], jobs=[]), path="lint.json")
    assert not pipeline.problems
    assert [(each.id, each.stage, each.needs) for each in pipeline.jobs] == [
        ("unit", "test", ()),
        ("deploy", "prod", ("unit",)),
    ]
    script = job(pipeline, "unit").steps[0].script
    assert script is not None
    assert (script.fragments[0].path, script.fragments[0].line) == ("lint.json#merged_yaml", 6)


def test_it_is_told_by_its_content() -> None:
    assert GitLabReader().recognises(load(answer(jobs=[]).encode(), "x.json")[0].root)
    assert not GitLabReader().recognises(load(b'{"valid": true}', "x.json")[0].root)


def test_an_answer_that_refuses_the_pipeline_is_unreadable() -> None:
    (pipeline,) = read_all(answer(valid=False, errors=["jobs:unit config is wrong"]), path="lint.json")
    (problem,) = pipeline.problems
    assert problem.fatal
    assert "jobs:unit config is wrong" in problem.message
