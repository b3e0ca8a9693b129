"""The rollout of a deploy: what its definitions say, its own flags and traits, and what is declared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from barraiser.evidence.analysis import never_fails
from barraiser.evidence.applied import Applied
from barraiser.evidence.definition import APPCONFIG_ENVIRONMENT, FUNCTION, ROLLOUT, WORKLOAD, Definition, below, filled
from barraiser.evidence.definition import CANARY as FLAGGER
from barraiser.evidence.deployer import Deployer, first_existing
from barraiser.evidence.mechanisms import FAMILIES
from barraiser.evidence.rollout import ALL_AT_ONCE, CANARY, ROLLING, Fault, Rollout, joined, named_strategy
from barraiser.evidence.rollout_aws import aws_rollout, number
from barraiser.evidence.rollout_kubernetes import kubernetes_rollout, minutes_in
from barraiser.evidence.routing import share_in_command
from barraiser.model.tri import MAYBE, NO, YES
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

AT_ONCE: Final[dict[str, str]] = {
    "docker": "the containers are replaced in place", "files": "the files are copied over the old ones",
    "lambda": "the function's code is replaced at once", "ssh": "the commands change the hosts in place",
    "ec2": "the action runs scripts on the instances", "app-engine": "all traffic moves to the new version",
    "cloud-run": "all traffic moves to the new revision", "workers": "all traffic moves to the new version",
    "firebase": "all traffic moves to the new release", "netlify": "all traffic moves to the new deploy",
    "pages": "the site is replaced as a whole", "static-web-apps": "the site is replaced as a whole",
    "s3": "the objects are replaced", "gcs": "the objects are replaced", "heroku": "all dynos restart with the new release",
    "azure-app-service": "the app is replaced as a whole",
}  # fmt: skip
"""Deployers that, without flags that say otherwise, give the new version all traffic at once."""

ROLLS: Final[dict[str, str]] = {
    "fly": "Fly replaces machines one by one", "docker-swarm": "a swarm service replaces its tasks one by one",
    "app-runner": "App Runner moves to instances that are healthy",
}  # fmt: skip

_SPLIT: Final = re.compile(r"=(\d{1,2})\b")
_MONITORING: Final = re.compile(r"MonitoringTimeInMinutes\"?\s*[=:]\s*\"?(\d{1,4})")


def rollout_of(found: Applied, deployer: Deployer, repository: Repository, declared: Mapping[str, object]) -> Rollout:
    """The rollout facts of what a deploy applies. A definition that was read is stronger than a declaration."""
    own = [each for each in (_of(definition) for definition in found.definitions) if each is not None]
    rollout = joined(own) if own else _by_command(found, deployer, repository)
    if own and found.mechanism == "codedeploy":
        _as_commanded(rollout, deployer)
    if found.mechanism == "cloudformation" or deployer.mechanism == "cloudformation":
        _stack(rollout, deployer, repository)
    for each in found.definitions:
        fault = never_fails(each, repository) if each.kind == ROLLOUT and each.on_alarm == YES else None
        if fault is not None:
            rollout.faults = (*rollout.faults, fault)
        if each.kind == APPCONFIG_ENVIRONMENT:
            rollout.monitored = found.rolls_back_on_alarm
            if each.on_alarm == NO:
                missing, effect = "Monitors on the AppConfig environment", "no alarm rolls a configuration back"
                rollout.faults = (*rollout.faults, Fault("appconfig-monitors", each.place, missing, effect))
    if not rollout.strategy or rollout.bake_minutes is None:
        _fill(rollout, found, deployer, declared)
    return rollout


def _as_commanded(rollout: Rollout, deployer: Deployer) -> None:
    """A deployment may name a configuration of its own, before that of its group."""
    named = deployer.option("--deployment-config-name") or deployer.input(
        "codedeploy-deployment-config", "DeploymentConfigName"
    )
    own = named_strategy(named) if named and "$" not in named else None
    if own is not None and own.strategy:
        rollout.strategy, rollout.gradual, rollout.steps = own.strategy, own.gradual, own.steps
        rollout.batch_percent, rollout.healthy_percent = own.batch_percent, own.healthy_percent
        rollout.bake_minutes, rollout.why = own.bake_minutes, own.why


def _of(definition: Definition) -> Rollout | None:
    if definition.kind in (ROLLOUT, FLAGGER, WORKLOAD):
        return kubernetes_rollout(definition)
    return aws_rollout(definition) if definition.kind != FUNCTION or definition.body is not None else None


def _by_command(found: Applied, deployer: Deployer, repository: Repository) -> Rollout:
    mechanism = found.mechanism
    if mechanism == "codedeploy":
        named = deployer.option("--deployment-config-name") or deployer.input(
            "codedeploy-deployment-config", "DeploymentConfigName"
        )
        return named_strategy(named) if named and "$" not in named else Rollout()
    if mechanism == "appconfig":
        return _appconfig(deployer, repository)
    if mechanism == "cloud-run" and (deployer.flag("--no-traffic") == YES or deployer.option("--to-revisions")):
        match = _SPLIT.search(deployer.option("--to-revisions"))
        return (
            Rollout(CANARY, steps=[(float(match[1]), 0.0)], bake_minutes=0.0, stays=True)
            if match
            else Rollout(gradual=MAYBE)
        )
    if mechanism == "lambda" and not _replaces(deployer, repository):
        share = share_in_command(deployer, repository)
        return Rollout(CANARY, steps=[(share, 0.0)], bake_minutes=0.0, stays=True) if share else Rollout()
    slot = deployer.option("--slot", "-s") or deployer.input("slot-name")
    if mechanism == "azure-app-service" and slot.lower() not in ("", "production"):
        return Rollout()
    if mechanism == "workers" and deployer.starts("versions"):
        return Rollout()
    if mechanism in AT_ONCE:
        return Rollout(ALL_AT_ONCE, bake_minutes=0.0, monitored=NO, why=AT_ONCE[mechanism])
    if mechanism in ROLLS:
        return Rollout(ROLLING, bake_minutes=0.0, monitored=NO, why=ROLLS[mechanism])
    if mechanism == "kubernetes" and (deployer.starts("set", "image") or deployer.starts("rollout", "restart")):
        why = "a Deployment rolls by default, at most a quarter at a time"
        return Rollout(ROLLING, bake_minutes=0.0, monitored=NO, why=why)
    return Rollout(monitored=NO if found.read and found.rolls_back_on_alarm == NO else MAYBE)


def _replaces(deployer: Deployer, repository: Repository) -> bool:
    """Whether a Lambda command changes what callers get: not where it publishes a version that an alias moves to later."""
    if deployer.option("--routing-config") or share_in_command(deployer, repository):
        return False
    if deployer.option("--cli-input-json", "--cli-input-yaml"):
        return not deployer.starts("lambda", "update-alias")  # what is not read may hold weights
    return "update-alias" in deployer.words or not any("alias" in each.text for each in deployer.job.activities)


def _appconfig(deployer: Deployer, repository: Repository) -> Rollout:
    from barraiser.evidence.appconfig import appconfig_rollout

    named = deployer.option("--deployment-strategy-id") or deployer.input(
        "DeploymentStrategy", "deployment-strategy-id"
    )
    return appconfig_rollout(named, repository)


def _stack(rollout: Rollout, deployer: Deployer, repository: Repository) -> None:
    """What a stack operation itself watches, beside what its resources do."""
    given = deployer.option("--rollback-configuration")
    match = _MONITORING.search(given)
    minutes = float(match[1]) if match else None
    triggers = YES if "RollbackTriggers" in given and "Arn" in given else NO
    place = deployer.activity.place
    if not given:
        path = first_existing(("serverless.yml", "serverless.yaml"), deployer.folder, repository)
        try:
            root = repository.documents(path)[0].root if path else None
        except (SourceError, IndexError):
            root = None
        block = below(root, "provider", "rollbackConfiguration")
        if block is None or "serverless" not in " ".join((*deployer.words[:3], deployer.uses)):
            return
        minutes = number(below(block, "MonitoringTimeInMinutes"))
        triggers = filled(below(block, "RollbackTriggers"))
    elif given.startswith("file:") or "$" in given:
        rollout.monitored = max(rollout.monitored, MAYBE)
        return
    if minutes and triggers == NO:
        fault = Fault("stack-triggers", place, "RollbackTriggers", "the stack waits, and watches nothing")
        rollout.faults = (*rollout.faults, fault)
    if triggers == YES and not minutes:
        fault = Fault(
            "stack-minutes",
            place,
            "MonitoringTimeInMinutes above 0",
            "the triggers are watched only until the update is done",
        )
        rollout.faults = (*rollout.faults, fault)
    if minutes:
        rollout.bake_minutes = (rollout.bake_minutes or 0.0) + minutes
    rollout.monitored = max(rollout.monitored if rollout.monitored == YES else NO, triggers)


def _fill(rollout: Rollout, found: Applied, deployer: Deployer, declared: Mapping[str, object]) -> None:
    """What ``deployer:`` in the configuration says, where the files say nothing."""
    kind = declared.get("type")
    name = kind.strip().lower() if isinstance(kind, str) else ""
    known = (found.mechanism, deployer.mechanism)
    if not declared or not (
        not name or name in known or not any(known) or any(each in FAMILIES.get(name, ()) for each in known)
    ):
        return
    steps, total = [], 0.0
    given = declared.get("steps")
    for step in given if isinstance(given, list | tuple) else ():
        if not isinstance(step, Mapping):
            continue
        weight, pause = _amount(step.get("weight")), _minutes(step.get("pause"))
        total += pause
        if weight is not None:
            steps.append((weight, pause))
        elif steps:
            steps[-1] = (steps[-1][0], steps[-1][1] + pause)
    if steps and not rollout.strategy:
        rollout.strategy, rollout.gradual, rollout.steps = CANARY, YES, tuple(steps)
        rollout.why = "declared: deployer"
    if rollout.bake_minutes is None and given is not None:
        rollout.bake_minutes = total
    alarms = declared.get("alarms")
    if rollout.monitored == MAYBE and alarms is not None:
        listed = (
            [alarms]
            if isinstance(alarms, str)
            else [each for each in alarms if isinstance(each, str)]
            if isinstance(alarms, list | tuple)
            else []
        )
        rollout.monitored = YES if listed else NO
        rollout.alarms = tuple(listed)


def _amount(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _minutes(value: object) -> float:
    if isinstance(value, str):
        plain = value.strip()
        return minutes_in(plain) or 0.0 if not plain.isdecimal() else float(plain)
    return _amount(value) or 0.0
