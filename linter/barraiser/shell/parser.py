"""From a script's text to its commands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from barraiser.model.pipeline import Script
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, YES
from barraiser.shell.command import Command
from barraiser.shell.context import Context
from barraiser.shell.grammar import parse
from barraiser.shell.known import Known, key_of
from barraiser.shell.positions import Source, one_break
from barraiser.shell.recipe import Recipe
from barraiser.shell.simple import Walker
from barraiser.shell.syntax import Block, Program
from barraiser.shell.variables import Variables
from barraiser.shell.walker import MAX_COMMANDS

_WAITS: Final = re.compile(r"\bwait\s+[\"'$%-]")
"""``wait`` for a command of its own, whose status it then has; without one, its status is always a success."""


def commands_of(script: Script, variables: Mapping[str, str], arguments: Sequence[str] | None = None) -> list[Command]:
    """The commands of a script in the order in which it runs them, each at its own line and column.

    ``variables``: constants known before the script starts; assignments in the script add to them. ``arguments``: of the
    script, where known (``$1``). Shells that are not POSIX-like (pwsh, cmd, python) give one command a line, softness unknown.
    Never raises for what the text holds.
    """
    shell = script.shell
    if shell not in ("bash", "sh"):
        from barraiser.shell.others import LINES, PROGRAMS, family_of

        family = family_of(shell)
        if family in LINES:
            from barraiser.shell.lines import line_commands

            return line_commands(script, family, variables)
        if family in PROGRAMS:
            from barraiser.shell.programs import program_commands

            return program_commands(script, family, variables)
    if not script.fragments:
        return []
    if isinstance(script, Recipe):
        return _recipe_commands(script, {**script.defaults, **variables})
    key = key_of(script, variables, arguments)
    known = _KNOWN.commands(key, script) if key is not None else None
    if known is not None:
        return known
    walker = Walker(Variables(variables, arguments), errexit=script.errexit, pipefail=_pipefail(script))
    if key is None:
        return _walked(walker, _programs(script))
    programs = _KNOWN.programs(key, script)
    if programs is None:
        programs = _programs(script)
        if variables:
            _KNOWN.keep_programs(key, script, programs)
    commands = _walked(walker, programs)
    _KNOWN.keep(key, script, commands)
    return commands


_KNOWN: Final = Known()


def _recipe_commands(recipe: Recipe, variables: Mapping[str, str]) -> list[Command]:
    """Each fragment in a shell of its own."""
    commands: list[Command] = []
    for at, fragment in enumerate(recipe.fragments):
        walker = Walker(Variables(variables), errexit=recipe.errexit, pipefail=recipe.pipefail == YES)
        context = Context()
        if at in recipe.ignored:
            context.fail = context.status = context.stop = context.returned = (YES, "-")
        commands += _walked(walker, [parse(Source((fragment,)))], context)
        if len(commands) >= MAX_COMMANDS:
            break
    return commands[:MAX_COMMANDS]


def _pipefail(script: Script) -> bool | None:
    """Whether pipes fail with any of their commands; a shell that is named with its options tells."""
    if "pipefail" in script.shell:
        return True
    if "{0}" in script.shell:
        return False
    return None if script.pipefail == MAYBE else script.pipefail == YES


def commands_of_text(text: str, place: Place, variables: Mapping[str, str], *, errexit: bool = False) -> list[Command]:
    """The commands of a text that one shell runs and that is not written as a script (``ssh host 'text'``): all at one place."""
    walker = Walker(Variables(variables), errexit=errexit, pipefail=False)
    return _walked(walker, [parse(Source((), text=one_break(text), place=place))])


def _programs(script: Script) -> list[Program]:
    """The fragments as one text, since one shell runs them; each for itself where that text ends within a quote or the like."""
    together = parse(Source(script.fragments))
    if not together.incomplete or len(script.fragments) == 1:
        return [together]
    return [parse(Source((fragment,))) for fragment in script.fragments]


def _walked(walker: Walker, programs: Sequence[Program], context: Context | None = None) -> list[Command]:
    context = context or Context()
    walker.waits = any(
        "wait" in program.source.text and _WAITS.search(program.source.text) is not None for program in programs
    )
    if len(programs) == 1:
        walker.program(programs[0], context)
    else:
        walker.block(Block(list(programs), 0, 0), context)
    walker.run_traps(context)
    if walker.waits:
        walker.jobs.end(walker.commands)
    return walker.commands
