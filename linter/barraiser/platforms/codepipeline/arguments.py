"""What a template's parameters are given in the repository: by parameter files, and by stacks that nest it.

A file counts only if the service would take it for this template: each of its keys is a parameter, and each parameter without default
is among its keys.
"""

from __future__ import annotations

from collections.abc import Mapping as Known
from typing import Final

from barraiser.platforms.codepipeline.intrinsics import Values, resources_of
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence
from barraiser.source.repository import Repository

MAX_FILES: Final = 8
"""Files for one template: what is more than variants are is not looked at."""

_FOLDERS: Final = (
    "parameters",
    "params",
    "parameter",
    "config",
    "configs",
    "configuration",
    "env",
    "envs",
    "environments",
)
_DATA: Final = (".json", ".yml", ".yaml")
_STACKS: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
_MAX_LOOKED_AT: Final = 300
_MAX_SIZE: Final = 100_000
_MAX_READ: Final = 1_000_000
"""Bytes of all files that are read for one template."""


class Arguments:
    """Values of a template's parameters, and the ``path`` of the file that gives them."""

    __slots__ = ("path", "values")

    def __init__(self, path: str, values: Known[str, str]) -> None:
        self.path = path
        self.values = dict(values)


def arguments_of(root: Mapping, repository: Repository) -> list[Arguments]:
    """Each way in which the repository gives the template's parameters values; ``[]`` where it says nothing of them."""
    declared = root.mapping("Parameters")
    if declared is None or not declared.pairs:
        return []
    parameters = {key.value: value for key, value in declared}
    found = [*_files(root, parameters, repository), *_parents(root, parameters, repository)]
    kept: dict[tuple[tuple[str, str], ...], Arguments] = {}
    for each in found:
        kept.setdefault(tuple(sorted(each.values.items())), each)
    return list(kept.values())[:MAX_FILES]


def _files(root: Mapping, parameters: Known[str, Node], repository: Repository) -> list[Arguments]:
    folder, _, name = root.path.rpartition("/")
    above = folder.rpartition("/")[0]
    own = _stem(name)
    places = [folder, *(f"{folder}/{each}" if folder else each for each in _FOLDERS)]
    if folder:
        places += [f"{above}/{each}" if above else each for each in _FOLDERS]
    found: list[Arguments] = []
    looked_at, left = 0, _MAX_READ
    for place in dict.fromkeys(places):
        for file in repository.folder(place):
            path = f"{place}/{file}" if place else file
            if not file.endswith(_DATA) or path == root.path or looked_at >= _MAX_LOOKED_AT or len(found) >= MAX_FILES:
                continue
            looked_at += 1
            data = repository.peek(path)
            if len(data) > min(_MAX_SIZE, left) or not any(key.encode() in data for key in parameters):
                continue
            left -= len(data)
            given = _given(path, repository)
            if given and _accepts(parameters, given) and _is_for(own, path, place, folder, given, repository):
                found.append(Arguments(path, _plain(parameters, given)))
    return found


def _given(path: str, repository: Repository) -> dict[str, str]:
    """The values of a parameter file: a list of ``ParameterKey`` and ``ParameterValue``, a mapping ``Parameters``, or a plain mapping."""
    try:
        root = repository.documents(path)[0].root
    except (SourceError, IndexError):
        return {}
    if isinstance(root, Mapping):
        inner = root.mapping("Parameters")
        if inner is None and "Resources" in root:
            return {}
        body = inner if inner is not None else root
        if all(isinstance(value, Scalar) for _, value in body):
            return {key.value: value.value for key, value in body if isinstance(value, Scalar)}
        return {}
    found: dict[str, str] = {}
    for item in root.items if isinstance(root, Sequence) else ():
        if isinstance(item, Mapping):
            found[item.text("ParameterKey")] = item.text("ParameterValue")
        elif isinstance(item, Scalar) and "=" in item.value:
            key, _, value = item.value.partition("=")
            found[key] = value
        else:
            return {}
    return {} if "" in found else found


def _accepts(parameters: Known[str, Node], given: Known[str, str]) -> bool:
    """Whether the service would take these values for a template with these parameters."""
    needed = {name for name, body in parameters.items() if not isinstance(body, Mapping) or body.get("Default") is None}
    return given.keys() <= parameters.keys() and needed <= given.keys()


def _is_for(own: str, path: str, place: str, folder: str, given: Known[str, str], repository: Repository) -> bool:
    """Whether a file that would fit is meant for this template: by its name, or because it fits no other one beside it."""
    stem = _stem(path.rpartition("/")[2])
    if own and (own in stem or stem in own or own == _stem(place.rpartition("/")[2])):
        return True
    for file in repository.folder(folder):
        other = f"{folder}/{file}" if folder else file
        if not file.endswith((*_DATA, ".template")) or other == path or _stem(file) == own:
            continue
        if b"Parameters" in repository.peek(other) and b"Resources" in repository.peek(other):
            try:
                root = repository.documents(other)[0].root
            except (SourceError, IndexError):
                continue
            declared = root.mapping("Parameters") if isinstance(root, Mapping) and "Resources" in root else None
            if declared is not None and _accepts({key.value: value for key, value in declared}, given):
                return False
    return True


def _stem(name: str) -> str:
    """A file's name without its suffixes and what says that it holds parameters."""
    stem = name.lower().partition(".")[0].replace("_", "-")
    parts = [
        part
        for part in stem.split("-")
        if part not in ("parameters", "params", "parameter", "param", "template", "config")
    ]
    return "-".join(parts)


def _plain(parameters: Known[str, Node], given: Known[str, str]) -> dict[str, str]:
    """The values without those that name an entry of a store, and without unknown ones."""
    found: dict[str, str] = {}
    for name, value in given.items():
        body = parameters.get(name)
        stored = isinstance(body, Mapping) and body.text("Type").startswith("AWS::SSM::")
        if body is not None and not stored and "${" not in value and "{{" not in value:
            found[name] = value
    return found


def _parents(root: Mapping, parameters: Known[str, Node], repository: Repository) -> list[Arguments]:
    """What stacks of the same folder, or of the one above, give to the template that they nest."""
    folder, _, name = root.path.rpartition("/")
    above = folder.rpartition("/")[0]
    found: list[Arguments] = []
    for place in dict.fromkeys((folder, above) if folder else (folder,)):
        for file in repository.folder(place)[:_MAX_LOOKED_AT]:
            path = f"{place}/{file}" if place else file
            if path == root.path or not file.endswith((*_DATA, ".template")):
                continue
            data = repository.peek(path)
            if name.encode() in data and (
                b"AWS::CloudFormation::Stack" in data or b"AWS::Serverless::Application" in data
            ):
                found += _nested(path, root.path, parameters, repository)
    return found


def _nested(path: str, nested: str, parameters: Known[str, Node], repository: Repository) -> list[Arguments]:
    try:
        root = repository.documents(path)[0].root
    except (SourceError, IndexError):
        return []
    if not isinstance(root, Mapping):
        return []
    found: list[Arguments] = []
    for _, body, values in resources_of(root, Values(root)):
        key = _STACKS.get(body.text("Type"))
        properties = values.mapping(body.get("Properties")) if key is not None else None
        if key is None or properties is None:
            continue
        location = values.text(properties.get(key))
        if "${" in location or repository.inside(location, path.rpartition("/")[0]) != nested:
            continue
        given = {name.value: values.text(value) for name, value in values.mapping(properties.get("Parameters")) or ()}
        found.append(Arguments(path, _plain(parameters, given)))
    return found
