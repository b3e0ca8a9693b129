"""For how long what a deploy applies keeps the version before: the old stack, the old revisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.evidence.definition import (
    DEPLOYMENT_GROUP,
    ECS_SERVICE,
    RELEASE,
    ROLLOUT,
    WORKLOAD,
    Definition,
    below,
    literal,
)
from barraiser.evidence.rollout_aws import at, number
from barraiser.model.place import Place
from barraiser.source.nodes import Node, line_of

SHIFTS: Final = ("BLUE_GREEN", "CANARY", "LINEAR")
ROLLOUT_DELAY: Final = 30
"""Seconds after which Argo Rollouts stops the old version where nothing is said:
https://argo-rollouts.readthedocs.io/en/stable/features/bluegreen/"""


class Kept:
    """``key``: the key of the definition that says it, and ``said``: with its value; ``minutes``: for how long the old version still
    runs; ``versions``: how many earlier ones are remembered; ``days``: for how long they are. All None: it is computed."""

    __slots__ = ("days", "key", "minutes", "place", "said", "versions")

    def __init__(
        self,
        key: str,
        place: Place,
        *,
        minutes: float | None = None,
        versions: float | None = None,
        days: float | None = None,
        said: str = "",
    ) -> None:
        self.days = days
        self.said = said or f"{key}: {versions:g}" if versions is not None else key
        self.key = key
        self.place = place
        self.minutes = minutes
        self.versions = versions


def kept_by(definitions: Sequence[Definition]) -> tuple[Kept, ...]:
    """What these definitions say of the version before. What says nothing is left out, but for a default that is short."""
    return tuple(found for definition in definitions for found in _of(definition))


def _of(definition: Definition) -> list[Kept]:
    body = definition.body
    if body is None:
        return []
    if definition.kind == DEPLOYMENT_GROUP:
        style = at(body, "BlueGreenDeploymentConfiguration")
        style = style if style is not None else at(body, "BlueGreenDeploymentConfig")
        block = at(style, "TerminateBlueInstancesOnDeploymentSuccess")
        wait = at(block, "TerminationWaitTimeInMinutes")
        if literal(at(block, "Action")).upper() == "KEEP_ALIVE" or block is None:
            return []
        place = line_of(wait if wait is not None else block)
        return [Kept("TerminationWaitTimeInMinutes", place, minutes=0.0 if wait is None else number(wait))]
    if definition.kind == ECS_SERVICE:
        how = at(body, "DeploymentConfiguration")
        bake = at(how, "BakeTimeInMinutes")
        if literal(at(how, "Strategy")).upper() not in SHIFTS or bake is None:
            return []
        return [Kept("BakeTimeInMinutes", line_of(bake), minutes=number(bake))]
    if definition.kind in (ROLLOUT, WORKLOAD):
        return [*_history(body), *_delay(body)]
    if definition.kind == RELEASE:
        return [*_history(body), *_releases(body)]
    return []


def _releases(body: Node) -> list[Kept]:
    """``maxHistory`` of a HelmRelease, which counts the current one, and where 0 is no limit:
    https://fluxcd.io/flux/components/helm/helmreleases/#max-history"""
    limit = below(body, "spec", "maxHistory")
    count = number(limit)
    if limit is None or not count:
        return []
    return [Kept("maxHistory", line_of(limit), versions=count - 1, said=f"maxHistory: {count:g}")]


def _history(body: Node) -> list[Kept]:
    limit = below(body, "spec", "revisionHistoryLimit")
    if limit is None or number(limit) is None:
        return []
    return [Kept("revisionHistoryLimit", line_of(limit), versions=number(limit))]


def _delay(body: Node) -> list[Kept]:
    block = below(body, "spec", "strategy", "blueGreen")
    if block is None:
        return []
    given = below(block, "scaleDownDelaySeconds")
    seconds = ROLLOUT_DELAY if given is None else number(given)
    place = line_of(given if given is not None else block)
    return [Kept("scaleDownDelaySeconds", place, minutes=None if seconds is None else seconds / 60)]
