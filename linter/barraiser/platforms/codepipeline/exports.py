"""What templates of the repository export (``Outputs``, ``Export``), for those that import it (``Fn::ImportValue``)."""

from __future__ import annotations

import re
from typing import Final

from barraiser.platforms.codepipeline.intrinsics import Values
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Node
from barraiser.source.repository import Repository

_SUFFIXES: Final = (".yml", ".yaml", ".json", ".template")
_MAX_FILES: Final = 2000
_MAX_TEMPLATES: Final = 200
_MAX_EXPORTS: Final = 5000
_MAX_READ: Final = 5_000_000
"""Bytes of all templates that are read for their exports."""
_UNKNOWN: Final = re.compile(r"\$\{[^}]{0,300}\}")


class Export:
    """One exported value: its node and the values of its template."""

    __slots__ = ("name", "node", "root", "values")

    def __init__(self, name: str, node: Node, root: Mapping, values: Values) -> None:
        self.name = name
        self.node = node
        self.root = root
        self.values = values

    def text(self) -> str:
        """The value as text; unknown parts stay in it."""
        return self.values.text(self.node)


class Exports:
    """The exports of a repository's templates, looked for when something is imported.

    Names mostly start with a stack's name, which no file knows: an export whose name is the same but for what is unknown in the one or
    the other is the one that is meant, where it is the only such.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def text(self, name: str) -> str | None:
        """The value of an import as text; None where it is not known."""
        found = self.find(name)
        text = found.text() if found is not None else ""
        return text or None

    def find(self, name: str) -> Export | None:
        """The export of that name; None where there is none, or no telling which."""
        if not name:
            return None
        exports = self._repository.remember(("exports",), lambda: _exported(self._repository))
        same = [each for each in exports if each.name == name and "${" not in name]
        if not same:
            same = [each for each in exports if _alike(each.name, name)]
        return same[0] if len(same) == 1 else None


def _exported(repository: Repository) -> list[Export]:
    """The exports of all templates of a repository."""
    found: list[Export] = []
    templates, left = 0, _MAX_READ
    for path in [path for path in repository.files() if path.endswith(_SUFFIXES)][:_MAX_FILES]:
        data = repository.peek(path)
        if b"Export" in data and b"Outputs" in data and templates < _MAX_TEMPLATES and len(data) <= left:
            templates += 1
            left -= len(data)
            found += _exports_at(path, repository)
    return found[:_MAX_EXPORTS]


def _exports_at(path: str, repository: Repository) -> list[Export]:
    try:
        root = repository.documents(path)[0].root
    except (SourceError, IndexError):
        return []
    outputs = root.mapping("Outputs") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or outputs is None:
        return []
    values = Values(root)
    found = []
    for _, output in outputs:
        export = values.mapping(output.get("Export")) if isinstance(output, Mapping) else None
        value = output.get("Value") if isinstance(output, Mapping) else None
        name = values.text(export.get("Name")) if export is not None else ""
        if name and value is not None:
            found.append(Export(name, value, root, values))
    return found


def _alike(exported: str, imported: str) -> bool:
    """Whether two names may be one: what is known in each stands in the other, with something of substance known in both."""
    one, other = _UNKNOWN.split(exported), _UNKNOWN.split(imported)
    if len(one) == 1 and len(other) == 1:
        return exported == imported
    if len(one) == len(other):
        return one == other and any(part.strip("-:_/") for part in one)
    pattern, text = (exported, imported) if len(one) > len(other) else (imported, exported)
    if "${" in text:
        return False
    parts = _UNKNOWN.split(pattern)
    if not parts[-1].strip("-:_/") and not parts[0].strip("-:_/"):
        return False
    return _holds(text, parts)


def _holds(text: str, parts: list[str]) -> bool:
    """Whether a text starts and ends with the outer parts, and holds those between in their order."""
    if not text.startswith(parts[0]) or not text.endswith(parts[-1]) or len(text) < len(parts[0]) + len(parts[-1]):
        return False
    at = len(parts[0])
    end = len(text) - len(parts[-1])
    for part in parts[1:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
