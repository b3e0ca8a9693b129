"""What a CodeBuild action runs: its project's buildspec as steps with scripts, and the variables that they see."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.pipeline import Fragment, Script, Step
from barraiser.model.place import Place
from barraiser.model.tri import NO, YES
from barraiser.platforms.codepipeline.inline import parse_inline
from barraiser.platforms.codepipeline.structure import ActionStructure, BuildProject
from barraiser.platforms.fragments import fragment_of
from barraiser.source import nodes
from barraiser.source.errors import SourceError
from barraiser.source.limits import MAX_BYTES
from barraiser.source.nodes import Node, Scalar, line_of
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.platforms.codepipeline.batch import BatchBuild

DEFAULT_BUILDSPEC: Final = "buildspec.yml"
PHASES: Final = ("install", "pre_build", "build", "post_build")
POST_BUILD: Final = "post_build runs although build failed"
FINALLY: Final = "finally runs although the phase failed"
_ASSET: Final = re.compile(r"/([0-9a-f]{64}\.(?:ya?ml|json))$")
_SUCCEEDING: Final = "CODEBUILD_BUILD_SUCCEEDING"
_LEAVES: Final = re.compile(r"\b(?:exit|return|false)\b|^\s*(?:\[|test\b)[^|&;\n]*$")
_BRANCHES: Final = re.compile(r"\bif\b|&&|\|\|")
_SECRET_TYPES: Final = ("PARAMETER_STORE", "SECRETS_MANAGER")
_MAX_COMMANDS: Final = 5000
_MAX_BATCHED: Final = 2000
"""Builds of all batches that the pipelines of one file may have."""

_MAX_READ: Final = 2_000_000
"""Characters of inline buildspecs and of commands that the pipelines of one file may have: a large template has 50,000."""


class Built:
    """What a CodeBuild action comes to. ``unresolved``: why it cannot be read here, with ``what`` it is and its ``name``.

    ``builds``: where it starts a batch, the builds, each with what it comes to.
    """

    __slots__ = ("builds", "files", "name", "place", "steps", "tags", "unresolved", "variables", "what")

    def __init__(self, place: Place) -> None:
        self.steps: list[Step] = []
        self.variables: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.files: list[str] = []
        self.unresolved = ""
        self.what = "buildspec"
        self.name = ""
        self.place = place
        self.builds: list[tuple[BatchBuild, Built]] = []


class Buildspecs:
    """The buildspecs of one file's pipelines, each read once however many actions run it.

    ``include_map``: files that stand for buildspecs that are not here, by the project's name or the path that it gives.
    """

    def __init__(self, repository: Repository, include_map: Mapping[str, str] | None = None) -> None:
        self._repository = repository
        self._include_map = include_map or {}
        self._outside: dict[str, BuildProject] = {}
        self._read: dict[tuple[int, str], tuple[_Buildspec, BuildProject]] = {}
        self._left = _MAX_READ
        self._builds_left = _MAX_BATCHED

    def of_action(self, action: ActionStructure) -> Built:
        """What an action of CodeBuild runs. Never raises for what the buildspec holds."""
        project = action.project
        name = action.configuration.get("ProjectName", "")
        built = Built(action.place)
        override = action.configuration.get("BuildspecOverride", "")
        variables, secrets = _variables_of(action.configuration.get("EnvironmentVariables", ""))
        variables = {**action.environment, **variables}
        if project is None and name in self._include_map:
            project = self._outside.setdefault(name, BuildProject(name, action.place))
        if project is None and not override:
            built.variables = variables
            built.what, built.name = "build project", name
            built.unresolved = f"the build project {name or 'without a name'} is not defined in the file"
            return built
        project = project or BuildProject(name, action.place)
        spec = self._spec(project, override, action.configuration_places.get("BuildspecOverride", action.place))
        self._fill(built, spec, project, variables, secrets)
        if action.configuration.get("BatchEnabled", "").lower() == "true":
            for build in spec.builds:
                if self._builds_left <= 0:
                    break
                self._builds_left -= 1
                own = Built(build.place)
                inner = self._spec(project, build.buildspec, build.place) if build.buildspec else spec
                self._fill(own, inner, project, {**variables, **build.variables}, secrets)
                if build.image:
                    own.tags["image"] = build.image
                built.builds.append((build, own))
        return built

    def _fill(
        self,
        built: Built,
        spec: _Buildspec,
        project: BuildProject,
        variables: Mapping[str, str],
        secrets: Sequence[str],
    ) -> None:
        """What a build comes to that runs a buildspec in a project with these variables."""
        spec.fill(built)
        built.variables = {**spec.variables, **project.environment, **variables}
        for secret in {*spec.secrets, *project.secrets, *secrets} - variables.keys():
            built.variables.pop(secret, None)
        if project.image:
            built.tags["image"] = project.image
        if project.role:
            built.tags["project-role"] = project.role

    def _spec(self, project: BuildProject, override: str, place: Place) -> _Buildspec:
        key = (id(project), override)
        known = self._read.get(key)
        if known is not None:
            return known[0]
        spec = _Buildspec(self._repository, self._include_map)
        self._read[key] = (spec, project)  # the project is kept, so that its id stays its own
        if override:
            inline = is_inline(override)
            project = BuildProject(
                project.name, place, inline=override if inline else "", buildspec="" if inline else override
            )
        if self._left > 0:
            spec.read(project)
            self._left -= len(project.inline) + sum(
                len(fragment.text) + 40 for step in spec.steps if step.script for fragment in step.script.fragments
            )
        else:
            spec.cannot(project.name, "the file's buildspecs are too large together", project.place)
        return spec


class _Buildspec:
    """One buildspec: its steps, its own variables, or why it cannot be read."""

    def __init__(self, repository: Repository, include_map: Mapping[str, str]) -> None:
        self.repository = repository
        self.include_map = include_map
        self.steps: list[Step] = []
        self.variables: dict[str, str] = {}
        self.secrets: list[str] = []
        self.files: list[str] = []
        self.reason = ""
        self.name = ""
        self.place: Place | None = None
        self.tags: dict[str, str] = {}
        self.shell = "sh"
        self.collapsed = False
        self.builds: list[BatchBuild] = []

    def fill(self, built: Built) -> None:
        """Put what was read into an action's result."""
        built.steps = self.steps
        built.files = self.files
        built.tags = dict(self.tags)
        if self.reason:
            built.unresolved, built.name, built.place = self.reason, self.name, self.place or built.place

    def cannot(self, name: str, reason: str, place: Place) -> None:
        """Note why it cannot be read."""
        self.name, self.reason, self.place = name, reason, place

    def read(self, project: BuildProject) -> None:
        """Find the text and read its phases."""
        if project.name in self.include_map:
            return self._file(self.include_map[project.name], project)
        if project.unresolved:
            return self.cannot(project.name, project.unresolved, project.place)
        if project.inline:
            root, self.collapsed, reason = parse_inline(
                project.inline, project.inline_node, project.place, self.repository
            )
            if reason:
                return self.cannot(project.name, f"its inline buildspec: {reason}", project.place)
            return self._root(root, project.place, project.name)
        path = project.buildspec or DEFAULT_BUILDSPEC
        if path in self.include_map:
            return self._file(self.include_map[path], project)
        staged = self._staged(path, project)
        if staged:
            return self._file(staged, project)
        if "${" in path or path.startswith("arn:") or "://" in path:
            return self.cannot(path, "it is not in the repository", project.place)
        inside = self._located(path, project)
        if not inside:
            return self.cannot(path, "the path leads out of the repository", project.place)
        return self._file(inside, project)

    def _file(self, path: str, project: BuildProject) -> None:
        if not self.repository.exists(path) and not self._given(path):
            return self.cannot(path, "it is not in the repository", project.place)
        self.files.append(path)
        try:
            root = self.repository.documents(path)[0].root
        except SourceError as error:
            return self.cannot(path, error.message, error.place)
        return self._root(root, Place(path, 1), path)

    def _given(self, path: str) -> bool:
        """Whether a file of the include map is there. It is the user's own: it may lie outside the root."""
        if path not in self.include_map.values():
            return False
        try:
            with open(path, "rb") as file:
                self.repository.keep(path, file.read(MAX_BYTES))
        except (OSError, ValueError):
            return False
        return True

    def _located(self, path: str, project: BuildProject) -> str | None:
        """Relative to the repository's root; what the CDK has synthesised stands beside its template."""
        beside = project.place.path.rpartition("/")[0]
        if project.place.path.endswith(".template.json") and beside:
            found = self.repository.inside(path, beside)
            if found and self.repository.exists(found):
                return found
        return self.repository.inside(path)

    def _staged(self, path: str, project: BuildProject) -> str | None:
        """A buildspec that the CDK uploads is named by its hash, and stands as an asset in the assembly of its template."""
        asset = _ASSET.search(path)
        if asset is None or not project.place.path.endswith(".template.json"):
            return None
        folder = project.place.path.rpartition("/")[0]
        above, _, own = folder.rpartition("/")
        for place in (folder, above) if own.startswith("assembly-") else (folder,):
            found = self.repository.inside(f"asset.{asset.group(1)}", place)
            if found and self.repository.exists(found):
                return found
        return None

    def _root(self, root: Node | None, place: Place, name: str) -> None:
        phases = root.mapping("phases") if isinstance(root, nodes.Mapping) else None
        batch = root.mapping("batch") if isinstance(root, nodes.Mapping) else None
        if batch is not None:
            from barraiser.platforms.codepipeline.batch import builds_of

            self.builds = builds_of(batch)
        if not isinstance(root, nodes.Mapping) or phases is None:
            return self.cannot(name, "it has no phases", place)
        self._environment(root.mapping("env"))
        for phase_name in PHASES:
            phase = phases.mapping(phase_name)
            if phase is not None:
                self._phase(phase_name, phase, phases)
        if not self.steps:
            self.cannot(name, "it has no commands", place)
        return None

    def _environment(self, env: nodes.Mapping | None) -> None:
        if env is None:
            return
        shell = env.text("shell").lower()
        self.shell = "pwsh" if "powershell" in shell or "pwsh" in shell else "bash" if shell == "bash" else "sh"
        for key, value in env.mapping("variables") or ():
            if isinstance(value, Scalar):
                self.variables[key.value] = value.value
        for store in ("parameter-store", "secrets-manager"):
            self.secrets += [key.value for key, _ in env.mapping(store) or ()]

    def _phase(self, name: str, phase: nodes.Mapping, phases: nodes.Mapping) -> None:
        """One phase: each command that fails ends it, and what comes after; but post_build runs when build has failed.

        What failed before build holds post_build back: the service goes on from there to the end of the build.
        """
        key = phases.key(name)
        place = line_of(key) if key is not None and not self.collapsed else line_of(phase)
        commands = _scalars(phase.get("commands"))
        policy = phase.get("on-failure")
        continues = isinstance(policy, Scalar) and policy.value.upper() == "CONTINUE"
        runs = [(UNCONDITIONAL, commands)]
        if name == "post_build" and self._reached_after_failure(phases):
            runs = _after_failure(commands, Condition(POST_BUILD, always=True, despite=("build",), place=place))
            self.tags["post-build"] = POST_BUILD
        for condition, together in runs:
            for script in scripts_of([self._fragment(command) for command in together], self.shell):
                self.steps.append(
                    Step(
                        place,
                        name=name,
                        script=script,
                        condition=condition,
                        soft=YES if continues else NO,
                        soft_place=line_of(policy) if continues and isinstance(policy, Scalar) else None,
                    )
                )
        last = _scalars(phase.get("finally"))
        at = phase.key("finally")
        despite = (*condition.despite, name)
        always = Condition(FINALLY, always=True, despite=despite, place=place)
        for script in scripts_of([self._fragment(command) for command in last], self.shell):
            self.steps.append(
                Step(
                    line_of(at) if at is not None else place,
                    name=f"{name} finally",
                    script=script,
                    condition=always,
                    soft=YES,
                    soft_place=line_of(at) if at is not None else place,
                )
            )

    def _reached_after_failure(self, phases: nodes.Mapping) -> bool:
        """Whether post_build starts when build has failed: unless build's own policy aborts."""
        build = phases.mapping("build")
        return (
            build is not None and bool(_scalars(build.get("commands"))) and build.text("on-failure").upper() != "ABORT"
        )

    def _fragment(self, command: Scalar) -> Fragment:
        if self.collapsed:
            columns = command.column - 1
            return Fragment(command.value, command.path, command.line, columns, folded=True, end_line=command.line)
        return fragment_of(command, self.repository)


def is_inline(text: str) -> bool:
    """Whether the value of a project's buildspec is the buildspec itself, and no path."""
    start = text.lstrip()
    return (
        "\n" in start.rstrip() or start.startswith("version:") or (start.startswith("{") and not start.startswith("{{"))
    )


def command_steps(commands: Sequence[Scalar], place: Place, repository: Repository, *, name: str = "") -> list[Step]:
    """The steps of a list of commands that CodePipeline itself runs (a Commands action or rule)."""
    fragments = [fragment_of(command, repository) for command in commands[:_MAX_COMMANDS]]
    return [Step(place, name=name, script=script) for script in scripts_of(fragments, "bash")]


def _after_failure(commands: Sequence[Scalar], always: Condition) -> list[tuple[Condition, list[Scalar]]]:
    """The commands of a post_build that follows a failed build, in groups: those that run all the same, and those that do not.

    A command that looks at ``CODEBUILD_BUILD_SUCCEEDING`` and leaves keeps back what follows it; one that branches on it, itself alone.
    """
    groups: list[tuple[Condition, list[Scalar]]] = []
    left = False
    for command in commands:
        looks = _SUCCEEDING in command.value
        left = left or (looks and _LEAVES.search(command.value) is not None)
        condition = UNCONDITIONAL if left or (looks and _BRANCHES.search(command.value)) else always
        if not groups or groups[-1][0] is not condition:
            groups.append((condition, []))
        groups[-1][1].append(command)
    return groups


def scripts_of(fragments: Sequence[Fragment], shell: str) -> list[Script]:
    """Commands that stop at the first that fails; a command of several lines or lists counts by its last one alone."""
    scripts: list[Script] = []
    simple: list[Fragment] = []
    for fragment in fragments:
        text = fragment.text.strip()
        if "\n" in text or ";" in text:
            if simple:
                scripts.append(Script(simple, shell=shell, pipefail=NO))
                simple = []
            scripts.append(Script([fragment], shell=shell, errexit=False, pipefail=NO))
        elif text:
            simple.append(fragment)
    if simple:
        scripts.append(Script(simple, shell=shell, pipefail=NO))
    return scripts


def _scalars(node: Node | None) -> list[Scalar]:
    """The commands of a phase: a list, or one text."""
    if isinstance(node, Scalar):
        return [] if node.is_null() else [node]
    if isinstance(node, nodes.Sequence):
        return [item for item in node.items[:_MAX_COMMANDS] if isinstance(item, Scalar) and not item.is_null()]
    return []


def _variables_of(text: str) -> tuple[dict[str, str], list[str]]:
    """The variables of an action's configuration, a JSON list as text: plain ones, and the names of those from a store."""
    if not text or len(text) > 100_000:
        return {}, []
    try:
        given = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return _loose_variables(text), []
    plain: dict[str, str] = {}
    secret: list[str] = []
    for item in given if isinstance(given, list) else ():
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str):
            continue
        value = item.get("value")
        if item.get("type", "PLAINTEXT") in _SECRET_TYPES:
            secret.append(name)
        elif isinstance(value, str | int | float):
            plain[name] = str(value)
    return plain, secret


_PAIR: Final = re.compile(
    r'"name"\s{0,20}:\s{0,20}"([^"]{1,200})"\s{0,20},\s{0,20}"value"\s{0,20}:\s{0,20}"([^"]{0,500})"'
)


def _loose_variables(text: str) -> dict[str, str]:
    """Of text that is no JSON because a part of it is unknown, the pairs that stand whole."""
    return {match.group(1): match.group(2) for match in _PAIR.finditer(text)}
