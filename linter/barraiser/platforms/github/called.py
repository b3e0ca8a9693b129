"""Jobs that call a workflow: a local one is inlined, another repository's is one job that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from barraiser.model.pipeline import Job, Problem, Step, Unresolved
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE
from barraiser.platforms.github.checks import mapping_of, refuse
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.site import Contexts, Site
from barraiser.platforms.github.values import CONSTANT, Object, Unknown, Value, to_text
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Scalar, line_of, place_of

if TYPE_CHECKING:
    from barraiser.platforms.github.workflow import Caller, Frame

MAX_DEPTH: Final = 10
"""Workflows that call each other, GitHub's own limit."""

FOLDER: Final = ".github/workflows/"

Called = tuple[list[Job], list[tuple[str, bool]], bool]


def call(job: Mapping, site: Site, frame: Frame, caller: Caller, what: str) -> Called:
    """The jobs of the workflow that a job calls, and their ids; and whether it could be read.

    Where it could not, the one job returned holds the step that stands for the call.
    """
    uses = job.get("uses")
    assert isinstance(uses, Scalar)
    target = site.resolve(uses).strip()
    reading = site.reading
    path, origin = _path_of(target, uses, site, frame)
    if not path:
        return _unread(job, uses, target, site)
    if path in frame.stack:
        way = " -> ".join((*frame.stack, path))
        refuse(reading.problems, f"workflows call each other in a circle: {way}", uses, "remove one of the calls")
        return _unread(job, uses, target, site)
    if len(frame.stack) > MAX_DEPTH:
        refuse(reading.problems, f"workflows call each other more than {MAX_DEPTH} levels deep", uses, "flatten them")
        return _unread(job, uses, target, site)
    root = _root_of(path, target, uses, site, local=not origin[0])
    if root is None:
        return _unread(job, uses, target, site)
    on = root.get("on")
    settings = on.mapping("workflow_call") if isinstance(on, Mapping) else None
    if not _callable(on):
        refuse(
            reading.problems,
            f"`{target}` cannot be called: it has no 'workflow_call' event",
            uses,
            f"add `workflow_call:` to 'on' of {path}",
        )
        return _unread(job, uses, target, site)
    from barraiser.platforms.github.workflow import Frame, read_frame

    static, contexts = _contexts(job, uses, settings, site, what, target)
    inner = Frame(root, f"{site.job_id} / ", frame.starts, contexts, static, (*frame.stack, path), caller, origin)
    jobs, members = read_frame(inner, reading)
    if settings is not None and "outputs" in settings:
        from barraiser.platforms.github.outputs import outputs_of_call

        of_jobs = {name: outcome.outputs for name, outcome in inner.outcomes.items()}
        caller.gate.outcome.outputs = outputs_of_call(settings, contexts, of_jobs, reading)
    return jobs, members, True


def _path_of(target: str, uses: Scalar, site: Site, frame: Frame) -> tuple[str, tuple[str, str]]:
    """The file of a called workflow (empty if it is not here), and the repository and ref that it is from, if not this one."""
    reading = site.reading
    whole = target
    if target.startswith("./") and frame.origin[0]:
        whole = f"{frame.origin[0]}/{target.removeprefix('./')}{frame.origin[1]}"
    name, at, ref = whole.partition("@")
    if not name.endswith((".yml", ".yaml")):
        fix = "write `./.github/workflows/NAME.yml` or `OWNER/REPOSITORY/.github/workflows/NAME.yml@REF`"
        refuse(reading.problems, f"'{target[:80]}' is no workflow that a job can call", uses, fix)
        return "", ("", "")
    if whole.startswith("./"):
        path = reading.repository.inside(whole)
        if path is None:
            fix = "name a workflow in .github/workflows"
            refuse(reading.problems, f"`{target[:80]}` leads out of the repository", uses, fix)
        return path or "", ("", "")
    if not at or "/" not in name:
        fix = "write `OWNER/REPOSITORY/.github/workflows/NAME.yml@REF`"
        refuse(reading.problems, f"'{target[:80]}' names no repository and ref", uses, fix)
        return "", ("", "")
    return reading.stand_in(whole, name), ("/".join(name.split("/")[:2]), at + ref)


def _callable(on: object) -> bool:
    if isinstance(on, Scalar):
        return on.value == "workflow_call"
    if isinstance(on, Mapping):
        return "workflow_call" in on
    return any(isinstance(item, Scalar) and item.value == "workflow_call" for item in getattr(on, "items", ()))


def _root_of(path: str, target: str, uses: Scalar, site: Site, *, local: bool) -> Mapping | None:
    """The called workflow; what keeps it from being read is a problem of the caller."""
    reading = site.reading
    if local and not reading.repository.exists(path):
        if not reading.files[0].startswith(FOLDER):
            return None  # the entry stands outside its repository, and so the called workflow does
        refuse(reading.problems, f"the workflow `{target}` does not exist", uses, f"add {path}, or correct the path")
        return None
    reading.add_file(path)
    try:
        document = reading.repository.documents(path)[0]
    except SourceError as error:
        reading.problems.append(
            Problem(f"the called workflow cannot be read: {error.message}", error.place, fix=error.fix)
        )
        return None
    for first, second in document.duplicates[:5]:
        refuse(
            reading.problems,
            f"the key '{second.value}' is already defined on line {first.line}",
            second,
            "keep one of them",
        )
    if not isinstance(document.root, Mapping):
        refuse(reading.problems, f"`{target}` is no workflow", uses, "give it `on: workflow_call` and `jobs:`")
        return None
    return document.root


def _unread(job: Mapping, uses: Scalar, target: str, site: Site) -> Called:
    """The call as the one step of a job."""
    inputs: dict[str, str] = {}
    places: dict[str, Place] = {}
    for key, value in job.mapping("with") or ():
        if isinstance(value, Scalar):
            inputs[key.value] = "" if value.is_null() else site.resolve(value)
            places[key.value] = line_of(value)
    site.reading.unresolved.append(Unresolved("reusable workflow", target, line_of(uses), (site.job_id,)))
    key = job.key("uses") or uses
    step = Step(line_of(key), uses=target, inputs=inputs, input_places=places, unresolved=target)
    return [Job(site.job_id, line_of(key), steps=[step])], [], False


def _contexts(
    job: Mapping, uses: Scalar, settings: Mapping | None, site: Site, what: str, target: str
) -> tuple[Contexts, list[Contexts]]:
    """What the called workflow's contexts hold: its inputs and secrets as given; ``github`` is the caller's."""
    problems = site.reading.problems
    given_node = mapping_of(problems, job, "with", what)
    given = {key.value.lower(): (key, value) for key, value in given_node or ()}
    declared = settings.mapping("inputs") if settings else None
    names = {key.value.lower() for key, _ in declared or ()}
    for name, (key, _) in given.items():
        if name not in names:
            refuse(
                problems,
                f"`{target}` has no input '{key.value}'",
                key,
                "remove it, or declare it below `workflow_call: inputs:`",
            )
    static_inputs: dict[str, Value] = {}
    by_scenario: list[dict[str, Value]] = [{} for _ in site.scenarios]
    for key, node in declared or ():
        name = key.value.lower()
        kind = node.text("type") if isinstance(node, Mapping) else ""
        value = given[name][1] if name in given else node.get("default") if isinstance(node, Mapping) else None
        if name not in given and isinstance(node, Mapping) and node.text("required").lower() == "true":
            refuse(
                problems,
                f"{what} does not give the input '{key.value}' that `{target}` requires",
                uses,
                f"add `with: {{{key.value}: ...}}`",
            )
        if not isinstance(value, Scalar) or value.is_null():
            static_inputs[name] = _empty(kind)
            for values in by_scenario:
                values[name] = _empty(kind)
            continue
        text = site.resolve(value)
        static_inputs[name] = _typed(text, kind) if "${{" not in text else Unknown(text=text)
        for index, values in enumerate(by_scenario):
            scope = Scope(site.scenarios[index], success=MAYBE, failure=MAYBE, cancelled=MAYBE)
            found = (
                site.expressions.render(value.value, place_of(value), scope) if "${{" in value.value else value.value
            )
            values[name] = _cast(found, kind, text)
    secrets = _secrets(job, settings, site)
    static: Contexts = {"inputs": Object(static_inputs), "secrets": secrets}
    contexts = [
        {name: value for name, value in each.items() if name not in ("matrix", "needs", "strategy")}
        | {"inputs": Object(values), "secrets": CONSTANT}
        for each, values in zip(site.scenarios, by_scenario, strict=True)
    ]
    return static, contexts


def _empty(kind: str) -> Value:
    return {"boolean": False, "number": 0.0}.get(kind, "")


def _typed(text: str, kind: str) -> Value:
    """A text as the type that the input has."""
    if kind == "boolean" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "number":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _cast(value: Value, kind: str, text: str) -> Value:
    if isinstance(value, Unknown):
        if kind == "boolean" and value.options is None:
            return _unknown_boolean(text)
        return Unknown(
            value.options, prefix=value.prefix, excluded=value.excluded, truth=value.truth, fresh=value.fresh,
            constant=value.constant, text=text if "${{" in text else "",
        )  # fmt: skip
    return _typed(to_text(value), kind)


def _unknown_boolean(text: str) -> Value:
    """A boolean input whose value the caller's expression does not tell."""
    return Unknown((False, True), text=text if "${{" in text else "")


def _secrets(job: Mapping, settings: Mapping | None, site: Site) -> Object:
    """The secrets that the caller gives, by the names that they have for it; with ``inherit`` they keep their names."""
    node = job.get("secrets")
    if not isinstance(node, Mapping):
        return Object({}, CONSTANT)
    values: dict[str, Value] = {}
    for key, value in node:
        if isinstance(value, Scalar):
            values[key.value.lower()] = Unknown(constant=True, text=site.resolve(value))
    return Object(values, CONSTANT)
