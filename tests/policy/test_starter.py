"""The first configuration: what is sure stands there, what is not is asked, and it is always one that can be read."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.model.environment import Environment, EnvironmentKey
from barraiser.model.pipeline import Pipeline
from barraiser.model.place import Place
from barraiser.policy.config import config_from
from barraiser.policy.starter import starter
from barraiser.source.yaml_loader import load
from graph.building import PATH, activity, job, pipeline


def service(name: str = "production", text: str = "./ship.sh") -> Pipeline:
    sure, unsure = activity("deploy", "prod"), activity("deploy", "prod")
    sure.environment = Environment(name, "prod", 0.95, "by the word production")
    unsure.environment, unsure.opaque, unsure.text = None, True, text
    made = pipeline([job("deploy", sure), job("release", unsure)], [])
    made.kind, made.kind_reason = "service-deploy", "it deploys to production"
    return made


def test_it_declares_what_is_sure_and_asks_the_rest(tmp_path: Path) -> None:
    text = starter([service()])
    assert "  production: {class: prod}" in text
    assert "by the word production" in text
    assert "#   release: {kind: deploy, environment: production}" in text
    assert "reviewers" in text
    config = config_from(load(text.encode(), ".barraiser.yml"), ".barraiser.yml", "2026-11-01")
    declared = config.declared.environment("production")
    assert declared is not None
    assert declared.cls == "prod"


def test_the_questions_can_be_answered_by_taking_the_mark_away() -> None:
    text = starter([service()])
    head, mark, questions = text.partition("# activities:\n")
    answers = [line for line in questions.splitlines() if line.startswith("#   ") and "`" not in line]
    answered = head + "activities:\n" + "\n".join(line[1:] for line in answers) + "\n"
    config = config_from(load(answered.encode(), ".barraiser.yml"), ".barraiser.yml", "2026-11-01")
    assert mark
    assert [each.name for each in config.declared.activities] == ["release"]


def test_a_job_that_several_callers_run_is_asked_about_once_by_its_name_in_its_own_file() -> None:
    def unread(name: str) -> Pipeline:
        step = activity("other")
        step.opaque, step.text = True, "acme/tidy@v1"
        return pipeline([job(name, step)], [])

    text = starter([unread("nightly / tidy"), unread("push / tidy")])
    assert text.count("#   tidy: {kind: other}") == 1
    assert " / tidy" not in text


def test_a_job_that_ends_an_environment_is_not_asked_about() -> None:
    step = activity("other")
    step.opaque, step.text = True, "./teardown.sh"
    stop = job("stop-review", step)
    stop.environment = EnvironmentKey("review/1", Place(PATH, 3), action="stop")
    assert "stop-review" not in starter([pipeline([stop], [])])


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_a_file_holds_it_can_be_read(name: str, command: str) -> None:
    text = starter([service(name, command)])
    config_from(load(text.encode("utf-8", "surrogatepass"), ".barraiser.yml"), ".barraiser.yml", "2026-11-01")
