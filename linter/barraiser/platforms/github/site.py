"""What a reading knows where it stands: the state of the whole reading, and the contexts of one job or action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from barraiser.model.pipeline import Edge, Fragment, Problem, Unresolved
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.fragments import fragment_of
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.texts import MAX_SPENT, Expressions
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value, truth
from barraiser.source.limits import MAX_BYTES
from barraiser.source.nodes import Mapping as Keys
from barraiser.source.nodes import Node, Scalar, line_of, place_of
from barraiser.source.repository import Repository

Contexts = dict[str, Value]

MAX_JOBS: Final = 2000
MAX_EDGES: Final = 100_000
MAX_FRAMES: Final = 500
"""Jobs, edges and called workflows of one pipeline, each counted as often as it occurs: far above real ones."""


class Reading:
    """The state of one file's reading: what was found, and which files it was found in."""

    __slots__ = (
        "edges",
        "expressions",
        "files",
        "fragments",
        "frame_count",
        "include_map",
        "job_count",
        "problems",
        "repository",
        "scenarios",
        "soft_legs",
        "unresolved",
    )

    def __init__(self, path: str, repository: Repository, include_map: Mapping[str, str] | None = None) -> None:
        self.repository = repository
        self.include_map: Mapping[str, str] = include_map or {}
        self.problems: list[Problem] = []
        self.unresolved: list[Unresolved] = []
        self.files: list[str] = [path]
        self.edges: list[Edge] = []
        self.expressions = Expressions(self.problems)
        self.fragments: dict[int, Fragment] = {}
        self.scenarios = 0
        # Why a job's failure is ignored, by id: of a matrix, perhaps only that of some legs.
        self.soft_legs: dict[str, tuple[Place | None, str]] = {}
        self.job_count = 0
        self.frame_count = 0

    def fragment(self, scalar: Scalar) -> Fragment:
        """A script as it is written; made once for all instances of its job."""
        known = self.fragments.get(id(scalar))
        if known is None:
            known = self.fragments[id(scalar)] = fragment_of(scalar, self.repository)
        return known

    def exhausted(self, node: Scalar) -> bool:
        """Whether the reading has become too large; the first time that is a problem at ``node``."""
        jobs, edges, spent = self.job_count, len(self.edges), self.expressions.spent
        if jobs <= MAX_JOBS and edges <= MAX_EDGES and spent <= MAX_SPENT and self.frame_count <= MAX_FRAMES:
            return False
        message = f"the workflow is too large: {jobs} jobs, {edges} dependencies, {self.frame_count} workflows were read up to here"
        if not any(problem.message.startswith("the workflow is too large") for problem in self.problems):
            fix = "split it, or make the matrices and the chains of calls smaller"
            self.problems.append(Problem(message, line_of(node), fix=fix))
        return True

    def stand_in(self, *names: str) -> str:
        """The file that stands for something of another repository, by one of the names that it may be given by; empty without one.

        The include map is the user's own: its files may lie outside the root.
        """
        for name in names:
            path = self.include_map.get(name)
            if path is None:
                continue
            if not self.repository.exists(path):
                try:
                    with open(path, "rb") as file:
                        self.repository.keep(path, file.read(MAX_BYTES + 1))
                except (OSError, ValueError):
                    continue
            return path
        return ""

    def add_file(self, path: str) -> None:
        """Note that a file was read."""
        if path not in self.files:
            self.files.append(path)


class Site:
    """The contexts of one job instance: ``static`` for what holds in all its scenarios, ``scenarios`` for each.

    ``env``: mappings of variables, the outermost first. ``checkouts``: folders into which the repository itself is checked out.
    ``runs``: whether the job runs, by scenario. ``where``: for messages. ``exported``: variables that steps before set for those behind.
    """

    __slots__ = (
        "checkouts",
        "env",
        "exported",
        "expressions",
        "job_id",
        "reading",
        "runs",
        "scenarios",
        "shell",
        "static",
        "where",
        "working_directory",
    )

    def __init__(
        self,
        reading: Reading,
        job_id: str,
        static: Contexts,
        scenarios: list[Contexts],
        runs: list[Tri],
        where: str,
    ) -> None:
        self.reading = reading
        self.expressions = reading.expressions
        self.job_id = job_id
        self.static = static
        self.scenarios = scenarios
        self.runs = runs
        self.where = where
        self.env: list[Keys] = []
        self.exported: dict[str, str] = {}
        self.checkouts: list[str] = []
        self.shell = ""
        self.working_directory = ""

    def resolve(self, node: Scalar) -> str:
        """The text of a scalar with constants put in."""
        text = node.value
        return self.expressions.resolve(text, place_of(node), self.static) if "${{" in text else text

    def variables(self, mappings: list[Keys]) -> dict[str, str]:
        """The variables of ``env:`` mappings, outermost first, as text; ``static`` then knows them by name."""
        found: dict[str, str] = {}
        for mapping in mappings:
            layer: dict[str, str] = {}
            for key, value in mapping:
                if isinstance(value, Scalar):
                    layer[key.value] = "" if value.is_null() else self.resolve(value)
            found.update(layer)
            self.know(layer)
        return found

    def know(self, variables: dict[str, str]) -> None:
        """Put variables into the ``env`` context of ``static``."""
        before = self.static.get("env")
        known = dict(before.values) if isinstance(before, Object) else {}
        for name, text in variables.items():
            known[name.lower()] = text if "${{" not in text else Unknown(text=text)
        self.static = {**self.static, "env": Object(known, OPEN)}

    def contexts(self, index: int, mappings: list[Keys]) -> Contexts:
        """The contexts of a scenario with the ``env`` that these mappings make."""
        contexts = {**self.scenarios[index], "env": Object({}, OPEN)}
        for number, mapping in enumerate(mappings):
            known = dict(contexts["env"].values) if isinstance(contexts["env"], Object) else {}
            if number == len(self.env):
                self._put_exported(known)
            scope = Scope(contexts, success=MAYBE, failure=MAYBE, cancelled=MAYBE)
            for key, value in mapping:
                if isinstance(value, Scalar):
                    found = self.expressions.render(value.value, place_of(value), scope)
                    known[key.value.lower()] = as_variable(found)
            contexts = {**contexts, "env": Object(known, OPEN)}
        if self.exported and len(mappings) <= len(self.env) and isinstance(contexts["env"], Object):
            self._put_exported(contexts["env"].values)
        return contexts

    def _put_exported(self, known: dict[str, Value]) -> None:
        """What steps before have exported stands over the variables of the job."""
        for name, text in self.exported.items():
            known[name.lower()] = text if "${{" not in text else Unknown(text=text)


def as_variable(value: Value) -> Value:
    """A value as an environment variable holds it: text."""
    from barraiser.platforms.github.values import to_text

    if isinstance(value, Unknown):
        if value.options is None:
            return value
        return Unknown(
            tuple(option if isinstance(option, Unknown) else to_text(option) for option in value.options),
            text=value.text,
        )
    return to_text(value)


def merged(contexts: list[Object]) -> Object:
    """The values that several contexts agree on; the others are not known."""
    if not contexts:
        return Object({}, OPEN)
    first = contexts[0]
    names = {name for context in contexts for name in context.values}
    values: dict[str, Value] = {}
    for name in names:
        found = [context.get(name) for context in contexts]
        text = next((value.text for value in found if isinstance(value, Unknown) and value.text), "")
        known = found[0]
        if not isinstance(known, Unknown | Object | list) and all(
            type(value) is type(known) and value == known for value in found
        ):
            values[name] = known
        else:
            values[name] = Unknown(text=text)
    return Object(values, first.rest if all(context.rest is first.rest for context in contexts) else OPEN)


def soft_of(node: Node | None, site: Site) -> tuple[Tri, Place | None, str]:
    """``continue-on-error``: whether failures are ignored, where that stands, and how it is written."""
    if not isinstance(node, Scalar) or node.is_null():
        return NO, None, ""
    text = site.resolve(node).strip()
    reason = f"continue-on-error: {node.value.strip()}"
    if text.lower() in ("true", "false"):
        return (YES, line_of(node), reason) if text.lower() == "true" else (NO, None, "")
    if "${{" not in node.value:
        return NO, None, ""
    return MAYBE, line_of(node), reason


def softs_of(node: Node | None, site: Site, mappings: list[Keys] | None = None) -> tuple[Tri, tuple[Tri, ...]]:
    """What an expression of ``continue-on-error`` comes to: in all scenarios that count, and in each where these differ."""
    if not isinstance(node, Scalar) or site.expressions.spent > MAX_SPENT:
        return MAYBE, ()
    found: list[Tri] = []
    for index, runs in enumerate(site.runs):
        if runs == NO:
            found.append(MAYBE)
            continue
        contexts = site.contexts(index, mappings) if mappings else site.scenarios[index]
        value = site.expressions.render(node.value.strip(), place_of(node), Scope(contexts, success=MAYBE))
        found.append(NO if value == "false" else truth(value))
    told = {answer for answer, runs in zip(found, site.runs, strict=True) if runs != NO}
    if len(told) == 1:
        return told.pop(), ()
    return MAYBE, tuple(found) if told else ()


def number_of(node: Node | None, site: Site) -> float | None:
    """A number, expressions resolved; None where it is none."""
    if not isinstance(node, Scalar):
        return None
    try:
        return float(site.resolve(node))
    except ValueError:
        return None


def known_over(base: object, inputs: list[Object]) -> Object:
    """The ``inputs`` context of a job: what all scenarios in which it runs agree on is known."""
    known = merged(inputs)
    values = dict(base.values) if isinstance(base, Object) else {}
    for name, value in known.values.items():
        if name not in values or isinstance(value, str | bool | float):
            values[name] = value
    return Object(values, OPEN)
