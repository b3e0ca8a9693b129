"""Reads what a command calls in the repository: scripts, make targets, package scripts. One level, bounded."""

from __future__ import annotations

from typing import Final

from barraiser.classify.view import Called, View
from barraiser.model.pipeline import Script
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of
from barraiser.source.repository import Repository

MAX_COMMANDS: Final = 2000
"""Commands that are taken from one called script."""

MAX_TEXT: Final = 1_500_000
"""Characters of called scripts that are read for one pipeline, once for each set of variables; what is called then stays unread."""

MAX_ALL: Final = 20_000
"""Commands that are taken from called scripts for one pipeline; what is called then stays unread."""


_IGNORES: Final = frozenset(("-i", "--ignore-errors"))


class Follower:
    """The called scripts of one repository, each read once."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.files: list[str] = []
        self._left = MAX_TEXT
        self._commands = 0
        self._read_as: dict[tuple[int, tuple[str, ...] | None, frozenset[tuple[str, str]]], list[Command]] = {}
        self._same_shell: dict[int, Script] = {}
        self._scripts: dict[tuple[str, str, str, tuple[str, ...]], Script | None] = {}

    def commands(self, called: Called, command: Command, view: View) -> list[Command] | None:
        """The commands of what is called, at their own places; None where it is not in the repository or cannot be read."""
        script = self._script(called, view)
        if script is None:
            return None
        variables: dict[str, str] = {**view.job.variables, **view.step.env, **command.assignments}
        for argument in called.arguments if called.kind in ("make", "package") else ():
            name, equals, value = argument.partition("=")
            if equals:
                variables[name] = value
        arguments = called.arguments if called.kind == "script" else None
        if command.words[0] in ("source", "."):
            script = self._sourced(script, view)
        elif called.kind == "make" and not _IGNORES.isdisjoint(command.words):
            script = self._ignoring(script)
        key = (id(script), arguments, frozenset(variables.items()))
        if key not in self._read_as:
            self._left -= sum(len(fragment.text) for fragment in script.fragments) + 100
            if self._left < 0:
                return None
            self._read_as[key] = commands_of(script, variables, arguments)[:MAX_COMMANDS]
        self._commands += len(self._read_as[key])
        return self._read_as[key] if self._commands <= MAX_ALL else None

    def _sourced(self, script: Script, view: View) -> Script:
        """A script that the caller's own shell runs: it stops where that one does."""
        caller = view.step.script
        if (
            caller is None
            or not caller.errexit
            or script.errexit
            or any("set +e" in each.text for each in caller.fragments)
        ):
            return script
        known = self._same_shell.get(id(script))
        if known is None:
            known = self._same_shell[id(script)] = Script(
                script.fragments,
                shell=script.shell,
                pipefail=script.pipefail,
                working_directory=script.working_directory,
            )
        return known

    def _ignoring(self, script: Script) -> Script:
        """A recipe of which no failure counts: ``make -i``."""
        from barraiser.shell.recipe import Recipe

        if not isinstance(script, Recipe):
            return script
        known = self._same_shell.get(id(script))
        if known is None:
            known = self._same_shell[id(script)] = Recipe(
                script.fragments, shell=script.shell, errexit=script.errexit, ignored=range(len(script.fragments)),
                defaults=script.defaults, working_directory=script.working_directory,
            )  # fmt: skip
        return known

    def _script(self, called: Called, view: View) -> Script | None:
        own = view.step.script.working_directory if view.step.script is not None else ""
        bases = tuple(dict.fromkeys(base for base in (self._below(own, view.folder), own, "") if "$" not in base))
        key = (called.kind, called.name, called.folder, bases)
        if key not in self._scripts:
            script = next((found for base in bases if (found := self._read(called, base)) is not None), None)
            self._scripts[key] = script
            if script is not None and script.fragments:
                self.files.append(script.fragments[0].path)
        return self._scripts[key]

    def _below(self, own: str, folder: str) -> str:
        """The folder that the script has changed to, as far as it can be told."""
        inside = self.repository.inside(folder, own) if folder and "$" not in folder else None
        return own if inside is None else inside

    def _read(self, called: Called, base: str) -> Script | None:
        from barraiser.shell.scripts import just_recipe, make_target, package_script, script_of_file

        if called.kind == "script":
            path = self.repository.inside(called.name, base)
            return script_of_file(self.repository, path) if path and self.repository.exists(path) else None
        folder = self.repository.inside("" if called.folder.startswith("@") else called.folder, base)
        if folder is None:
            return None
        if called.kind == "make":
            return make_target(self.repository, folder, called.name)
        if called.kind == "just":
            return just_recipe(self.repository, folder, called.name, called.arguments)
        return package_script(self.repository, folder, called.name)
