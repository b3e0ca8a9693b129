"""Steps that start another workflow, and what shows in a file that it starts one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.model.pipeline import Step

DISPATCH_ACTIONS: Final = (
    "benc-uk/workflow-dispatch", "peter-evans/repository-dispatch", "convictional/trigger-workflow-and-wait",
    "the-actions-org/workflow-dispatch", "return-dispatch",
)  # fmt: skip

MAX_TEXT: Final = 20_000
"""Characters of one script that are looked through."""

_RUN: Final = re.compile(r"\bgh\s+workflow\s+run\s([^\n;&|]{0,600})")
_WORD: Final = re.compile(r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'])+")
_SCRIPT: Final = re.compile(r"createWorkflowDispatch\s*\(([^)]{0,600})", re.DOTALL)
_ID: Final = re.compile(r"workflow_id\s*:\s*[\"'`]([^\"'`\n]{1,100})[\"'`]")
_OWNER: Final = re.compile(r"\bowner\s*:\s*[\"'`]([\w.-]{1,100})[\"'`]")
_REPO: Final = re.compile(r"\brepo\s*:\s*[\"'`]([\w.-]{1,100})[\"'`]")
_DISPATCHES: Final = re.compile(
    r"(?:/?repos/([^\s\"']{1,200}?))?/actions/workflows/([A-Za-z0-9_.-]{1,100})/dispatches(?=([\s\S]{0,600}))"
)
_GIVEN: Final = re.compile(r"\binputs[\"']?\s*:\s*\{([^}]{0,500})\}")
_PAIR: Final = re.compile(r"[\"']?([A-Za-z_][\w-]{0,100})[\"']?\s*:\s*[\"'`]([^\"'`\n$]{0,200})[\"'`]")
_WORKFLOW_COMMAND: Final = re.compile(rb"gh[\s\\]+workflow")
_DISPATCHING: Final = (
    b"createWorkflowDispatch",
    b"/dispatches",
    b"workflow-dispatch",
    b"trigger-workflow",
    b"return-dispatch",
)

_FIELDS: Final = ("-f", "-F", "--field", "--raw-field")
_EVENT: Final = re.compile(r"event_type[\"']?\s*[:=]\s*[\"'`]?([A-Za-z0-9_.-]{1,100})")


def may_dispatch(data: bytes) -> bool:
    """Whether a file's bytes hold one of the texts that every file holds which starts a workflow by hand."""
    return any(text in data for text in _DISPATCHING) or _WORKFLOW_COMMAND.search(data) is not None


def started_by(steps: Sequence[Step]) -> list[str]:
    """The workflows (file names) that steps start by ``gh workflow run``, the API or an action."""
    found: list[str] = []
    for step in steps:
        found += workflows_in(step.uses, step.inputs, step.script.fragments[0].text if step.script else "")
    return list(dict.fromkeys(found))


class Dispatch:
    """A workflow that a step starts: its file or name, the inputs that are given as they stand, and ``OWNER/NAME`` where one is named."""

    __slots__ = ("inputs", "repository", "workflow")

    def __init__(self, workflow: str, inputs: dict[str, str], repository: str = "") -> None:
        name = workflow.strip()
        self.workflow = name.rpartition("/")[2] if name.endswith((".yml", ".yaml")) else name
        self.inputs = inputs
        self.repository = repository


def workflows_in(uses: str, inputs: object, script: str) -> list[str]:
    """The workflows that one step dispatches, as files or names."""
    return [each.workflow for each in dispatches_in(uses, inputs, script)]


def dispatches_in(uses: str, inputs: object, script: str) -> list[Dispatch]:
    """The workflows that one step dispatches, with what it gives them."""
    given = inputs if isinstance(inputs, dict) else {}
    text = script or (str(given.get("script", "")) if "github-script" in uses else "")
    found: list[Dispatch] = []
    if text and ("workflow" in text):
        text = text[:MAX_TEXT].replace("\\\n", " ")
        found += [each for match in _RUN.finditer(text) if (each := _run(match.group(1))) is not None]
        for match in _SCRIPT.finditer(text):
            body = match.group(1)
            name = _ID.search(body)
            owner, repo = _OWNER.search(body), _REPO.search(body)
            if name is not None:
                where = f"{owner.group(1)}/{repo.group(1)}" if owner is not None and repo is not None else ""
                found.append(Dispatch(name.group(1), _pairs(body), where))
        found += [
            Dispatch(match.group(2), _pairs(match.group(3)), match.group(1) or "")
            for match in _DISPATCHES.finditer(text)
        ]
    if "workflow-dispatch" in uses or "trigger-workflow" in uses:
        name_given = str(given.get("workflow", given.get("workflow_file_name", ""))).strip()
        if name_given:
            repo_given = str(given.get("repo", ""))
            if repo_given and "/" not in repo_given and given.get("owner"):
                repo_given = f"{given['owner']}/{repo_given}"
            fields = str(given.get("inputs", given.get("client_payload", "")))[:MAX_TEXT]
            found.append(Dispatch(name_given, _literal(_PAIR.findall(fields)), repo_given))
    return found


def _run(arguments: str) -> Dispatch | None:
    """What ``gh workflow run`` is given; None where the workflow is not a text that stands there."""
    words = [match.group().replace('"', "").replace("'", "") for match in _WORD.finditer(arguments)]
    workflow, repository = "", ""
    fields: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        flag, told, value = words[at].partition("=") if words[at].startswith("--") else (words[at], "", "")
        at += 1
        if flag.startswith("-") and flag != "--json":
            if not told:
                value = words[at] if at < len(words) else ""
                at += 1
            if flag in _FIELDS:
                key, _, given = value.partition("=")
                fields.append((key, given))
            elif flag in ("-R", "--repo"):
                repository = value
        elif not flag.startswith("-") and not workflow:
            workflow = flag
    return Dispatch(workflow, _literal(fields), repository) if workflow and "$" not in workflow else None


def _pairs(text: str) -> dict[str, str]:
    """The inputs that a call gives as they stand."""
    found = _GIVEN.search(text)
    return _literal(_PAIR.findall(found.group(1))) if found is not None else {}


def _literal(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {key: value for key, value in pairs if "$" not in value and "{{" not in value}


def events_in(uses: str, inputs: object, script: str) -> list[str]:
    """The types of ``repository_dispatch`` that one step sends; ``*`` where the step does not tell."""
    given = inputs if isinstance(inputs, dict) else {}
    if "repository-dispatch" in uses:
        return [str(given.get("event-type", "*")) or "*"]
    text = script or (str(given.get("script", "")) if "github-script" in uses else "")
    if "createDispatchEvent" in text or ("/dispatches" in text and "event_type" in text):
        return _EVENT.findall(text[:MAX_TEXT]) or ["*"]
    return []
