"""Local actions: the steps of a composite one take the place of the step that calls it."""

from __future__ import annotations

from collections.abc import Mapping as Inputs
from typing import Final

from barraiser.model.pipeline import Step, Unresolved
from barraiser.platforms.github.checks import mapping_of, refuse
from barraiser.platforms.github.site import Site
from barraiser.platforms.github.steps import Outer, steps_of
from barraiser.platforms.github.values import Object, Unknown, Value
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Scalar, Sequence, line_of, place_of

MAX_DEPTH: Final = 10
"""Composite actions within each other, GitHub's own limit."""


def inline(
    target: str, uses: Scalar, inputs: Inputs[str, str], step: Mapping, site: Site, outer: Outer
) -> list[Step] | None:
    """The steps of the composite action at ``target``; None where it is none, or cannot be read (then it is noted as unresolved)."""
    reading = site.reading
    folder, path = _located(target, site)
    if not path:
        if target.startswith("."):
            _unread(target, uses, site)
        return None
    if path in outer.stack:
        refuse(reading.problems, f"the action `{target}` calls itself", uses, "remove the call that closes the circle")
        return None
    if outer.depth >= MAX_DEPTH:
        refuse(reading.problems, f"actions are nested deeper than {MAX_DEPTH} levels", uses, "flatten them")
        return None
    try:
        root = reading.repository.documents(path)[0].root
    except SourceError as error:
        refuse(reading.problems, f"the action `{target}` cannot be read: {error.message}", uses, error.fix, fatal=False)
        _unread(target, uses, site)
        return None
    reading.add_file(path)
    runs = root.mapping("runs") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or runs is None:
        _unread(target, uses, site)
        return None
    steps = runs.get("steps")
    if runs.text("using").lower() != "composite":
        return None
    if not isinstance(steps, Sequence):
        refuse(
            reading.problems,
            f"the composite action `{target}` has no list of steps",
            uses,
            f"add `steps:` below `runs:` in {path}",
            fatal=False,
        )
        return None
    found = steps_of(steps.items, _inner(root, folder, inputs, step, site), _next(outer, path))
    for one in found:
        if one.script is not None and one.place.path == path:
            one.env = {"GITHUB_ACTION_PATH": folder or ".", **one.env}
    return found


def _located(target: str, site: Site) -> tuple[str, str]:
    """The folder of an action and its file; the file is empty where it is not here."""
    if not target.startswith("."):
        name = target.partition("@")[0]
        path = site.reading.stand_in(f"{name}/action.yml", f"{name}/action.yaml", target, name)
        return name, path
    folder = site.reading.repository.inside(target)
    if folder is None:
        return "", ""
    path = _file_of(folder, site)
    for checkout in site.checkouts if not path else ():
        if folder.startswith(f"{checkout}/"):
            folder = folder.removeprefix(f"{checkout}/")
            return folder, _file_of(folder, site)
    return folder, path


def _next(outer: Outer, path: str) -> Outer:
    return Outer(outer.condition, outer.normal, outer.soft, outer.soft_place, (*outer.stack, path))


def _file_of(folder: str, site: Site) -> str:
    prefix = f"{folder}/" if folder else ""
    for name in ("action.yml", "action.yaml"):
        if site.reading.repository.exists(prefix + name):
            return prefix + name
    return ""


def _unread(target: str, uses: Scalar, site: Site) -> None:
    site.reading.unresolved.append(Unresolved("action", target, line_of(uses), (site.job_id,)))


def _inner(root: Mapping, folder: str, inputs: Inputs[str, str], step: Mapping, site: Site) -> Site:
    """The contexts inside an action: its own inputs; the caller's variables and ``github``; nothing of its other steps."""
    given = {name.lower(): text for name, text in inputs.items()}
    texts: dict[str, Value] = {}
    by_scenario: list[dict[str, Value]] = [{} for _ in site.scenarios]
    for key, declared in mapping_of(site.reading.problems, root, "inputs", "the action") or ():
        name = key.value.lower()
        text = given.get(name)
        if text is None:
            text = declared.text("default") if isinstance(declared, Mapping) else ""
        texts[name] = text if "${{" not in text else Unknown(text=text)
        for index, contexts in enumerate(site.scenarios):
            by_scenario[index][name] = _value(text, site, index, contexts, step)
    github = Object({"action_path": folder or "."}, Unknown())
    static: dict[str, Value] = {
        **site.static,
        "inputs": Object(texts),
        "github": github,
        "steps": Object({}, Unknown()),
    }
    scenarios = [
        {**contexts, "inputs": Object(values)} for contexts, values in zip(site.scenarios, by_scenario, strict=True)
    ]
    inner = Site(site.reading, site.job_id, static, scenarios, site.runs, f"the action {folder}")
    inner.env = list(site.env)
    inner.checkouts = site.checkouts
    env = step.get("env")
    if isinstance(env, Mapping):
        inner.env.append(env)
    return inner


def _value(text: str, site: Site, index: int, contexts: dict[str, Value], step: Mapping) -> Value:
    """An input's value in a scenario."""
    if "${{" not in text:
        return text
    from barraiser.platforms.github.evaluate import Scope
    from barraiser.platforms.github.site import as_variable

    env = step.get("env")
    mappings = [*site.env, env] if isinstance(env, Mapping) else site.env
    whole = site.contexts(index, mappings) if "env." in text else contexts
    return as_variable(site.expressions.render(text, place_of(step), Scope(whole, success=1, failure=1, cancelled=1)))
