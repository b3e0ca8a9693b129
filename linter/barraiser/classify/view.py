"""What is known around a command: its job, step and what came before it in the job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from barraiser.classify.hit import Hit
from barraiser.classify.names import words_of
from barraiser.classify.tests_kind import from_arguments, from_name
from barraiser.model.pipeline import Job, Step
from barraiser.model.tri import NO, Tri
from barraiser.shell.command import Command


class Called:
    """What a command calls in the repository. ``kind``: ``script``, ``make`` or ``package``; ``name``: its path, target or script name;
    ``folder``: where it is looked for; ``plain``: the command does nothing else."""

    __slots__ = ("arguments", "fed", "folder", "kind", "name", "plain")

    def __init__(
        self, kind: str, name: str, folder: str = "", arguments: Sequence[str] = (), *, plain: bool = True
    ) -> None:
        self.kind = kind
        self.name = name
        self.folder = folder
        self.arguments = tuple(arguments)
        self.plain = plain


class Found:
    """A hit with the command that it was found in. ``soft``, ``soft_reason`` and ``conditional`` take in those of the commands that
    call it; ``called``: the softness of those alone; ``runs``: in which scenarios its script runs it, where not in all."""

    __slots__ = ("called", "command", "conditional", "hit", "runs", "soft", "soft_reason")

    def __init__(self, hit: Hit, command: Command) -> None:
        self.hit = hit
        self.command = command
        self.runs: tuple[Tri, ...] | None = None
        self.soft: Tri = command.soft
        self.soft_reason = command.soft_reason
        self.conditional = command.conditional
        self.called: tuple[Tri, str] = (NO, "")

    def through(self, outer: Command) -> None:
        """It is reached through another command."""
        if outer.soft > self.called[0]:
            self.called = (outer.soft, outer.soft_reason)
        if outer.soft > self.soft:
            self.soft, self.soft_reason = outer.soft, outer.soft_reason
        self.conditional = self.conditional or outer.conditional


Follow = Callable[[Called, Command, "View"], "list[Command] | None"]


class View:
    """``remote``: the command runs on a server; ``deployed``: a deploy came before it in the job; ``edited``: a manifest was changed
    before it in the job, by the words of ``edits`` (``edit``), or a repository of such was fetched (``clone``, ``checkout``);
    ``depth``: how many scripts led here; ``within``: the name of the last of them;
    ``folder``: where the script has changed to (``cd``); ``fed``: for commands left of a pipe (by ``id``) the program that reads them.
    """

    __slots__ = (
        "_follow",
        "_names",
        "deployed",
        "depth",
        "edited",
        "edits",
        "fed",
        "folder",
        "job",
        "remote",
        "step",
        "within",
    )

    def __init__(self, job: Job, step: Step, follow: Follow | None = None) -> None:
        self.job = job
        self.step = step
        self.remote = False
        self.deployed = False
        self.edited = ""
        self.edits: list[str] = []
        self.depth = 0
        self.folder = ""
        self.fed: dict[int, str] = {}
        self.within = ""
        self._follow = follow
        self._names: set[str] | None = None

    @property
    def names(self) -> set[str]:
        """The words of the job's and the step's names."""
        names = self._names
        if names is None:
            job, step = self.job, self.step
            names = self._names = set(words_of(f"{job.id} {job.name} {step.name} {step.key}"))
        return names

    def copy(self) -> View:
        """A view that can be changed without changing this one."""
        other = View(self.job, self.step, self._follow)
        other.remote = self.remote
        other.deployed = self.deployed
        other.edited = self.edited
        other.edits = self.edits
        other.depth = self.depth
        other.folder = self.folder
        other.fed = self.fed
        other.within = self.within
        other._names = self._names
        return other

    def on_server(self) -> View:
        """The view of what runs on a server that this job reaches."""
        other = self.copy()
        other.remote = True
        return other

    def followed(self, called: Called) -> View:
        """The view of what a script of the repository holds."""
        other = self.copy()
        other.depth += 1
        other.within = called.name
        return other

    def follow(self, called: Called, command: Command) -> list[Command] | None:
        """The commands of what is called; None where it cannot be read, or stands deeper than one level."""
        if self._follow is None or self.depth:
            return None
        return self._follow(called, command, self)

    @property
    def says_deploy(self) -> bool:
        """Whether the job or step is named for deploying."""
        return not self.names.isdisjoint(_DEPLOY_WORDS)

    @property
    def may_deploy_here(self) -> bool:
        """Whether what the job starts on its own machine is a deploy: it has an environment, or a machine of its own and says so."""
        key = self.job.environment
        if key is not None and key.action == "start":
            return True
        return not self.names.isdisjoint(_HERE) and self.names.isdisjoint({"test", "tests", "e2e", "integration"})

    def test_kind(self, arguments: Sequence[str]) -> str:
        """The kind of a test by its arguments, else by the script, step, job or stage that it stands in; empty where nothing tells."""
        kind = from_arguments(arguments)
        if kind:
            return kind
        for name in (self.within, self.step.name, self.job.name, self.job.id, self.job.stage or ""):
            kind = from_name(name) if name else ""
            if kind:
                return kind
        return ""

    @property
    def tests_deployed(self) -> bool:
        """Whether the job or step is named for a check of what was deployed."""
        return not self.names.isdisjoint(_CHECK_WORDS)


_DEPLOY_WORDS: Final = frozenset(
    {"deploy", "deployment", "deploys", "deploying", "release", "rollout", "promote", "redeploy", "ship", "publish"}
)
_HERE: Final = frozenset({"deploy", "deployment", "redeploy", "rollout"})
_CHECK_WORDS: Final = frozenset(
    {
        "smoke",
        "health",
        "healthcheck",
        "sanity",
        "verify",
        "verification",
        "probe",
        "validate",
        "postdeploy",
        "e2e",
        "acceptance",
    }
)
