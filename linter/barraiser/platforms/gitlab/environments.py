"""``environment``: its name, its action, and the tier that the platform makes of it."""

from __future__ import annotations

import re
from typing import Final

from barraiser.model.environment import EnvironmentKey
from barraiser.model.place import Place
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.platforms.gitlab.variables import Scope, unresolved
from barraiser.source.nodes import Mapping, Node, Scalar

ACTIONS: Final = ("start", "prepare", "verify", "access", "stop")
TIERS: Final = ("production", "staging", "testing", "development", "other")

_GUESSES: Final = (
    ("development", re.compile(r"dev|review|trunk", re.I)),
    ("testing", re.compile(r"test|tst|int|ac(?:ce|)pt|qa|qc|control|quality", re.I)),
    ("staging", re.compile(r"st(?:a|)g|mod(?:e|)l|pre|demo|non", re.I)),
    ("production", re.compile(r"pr(?:o|)d|live", re.I)),
)


def tier_of(name: str) -> str:
    """The tier that the platform guesses from an environment's name; empty where variables keep it from being told."""
    for number, (tier, pattern) in enumerate(_GUESSES):
        if pattern.search(name):
            return tier if number == 0 or not unresolved(name) else ""
    return "" if unresolved(name) else "other"


class EnvironmentSpec:
    """What a job's ``environment`` says, before its variables are known: one for each way of starting and each instance."""

    __slots__ = ("action", "facts", "name", "tier", "url")

    def __init__(self, name: str, *, action: str, tier: str, url: str, facts: dict[str, str]) -> None:
        self.name = name
        self.action = action
        self.tier = tier
        self.url = url
        self.facts = facts

    def key(self, name: str, scope: Scope, place: Place) -> EnvironmentKey:
        """The environment under a name with variables put in; ``place``: where the job's ``environment`` stands."""
        tier = scope.expand(self.tier)
        return EnvironmentKey(
            name,
            place,
            resolved=not unresolved(name),
            action=self.action,
            tier="" if unresolved(tier) else tier,
            url=scope.expand(self.url),
            counts_as=(tier if tier in TIERS else "") if tier else tier_of(name),
        )


def again_in(environment: EnvironmentKey | None) -> str:
    """How an earlier version comes back by the list of deployments that GitLab keeps for each environment."""
    if environment is None or environment.action not in ("", "start"):
        return ""
    return f"an earlier deployment of `{environment.name}` can be deployed again"


def environment_of(node: Node | None, job: str, reading: Reading) -> EnvironmentSpec | None:
    """A job's environment, or None; what the platform refuses is noted."""
    node = given(node)
    if node is None:
        return None
    if isinstance(node, Scalar):
        return EnvironmentSpec(node.value, action="start", tier="", url="", facts={}) if node.value else None
    if not isinstance(node, Mapping):
        reading.wrong_type(f"`environment` of `{job}`", "a name or a mapping", node)
        return None
    name = given(node.get("name"))
    action, tier = node.text("action") or "start", node.text("deployment_tier")
    if action not in ACTIONS:
        reading.problem(
            f"`action` of the environment of `{job}` must be one of {', '.join(ACTIONS)}",
            node.get("action") or node,
            "correct the word",
        )
        action = "start"
    if tier and tier not in TIERS and "$" not in tier:
        reading.problem(
            f"`deployment_tier` of `{job}` must be one of {', '.join(TIERS)}",
            node.get("deployment_tier") or node,
            "correct the word",
        )
        tier = ""
    if not isinstance(name, Scalar):
        reading.problem(
            f"the `environment` of `{job}` has no name", name or node, "add `name: production` (or what it is)"
        )
        return None
    facts = {key: node.text(key) for key in ("on_stop", "auto_stop_in") if node.text(key)}
    kubernetes = node.mapping("kubernetes")
    if kubernetes is not None:
        facts["kubernetes"] = kubernetes.text("namespace") or kubernetes.text("agent") or "yes"
    return EnvironmentSpec(name.value, action=action, tier=tier, url=node.text("url"), facts=facts)
