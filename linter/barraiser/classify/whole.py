"""What only the whole pipeline tells: guesses that another job's deploy makes superfluous."""

from __future__ import annotations

from typing import Final

from barraiser.classify.facts import BY_HAND, BY_STAGE, PLACEHOLDER
from barraiser.classify.names import words_of
from barraiser.model.activity import Activity
from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.tri import NO
from barraiser.model.words import CODEPIPELINE, DEPLOY_KINDS

_SURE: Final = 0.6
_OPERATES: Final = {
    "kubectl": ("scale",),
    "oc": ("scale",),
    "systemctl": ("restart", "reload", "start", "reload-or-restart"),
    "service": ("restart", "reload", "start"),
    "supervisorctl": ("restart", "start"),
}
"""Programs, and those of their words that change what runs and bring no version."""
_RELEASES: Final = frozenset(
    ("deploy", "deployment", "deploys", "release", "rollout", "ship", "publish", "promote", "update", "upgrade", "install", "canary")
)  # fmt: skip
"""Words of a job's or a pipeline's name that say that a version is brought."""


def settle(pipeline: Pipeline) -> None:
    """Takes back what was only guessed of a job, where another job does it outright.

    A job that does nothing counts as a deploy by its name or environment, unless another job deploys to that class of environment:
    then it only marks it (``echo deployed``). An action of CodePipeline that cannot be read and that its stage's name alone makes a
    deploy is none beside a deploy action of that stage. A job that only a person starts, and that does nothing but restart or scale
    what runs, deploys nothing.
    """
    deploys = [(job, each) for job in pipeline.jobs for each in job.activities if each.kind in DEPLOY_KINDS]
    if any(each.facts.get(PLACEHOLDER) for _, each in deploys):
        done = {_class_of(each) for _, each in deploys if not each.facts.get(PLACEHOLDER)}
        for job, each in deploys:
            if each.facts.get(PLACEHOLDER) and _class_of(each) in done:
                job.activities = tuple(other for other in job.activities if other is not each)
    for job, each in deploys:
        if _operates(each) and _by_hand(job, pipeline):
            each.kind, each.environment = "other", None
            each.facts = {**each.facts, BY_HAND: "yes"}
            each.reason = "somebody changes what runs; no version is brought"
    if pipeline.platform != CODEPIPELINE:
        return
    sure = {job.stage for job, each in deploys if not each.opaque or each.confidence > _SURE}
    for job, each in deploys:
        if each.facts.get(BY_STAGE) and job.stage in sure:
            each.kind, each.environment = "other", None
            each.reason = "its commands cannot be read here, and another action of the stage deploys"


def _class_of(activity: Activity) -> str:
    return activity.environment.cls if activity.environment is not None else "unknown"


def _operates(activity: Activity) -> bool:
    """Whether a command restarts or scales what runs."""
    argv = activity.argv
    own = _OPERATES.get(argv[0].rpartition("/")[2], ()) if argv else ()
    return any(word in own for word in argv[1:8])


def _by_hand(job: Job, pipeline: Pipeline) -> bool:
    """Whether only a person starts a job, and nothing of it, by name or by what it does, brings a version."""
    starts = {each.event for at, each in enumerate(pipeline.scenarios) if job.condition.in_scenario(at) != NO}
    if not job.manual and starts != {"manual"}:
        return False
    stem = pipeline.path.rpartition("/")[2].partition(".")[0]
    named = {word for name in (pipeline.name, stem, job.id, job.name) for word in words_of(name)}
    return named.isdisjoint(_RELEASES) and all(_operates(each) for each in job.activities if each.kind in DEPLOY_KINDS)
