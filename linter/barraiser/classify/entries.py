"""The entries of one root, read and classified on demand, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from barraiser.classify.classify import classify
from barraiser.model.declarations import NOTHING_DECLARED, Declarations
from barraiser.model.pipeline import Pipeline
from barraiser.platforms.reader import ReadOptions
from barraiser.platforms.selection import entry_paths, platform_of, reader_for
from barraiser.source.repository import Repository


class Entries:
    """Pipelines by path. ``platforms`` names the platform of files whose place does not tell it (``--platform``, standard input)."""

    def __init__(
        self,
        repository: Repository,
        options: ReadOptions,
        declared: Declarations = NOTHING_DECLARED,
        platforms: dict[str, str] | None = None,
    ) -> None:
        self.repository = repository
        self.options = options
        self.declared = declared
        self._platforms = platforms or {}
        self._read: dict[str, list[Pipeline]] = {}
        self._unclassified: dict[str, list[Pipeline]] = {}
        self._paths: list[str] | None = None
        self._kinds: dict[Pipeline, frozenset[str]] = {}

    def paths(self) -> list[str]:
        """All files of the root that the platforms start by themselves, sorted."""
        if self._paths is None:
            self._paths = entry_paths(self.repository)
        return self._paths

    def at(self, path: str) -> list[Pipeline]:
        """The classified pipelines that the file at ``path`` defines; ``[]`` where it defines none."""
        found = self._read.get(path)
        if found is None:
            found = self._read[path] = self._unread(path)
            self._unclassified.pop(path, None)
            self.classify(found)
        return found

    def keep(self, path: str, pipelines: list[Pipeline]) -> None:
        """Take an entry's pipelines that were read already, and classify them."""
        self.classify(pipelines)
        self._read[path] = pipelines

    def classify(self, pipelines: list[Pipeline]) -> None:
        """Classify pipelines that were read already."""
        for pipeline in pipelines:
            classify(pipeline, self.repository, self.declared)
            for variant in pipeline.variants:
                classify(variant, self.repository, self.declared)

    def called(self, path: str) -> list[Pipeline]:
        """The pipelines of a file that only others call, read as an entry of its own (scenario ``called``)."""
        options = ReadOptions(
            default_branch=self.options.default_branch,
            default_branch_from=self.options.default_branch_from,
            include_map=self.options.include_map,
            called=True,
        )
        return self._classified(path, options)

    def others(
        self, pipeline: Pipeline, when: Callable[[Pipeline], bool] | None = None, kinds: Sequence[str] = ()
    ) -> Iterator[Pipeline]:
        """Every other entry of the root, in path order.

        ``when``: asked of an entry that is read, but not yet classified; those for which it is false are left out unclassified.
        ``kinds``: those without an activity of these kinds are left out as well.
        """
        for path in self.paths():
            if when is not None and path not in self._read:
                read = self._unclassified[path] = self._unread(path)
                if not any(when(other) for other in read):
                    continue
            for other in self.at(path):
                if other is pipeline or (other.path, other.name) == (pipeline.path, pipeline.name):
                    continue
                if kinds and self._kinds_of(other).isdisjoint(kinds):
                    continue
                if when is None or when(other):
                    yield other

    def _kinds_of(self, pipeline: Pipeline) -> frozenset[str]:
        """The kinds of a classified pipeline's activities, told once for all who look for some."""
        found = self._kinds.get(pipeline)
        if found is None:
            found = frozenset([activity.kind for job in pipeline.jobs for activity in job.activities])
            self._kinds[pipeline] = found
        return found

    def _unread(self, path: str) -> list[Pipeline]:
        """The pipelines of a file, not yet classified."""
        found = self._unclassified.get(path)
        return self._pipelines(path, self.options) if found is None else found

    def _classified(self, path: str, options: ReadOptions) -> list[Pipeline]:
        pipelines = self._pipelines(path, options)
        self.classify(pipelines)
        return pipelines

    def _pipelines(self, path: str, options: ReadOptions) -> list[Pipeline]:
        platform = self._platforms.get(path) or platform_of(path, self.repository)
        return reader_for(platform).read(path, self.repository, options) if platform else []
