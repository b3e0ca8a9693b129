"""What only the whole of a job tells: waits for its deploys, keys it holds, gates that a person starts, deploys that nothing shows."""

from __future__ import annotations

from barraiser.classify.names import words_of
from barraiser.classify.vocabulary.credentials import STATIC_KEYS
from barraiser.model.activity import Activity
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.words import GITLAB_CI

_DEPLOYS = ("deploy", "config-deploy")
_WORK = frozenset({"other", "source", "notify", "approval"})


def finish(job: Job, pipeline: Pipeline, activities: list[Activity]) -> list[Activity]:
    """The job's activities with what only the whole job tells."""
    _watched(activities)
    _keys(job, activities)
    if pipeline.platform == GITLAB_CI:
        activities = _gitlab(job, activities)
    return activities


def _watched(activities: list[Activity]) -> None:
    """A later command that waits for the rollout makes the deploys before it wait."""
    for at, activity in enumerate(activities):
        if activity.facts.get("watch") != "yes" or activity.soft:
            continue
        for earlier in activities[:at]:
            if (
                earlier.kind in _DEPLOYS
                and earlier.facts.get("waits") == "no"
                and _same_family(earlier.tool, activity.tool)
            ):
                earlier.facts = {**earlier.facts, "waits": "yes"}


def _same_family(deployer: str, watcher: str) -> bool:
    kubernetes = {"kubectl", "helm", "oc", "kustomize", "tk", "ko", "kubectl-argo-rollouts"}
    if deployer in kubernetes and watcher in kubernetes:
        return True
    return deployer.split(" ")[0].split("/")[0] == watcher.split(" ")[0].split("/")[0]


def _keys(job: Job, activities: list[Activity]) -> None:
    """Deploys of a job that holds a long-lived credential use it."""
    held = next(
        (each.facts["static-keys"] for each in activities if each.kind not in _DEPLOYS and "static-keys" in each.facts),
        "",
    )
    held = held or next((name for name in job.variables if name in STATIC_KEYS), "")
    for activity in activities:
        if activity.kind not in (*_DEPLOYS, "publish", "migrate", "destroy") or "static-keys" in activity.facts:
            continue
        step = job.steps[activity.step] if activity.step < len(job.steps) else None
        own = next((name for name in step.env if name in STATIC_KEYS), "") if step else ""
        if (own or held) and activity.kind in _DEPLOYS:
            activity.facts = {**activity.facts, "static-keys": own or held}


def _gitlab(job: Job, activities: list[Activity]) -> list[Activity]:
    key = job.environment
    works = [each for each in activities if each.kind not in _WORK or each.opaque]
    if job.manual and job.manual_blocks and not works and not (key is not None and key.action in ("", "start")):
        approval = Activity(
            "approval",
            job.manual_place or job.place,
            text=f"{job.id}: when: manual",
            confidence=0.8,
            reason="a person starts a job that does nothing else",
        )
        return [approval, *activities]
    return activities


def placeless(job: Job) -> Environment:
    """The environment of a deploy that nothing names."""
    name = job.environment.name if job.environment is not None else ""
    return Environment(name, "unknown", 1.0, "nothing names the environment", job.place)


__all__ = ["finish", "placeless", "words_of"]
