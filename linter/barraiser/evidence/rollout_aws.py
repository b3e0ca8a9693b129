"""The rollout facts of AWS resources, in CloudFormation, SAM and Terraform."""

from __future__ import annotations

import re
from typing import Final

from barraiser.evidence.definition import (
    DEPLOYMENT_GROUP,
    ECS_SERVICE,
    FUNCTION,
    Definition,
    below,
    filled,
    literal,
    told,
)
from barraiser.evidence.rollout import (
    ALL_AT_ONCE,
    BLUE_GREEN,
    CANARY,
    LINEAR,
    ROLLING,
    Fault,
    Rollout,
    linear,
    named_strategy,
)
from barraiser.evidence.routing import ROUTES, rollout_of_alias
from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of

ON_ALARM: Final = "DEPLOYMENT_STOP_ON_ALARM"
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def aws_rollout(definition: Definition) -> Rollout | None:
    """What a resource says about its rollout; None where it says nothing of its own."""
    body = definition.body
    if definition.kind == ECS_SERVICE:
        return None if definition.external else _service(definition, body)
    if definition.kind == DEPLOYMENT_GROUP:
        return _group(definition, body)
    if definition.why == ROUTES:
        return rollout_of_alias(definition)
    if definition.kind == FUNCTION:
        return _function(definition, body)
    return None


def at(node: Node | None, *names: str) -> Node | None:
    """What stands under CloudFormation's names, or under Terraform's for them (``alarm_configuration``), in its one block."""
    for name in names:
        if isinstance(node, Sequence):
            node = node.items[0] if node.items else None
        if not isinstance(node, Mapping):
            return None
        found = node.get(name)
        node = found if found is not None else node.get(_WORD.sub("_", name).lower())
    return node


def number(node: Node | None) -> float | None:
    """A literal number; None where it is computed or absent."""
    text = literal(node).strip()
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < 1e6 else None


def names(node: Node | None) -> list[str]:
    """The names in a list of alarms, references included."""
    items = node.items if isinstance(node, Sequence) else []
    found = []
    for item in items[:50]:
        inner = below(item, "Name") if isinstance(item, Mapping) and "Name" in item else item
        if isinstance(inner, Scalar):
            found.append(inner.value)
        elif isinstance(inner, Mapping) and len(inner) == 1 and isinstance(inner.pairs[0][1], Scalar):
            found.append(inner.pairs[0][1].value)
    return found


def _service(definition: Definition, body: Node | None) -> Rollout:
    how = at(body, "DeploymentConfiguration")
    alarms = at(how, "Alarms")
    if alarms is None:
        alarms = at(body, "Alarms")
    enabled, rollback, listed = (
        told(at(alarms, "Enable")),
        told(at(alarms, "Rollback")),
        filled(at(alarms, "AlarmNames")),
    )
    faults = []
    place = line_of(alarms) if alarms is not None else definition.place
    if enabled == YES and rollback == NO:
        faults.append(
            Fault(
                "ecs-rollback", place, "Rollback: true", "the deployment stops on the alarm, and the new version stays"
            )
        )
    if enabled == YES and listed == NO:
        faults.append(Fault("ecs-names", place, "AlarmNames", "there is no alarm that could fire"))
    if enabled == NO and listed == YES:
        faults.append(Fault("ecs-enable", place, "Enable: true", "the alarms are listed, but not watched"))
    found = _ecs_strategy(body, how)
    found.monitored = min(enabled, listed)
    found.alarms, found.faults = tuple(names(at(alarms, "AlarmNames"))), tuple(faults)
    found.place = line_of(how) if isinstance(how, Mapping) else definition.place
    return found


def _ecs_strategy(body: Node | None, how: Node | None) -> Rollout:
    named = at(how, "Strategy")
    strategy = literal(named).upper() if named is not None else "ROLLING"
    bake = number(at(how, "BakeTimeInMinutes"))
    if strategy == "CANARY":
        percent, minutes = (
            _default(at(how, "CanaryConfiguration", "CanaryPercent"), 5.0),
            _default(at(how, "CanaryConfiguration", "CanaryBakeTimeInMinutes"), 10.0),
        )
        if percent is None or minutes is None:
            return Rollout(CANARY, why="the ECS service shifts a canary first")
        total = minutes + (bake or 0.0)
        return Rollout(
            CANARY, steps=[(percent, minutes), (100.0, bake or 0.0)], bake_minutes=total,
            why=f"the ECS service holds a canary of {percent:g} percent",
        )  # fmt: skip
    if strategy == "LINEAR":
        percent, minutes = (
            _default(at(how, "LinearConfiguration", "StepPercent"), 10.0),
            _default(at(how, "LinearConfiguration", "StepBakeTimeInMinutes"), 6.0),
        )
        if percent is None or minutes is None:
            return Rollout(LINEAR, why="the ECS service shifts in equal steps")
        found = linear(percent, minutes, why="the ECS service shifts in equal steps")
        found.bake_minutes = (found.bake_minutes or 0.0) + (bake or 0.0)
        return found
    if strategy == "BLUE_GREEN":
        return Rollout(BLUE_GREEN, bake_minutes=bake, why="the ECS service is replaced beside the old one")
    if strategy != "ROLLING":
        return Rollout()
    floor = at(how, "MinimumHealthyPercent")
    if floor is None:
        floor = at(body, "DeploymentMinimumHealthyPercent")
    healthy = 100.0 if floor is None and _plain(how) else number(floor)
    desired = number(at(body, "DesiredCount"))
    if healthy == 0 or desired == 1:
        why = "the ECS service may stop all its tasks" if healthy == 0 else "the ECS service has a single task"
        return Rollout(ALL_AT_ONCE, batch_percent=100.0, healthy_percent=healthy, bake_minutes=0.0, why=why)
    return Rollout(
        ROLLING, gradual=YES if healthy is not None else MAYBE, healthy_percent=healthy, bake_minutes=0.0,
        batch_percent=None if healthy is None or healthy >= 100 else 100.0 - healthy, why="the ECS service rolls",
    )  # fmt: skip


def _plain(node: Node | None) -> bool:
    return node is None or (isinstance(node, Mapping) and not node.tag and "Ref" not in node and "Fn::If" not in node)


def _default(node: Node | None, default: float) -> float | None:
    return default if node is None else number(node)


def _group(definition: Definition, body: Node | None) -> Rollout:
    alarms, rollback = at(body, "AlarmConfiguration"), at(body, "AutoRollbackConfiguration")
    listed = filled(at(alarms, "Alarms"))
    enabled = told(at(alarms, "Enabled"), YES if listed != NO else NO)
    style = literal(at(body, "DeploymentStyle", "DeploymentType")).upper()
    config = at(body, "DeploymentConfigName")
    found = _configured(config, definition.root)
    if style == "BLUE_GREEN" and found.strategy in ("", ROLLING, ALL_AT_ONCE) and config_in_place(literal(config)):
        found = Rollout(BLUE_GREEN, bake_minutes=0.0, why="the deployment group is blue/green")
    found.monitored = min(enabled, listed)
    found.alarms = tuple(names(at(alarms, "Alarms")))
    found.place = line_of(config) if config is not None else definition.place
    found.faults = tuple(_group_faults(definition, alarms, rollback, min(enabled, listed)))
    return found


def config_in_place(name: str) -> bool:
    """Whether a CodeDeploy configuration's name is one for instances (also the default, where none is named)."""
    plain = name.rpartition(".")[2]
    return plain in ("", "AllAtOnce", "HalfAtATime", "OneAtATime")


def _configured(config: Node | None, root: Node | None) -> Rollout:
    if config is None:
        return named_strategy("CodeDeployDefault.OneAtATime")
    name = literal(config)
    logical = name.partition(".")[2].partition(".")[0] if name.startswith("aws_codedeploy_deployment_config.") else ""
    if isinstance(config, Scalar) and config.tag in ("!Ref", "!GetAtt"):
        logical = config.value.partition(".")[0]
    elif isinstance(config, Mapping):
        logical = literal(config.get("Ref"))
    if logical:
        own = below(root, "Resources", logical, "Properties")
        if own is None:
            own = at(below(root, "resource", "aws_codedeploy_deployment_config"), logical)
        return _config(own)
    return named_strategy(name)


def _config(own: Node | None) -> Rollout:
    """A deployment configuration of the template's own."""
    routing, hosts = at(own, "TrafficRoutingConfig"), at(own, "MinimumHealthyHosts")
    canary, steps = at(routing, "TimeBasedCanary"), at(routing, "TimeBasedLinear")
    if canary is not None:
        percent = number(at(canary, "CanaryPercentage") if at(canary, "CanaryPercentage") else at(canary, "Percentage"))
        minutes = number(at(canary, "CanaryInterval") if at(canary, "CanaryInterval") else at(canary, "Interval"))
        if percent is None or minutes is None:
            return Rollout(CANARY)
        return Rollout(CANARY, steps=[(percent, minutes), (100.0, 0.0)], bake_minutes=minutes, why="its canary")
    if steps is not None:
        percent = number(at(steps, "LinearPercentage") if at(steps, "LinearPercentage") else at(steps, "Percentage"))
        minutes = number(at(steps, "LinearInterval") if at(steps, "LinearInterval") else at(steps, "Interval"))
        return Rollout(LINEAR) if percent is None or minutes is None else linear(percent, minutes)
    if literal(at(routing, "Type")) == "AllAtOnce":
        return Rollout(ALL_AT_ONCE, bake_minutes=0.0, why="its traffic routing is AllAtOnce")
    if hosts is not None:
        value = number(at(hosts, "Value"))
        if literal(at(hosts, "Type")).upper() == "FLEET_PERCENT" and value is not None:
            strategy = ROLLING if value > 0 else ALL_AT_ONCE
            return Rollout(strategy, batch_percent=100.0 - value, healthy_percent=value, bake_minutes=0.0)
        return Rollout(ROLLING, bake_minutes=0.0)
    return Rollout()


def _group_faults(definition: Definition, alarms: Node | None, rollback: Node | None, watched: Tri) -> list[Fault]:
    faults = []
    events = at(rollback, "Events")
    enabled = told(at(rollback, "Enabled"), NO if rollback is None else YES)
    texts = {literal(item).upper() for item in events.items} if isinstance(events, Sequence) else set()
    place = line_of(rollback) if rollback is not None else definition.place
    if enabled == YES and watched == YES and isinstance(events, Sequence) and "" not in texts and ON_ALARM not in texts:
        faults.append(
            Fault(
                "codedeploy-events",
                place,
                f"{ON_ALARM} in Events",
                "an alarm stops the deployment, and nothing goes back",
            )
        )
    if enabled == NO and watched == YES:
        faults.append(
            Fault("codedeploy-rollback", place, f"AutoRollbackConfiguration with {ON_ALARM}", "an alarm only stops")
        )
    if enabled != NO and ON_ALARM in texts and watched == NO:
        faults.append(
            Fault("codedeploy-alarms", place, "AlarmConfiguration with Enabled: true and Alarms", "no alarm is watched")
        )
    if told(at(alarms, "IgnorePollAlarmFailure")) == YES:
        where = at(alarms, "IgnorePollAlarmFailure")
        faults.append(
            Fault(
                "codedeploy-poll",
                line_of(where) if where is not None else place,
                "IgnorePollAlarmFailure: false",
                "the deployment goes on when the alarms cannot be read",
                mild=True,
            )
        )
    return faults


def _function(definition: Definition, body: Node | None) -> Rollout | None:
    shared = below(definition.root, "Globals", "Function")
    own = below(body, "DeploymentPreference")
    common = below(shared, "DeploymentPreference")
    if body is None or definition.why.startswith("the alias"):
        return None

    def first(key: str) -> Node | None:
        found = below(own, key)
        return found if found is not None else below(common, key)

    if own is None and common is None:
        return Rollout(
            ALL_AT_ONCE,
            bake_minutes=0.0,
            monitored=NO,
            place=definition.place,
            why="the function has no DeploymentPreference",
        )
    enabled = told(first("Enabled"), YES)
    kind = first("Type")
    place = (
        line_of(own)
        if isinstance(own, Mapping)
        else line_of(common)
        if isinstance(common, Mapping)
        else definition.place
    )
    found = named_strategy(literal(kind))
    alarms = filled(first("Alarms"))
    alias = below(body, "AutoPublishAlias")
    alias = alias if alias is not None else below(shared, "AutoPublishAlias")
    faults = []
    if enabled == NO:
        faults.append(
            Fault("sam-enabled", place, "Enabled: true", "the function is replaced at once, and no alarm is watched")
        )
        found = Rollout(ALL_AT_ONCE, bake_minutes=0.0, why="`DeploymentPreference` is not enabled")
    elif alias is None:
        faults.append(
            Fault("sam-alias", place, "AutoPublishAlias", "there is no alias to shift, so nothing is gradual")
        )
    elif alarms == NO and found.strategy and found.strategy != ALL_AT_ONCE:
        faults.append(
            Fault("sam-alarms", place, "Alarms", "traffic is shifted step by step, but nothing watches the steps")
        )
    found.monitored = all_of((enabled, alarms))
    found.alarms, found.faults, found.place = tuple(names(first("Alarms"))), tuple(faults), place
    return found
