"""The configuration: what is right is taken, what is wrong is told with its place, and the schema says the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from barraiser.policy import keys
from barraiser.policy.config import Config, config_from
from barraiser.policy.schema import PATH
from barraiser.policy.take import ConfigError, ConfigProblem, is_date
from barraiser.source.errors import SourceError
from barraiser.source.yaml_loader import load

FULL = """\
version: 1
profile: standard
owner: team-payments
default_branch: main
timezone: Europe/Berlin
exclude: ["examples/**"]
pipelines:
  .github/workflows/release.yml: {kind: service-deploy, tier: 1, hands_off: true, waves: [[one], [two, three]]}
links:
  - {from: .github/workflows/staging.yml, to: .github/workflows/prod.yml, via: release}
environments:
  production: {match: ["prod-*", "live"], class: prod, account: "111111111111",
               github: {reviewers: 1, prevent_self_review: true, wait_timer: 720, branch_policy: [main],
                        custom_rules: [datadog], admin_bypass: false},
               gitlab: {protected: true, required_approvals: 1}}
  staging: {class: gamma}
activities:
  "Prod/BakeLambda": {kind: bake, minutes: 720, monitored: true}
  "build-all": {kinds: [build, unit-test]}
  "notes": {kind: other, gate: false, role: tooling}
deployer: {type: argo-rollouts, steps: [{weight: 5, pause: 60}], alarms: [svc-high-sev], rollback: auto}
evidence:
  mode: required
  slo: {url: "https://example.com/slo", alarm: svc-slo-burn, by: alice, date: 2026-10-01}
  runbook: {path: docs/runbook.md}
  orr: {url: "https://example.com/orr", approver: bob, date: 2024-03-01}
  game_day: {date: 2026-06-12}
  load: {single_user: tests/load/one_tenant.js, expires: 2026-11-25}
rules:
  BAK002: {first_wave_min: 360, severity: warning, reason: "one region, 40 requests a second"}
  LOD004: off
select: [ALL]
extend_select: [WAV002]
review: {required_approvals: 1, code_owners: true}
freezes: [{from: 2026-12-20, to: 2027-01-02, reason: holidays}]
waivers:
  - {rule: WAV002, path: .github/workflows/release.yml, job: deploy-prod, reason: "...", owner: carol, ticket: OPS-12,
     expires: 2027-01-31}
plugins: [acme_rules]
"""
VALIDATOR: Any = Draft202012Validator(json.load(open(PATH, encoding="utf-8")))  # noqa: SIM115


def read(text: str, as_of: str = "2026-11-25") -> Config:
    return config_from(load(text.encode(), ".barraiser.yml"), ".barraiser.yml", as_of)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value).splitlines()


def test_everything_that_the_format_has_is_taken() -> None:
    config = read(FULL)
    assert (config.profile, config.exclude, config.plugins) == ("standard", ("examples/**",), ("acme_rules",))
    assert [word for word, _ in config.select] == ["ALL"]
    assert [(rule.id, rule.off, rule.severity) for rule in config.rules] == [
        ("BAK002", False, "warning"),
        ("LOD004", True, ""),
    ]
    (waiver,) = config.waivers
    assert (waiver.rule, waiver.job, waiver.owner, waiver.expires, waiver.place.line) == (
        "WAV002",
        "deploy-prod",
        "carol",
        "2027-01-31",
        37,
    )
    declared = config.declared
    assert (declared.owner, declared.default_branch, declared.evidence_required) == ("team-payments", "main", True)
    production = declared.environment("PROD-eu")
    assert production is not None
    assert (production.cls, production.account) == ("prod", "111111111111")
    assert production.github["reviewers"] == 1
    assert production.github["branch_policy"] == ["main"]
    assert [(activity.name, activity.kinds, activity.minutes, activity.gate) for activity in declared.activities] == [
        ("Prod/BakeLambda", ("bake",), 720, True),
        ("build-all", ("build", "unit-test"), None, True),
        ("notes", ("other",), None, False),
    ]
    assert declared.deployer["steps"] == [{"weight": 5, "pause": 60}]
    assert declared.links[0].via == "release"
    pipeline = declared.pipeline(".github/workflows/release.yml")
    assert pipeline is not None
    assert pipeline.facts == {"hands_off": True, "waves": [["one"], ["two", "three"]]}


def test_stale_evidence_does_not_count() -> None:
    assert set(read(FULL).declared.evidence) == {"slo", "runbook", "game_day", "load"}
    assert "load" not in read(FULL, "2026-11-26").declared.evidence
    assert "game_day" in read(FULL, "2027-06-12").declared.evidence
    assert "game_day" not in read(FULL, "2027-06-13").declared.evidence


def test_stale_evidence_is_not_forgotten() -> None:
    assert set(read(FULL).declared.expired) == {"orr"}
    assert read(FULL, "2027-06-13").declared.expired["game_day"] == {"date": "2026-06-12", "expires": "2027-06-12"}


def test_an_empty_section_is_no_error() -> None:
    assert read("version: 1\nrules:\nwaivers:\nenvironments:\n").rules == ()


WRONG = {
    "profil: basic": ".barraiser.yml:2:1: the configuration has no key `profil` (did you mean `profile`?)",
    "profile: basics": ".barraiser.yml:2:10: `profile` must be one of basic, standard, strict, not `basics`"
    " (did you mean `basic`?)",
    "environments: [a]": ".barraiser.yml:2:15: `environments` must be a mapping, not a list",
    "environments: {prod: {clas: prod}}": ".barraiser.yml:2:23: environment `prod` has no key `clas`"
    " (did you mean `class`?)",
    "environments: {prod: {class: production}}": ".barraiser.yml:2:30: `class` of environment `prod` must be one of alpha,"
    " beta, gamma, onebox, prod, ephemeral, static, unknown, not `production`",
    "rules: {LOD004: no}": ".barraiser.yml:2:17: `LOD004` must be `off` or a mapping of parameters",
    "freezes: [{from: 2026-02-30, to: 2026-03-01}]": ".barraiser.yml:2:18: `from` of a freeze must be a date like"
    " 2027-01-31, not `2026-02-30`",
    "freezes: [{from: 2026-03-02, to: 2026-03-01}]": ".barraiser.yml:2:34: a freeze ends before it begins",
    "links: [{from: a.yml}]": ".barraiser.yml:2:9: a link lacks `to`",
    "activities: {a: {minutes: '5'}}": ".barraiser.yml:2:27: `minutes` of activity `a` must be a number, not `5`",
    "activities: {a: {gate: yes}}": ".barraiser.yml:2:24: `gate` of activity `a` must be true or false, not `yes`",
    "activities: {a: {kind: bake, kinds: [bake]}}": ".barraiser.yml:2:37: activity `a` has `kind` and `kinds`: keep one",
    "owner: a\nowner: b": ".barraiser.yml:3:1: `owner` stands twice: first in line 2",
    "waivers: [{rule: A, path: [a]}]": ".barraiser.yml:2:27: `path` of a waiver must be text, not a list",
    "evidence: {mode: required, slos: {}}": ".barraiser.yml:2:28: `evidence` has no key `slos` (did you mean `slo`?)",
}


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_told_with_its_place_and_the_nearest_right_word(line: str) -> None:
    assert any(problem.startswith(WRONG[line]) for problem in problems(f"version: 1\n{line}\n")), problems(
        f"version: 1\n{line}\n"
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    found = problems("version: 2\nprofile: x\nexclude: a\nlinks:\n  - 5\n")
    assert [line.split(":")[1] for line in found] == ["1", "2", "3", "5"]


@pytest.mark.parametrize("text", ["", "just text\n", "- a\n", "version: 1\n---\nversion: 1\n", "profile: basic\n"])
def test_what_is_no_configuration_is_refused(text: str) -> None:
    assert problems(text)[0].startswith(".barraiser.yml:")


WORDS = st.sampled_from(
    ["a", "", " ", "basic", "prod", "bake", "off", "required", "auto", "2026-01-02", "allowed", "1"]
)
VALUES = st.one_of(WORDS, st.none(), st.booleans(), st.integers(-2, 3), st.sampled_from([0.5, -1.5]))
KEYS = sorted({*keys.TOP, *keys.ENVIRONMENT, *keys.ACTIVITY, *keys.WAIVER, *keys.EVIDENCE, "from", "to", "via", "mode"})
NESTED = st.recursive(
    VALUES,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=6,
)


def reader_accepts(data: object) -> bool:
    try:
        read(json.dumps(data))
    except ConfigError:
        return False
    return True


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({"version": st.sampled_from([1, 1, 1, 2])}, optional=dict.fromkeys(keys.TOP[1:], NESTED)))
def test_reader_and_schema_agree(data: dict[str, Any]) -> None:
    assert reader_accepts(data) == VALIDATOR.is_valid(data)


@pytest.mark.parametrize("top", keys.TOP[1:])
@settings(max_examples=30, deadline=None)
@given(value=NESTED)
def test_reader_and_schema_agree_on_each_key(top: str, value: object) -> None:
    data = {"version": 1, top: value}
    assert reader_accepts(data) == VALIDATOR.is_valid(data)


def test_the_schema_takes_the_full_example() -> None:
    from barraiser.policy.take import plain

    data = plain(load(FULL.encode(), "x")[0].root)
    assert not [error.message for error in VALIDATOR.iter_errors(data)]
    assert set(data) == set(keys.TOP)  # type: ignore[call-overload]


@settings(max_examples=50, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text("-:[]{}&*!|>'\"#\n version1rules", max_size=80)), st.booleans())
def test_any_text_is_a_configuration_or_an_error_with_a_place(text: str, headed: bool) -> None:
    problems: list[ConfigProblem] = []
    try:
        read(f"version: 1\n{text}" if headed else text)
    except ConfigError as error:
        problems = error.problems
    except SourceError as error:
        problems = [ConfigProblem(error.message, error.place)]
    assert all(problem.place.line >= 1 and problem.place.column >= 1 for problem in problems)


@given(st.dates())
@settings(max_examples=50)
def test_dates_are_those_of_the_calendar(date: Any) -> None:
    assert is_date(date.isoformat())


@pytest.mark.parametrize("text", ["2026-02-29", "2026-13-01", "2026-1-1", "20260101", "2026-04-31", "1900-02-29", ""])
def test_other_dates_are_none(text: str) -> None:
    assert not is_date(text)
