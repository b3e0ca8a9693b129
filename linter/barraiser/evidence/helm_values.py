"""The workloads of a chart as a release renders them, where the values that decide are literal."""

from __future__ import annotations

from typing import Final

from barraiser.evidence import kubernetes
from barraiser.evidence.chart import Values, rendered
from barraiser.evidence.definition import Definition
from barraiser.evidence.deployer import Deployer
from barraiser.model.tri import MAYBE
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping
from barraiser.source.repository import Repository
from barraiser.source.yaml_loader import load

_MAX_TEMPLATES: Final = 100
_DEFAULTS: Final = ("values.yaml", "values.yml")


def release_definitions(
    chart: str, known: list[Definition], deployer: Deployer, repository: Repository
) -> list[Definition]:
    """The definitions of a chart's templates, those rendered that can be; of the others what their text shows (``known``)."""
    values = values_of_release(chart, deployer, repository)
    if values is None:
        return known
    by_path: dict[str, list[Definition]] = {}
    for definition in known:
        by_path.setdefault(definition.place.path, []).append(definition)
    found: list[Definition] = []
    for path, definitions in list(by_path.items())[:_MAX_TEMPLATES]:
        if all(each.body is not None for each in definitions):
            found += definitions
            continue
        made = _rendered(path, values, repository)
        found += definitions if made is None else made
    return found


def _rendered(path: str, values: Values, repository: Repository) -> list[Definition] | None:
    try:
        text = rendered(repository.read_text(path), values)
        documents = load(text.encode(), path) if text is not None else []
    except SourceError:
        return None
    if text is None:
        return None
    return [each for document in documents for each in kubernetes.read_manifest(document)]


def values_of_release(chart: str, deployer: Deployer, repository: Repository) -> Values | None:
    """The values that a release has: the chart's own, the files and settings that the command names; None where one is not here."""
    paths = [path for name in _DEFAULTS if repository.exists(path := f"{chart}/{name}")][:1]
    if not paths or deployer.flag("--values-that-no-flag-has") == MAYBE:  # a variable may hold further flags
        return None
    for name in (*deployer.options("-f", "--values"), *deployer.input("values-files", "valueFiles", "values").split()):
        for part in name.split(","):
            path = deployer.path(repository, part)
            if not path or not repository.exists(path):
                return None
            paths.append(path)
    roots: list[Mapping] = []
    for path in reversed(paths):
        try:
            root = repository.documents(path)[0].root
        except (SourceError, IndexError):
            return None
        if isinstance(root, Mapping):
            roots.append(root)
        elif root is not None:
            return None
    given: dict[str, str] = {}
    for option in deployer.options("--set", "--set-string"):
        for pair in option.split(","):
            name, equals, value = pair.partition("=")
            if equals:
                given[name.strip()] = value
    return Values(
        roots,
        {name: value for name, value in given.items() if "$" not in value}
        | {f"{name}.?": "" for name, value in given.items() if "$" in value},
    )
