"""Kubernetes manifests that are no new version: faults to inject."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from barraiser.classify.names import words_of

_FAULTS: Final = frozenset(
    {"ChaosEngine", "PodChaos", "NetworkChaos", "StressChaos", "IOChaos", "TimeChaos", "DNSChaos", "HTTPChaos", "KernelChaos"}
)  # fmt: skip
"""Kinds of objects that inject faults: https://chaos-mesh.org/docs/, https://docs.litmuschaos.io/docs/concepts/chaos-engine."""

_CHAOS: Final = frozenset({"chaos", "chaosengine", "podchaos", "networkchaos", "stresschaos", "litmus"})
_SET_UP: Final = frozenset(
    {"operator", "crd", "crds", "rbac", "install", "controller", "namespace", "sa", "admin", "dashboard"}
)


def injects_faults(kinds: Set[str], path: str) -> bool:
    """Whether applying objects of these kinds (none: they are not known), from a file at that path, is a fault and no deploy."""
    if kinds:
        return not kinds.isdisjoint(_FAULTS)
    parts = set(words_of(path))
    return not parts.isdisjoint(_CHAOS) and parts.isdisjoint(_SET_UP)
