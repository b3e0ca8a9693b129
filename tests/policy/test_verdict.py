"""What blocks, and what a waiver or a comment sets aside: only what is complete, in force, and meant."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from barraiser.checks.plan import Plan
from barraiser.checks.result import PipelineResult
from barraiser.model.declarations import NOTHING_DECLARED, Declarations
from barraiser.model.pipeline import Problem
from barraiser.model.place import Place
from barraiser.policy.hygiene import Hygiene
from barraiser.policy.suppressions import suppressions_of
from barraiser.policy.verdict import Policy
from barraiser.policy.waivers import Waiver
from report.reports import OTHER, PATH, REGISTRY, RULE, finding, result

AS_OF = "2026-11-25"
PLACE = Place(".barraiser.yml", 9, 5)
GOOD = {"rule": RULE, "path": PATH, "reason": "r", "owner": "o", "expires": "2026-11-25"}


def policy(
    waivers: Sequence[Waiver] = (), declared: Declarations = NOTHING_DECLARED, fail_on: str = "error", **numbers: int
) -> Policy:
    rules = [REGISTRY.rules[id] for id in (RULE, OTHER, "GOV002")]
    plan = Plan(rules, profile="basic", parameters={"GOV002": numbers}, severities={})
    return Policy(waivers, Hygiene(plan, REGISTRY, AS_OF), declared, fail_on=fail_on)


def settled(judged: PipelineResult, made: Policy | None = None, text: str = "") -> PipelineResult:
    comments = {PATH: suppressions_of(text.splitlines(), PATH)}
    (made or policy()).settle([judged], comments, whole=True)
    return judged


def rules_of(judged: PipelineResult) -> list[str]:
    return [each.rule for each in judged.findings if each.waived is None]


def test_an_error_blocks_and_a_warning_does_not_unless_asked() -> None:
    assert settled(result(finding())).verdict == "blocked"
    assert settled(result(finding(severity="warning"))).verdict == "passed"
    assert settled(result(finding(severity="warning")), policy(fail_on="warning")).verdict == "blocked"
    assert settled(result(finding(severity="info")), policy(fail_on="warning")).verdict == "passed"


def test_unknown_blocks_only_where_evidence_is_required() -> None:
    assert settled(result(finding(verdict="unknown"))).verdict == "passed"
    required = policy(declared=Declarations(evidence_required=True))
    assert settled(result(finding(verdict="unknown")), required).verdict == "blocked"


def test_what_does_not_reach_production_is_no_deployment() -> None:
    assert settled(result(deploys=False, kind="pure-ci")).verdict == "not-a-deployment"
    assert settled(result(deploys=None)).verdict == "passed"
    assert settled(result(deploys=False, kind="library-publish")).verdict == "passed"
    assert settled(result(finding(), deploys=False, kind="pure-ci")).verdict == "blocked"


def test_a_file_that_cannot_be_read_is_unreadable_and_says_why() -> None:
    judged = settled(result(problems=[Problem("`jobs` is a list", Place(PATH, 3, 1), fix="write a mapping")]))
    assert judged.verdict == "unreadable"
    assert (judged.findings[0].message, judged.findings[0].fix) == ("`jobs` is a list", "write a mapping")
    part = settled(result(problems=[Problem("odd", Place(PATH, 3), fatal=False)]))
    assert part.verdict == "passed"


def test_a_complete_waiver_sets_its_finding_aside_on_its_last_day_too() -> None:
    judged = settled(result(finding(), finding(OTHER)), policy([Waiver(PLACE, **GOOD)]))
    assert rules_of(judged) == [OTHER]
    assert judged.verdicts[RULE] == "waived"
    assert judged.verdict == "blocked"
    assert settled(result(finding()), policy([Waiver(PLACE, **GOOD)])).verdict == "passed"


def test_a_rule_is_waived_only_if_every_finding_of_it_is() -> None:
    waiver = Waiver(PLACE, **GOOD, job="deploy")
    judged = settled(result(finding(), finding(job="deploy-eu")), policy([waiver]))
    assert judged.verdicts[RULE] == "failed"
    judged = settled(result(finding(job="deploy (eu)"), finding(job="deploy-eu", verdict="unknown")), policy([waiver]))
    assert judged.verdicts[RULE] == "unknown"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": ""}, "lacks reason"),
        ({"owner": "", "path": ""}, "lacks path and owner"),
        ({"expires": ""}, "lacks expires"),
        ({"rule": ""}, "lacks rule"),
        ({"expires": "2026-11-24"}, "expired on 2026-11-24"),
        ({"expires": "2027-02-24"}, "lasts until 2027-02-24, more than 90 days"),
        ({"expires": "soon"}, "no date"),
        ({"rule": "TST01"}, "is no rule (did you mean `TST001`?)"),
        ({"rule": "GOV002"}, "nothing sets aside"),
        ({"rule": "waiver-hygiene"}, "nothing sets aside"),
    ],
)
def test_a_waiver_that_lacks_anything_has_no_effect_and_is_a_finding(change: dict[str, str], said: str) -> None:
    made = policy([Waiver(PLACE, **{**GOOD, **change})])
    assert settled(result(finding()), made).verdict == "blocked"
    (found,) = made.findings
    assert (found.rule, found.place, found.severity) == ("GOV002", PLACE, "error")
    assert said in found.message
    assert found.fix


def test_waivers_for_other_pipelines_rules_and_jobs_do_nothing() -> None:
    for change in ({"path": "other.yml"}, {"rule": OTHER}, {"job": "deploy-eu"}):
        assert settled(result(finding()), policy([Waiver(PLACE, **{**GOOD, **change})])).verdict == "blocked"
    for change in ({"path": ".github/**"}, {"rule": "unit-tests-before-deploy"}, {"job": "deploy"}):
        assert settled(result(finding()), policy([Waiver(PLACE, **{**GOOD, **change})])).verdict == "passed"


def test_too_many_waivers_at_once_are_a_finding() -> None:
    made = policy([Waiver(PLACE, **GOOD), Waiver(PLACE, **GOOD)], max_active=1)
    assert ["2 waivers are in force" in each.message for each in made.findings] == [True]


COMMENT = '# barraiser: ignore[TST001] reason="no tests yet" until=2027-01-31'


def at(number: int, line: str) -> str:
    return "\n" * (number - 1) + line + "\n  x: 1" * 30


@pytest.mark.parametrize(
    "text",
    [
        at(12, f"  run: make deploy {COMMENT}"),
        at(11, f"  {COMMENT}"),
        at(10, f"  deploy: {COMMENT}"),
        at(9, COMMENT),
        at(10, f"  {COMMENT}\n  # barraiser: ignore[ENV001] reason='r' until=2027-01-31"),
        at(12, COMMENT.replace("TST001", "ENV001, unit-tests-before-deploy")),
    ],
    ids=["line", "line above", "job", "above the job", "two above", "by name"],
)
def test_a_comment_sets_aside_what_stands_at_it(text: str) -> None:
    judged = settled(result(finding(), finding(OTHER, line=99, job="")), text=text)
    waived = [each for each in judged.findings if each.rule == RULE]
    assert waived[0].waived is not None
    assert (waived[0].waived.by, waived[0].waived.expires) == ("suppression", "2027-01-31")
    assert judged.verdicts[RULE] == "waived"


@pytest.mark.parametrize("number", [8, 13, 30])
def test_a_comment_elsewhere_sets_nothing_aside_and_is_reported(number: int) -> None:
    judged = settled(result(finding()), text=at(number, COMMENT))
    assert rules_of(judged) == [RULE, "GOV002"]
    assert judged.findings[-1].severity == "warning"
    assert judged.findings[-1].place.line == number


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# barraiser: ignore", "names no rule"),
        ("# barraiser: ignore[]", "names no rule"),
        ("# barraiser: ignore[TST001]", "lacks reason and until"),
        ("# barraiser: ignore[TST001] reason=x", "lacks until"),
        ("# barraiser: ignore[TST001] reason=x until=2026-11-24", "expired"),
        ("# barraiser: ignore[TST001] reason=x until=2030-01-01", "more than 90 days"),
        ("# barraiser: ignore[TST099] reason=x until=2027-01-31", "no rule"),
        ("# barraiser: ignore[TST001,GOV002] reason=x until=2027-01-31", "nothing sets aside"),
    ],
)
def test_a_comment_that_lacks_anything_has_no_effect_and_is_a_finding(comment: str, said: str) -> None:
    judged = settled(result(finding()), text=at(12, comment))
    assert rules_of(judged) == [RULE, "GOV002"]
    assert said in judged.findings[-1].message
    assert judged.verdicts["GOV002"] == "failed"
    assert judged.verdict == "blocked"


def test_a_comment_for_a_rule_that_cannot_tell_or_is_not_asked_is_not_unused() -> None:
    text = at(30, COMMENT)
    assert rules_of(settled(result(finding(verdict="unknown")), text=text)) == [RULE]
    other = text.replace("TST001", "WIN004")
    assert rules_of(settled(result(), text=other)) == []


def test_words_in_a_comment_are_no_slow_pattern() -> None:
    lines = [
        "# barraiser: ignore[" + "a," * 100_000,
        "# barraiser: ignore[A] " + "x=" * 100_000,
        "#" * 200_000 + "barraiser:",
    ]
    assert len(suppressions_of(lines, PATH)) == 2
