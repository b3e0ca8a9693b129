"""In which ways of starting a job runs: a wrong answer hides a deploy, or invents one."""

from __future__ import annotations

import re

import pytest
from gitlab_files import job, read, runs, sources, yes
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.model.tri import MAYBE, NO, YES
from barraiser.platforms.gitlab.expressions import ANYTHING, FILLED, Unknown, Value, decide, parse
from barraiser.platforms.gitlab.regular import compile_pattern


def test_without_rules_a_job_runs_on_branches_and_tags_but_not_on_merge_requests() -> None:
    pipeline = read("a: {script: x}\nb: {script: x, rules: [{if: $CI_MERGE_REQUEST_IID}]}\n")
    assert runs(pipeline, "a") == {
        "push to main": "yes", "push to another branch": "yes", "tag": "yes", "merge request": "no", "schedule": "yes", "manual run": "yes",
    }  # fmt: skip
    assert yes(pipeline, "b") == ["merge request"]
    assert pipeline.scenarios[3].unmerged


def test_workflow_rules_decide_what_starts_and_take_the_default_policy_away() -> None:
    pipeline = read("""\
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
a: {script: x}
""")
    assert yes(pipeline, "a") == ["push to main", "merge request", "schedule", "manual run"]


def test_the_first_rule_that_matches_decides() -> None:
    pipeline = read("""\
a:
  script: x
  rules:
    - {if: $CI_PIPELINE_SOURCE == "schedule", when: never}
    - {if: $CI_COMMIT_BRANCH == "main", when: manual}
    - {if: $CI_COMMIT_TAG, when: manual, allow_failure: true}
""")
    assert yes(pipeline, "a") == ["push to main", "tag", "manual run"]
    found = job(pipeline, "a (manual)")
    assert found.manual
    assert (found.soft, found.manual_blocks) == (NO, True)
    on_tags = job(pipeline, "a (manual 2)")
    assert (on_tags.soft, on_tags.manual_blocks) == (YES, False)
    assert found.manual_place is not None
    assert found.manual_place.line == 5


def test_a_job_that_is_manual_in_some_ways_of_starting_only_is_read_as_two() -> None:
    pipeline = read("""\
a: {script: x, rules: [{if: $CI_COMMIT_BRANCH == "main", when: manual}, {if: $CI_COMMIT_TAG}]}
b: {script: x, needs: [a], rules: [{if: $CI_COMMIT_BRANCH == "main"}, {if: $CI_COMMIT_TAG}]}
""")
    assert [(each.id, each.own_id, each.manual) for each in pipeline.jobs] == [
        ("a (manual)", "a", True),
        ("a (on_success)", "a", False),
        ("b", "b", False),
    ]
    assert yes(pipeline, "a (on_success)") == ["tag"]
    assert sources(pipeline, "b") == ["a (manual)", "a (on_success)"]


def test_branches_that_rules_name_are_scenarios_of_their_own() -> None:
    pipeline = read(r"""
a: {script: x, rules: [{if: $CI_COMMIT_BRANCH == "develop"}]}
b: {script: x, rules: [{if: '$CI_COMMIT_BRANCH =~ /^release\/.+$/'}]}
c: {script: x, rules: [{if: '$CI_COMMIT_REF_NAME =~ /^(stage|prod)$/'}]}
d: {script: x, rules: [{if: '$CI_COMMIT_TAG =~ /^v\d+\.\d+$/'}]}
e: {script: x, rules: [{if: '$CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH !~ /^release/'}]}
""")
    assert yes(pipeline, "a") == ["push to develop", "schedule", "manual run"]
    assert pipeline.default_branch == "develop"
    assert yes(pipeline, "b") == [r"push to a branch like /^release\/.+$/"]
    assert yes(pipeline, "c") == ["push to stage", "push to prod", "tag stage", "tag prod"]
    assert yes(pipeline, "d") == [r"tag like /^v\d+\.\d+$/"]
    assert yes(pipeline, "e") == [
        "push to develop", "push to stage", "push to prod", "push to another branch", "schedule", "manual run",
    ]  # fmt: skip
    named = next(
        scenario for scenario in pipeline.scenarios if scenario.name == r"push to a branch like /^release\/.+$/"
    )
    assert (named.ref, named.refs, named.branch) == ("", (r"/^release\/.+$/",), "named")


def test_what_the_files_cannot_tell_is_maybe() -> None:
    pipeline = read("""\
a: {script: x, rules: [{if: $DEPLOY_PROD == "true"}]}
b: {script: x, rules: [{changes: [src/**/*]}]}
c: {script: x, rules: [{exists: [go.mod]}]}
d: {script: x, rules: [{exists: [.gitlab-ci.yml]}]}
""")
    assert set(runs(pipeline, "a").values()) == {"maybe"}
    assert [runs(pipeline, "b")[name] for name in ("push to main", "tag", "schedule")] == ["maybe", "yes", "yes"]
    assert set(runs(pipeline, "c").values()) == {"no"}
    assert set(runs(pipeline, "d").values()) == {"yes"}


def test_variables_of_the_file_decide_rules() -> None:
    pipeline = read("""\
variables: {TARGET: prod, EMPTY: "", BRANCH: main, COPY: $CI_COMMIT_BRANCH}
a: {script: x, rules: [{if: $TARGET == "prod"}]}
b: {script: x, rules: [{if: $EMPTY}]}
c: {script: x, rules: [{if: $CI_COMMIT_BRANCH == $BRANCH}]}
d: {script: x, variables: {TARGET: dev}, rules: [{if: $TARGET == "prod"}]}
e: {script: x, rules: [{if: $COPY == "main"}]}
""")
    assert len(yes(pipeline, "a")) == len(pipeline.scenarios)
    assert set(runs(pipeline, "b").values()) == set(runs(pipeline, "d").values()) == {"no"}
    assert yes(pipeline, "c") == yes(pipeline, "e") == ["push to main", "schedule", "manual run"]


def test_variables_of_rules_choose_the_environment() -> None:
    pipeline = read("""\
deploy:
  script: x
  environment: $TARGET
  rules:
    - {if: $CI_COMMIT_BRANCH == "main", variables: {TARGET: production}}
    - {if: $CI_COMMIT_BRANCH == "develop", variables: {TARGET: staging}}
after: {stage: .post, script: x, needs: [deploy]}
""")
    assert [each.id for each in pipeline.jobs] == ["deploy (production)", "deploy (staging)", "after"]
    assert yes(pipeline, "deploy (production)") == ["push to main", "schedule", "manual run"]
    assert yes(pipeline, "deploy (staging)") == ["push to develop"]
    assert job(pipeline, "deploy (staging)").variables["TARGET"] == "staging"
    assert {each.template for each in pipeline.jobs} == {"deploy", "after"}


def test_only_and_except() -> None:
    pipeline = read("""\
a: {script: x, only: [main, tags]}
b: {script: x, except: [schedules, /^wip/]}
c: {script: x, only: {refs: [branches], variables: [$RELEASE]}, except: {refs: [main]}}
d: {script: x, only: [merge_requests]}
e: {script: x, only: [web]}
f: {script: x, only: {changes: [a]}}
""")
    assert yes(pipeline, "a") == ["push to main", "tag like /^wip/", "another tag", "schedule", "manual run"]
    assert "schedule" not in yes(pipeline, "b")
    assert "push to a branch like /^wip/" not in yes(pipeline, "b")
    assert runs(pipeline, "c")["push to main"] == "no"
    assert runs(pipeline, "c")["push to another branch"] == "maybe"
    assert yes(pipeline, "d") == ["merge request"]
    assert yes(pipeline, "e") == ["manual run", "manual run on another branch"]
    assert runs(pipeline, "f")["push to main"] == "maybe"


def test_a_manual_run_is_split_by_what_a_person_chooses() -> None:
    pipeline = read("""\
variables:
  TARGET: {value: staging, options: [staging, production], description: where}
  NOTE: {value: "", description: free}
deploy: {script: x, environment: $TARGET, rules: [{if: $CI_PIPELINE_SOURCE == "web"}]}
""")
    assert [each.id for each in pipeline.jobs] == ["deploy (staging)", "deploy (production)"]
    assert yes(pipeline, "deploy (production)") == [
        "manual run (TARGET=production)", "manual run on another branch (TARGET=production)",
    ]  # fmt: skip
    chosen = next(scenario for scenario in pipeline.scenarios if scenario.name == "manual run (TARGET=production)")
    assert (chosen.event, chosen.inputs) == ("manual", {"TARGET": "production"})


def test_inputs_of_the_pipeline_are_chosen_too() -> None:
    pipeline = read("""\
spec:
  inputs:
    force: {type: boolean, default: false}
---
a: {script: x, rules: [{if: '"$[[ inputs.force ]]" == "true"'}]}
b: {script: x}
""")
    assert yes(pipeline, "a") == ["manual run (force=true)"]
    assert runs(pipeline, "a")["schedule"] == "maybe"


def test_trains_triggers_and_other_pipelines_start_it_only_where_rules_name_them() -> None:
    pipeline = read("""\
a: {script: x, rules: [{if: $CI_MERGE_REQUEST_EVENT_TYPE == "merge_train"}]}
b: {script: x, rules: [{if: '$CI_PIPELINE_SOURCE =~ /^(api|trigger)$/'}]}
c: {script: x, rules: [{if: $CI_PIPELINE_SOURCE == "pipeline"}]}
""")
    assert yes(pipeline, "a") == ["merge train"]
    assert yes(pipeline, "b") == ["API call", "trigger token"]
    assert yes(pipeline, "c") == ["another project's pipeline"]
    assert [scenario.event for scenario in pipeline.scenarios] == ["merge-queue", "chained", "dispatch", "dispatch"]


def test_equal_conditions_have_equal_texts_whatever_they_make_of_the_job() -> None:
    pipeline = read("""\
test: {script: x, rules: [{if: $CI_COMMIT_BRANCH == "main"}]}
deploy: {script: x, rules: [{if: $CI_COMMIT_BRANCH   == "main", when: manual}]}
""")
    assert job(pipeline, "test").condition.text == job(pipeline, "deploy").condition.text != ""


VALUES: dict[str, Value] = {
    "A": "a",
    "N": None,
    "E": "",
    "U": ANYTHING,
    "F": FILLED,
    "X": Unknown(among=("a", "b")),
    "P": "/^a/",
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("$A", YES),
        ("$N", NO),
        ("$E", NO),
        ("$U", MAYBE),
        ("$F", YES),
        ('$A == "a"', YES),
        ("$A != 'a'", NO),
        ("$N == null", YES),
        ("$E == null", NO),
        ('$E == ""', YES),
        ("$F == null", NO),
        ('$F == "a"', MAYBE),
        ('$X == "c"', NO),
        ('$X == "a"', MAYBE),
        ("$A == $A", YES),
        ("$A =~ /^A/", NO),
        ("$A =~ /^A/i", YES),
        ("$A !~ /b/", YES),
        ("$A =~ $P", YES),
        ("$A =~ $N", NO),
        ("$N =~ /x/", NO),
        ("$U =~ /x/", MAYBE),
        ('$A == "b" || $A == "a" && $N', NO),
        ('($A == "b" || $A) && $F', YES),
        ("$N && $U", NO),
        ("$A || $U", YES),
        ("!$N", YES),
        ("$A ==", MAYBE),
        ("A", MAYBE),
        ("($A", MAYBE),
        ("$A =~ /(?=a)/", MAYBE),
    ],
)
def test_expressions(text: str, answer: int) -> None:
    assert decide(parse(text), VALUES.__getitem__) == answer


PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "-", r"\d", "[a-c]", ".", r"\.", "[^a]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, st.sampled_from("*+?")).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        inner.map(lambda text: f"^(?:{text})"),
        inner.map(lambda text: f"(?:{text})$"),
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(PATTERNS, st.text("ab-1.c", max_size=8))
def test_patterns_match_as_regular_expressions_do(pattern: str, text: str) -> None:
    compiled = compile_pattern(f"/{pattern}/")
    assert compiled is not None
    assert compiled.search(text) == (re.search(pattern.replace("$", r"\Z"), text) is not None)
    for example, _ in compiled.examples():
        assert compiled.search(example)


def test_a_pattern_that_backtracks_for_ever_elsewhere_is_decided_at_once() -> None:
    pattern = compile_pattern("/^(a+)+$/")
    assert pattern is not None
    assert not pattern.search("a" * 2000 + "b")
