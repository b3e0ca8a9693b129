"""The steps of another workflow, read as text: what a job of it could start is looked for in them, without reading it as a pipeline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Node, Scalar
from barraiser.source.nodes import Sequence as Items
from barraiser.source.repository import Repository

MAX_TEXT: Final = 20_000
"""Characters of one script that are looked through."""

_DEEPEST: Final = 4
_MAX_SCRIPTS: Final = 5
_SCRIPT: Final = re.compile(r"(?<![\w./-])((?:\./)?[\w-][\w./-]{0,150}\.sh)(?![\w.-])")
_MAX_STEPS: Final = 2000
_INPUT: Final = re.compile(r"\$\{\{\s*inputs\.([\w-]{1,100})\s*\}\}")
_SECRET: Final = re.compile(r"\bsecrets\.(\w{1,200})", re.IGNORECASE)
_PASSED_ON: Final = re.compile(r"\b(?:steps|needs)\.[\w.-]{1,200}")
_ORIGIN: Final = re.compile(r"\burl\s*=\s*\S*[/:]([\w.-]{1,100}/[\w.-]{1,100}?)(?:\.git)?/?\s*$", re.MULTILINE)
_TOKENS: Final = (
    "token",
    "github_token",
    "github-token",
    "gh_token",
    "repo-token",
    "repo_token",
    "github_pat",
    "pat",
    "gh_pat",
)
_CHECKOUTS: Final = ("actions/checkout",)
_KEYS: Final = ("ssh-agent", "install-ssh-key", "ssh-key-action")


class Sending:
    """One step: ``job`` is the id of the job that has it (``caller / callee`` for a called workflow's), ``inputs`` what it is given.

    ``token``: whose token its call to the platform carries, as text; empty where that is the run's own. ``pushes``: its git pushes with
    a key or token that is not the run's own, so that what it pushes starts workflows (GitHub docs, "Triggering a workflow").
    """

    __slots__ = ("inputs", "job", "pushes", "script", "token", "uses")

    def __init__(self, job: str, uses: str, inputs: dict[str, str], script: str, token: str, pushes: bool) -> None:
        self.job = job
        self.uses = uses
        self.inputs = inputs
        self.script = script
        self.token = token
        self.pushes = pushes


def sendings(root: Mapping, repository: Repository) -> list[Sending]:
    """Every step of a workflow, those of the local workflows and actions that it calls among them."""
    found: list[Sending] = []
    for each in _of_workflow(root, repository, "", {}, _texts(root.get("env")), 0):
        found.append(each)
        if len(found) >= _MAX_STEPS:
            break
    return found


def own_token(text: str) -> bool:
    """Whether a value is a token other than the run's own: a secret, or what another step has made (an app's token)."""
    return _secret(text) or _PASSED_ON.search(text[:MAX_TEXT]) is not None


def _of_workflow(
    root: Mapping, repository: Repository, above: str, given: dict[str, str], env: dict[str, str], depth: int
) -> Iterator[Sending]:
    for key, job in root.mapping("jobs") or ():
        if not isinstance(job, Mapping):
            continue
        name = f"{above}{key.value}"
        called = job.text("uses")
        if called.startswith("./") and depth < _DEEPEST:
            inner = _root(called[2:], repository)
            if inner is not None:
                inputs = _filled(_texts(job.get("with")), given)
                yield from _of_workflow(inner, repository, f"{name} / ", inputs, _texts(inner.get("env")), depth + 1)
            continue
        around = {**env, **_texts(job.get("env"))}
        yield from _of_steps(job.get("steps"), repository, name, given, around, [False], depth)


def _of_steps(
    steps: Node | None,
    repository: Repository,
    job: str,
    given: dict[str, str],
    around: dict[str, str],
    signed: list[bool],
    depth: int,
) -> Iterator[Sending]:
    """``signed`` holds whether git has been given a key or token of its own so far."""
    for step in steps.items if isinstance(steps, Items) else ():
        if not isinstance(step, Mapping):
            continue
        uses, script = step.text("uses"), _followed(_fill(step.text("run"), given), repository)
        env = _filled({**around, **_texts(step.get("env"))}, given)
        inputs = _filled(_texts(step.get("with")), given)
        if uses.startswith("./") and depth < _DEEPEST:
            inner = _root(f"{uses[2:].rstrip('/')}/action.yml", repository) or _root(
                f"{uses[2:].rstrip('/')}/action.yaml", repository
            )
            runs = inner.mapping("runs") if inner is not None else None
            if runs is not None:
                yield from _of_steps(runs.get("steps"), repository, job, inputs, env, signed, depth + 1)
            continue
        if uses.startswith(_CHECKOUTS):
            signed[0] = own_token(inputs.get("token", "")) or own_token(inputs.get("ssh-key", ""))
        elif any(name in uses for name in _KEYS) or _tells_git(script, env):
            signed[0] = True
        yield Sending(job, uses, {**env, **inputs}, script, _token(inputs, env, script), signed[0])


def scripts_in(text: str) -> list[str]:
    """The shell scripts that a text names, each once."""
    found: dict[str, None] = {}
    at = text.find(".sh")
    while at >= 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        for match in _SCRIPT.finditer(text, text.rfind("\n", 0, at) + 1, end):
            found[match.group(1).removeprefix("./")] = None
        at = text.find(".sh", end)
    return list(found)


def _followed(script: str, repository: Repository) -> str:
    """A script with the text of the repository's scripts that it names behind it."""
    if ".sh" not in script:
        return script
    for name in scripts_in(script[:MAX_TEXT])[:_MAX_SCRIPTS]:
        inside = repository.inside(name)
        if inside and repository.exists(inside):
            try:
                script += "\n" + repository.read_text(inside)[:MAX_TEXT]
            except SourceError:
                continue
    return script


def _tells_git(script: str, env: dict[str, str]) -> bool:
    """Whether a script gives git a token of its own: in the address (``https://x:$PAT@github.com``), or as a header."""
    if "git " not in script or ("@" not in script and "extraheader" not in script):
        return False
    text = script[:MAX_TEXT]
    if _secret(text) or any("token" in name.lower() for name in _PASSED_ON.findall(text)):
        return True
    return any(own_token(value) and re.search(rf"\$\{{?{re.escape(name)}\}}?@", text) for name, value in env.items())


def _secret(text: str) -> bool:
    return any(name.lower() != "github_token" for name in _SECRET.findall(text[:MAX_TEXT]))


def _token(inputs: dict[str, str], env: dict[str, str], script: str) -> str:
    """The token that a step's call to the platform carries, if it is not the run's own."""
    given = {name.lower(): value for name, value in inputs.items()}
    for name in _TOKENS:
        if given.get(name):
            return given[name] if own_token(given[name]) else ""
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GITHUB_PAT", "GH_PAT"):
        if env.get(name):
            return env[name] if own_token(env[name]) else ""
    return "secrets" if _secret(script) else ""


def is_here(name: str, repository: Repository) -> bool | None:
    """Whether ``OWNER/NAME`` is the repository that is read; None where nothing tells. An expression or variable names this one."""
    if not name or "github.repository" in name or "GITHUB_REPOSITORY" in name or "context.repo" in name:
        return True
    if "$" in name or "/" not in name:
        return None
    try:
        found = _ORIGIN.search(repository.read_text(".git/config")[:MAX_TEXT])
    except SourceError:
        return None
    return found.group(1).lower() == name.lower() if found is not None else None


def _root(path: str, repository: Repository) -> Mapping | None:
    inside = repository.inside(path)
    if not inside or not repository.exists(inside):
        return None
    try:
        root = repository.documents(inside)[0].root
    except SourceError:
        return None
    return root if isinstance(root, Mapping) else None


def _texts(node: Node | None) -> dict[str, str]:
    """The texts of a mapping by key."""
    if not isinstance(node, Mapping):
        return {}
    return {key.value: value.value for key, value in node if isinstance(value, Scalar)}


def _filled(texts: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    return {name: _fill(text, given) for name, text in texts.items()} if given else texts


def _fill(text: str, given: dict[str, str]) -> str:
    """A text with the inputs that a caller gives."""
    if "inputs" not in text or not given:
        return text
    return _INPUT.sub(lambda match: given.get(match.group(1), match.group(0)), text)
