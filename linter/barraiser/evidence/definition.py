"""What one resource of a definition file says about rollout and rollback, whatever the file's format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.source.nodes import Mapping, Node, Scalar
from barraiser.source.nodes import Sequence as Items

ECS_SERVICE, DEPLOYMENT_GROUP, FUNCTION, STACK = "ecs-service", "deployment-group", "function", "stack"
APPCONFIG_ENVIRONMENT: Final = "appconfig-environment"
ROLLOUT, CANARY, WORKLOAD = "rollout", "canary", "workload"
RELEASE: Final = "release"
"""What has a controller apply something, and keep its earlier versions: an Argo CD Application, a Flux HelmRelease."""


class Definition:
    """``kind``: one of the words above; ``name``: as the file has it, empty where it gives none or computes it; ``external``: an ECS
    service whose deployments CodeDeploy makes; ``body``: the resource's properties, and ``root``: its document's root, for what is read
    only when a rule asks (None: a text that is no document); ``manner``: such a text's strategy; the rest as in ``Applied``."""

    __slots__ = (
        "body",
        "external",
        "kind",
        "manner",
        "name",
        "on_alarm",
        "on_failure",
        "place",
        "root",
        "validates",
        "why",
    )

    def __init__(
        self,
        kind: str,
        name: str,
        place: Place,
        *,
        on_failure: Tri,
        on_alarm: Tri,
        validates: Tri = NO,
        external: bool = False,
        why: str = "",
        body: Node | None = None,
        root: Node | None = None,
        manner: str = "",
    ) -> None:
        self.kind = kind
        self.name = name
        self.place = place
        self.on_failure = on_failure
        self.on_alarm = on_alarm
        self.validates = validates
        self.external = external
        self.why = why
        self.body = body
        self.root = root
        self.manner = manner


def told(node: Node | None, absent: Tri = NO) -> Tri:
    """A boolean of a template: maybe where it is computed (``!Ref``, ``var.x``), ``absent`` where it does not stand."""
    if node is None:
        return absent
    if isinstance(node, Scalar) and not node.tag:
        low = node.value.strip().lower()
        if low in ("true", "yes", "1"):
            return YES
        if low in ("false", "no", "0", "", "null", "~"):
            return NO
    return MAYBE


def filled(node: Node | None) -> Tri:
    """Whether a list or a text has something in it; maybe where it is computed."""
    if node is None or (isinstance(node, Scalar) and not node.tag and node.is_null()):
        return NO
    if isinstance(node, Items) and not node.tag:
        return YES if node.items else NO
    if isinstance(node, Scalar) and not node.tag:
        return MAYBE if "${" in node.value or node.value.startswith(("var.", "local.")) else YES
    if isinstance(node, Mapping) and "Ref" not in node and not any(k.value.startswith("Fn::") for k, _ in node):
        return YES if node.pairs else NO
    return MAYBE


def named(node: Node | None) -> Tri:
    """Whether something is named, by a text or by a reference (``!Ref``, ``!GetAtt``, ``!Sub``); maybe under a condition."""
    if isinstance(node, Scalar) and node.tag in ("!Ref", "!GetAtt", "!Sub", "!ImportValue"):
        return NO if node.value == "AWS::NoValue" else YES
    if isinstance(node, Mapping) and len(node) == 1:
        (key, value) = node.pairs[0]
        if key.value in ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::ImportValue"):
            return NO if isinstance(value, Scalar) and value.value == "AWS::NoValue" else YES
    return filled(node)


def literal(node: Node | None) -> str:
    """The text of a scalar that is not computed, else empty."""
    if isinstance(node, Scalar) and not node.tag and not node.is_null():
        return node.value
    return ""


def below(node: Node | None, *keys: str) -> Node | None:
    """What stands under these keys, one in the other; None where one of them is missing."""
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return node


def together(values: Sequence[Tri]) -> Tri:
    """One answer for several resources that are rolled out together: yes or no where all agree, else maybe."""
    if not values:
        return NO
    return values[0] if min(values) == max(values) else MAYBE
