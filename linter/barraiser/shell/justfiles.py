"""Recipes of justfiles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.model.pipeline import Fragment, Script
from barraiser.model.tri import NO, YES
from barraiser.shell.recipe import Recipe
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

_NAMES: Final = ("justfile", "Justfile", ".justfile")
_MAX_LINES: Final = 50_000
_MAX_RECIPES: Final = 100
_HEADER: Final = re.compile(r"@?([A-Za-z_][\w-]*+)((?:[ \t]+[^:\n]*+)?):(?!=)(.*)")
_VARIABLE: Final = re.compile(
    r"(?:export[ \t]+)?([A-Za-z_][\w-]*+)[ \t]*:=[ \t]*(?:\"([^\"\\]*+)\"|'([^']*+)')[ \t]*(?:#.*)?"
)
_PARAMETER: Final = re.compile(r"[*+$]{0,2}([A-Za-z_][\w-]*+)(?:=(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"']++)))?")
_INTERPOLATION: Final = re.compile(r"\{\{[ \t]*([A-Za-z_][\w-]*+)[ \t]*\}\}")
_DEPENDENCY: Final = re.compile(r"\(([A-Za-z_][\w-]*+)[^)]*+\)|([A-Za-z_][\w-]*+)")


class _Recipe:
    __slots__ = ("after", "before", "lines", "parameters")

    def __init__(self, parameters: list[tuple[str, str | None]], before: list[str], after: list[str]) -> None:
        self.parameters = parameters
        self.before = before
        self.after = after
        self.lines: list[tuple[int, str]] = []


def just_recipe(repository: Repository, folder: str, name: str, arguments: Sequence[str] = ()) -> Script | None:
    """A recipe of ``folder``'s justfile, what it depends on first (and after ``&&`` behind it); None where there is none.

    An empty name is the first recipe. ``arguments``: the values of its parameters.
    """
    prefix = f"{folder}/" if folder else ""
    path = next((prefix + each for each in _NAMES if repository.exists(prefix + each)), "")
    try:
        lines = repository.lines(path) if path else []
    except SourceError:
        return None
    recipes, variables = _read(lines[:_MAX_LINES])
    name = name or next(iter(recipes), "")
    if name not in recipes:
        return None
    fragments: list[Fragment] = []
    ignored: list[int] = []
    for each in _order(recipes, name):
        recipe = recipes[each]
        values = dict(variables)
        given = list(arguments) if each == name else []
        for at, (parameter, default) in enumerate(recipe.parameters):
            values.pop(parameter, None)
            value = given[at] if at < len(given) else default
            if value is not None:
                values[parameter] = value
        if recipe.lines and recipe.lines[0][1].lstrip().startswith("#!"):
            if each == name and len(_order(recipes, name)) == 1:
                return _program(recipe, values, path, folder)
            continue
        for number, line in recipe.lines:
            text = line.lstrip(" \t@-")
            marks = line[: len(line) - len(text)]
            if not text or text.startswith("#"):
                continue
            if "-" in marks:
                ignored.append(len(fragments))
            fragments.append(
                Fragment(" " * len(marks) + _filled(text, values), path, number, end_line=number + line.count("\n"))
            )
    return Recipe(fragments, ignored=ignored, working_directory=folder) if fragments else None


def _program(recipe: _Recipe, values: dict[str, str], path: str, folder: str) -> Script:
    """A recipe that names its interpreter: all of it is one script."""
    first = recipe.lines[0][1]
    text = "\n".join(_filled(line, values) for _, line in recipe.lines)
    words = first.strip()[2:].split()
    if words and words[0].rpartition("/")[2] == "env":
        words = [word for word in words[1:] if word != "-S"]
    shell = words[0].rpartition("/")[2] if words else "sh"
    errexit = any(word.startswith("-") and "e" in word for word in words[1:])
    pipefail = YES if "pipefail" in words else NO
    fragment = Fragment(text, path, recipe.lines[0][0], end_line=recipe.lines[-1][0])
    return Script([fragment], shell=shell, errexit=errexit, pipefail=pipefail, working_directory=folder)


def _read(lines: Sequence[str]) -> tuple[dict[str, _Recipe], dict[str, str]]:
    recipes: dict[str, _Recipe] = {}
    variables: dict[str, str] = {}
    current: _Recipe | None = None
    at = 0
    while at < len(lines):
        number, line = at + 1, lines[at]
        at += 1
        if line[:1] in (" ", "\t"):
            if current is not None and line.strip():
                while line.endswith("\\") and at < len(lines):
                    line += "\n" + lines[at]
                    at += 1
                current.lines.append((number, line))
            continue
        if not line.strip() or line.startswith(("#", "[")):
            continue
        variable = _VARIABLE.fullmatch(line)
        header = _HEADER.fullmatch(line) if variable is None else None
        if variable is not None:
            variables[variable.group(1)] = variable.group(2) or variable.group(3) or ""
        elif header is not None:
            parameters = [
                (found[0], found[1] or found[2] or found[3] or None) for found in _PARAMETER.findall(header.group(2))
            ]
            before, _, after = header.group(3).partition("#")[0].partition("&&")
            current = recipes[header.group(1)] = _Recipe(parameters, _names(before), _names(after))
            continue
        current = None
    return recipes, variables


def _names(text: str) -> list[str]:
    return [first or second for first, second in _DEPENDENCY.findall(text)]


def _order(recipes: dict[str, _Recipe], name: str) -> list[str]:
    """Recipes in the order in which they run, each once."""
    order: list[str] = []
    seen: set[str] = set()
    waiting: list[tuple[str, bool]] = [(name, False)]
    while waiting and len(order) < _MAX_RECIPES:
        each, ready = waiting.pop()
        if ready:
            order.append(each)
        elif each in recipes and each not in seen:
            seen.add(each)
            recipe = recipes[each]
            waiting += [(other, False) for other in reversed(recipe.after)]
            waiting.append((each, True))
            waiting += [(other, False) for other in reversed(recipe.before)]
    return order


def _filled(text: str, values: dict[str, str]) -> str:
    """The text with its interpolations put in; an unknown one becomes a variable."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return values.get(name, "${" + name.replace("-", "_") + "}")

    return re.sub(r"\{\{[^}\n]{0,200}\}\}", "${expression}", _INTERPOLATION.sub(value, text))
