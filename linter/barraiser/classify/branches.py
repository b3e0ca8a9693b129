"""Branches that stand for an environment: who pushes to ``production`` has something deploy it, here or in another system."""

from __future__ import annotations

from typing import Final

from barraiser.classify.facts import HANDED_TO, PUSHES_TO
from barraiser.classify.names import environment_class
from barraiser.model.activity import Activity
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Pipeline
from barraiser.source.repository import Repository

NAMES: Final = frozenset(("production", "prod", "prd", "staging", "stg", "preprod", "pre-production"))
"""Branches that are called so for what runs from them; ``main``, ``release`` and ``stable`` are called so for what they hold."""

_GUESS: Final = 0.5


def branch_of(refspec: str) -> str:
    """The branch that ``git push`` writes to: ``HEAD:refs/heads/production`` gives ``production``; empty for anything not in ``NAMES``."""
    name = refspec.lstrip("+").rpartition(":")[2].removeprefix("refs/heads/")
    deletes = refspec.startswith(":")
    return name if name.lower() in NAMES and not deletes else ""


def as_promotion(activity: Activity, pipeline: Pipeline, repository: Repository) -> None:
    """Takes a push to an environment's branch for a deploy that another system makes, unless a pipeline of the repository names that
    branch: then it is the one that deploys."""
    branch = activity.facts.get(PUSHES_TO, "")
    guess = environment_class(branch)
    if activity.kind != "other" or guess is None or _named_here(branch, pipeline, repository):
        return
    activity.kind = "deploy"
    activity.opaque = True
    activity.confidence = _GUESS
    activity.reason = f"what deploys the branch {branch} is started by this push, and stands in no file here"
    activity.facts = {**activity.facts, HANDED_TO: "git"}
    activity.environment = Environment(branch, guess.cls, _GUESS, f"the branch {branch}", activity.place)


def _named_here(branch: str, pipeline: Pipeline, repository: Repository) -> bool:
    from barraiser.platforms.selection import entry_paths

    if any(each.ref == f"refs/heads/{branch}" or branch in each.refs for each in pipeline.scenarios):
        return True
    name = branch.encode()
    return any(name in repository.peek(path) for path in entry_paths(repository) if path not in pipeline.files)
