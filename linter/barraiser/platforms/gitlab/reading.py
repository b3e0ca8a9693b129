"""What is collected while one GitLab pipeline is read: problems, what cannot be read, the files; and the limits."""

from __future__ import annotations

from typing import Final

from barraiser.model.pipeline import Problem, Unresolved
from barraiser.model.place import Place
from barraiser.platforms.reader import ReadOptions
from barraiser.source.nodes import Node, Scalar, describe, line_of
from barraiser.source.repository import Repository

MAX_WORK: Final = 400_000
"""Values merged, referenced, expanded or multiplied for one pipeline: real ones need some thousands."""

MAX_JOBS: Final = 2_000
"""Jobs of one pipeline, with all instances. The platform's own default is 500 in one pipeline."""


class Refused(Exception):  # noqa: N818 - it is an answer, not an error
    """The pipeline cannot be used; ``problem`` says why. Never leaves the reader."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Reading:
    """One pipeline's collection. ``lenient``: parts of it cannot be read, so that a missing name may stand in one of them."""

    __slots__ = ("_above", "_work", "files", "lenient", "options", "path", "problems", "repository", "unresolved")

    def __init__(self, path: str, repository: Repository, options: ReadOptions) -> None:
        self.path = path
        self.repository = repository
        self.options = options
        self.problems: list[Problem] = []
        self.unresolved: list[Unresolved] = []
        self.files: list[str] = [path]
        self.lenient = False
        self._work = 0
        self._above: Reading | None = None

    def child(self) -> Reading:
        """The collection for a pipeline that this one starts: problems, files and work are counted together."""
        below = Reading(self.path, self.repository, self.options)
        below.problems, below.files, below._above = self.problems, self.files, self
        return below

    def spend(self, amount: int, at: Node) -> None:
        """Count work against the limit. Raises Refused beyond it: aliases, references and matrices multiply."""
        if self._above is not None:
            self._above.spend(amount, at)
            return
        self._work += amount
        if self._work > MAX_WORK:
            raise refused(f"more than {MAX_WORK:,} values once everything is put in", at, "make the pipeline smaller")

    def problem(self, message: str, at: Node | Place, fix: str, *, fatal: bool = True) -> None:
        """Note what is wrong; the first of each place and message."""
        place = at if isinstance(at, Place) else line_of(at)
        if not any(known.message == message and known.place == place for known in self.problems[-50:]):
            self.problems.append(Problem(message, place, fix=fix, fatal=fatal))

    def wrong_type(self, what: str, wanted: str, node: Node, fix: str = "") -> None:
        """Note that a value has a type that the platform refuses."""
        self.problem(f"{what} must be {wanted}, not {describe(node)}", node, fix or f"write {wanted}")

    def unread(self, what: str, name: str, at: Node | Place, jobs: tuple[str, ...] = ()) -> None:
        """Note something that is named but cannot be read here."""
        self.unresolved.append(Unresolved(what, name, at if isinstance(at, Place) else line_of(at), jobs))

    def add_file(self, path: str) -> None:
        """Note a file that was read."""
        if path not in self.files:
            self.files.append(path)


def refused(message: str, at: Node | Place, fix: str) -> Refused:
    """The exception for what makes the whole pipeline unusable."""
    return Refused(Problem(message, at if isinstance(at, Place) else line_of(at), fix=fix))


def given(node: Node | None) -> Node | None:
    """A value that is there: null counts as absent, as the platform has it."""
    return None if isinstance(node, Scalar) and node.is_null() else node
