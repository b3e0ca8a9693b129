"""AppConfig's deployment strategies: the predefined ones, and those that the repository defines.

https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-deployment-strategy-predefined.html
"""

from __future__ import annotations

import re
from typing import Final

from barraiser.evidence.definition import below, literal
from barraiser.evidence.library import MAX_LOOKED_AT, SAMPLES, SUFFIXES
from barraiser.evidence.rollout import ALL_AT_ONCE, CANARY, LINEAR, Rollout, named_strategy
from barraiser.evidence.rollout_aws import at, number
from barraiser.model.place import Place
from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.nodes import Mapping, Node, line_of
from barraiser.source.repository import Repository

PREDEFINED: Final = {
    "AppConfig.Linear20PercentEvery6Minutes": 30.0,
    "AppConfig.Canary10Percent20Minutes": 10.0,
    "AppConfig.AllAtOnce": 10.0,
    "AppConfig.Linear50PercentEvery30Seconds": 1.0,
}
"""The minutes for which each predefined strategy watches the alarms after its last step."""

MARKERS: Final = (b"AWS::AppConfig::DeploymentStrategy", b"aws_appconfig_deployment_strategy")
_NAME: Final = re.compile(r"(?:\$\{|#\{)?(?:aws_appconfig_deployment_strategy\.)?([\w-]{1,128})(?:\.(?:id|Id|arn))?\}?")

Strategy = tuple[str, str, Node | None, Place]
"""Logical name, own name, properties, place."""


def appconfig_rollout(named: str, repository: Repository) -> Rollout:
    """The rollout of the strategy that a deploy names, by its name, its logical name, or as the repository's only one."""
    if named in PREDEFINED:
        found = named_strategy(named)
        found.final_bake = PREDEFINED[named]
        found.bake_minutes = (found.bake_minutes or 0.0) + found.final_bake
        return found
    strategies = repository.remember(("appconfig strategies",), lambda: _search(repository))
    match = _NAME.fullmatch(named)
    plain = match[1] if match is not None else named
    chosen = [each for each in strategies if plain and plain in each[:2]] or strategies
    return _rollout(chosen[0][2], chosen[0][3]) if len(chosen) == 1 else Rollout()


def _rollout(body: Node | None, place: Place) -> Rollout:
    growth, final = number(at(body, "GrowthFactor")), at(body, "FinalBakeTimeInMinutes")
    minutes = number(at(body, "DeploymentDurationInMinutes"))
    bake = 0.0 if final is None else number(final)
    if growth is None or minutes is None:
        return Rollout(place=place)
    total = None if bake is None else minutes + bake
    if growth >= 100 or minutes == 0:
        found = Rollout(ALL_AT_ONCE, bake_minutes=total, place=place, why="its strategy reaches all targets at once")
    else:
        growth = max(1.0, growth)
        doubles = literal(at(body, "GrowthType")).upper() == "EXPONENTIAL"
        percents: list[float] = []
        share = growth
        while share < 100 and len(percents) < 100:
            percents.append(share)
            share = share * 2 if doubles else share + growth
        percents.append(100.0)
        steps = [(each, minutes / len(percents)) for each in percents]
        strategy = CANARY if doubles else LINEAR
        found = Rollout(strategy, steps=steps, bake_minutes=total, place=place, why="its strategy grows step by step")
    found.final_bake = bake
    return found


def _search(repository: Repository) -> list[Strategy]:
    found: list[Strategy] = []
    looked_at = 0
    for path in repository.files():
        if not path.endswith(SUFFIXES) or not SAMPLES.isdisjoint(path.lower().split("/")[:-1]):
            continue
        looked_at += 1
        if looked_at > MAX_LOOKED_AT:
            break
        data = repository.peek(path)
        if any(marker in data for marker in MARKERS):
            try:
                roots = [document.root for document in repository.documents(path)]
            except (SourceError, MissingExtra):
                continue
            for root in roots:
                found += _of_file(root)
    return found


def _of_file(root: Node | None) -> list[Strategy]:
    found: list[Strategy] = []
    resources = below(root, "Resources")
    for key, resource in resources if isinstance(resources, Mapping) else ():
        if isinstance(resource, Mapping) and resource.text("Type") == "AWS::AppConfig::DeploymentStrategy":
            body = resource.get("Properties")
            found.append((key.value, literal(below(body, "Name")), body, line_of(key)))
    blocks = below(root, "resource", "aws_appconfig_deployment_strategy")
    for key, block in blocks if isinstance(blocks, Mapping) else ():
        found.append((key.value, literal(at(block, "Name")), block, line_of(key)))
    return found
