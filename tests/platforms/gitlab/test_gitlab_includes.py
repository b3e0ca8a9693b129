"""A pipeline is made of many files: what is not merged as the platform does it is judged wrongly."""

from __future__ import annotations

from pathlib import Path

from gitlab_files import ENTRY, commands, edge, job, read, read_all, runs, sources, yes

from barraiser.model.pipeline import HARD, SOFT
from barraiser.model.tri import YES
from barraiser.platforms.gitlab.reader import GitLabReader
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository


def test_files_are_merged_in_order_and_the_entry_wins() -> None:
    pipeline = read(
        """\
include: [/ci/a.yml, {local: ci/b.yml}, {local: "/ci/more/*.yml"}]
test: {script: [own]}
variables: {A: own}
""",
        {
            "ci/a.yml": "variables: {A: a, B: a}\ntest: {script: [a], stage: build, tags: [x, y]}\n",
            "ci/b.yml": "include: nested.yml\nvariables: {B: b}\ntest: {tags: [z]}\n",
            "nested.yml": "nested: {script: [n]}\nvariables: {B: n, C: n}\n",
            "ci/more/c.yml": "c: {script: [c]}\n",
        },
    )
    found = job(pipeline, "test")
    assert (commands(found), found.stage, found.tags["tags"]) == (["own"], "build", "z")
    assert found.variables == {"A": "own", "B": "b", "C": "n"}
    assert job(pipeline, "nested").place.path == "nested.yml"
    assert pipeline.files == (ENTRY, "ci/a.yml", "ci/b.yml", "nested.yml", "ci/more/c.yml")


def test_a_job_of_a_conditional_include_runs_only_where_the_file_is_included() -> None:
    pipeline = read(
        """\
include:
  - {local: a.yml, rules: [{if: $CI_COMMIT_TAG}]}
  - {local: b.yml, rules: [{exists: [nothing]}]}
always: {script: x}
""",
        {"a.yml": "a: {script: x}\n", "b.yml": "b: {script: x}\n"},
    )
    assert yes(pipeline, "a") == ["tag"]
    assert set(runs(pipeline, "b").values()) == {"no"}
    assert "included if $CI_COMMIT_TAG" in job(pipeline, "a").condition.text


def test_inputs_are_put_in_before_the_file_is_read() -> None:
    pipeline = read(
        """\
include:
  - {local: deploy.yml, inputs: {env: production, jobs: [a, b], when: manual}}
  - {local: deploy.yml, inputs: {env: staging}}
""",
        {
            "deploy.yml": """\
spec:
  inputs:
    env: {}
    jobs: {type: array, default: []}
    when: {default: on_success}
---
"deploy-$[[ inputs.env ]]":
  environment: $[[ inputs.env ]]
  when: $[[ inputs.when ]]
  tags: $[[ inputs.jobs ]]
  script: ["./deploy $[[ inputs.env | truncate(0,4) ]]"]
"""
        },
    )
    first, second = job(pipeline, "deploy-production"), job(pipeline, "deploy-staging")
    assert first.environment is not None
    assert (first.environment.name, first.manual, first.tags["tags"]) == ("production", True, "a, b")
    assert (commands(second), second.manual) == (["./deploy stag"], False)
    assert first.steps[0].place.line == 11


def test_what_stands_elsewhere_is_unresolved_and_excuses_missing_names() -> None:
    pipeline = read("""\
include:
  - {project: group/ci, ref: v1, file: [/a.yml, /b.yml]}
  - {remote: "https://example.com/x.yml"}
  - {template: Security/SAST.gitlab-ci.yml}
  - {component: gitlab.com/group/comp@1.0}
stages: [build]
sast: {stage: build}
deploy: {stage: deploy, extends: .deploy, needs: [elsewhere], script: x}
""")
    assert [(each.what, each.name) for each in pipeline.unresolved][:5] == [
        ("project include", "group/ci/a.yml"),
        ("project include", "group/ci/b.yml"),
        ("remote include", "https://example.com/x.yml"),
        ("template include", "Security/SAST.gitlab-ci.yml"),
        ("component", "gitlab.com/group/comp@1.0"),
    ]
    assert {
        ("extended job", ".deploy", ("deploy",)),
        ("needed job", "elsewhere", ("deploy",)),
        ("job of an include", "sast", ("sast",)),
    } <= {(each.what, each.name, each.jobs) for each in pipeline.unresolved}


def test_a_component_of_the_repository_itself_is_read() -> None:
    name = "$CI_SERVER_FQDN/$CI_PROJECT_PATH/deploy@$CI_COMMIT_SHA"
    for path in ("templates/deploy.yml", "templates/deploy/template.yml"):
        pipeline = read(
            f"include: [{{component: {name}, inputs: {{env: prod}}}}]\n",
            {path: "spec: {inputs: {env: {}}}\n---\ndeploy: {script: x, environment: '$[[ inputs.env ]]'}\n"},
        )
        environment = job(pipeline, "deploy").environment
        assert environment is not None
        assert environment.name == "prod"


def test_the_include_map_gives_components(tmp_path: Path) -> None:
    pipeline = read(
        "include: [{component: $CI_SERVER_FQDN/group/ci/deploy@1.2, inputs: {env: prod}}]\n",
        {
            "vendored/deploy.yml": "spec: {inputs: {env: {}}}\n---\n"
            "include: {local: /more.yml}\ndeploy: {script: x, environment: '$[[ inputs.env ]]'}\n",
            "vendored/more.yml": "more: {script: x}\n",
        },
        include_map={
            "group/ci/templates/deploy/template.yml": "vendored/deploy.yml",
            "group/ci/more.yml": "vendored/more.yml",
        },
    )
    assert [each.id for each in pipeline.jobs] == ["more", "deploy"]
    assert not pipeline.unresolved


def test_the_include_map_gives_files_of_other_projects(tmp_path: Path) -> None:
    pipeline = read(
        "include: {project: group/ci, file: /deploy.yml}\n",
        {
            "vendored/deploy.yml": "include: {local: /more.yml}\ndeploy: {script: x}\n",
            "vendored/more.yml": "more: {script: x}\n",
        },
        include_map={"group/ci/deploy.yml": "vendored/deploy.yml", "group/ci/more.yml": "vendored/more.yml"},
    )
    assert [each.id for each in pipeline.jobs] == ["more", "deploy"]
    assert not pipeline.unresolved
    outside = tmp_path / "outside.yml"
    outside.write_text("far: {script: x}\n")
    root = tmp_path / "root"
    root.mkdir()
    (root / ENTRY).write_text("include: {project: group/ci, file: deploy.yml}\n")
    options = ReadOptions(include_map={"group/ci/deploy.yml": str(outside)})
    (found,) = GitLabReader().read(ENTRY, Repository(str(root)), options)
    assert [each.id for each in found.jobs] == ["far"]


CHILD = """\
stages: [deploy, check]
variables: {WHERE: $TARGET}
deploy: {stage: deploy, script: x, environment: $WHERE}
check: {stage: check, script: y, rules: [{if: $CI_PIPELINE_SOURCE == "parent_pipeline"}]}
never: {stage: check, script: y, rules: [{if: $CI_PIPELINE_SOURCE == "push"}]}
"""


def test_a_child_pipeline_is_part_of_the_one_that_starts_it() -> None:
    pipeline = read(
        """\
stages: [build, child, end]
build: {stage: build, script: b}
rollout:
  stage: child
  trigger: {include: ci/child.yml, strategy: depend}
  rules: [{if: $CI_COMMIT_BRANCH == "main"}]
  parallel: {matrix: [{TARGET: [staging, prod]}]}
end: {stage: end, script: e}
""",
        {"ci/child.yml": CHILD},
    )
    names = [each.id for each in pipeline.jobs]
    assert names[:4] == ["build", "rollout (staging)", "rollout (prod)", "end"]
    assert "rollout (prod) / check" in names
    found = job(pipeline, "rollout (prod) / deploy")
    assert found.environment is not None
    assert found.environment.name == "prod"
    assert yes(pipeline, "rollout (prod) / check") == ["push to main", "schedule", "manual run"]
    assert set(runs(pipeline, "rollout (prod) / never").values()) == {"no"}
    assert sources(pipeline, "rollout (prod) / check") == ["rollout (prod)", "rollout (prod) / deploy"]
    first = edge(pipeline, "rollout (prod)", "rollout (prod) / deploy")
    assert (first.kind, first.strength, first.skips) == ("trigger", HARD, True)
    assert "rollout (staging) / deploy" in sources(pipeline, "end")
    bridge = job(pipeline, "rollout (prod)")
    assert (bridge.calls, bridge.tags["waits"], bridge.steps[0].uses) == (("ci/child.yml",), "yes", "gitlab:trigger")
    assert "ci/child.yml" in pipeline.files


def test_a_bridge_that_does_not_wait_holds_nothing_back() -> None:
    pipeline = read(
        "go: {trigger: {include: [{local: child.yml}]}}\nend: {stage: deploy, script: e}\n",
        {"child.yml": "a: {script: x, allow_failure: true}\n"},
    )
    assert sources(pipeline, "end") == ["go"]
    assert job(pipeline, "go").tags["waits"] == "no"
    waiting = read(
        "go: {trigger: {include: child.yml, strategy: depend}}\nend: {stage: deploy, script: e}\n",
        {"child.yml": "a: {script: x, allow_failure: true}\n"},
    )
    assert edge(waiting, "go / a", "end").strength == SOFT
    assert job(waiting, "go / a").soft == YES


def test_pipelines_that_cannot_be_seen_are_unresolved() -> None:
    pipeline = read("""\
make: {script: x}
dynamic: {stage: deploy, trigger: {include: [{artifact: child.yml, job: make}]}}
remote: {stage: deploy, trigger: {project: group/other, branch: main}}
short: {stage: deploy, trigger: group/third}
""")
    assert [(each.what, each.name, each.jobs) for each in pipeline.unresolved] == [
        ("dynamic child pipeline", "child.yml", ("dynamic",)),
        ("pipeline of another project", "group/other", ("remote",)),
        ("pipeline of another project", "group/third", ("short",)),
    ]


def test_a_generated_child_is_read_where_a_file_stands_for_it(tmp_path: Path) -> None:
    (tmp_path / "made.yml").write_text("ship: {script: [make deploy], environment: production}\n", encoding="utf-8")
    text = (
        "make: {script: x}\n"
        "dynamic: {stage: deploy, trigger: {include: [{artifact: out/child.yml, job: make}], strategy: depend}}\n"
    )
    pipeline = read(text, include_map={"out/child.yml": str(tmp_path / "made.yml")})
    assert [each.id for each in pipeline.jobs] == ["make", "dynamic", "dynamic / ship"]
    assert pipeline.unresolved == ()


def test_a_file_elsewhere_is_an_entry_only_if_it_holds_jobs() -> None:
    assert read_all(".template: {script: x}\n", path="ci/rules.yml") == []
    (pipeline,) = read_all("deploy: {extends: .gone, stage: odd, needs: [far]}\n", path="ci/deploy.yml")
    assert not pipeline.problems
    assert [each.id for each in pipeline.jobs] == ["deploy"]
    (called,) = read_all("deploy: {script: x}\n", path="ci/deploy.yml", called=True)
    assert [(each.name, each.event) for each in called.scenarios] == [("called", "called")]
