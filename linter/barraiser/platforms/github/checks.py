"""What is wrong with the shape of a workflow: what GitHub refuses, in words that say where and what to do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from barraiser.model.pipeline import Problem
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, describe, line_of

WORKFLOW_KEYS: Final = frozenset(
    ("name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs", "description")
)
JOB_KEYS: Final = frozenset(
    (
        "name", "needs", "if", "permissions", "runs-on", "environment", "concurrency", "outputs", "env", "defaults", "steps",
        "timeout-minutes", "strategy", "continue-on-error", "container", "services", "uses", "with", "secrets",
        "cancel-timeout-minutes", "snapshot",
    )
)  # fmt: skip
CALL_KEYS: Final = frozenset(
    ("name", "uses", "with", "secrets", "strategy", "needs", "if", "concurrency", "permissions")
)
STEP_KEYS: Final = frozenset(
    (
        "id",
        "if",
        "name",
        "uses",
        "run",
        "working-directory",
        "shell",
        "with",
        "env",
        "continue-on-error",
        "timeout-minutes",
        "background",
        "wait",
        "wait-all",
        "cancel",
        "parallel",
    )
)
WAITING_KEYS: Final = ("wait", "wait-all", "cancel")
"""What makes a step one that waits for, or ends, steps in the background."""

INPUT_TYPES: Final = {
    "workflow_call": ("string", "boolean", "number"),
    "workflow_dispatch": ("string", "boolean", "choice", "number", "environment"),
}

MAX_NEAREST: Final = 50
"""Problems after which no nearest names are looked for."""

MAX_KEYS: Final = 200
"""Keys of one mapping that are looked at for mistakes."""


def refuse(problems: list[Problem], message: str, node: Node, fix: str, *, fatal: bool = True) -> None:
    """Note a problem at the first line of a node."""
    problems.append(Problem(message, line_of(node), fix=fix, fatal=fatal))


def check_keys(problems: list[Problem], mapping: Mapping, known: Collection[str], what: str) -> None:
    """Keys that GitHub does not know there, and keys that differ from another in case only.

    A key that looks like a mistyped one is refused, as GitHub does; any other may be one of a later GitHub.
    """
    for key, _ in mapping.pairs:
        if key.value not in known or not key.value.islower():
            break
    else:
        return
    low: dict[str, Scalar] = {}
    for key, _ in mapping:
        earlier = low.setdefault(key.value.lower(), key)
        if earlier is not key and earlier.value != key.value:
            refuse(
                problems, f"the key '{key.value}' is already defined on line {earlier.line}", key, "keep one of them"
            )
        if key.value in known or len(low) > MAX_KEYS:
            continue
        near = nearest(problems, key.value, known)
        message = f"unexpected key '{key.value}' in {what}"
        if near:
            refuse(problems, message, key, f"write '{near}'")
        else:
            refuse(problems, message, key, "remove it, or put it where it belongs", fatal=False)


def nearest(problems: list[Problem], name: str, known: Collection[str], cutoff: float = 0.75) -> str:
    """The known name that a mistyped one is nearest to; none for very many mistakes, where looking would take long."""
    if len(problems) > MAX_NEAREST or len(name) > 100 or len(known) > 300:
        return ""
    from difflib import get_close_matches

    found = get_close_matches(name.lower(), sorted(known), 1, cutoff)
    return found[0] if found else ""


def mapping_of(problems: list[Problem], node: Mapping, key: str, what: str) -> Mapping | None:
    """The mapping below a key; anything else there but null is refused."""
    value = node.get(key)
    if isinstance(value, Mapping):
        if len({name.value.lower() for name, _ in value}) != len(value.pairs):
            check_keys(problems, value, {name.value for name, _ in value}, f"'{key}' of {what}")
        return value
    if value is None:
        return None
    if isinstance(value, Scalar) and (value.is_null() or "${{" in value.value):
        return None
    refuse(
        problems,
        f"'{key}' of {what} is {describe(value)}, and must be a mapping",
        value,
        f"write `{key}:` with keys below it",
    )
    return None


def scalar_of(problems: list[Problem], node: Mapping, key: str, what: str) -> Scalar | None:
    """The text below a key; a list or mapping there is refused."""
    value = node.get(key)
    if value is None:
        return None
    if isinstance(value, Scalar):
        return None if value.is_null() else value
    refuse(
        problems, f"'{key}' of {what} is {describe(value)}, and must be text", value, f"write `{key}: ...` on one line"
    )
    return None


def jobs_of(problems: list[Problem], root: Mapping) -> list[tuple[Scalar, Mapping]]:
    """The jobs of a workflow that can be read."""
    value = root.get("jobs")
    key = root.key("jobs")
    if value is None or (isinstance(value, Scalar) and value.is_null()):
        message = "'jobs' is missing" if key is None else "'jobs' is empty"
        refuse(
            problems,
            f"{message}: a workflow needs at least one job",
            key or root,
            "add `jobs: {test: {runs-on: ..., steps: [...]}}`",
        )
        return []
    if not isinstance(value, Mapping):
        refuse(
            problems,
            f"'jobs' is {describe(value)}, and must be a mapping of jobs",
            value,
            "write `jobs:` with a name for each job below it",
        )
        return []
    if not value.pairs:
        refuse(problems, "'jobs' is empty: a workflow needs at least one job", value, "add a job")
    found: list[tuple[Scalar, Mapping]] = []
    low: dict[str, Scalar] = {}
    for name, job in value:
        earlier = low.setdefault(name.value.lower(), name)
        if earlier is not name and earlier.value != name.value:
            refuse(
                problems,
                f"the job '{name.value}' is already defined on line {earlier.line}",
                name,
                "give it another name",
            )
        if not _is_id(name.value):
            refuse(
                problems,
                f"'{name.value[:60]}' is no valid job id",
                name,
                "use letters, digits, - and _, starting with a letter or _",
            )
        if isinstance(job, Mapping):
            found.append((name, job))
        else:
            refuse(
                problems,
                f"the job '{name.value}' is {describe(job)}, and must be a mapping",
                name,
                "give it `runs-on:` and `steps:`",
            )
    return found


def _is_id(text: str) -> bool:
    return (
        bool(text)
        and text.isascii()
        and (text[0].isalpha() or text[0] == "_")
        and all(character.isalnum() or character in "_-" for character in text)
    )


def check_job(problems: list[Problem], name: Scalar, job: Mapping) -> bool:
    """Whether a job can be read: it runs steps somewhere, or calls a workflow."""
    what = f"job '{name.value}'"
    before = len(problems)
    check_keys(problems, job, JOB_KEYS, what)
    uses, steps, runner = job.key("uses"), job.key("steps"), job.key("runs-on")
    if uses is not None:
        for key, _ in job:
            if key.value in JOB_KEYS and key.value not in CALL_KEYS:
                refuse(
                    problems, f"{what} calls a workflow and has '{key.value}', which GitHub refuses there", key,
                    f"remove '{key.value}', or put it into the called workflow",
                )  # fmt: skip
        scalar = scalar_of(problems, job, "uses", what)
        return scalar is not None and len(problems) == before
    if runner is None or _is_empty(job.get("runs-on")):
        refuse(
            problems,
            f"{what} has neither 'runs-on' nor 'uses'",
            runner or name,
            "add `runs-on: ubuntu-latest`, or the workflow that it calls",
        )
    if steps is None:
        # GitHub's parser takes it, its service does not run it: what such a job does is known all the same.
        message = f"{what} has no 'steps': it does nothing, and GitHub does not start the workflow"
        refuse(problems, message, name, "add `steps:` with at least one step", fatal=False)
        return True
    value = job.get("steps")
    if not isinstance(value, Sequence):
        refuse(
            problems,
            f"'steps' of {what} is {describe(value)}, and must be a list",
            value or steps,
            "write each step as `- run: ...` or `- uses: ...`",
        )
        return False
    if not value.items:
        refuse(problems, f"'steps' of {what} is empty", value, "add at least one step")
    return True


def _is_empty(node: Node | None) -> bool:
    return (isinstance(node, Scalar) and not node.value.strip()) or (isinstance(node, Sequence) and not node.items)


def check_inputs(problems: list[Problem], settings: Mapping | None, event: str) -> None:
    """The inputs that a manual run or a caller is asked for."""
    if settings is None:
        return
    for key, node in mapping_of(problems, settings, "inputs", f"'{event}'") or ():
        if not isinstance(node, Mapping):
            if event == "workflow_call" or not (isinstance(node, Scalar) and node.is_null()):
                message = f"the input '{key.value}' is {describe(node)}, and must be a mapping"
                refuse(problems, message, key, "write `type: string` below it")
            continue
        kind = node.text("type")
        kinds = INPUT_TYPES[event]
        if not kind and event == "workflow_call":
            refuse(problems, f"the input '{key.value}' has no 'type'", key, "add `type: string`, boolean or number")
        elif kind and kind not in kinds:
            place = node.get("type") or key
            refuse(problems, f"'{kind[:40]}' is no type of an input", place, f"write one of {', '.join(kinds)}")
        elif kind == "choice" and not isinstance(node.get("options"), Sequence):
            refuse(problems, f"the choice '{key.value}' has no 'options'", key, "add `options: [...]`")


def check_step(problems: list[Problem], step: Node, what: str) -> Mapping | None:
    """A step that can be read: exactly one of ``run`` and ``uses``."""
    if not isinstance(step, Mapping):
        refuse(
            problems,
            f"a step of {what} is {describe(step)}, and must be a mapping",
            step,
            "write `- run: ...` or `- uses: ...`",
        )
        return None
    check_keys(problems, step, STEP_KEYS, f"a step of {what}")
    run, uses = step.key("run"), step.key("uses")
    if run is None and uses is None:
        refuse(
            problems,
            f"a step of {what} has neither 'run' nor 'uses'",
            step,
            "add what it does: `run: ...` or `uses: ...`",
        )
        return None
    if run is not None and uses is not None:
        refuse(
            problems,
            f"a step of {what} has both 'run' and 'uses'",
            max(run, uses, key=lambda key: key.line),
            "make two steps of it",
        )
        return None
    value = step.get("run") if run is not None else step.get("uses")
    if not isinstance(value, Scalar) or value.is_null():
        key = run or uses
        assert key is not None
        refuse(
            problems,
            f"'{key.value}' of a step of {what} is {describe(value)}, and must be text",
            value or key,
            f"write `{key.value}: ...`",
        )
        return None
    return step
