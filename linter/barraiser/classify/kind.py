"""What kind of pipeline a pipeline is: it decides which rules are asked of it."""

from __future__ import annotations

from typing import Final

from barraiser.classify.names import words_of
from barraiser.model.activity import Activity
from barraiser.model.pipeline import Job, Pipeline, Unresolved
from barraiser.model.words import DEPLOY_KINDS, INCLUDES, PIPELINE_KINDS, PROD_CLASSES

MAKES: Final = "pipeline-kind"
"""The fact that says which pipeline kind a deploy's tool speaks for."""

_SURE: Final = 0.6
_ELSEWHERE: Final = frozenset(("--repo", "-R"))
"""Options of what starts a workflow of another repository."""

_DELIVERING: Final = frozenset(
    ("deploy", "deploys", "deployment", "deployments", "deployer", "delivery", "rollout", "cd", "devops")
)

_SITE: Final = frozenset(("docs", "doc", "documentation", "website", "site", "blog", "landing", "storybook"))


def kind_of(pipeline: Pipeline) -> tuple[str, str]:
    """A pipeline's kind and why: the first kind, in the table's order, that one of its deploys has (the surer ones first, previews,
    pages and the sites of other repositories last), or what it publishes."""
    whole = _Whole(pipeline)
    ranked: list[dict[str, tuple[Activity, Job]]] = [{}, {}, {}, {}, {}]
    for job in pipeline.jobs:
        for activity in job.activities:
            if activity.kind in DEPLOY_KINDS and not _tries_itself(activity, job):
                made = whole.made_by(activity, job)
                rank = 4 if made == "static-site" and not _ELSEWHERE.isdisjoint(activity.argv) else _rank(activity)
                ranked[rank].setdefault(made, (activity, job))
            elif activity.kind == "publish":
                ranked[3].setdefault("library-publish", (activity, job))
    for found in ranked:
        for kind in PIPELINE_KINDS:
            if kind in found:
                activity, job = found[kind]
                what = "publishes" if activity.kind == "publish" else "deploys"
                return kind, f"`{activity.text[:80]}` in {job.id} {what}"
    hidden = next((each for each in pipeline.unresolved if _may_deploy(each, pipeline)), None)
    if hidden is not None:
        return "service-deploy", f"the {hidden.what} `{hidden.name[:80]}` may deploy, and cannot be read here"
    return "pure-ci", "it neither deploys nor publishes anything"


def _may_deploy(item: Unresolved, pipeline: Pipeline) -> bool:
    """Whether what is included and cannot be read is all that the pipeline has, or is named for deploying."""
    if item.jobs or item.what not in INCLUDES:
        return False
    alone = not pipeline.jobs and item.what != "template include"
    return alone or not _DELIVERING.isdisjoint(words_of(item.name))


class _Whole:
    """What of the whole pipeline tells the kind of each of its deploys."""

    def __init__(self, pipeline: Pipeline) -> None:
        every = [activity for job in pipeline.jobs for activity in job.activities]
        self.builds = any(
            each.kind in ("build", "publish") and not each.tool.startswith(("terraform", "tofu")) for each in every
        )
        self.has_pages = any(each.kind == "deploy" and _class_of(each) == "static" for each in every)
        stem = pipeline.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        self.is_site = _speaks_of_site(pipeline.name) or _speaks_of_site(stem)

    def made_by(self, activity: Activity, job: Job) -> str:
        """The pipeline kind that one deploy makes."""
        makes = activity.facts.get(MAKES, "")
        if activity.kind == "config-deploy":
            return makes or "config-flags"
        preview = activity.opaque and not makes and self.has_pages
        if _class_of(activity) == "static" or preview:
            return "static-site"
        if makes == "iac-only":
            return "service-deploy" if self.builds else makes
        if makes == "static-site" and "vercel" in activity.tool:
            makes = ""
        if makes:
            return makes
        if self.is_site or _speaks_of_site(job.id) or _speaks_of_site(job.name):
            return "static-site"
        return "service-deploy"


def _tries_itself(activity: Activity, job: Job) -> bool:
    """Whether the repository is an action that the step tries out (``uses: ./``), somewhere else than in production."""
    own = activity.step < len(job.steps) and job.steps[activity.step].uses.rstrip("/") == "."
    return own and _class_of(activity) == "beta"


def _class_of(activity: Activity) -> str:
    return activity.environment.cls if activity.environment is not None else "unknown"


def _rank(activity: Activity) -> int:
    cls = _class_of(activity)
    if cls == "static":
        return 4
    if cls == "ephemeral":
        return 3
    if activity.confidence >= _SURE:
        return 0
    return 1 if cls in PROD_CLASSES else 2


def _speaks_of_site(name: str) -> bool:
    return not _SITE.isdisjoint(words_of(name))
