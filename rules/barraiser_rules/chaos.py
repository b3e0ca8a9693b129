"""Fault injections: what they run, whether they are waited for, and what stops them."""

from __future__ import annotations

import re

from barraiser.api import MAYBE, NO, YES, Case, Node, Place, SourceError, Tri
from barraiser_rules.loads import find_files, load_tests, read_text, running
from barraiser_rules.markers import files_with

FIS = (b"AWS::FIS::ExperimentTemplate", b"aws_fis_experiment_template", b"CfnExperimentTemplate")
"""What stands in a file that defines an experiment of AWS Fault Injection Service."""

_FIS_FILES = (".yml", ".yaml", ".json", ".template", ".tf", ".ts", ".py")
_SOURCE = re.compile(r"\bsource[\"']?\s{0,20}[:=]\s{0,9}[\"']?(none|aws:cloudwatch:alarm)\b", re.IGNORECASE)
_PRESSING = re.compile(r"\b(?:k6|locust|gatling|jmeter|vegeta|artillery|wrk|chaosk6|chaoswm)\b")
MAX_LOADS = 100
"""Load tests that are compared with a fault injection."""

_STARTS = "start-experiment"
_POLLS = "get-experiment"


class Stop:
    """Whether something stops an experiment that goes wrong, ``why`` that is known, and where it is written."""

    __slots__ = ("answer", "place", "why")

    def __init__(self, answer: Tri, why: str, place: Place | None = None) -> None:
        self.answer = answer
        self.why = why
        self.place = place


def chaos_tests(case: Case) -> list[Node]:
    """The fault injections of this pipeline; what only asks how one goes is none."""
    return [node for node in running(case, "chaos-test") if injects(node)]


def injects(node: Node) -> bool:
    """Whether an activity starts an experiment, and does not only look at one."""
    return _POLLS not in node.activity.argv


def waited_for(node: Node) -> bool:
    """Whether the job of an experiment that is only started also looks at how it ends."""
    if _STARTS not in node.activity.argv:
        return True
    return any(_POLLS in activity.text for activity in node.job.activities)


def experiment_text(case: Case, node: Node) -> str | None:
    """The text of the experiment's file; None where it names none that can be read."""
    words = node.activity.argv or tuple(
        word for step in node.job.steps[node.activity.step : node.activity.step + 1] for word in step.inputs.values()
    )
    for word in words:
        if word.endswith((".json", ".yml", ".yaml")):
            for path in find_files(case, node, word)[:1]:
                return read_text(case, path)
    return None


def under_load(case: Case, node: Node) -> Tri:
    """Whether a load test runs while the fault is there: in parallel, in the background, or as part of the experiment."""
    text = experiment_text(case, node)
    if text is not None and _PRESSING.search(text):
        return YES
    if node.pipeline is not case.pipeline:
        return _beside(node)
    unread = text is None and node.activity.tool.startswith(("chaos", "chaostoolkit"))
    answer = MAYBE if unread else NO
    for load in load_tests(case)[:MAX_LOADS]:
        if load.job.id == node.job.id and load.pipeline is node.pipeline:
            answer = max(answer, _in_one_job(load, node))
        elif not _ordered(case, load, node):
            return YES
    return answer


def stopped_by(case: Case, node: Node) -> Stop:
    """What ends an experiment before it does harm."""
    tool = node.activity.tool
    if tool == "aws fis" or _STARTS in node.activity.argv:
        return case.remember(("stop conditions",), lambda: _stop_conditions(case))
    if tool.startswith(("chaos", "chaostoolkit")):
        text = experiment_text(case, node)
        if text is None:
            return Stop(MAYBE, "its experiment is not in the repository")
        # https://chaostoolkit.org/reference/api/experiment/: without it the experiment deviates from nothing, so that nothing fails.
        if "steady-state-hypothesis" in text:
            return Stop(YES, "its experiment has a steady-state hypothesis")
        return Stop(NO, "its experiment has no `steady-state-hypothesis`, so that nothing ends it and nothing fails")
    return Stop(MAYBE, f"what stops {tool or 'it'} cannot be read here")


def _stop_conditions(case: Case) -> Stop:
    """The stop conditions of the experiment templates in the repository.

    https://docs.aws.amazon.com/fis/latest/userguide/stop-conditions.html
    """
    guarded = None
    for path in files_with(case.repository, FIS, suffixes=_FIS_FILES):
        try:
            lines = case.repository.lines(path)
        except SourceError:
            continue
        for number, line in enumerate(lines, 1):
            match = _SOURCE.search(line[:500])
            if match and match[1].lower() == "none":
                return Stop(NO, f"the template in {path}:{number} has no stop condition", Place(path, number))
            guarded = guarded or (path if match else None)
    if guarded:
        return Stop(YES, f"the template in {guarded} stops on an alarm")
    return Stop(MAYBE, "its template is not in the repository")


def _in_one_job(load: Node, chaos: Node) -> Tri:
    """Whether a load test and a fault injection of one job run at the same time: one of them goes on while the other starts."""
    first = load if load.index < chaos.index else chaos
    if first.activity.soft_reason.startswith("&"):
        return YES
    if first is not chaos or _STARTS not in chaos.activity.argv:
        return NO
    ended = [number for number, each in enumerate(load.job.activities) if _POLLS in each.text]
    at = load.job.activities.index(load.activity) if load.activity in load.job.activities else 0
    return NO if ended and min(ended) < at else YES


def _ordered(case: Case, one: Node, other: Node) -> bool:
    """Whether one comes before the other in every way of starting the pipeline in which both run."""
    for number, scenario in enumerate(case.pipeline.scenarios):
        graph = case.stages.in_scenario(number)
        if scenario.unmerged or graph.runs(one) == NO or graph.runs(other) == NO:
            continue
        if not graph.before(one, other) and not graph.before(other, one):
            return False
    return True


def _beside(node: Node) -> Tri:
    """For another entry's experiment: whether a job beside it, or its own, presses load."""
    for job in node.pipeline.jobs:
        for at, activity in enumerate(job.activities):
            if activity.kind != "load-test":
                continue
            if job.id != node.job.id and job.id not in node.job.needs and node.job.id not in job.needs:
                return YES
            if job.id == node.job.id:
                chaos = next((k for k, each in enumerate(job.activities) if each is node.activity), 0)
                return _in_one_job(
                    Node(at, job, activity, node.pipeline), Node(chaos, job, node.activity, node.pipeline)
                )
    return NO
