"""Weights of routes: the share of the traffic that a definition gives to the new version, and configuration that a template deploys.

Istio VirtualService: https://istio.io/latest/docs/reference/config/networking/virtual-service/ (weights of ``route``);
Gateway API HTTPRoute: https://gateway-api.sigs.k8s.io/guides/traffic-splitting/ (``backendRefs``, proportional);
listeners of an Application Load Balancer:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-elasticloadbalancingv2-listener-forwardconfig.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from barraiser.evidence.applied import Applied
from barraiser.evidence.definition import below, literal
from barraiser.evidence.deployer import Deployer
from barraiser.evidence.kustomize import built_in
from barraiser.evidence.rollout import Rollout
from barraiser.evidence.rollout_aws import at, number
from barraiser.model.place import Place
from barraiser.model.tri import NO, YES
from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository

Share = tuple[float, Place]
"""Percent of the traffic, and where it stands."""

_MAX_FILES: Final = 200
_SUFFIXES: Final = (".yml", ".yaml", ".json", ".template", ".tf")
_ROUTES: Final = (
    b"VirtualService", b"HTTPRoute", b"AWS::ElasticLoadBalancingV2::Listener", b"aws_lb_listener", b"aws_alb_listener",
)  # fmt: skip
_CONFIGURATION: Final = (b"AWS::AppConfig::Deployment", b"aws_appconfig_deployment")
_LISTENERS: Final = ("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::ListenerRule")
_BLOCKS: Final = ("aws_lb_listener", "aws_lb_listener_rule", "aws_alb_listener", "aws_alb_listener_rule")
_NEW: Final = ("canary", "onebox", "candidate", "preview", "next", "green", "new")
"""Words of a destination's name that say that it is the new version; without one, the smaller share is its."""


def shares_of(applied: Applied, deployer: Deployer, repository: Repository) -> tuple[Share, ...]:
    """The shares that the definitions of a deploy give to a new version beside an old one, in file order."""
    found: list[Share] = []
    for root in _roots(applied, deployer, repository, _ROUTES):
        for pairs in _split(root):
            share = _share(pairs)
            if share is not None:
                found.append(share)
    return tuple(found)


def configurations_of(applied: Applied, deployer: Deployer, repository: Repository) -> tuple[Applied, ...]:
    """How the definitions of a deploy roll out configuration of AppConfig: an answer for each of its deployments, at its place."""
    found: list[Applied] = []
    for root in _roots(applied, deployer, repository, _CONFIGURATION):
        for node, body in _deployments(root):
            found.append(Applied("appconfig", rollout=_rolled_out(node, body, root, repository)))
    return tuple(found)


def _rolled_out(node: Node, body: Node | None, root: Node, repository: Repository) -> Rollout:
    from barraiser.evidence.appconfig import appconfig_rollout

    rollout = appconfig_rollout(_named(at(body, "DeploymentStrategyId")), repository)
    rollout.place = line_of(node)
    environment = _resource(root, _named(at(body, "EnvironmentId")))
    if environment is not None:
        monitors = at(environment, "Monitors")
        if monitors is None:
            monitors = below(environment, "monitor")
        rollout.monitored = NO if monitors is None or (isinstance(monitors, Sequence) and not monitors.items) else YES
    return rollout


def _deployments(root: Node) -> Iterator[tuple[Node, Node | None]]:
    resources = below(root, "Resources")
    for key, resource in resources if isinstance(resources, Mapping) else ():
        if isinstance(resource, Mapping) and resource.text("Type") == "AWS::AppConfig::Deployment":
            yield key, resource.get("Properties")
    blocks = below(root, "resource", "aws_appconfig_deployment")
    for key, block in blocks if isinstance(blocks, Mapping) else ():
        yield key, block


def _named(node: Node | None) -> str:
    """What a value names: the text itself, or the logical name behind a reference (``!Ref Name``, ``aws_x.name.id``)."""
    if isinstance(node, Mapping) and len(node) == 1:
        node = node.pairs[0][1]
    if isinstance(node, Sequence) and node.items:
        node = node.items[0]
    text = node.value.strip() if isinstance(node, Scalar) else ""
    if text.startswith("AppConfig."):
        return text
    text = text.removeprefix("${").removesuffix("}")
    parts = text.split(".")
    return parts[1] if len(parts) > 1 and parts[0].startswith("aws_") else parts[0]


def _resource(root: Node, name: str) -> Node | None:
    """The properties of the AppConfig environment of that logical name in the same file; None where it is not there."""
    if not name:
        return None
    resource = below(root, "Resources", name)
    if isinstance(resource, Mapping):
        return resource.get("Properties") if resource.text("Type") == "AWS::AppConfig::Environment" else None
    found = below(root, "resource", "aws_appconfig_environment", name)
    return found.items[0] if isinstance(found, Sequence) and found.items else found


def _split(root: Node) -> Iterator[list[tuple[str, float | None, Node]]]:
    """The destinations of each route of a document: name, weight and node."""
    kind = literal(below(root, "kind"))
    if kind == "VirtualService":
        for protocol in ("http", "tcp", "tls"):
            for route in _items(below(root, "spec", protocol)):
                yield [
                    (_destination(item), number(below(item, "weight")), item) for item in _items(below(route, "route"))
                ]
    elif kind in ("HTTPRoute", "GRPCRoute"):
        for rule in _items(below(root, "spec", "rules")):
            backends = _items(below(rule, "backendRefs"))
            yield [
                (
                    literal(below(item, "name")),
                    1.0 if below(item, "weight") is None else number(below(item, "weight")),
                    item,
                )
                for item in backends
            ]
    for action in _actions(root):
        groups = _items(at(action, "ForwardConfig", "TargetGroups")) or _items(at(action, "forward", "target_group"))
        yield [(_target(item), number(at(item, "Weight")), item) for item in groups]


def _actions(root: Node) -> Iterator[Node]:
    resources = below(root, "Resources")
    for _, resource in resources if isinstance(resources, Mapping) else ():
        if isinstance(resource, Mapping) and resource.text("Type") in _LISTENERS:
            for name in ("DefaultActions", "Actions"):
                yield from _items(below(resource, "Properties", name))
    for kind in _BLOCKS:
        blocks = below(root, "resource", kind)
        for _, block in blocks if isinstance(blocks, Mapping) else ():
            for name in ("default_action", "action"):
                own = at(block, name)
                if own is not None:
                    yield own


def _destination(item: Node) -> str:
    to = below(item, "destination")
    return f"{literal(below(to, 'subset'))} {literal(below(to, 'host'))}"


def _target(item: Node) -> str:
    node = at(item, "TargetGroupArn")
    if node is None:
        node = below(item, "arn")
    return _named(node)


def _share(pairs: list[tuple[str, float | None, Node]]) -> Share | None:
    """The new version's share; None where the traffic goes to one version alone, or a weight is computed."""
    weights = [weight for _, weight, _ in pairs if weight is not None]
    total = sum(weights)
    if len(pairs) < 2 or len(weights) < len(pairs) or total <= 0 or max(weights) >= total:
        return None
    new = [pair for pair in pairs if any(word in pair[0].lower() for word in _NEW)]
    _, weight, node = new[0] if len(new) == 1 else min(pairs, key=lambda pair: pair[1] or 0.0)
    return (100 * weight / total, line_of(node)) if weight else None


def _items(node: Node | None) -> list[Node]:
    if isinstance(node, Mapping):
        return [node]
    return list(node.items[:50]) if isinstance(node, Sequence) else []


def _roots(applied: Applied, deployer: Deployer, repository: Repository, marks: tuple[bytes, ...]) -> Iterator[Node]:
    for path in _files(applied, deployer, repository)[:_MAX_FILES]:
        data = repository.peek(path)
        if any(mark in data for mark in marks):
            try:
                documents = repository.documents(path)
            except (SourceError, MissingExtra):
                continue
            yield from (each.root for each in documents if each.root is not None)


def _files(applied: Applied, deployer: Deployer, repository: Repository) -> list[str]:
    """The files that a deploy applies, as far as its command or its definitions name them."""
    if deployer.mechanism in ("kubernetes", "argo-rollouts"):
        named = [*deployer.options("-f", "--filename", "-k", "--kustomize"), deployer.input("manifests", "manifest")]
        paths = [
            deployer.path(repository, line.strip()) for name in (*named, "") for line in name.splitlines() or [name]
        ]
    elif applied.mechanism == "terraform":
        named = [*deployer.options("-chdir"), deployer.input("working-directory", "path")]
        folder = deployer.path(repository, *named) or (deployer.path(repository, ".") if deployer.folder else "")
        paths = [folder] if folder else [name for name in repository.folder("") if name.endswith(".tf")]
    else:
        paths = [place.path for place in applied.places]
    found: list[str] = []
    for path in dict.fromkeys(each for each in paths if each):
        if repository.exists(path):
            found.append(path)
            continue
        built = built_in(path, repository)
        found += built.files if built is not None else repository.files(path, 6)
    return [path for path in dict.fromkeys(found) if path.endswith(_SUFFIXES)]
