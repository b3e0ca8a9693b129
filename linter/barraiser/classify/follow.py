"""Reads what a command calls in the repository: scripts, make targets, package scripts. One level, bounded."""

from __future__ import annotations

from barraiser.classify.view import Called, View
from barraiser.model.pipeline import Script
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of
from barraiser.source.repository import Repository

MAX_COMMANDS = 2000
"""Commands that are taken from one called script."""


class Follower:
    """The called scripts of one repository, each read once."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.files: list[str] = []
        self._scripts: dict[tuple[str, str, str], Script | None] = {}

    def commands(self, called: Called, command: Command, view: View) -> list[Command] | None:
        """The commands of what is called, at their own places; None where it is not in the repository or cannot be read."""
        script = self._script(called, view)
        if script is None:
            return None
        variables: dict[str, str] = {**view.job.variables, **view.step.env, **command.assignments}
        if called.kind == "script":
            return commands_of(script, variables, called.arguments)[:MAX_COMMANDS]
        for argument in called.arguments:
            name, equals, value = argument.partition("=")
            if equals:
                variables[name] = value
        return commands_of(script, variables)[:MAX_COMMANDS]

    def _script(self, called: Called, view: View) -> Script | None:
        base = view.step.script.working_directory if view.step.script is not None else ""
        key = (called.kind, called.name, f"{base}|{called.folder}")
        if key not in self._scripts:
            self._scripts[key] = self._read(called, base)
            script = self._scripts[key]
            if script is not None and script.fragments:
                self.files.append(script.fragments[0].path)
        return self._scripts[key]

    def _read(self, called: Called, base: str) -> Script | None:
        try:
            from barraiser.shell import scripts
        except ImportError:
            return None
        if "$" in base:
            base = ""
        if called.kind == "script":
            for folder in dict.fromkeys((base, "")):
                path = self.repository.inside(called.name, folder)
                if path and self.repository.exists(path):
                    return scripts.script_of_file(self.repository, path)
            return None
        folder = called.folder if not called.folder.startswith("@") else ""
        inside = self.repository.inside(folder or ".", base)
        if inside is None:
            return None
        if called.kind == "make":
            return scripts.make_target(self.repository, inside, called.name)
        return scripts.package_script(self.repository, inside, called.name)
