"""Every format says the same, keeps its contract, and lets nothing of a linted file act."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from barraiser.checks.result import BLOCKED, NOT_A_DEPLOYMENT, PASSES, UNREADABLE, PipelineResult, Waived
from barraiser.model.place import Place
from barraiser.report import concise, github, json_report, sarif, text
from barraiser.report.escape import inert, visible
from barraiser.report.report import Report, sentence
from report.reports import OTHER, PATH, RULE, finding, report, result

SCHEMA: Any = json.loads((Path(json_report.__file__).parent / "schemas" / "report.schema.json").read_text("utf-8"))
EVIL = "x\x1b]0;t\a\r\n::set-output name=a::b\u202e##[set-output name=c]d\x00\u2028é%0A,:"


def judged(*findings: Any, verdict: str = BLOCKED, **more: Any) -> PipelineResult:
    made = result(*findings, **more)
    made.verdict = verdict
    return made


def waived() -> Any:
    made = finding(OTHER)
    made.waived = Waived(
        "waiver", "moves in May", "2027-01-31", Place(".barraiser.yml", 3, 5), owner="carol", ticket="OPS-1"
    )
    return made


def rich() -> Report:
    blocked = judged(finding(), finding("WIN004", "unknown", fix="Declare `links: [...]`."), waived())
    blocked.verdicts[OTHER] = "waived"
    policy = finding("GOV002", line=4, job="")
    policy.place = Place(".barraiser.yml", 4, 5)
    return report(blocked, judged(verdict=PASSES, name="Other"), policy=[policy])


def all_formats(made: Report) -> dict[str, str]:
    options = text.TextOptions(show_passed=True, show_unknown=True)
    return {
        "text": text.render(made, options),
        "short": text.render(made, text.TextOptions(width=60)),
        "concise": concise.render(made, show_unknown=True),
        "json": json_report.render(made, show_passed=True),
        "sarif": sarif.render(made),
        "github": github.render(made),
        "statistics": text.statistics(made),
    }


def test_the_sentence_of_a_pipeline() -> None:
    made = judged(finding(), finding(OTHER, "unknown"))
    assert sentence(made) == "4 rules checked, 1 not met, 1 cannot tell: BLOCKED"
    assert sentence(judged(verdict=PASSES)) == "4 rules checked, 0 not met: PASSED"
    assert sentence(judged(verdict=NOT_A_DEPLOYMENT)) == "3 rules checked, 0 not met: NOT A DEPLOYMENT"
    assert sentence(judged(verdict=UNREADABLE)).endswith(": UNREADABLE")


def test_text_shows_place_message_way_and_fix() -> None:
    shown = text.render(rich(), text.TextOptions())
    lines = shown.splitlines()
    assert f"{PATH}:12:9  error  TST001 unit-tests-before-deploy" in lines
    assert "    Nothing tests what is deployed: a fault reaches every user." in lines
    assert "    way: build: make build (5) > deploy: make deploy (12)" in lines
    assert "    fix: Add a test before it." in lines
    assert "    when: push to main (and 1 more)" in lines
    assert "  cannot tell  WIN004: Declare `links: [...]`." in lines
    assert "Deploy: 4 rules checked, 1 not met, 1 cannot tell, 1 waived: BLOCKED" in lines
    assert "waived  ENV001 preprod-before-prod until 2027-01-31: moves in May, carol" in shown
    assert "\x1b" not in shown


def test_text_fits_its_width_and_explains_a_rule_once() -> None:
    made = report(judged(finding(message="word " * 60), finding(message="word " * 60)))
    shown = text.render(made, text.TextOptions(width=70))
    assert max(len(line) for line in shown.splitlines() if "error  " not in line) <= 70
    assert shown.count("why: ") == 1


def test_pipelines_without_anything_to_say_are_a_line_each() -> None:
    made = report(
        judged(verdict=PASSES, name="A"), judged(verdict=PASSES, name="", path="b.yml"), judged(finding(), name="C")
    )
    lines = text.render(made, text.TextOptions()).splitlines()
    assert lines[:3] == [
        f"A ({PATH}): 4 rules checked, 0 not met: PASSED",
        "b.yml: 4 rules checked, 0 not met: PASSED",
        "",
    ]
    assert lines[3] == f"{PATH} (github-actions, service-deploy)"
    assert lines[-2:] == ["", "3 pipelines, 1 blocked, 2 passed; 1 finding"]


def test_a_fix_of_several_lines_keeps_them() -> None:
    shown = text.render(report(judged(finding(fix="a:\n  b: 1"))), text.TextOptions())
    assert "    fix:\n      a:\n        b: 1\n" in shown


def test_colour_is_only_added() -> None:
    plain = text.render(rich(), text.TextOptions())
    colored = text.render(rich(), text.TextOptions(colored=True))
    for code in ("0", "1", "2", "31", "32", "33", "36", "31;1", "32;1", "33;1", "36;1", "2;1"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == plain


def test_concise_is_a_line_a_finding() -> None:
    lines = concise.render(rich()).splitlines()
    assert (
        lines[0]
        == f"{PATH}:12:9: error TST001 unit-tests-before-deploy: Nothing tests what is deployed: a fault reaches every user."
    )
    assert lines[1].startswith(f"{PATH}: Deploy: 4 rules checked")
    assert len(lines) == 4


def test_json_keeps_its_contract() -> None:
    data = json.loads(json_report.render(rich()))
    Draft202012Validator(SCHEMA).validate(data)
    assert data["summary"] == {
        "pipelines": 2, "blocked": 1, "passed": 1, "not_a_deployment": 0, "unreadable": 0, "findings": 2,
    }  # fmt: skip
    first = data["pipelines"][0]
    assert first["rules"] == {"checked": 4, "passed": 1, "failed": 1, "unknown": 1, "not_applicable": 0, "waived": 1}
    assert [each["verdict"] for each in first["findings"]] == ["failed", "unknown", "failed"]
    assert first["findings"][0]["location"] == {"path": PATH, "line": 12, "column": 9, "end_line": 13}
    assert first["findings"][2]["waiver"]["owner"] == "carol"
    assert data["policy"]["findings"][0]["rule"] == "GOV002"
    assert data["policy"]["path"] == ".barraiser.yml"


def test_json_without_anything_keeps_its_contract() -> None:
    data = json.loads(json_report.render(report()))
    Draft202012Validator(SCHEMA).validate(data)
    assert data["policy"] == {"path": None, "origin": "none", "findings": []}


def test_paths_in_a_run_over_several_roots_start_at_the_working_folder() -> None:
    made = rich()
    made.prefixes = {"/root": "services/shop/"}
    for form, shown in all_formats(made).items():
        if form != "statistics":
            assert f"services/shop/{PATH}" in shown, form
    assert (
        json.loads(json_report.render(made))["pipelines"][0]["findings"][2]["waiver"]["location"]["path"]
        == ".barraiser.yml"
    )


def test_sarif_has_what_code_scanning_needs() -> None:
    run = json.loads(sarif.render(rich()))["runs"][0]
    assert [each["ruleId"] for each in run["results"]] == [RULE, OTHER, "GOV002"]
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == RULE
    assert first["partialFingerprints"] == {"barraiser/v1": "0" * 32, "primaryLocationLineHash": "0" * 32}
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == PATH
    assert run["results"][1]["suppressions"] == [{"kind": "external", "justification": "moves in May"}]


def test_sarif_explains_the_rules_that_found_something() -> None:
    rules = {each["id"]: each for each in json.loads(sarif.render(rich()))["runs"][0]["tool"]["driver"]["rules"]}
    assert "### GitLab CI\n\nBefore:\n\n```yaml\n" in rules[RULE]["help"]["markdown"]
    assert any("markdown" not in each["help"] for each in rules.values()), "every rule of the profile in every log"


def test_github_marks_lines() -> None:
    lines = github.render(rich()).splitlines()
    assert lines[0].startswith(
        f"::error file={PATH},line=12,col=9,endLine=13,title=TST001 unit-tests-before-deploy::Nothing tests"
    )
    assert lines[0].endswith("%0AFix: Add a test before it.")
    assert lines[1] == "barraiser: Deploy: 4 rules checked, 1 not met, 1 cannot tell, 1 waived: BLOCKED"
    assert lines[3].startswith("::error file=.barraiser.yml,line=4")


@pytest.mark.parametrize("evil", [EVIL, f"\n{EVIL}\n", "::error::x", "  ::error::x"])
def test_nothing_of_a_file_acts(evil: str) -> None:
    bad = finding(message=evil, fix=evil, job=evil, scenario=evil, scenarios=[evil], fingerprint="0" * 32)
    bad.place = Place(evil, 3, 1)
    bad.witness[0].activity = bad.witness[0].job = evil
    bad.waived = None
    set_aside = waived()
    set_aside.waived.reason = set_aside.waived.owner = evil
    made = report(judged(bad, finding("WIN004", "unknown", fix=evil, message=evil), set_aside, name=evil, path=evil))
    made.results[0].reasons[RULE] = evil
    for form, shown in all_formats(made).items():
        assert not {"\x1b", "\a", "\r", "\x00", "\u202e", "\u2028"} & set(shown), form
        commands = [line for line in shown.splitlines() if line.lstrip().startswith("::")]
        assert all(form == "github" and line.startswith("::error file=") for line in commands), (form, commands)
        assert form in ("json", "sarif") or "##[" not in shown, form


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_visible_text_is_printable_and_plain_text_stays(value: str) -> None:
    shown = visible(value)
    assert shown.isprintable()
    assert visible(shown) == shown
    if value.isprintable() and "##" not in value:
        assert shown == value
    assert not inert(shown).lstrip().startswith("::")


def test_what_blocks_is_shown_even_if_it_is_only_unknown() -> None:
    made = report(judged(finding("WIN004", "unknown", message="Nobody can tell.")))
    made.evidence_required = frozenset(["/root"])
    for form in ("text", "short", "concise", "sarif", "github"):
        assert "Nobody can tell." in all_formats(made)[form], form


def test_statistics_count_rules() -> None:
    lines = text.statistics(rich()).splitlines()
    assert lines[1].split() == [RULE, "unit-tests-before-deploy", "1", "0", "0"]
    assert [line.split()[0] for line in lines[2:]] == ["WIN004", OTHER]


def test_the_same_results_give_the_same_bytes() -> None:
    assert all_formats(rich()) == all_formats(rich())
