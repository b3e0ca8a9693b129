"""Reads GitLab CI pipelines: the entry, what it includes, and the child pipelines that it starts."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Final

from barraiser.model.pipeline import Edge, Job, Pipeline, Problem
from barraiser.model.place import Place
from barraiser.model.tri import NO
from barraiser.model.words import GITLAB_CI
from barraiser.platforms.gitlab.assemble import Assembler, Built
from barraiser.platforms.gitlab.drafts import Config, Deciding
from barraiser.platforms.gitlab.edges import Edges, started
from barraiser.platforms.gitlab.includes import NOT_JOBS, Loaded, is_lint_answer, load_included, load_pipeline
from barraiser.platforms.gitlab.merging import extend_all, resolve_references
from barraiser.platforms.gitlab.named import choices_of, named_in
from barraiser.platforms.gitlab.reading import MAX_JOBS, Reading, Refused, refused
from barraiser.platforms.gitlab.starts import Start, default_branch, starts_of
from barraiser.platforms.gitlab.variables import Variable
from barraiser.platforms.reader import ReadOptions
from barraiser.source.nodes import Mapping, Node
from barraiser.source.nodes import Sequence as Items
from barraiser.source.repository import Repository

ENTRY: Final = ".gitlab-ci.yml"
MAX_CHILDREN: Final = 2
"""The platform's own limit of child pipelines below each other."""


class GitLabReader:
    """The reader of GitLab CI; see :class:`barraiser.platforms.reader.Reader`."""

    platform = GITLAB_CI
    markers: tuple[bytes, ...] = ()
    suffixes: tuple[str, ...] = ()

    def owns(self, path: str) -> bool:
        """Whether the file is the entry of its root."""
        return path == ENTRY

    def entry_places(self, repository: Repository) -> list[str]:
        """The one entry, where it is there."""
        return [ENTRY] if repository.exists(ENTRY) else []

    def recognises(self, root: Node | None) -> bool:
        """Whether a document looks like GitLab CI: jobs with scripts or triggers, and nothing that another platform has."""
        if is_lint_answer(root):
            return True
        if not isinstance(root, Mapping) or any(
            key in root for key in ("on", "true", "jobs", "runs", "Resources", "pipeline")
        ):
            return False
        return any(
            isinstance(value, Mapping)
            and key.value not in NOT_JOBS
            and any(word in value for word in ("script", "trigger", "extends", "rules"))
            and "steps" not in value
            for key, value in root.pairs
        ) or (
            root.sequence("stages") is not None
            and all(not isinstance(item, Mapping) for item in root.sequence("stages") or ())
        )

    def read(self, path: str, repository: Repository, options: ReadOptions) -> list[Pipeline]:
        """The pipeline of a file; ``[]`` for a file elsewhere that holds no jobs. Never raises for what files hold."""
        reading = Reading(path, repository, options)
        reading.lenient = not _is_entry(path)
        try:
            pipeline = _Reader(reading).pipeline()
        except Refused as refusal:
            reading.problems.insert(0, refusal.problem)
            pipeline = _unreadable(reading)
        except RecursionError:
            reading.problems.insert(
                0, Problem("references and lists are nested too deeply", Place(path, 1), fix="flatten the structure")
            )
            pipeline = _unreadable(reading)
        if not pipeline.jobs and not _is_entry(path) and not any(problem.fatal for problem in reading.problems):
            return []
        return [pipeline]


def _is_entry(path: str) -> bool:
    """Whether a file has an entry's name: a part of a pipeline, read alone, may lack what others define."""
    return path.rpartition("/")[2] == ENTRY


def _starts_if(config: Config) -> str:
    """The conditions under which ``workflow`` lets a pipeline start, or keeps it from it."""
    rules = config.workflow.get("rules") if config.workflow is not None else None
    texts = (
        [rule.text("if") for rule in rules.items[:100] if isinstance(rule, Mapping)] if isinstance(rules, Items) else []
    )
    return "; ".join(text for text in texts if text)[:4000]


def _unreadable(reading: Reading) -> Pipeline:
    return Pipeline(
        reading.path,
        GITLAB_CI,
        unresolved=reading.unresolved,
        problems=reading.problems,
        files=reading.files,
        default_branch=reading.options.default_branch or "main",
        default_branch_from=reading.options.default_branch_from,
    )


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.jobs: list[Job] = []
        self.edges: list[Edge] = []

    def pipeline(self) -> Pipeline:
        """Read all of it."""
        reading = self.reading
        loaded = load_pipeline(reading.path, reading)
        config = self._config(loaded)
        if not config.drafts and _is_entry(reading.path) and not any(problem.fatal for problem in reading.problems):
            self._no_jobs(config)
        named = named_in(config)
        branch, found_by = default_branch(named, reading.options)
        place = Place(reading.path, 1)
        called = reading.options.called
        starts = starts_of(named, branch, choices_of(config, named), place, called=called)
        starts = self._kept(config, starts)
        self._add(config, starts, "", None, {}, 0)
        self._name_instances()
        name = config.workflow.text("name") if config.workflow is not None else ""
        return Pipeline(
            reading.path,
            GITLAB_CI,
            name="" if "$" in name else name,
            place=place,
            scenarios=[start.scenario for start in starts],
            jobs=self.jobs,
            edges=self.edges,
            stages=[stage for stage in config.stages if any(job.stage == stage for job in self.jobs)],
            unresolved=reading.unresolved,
            problems=reading.problems,
            files=reading.files,
            default_branch=branch,
            default_branch_from=found_by,
            settings_by_name=True,
            starts_if=_starts_if(config),
        )

    def _name_instances(self) -> None:
        """Let what is not readable of a job stand for all its instances."""
        ids: dict[str, list[str]] = {}
        for job in self.jobs:
            ids.setdefault(job.template, []).append(job.id)
        for item in self.reading.unresolved:
            item.jobs = tuple(dict.fromkeys(each for name in item.jobs for each in ids.get(name, (name,))))

    def _config(self, loaded: Loaded) -> Config:
        root = extend_all(loaded.root, self.reading)
        if loaded.references:
            root = resolve_references(root, self.reading)
        return Config(loaded, root, self.reading)

    def _no_jobs(self, config: Config) -> None:
        if self.reading.lenient:
            return
        self.reading.problem(
            "the file defines no visible job",
            Place(self.reading.path, 1),
            "add a job with a script; names that start with a dot are templates",
        )

    def _kept(self, config: Config, starts: list[Start]) -> list[Start]:
        """The ways of starting in which there is a pipeline: ``workflow`` lets it start, and it has a job. Of one whose jobs all stand in
        what cannot be read, the first."""
        deciding = Deciding(config, starts, self.reading, {})
        for draft in config.drafts:
            deciding.decide(draft)
        kept = [
            number
            for number in range(len(starts))
            if deciding.workflow[number].runs != NO
            and any(draft.decisions[number].runs != NO for draft in config.drafts)
        ]
        if not config.drafts and self.reading.unresolved:
            kept = [number for number in range(len(starts)) if deciding.workflow[number].runs != NO][:1]
        return [starts[number] for number in kept]

    def _add(
        self, config: Config, starts: list[Start], prefix: str, above: Job | None, outer: Map[str, Variable], depth: int
    ) -> tuple[list[Job], list[Edge]]:
        """Add a configuration's jobs and edges, and the child pipelines that they start."""
        reading = self.reading
        deciding = Deciding(config, starts, reading, outer)
        for draft in config.drafts:
            deciding.decide(draft)
        built = Assembler(config, deciding, reading, prefix, above).build()
        if len(self.jobs) + len(built) > MAX_JOBS:
            raise refused(f"more than {MAX_JOBS} jobs", Place(reading.path, 1), "split the pipeline")
        edges = Edges(built, config.stages, reading).make()
        jobs = [each.job for each in built]
        self.jobs += jobs
        for each in built:
            if each.trigger is not None:
                below, below_edges = self._child(each, config, starts, outer, depth)
                jobs += below
                edges += started(each.job, below, edges, each.trigger.place, waits=each.trigger.waits)
                edges += below_edges
        if above is None:
            self.edges = edges
        return jobs, edges

    def _child(
        self, bridge: Built, config: Config, starts: list[Start], outer: Map[str, Variable], depth: int
    ) -> tuple[list[Job], list[Edge]]:
        trigger = bridge.trigger
        assert trigger is not None
        reading = self.reading
        if trigger.project:
            reading.unread("pipeline of another project", trigger.project, trigger.place, (bridge.job.id,))
            return [], []
        if trigger.include is None or (trigger.dynamic and trigger.dynamic not in reading.options.include_map):
            if trigger.dynamic:
                reading.unread("dynamic child pipeline", trigger.dynamic, trigger.place, (bridge.job.id,))
            return [], []
        if depth >= MAX_CHILDREN:
            reading.unread("child pipeline", ", ".join(trigger.calls), trigger.place, (bridge.job.id,))
            return [], []
        child = reading.child()
        loaded = load_included(trigger.include, child)
        inner = _Reader(child)
        child_config = inner._config(loaded)
        passed = {**outer, **config.globals_of(bridge.draft), **bridge.variables} if trigger.forwards else {}
        child_starts = [start.below() for start in starts]
        inner.jobs = self.jobs
        prefix = f"{bridge.job.id} / "
        jobs, edges = inner._add(child_config, child_starts, prefix, bridge.job, passed, depth + 1)
        ids = {job.id for job in jobs}
        for item in child.unresolved:
            named = [name if name in ids else prefix + name for name in item.jobs]
            item.jobs = tuple(named) or (bridge.job.id,)
            reading.unresolved.append(item)
        return jobs, edges
