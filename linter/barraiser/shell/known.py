"""Scripts that were read before: equal texts run equal commands, wherever they stand. Bounded, of values that nobody changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from barraiser.model.pipeline import Fragment, Script
from barraiser.model.place import Place
from barraiser.shell.command import Command
from barraiser.shell.syntax import Program

MAX_SCRIPTS: Final = 1000
MAX_CHARACTERS: Final = 60_000
"""What is kept at most, of a process; beyond that all is forgotten."""

MAX_SCRIPT: Final = 4000
"""Characters of a script that is kept: longer ones hardly occur twice."""

MAX_VARIABLES: Final = 300
"""Variables among which those of a script are looked for."""

MAX_PARSED: Final = 20_000
"""Characters of parsed texts that are kept at most."""

MAX_KEPT: Final = 100
"""Commands of a script that is kept: a loop may make thousands of a short one."""

_MAX_STEPS: Final = 5
"""How often the values of variables are looked through for the names of others."""

Key = tuple[object, ...]


class Known:
    """The commands of the scripts that were read, by all that they depend on but the place of the script."""

    __slots__ = ("_characters", "_found", "_parsed", "_parsed_characters")

    def __init__(self) -> None:
        self._found: dict[Key, tuple[Fragment, list[Command]]] = {}
        self._characters = 0
        self._parsed: dict[Key, list[Program]] = {}
        self._parsed_characters = 0

    def commands(self, key: Key, script: Script) -> list[Command] | None:
        """The commands at the script's own place; None for one that was not read yet."""
        found = self._found.get(key)
        if found is None:
            return None
        known, commands = found
        first = script.fragments[0]
        lines, columns = first.line - known.line, first.columns - known.columns
        if lines == columns == 0 and first.path == known.path:
            return list(commands)
        return _moved(commands, first.path, lines, columns)

    def keep(self, key: Key, script: Script, commands: Sequence[Command]) -> None:
        """Remember the commands of a script."""
        if len(commands) > MAX_KEPT:
            return
        size = sum(len(fragment.text) for fragment in script.fragments) + sum(len(each.heredoc) for each in commands)
        if self._characters + size > MAX_CHARACTERS or len(self._found) >= MAX_SCRIPTS:
            self._found.clear()
            self._characters = 0
        self._characters += size
        self._found[key] = (script.fragments[0], list(commands))

    def programs(self, key: Key, script: Script) -> list[Program] | None:
        """The parsed text of a script that was read at the same place with other variables."""
        return self._parsed.get(_placed(key, script))

    def keep_programs(self, key: Key, script: Script, programs: list[Program]) -> None:
        """Remember a parsed text, unless functions in it may be others the next time: how its parts end is noted in them."""
        size = sum(len(fragment.text) for fragment in script.fragments) + 100
        if any(_defines(fragment.text) for fragment in script.fragments) or _defines(str(key[-1])):
            return
        if self._parsed_characters + size > MAX_PARSED:
            self._parsed.clear()
            self._parsed_characters = 0
        self._parsed_characters += size
        self._parsed[_placed(key, script)] = programs


def _placed(key: Key, script: Script) -> Key:
    first = script.fragments[0]
    return (key[0], first.path, first.line, first.columns, first.end_line)


def _defines(text: str) -> bool:
    return "()" in text or "( )" in text or "function" in text


def key_of(script: Script, variables: Mapping[str, str], arguments: Sequence[str] | None) -> Key | None:
    """What a script's commands depend on but its place; None for a script that is not kept."""
    fragments = script.fragments
    if len(fragments) == 1:
        first = fragments[0]
        text = first.text
        layout: object = (text, first.folded, first.end_line - first.line if first.folded else 0)
    else:
        first = fragments[0]
        if any(each.path != first.path for each in fragments) or len(fragments) > MAX_KEPT:
            return None
        text = "\n".join([each.text for each in fragments])
        layout = tuple(
            [
                (
                    each.text,
                    each.line - first.line,
                    each.columns - first.columns,
                    each.folded,
                    each.end_line - each.line,
                )
                for each in fragments
            ]
        )
    if len(text) > MAX_SCRIPT:
        return None
    seen = _seen(text, variables)
    if seen is None:
        return None
    given = tuple(arguments) if arguments is not None else None
    if given and sum(map(len, given)) > MAX_SCRIPT:
        return None
    return (layout, script.shell, script.errexit, script.pipefail, given, seen)


def _seen(text: str, variables: Mapping[str, str]) -> tuple[tuple[str, str], ...] | None:
    """The variables that a text can look at: those that it names, and those that their values name; all, where ``${!...}`` may.

    None where there are too many, or too long ones, to look through for each script.
    """
    if not variables or "$" not in text:
        return ()
    if len(variables) > MAX_VARIABLES:
        return None
    found: dict[str, str] = {}
    where = text
    for _ in range(_MAX_STEPS):
        new = {name: value for name, value in variables.items() if name in where and name not in found}
        found.update(new)
        where = " ".join([value for value in new.values() if "$" in value])
        if not where or len(where) > MAX_SCRIPT:
            break
    if where or "${!" in text or any("${!" in value for value in found.values()):
        found.update(variables)
    if sum(map(len, found.values())) > MAX_SCRIPT:
        return None
    return tuple(sorted(found.items()))


def _moved(commands: Sequence[Command], path: str, lines: int, columns: int) -> list[Command]:
    """The same commands elsewhere."""
    made: dict[Command, Command] = {}
    for each in commands:
        _move(each, path, lines, columns, made)
    return [made[each] for each in commands]


def _move(command: Command, path: str, lines: int, columns: int, made: dict[Command, Command]) -> Command:
    """One command elsewhere, and before it those that feed it."""
    waiting = [command]
    while waiting:
        current = waiting[-1]
        source = current.stdin_from
        if current in made:
            waiting.pop()
        elif source is not None and source not in made:
            waiting.append(source)
        else:
            waiting.pop()
            place = current.place
            moved = Place(path, place.line + lines, place.column + columns, place.end_line + lines)
            other = made[current] = Command(current.words, moved, text=current.text)
            other.stdin_from = made[source] if source is not None else None
            other.assignments = current.assignments
            other.soft = current.soft
            other.soft_reason = current.soft_reason
            other.conditional = current.conditional
            other.condition = current.condition
            other.background = current.background
            other.function = current.function
            other.loop = current.loop
            other.heredoc = current.heredoc
            other.repeats = current.repeats
            other.polls = current.polls
            other.written = current.written
    return made[command]
