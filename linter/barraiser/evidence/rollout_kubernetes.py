"""The rollout facts of Kubernetes objects: Argo Rollouts, Flagger canaries, plain workloads."""

from __future__ import annotations

import re
from typing import Final

from barraiser.evidence.definition import CANARY as FLAGGER
from barraiser.evidence.definition import ROLLOUT, Definition, below, literal
from barraiser.evidence.rollout import ALL_AT_ONCE, BLUE_GREEN, CANARY, ROLLING, Rollout
from barraiser.evidence.rollout_aws import number
from barraiser.source.nodes import Mapping, Node, Sequence, line_of

_DURATION: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([smhd]?)")
_UNITS: Final = {"": 1 / 60, "s": 1 / 60, "m": 1.0, "h": 60.0, "d": 1440.0}


def kubernetes_rollout(definition: Definition) -> Rollout:
    """What an object says about its rollout."""
    body = definition.body
    if body is None:
        return Rollout(
            definition.manner, place=definition.place, monitored=definition.on_alarm,
            bake_minutes=0.0 if definition.manner else None, why=f"the chart's workload is {definition.manner}",
        )  # fmt: skip
    if definition.kind == ROLLOUT:
        found = _argo(body)
    elif definition.kind == FLAGGER:
        found = _flagger(body)
    else:
        found = _workload(body)
    found.monitored = definition.on_alarm
    found.place = found.place or definition.place
    return found


def minutes_of(node: Node | None) -> float | None:
    """A duration (``10m``, ``600``: seconds) in minutes; None where it is computed or absent."""
    return minutes_in(literal(node))


def minutes_in(text: str) -> float | None:
    """As ``minutes_of``, for a text."""
    total, rest = 0.0, text.strip()
    if not rest:
        return None
    while rest:
        match = _DURATION.match(rest)
        if match is None:
            return None
        total += float(match[1]) * _UNITS[match[2]]
        rest = rest[match.end() :]
    return total


def _argo(body: Node | None) -> Rollout:
    strategy = below(body, "spec", "strategy")
    if below(strategy, "blueGreen") is not None:
        wait = minutes_of(below(strategy, "blueGreen", "autoPromotionSeconds"))
        return Rollout(BLUE_GREEN, bake_minutes=wait or 0.0, why="the Rollout is blue/green")
    steps = below(strategy, "canary", "steps")
    if not isinstance(steps, Sequence) or not steps.items:
        if below(strategy, "canary") is None:
            return Rollout()
        return Rollout(
            ROLLING, bake_minutes=0.0, batch_percent=_percent(below(strategy, "canary", "maxUnavailable"), 25.0)
        )
    taken: list[tuple[float, float]] = []
    weight, total, known = 0.0, 0.0, True
    for step in steps.items[:200]:
        given = number(below(step, "setWeight"))
        if given is not None:
            weight = given
            taken.append((weight, 0.0))
            continue
        if not isinstance(step, Mapping) or "pause" not in step:
            continue
        duration = below(step, "pause", "duration")
        minutes = 0.0 if duration is None else minutes_of(duration)
        if minutes is None:
            known = False
            continue
        total += minutes
        if taken:
            taken[-1] = (weight, taken[-1][1] + minutes)
    why = f"the Rollout's steps wait {total:g} minutes"
    return Rollout(CANARY, steps=taken, bake_minutes=total if known else None, place=line_of(steps), why=why)


def _flagger(body: Node | None) -> Rollout:
    analysis = below(body, "spec", "analysis")
    if analysis is None:
        analysis = below(body, "spec", "canaryAnalysis")
    interval = minutes_of(below(analysis, "interval"))
    step, most = number(below(analysis, "stepWeight")), number(below(analysis, "maxWeight"))
    iterations = number(below(analysis, "iterations"))
    weights = below(analysis, "stepWeights")
    if isinstance(weights, Sequence):
        known = [number(item) for item in weights.items[:100]]
        percents = [each for each in known if each is not None]
    elif step:
        most = most or 100.0
        percents = [min(most, step * count) for count in range(1, min(100, -int(-most // step)) + 1)]
    elif iterations is not None:
        why = "Flagger tests the new version beside the old one"
        return Rollout(BLUE_GREEN, bake_minutes=None if interval is None else iterations * interval, why=why)
    else:
        return Rollout()
    if interval is None:
        return Rollout(CANARY, why="Flagger raises the weight step by step")
    return Rollout(
        CANARY, steps=[(each, interval) for each in percents], bake_minutes=len(percents) * interval,
        why="Flagger raises the weight step by step",
    )  # fmt: skip


def _workload(body: Node | None) -> Rollout:
    kind = literal(below(body, "kind"))
    strategy = below(body, "spec", "strategy")
    if strategy is None:
        strategy = below(body, "spec", "updateStrategy")
    if literal(below(strategy, "type")) in ("Recreate", "OnDelete"):
        return Rollout(
            ALL_AT_ONCE, bake_minutes=0.0, batch_percent=100.0, healthy_percent=0.0,
            place=line_of(strategy) if strategy is not None else None, why="its strategy is Recreate",
        )  # fmt: skip
    limit = below(strategy, "rollingUpdate", "maxUnavailable")
    default = 25.0 if kind in ("Deployment", "DeploymentConfig") else None
    batch = _percent(limit, default)
    if limit is not None and batch is None:
        count, replicas = number(limit), number(below(body, "spec", "replicas"))
        batch = min(100.0, 100.0 * count / replicas) if count is not None and replicas else None
    ready = number(below(body, "spec", "minReadySeconds")) or 0.0
    why = f"the {kind or 'workload'} rolls"
    if ready:
        why += f", and waits {ready:g} seconds for each new pod"
    return Rollout(
        ROLLING, bake_minutes=ready / 60, batch_percent=batch, healthy_percent=None if batch is None else 100.0 - batch,
        place=line_of(limit) if limit is not None else None, why=why,
    )  # fmt: skip


def _percent(node: Node | None, default: float | None) -> float | None:
    if node is None:
        return default
    text = literal(node).strip()
    return float(text[:-1]) if text.endswith("%") and text[:-1].isdecimal() and len(text) < 8 else None
