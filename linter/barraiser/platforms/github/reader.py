"""Reads GitHub Actions workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from barraiser.model.pipeline import Edge, Job, Pipeline, Problem
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, negate
from barraiser.model.words import GITHUB_ACTIONS
from barraiser.platforms.github.checks import WORKFLOW_KEYS, check_keys, mapping_of, refuse, scalar_of
from barraiser.platforms.github.contexts import Ground, contexts_of
from barraiser.platforms.github.evaluate import Scope, evaluate
from barraiser.platforms.github.refs import DEFAULT_NAMES, is_placeholder
from barraiser.platforms.github.site import Reading
from barraiser.platforms.github.tags import check_permissions
from barraiser.platforms.github.triggers import Start, Trigger, default_branch, starts_of, triggers_of
from barraiser.platforms.github.values import CONSTANT, OPEN, Object, truth
from barraiser.platforms.github.workflow import Frame, read_frame
from barraiser.platforms.reader import ReadOptions
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence, describe, line_of
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.platforms.github.handovers import Neighbours

FOLDER: Final = ".github/workflows/"
SUFFIXES: Final = (".yml", ".yaml")


class GitHubReader:
    """The reader of ``.github/workflows``."""

    platform = GITHUB_ACTIONS
    markers: tuple[bytes, ...] = ()
    suffixes: tuple[str, ...] = SUFFIXES

    def owns(self, path: str) -> bool:
        """Whether GitHub would look for a workflow at this place."""
        return path.startswith(FOLDER) and path.endswith(SUFFIXES) and "/" not in path[len(FOLDER) :]

    def entry_places(self, repository: Repository) -> list[str]:
        """The workflows of a repository, sorted."""
        return [FOLDER + name for name in repository.folder(FOLDER.rstrip("/")) if name.endswith(SUFFIXES)]

    def recognises(self, root: Node | None) -> bool:
        """A mapping with events and jobs."""
        return isinstance(root, Mapping) and "on" in root and "jobs" in root

    def read(self, path: str, repository: Repository, options: ReadOptions) -> list[Pipeline]:
        """The workflow, all that it calls inlined; ``[]`` for one that only others call, unless ``options.called``."""
        try:
            documents = repository.documents(path)
        except SourceError as error:
            return [_unreadable(path, error.message, error.place, error.fix, options)]
        document = documents[0]
        if document.root is None:
            return [
                _unreadable(path, "the file is empty", Place(path, 1), "add `on:` and `jobs:`, or remove it", options)
            ]
        if not isinstance(document.root, Mapping):
            message = f"the workflow is {describe(document.root)}, and must be a mapping"
            return [_unreadable(path, message, line_of(document.root), "add `on:` and `jobs:`", options)]
        return _Workflow(path, document, repository, options).read(len(documents))


def _unreadable(path: str, message: str, place: Place, fix: str, options: ReadOptions) -> Pipeline:
    return Pipeline(
        path,
        GITHUB_ACTIONS,
        place=Place(path, 1),
        problems=[Problem(message, place, fix=fix)],
        default_branch=options.default_branch or "main",
        default_branch_from=options.default_branch_from if options.default_branch else "assumed",
    )


class _Workflow:
    """One workflow file, being read as an entry."""

    def __init__(self, path: str, document: Document, repository: Repository, options: ReadOptions) -> None:
        assert isinstance(document.root, Mapping)
        self.path = path
        self.document = document
        self.root = document.root
        self.options = options
        self.reading = Reading(path, repository, options.include_map)
        self.triggers: list[Trigger] = []

    def read(self, documents: int) -> list[Pipeline]:
        problems = self.reading.problems
        self._check(documents)
        self.triggers, found = triggers_of(self.root)
        if not found and [trigger.event for trigger in self.triggers] == ["workflow_call"] and not self.options.called:
            return []
        problems += found
        branch, told = default_branch(self.triggers)
        if self.options.default_branch:
            branch, told = self.options.default_branch, self.options.default_branch_from
        name = scalar_of(problems, self.root, "name", "the workflow")
        ground = Ground(name.value if name else self.path, branch, self.document.data)
        starts = self._starts(ground)
        self.reading.scenarios = len(starts)
        scenarios = [start.scenario for start in starts]
        contexts = [contexts_of(start.github, start.inputs) for start in starts]
        frame = Frame(self.root, "", scenarios, contexts, {"secrets": CONSTANT}, (self.path,))
        jobs, _ = read_frame(frame, self.reading)
        handovers = []
        if any(trigger.event in _CAUSED or _pushed_by_name(trigger) for trigger in self.triggers):
            from barraiser.platforms.github.handovers import handovers_of

            handovers = handovers_of(self.triggers, scenarios, self._weak(starts, jobs), self._neighbours())
        return [
            Pipeline(
                self.path,
                GITHUB_ACTIONS,
                name=name.value.strip() if name else "",
                place=Place(self.path, self.root.line, self.root.column),
                scenarios=scenarios,
                jobs=jobs,
                edges=_without_doubles(self.reading.edges),
                handovers=handovers,
                unresolved=self.reading.unresolved,
                problems=_without_repeats(problems),
                files=self.reading.files,
                default_branch=branch,
                default_branch_from=told,
            )
        ]

    def _check(self, documents: int) -> None:
        """What is wrong with the file as a whole."""
        problems = self.reading.problems
        if documents > 1:
            refuse(
                problems,
                f"the file holds {documents} YAML documents, and GitHub reads one",
                self.root,
                "split it into files",
                fatal=True,
            )
        for first, second in self.document.duplicates[:20]:
            refuse(
                problems,
                f"the key '{second.value}' is already defined on line {first.line}",
                second,
                "keep one of them",
            )
        for key in self.document.merges[:5]:
            refuse(
                problems,
                "GitHub does not resolve merge keys (`<<`)",
                key,
                "repeat the keys, or use an alias for the whole value",
            )
        check_keys(problems, self.root, WORKFLOW_KEYS, "the workflow")
        check_permissions(problems, self.root.get("permissions"), "the workflow")
        mapping_of(problems, self.root, "defaults", "the workflow")

    def _starts(self, ground: Ground) -> list[Start]:
        def chained(trigger: Trigger, ground: Ground) -> list[Start]:
            from barraiser.platforms.github.handovers import chained_starts

            return chained_starts(trigger, ground, self._neighbours())

        text = self.document.data
        starts = starts_of(self.triggers, ground, text, self._used_inputs, chained)
        if "$default-branch" in text:
            for start in starts:
                if start.scenario.branch == "default":
                    _accept_placeholder(start)
        return starts

    def _neighbours(self) -> Neighbours:
        from barraiser.platforms.github.handovers import Neighbours

        return Neighbours(self.path, self.reading.repository, self.root.text("name"))

    def _used_inputs(self) -> set[str]:
        """The inputs that a condition, an environment, a lock, a failure that is allowed or a called workflow's inputs look at."""
        from barraiser.platforms.github.dispatch import inputs_in

        texts: list[str] = []
        looks_at_env = False
        jobs = self.root.get("jobs")
        for _, job in jobs if isinstance(jobs, Mapping) else ():
            if not isinstance(job, Mapping):
                continue
            for key in ("if", "environment", "with", "concurrency", "strategy", "continue-on-error"):
                texts += texts_in(job.get(key))
            steps = job.get("steps")
            for step in steps.items if isinstance(steps, Sequence) else ():
                if isinstance(step, Mapping):
                    condition = step.text("if")
                    texts += (condition, step.text("continue-on-error"))
                    looks_at_env = looks_at_env or "env." in condition
        if looks_at_env:
            texts += texts_in(self.root.get("env"))
            for _, job in jobs if isinstance(jobs, Mapping) else ():
                texts += texts_in(job.get("env")) if isinstance(job, Mapping) else []
        return inputs_in(texts)

    def _weak(self, starts: list[Start], jobs: list[Job]) -> dict[int, list[Job]]:
        """By chained scenario, the first jobs that start also when the other workflow's run failed."""
        found: dict[int, list[Job]] = {}
        chained = [index for index, start in enumerate(starts) if start.scenario.event == "chained"]
        if not chained:
            return found
        waiting = {edge.target for edge in self.reading.edges}
        first = [job for job in jobs if job.id not in waiting]
        for index in chained:
            weak = [
                job for job in first if job.condition.in_scenario(index) != NO and self._survives(starts[index], job)
            ]
            if weak and (len(weak) == len(first) or any(_matters(job) for job in weak)):
                found[index] = weak
        return found

    def _survives(self, start: Start, job: Job) -> Tri:
        """Whether a job's condition also holds when the run that started this workflow had failed."""
        jobs = self.root.get("jobs")
        node = jobs.get(job.template.split(" / ")[0].split(" (")[0]) if isinstance(jobs, Mapping) else None
        if not isinstance(node, Mapping):
            return YES
        return max(self._goes_on(start, node, conclusion) for conclusion in _UNSUCCESSFUL)

    def _goes_on(self, start: Start, job: Mapping, conclusion: str) -> Tri:
        """Whether a job's work is done when the other workflow's run came to a conclusion."""
        condition = job.get("if")
        conditional = isinstance(condition, Scalar) and not condition.is_null()
        ends = [
            step
            for step in (job.sequence("steps") or ())
            if isinstance(step, Mapping) and "workflow_run" in step.text("if") and "exit 1" in step.text("run")
        ]
        if any(
            _asks_conclusion(step.text("run")) for step in (job.sequence("steps") or ()) if isinstance(step, Mapping)
        ):
            return NO
        if not conditional and not ends:
            return YES
        github = start.github
        event = github.values["event"]
        assert isinstance(event, Object)
        run = event.values["workflow_run"]
        assert isinstance(run, Object)
        failed = Object({**run.values, "conclusion": conclusion}, OPEN)
        github = Object(
            {**github.values, "event": Object({**event.values, "workflow_run": failed}, event.rest)}, github.rest
        )
        scope = Scope(contexts_of(github, start.inputs), success=YES, failure=NO, cancelled=MAYBE)
        answer = YES
        if isinstance(condition, Scalar) and conditional:
            answer = truth(evaluate(self.reading.expressions.condition(condition), scope))
        for step in ends:
            node = step.get("if")
            if answer != NO and isinstance(node, Scalar):
                answer = min(answer, negate(truth(evaluate(self.reading.expressions.condition(node), scope))))
        return answer


_UNSUCCESSFUL: Final = ("failure", "timed_out", "cancelled")
"""Conclusions of a run whose tests did not all succeed."""


def _asks_conclusion(script: str) -> bool:
    """Whether a script ends the job unless the other workflow's run succeeded."""
    return "workflow_run.conclusion" in script and "success" in script and "exit 1" in script


_CAUSED: Final = frozenset(("workflow_run", "workflow_dispatch", "repository_dispatch", "release", "create"))


def _pushed_by_name(trigger: Trigger) -> bool:
    """Whether a push of a tag, or to a branch beside the usual main ones, starts it: what another workflow may well push."""
    if trigger.event != "push":
        return False
    return trigger.names("tags") is not None or not set(trigger.names("branches") or ()) <= set(DEFAULT_NAMES)


def _matters(job: Job) -> bool:
    """Whether a job that starts after a failed run looks like more than a report of it."""
    words = f"{job.id} {job.name}".lower()
    return job.environment is not None or any(
        word in words for word in ("deploy", "release", "publish", "prod", "promot", "rollout", "ship")
    )


def _accept_placeholder(start: Start) -> None:
    """In a template, a condition may compare the ref with ``refs/heads/$default-branch``: that is the default branch."""
    from barraiser.platforms.github.values import Unknown

    name = start.github.get("ref_name")
    if isinstance(name, str) and not is_placeholder(name):
        start.github.values["ref"] = Unknown((f"refs/heads/{name}", "refs/heads/$default-branch"))


def texts_in(node: Node | None) -> list[str]:
    """All texts of a node."""
    found: list[str] = []
    waiting = [node] if node is not None else []
    while waiting:
        current = waiting.pop()
        if isinstance(current, Scalar):
            found.append(current.value)
        elif isinstance(current, Sequence):
            waiting += current.items
        else:
            waiting += [value for _, value in current.pairs]
    return found


def _without_doubles(edges: list[Edge]) -> list[Edge]:
    """Each pair of jobs once: the first edge wins, and those of ``needs`` come first."""
    found: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        found.setdefault((edge.source, edge.target), edge)
    return list(found.values())


def _without_repeats(problems: list[Problem]) -> list[Problem]:
    """Each problem once (a called workflow may be read several times), in the order of the files, at most a hundred."""
    found: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        found.setdefault((problem.message, str(problem.place.key())), problem)
    return sorted(found.values(), key=lambda problem: (not problem.fatal, problem.place.key()))[:100]
