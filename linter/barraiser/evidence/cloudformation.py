"""CloudFormation and SAM templates: ECS services, CodeDeploy groups, functions with gradual deployment."""

from __future__ import annotations

from typing import Final

from barraiser.evidence.definition import (
    APPCONFIG_ENVIRONMENT,
    DEPLOYMENT_GROUP,
    ECS_SERVICE,
    FUNCTION,
    Definition,
    below,
    filled,
    literal,
    named,
    told,
)
from barraiser.evidence.routing import alias_of
from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of, any_of
from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository

MARKERS: Final = (
    b"AWS::ECS::Service",
    b"AWS::CodeDeploy::DeploymentGroup",
    b"AWS::Serverless::",
    b"AWS::AppConfig::Environment",
)

_NESTED: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
_MAX_NESTED: Final = 100


def is_template(root: Node | None) -> bool:
    """Whether a document is a template: it has resources with types."""
    resources = root.mapping("Resources") if isinstance(root, Mapping) else None
    return resources is not None


def read_template(document: Document) -> list[Definition]:
    """The resources of a template that say something about rollback."""
    root = document.root
    if not isinstance(root, Mapping):
        return []
    resources = root.mapping("Resources")
    if resources is None:
        return []
    shared = below(root, "Globals", "Function", "DeploymentPreference")
    hooks = _blue_green_hooks(root)
    found: list[Definition] = []
    for key, resource in resources:
        if not isinstance(resource, Mapping):
            continue
        kind = resource.text("Type")
        properties = resource.get("Properties")
        if kind == "AWS::ECS::Service":
            found.append(_service(key, resource, properties, hooks))
        elif kind == "AWS::CodeDeploy::DeploymentGroup":
            found.append(_group(key, resource, properties))
        elif kind == "AWS::AppConfig::Environment":
            found.append(_environment(key, properties))
        elif kind == "AWS::Serverless::Function":
            found.append(_function(key, resource, properties, shared))
        elif kind == "AWS::Lambda::Alias":
            update = below(resource, "UpdatePolicy", "CodeDeployLambdaAliasUpdate")
            if isinstance(update, Mapping):
                found.append(_alias(key, resource, update, resources))
            elif isinstance(properties, Mapping):
                weights = below(properties, "RoutingConfig", "AdditionalVersionWeights")
                routed = alias_of(key, weights, properties, YES)
                found += [routed] if routed is not None else []
    for each in found:
        each.root = root
    return found


def nested_templates(path: str, repository: Repository) -> list[str]:
    """The templates of the repository that a template's nested stacks are made of, and theirs."""
    found = [path]
    for each in found:
        try:
            root = repository.documents(each)[0].root
        except (SourceError, MissingExtra, IndexError):
            continue
        resources = root.mapping("Resources") if isinstance(root, Mapping) else None
        for _, resource in resources if resources is not None else ():
            kind = literal(below(resource, "Type"))
            name = literal(below(resource, "Properties", _NESTED[kind])) if kind in _NESTED else ""
            inside = repository.inside(name, each.rpartition("/")[0]) if name and "://" not in name else None
            if inside and inside not in found and len(found) < _MAX_NESTED and repository.exists(inside):
                found.append(inside)
    return found[1:]


def _service(key: Scalar, resource: Mapping, properties: Node | None, hooks: Tri) -> Definition:
    how = below(properties, "DeploymentConfiguration")
    breaker = below(how, "DeploymentCircuitBreaker")
    on_failure = all_of((told(below(breaker, "Enable")), told(below(breaker, "Rollback"))))
    alarms = below(how, "Alarms")
    on_alarm = all_of(
        (told(below(alarms, "Enable")), told(below(alarms, "Rollback")), filled(below(alarms, "AlarmNames")))
    )
    if _computed(how) or _computed(breaker) or _computed(properties):
        on_failure = MAYBE
    if _computed(how) or _computed(alarms) or _computed(properties):
        on_alarm = MAYBE
    controller = literal(below(properties, "DeploymentController", "Type")).upper()
    name = literal(below(properties, "ServiceName"))
    validates = max(hooks, filled(below(how, "LifecycleHooks")))
    place = line_of(below_or(how, resource, key))
    return Definition(
        ECS_SERVICE, name, place, on_failure=on_failure, on_alarm=on_alarm, validates=validates,
        external=controller in ("CODE_DEPLOY", "EXTERNAL"), why=why_service(on_failure, on_alarm), body=properties,
    )  # fmt: skip


def why_service(on_failure: Tri, on_alarm: Tri) -> str:
    """What an ECS service's definition says, as half a sentence."""
    if YES in (on_failure, on_alarm):
        how = "a deployment circuit breaker with rollback" if on_failure == YES else "alarms that roll back"
        return f"the ECS service has {how}"
    if MAYBE in (on_failure, on_alarm):
        return "the ECS service's deployment configuration is computed"
    return "the ECS service has neither a circuit breaker with rollback nor alarms"


def _group(key: Scalar, resource: Mapping, properties: Node | None) -> Definition:
    rollback = below(properties, "AutoRollbackConfiguration")
    alarms = below(properties, "AlarmConfiguration")
    on_failure, on_alarm = rollback_events(
        told(below(rollback, "Enabled"), NO if rollback is None else YES),
        below(rollback, "Events"),
        min(told(below(alarms, "Enabled"), MAYBE if alarms is not None else NO), filled(below(alarms, "Alarms"))),
    )
    if _computed(rollback):
        on_failure = on_alarm = MAYBE
    name = literal(below(properties, "DeploymentGroupName"))
    place = line_of(below_or(rollback, resource, key))
    return Definition(
        DEPLOYMENT_GROUP, name, place, on_failure=on_failure, on_alarm=on_alarm, validates=MAYBE,
        why=why_group(on_failure, on_alarm), body=properties,
    )  # fmt: skip


def rollback_events(enabled: Tri, events: Node | None, alarms: Tri) -> tuple[Tri, Tri]:
    """What CodeDeploy's automatic rollback does on failure and on alarm. ``alarms``: the group watches some."""
    if enabled == NO:
        return NO, NO
    if isinstance(events, Sequence) and not events.tag:
        named = {literal(item).upper() for item in events}
        unread: Tri = MAYBE if "" in named else NO
        failure = YES if "DEPLOYMENT_FAILURE" in named else unread
        alarm = YES if "DEPLOYMENT_STOP_ON_ALARM" in named else unread
    elif events is None:
        failure, alarm = MAYBE, MAYBE
    else:
        failure = alarm = MAYBE
    return min(enabled, failure), all_of((enabled, alarm, alarms))


def why_group(on_failure: Tri, on_alarm: Tri) -> str:
    """What a deployment group says, as half a sentence."""
    if on_alarm == YES:
        return "the CodeDeploy deployment group rolls back on alarm" + (" and on failure" if on_failure == YES else "")
    if on_failure == YES:
        return "the CodeDeploy deployment group rolls back on failure"
    if MAYBE in (on_failure, on_alarm):
        return "the CodeDeploy deployment group's rollback is computed"
    return "the CodeDeploy deployment group has no automatic rollback"


def _environment(key: Scalar, properties: Node | None) -> Definition:
    watched = filled(below(properties, "Monitors"))
    why = "the AppConfig environment has monitors" if watched == YES else "the AppConfig environment has no monitors"
    return Definition(
        APPCONFIG_ENVIRONMENT,
        literal(below(properties, "Name")),
        line_of(key),
        on_failure=MAYBE,
        on_alarm=watched,
        why=why,
    )


def _function(key: Scalar, resource: Mapping, properties: Node | None, shared: Node | None) -> Definition:
    own = below(properties, "DeploymentPreference")
    enabled = told(_first(own, shared, "Enabled"), YES if own is not None or shared is not None else NO)
    if own is not None and _computed(own):
        enabled = min(enabled, MAYBE)
    alarms = filled(_first(own, shared, "Alarms"))
    hooks = _first(own, shared, "Hooks")
    tests = any_of((named(below(hooks, "PreTraffic")), named(below(hooks, "PostTraffic"))))
    if hooks is not None and not isinstance(hooks, Mapping):
        tests = MAYBE
    on_alarm = min(enabled, alarms)
    name = literal(below(properties, "FunctionName")) or key.value
    why = "the function's DeploymentPreference watches alarms" if on_alarm == YES else ""
    if min(enabled, tests) == YES:
        why = "the function's DeploymentPreference runs validation hooks"
    place = line_of(below_or(own if own is not None else shared, resource, key))
    return Definition(
        FUNCTION,
        name,
        place,
        on_failure=YES,
        on_alarm=on_alarm,
        validates=min(enabled, tests),
        why=why,
        body=properties,
    )


def _alias(key: Scalar, resource: Mapping, update: Mapping, resources: Mapping) -> Definition:
    """An alias that CodeDeploy shifts: as its deployment group, where that stands in the same template, says of alarms."""
    hooks = [named(update.get(name)) for name in ("BeforeAllowTrafficHook", "AfterAllowTrafficHook")]
    group = _referred(update.get("DeploymentGroupName"), resources)
    on_alarm = _group(key, group, group.get("Properties")).on_alarm if group is not None else MAYBE
    return Definition(
        FUNCTION, key.value, line_of(update), on_failure=YES, on_alarm=on_alarm, validates=any_of(hooks),
        why="the alias is shifted by CodeDeploy" + (" with validation hooks" if YES in hooks else ""),
    )  # fmt: skip


def _referred(node: Node | None, resources: Mapping) -> Mapping | None:
    """The deployment group that ``Ref`` names."""
    name = literal(below(node, "Ref"))
    if isinstance(node, Scalar) and node.tag == "!Ref":
        name = node.value
    group = resources.mapping(name) if name else None
    return group if group is not None and group.text("Type") == "AWS::CodeDeploy::DeploymentGroup" else None


def _first(own: Node | None, shared: Node | None, key: str) -> Node | None:
    found = below(own, key)
    return found if found is not None else below(shared, key)


def _blue_green_hooks(root: Mapping) -> Tri:
    """Whether the template's ``AWS::CodeDeploy::BlueGreen`` hook names functions that validate."""
    hooks = root.mapping("Hooks")
    if hooks is None:
        return NO
    return any_of(filled(below(hook, "Properties", "LifecycleEventHooks")) for _, hook in hooks)


def _computed(node: Node | None) -> bool:
    """Whether a block is not written out: a function of the template stands in its place."""
    if node is None:
        return False
    if isinstance(node, Mapping):
        return bool(node.tag) or any(key.value == "Ref" or key.value.startswith("Fn::") for key, _ in node)
    return not (isinstance(node, Scalar) and node.is_null())


def below_or(node: Node | None, resource: Mapping, key: Scalar) -> Node:
    """The node to point at: the block where it stands in the resource, else the resource's name."""
    return node if node is not None and resource.line <= node.line <= resource.end_line else key
