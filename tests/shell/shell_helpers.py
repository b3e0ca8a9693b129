"""Scripts as a reader gives them, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.model.pipeline import Fragment, Script
from barraiser.model.tri import NO, Tri
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of


def commands(
    text: str,
    variables: Mapping[str, str] | None = None,
    *,
    shell: str = "bash",
    errexit: bool = True,
    pipefail: Tri = NO,
) -> list[Command]:
    script = Script([Fragment(text, "ci.yml", 1)], shell=shell, errexit=errexit, pipefail=pipefail)
    return commands_of(script, variables or {})


def lines(
    text: str, variables: Mapping[str, str] | None = None, *, shell: str = "bash", errexit: bool = True
) -> list[str]:
    return [" ".join(command.words) for command in commands(text, variables, shell=shell, errexit=errexit)]


def one(found: list[Command], words: str) -> Command:
    """The only command of those words."""
    (command,) = [each for each in found if " ".join(each.words) == words]
    return command
