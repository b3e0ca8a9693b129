"""The waves in which production is reached: where each deploy goes, and which deploys come after which."""

from __future__ import annotations

import re
from typing import Final

from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph
from barraiser.model.words import DEPLOY_KINDS

REGION_KEYS: Final = (
    "region",
    "aws_region",
    "aws-region",
    "location",
    "datacenter",
    "dc",
    "cell",
    "cluster",
    "shard",
    "geo",
)
"""Names of a matrix' axes, and of variables, that say where a deploy goes."""

_CLOUD: Final = re.compile(
    r"(?<![a-z0-9])("
    r"(?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-)?(?:north|south|east|west|central)(?:east|west)?-?\d"
    r"|(?:us|europe|asia|australia|northamerica|southamerica|me|africa)-(?:north|south|east|west|central)(?:east|west)?\d"
    r"|(?:north|south|east|west|central)?(?:us|europe|india|uk|asia|japan|australia)(?:east|west|north|south|central)?2?"
    r")(?![a-z0-9])"
)
_SHORT: Final = frozenset(
    ("eu", "emea", "apac", "ap", "latam", "na", "amer", "asia", "europe", "us", "uk", "au", "jp", "ca", "de")
)
_SLICE: Final = re.compile(r"(?:wave|ring|cell|tranche|batch|region|zone)[-_ ]?(\d{1,3}|[a-f])(?![a-z0-9])")
_COMPUTED: Final = re.compile(r"\$[({A-Za-z_]|[#{]\{")


class Target:
    """Where a deploy goes. ``region``: the region, cell or slice, empty for the pipeline's own; ``account`` likewise. ``known``: both
    are constants, or nothing names them."""

    __slots__ = ("account", "known", "region")

    def __init__(self, region: str, account: str, known: bool) -> None:
        self.region = region
        self.account = account
        self.known = known

    @property
    def key(self) -> tuple[str, str]:
        """What two deploys to the same place have in common."""
        return self.region, self.account


def target_of(node: Node) -> Target:
    """Region and account of a deploy: by its facts, its job's tags, its matrix, its variables, the environment's name."""
    job, facts = node.job, node.activity.facts
    region = facts.get("region") or job.tags.get("region") or ""
    low = {key.lower(): value for key, value in job.matrix.items()}
    if not region:
        region = next((low[key] for key in REGION_KEYS if low.get(key)), "")
    if not region:
        region = (
            job.variables.get("AWS_REGION")
            or job.variables.get("AWS_DEFAULT_REGION")
            or job.variables.get("REGION")
            or ""
        )
    account = facts.get("account") or job.tags.get("account") or ""
    if "AWS::Region" in region:
        region = ""
    if "AWS::AccountId" in account:
        account = ""
    if not region:
        region = _named(node)
    known = not _COMPUTED.search(region) and not _COMPUTED.search(account)
    return Target(region.lower(), account, known)


def _named(node: Node) -> str:
    """A region, or a slice of production, in the names of the environment and of the job."""
    names = [
        node.environment.name if node.environment else "",
        node.job.environment.name if node.job.environment else "",
    ]
    for name in (*names, node.job.template, node.job.stage or ""):
        low = name.lower().replace("_", "-")
        match = _CLOUD.search(low)
        if match is not None:
            return match[1]
        match = _SLICE.search(low)
        if match is not None:
            return match[0]
        short = [part for part in re.split(r"[^a-z]+", low) if part in _SHORT]
        if short:
            return short[0]
    return ""


class Waves:
    """``waves``: the prod deploys of a scenario that are no one-box, by wave, the first first; ``targets``: where each goes, by the
    node's index. ``known``: every target is known."""

    __slots__ = ("known", "number", "targets", "waves")

    def __init__(self, waves: list[list[Node]], targets: dict[int, Target], number: dict[int, int]) -> None:
        self.waves = waves
        self.targets = targets
        self.number = number
        self.known = all(target.known for target in targets.values())

    def places(self, wave: int) -> list[tuple[str, str]]:
        """The different regions and accounts of a wave (0 is the first), in order."""
        return list(dict.fromkeys(self.targets[node.index].key for node in self.waves[wave]))

    def all_places(self) -> set[tuple[str, str]]:
        """The different regions and accounts of production."""
        return {target.key for target in self.targets.values()}


MAX_DEPLOYS: Final = 500


def waves_of(graph: ScenarioGraph) -> Waves:
    """Waves of the prod deploys that run or may run in a scenario: one more than the highest before it in another place.

    Of more deploys than ``MAX_DEPLOYS`` the first are looked at.
    """
    deploys = graph.nodes(*DEPLOY_KINDS, classes=("prod",))[:MAX_DEPLOYS]
    targets = {node.index: target_of(node) for node in deploys}
    number: dict[int, int] = {}
    waves: list[list[Node]] = []
    for at, node in enumerate(deploys):
        wave = 0
        for earlier in deploys[:at]:
            other = targets[earlier.index].key != targets[node.index].key
            least = number[earlier.index] + (1 if other else 0)
            if least > wave and graph.before(earlier, node):
                wave = least
        number[node.index] = wave
        while len(waves) <= wave:
            waves.append([])
        waves[wave].append(node)
    return Waves(waves, targets, number)
