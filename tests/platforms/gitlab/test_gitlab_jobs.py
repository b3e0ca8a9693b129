"""What a job is after everything that it takes over; a wrong line or a lost command makes its findings wrong."""

from __future__ import annotations

from gitlab_files import ENTRY, commands, edge, job, read, read_all, sources

from barraiser.model.pipeline import HARD, ORDER, SOFT
from barraiser.model.tri import MAYBE, NO, YES


def test_script_lines_stand_where_they_were_written() -> None:
    pipeline = read("""\
default:
  before_script:
    - npm ci
.deploy:
  script:
    - kubectl apply -f k8s
    - |
      set -e
      kubectl rollout status deploy/shop
deploy:
  extends: .deploy
  after_script: [echo done]
""")
    first, after = job(pipeline, "deploy").steps
    assert first.script is not None
    assert [(each.text, each.line) for each in first.script.fragments] == [
        ("npm ci", 3),
        ("kubectl apply -f k8s", 6),
        ("set -e\nkubectl rollout status deploy/shop\n", 8),
    ]
    assert first.place.line == 6
    assert after.name == "after_script"
    assert (after.soft, after.condition.always) == (YES, True)
    assert after.place.line == 12


def test_a_job_overrides_defaults_as_a_whole_and_may_refuse_them() -> None:
    pipeline = read("""\
image: node:22
default:
  before_script: [npm ci]
  interruptible: true
variables: {A: "1", B: "2"}
own: {script: [a], before_script: [own]}
none: {script: [b], inherit: {default: false, variables: [B]}}
some: {script: [c], inherit: {default: [interruptible]}}
empty: {script: [d], before_script: []}
""")
    assert commands(job(pipeline, "own")) == ["own", "a"]
    assert commands(job(pipeline, "none")) == ["b"]
    assert commands(job(pipeline, "some")) == ["c"]
    assert commands(job(pipeline, "empty")) == ["d"]
    assert job(pipeline, "own").tags["image"] == "node:22"
    assert job(pipeline, "some").tags["interruptible"] == "true"
    assert "interruptible" not in job(pipeline, "none").tags
    assert job(pipeline, "none").variables == {"B": "2"}


def test_extends_merges_mappings_and_replaces_lists() -> None:
    pipeline = read("""\
.a: {variables: {X: a, Y: a}, script: [from a], stage: deploy}
.b: {extends: .a, variables: {X: b}}
.c: {script: [from c]}
j: {extends: [.b, .c], variables: {Z: j}}
""")
    found = job(pipeline, "j")
    assert found.variables == {"X": "b", "Y": "a", "Z": "j"}
    assert commands(found) == ["from c"]
    assert found.stage == "deploy"


def test_references_keep_the_place_of_what_they_name() -> None:
    pipeline = read("""\
.lib:
  script:
    - first
    - second
  variables: {URL: https://a}
j:
  variables: {HERE: !reference [.lib, variables, URL]}
  script:
    - !reference [.lib, script]
    - third
""")
    found = job(pipeline, "j")
    assert commands(found) == ["first", "second", "third"]
    script = found.steps[0].script
    assert script is not None
    assert [each.line for each in script.fragments] == [3, 4, 10]
    assert found.variables["HERE"] == "https://a"


def test_stages_order_jobs_and_needs_take_them_out_of_the_order() -> None:
    pipeline = read("""\
stages: [build, test, deploy]
build: {stage: build, script: b}
test: {stage: test, script: t}
lint: {stage: test, needs: [], script: l}
deploy: {stage: deploy, script: d}
fast: {stage: deploy, needs: [build], script: f}
last: {stage: .post, script: l}
""")
    assert sources(pipeline, "deploy") == ["build", "lint", "test"]
    assert sources(pipeline, "fast") == ["build"]
    assert sources(pipeline, "lint") == []
    assert sources(pipeline, "last") == ["build", "deploy", "fast", "lint", "test"]
    assert (edge(pipeline, "build", "test").kind, edge(pipeline, "build", "test").skips) == ("stage", False)
    assert (edge(pipeline, "build", "fast").kind, edge(pipeline, "build", "fast").skips) == ("needs", True)
    assert pipeline.stages == ("build", "test", "deploy", ".post")
    assert job(pipeline, "deploy").needs == ("test", "lint")


def test_needs_may_be_optional_absent_or_of_other_pipelines() -> None:
    pipeline = read("""\
a: {script: a}
b:
  script: b
  needs:
    - {job: a, optional: true, artifacts: false}
    - {job: gone, optional: true}
    - {project: group/lib, job: build, ref: main, artifacts: true}
    - {pipeline: $UP, job: x}
""")
    assert sources(pipeline, "b") == ["a"]
    assert not edge(pipeline, "a", "b").skips


def test_what_may_fail_takes_the_teeth_of_its_edges() -> None:
    pipeline = read("""\
stages: [a, b]
soft: {stage: a, script: x, allow_failure: true}
codes: {stage: a, script: x, allow_failure: {exit_codes: 3}}
optional: {stage: a, script: x, when: manual}
blocking: {stage: a, script: x, rules: [{when: manual}]}
forced: {stage: a, script: x, when: manual, allow_failure: false}
end: {stage: b, script: y}
always: {stage: b, script: y, when: always}
undo: {stage: b, script: y, when: on_failure}
""")
    assert {name: job(pipeline, name).soft for name in ("soft", "codes", "optional", "blocking", "forced")} == {
        "soft": YES, "codes": MAYBE, "optional": YES, "blocking": NO, "forced": NO,
    }  # fmt: skip
    assert [edge(pipeline, name, "end").strength for name in ("soft", "codes", "optional", "blocking", "forced")] == [
        SOFT, HARD, ORDER, HARD, HARD,
    ]  # fmt: skip
    assert [job(pipeline, name).manual_blocks for name in ("optional", "blocking", "forced")] == [False, True, True]
    assert edge(pipeline, "soft", "end").softened_by == "allow_failure: true"
    assert edge(pipeline, "blocking", "always").strength == SOFT
    assert job(pipeline, "always").condition.always
    assert job(pipeline, "undo").condition.on_failure
    assert edge(pipeline, "blocking", "undo").softened_by == "when: on_failure"


def test_an_optional_manual_job_holds_back_what_needs_it_by_name() -> None:
    pipeline = read("""\
approve: {script: echo, when: manual}
deploy: {stage: deploy, script: d, needs: [approve]}
""")
    assert job(pipeline, "approve").manual_blocks
    assert job(pipeline, "approve").soft == MAYBE
    assert edge(pipeline, "approve", "deploy").skips


def test_delays_timeouts_locks_and_facts() -> None:
    pipeline = read("""\
workflow: {auto_cancel: {on_new_commit: none}}
a:
  script: x
  when: delayed
  start_in: 1 hour 30 minutes
  timeout: 2h
  resource_group: $CI_ENVIRONMENT_NAME
  environment: production
  interruptible: true
  image: {name: alpine}
  tags: [prod, big]
  id_tokens: {AWS: {aud: https://aws}}
  secrets: {PW: {vault: a}}
  retry: {max: 2}
b: {script: x, resource_group: deploy-$CI_PIPELINE_ID}
c: {script: x, resource_group: $CI_COMMIT_REF_SLUG}
d: {script: x, resource_group: $CI_COMMIT_REF_SLUG, rules: [{if: $CI_COMMIT_BRANCH == "main"}]}
e: {script: x, resource_group: $LOCK}
""")
    found = job(pipeline, "a")
    assert (found.delay_minutes, found.timeout_minutes) == (90, 120)
    assert found.concurrency is not None
    assert (found.concurrency.group, found.concurrency.serialises) == ("production", YES)
    assert found.tags["interruptible"] == "false"
    assert (found.tags["image"], found.tags["tags"], found.tags["id-token"]) == ("alpine", "prod, big", "write")
    assert (found.tags["secrets"], found.tags["retry"]) == ("PW", "2")
    locks = [job(pipeline, name).concurrency for name in "bcde"]
    assert [lock.serialises for lock in locks if lock] == [NO, NO, YES, MAYBE]


def test_environments_and_the_tier_that_the_platform_gives_them() -> None:
    pipeline = read("""\
variables: {STAGE: prod}
a: {script: x, environment: $STAGE-eu}
b: {script: x, environment: {name: review/$CI_COMMIT_REF_SLUG, on_stop: c, auto_stop_in: 1 day, url: "https://$STAGE"}}
c: {script: x, environment: {name: review/$CI_COMMIT_REF_SLUG, action: stop}}
d: {script: x, environment: {name: main-site, deployment_tier: production}}
e: {script: x, environment: $ELSEWHERE}
""")
    found = {each.id: each.environment for each in pipeline.jobs}
    assert [
        (each.name, each.resolved, each.action, each.tier, each.counts_as)
        for each in found.values()
        if each is not None
    ] == [
        ("prod-eu", True, "start", "", "production"),
        ("review/$CI_COMMIT_REF_SLUG", False, "start", "", "development"),
        ("review/$CI_COMMIT_REF_SLUG", False, "stop", "", "development"),
        ("main-site", True, "start", "production", "production"),
        ("$ELSEWHERE", False, "start", "", ""),
    ]
    assert found["b"] is not None
    assert found["b"].url == "https://prod"
    assert job(pipeline, "b").tags["on_stop"] == "c"


def test_parallel_jobs_have_an_id_for_each_instance() -> None:
    pipeline = read("""\
test: {script: t, parallel: 2}
build:
  script: b
  parallel: {matrix: [{OS: [linux, mac], ARCH: arm}, {OS: win}]}
deploy:
  stage: deploy
  script: d
  environment: $TIER/$REGION
  parallel: {matrix: [{TIER: [prod], REGION: [eu, us]}]}
  needs:
    - job: build
      parallel: {matrix: [{OS: [mac], ARCH: arm}]}
    - "test 1/2"
""")
    assert [each.id for each in pipeline.jobs] == [
        "test (1/2)", "test (2/2)", "build (linux, arm)", "build (mac, arm)", "build (win)", "deploy (prod, eu)", "deploy (prod, us)",
    ]  # fmt: skip
    assert job(pipeline, "build (mac, arm)").name == "build: [mac, arm]"
    assert job(pipeline, "build (mac, arm)").template == "build"
    assert sources(pipeline, "deploy (prod, us)") == ["build (mac, arm)", "test (1/2)"]
    last = job(pipeline, "deploy (prod, us)")
    assert last.environment is not None
    assert (last.environment.name, last.matrix) == ("prod/us", {"TIER": "prod", "REGION": "us"})


def test_what_the_platform_does_by_itself_is_a_step() -> None:
    pipeline = read("""\
pages: {script: mkdocs build, artifacts: {paths: [public]}}
docs: {script: mkdocs build, pages: {publish: site}}
release:
  script: echo
  release: {tag_name: $CI_COMMIT_TAG, description: x}
""")
    assert [step.uses for step in job(pipeline, "pages").steps] == ["", "gitlab:pages"]
    assert job(pipeline, "docs").steps[1].uses == "gitlab:pages"
    step = job(pipeline, "release").steps[1]
    assert (step.uses, step.inputs["tag_name"], step.place.line) == ("gitlab:release", "$CI_COMMIT_TAG", 5)


def test_variables_are_propagated_and_what_is_not_constant_stays() -> None:
    pipeline = read("""\
variables:
  IMAGE: $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA
  NAME: {value: shop, description: which}
  FULL: $NAME-$RAW
  RAW: {value: $NAME, expand: false}
  LOOP: $LOOP2
  LOOP2: $LOOP
j: {script: x, variables: {NAME: cart}}
""")
    variables = job(pipeline, "j").variables
    assert variables["IMAGE"] == "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"
    assert variables["FULL"] == "cart-$NAME"
    assert "LOOP" in variables


def test_a_merged_configuration_of_the_platform_is_read() -> None:
    pipeline = read("""\
---
stages:
- ".pre"
- build
- ".post"
variables: {}
".template":
  script: [x]
job:
  stage: build
  script: [x]
  rules:
  - if: "$CI_COMMIT_BRANCH == \\"main\\""
""")
    assert [scenario.name for scenario in pipeline.scenarios] == ["push to main", "schedule", "manual run"]
    assert pipeline.path == ENTRY


def test_an_instance_that_is_written_twice_is_one_job() -> None:
    (pipeline,) = read_all("a: {script: x, parallel: {matrix: [{A: [b, b]}]}}\n")
    assert [each.id for each in pipeline.jobs] == ["a (b)"]
    assert [problem.fatal for problem in pipeline.problems] == [False]


def test_for_how_long_files_are_kept() -> None:
    pipeline = read("""\
short: {script: [x], artifacts: {paths: [dist], expire_in: 2 days}}
seconds: {script: [x], artifacts: {paths: [dist], expire_in: "43200"}}
ever: {script: [x], artifacts: {paths: [dist], expire_in: never}}
computed: {script: [x], artifacts: {paths: [dist], expire_in: $KEEP}}
reports: {script: [x], artifacts: {reports: {junit: a.xml}, expire_in: 1 hour}}
""")
    kept = {name: job(pipeline, name).keeps for name in ("short", "seconds", "ever", "computed", "reports")}
    assert {name: each.days for name, each in kept.items() if each is not None} == {
        "short": 2.0,
        "seconds": 0.5,
        "ever": float("inf"),
        "computed": None,
    }
    assert kept["reports"] is None


def test_what_lets_a_pipeline_start() -> None:
    pipeline = read("""\
workflow:
  rules:
    - if: $CI_DEPLOY_FREEZE
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
a: {script: [x]}
""")
    assert pipeline.starts_if == "$CI_DEPLOY_FREEZE; $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"
