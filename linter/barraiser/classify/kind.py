"""What kind of pipeline a pipeline is (rules: which are asked of it)."""

from __future__ import annotations

from barraiser.classify.names import words_of
from barraiser.classify.vocabulary import word_set
from barraiser.model.activity import Activity
from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.words import DEPLOY_KINDS, PIPELINE_KINDS, PROD_CLASSES

MAKES = "pipeline-kind"
"""The fact that says which pipeline kind a deploy's tool speaks for."""

_SURE = 0.6
_SITE = word_set("docs doc documentation website site web-site blog landing storybook")
_APPLICATION = word_set("build publish")


def subject_kind(activity: Activity, job: Job, pipeline: Pipeline) -> str:
    """The pipeline kind that one deploy or publish makes: a rule's subject is judged by it."""
    if activity.kind == "publish":
        return "library-publish"
    makes = activity.facts.get(MAKES, "")
    if activity.kind == "config-deploy":
        return makes or "config-flags"
    if activity.environment is not None and (
        activity.environment.cls == "static" or (activity.opaque and not makes and _has_pages(pipeline))
    ):
        return "static-site"
    if makes == "iac-only":
        return "iac-only" if not _builds_application(pipeline) else "service-deploy"
    if makes == "static-site" and "vercel" not in activity.tool:
        return "static-site"
    if makes:
        return makes
    if _is_site(job, pipeline):
        return "static-site"
    return "service-deploy"


def kind_of(pipeline: Pipeline) -> tuple[str, str]:
    """A pipeline's kind and why: the first kind, in the table's order, that one of its deploys has (the surer ones first, previews
    and pages last), or what it publishes."""
    ranked: list[dict[str, tuple[Activity, Job]]] = [{}, {}, {}, {}, {}]
    for job in pipeline.jobs:
        for activity in job.activities:
            if activity.kind in DEPLOY_KINDS:
                ranked[_rank(activity)].setdefault(subject_kind(activity, job, pipeline), (activity, job))
            elif activity.kind == "publish":
                ranked[3].setdefault("library-publish", (activity, job))
    for found in ranked:
        for kind in PIPELINE_KINDS:
            if kind in found:
                activity, job = found[kind]
                what = "publishes" if activity.kind == "publish" else "deploys"
                return kind, f"`{activity.text[:80]}` in {job.id} {what}"
    return "pure-ci", "it neither deploys nor publishes anything"


def _rank(activity: Activity) -> int:
    cls = activity.environment.cls if activity.environment is not None else "unknown"
    if cls == "static":
        return 4
    if cls == "ephemeral":
        return 3
    if activity.confidence >= _SURE:
        return 0
    return 1 if cls in PROD_CLASSES else 2


def _builds_application(pipeline: Pipeline) -> bool:
    """Whether the pipeline makes an artifact besides: then infrastructure commands deploy an application."""
    return any(
        activity.kind in _APPLICATION and not activity.tool.startswith(("terraform", "tofu"))
        for job in pipeline.jobs
        for activity in job.activities
    )


def _has_pages(pipeline: Pipeline) -> bool:
    """Whether another job publishes pages: what cannot be read beside it is their preview."""
    return any(
        activity.environment is not None and activity.environment.cls == "static" and activity.kind == "deploy"
        for job in pipeline.jobs
        for activity in job.activities
    )


def _is_site(job: Job, pipeline: Pipeline) -> bool:
    stem = pipeline.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return any(not _SITE.isdisjoint(words_of(text)) for text in (job.id, job.name, pipeline.name, stem))
