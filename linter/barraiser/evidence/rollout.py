"""How a deploy rolls out: at once or step by step, how long it is watched, and by which alarms. Read only when a rule asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.evidence.definition import together
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri

ALL_AT_ONCE, ROLLING, CANARY, LINEAR, BLUE_GREEN = "all-at-once", "rolling", "canary", "linear", "blue-green"

GRADUAL: Final[dict[str, Tri]] = {"": MAYBE, ALL_AT_ONCE: NO, ROLLING: YES, CANARY: YES, LINEAR: YES, BLUE_GREEN: YES}
"""Whether a strategy keeps part of the old version in service while the new one takes over."""

_NAMED: Final = re.compile(r"(Canary|Linear)(\d{1,3})Percent(?:Every)?(\d{1,4})(Seconds?|Minutes?)", re.IGNORECASE)


class Fault:
    """A key that keeps a rollback alarm from firing. ``missing``: what to set, as the file writes it; ``effect``: what happens
    without it; ``mild``: it weakens the alarm, but does not switch it off."""

    __slots__ = ("effect", "key", "mild", "missing", "place")

    def __init__(self, key: str, place: Place, missing: str, effect: str, *, mild: bool = False) -> None:
        self.key = key
        self.place = place
        self.missing = missing
        self.effect = effect
        self.mild = mild


class Rollout:
    """``strategy``: all-at-once, rolling, canary, linear or blue-green; empty where it is not known. ``gradual``: part of the old version
    stays in service while the new one takes over. ``steps``: percent of traffic and minutes at each step, in order.
    ``batch_percent``: the capacity replaced at a time; ``healthy_percent``: what stays in service at least; ``bake_minutes``: how long
    the deployer itself watches, or waits, before the deploy is done. None: not read. ``monitored``: alarms or an analysis end
    the wait; ``alarms``: their names; ``faults``: what keeps them from firing; ``place``: where it stands. ``final_bake``: for a
    configuration, how long it is watched after the last step. ``stays``: the command leaves the traffic at its last step, and a later
    one moves the rest.
    """

    __slots__ = (
        "alarms", "bake_minutes", "batch_percent", "faults", "final_bake", "gradual", "healthy_percent", "monitored",
        "place", "stays", "steps", "strategy", "why",
    )  # fmt: skip

    def __init__(
        self,
        strategy: str = "",
        *,
        gradual: Tri | None = None,
        steps: Sequence[tuple[float, float]] = (),
        batch_percent: float | None = None,
        healthy_percent: float | None = None,
        bake_minutes: float | None = None,
        monitored: Tri = MAYBE,
        alarms: Sequence[str] = (),
        faults: Sequence[Fault] = (),
        place: Place | None = None,
        why: str = "",
        final_bake: float | None = None,
        stays: bool = False,
    ) -> None:
        self.strategy = strategy
        self.final_bake = final_bake
        self.stays = stays
        self.gradual = GRADUAL[strategy] if gradual is None else gradual
        self.steps = tuple(steps)
        self.batch_percent = batch_percent
        self.healthy_percent = healthy_percent
        self.bake_minutes = bake_minutes
        self.monitored = monitored
        self.alarms = tuple(alarms)
        self.faults = tuple(faults)
        self.place = place
        self.why = why


def named_strategy(name: str) -> Rollout:
    """The rollout that a predefined name stands for (``Canary10Percent5Minutes``, ``CodeDeployDefault.HalfAtATime``)."""
    plain = name.strip().rpartition(".")[2]
    match = _NAMED.fullmatch(re.sub(r"^(Lambda|ECS)", "", plain))
    why = f"`{plain}`"
    if match is not None:
        percent = min(100.0, max(1.0, float(match[2])))
        minutes = float(match[3]) / (60 if match[4].lower().startswith("second") else 1)
        if match[1].lower() == "canary":
            return Rollout(CANARY, steps=[(percent, minutes), (100.0, 0.0)], bake_minutes=minutes, why=why)
        return linear(percent, minutes, why=why)
    if plain.lower().endswith("allatonce"):
        in_place = plain == "AllAtOnce"
        return Rollout(
            ALL_AT_ONCE, bake_minutes=0.0, batch_percent=100.0 if in_place else None,
            healthy_percent=0.0 if in_place else None, why=why,
        )  # fmt: skip
    if plain == "HalfAtATime":
        return Rollout(ROLLING, batch_percent=50.0, healthy_percent=50.0, bake_minutes=0.0, why=why)
    if plain == "OneAtATime":
        return Rollout(ROLLING, bake_minutes=0.0, why=why)
    return Rollout()


def linear(percent: float, minutes: float, *, why: str = "") -> Rollout:
    """Equal steps of so many percent, each held for so many minutes."""
    percent = min(100.0, max(1.0, percent))
    count = min(100, max(1, -int(-100 // percent)))
    steps = [(min(100.0, percent * number), minutes) for number in range(1, count + 1)]
    return Rollout(LINEAR, steps=steps, batch_percent=percent, bake_minutes=count * minutes, why=why)


def joined(rollouts: Sequence[Rollout]) -> Rollout:
    """One answer for what is rolled out together: what all agree on, the biggest batch, the shortest bake."""
    if len(rollouts) == 1:
        return rollouts[0]
    strategies = {each.strategy for each in rollouts}
    shortest = min(rollouts, key=lambda each: -1.0 if each.bake_minutes is None else each.bake_minutes)
    batches = [each.batch_percent for each in rollouts if each.batch_percent is not None]
    floors = [each.healthy_percent for each in rollouts if each.healthy_percent is not None]
    return Rollout(
        strategies.pop() if len(strategies) == 1 else "",
        gradual=together([each.gradual for each in rollouts]),
        steps=shortest.steps,
        batch_percent=max(batches, default=None),
        healthy_percent=min(floors, default=None),
        bake_minutes=shortest.bake_minutes,
        monitored=together([each.monitored for each in rollouts]),
        alarms=list(dict.fromkeys(name for each in rollouts for name in each.alarms)),
        faults=[fault for each in rollouts for fault in each.faults],
        place=next((each.place for each in rollouts if each.gradual != YES), rollouts[0].place),
        why=shortest.why,
    )
