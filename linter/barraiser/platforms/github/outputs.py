"""What jobs, called workflows and steps hand on (``outputs:``, ``GITHUB_OUTPUT``, ``GITHUB_ENV``), as far as it is constant."""

from __future__ import annotations

import re
from collections.abc import Mapping as Names
from typing import TYPE_CHECKING, Final

from barraiser.model.pipeline import Fragment, Script
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.github.evaluate import Scope, evaluate
from barraiser.platforms.github.expressions import path_text
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value, to_text, truth
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Scalar, place_of
from barraiser.source.nodes import Sequence as Items

if TYPE_CHECKING:
    from barraiser.platforms.github.site import Contexts, Reading

_MAX_OUTPUTS: Final = 100
_MAX_SCRIPT: Final = 20_000
_MAX_DEPTH: Final = 5
_REFS: Final = re.compile(r"refs/(?:heads|tags)/[\w./-]+")
_PATTERNS: Final = re.compile(r"=~|\*|\bcase\b|REF_NAME|\bgrep\b|\bsed\b|\bcut\b")
_OTHER_BRANCH: Final = "refs/heads/some-other-branch"
"""Stands for a branch of which only is known what it is not."""
_NAMES: Final = re.compile(r"""echo[ ]+["']?([A-Za-z_]\w{0,100})(?:=|<<)""")
_NAME: Final = re.compile(r"[A-Za-z_][\w-]{0,100}")
_SET_OUTPUT: Final = "::set-output name="
_OPAQUE: Final = ("$", "`", "\\")


def outputs_of(job: Mapping, contexts: list[Contexts], reading: Reading) -> list[Object] | None:
    """The outputs of a job by scenario, and None where it has none; those that are not known beforehand are open."""
    node = job.get("outputs")
    if not isinstance(node, Mapping):
        return None
    pairs = [(key.value.lower(), value) for key, value in node if isinstance(value, Scalar)][:_MAX_OUTPUTS]
    if not pairs:
        return None
    steps = _steps_by_id(job) if any("steps" in value.value for _, value in pairs) else {}
    return [_rendered(pairs, {**each, "steps": _written(steps, job, each, reading)}, reading) for each in contexts]


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


def outcomes_in(job: Mapping, reading: Reading) -> tuple[dict[str, str], dict[str, str]]:
    """Which outputs of a job are the outcome of one of its steps: output to the step's id; and which a step writes: to ``ID#NAME``."""
    node = job.get("outputs")
    found: dict[str, str] = {}
    written: dict[str, str] = {}
    for key, value in node if isinstance(node, Mapping) else ():
        if not isinstance(value, Scalar) or "steps." not in value.value:
            continue
        pieces = reading.expressions.pieces(value.value.strip(), place_of(value))
        if len(pieces) == 1 and not isinstance(pieces[0], str):
            parts = path_text(pieces[0][1]).split(".")
            if len(parts) == 3 and parts[0] == "steps" and parts[2] == "outcome":
                found[key.value.lower()] = parts[1]
            elif len(parts) == 4 and parts[0] == "steps" and parts[2] == "outputs":
                written[key.value.lower()] = f"{parts[1]}#{parts[3]}"
    return found, written


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
    """The steps with an id."""
    nodes = job.get("steps")
    found = {}
    for node in nodes.items if isinstance(nodes, Items) else ():
        if isinstance(node, Mapping) and node.text("id"):
            found[node.text("id").lower()] = node
    return found


def _of_action(step: Mapping, job: Mapping, contexts: Contexts, reading: Reading, depth: int) -> dict[str, Value]:
    """What a composite action of the repository hands on."""
    folder = reading.repository.inside(step.text("uses"))
    files = (f"{folder}/action.yml", f"{folder}/action.yaml") if folder else ()
    path = next((name for name in files if reading.repository.exists(name)), "")
    try:
        root = reading.repository.documents(path)[0].root if path else None
    except SourceError:
        return {}
    runs = root.mapping("runs") if isinstance(root, Mapping) else None
    outputs = root.mapping("outputs") if isinstance(root, Mapping) else None
    if runs is None or outputs is None or runs.text("using").lower() != "composite":
        return {}
    inputs: dict[str, Value] = {}
    declared, given = root.mapping("inputs") if isinstance(root, Mapping) else None, step.mapping("with")
    for key, value in declared if declared is not None else ():
        default = value.get("default") if isinstance(value, Mapping) else None
        inputs[key.value.lower()] = default.value if isinstance(default, Scalar) else ""
    for key, value in given if given is not None else ():
        if isinstance(value, Scalar):
            inputs[key.value.lower()] = reading.expressions.render(value.value, place_of(value), Scope(contexts))
    inner: Contexts = {"github": contexts.get("github", OPEN), "inputs": Object(inputs)}
    inner["steps"] = _written(_steps_by_id(runs), job, inner, reading, depth)
    pairs = []
    for key, value in outputs.pairs[:_MAX_OUTPUTS]:
        text = value.get("value") if isinstance(value, Mapping) else None
        if isinstance(text, Scalar):
            pairs.append((key.value.lower(), text))
    return _rendered(pairs, inner, reading).values


def _written(steps: dict[str, Mapping], job: Mapping, contexts: Contexts, reading: Reading, depth: int = 0) -> Object:
    """The ``steps`` context behind the last step when all went well: what scripts surely write is known."""
    values: dict[str, Value] = {}
    windows = "windows" in job.text("runs-on").lower()
    for key, step in steps.items():
        runs = _runs(step, contexts, reading)
        if runs == NO:
            values[key] = Object({"outcome": "skipped", "conclusion": "skipped", "outputs": Object()})
        elif runs == YES:
            run = step.get("run")
            outputs: dict[str, Value] = {}
            if isinstance(run, Scalar) and not windows and _readable(step, run.value):
                outputs = _of_script(run, contexts, reading)
            elif step.text("uses").startswith("./") and depth < _MAX_DEPTH and step.get("continue-on-error") is None:
                outputs = _of_action(step, job, contexts, reading, depth + 1)
            values[key] = Object(
                {"outcome": "success", "conclusion": "success", "outputs": Object(outputs, OPEN)}, OPEN
            )
    return Object(values, OPEN)


def _runs(step: Mapping, contexts: Contexts, reading: Reading) -> Tri:
    """Whether a step runs when all goes well."""
    node = step.get("if")
    if not isinstance(node, Scalar) or node.is_null():
        return YES
    scope = Scope({**contexts, "steps": OPEN, "env": OPEN})
    return truth(evaluate(reading.expressions.condition(node), scope))


def _readable(step: Mapping, script: str) -> bool:
    """Whether what a script writes can be told: it is one of a POSIX shell, and its failure is its step's."""
    if "GITHUB_" not in script and "set-output" not in script:
        return False
    return (
        len(script) <= _MAX_SCRIPT
        and step.get("continue-on-error") is None
        and step.text("shell") in ("", "bash", "sh")
    )


def exported_by(step: Mapping, run: Scalar, contexts: Contexts, reading: Reading) -> dict[str, str | None]:
    """The variables that a script sets for the later steps of its job; None for those whose value is not known beforehand."""
    found: dict[str, str | None] = dict.fromkeys(_NAMES.findall(run.value[:_MAX_SCRIPT]))
    if step.get("if") is None and _readable(step, run.value):
        for name, value in _of_script(run, contexts, reading, "ENV").items():
            found[name] = value if isinstance(value, str) else None
    return found


def _of_script(run: Scalar, contexts: Contexts, reading: Reading, file: str = "OUTPUT") -> dict[str, Value]:
    """The names and values that a script writes to a file by ``echo``; what only some runs write is open."""
    from barraiser.shell.parser import commands_of

    reading.expressions.spent += len(run.value) // 8
    text = reading.expressions.resolve(run.value, place_of(run), contexts)
    script = Script([Fragment(text, run.path, run.line)], shell="bash", errexit=True)
    found: dict[str, Value] = {}
    for command in commands_of(script, _environment(contexts, run.value)):
        if command.words[:1] != ("echo",):
            continue
        written = " ".join(word for word in command.words[1:] if word not in ("-e", "-n"))
        old = file == "OUTPUT" and written.startswith(_SET_OUTPUT)
        name, _, value = written.removeprefix(_SET_OUTPUT).partition("::") if old else written.partition("=")
        if not _NAME.fullmatch(name):
            continue
        sure = not (command.conditional or command.loop or command.background)
        told = sure and (old or f"GITHUB_{file}" in command.text) and not any(each in value for each in _OPAQUE)
        told = told and "some-other-branch" not in value
        found[name if file == "ENV" else name.lower()] = value if told else OPEN
    return found


def _environment(contexts: Contexts, text: str) -> dict[str, str]:
    """The variables that a script sees of the run, as far as they are known."""
    github = contexts.get("github")
    found: dict[str, str] = {}
    for name in ("event_name", "ref", "ref_name", "ref_type", "base_ref", "head_ref"):
        value = github.get(name) if isinstance(github, Object) else None
        if isinstance(value, str):
            found[f"GITHUB_{name.upper()}"] = value
    ref = github.get("ref") if isinstance(github, Object) else None
    if isinstance(ref, Unknown) and ref.prefix == "refs/heads/" and ref.excluded and not _PATTERNS.search(text):
        compared = [each.lower() for each in _REFS.findall(text)]
        if all(each in ref.excluded or each.startswith("refs/tags/") for each in compared):
            found["GITHUB_REF"] = _OTHER_BRANCH
    return found
