"""What the contexts hold in each way of starting a workflow."""

from __future__ import annotations

import re
from typing import Final

from barraiser.model.tri import YES
from barraiser.platforms.github.values import CONSTANT, FRESH, OPEN, Object, Unknown, Value

_FOREIGN: Final = (
    "pull_request", "issue", "release", "comment", "workflow_run", "inputs", "client_payload", "deployment",
    "deployment_status", "ref", "head_commit", "commits", "pusher", "merge_group", "schedule", "check_suite", "check_run",
    "label", "review", "discussion",
)  # fmt: skip
"""What only some events carry: null in all others."""

_SAME_REPOSITORY: Final = re.compile(r"github\.repository\s*==\s*'([^'\n]{1,200})'")
_SAME_OWNER: Final = re.compile(r"github\.repository_owner\s*==\s*'([^'\n]{1,100})'")


class Ground:
    """What holds for all events of a file: the workflow's name, the default branch, and what the file says of its own repository.

    A condition ``github.repository == 'a/b'`` keeps forks out: the repository that the file stands in is believed to be that
    one, if the file names one only.
    """

    __slots__ = ("default_branch", "owner", "repository", "workflow")

    def __init__(self, workflow: str, default_branch: str, text: str) -> None:
        self.workflow = workflow
        self.default_branch = default_branch
        low = text.lower()
        told = "github.repository" in low and "==" in low
        names = set(_SAME_REPOSITORY.findall(low)) if told else set()
        owners = set(_SAME_OWNER.findall(low)) if told else set()
        owners |= {name.partition("/")[0] for name in names}
        self.owner: Value = owners.pop() if len(owners) == 1 else CONSTANT
        self.repository: Value = names.pop() if len(names) == 1 else CONSTANT
        if isinstance(self.repository, Unknown) and isinstance(self.owner, str):
            self.repository = Unknown(prefix=f"{self.owner}/", constant=True)


def event_of(ground: Ground, values: dict[str, Value]) -> Object:
    """``github.event`` with the event's own values; what only other events carry is null."""
    found: dict[str, Value] = dict.fromkeys(_FOREIGN)
    found["repository"] = Object(
        {"default_branch": ground.default_branch, "full_name": ground.repository, "fork": False}, CONSTANT
    )
    found.update(values)
    return Object(found, OPEN)


def github_of(
    ground: Ground,
    event_name: Value,
    event: Object,
    ref: Value,
    ref_name: Value,
    *,
    ref_type: Value = "branch",
    base_ref: Value = "",
    head_ref: Value = "",
) -> Object:
    """The ``github`` context."""
    return Object(
        {
            "event_name": event_name,
            "event": event,
            "ref": ref,
            "ref_name": ref_name,
            "ref_type": ref_type,
            "base_ref": base_ref,
            "head_ref": head_ref,
            "workflow": ground.workflow,
            "repository": ground.repository,
            "repository_owner": ground.owner,
            "repository_id": CONSTANT,
            "repositoryurl": CONSTANT,
            "repository_owner_id": CONSTANT,
            "server_url": CONSTANT,
            "api_url": CONSTANT,
            "graphql_url": CONSTANT,
            "workspace": CONSTANT,
            "token": Unknown(truth=YES, constant=True),
            "sha": FRESH,
            "run_id": FRESH,
            "run_number": FRESH,
            "run_attempt": FRESH,
            "workflow_ref": FRESH,
            "workflow_sha": FRESH,
        },
        OPEN,
    )


def called_github(ground: Ground) -> Object:
    """The ``github`` context of a workflow whose caller is not known."""
    return Object(
        {"workflow": CONSTANT, "repository": ground.repository, "repository_owner": ground.owner, "sha": FRESH,
         "run_id": FRESH, "run_number": FRESH, "run_attempt": FRESH},
        OPEN,
    )  # fmt: skip


def contexts_of(github: Object, inputs: Object) -> dict[str, Value]:
    """The contexts that hold for the whole workflow; those of a job are added for each job."""
    return {
        "github": github,
        "inputs": inputs,
        "vars": CONSTANT,
        "secrets": CONSTANT,
        "runner": OPEN,
        "job": OPEN,
        "strategy": OPEN,
    }
