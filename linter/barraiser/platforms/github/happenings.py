"""Ways of starting by what happens on GitHub beside pushes and pull requests: a release, a comment, an issue, a deployment."""

from __future__ import annotations

from typing import Final

from barraiser.model.pipeline import Scenario
from barraiser.platforms.github.contexts import Ground, event_of, github_of
from barraiser.platforms.github.refs import ref_of
from barraiser.platforms.github.triggers import Start, Trigger
from barraiser.platforms.github.values import EITHER, FRESH, OPEN, Object, Unknown, Value

_CARRIES: Final = {
    "issues": ("issue", "label"),
    "issue_comment": ("issue", "comment"),
    "label": ("label",),
    "discussion": ("discussion", "label"),
    "discussion_comment": ("discussion", "comment"),
    "deployment": ("deployment",),
    "deployment_status": ("deployment", "deployment_status"),
    "check_run": ("check_run",),
    "check_suite": ("check_suite",),
    "create": ("ref",),
    "delete": ("ref",),
    "repository_dispatch": ("client_payload",),
    "pull_request_review": ("pull_request", "review"),
    "pull_request_review_comment": ("pull_request", "comment"),
    "pull_request_comment": ("pull_request", "comment"),
    "merge_group": ("merge_group",),
}
"""What ``github.event`` holds of the things that only some events have."""

_ON_REQUESTS: Final = {
    "issue_comment": "comment on a pull request",
    "pull_request_comment": "comment on a pull request",
    "pull_request_review": "review of a pull request",
    "pull_request_review_comment": "comment in a review of a pull request",
}

_ON_ANY_REF: Final = ("create", "delete", "deployment", "deployment_status", "status", "registry_package")
"""Events that run on the ref that they are about; the others run on the default branch."""


def happening(trigger: Trigger, ground: Ground) -> Start:
    """The way of starting by an event of its own kind."""
    event, place = trigger.event, trigger.place
    types = trigger.names("types")
    values: dict[str, Value] = dict.fromkeys(_CARRIES.get(event, ()), OPEN)
    values["action"] = OPEN
    if types:
        values["action"] = types[0] if len(types) == 1 else Unknown(tuple(types[:30]))
    if event == "release":
        return _release(trigger, ground, values, types)
    if event == "merge_group":
        queue = Unknown(prefix="refs/heads/gh-readonly-queue/", fresh=True)
        short = Unknown(prefix="gh-readonly-queue/", fresh=True)
        github = github_of(ground, event, event_of(ground, values), queue, short)
        return Start(Scenario("merge queue", "merge-queue", place=place), github)
    ref, name = ref_of(ground.default_branch)
    exact = f"refs/heads/{ground.default_branch}"
    if event in _ON_REQUESTS:
        if event != "issue_comment":
            ref, name = Unknown(prefix="refs/pull/", suffix="/merge", fresh=True), Unknown(suffix="/merge", fresh=True)
        github = github_of(ground, event, event_of(ground, values), ref, name)
        privileged = event == "issue_comment"
        scenario = Scenario(_ON_REQUESTS[event], "pull-request", unmerged=True, privileged=privileged, place=place)
        return Start(scenario, github)
    if event in _ON_ANY_REF:
        ref, name, exact = Unknown(prefix="refs/", fresh=True), FRESH, ""
    label = "dispatch" if event == "repository_dispatch" else f"event {event}"
    scenario = Scenario(label, "dispatch", exact, branch="default" if exact else "", place=place)
    return Start(scenario, github_of(ground, event, event_of(ground, values), ref, name))


def _release(trigger: Trigger, ground: Ground, values: dict[str, Value], types: list[str] | None) -> Start:
    early: Value = types != ["released"] if types in (["released"], ["prereleased"]) else EITHER
    values["release"] = Object({"draft": False, "prerelease": early, "tag_name": FRESH}, OPEN)
    tag = Unknown(prefix="refs/tags/", fresh=True)
    github = github_of(ground, "release", event_of(ground, values), tag, FRESH, ref_type="tag")
    return Start(Scenario("release", "release", place=trigger.place), github)
