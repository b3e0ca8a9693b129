"""What only the whole pipeline tells: guesses that another job's deploy makes superfluous."""

from __future__ import annotations

from typing import Final

from barraiser.classify.facts import BY_STAGE, PLACEHOLDER
from barraiser.model.activity import Activity
from barraiser.model.pipeline import Pipeline
from barraiser.model.words import CODEPIPELINE, DEPLOY_KINDS

_SURE: Final = 0.6


def settle(pipeline: Pipeline) -> None:
    """Takes back what was only guessed of a job, where another job does it outright.

    A job that does nothing counts as a deploy by its name or environment, unless another job deploys to that class of environment:
    then it only marks it (``echo deployed``). An action of CodePipeline that cannot be read and that its stage's name alone makes a
    deploy is none beside a deploy action of that stage.
    """
    deploys = [(job, each) for job in pipeline.jobs for each in job.activities if each.kind in DEPLOY_KINDS]
    if any(each.facts.get(PLACEHOLDER) for _, each in deploys):
        done = {_class_of(each) for _, each in deploys if not each.facts.get(PLACEHOLDER)}
        for job, each in deploys:
            if each.facts.get(PLACEHOLDER) and _class_of(each) in done:
                job.activities = tuple(other for other in job.activities if other is not each)
    if pipeline.platform != CODEPIPELINE:
        return
    sure = {job.stage for job, each in deploys if not each.opaque or each.confidence > _SURE}
    for job, each in deploys:
        if each.facts.get(BY_STAGE) and job.stage in sure:
            each.kind, each.environment = "other", None
            each.reason = "its commands cannot be read here, and another action of the stage deploys"


def _class_of(activity: Activity) -> str:
    return activity.environment.cls if activity.environment is not None else "unknown"
