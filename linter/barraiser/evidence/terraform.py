"""Terraform folders: ECS services, CodeDeploy groups, aliases of functions.

Without the extra ``terraform`` nothing is read, so that the answer is maybe."""

from __future__ import annotations

from typing import Final

from barraiser.evidence.cloudformation import rollback_events, why_group, why_service
from barraiser.evidence.definition import DEPLOYMENT_GROUP, ECS_SERVICE, Definition, below, filled, literal, told
from barraiser.evidence.routing import alias_of
from barraiser.model.tri import MAYBE, NO, all_of
from barraiser.source.nodes import Document, Mapping, Node, Scalar, Sequence, line_of

MARKERS: Final = (b"aws_ecs_service", b"aws_codedeploy_deployment_group")


def read_terraform(document: Document) -> list[Definition]:
    """The resources of a Terraform file that say something about rollback."""
    root = document.root
    resources = root.mapping("resource") if isinstance(root, Mapping) else None
    if resources is None:
        return []
    found: list[Definition] = []
    for key, block in _named(resources.get("aws_ecs_service")):
        found.append(_service(key, block))
    for key, block in _named(resources.get("aws_codedeploy_deployment_group")):
        found.append(_group(key, block))
    for key, block in _named(resources.get("aws_lambda_alias")):
        routed = alias_of(key, one(below(one(block.get("routing_config")), "additional_version_weights")), block, NO)
        found += [routed] if routed is not None else []
    for each in found:
        each.root = root
    return found


def _named(node: Node | None) -> list[tuple[Scalar, Mapping]]:
    if not isinstance(node, Mapping):
        return []
    return [(key, found) for key, value in node if isinstance(found := one(value), Mapping)]


def one(node: Node | None) -> Node | None:
    """A nested block that may stand once: the first of its list."""
    if isinstance(node, Sequence):
        return node.items[0] if node.items else None
    return node


def _dynamic(block: Mapping, name: str) -> bool:
    """Whether a ``dynamic`` block may make blocks of that name."""
    return below(block, "dynamic", name) is not None


def _service(key: Scalar, block: Mapping) -> Definition:
    breaker = one(block.get("deployment_circuit_breaker"))
    on_failure = all_of((told(below(breaker, "enable")), told(below(breaker, "rollback"))))
    if breaker is None and _dynamic(block, "deployment_circuit_breaker"):
        on_failure = MAYBE
    alarms = one(block.get("alarms"))
    on_alarm = all_of(
        (told(below(alarms, "enable")), told(below(alarms, "rollback")), filled(below(alarms, "alarm_names")))
    )
    if alarms is None and _dynamic(block, "alarms"):
        on_alarm = MAYBE
    controller = literal(below(one(block.get("deployment_controller")), "type")).upper()
    hooks = below(one(block.get("deployment_configuration")), "lifecycle_hook")
    return Definition(
        ECS_SERVICE, _name(block, "name"), line_of(breaker if breaker is not None else key),
        on_failure=on_failure, on_alarm=on_alarm, validates=filled(hooks),
        external=controller in ("CODE_DEPLOY", "EXTERNAL"), why=why_service(on_failure, on_alarm), body=block,
    )  # fmt: skip


def _group(key: Scalar, block: Mapping) -> Definition:
    rollback = one(block.get("auto_rollback_configuration"))
    alarms = one(block.get("alarm_configuration"))
    on_failure, on_alarm = rollback_events(
        told(below(rollback, "enabled")),
        below(rollback, "events"),
        min(told(below(alarms, "enabled")), filled(below(alarms, "alarms"))),
    )
    if rollback is None and _dynamic(block, "auto_rollback_configuration"):
        on_failure = on_alarm = MAYBE
    return Definition(
        DEPLOYMENT_GROUP, _name(block, "deployment_group_name"),
        line_of(rollback if rollback is not None else key),
        on_failure=on_failure, on_alarm=on_alarm, validates=MAYBE, why=why_group(on_failure, on_alarm),
        body=block,
    )  # fmt: skip


def _name(block: Mapping, attribute: str) -> str:
    name = literal(block.get(attribute))
    return "" if "${" in name else name
