"""How answers become verdicts and findings (design 3a)."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from barraiser.checks.answer import Answer
from barraiser.checks.case import Case
from barraiser.checks.fingerprint import number
from barraiser.checks.plan import Plan
from barraiser.checks.result import PipelineResult
from barraiser.checks.rule import PIPELINE, Rule
from barraiser.checks.runner import judge
from barraiser.classify.entries import Entries
from barraiser.model.condition import Condition
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Edge, Pipeline, Scenario
from barraiser.model.tri import MAYBE, NO, YES
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository
from graph.building import PUSH, activity, job, pipeline

TAG = Scenario("tag", "tag")


class Asks(Rule):
    """Say what the test wants."""

    id = "TST900"
    name = "asks"
    answers: ClassVar[dict[str, str]] = {}

    def decide(self, case: Case) -> Answer:
        word = self.answers.get(case.graph.scenario.name, "passed")
        if word == "raises":
            raise ZeroDivisionError("oh")
        if word == "failed":
            return case.failed("Something is missing.", fix="Add it.", key="k")
        if word == "unknown":
            return case.unknown("Nobody can tell.", settle="Say it.")
        return case.passed("Fine.")


class AsksOnce(Asks):
    """Say it once."""

    id = "TST901"
    name = "asks-once"
    asks = PIPELINE


@pytest.fixture
def entries(tmp_path: Path) -> Entries:
    return Entries(Repository(str(tmp_path)), ReadOptions())


def asking(rule: type[Asks], **answers: str) -> type[Asks]:
    return type(rule.__name__, (rule,), {"answers": {name.replace("_", " "): word for name, word in answers.items()}})


def service(*jobs: object, scenarios: tuple[Scenario, ...] = (PUSH, TAG)) -> Pipeline:
    made = pipeline(jobs or [job("deploy", activity("deploy", "prod"))], [], scenarios)  # type: ignore[arg-type]
    made.kind = "service-deploy"
    return made


def run(entries: Entries, made: Pipeline, *rules: type[Rule], profile: str = "basic") -> PipelineResult:
    return judge(made, entries, Plan(rules, profile=profile), NOTHING_DECLARED)


def test_the_worst_answer_wins_and_names_every_scenario(entries: Entries) -> None:
    result = run(entries, service(), asking(Asks, push_to_main="unknown", tag="failed"))
    assert result.verdicts == {"TST900": "failed"}
    (finding,) = result.findings
    assert (finding.scenario, finding.scenarios, finding.job) == ("tag", ("tag",), "deploy")
    both = run(entries, service(), asking(Asks, push_to_main="failed", tag="failed"))
    assert both.findings[0].scenarios == ("push to main", "tag")


def test_only_scenarios_in_which_the_deploy_starts_count(entries: Entries) -> None:
    deploy = job("deploy", activity("deploy", "prod"), condition=Condition("x", (YES, NO)))
    result = run(entries, service(deploy), asking(Asks, tag="failed"))
    assert result.verdicts == {"TST900": "passed"}


def test_legs_of_one_matrix_are_one_subject(entries: Entries) -> None:
    legs = []
    for region in ("eu", "us"):
        leg = job(f"deploy ({region})", activity("deploy", "prod"))
        leg.template, leg.matrix = "deploy", {"region": region}
        legs.append(leg)
    result = run(entries, service(*legs), asking(Asks, push_to_main="failed"))
    assert len(result.findings) == 1


def test_one_missing_thing_of_several_deploys_is_one_finding(entries: Entries) -> None:
    class Once(Asks):
        """Ask for one thing that all deploys lack, or for one of each."""

        each = False

        def decide(self, case: Case) -> Answer:
            what = case.deploy.job.id if self.each else "It"
            return case.failed(f"{what} is missing.", fix="Add it.", at=case.pipeline.place)

    class Each(Once):
        """Ask for one thing of each."""

        id, name, each = "TST902", "each", True

    jobs = [job(name, activity("deploy", "prod")) for name in ("one", "two")]
    result = run(entries, service(*jobs), Once, Each)
    assert [(each.rule, each.job) for each in result.findings] == [
        ("TST900", "one"),
        ("TST902", "one"),
        ("TST902", "two"),
    ]


def test_a_rule_that_raises_is_named_and_the_others_go_on(entries: Entries) -> None:
    result = run(entries, service(), asking(AsksOnce, push_to_main="raises"), asking(Asks))
    assert result.verdicts == {"TST901": "unknown", "TST900": "passed"}
    assert [(crash.rule, crash.error) for crash in result.crashes] == [("TST901", "ZeroDivisionError: oh")]


def test_a_guess_makes_it_milder_and_says_so(entries: Entries) -> None:
    guessed = activity("deploy", "prod")
    guessed.environment = Environment("blue", "prod", 0.55, "by its name")
    result = run(entries, service(job("deploy", guessed)), asking(Asks, push_to_main="failed"))
    (finding,) = result.findings
    assert finding.severity == "warning"
    assert 'environments: {"blue": {class: prod}}' in finding.message


def test_what_does_not_reach_production_is_asked_little(entries: Entries) -> None:
    made = service(job("deploy", activity("deploy", "gamma")))
    result = run(entries, made, asking(AsksOnce, push_to_main="failed"))
    assert result.deploys_to_prod is False
    assert result.verdicts == {"TST901": "failed"}


def test_an_environment_that_nobody_names_cannot_be_told(entries: Entries) -> None:
    assert run(entries, service(job("deploy", activity("deploy", "unknown")))).deploys_to_prod is None


def test_a_deploy_that_never_starts_does_not_count(entries: Entries) -> None:
    never = job("deploy", activity("deploy", "prod"), condition=Condition("false", (NO, NO)))
    assert run(entries, service(never)).deploys_to_prod is False
    maybe = job("deploy", activity("deploy", "prod"), condition=Condition("vars.X", (MAYBE, NO)))
    assert run(entries, service(maybe)).deploys_to_prod is True


def test_fingerprints_do_not_move_with_lines(entries: Entries) -> None:
    failing = asking(Asks, push_to_main="failed")
    one = run(entries, service(), failing).findings[0]
    other = run(entries, service(job("deploy", activity("deploy", "prod"), line=40)), failing).findings[0]
    assert one.fingerprint == other.fingerprint
    assert len(one.fingerprint) == 32
    number([one, other])
    assert one.fingerprint != other.fingerprint


def test_rules_are_asked_after_those_that_they_look_at(entries: Entries) -> None:
    class Later(Rule):
        """Look at another."""

        id = "TST902"
        name = "later"
        after = ("TST900",)

        def decide(self, case: Case) -> Answer:
            return case.passed(case.verdict_of("TST900"))

    result = run(entries, service(), Later, asking(Asks, push_to_main="failed", tag="failed"))
    assert result.reasons["TST902"] == "failed"
    assert list(result.verdicts) == ["TST902", "TST900"]


def test_an_unreadable_pipeline_is_not_judged(entries: Entries) -> None:
    from barraiser.model.pipeline import Problem
    from barraiser.model.place import Place

    made = Pipeline(
        "a.yml", "github-actions", problems=[Problem("broken", Place("a.yml", 1))], jobs=[], edges=[Edge("a", "b")]
    )
    assert run(entries, made, Asks).verdicts == {}


def test_the_surest_deploy_of_a_job_counts(entries: Entries) -> None:
    guessed, sure = activity("deploy", "prod"), activity("deploy", "prod")
    guessed.confidence = 0.5
    result = run(entries, service(job("deploy", guessed, sure)), asking(Asks, push_to_main="failed"))
    assert result.findings[0].severity == "error"


def test_reports_name_the_platforms_own_job(entries: Entries) -> None:
    part = job("deploy (prod)", activity("deploy", "prod"))
    part.own_id = part.template = "deploy"
    result = run(entries, service(part), asking(Asks, push_to_main="failed"))
    assert result.findings[0].job == "deploy"


def test_too_many_deploys_fail_closed(entries: Entries) -> None:
    made = service(*(job(f"deploy-{number}", activity("deploy", "prod")) for number in range(3_200)))
    result = run(entries, made, asking(Asks))
    assert result.verdicts == {}
    (problem,) = made.problems
    assert problem.fatal
    assert "too many to judge" in problem.message
