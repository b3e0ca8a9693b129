"""What jobs, called workflows and steps hand on (``outputs:``, ``GITHUB_OUTPUT``, ``GITHUB_ENV``), as far as it is constant."""

from __future__ import annotations

import re
from collections.abc import Mapping as Names
from typing import TYPE_CHECKING

from barraiser.model.tri import MAYBE
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.expressions import path_text
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value, to_text
from barraiser.source.nodes import Mapping, Scalar, place_of
from barraiser.source.nodes import Sequence as Items

if TYPE_CHECKING:
    from barraiser.platforms.github.site import Contexts, Reading

_MAX_OUTPUTS = 100
_MAX_SCRIPT = 20_000
_NAMED = r"[A-Za-z_][\w-]*="
_WRITES = re.compile(
    rf"""[ ]*echo[ ]+(?:'(?P<single>{_NAMED}[^'\n]*)'|"(?P<double>{_NAMED}(?:[^"\\\n]|\\.)*)"|(?P<bare>{_NAMED}[^\s"'>;|&]*))"""
    r"""[ ]*>>[ ]*["']?\$\{?GITHUB_(?P<file>OUTPUT|ENV)\}?["']?[ ]*"""
)
"""A line that does nothing but set an output or a variable: ``echo "NAME=VALUE" >> "$GITHUB_OUTPUT"``."""
_NAMES = re.compile(r"""echo[ ]+["']?([A-Za-z_]\w{0,100})(?:=|<<)""")
_BRANCHES = re.compile(r"^\s*(?:if|case|for|while|until|function|\w+\s*\(\))\b|&&|\|\||[{}]\s*$|\bexit\b", re.MULTILINE)
_EXPRESSION = re.compile(r"\$\{\{(?:[^}]|\}(?!\}))*+\}\}")
_OPAQUE = ("$", "`", "\\")


def outputs_of(job: Mapping, contexts: list[Contexts], reading: Reading) -> list[Object] | None:
    """The outputs of a job by scenario, and None where it has none; those that are not known beforehand are open."""
    node = job.get("outputs")
    if not isinstance(node, Mapping):
        return None
    pairs = [(key.value.lower(), value) for key, value in node if isinstance(value, Scalar)][:_MAX_OUTPUTS]
    if not pairs:
        return None
    steps = _steps_by_id(job) if any("steps" in value.value for _, value in pairs) else {}
    return [_rendered(pairs, {**each, "steps": _written(steps, each, reading)}, reading) for each in contexts]


def outputs_of_call(
    settings: Mapping | None, contexts: list[Contexts], outputs: Names[str, list[Object] | None], reading: Reading
) -> list[Object] | None:
    """The outputs of a called workflow by scenario. ``outputs``: those of its jobs."""
    node = settings.get("outputs") if settings is not None else None
    if not isinstance(node, Mapping) or not any(outputs.values()):
        return None
    pairs = []
    for key, value in node:
        text = value.get("value") if isinstance(value, Mapping) else None
        if isinstance(text, Scalar):
            pairs.append((key.value.lower(), text))
    found = []
    for index, each in enumerate(contexts):
        jobs: dict[str, Value] = {
            name.lower(): Object({"outputs": by_scenario[index]}, OPEN)
            for name, by_scenario in outputs.items()
            if by_scenario
        }
        found.append(_rendered(pairs[:_MAX_OUTPUTS], {**each, "jobs": Object(jobs, OPEN)}, reading))
    return found


def outcomes_in(job: Mapping, reading: Reading) -> dict[str, str]:
    """Which outputs of a job are the outcome of one of its steps: output to the step's id."""
    node = job.get("outputs")
    found: dict[str, str] = {}
    for key, value in node if isinstance(node, Mapping) else ():
        if not isinstance(value, Scalar) or ".outcome" not in value.value:
            continue
        pieces = reading.expressions.pieces(value.value.strip(), place_of(value))
        if len(pieces) == 1 and not isinstance(pieces[0], str):
            parts = path_text(pieces[0][1]).split(".")
            if len(parts) == 3 and parts[0] == "steps" and parts[2] == "outcome":
                found[key.value.lower()] = parts[1]
    return found


def _rendered(pairs: list[tuple[str, Scalar]], contexts: Contexts, reading: Reading) -> Object:
    scope = Scope(contexts, success=MAYBE, failure=MAYBE, cancelled=MAYBE)
    values: dict[str, Value] = {}
    for name, value in pairs:
        text = reading.expressions.render(value.value, place_of(value), scope)
        if not isinstance(text, Unknown | Object | list):
            values[name] = to_text(text)
        elif isinstance(text, Unknown) and text.options is not None:
            values[name] = text
    return Object(values, OPEN)


def _steps_by_id(job: Mapping) -> dict[str, Mapping]:
    """The scripts with an id that run in every run of their job."""
    nodes = job.get("steps")
    found = {}
    for node in nodes.items if isinstance(nodes, Items) else ():
        if isinstance(node, Mapping) and node.text("id") and node.get("if") is None:
            found[node.text("id").lower()] = node
    return found


def _written(steps: dict[str, Mapping], contexts: Contexts, reading: Reading) -> Object:
    """The ``steps`` context behind the last step when all went well: what scripts without branches write is known."""
    values: dict[str, Value] = {}
    for key, step in steps.items():
        run = step.get("run")
        outputs: dict[str, Value] = {}
        if isinstance(run, Scalar) and _told(step, run.value):
            outputs = _of_script(run, contexts, reading)
        values[key] = Object({"outcome": "success", "conclusion": "success", "outputs": Object(outputs, OPEN)}, OPEN)
    return Object(values, OPEN)


def _told(step: Mapping, script: str) -> bool:
    """Whether a script surely gets to each of its lines when its step succeeds."""
    if "GITHUB_" not in script or len(script) > _MAX_SCRIPT or step.get("continue-on-error") is not None:
        return False
    return not _BRANCHES.search(_EXPRESSION.sub("", script))


def exported_by(step: Mapping, run: Scalar, contexts: Contexts, reading: Reading) -> dict[str, str | None]:
    """The variables that a script sets for the later steps of its job; None for those whose value is not known beforehand."""
    found: dict[str, str | None] = dict.fromkeys(_NAMES.findall(run.value[:_MAX_SCRIPT]))
    if step.get("if") is None and _told(step, run.value):
        for name, value in _of_script(run, contexts, reading, "ENV").items():
            found[name] = value if isinstance(value, str) else None
    return found


def _of_script(run: Scalar, contexts: Contexts, reading: Reading, file: str = "OUTPUT") -> dict[str, Value]:
    """The names and values that lines write to a file; a name that is also written otherwise is not known."""
    scope = Scope(contexts, success=MAYBE, failure=MAYBE, cancelled=MAYBE)
    found: dict[str, Value] = {}
    for line in run.value.splitlines():
        match = _WRITES.fullmatch(line) if file in line else None
        if match is None or match["file"] != file:
            continue
        written = match["single"] or (match["double"] or match["bare"]).replace('\\"', '"')
        name, _, text = written.partition("=")
        value = reading.expressions.render(text, place_of(run), scope)
        known = not isinstance(value, Unknown | Object | list)
        plain = to_text(value) if known else ""
        key = name if file == "ENV" else name.lower()
        found[key] = plain if known and not any(each in plain for each in _OPAQUE) else OPEN
    return found
