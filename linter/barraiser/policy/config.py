"""The configuration ``.barraiser.yml``: a typed reader that finds every mistake and says where it stands."""

from __future__ import annotations

import os
from collections.abc import Mapping as Table
from collections.abc import Sequence as Several

from barraiser.model.declarations import (
    NOTHING_DECLARED,
    Declarations,
    DeclaredActivity,
    DeclaredEnvironment,
    DeclaredLink,
    DeclaredPipeline,
)
from barraiser.model.place import Place
from barraiser.model.words import ACTIVITY_KINDS, ENVIRONMENT_CLASSES, PIPELINE_KINDS, PROFILES, SEVERITIES
from barraiser.policy import keys
from barraiser.policy.evidence import current, last_day
from barraiser.policy.take import ConfigError, ConfigProblem, Taker, plain
from barraiser.policy.waivers import Waiver
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Document, Mapping, Node, Scalar, line_of, place_of
from barraiser.source.repository import Repository

PLACES = (".barraiser.yml", ".github/.barraiser.yml")
"""Where the configuration of a root stands."""


class RuleSettings:
    """What ``rules.ID`` says: ``off``, a severity, parameters by name (checked once the rules are known), each with its node."""

    __slots__ = ("id", "node", "off", "parameters", "severity")

    def __init__(self, id: str, node: Scalar, *, off: bool, severity: str, parameters: Table[str, Node]) -> None:
        self.id = id
        self.node = node
        self.off = off
        self.severity = severity
        self.parameters = dict(parameters)


class Config:
    """A configuration, read. ``path``: as reports show it, empty without one. ``select`` replaces the profile's list of rules,
    ``extend_select`` adds to it; both come with the node of each selector, for messages."""

    __slots__ = (
        "declared", "exclude", "extend_select", "path", "plugins", "profile", "rules", "select", "waivers",
    )  # fmt: skip

    def __init__(
        self,
        path: str = "",
        *,
        profile: str = "",
        select: Several[tuple[str, Node]] = (),
        extend_select: Several[tuple[str, Node]] = (),
        exclude: Several[str] = (),
        plugins: Several[str] = (),
        rules: Several[RuleSettings] = (),
        waivers: Several[Waiver] = (),
        declared: Declarations = NOTHING_DECLARED,
    ) -> None:
        self.path = path
        self.profile = profile
        self.select = tuple(select)
        self.extend_select = tuple(extend_select)
        self.exclude = tuple(exclude)
        self.plugins = tuple(plugins)
        self.rules = tuple(rules)
        self.waivers = tuple(waivers)
        self.declared = declared


def find_config(repository: Repository) -> str:
    """The path of a root's configuration, or empty. Raises ConfigError where it has two."""
    found = [path for path in PLACES if repository.exists(path)]
    if len(found) > 1:
        raise ConfigError(
            [ConfigProblem(f"{found[0]} is a configuration too: keep one of the two", Place(found[1], 1))]
        )
    return found[0] if found else ""


def read_config(repository: Repository, path: str, as_of: str, *, shown: str = "") -> Config:
    """The configuration at a path of the root; messages call it ``shown``. Raises ConfigError with all that is wrong."""
    return _read(repository, path, shown or path, as_of)


def read_config_file(path: str, as_of: str) -> Config:
    """The configuration that ``--config`` names, wherever it stands. Raises ConfigError with all that is wrong."""
    folder, name = os.path.split(os.path.abspath(path))
    return _read(Repository(folder), name, path, as_of)


def _read(repository: Repository, path: str, shown: str, as_of: str) -> Config:
    from barraiser.source.yaml_loader import load

    try:
        documents = load(repository.read_bytes(path), shown)
    except SourceError as error:
        fix = f" ({error.fix})" if error.fix else ""
        place = Place(shown, error.place.line, error.place.column, error.place.end_line)
        raise ConfigError([ConfigProblem(f"{error.message}{fix}", place)]) from None
    return config_from(documents, shown, as_of)


def config_from(documents: Several[Document], path: str, as_of: str) -> Config:
    """The configuration that documents hold; ``as_of`` (an ISO date) decides which declared evidence is still current."""
    taker = Taker()
    for document in documents:
        for first, second in document.duplicates:
            taker.wrong(second, f"`{second.value}` stands twice: first in line {first.line}")
    if len(documents) > 1:
        taker.problems.append(ConfigProblem("the configuration must be one document", Place(path, 1)))
    root = documents[0].root if documents else None
    config = _config(taker, root, path, as_of)
    if taker.problems:
        raise ConfigError([*taker.problems, *_by_schema(root, path, taker.problems)])
    return config


def _config(taker: Taker, root: Node | None, path: str, as_of: str) -> Config:
    top = taker.table(root, "the configuration", keys.TOP)
    version = top.get("version")
    if version is None:
        taker.problems.append(ConfigProblem("`version: 1` is missing", Place(path, 1)))
    elif plain(version) != 1:
        taker.wrong(version, "`version` must be 1")
    return Config(
        path,
        profile=taker.text(top.get("profile"), "`profile`", PROFILES),
        select=_selectors(taker, top.get("select"), "`select`"),
        extend_select=_selectors(taker, top.get("extend_select"), "`extend_select`"),
        exclude=taker.texts(top.get("exclude"), "`exclude`"),
        plugins=taker.texts(top.get("plugins"), "`plugins`"),
        rules=_rules(taker, top.get("rules")),
        waivers=_waivers(taker, top.get("waivers")),
        declared=_declared(taker, top, as_of),
    )


def _selectors(taker: Taker, node: Node | None, what: str) -> list[tuple[str, Node]]:
    found = [(taker.text(item, f"each of {what}"), item) for item in taker.items(node, what)]
    return [pair for pair in found if pair[0]]


def _declared(taker: Taker, top: Table[str, Node], as_of: str) -> Declarations:
    mode, evidence, expired = _evidence(taker, top.get("evidence"), as_of)
    return Declarations(
        owner=taker.text(top.get("owner"), "`owner`"),
        default_branch=taker.text(top.get("default_branch"), "`default_branch`"),
        timezone=taker.text(top.get("timezone"), "`timezone`"),
        environments=_environments(taker, top.get("environments")),
        activities=_activities(taker, top.get("activities")),
        pipelines=_pipelines(taker, top.get("pipelines")),
        links=_links(taker, top.get("links")),
        deployer=_given(taker, top.get("deployer"), "`deployer`", keys.DEPLOYER),
        evidence=evidence,
        evidence_required=mode == "required",
        expired=expired,
        review=_given(taker, top.get("review"), "`review`", keys.REVIEW),
        freezes=_freezes(taker, top.get("freezes")),
        as_of=as_of,
    )


def _environments(taker: Taker, node: Node | None) -> list[DeclaredEnvironment]:
    found = []
    for name, value in taker.table(node, "`environments`").items():
        what = f"environment `{name}`"
        table = taker.table(value, what, keys.ENVIRONMENT)
        found.append(
            DeclaredEnvironment(
                name,
                cls=taker.text(table.get("class"), f"`class` of {what}", ENVIRONMENT_CLASSES),
                match=taker.texts(table.get("match"), f"`match` of {what}"),
                account=taker.text(table.get("account"), f"`account` of {what}"),
                github=_given(taker, table.get("github"), f"`github` of {what}", keys.GITHUB),
                gitlab=_given(taker, table.get("gitlab"), f"`gitlab` of {what}", keys.GITLAB),
            )
        )
    return found


def _activities(taker: Taker, node: Node | None) -> list[DeclaredActivity]:
    found = []
    for name, value in taker.table(node, "`activities`").items():
        what = f"activity `{name}`"
        table = taker.table(value, what, keys.ACTIVITY)
        kinds = taker.texts(table.get("kinds"), f"`kinds` of {what}", ACTIVITY_KINDS)
        kind = taker.text(table.get("kind"), f"`kind` of {what}", ACTIVITY_KINDS)
        if "kind" in table and "kinds" in table:
            taker.wrong(table["kinds"], f"{what} has `kind` and `kinds`: keep one")
        gate = taker.truth(table.get("gate"), f"`gate` of {what}")
        found.append(
            DeclaredActivity(
                name,
                kinds=(kind,) if kind else kinds,
                environment=taker.text(table.get("environment"), f"`environment` of {what}"),
                minutes=taker.number(table.get("minutes"), f"`minutes` of {what}", 0),
                monitored=taker.truth(table.get("monitored"), f"`monitored` of {what}"),
                gate=gate is not False,
                role=taker.text(table.get("role"), f"`role` of {what}", keys.ROLES),
            )
        )
    return found


def _pipelines(taker: Taker, node: Node | None) -> list[DeclaredPipeline]:
    found = []
    for pattern, value in taker.table(node, "`pipelines`").items():
        what = f"pipeline `{pattern}`"
        table = taker.table(value, what, ("kind", "tier", *keys.PIPELINE_FACTS))
        facts = {key: plain(table[key]) for key in table if key in keys.PIPELINE_FACTS}
        for key in facts:
            keys.check(taker, table[key], f"`{key}` of {what}", keys.PIPELINE_FACTS[key])
        found.append(
            DeclaredPipeline(
                pattern,
                kind=taker.text(table.get("kind"), f"`kind` of {what}", PIPELINE_KINDS),
                tier=taker.whole(table.get("tier"), f"`tier` of {what}", 0),
                facts=facts,
            )
        )
    return found


def _links(taker: Taker, node: Node | None) -> list[DeclaredLink]:
    found = []
    for item in taker.items(node, "`links`"):
        table = taker.table(item, "each of `links`", ("from", "to", "via"))
        for key in ("from", "to"):
            if key not in table and (isinstance(item, Mapping) or _null(item)):
                taker.wrong(item, f"a link lacks `{key}`")
        source = taker.text(table.get("from"), "`from` of a link")
        target = taker.text(table.get("to"), "`to` of a link")
        via = taker.text(table.get("via"), "`via` of a link")
        if source and target:
            found.append(DeclaredLink(source, target, via))
    return found


def _given(taker: Taker, node: Node | None, what: str, allowed: Table[str, keys.Shape]) -> dict[str, object]:
    """A mapping as given, each of its keys of the shape that it must have."""
    found: dict[str, object] = {}
    for key, value in taker.table(node, what, tuple(allowed)).items():
        keys.check(taker, value, f"`{key}` of {what}", allowed[key])
        found[key] = plain(value)
    return found


def _evidence(
    taker: Taker, node: Node | None, as_of: str
) -> tuple[str, dict[str, object], dict[str, dict[str, object]]]:
    """The mode, the evidence that counts, and what no longer does."""
    table = taker.table(node, "`evidence`", ("mode", *keys.EVIDENCE))
    mode = taker.text(table.get("mode"), "`mode` of `evidence`", ("optional", "required"))
    given = {
        key: _given(taker, value, f"`{key}` of `evidence`", {**keys.EVIDENCE[key], **keys.SIGNED})
        for key, value in table.items()
        if key != "mode"
    }
    stale = {key: value for key, value in given.items() if not current(value, as_of)}
    expired = {key: {**value, "expires": last_day(value)} for key, value in stale.items()}
    return mode, {key: value for key, value in given.items() if key not in stale}, expired


def _freezes(taker: Taker, node: Node | None) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for item in taker.items(node, "`freezes`"):
        table = taker.table(item, "each of `freezes`", ("from", "to", "reason"))
        dates = {key: taker.date(table.get(key), f"`{key}` of a freeze") for key in ("from", "to")}
        for key in ("from", "to"):
            if key not in table and (isinstance(item, Mapping) or _null(item)):
                taker.wrong(item, f"a freeze lacks `{key}`")
        if all(dates.values()) and dates["from"] > dates["to"]:
            taker.wrong(table["to"], "a freeze ends before it begins")
        found.append({**dates, "reason": taker.text(table.get("reason"), "`reason` of a freeze")})
    return found


def _rules(taker: Taker, node: Node | None) -> list[RuleSettings]:
    found = []
    table = taker.table(node, "`rules`")
    for id, value in table.items():
        key = node.key(id) if isinstance(node, Mapping) else None
        if key is None:
            continue
        if isinstance(value, Scalar):
            if value.value != "off":
                taker.wrong(value, f"`{id}` must be `off` or a mapping of parameters")
            found.append(RuleSettings(id, key, off=True, severity="", parameters={}))
            continue
        settings = dict(taker.table(value, f"`{id}`"))
        severity = taker.text(settings.pop("severity", None), f"`severity` of `{id}`", SEVERITIES)
        taker.text(settings.pop("reason", None), f"`reason` of `{id}`")
        found.append(RuleSettings(id, key, off=False, severity=severity, parameters=settings))
    return found


def _waivers(taker: Taker, node: Node | None) -> list[Waiver]:
    """Waivers as they are: what one lacks is a finding of GOV002, not an error; only wrong types are errors."""
    found = []
    for item in taker.items(node, "`waivers`"):
        table = taker.table(item, "a waiver", keys.WAIVER)
        texts = {key: taker.text(value, f"`{key}` of a waiver") for key, value in table.items() if not _null(value)}
        if isinstance(item, Mapping) or _null(item):
            found.append(Waiver(place_of(item), **texts))
    return found


def _null(node: Node) -> bool:
    return isinstance(node, Scalar) and (node.is_null() or not node.value.strip())


def _by_schema(root: Node | None, path: str, known: Several[ConfigProblem]) -> list[ConfigProblem]:
    """What the JSON Schema finds in lines that nothing else was said about."""
    from barraiser.policy.schema import violations

    said = {problem.place.line for problem in known}
    return [
        ConfigProblem(message, line_of(node) if node is not None else Place(path, 1))
        for message, node in violations(root)
        if node is not None and node.line not in said
    ]
