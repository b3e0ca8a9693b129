"""Parts of a script in the background: whether a ``wait`` gives on how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES
from barraiser.shell.command import Command
from barraiser.shell.context import BACKGROUND, Softness
from barraiser.shell.outcome import HARMLESS

_HARMLESS: Final = HARMLESS | {"jobs"}
_PREFIX: Final = "background-job-"
_MAX_JOBS: Final = 200


class _Job:
    """``commands``: what it runs; ``end``: how many commands the script had noted then; ``verdict``: what its failure does, once known."""

    __slots__ = ("commands", "end", "verdict")

    def __init__(self, commands: Sequence[Command], end: int) -> None:
        self.commands = commands
        self.end = end
        self.verdict: Softness | None = None


class Jobs:
    """The parts of a script that run in the background. Each has a name, which is the value of ``$!`` behind it.

    ``ALL``: what stands for all of them, in their order.
    """

    ALL: Final = ("$(jobs -p)", "`jobs -p`")

    __slots__ = ("_any", "_jobs", "_unknown")

    def __init__(self) -> None:
        self._jobs: list[_Job] = []
        self._any: list[tuple[Softness, int]] = []
        self._unknown = False

    def start(self, commands: Sequence[Command], end: int) -> str:
        """Note one; returns its name."""
        if len(self._jobs) < _MAX_JOBS:
            self._jobs.append(_Job(commands, end))
        return f"{_PREFIX}{len(self._jobs) - 1}"

    def names(self) -> list[str]:
        """All that were started."""
        return [f"{_PREFIX}{number}" for number in range(len(self._jobs))]

    def wait(
        self, words: Sequence[str], text: str, commands: Sequence[Command], fail: Softness, passes: int, *, sure: bool
    ) -> None:
        """A ``wait``, written as ``text``, whose own failure does what ``fail`` says.

        ``sure``: it is reached whenever the script gets that far.
        """
        options = [word for word in words[1:] if word.startswith("-")]
        names: list[str] = []
        for word in words[1:]:
            if not word.startswith("-"):
                names += self.names() if word in self.ALL else [word]
        if not sure:
            fail = max(fail, (MAYBE, BACKGROUND))
        if any("n" in option for option in options):
            if names:
                self._unknown = True
            else:
                self._any.append((fail, passes))
            return
        for at, name in enumerate(names):
            number = name.removeprefix(_PREFIX)
            if number == name or not number.isdecimal() or int(number) >= len(self._jobs):
                self._unknown = True
                continue
            # The status of "wait a b" is that of b.
            self._settle(self._jobs[int(number)], commands, fail if at == len(names) - 1 else (YES, text))

    def _settle(self, job: _Job, commands: Sequence[Command], fail: Softness) -> None:
        between = commands[job.end :]
        if fail[0] == NO and any(not each.background and each.words[0] not in _HARMLESS for each in between):
            fail = (MAYBE, BACKGROUND)  # that runs before the status is known
        if job.verdict is None or fail[0] < job.verdict[0]:
            job.verdict = fail

    def end(self, commands: Sequence[Command]) -> None:
        """The script has ended: what nobody waited for has failed without notice."""
        left = [job for job in self._jobs if job.verdict is None]
        if left and self._any:
            softest = max((fail for fail, _ in self._any), key=lambda fail: fail[0])
            enough = sum(passes for _, passes in self._any) >= len(self._jobs)
            for job in left:
                self._settle(job, commands, softest if enough or softest[0] == YES else (MAYBE, BACKGROUND))
        for job in self._jobs:
            soft, reason = job.verdict or (MAYBE if self._unknown else YES, BACKGROUND)
            for command in job.commands:
                if command.soft_reason == BACKGROUND:
                    command.soft, command.soft_reason = soft, reason if soft else ""


def holds_jobs(value: object) -> bool:
    """Whether a variable's value names nothing but parts in the background."""
    words = value.split() if isinstance(value, str) else value if isinstance(value, tuple) else ()
    return bool(words) and all(word.startswith(_PREFIX) for word in words)
