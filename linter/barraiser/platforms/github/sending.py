"""Steps that start another workflow, and what shows in a file that it starts one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from barraiser.model.pipeline import Step

DISPATCH_ACTIONS = (
    "benc-uk/workflow-dispatch", "peter-evans/repository-dispatch", "convictional/trigger-workflow-and-wait",
    "the-actions-org/workflow-dispatch", "return-dispatch",
)  # fmt: skip

MAX_TEXT = 20_000
"""Characters of one script that are looked through."""

_RUN = re.compile(
    r"\bgh\s+workflow\s+run\s+(?:-{1,2}[a-z-]+(?:[ =]\S+)?\s+){0,8}[\"']?([A-Za-z0-9_./-]{1,100}?\.ya?ml)\b"
)
_SCRIPT = re.compile(
    r"createWorkflowDispatch\s*\([^)]{0,600}?workflow_id\s*:\s*[\"'`]([^\"'`\n]{1,100})[\"'`]", re.DOTALL
)
_DISPATCHES = re.compile(r"/actions/workflows/([A-Za-z0-9_.-]{1,100})/dispatches")
_EVENT = re.compile(r"event_type[\"']?\s*[:=]\s*[\"'`]?([A-Za-z0-9_.-]{1,100})")


def started_by(steps: Sequence[Step]) -> list[str]:
    """The workflows (file names) that steps start by ``gh workflow run``, the API or an action."""
    found: list[str] = []
    for step in steps:
        found += workflows_in(step.uses, step.inputs, step.script.fragments[0].text if step.script else "")
    return list(dict.fromkeys(found))


def workflows_in(uses: str, inputs: object, script: str) -> list[str]:
    """The workflow files that one step dispatches."""
    given = inputs if isinstance(inputs, dict) else {}
    text = script or (str(given.get("script", "")) if "github-script" in uses else "")
    found: list[str] = []
    if text and ("workflow" in text):
        found += [name.strip().rpartition("/")[2] for name in _RUN.findall(text[:MAX_TEXT])]
        found += _SCRIPT.findall(text[:MAX_TEXT])
        found += _DISPATCHES.findall(text[:MAX_TEXT])
    if "workflow-dispatch" in uses or "trigger-workflow" in uses:
        name = str(given.get("workflow", given.get("workflow_file_name", ""))).strip()
        if name:
            found.append(name.rpartition("/")[2])
    return found


def events_in(uses: str, inputs: object, script: str) -> list[str]:
    """The types of ``repository_dispatch`` that one step sends; ``*`` where the step does not tell."""
    given = inputs if isinstance(inputs, dict) else {}
    if "repository-dispatch" in uses:
        return [str(given.get("event-type", "*")) or "*"]
    text = script or (str(given.get("script", "")) if "github-script" in uses else "")
    if "createDispatchEvent" in text or ("/dispatches" in text and "event_type" in text):
        return _EVENT.findall(text[:MAX_TEXT]) or ["*"]
    return []
