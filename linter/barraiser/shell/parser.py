"""From a script's text to its commands."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.model.pipeline import Script
from barraiser.shell.command import Command


def commands_of(script: Script, variables: Mapping[str, str]) -> list[Command]:
    """The commands of a script in the order in which it runs them, each at its own line and column.

    ``variables``: constants known before the script starts; assignments in the script add to them. Shells that are not
    POSIX-like (pwsh, cmd, python) give one command a line, softness unknown. Never raises for what the text holds.
    """
    raise NotImplementedError
