"""The CodeBuild projects of Terraform modules, found by the name that an action gives."""

from __future__ import annotations

import re
from typing import Final

from barraiser.platforms.codepipeline.buildspec import is_inline
from barraiser.platforms.codepipeline.structure import USUAL_LIMIT, BuildProject
from barraiser.platforms.codepipeline.terraform_modules import Instance, Module, blocks_of
from barraiser.platforms.codepipeline.terraform_values import FILE, UNKNOWN, Scope, is_absent, text_of
from barraiser.source import nodes
from barraiser.source.nodes import Node, Scalar, line_of

PROJECT: Final = "aws_codebuild_project"
_BY_IDENTITY: Final = re.compile(rf"\$\{{{PROJECT}\.([\w-]+)")
_STORES: Final = ("PARAMETER_STORE", "SECRETS_MANAGER")
_MAX_MODULES: Final = 60


class Projects:
    """The projects that the actions of a module's pipelines can name. Each is read when first named."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._by_name: dict[str, tuple[Module, str, nodes.Mapping, Instance]] | None = None
        self._read: dict[str, BuildProject] = {}

    def named(self, configuration: nodes.Mapping | None, scope: Scope) -> BuildProject | None:
        """The project that ``ProjectName`` of an action's configuration names."""
        given = configuration.get("ProjectName") if configuration is not None else None
        if given is None:
            return None
        name = text_of(self._module.evaluator.value(given, scope))
        if not name:
            return None
        if self._by_name is None:
            self._by_name = self._all()
        known = self._by_name.get(name)
        if known is None:
            identity = _BY_IDENTITY.match(name)
            known = self._by_name.get(f"\0{identity.group(1)}") if identity is not None else None
        if known is None:
            return None
        if name not in self._read:
            self._read[name] = _project(*known)
        return self._read[name]

    def _all(self) -> dict[str, tuple[Module, str, nodes.Mapping, Instance]]:
        """All projects of the modules that belong together; names that are not wholly known count in their own module alone."""
        found: dict[str, tuple[Module, str, nodes.Mapping, Instance]] = {}
        waiting = [self._module, self._module.root()]
        seen: set[int] = set()
        while waiting and len(seen) < _MAX_MODULES:
            module = waiting.pop(0)
            if id(module) in seen:
                continue
            seen.add(id(module))
            own = module is self._module
            for label, body in module.resources(PROJECT):
                for instance in module.instances(body, module.scope):
                    name = text_of(module.evaluator.value(body.get("name"), instance.scope)) or label
                    if own or "${" not in name:
                        found.setdefault(name, (module, label, body, instance))
                    if own:
                        found.setdefault(f"\0{label}", (module, label, body, instance))
            waiting += module.children()
        return found


def _project(module: Module, label: str, body: nodes.Mapping, instance: Instance) -> BuildProject:
    value, scope = module.evaluator.value, instance.scope
    source = next(iter(blocks_of(body.get("source"))), None)
    environment = next(iter(blocks_of(body.get("environment"))), None)
    written = source.get("buildspec") if source is not None else None
    spec = value(written, scope)
    plain, secret = _variables(module, environment, scope)
    timeout = text_of(value(body.get("build_timeout"), scope))
    path, inline, unresolved = _buildspec(spec, label)
    return BuildProject(
        text_of(value(body.get("name"), scope)) or label,
        line_of(written) if written is not None else line_of(body),
        buildspec=path,
        inline=inline,
        inline_node=spec if inline and isinstance(spec, Scalar) and spec.style == "|" else None,
        environment=plain,
        secrets=secret,
        image=text_of(value(environment.get("image"), scope)) if environment is not None else "",
        role=text_of(value(body.get("service_role"), scope)),
        timeout_minutes=float(timeout) if timeout.isdecimal() and len(timeout) < 6 else None,
        ends_after="" if body.get("build_timeout") is not None else USUAL_LIMIT,
        unresolved=unresolved,
    )


def _buildspec(spec: Node, label: str) -> tuple[str, str, str]:
    """The path of a project's buildspec, or its text, or why neither is known."""
    if is_absent(spec):
        return "buildspec.yml", "", ""
    if not isinstance(spec, Scalar):
        return "", "", f"the buildspec of {label} is not text that can be read here"
    if spec.tag == FILE:
        return spec.value, "", ""
    if is_inline(spec.value):
        return "", spec.value, ""
    if spec.tag == UNKNOWN:
        return "", "", f"the buildspec of {label} ({spec.value}) is not known here"
    return spec.value.removeprefix("./") or "buildspec.yml", "", ""


def _variables(
    module: Module, environment: nodes.Mapping | None, scope: Scope
) -> tuple[dict[str, str], dict[str, str]]:
    """Plain variables with their values, and those from a store with its type."""
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    if environment is None:
        return plain, secret
    passes = [(each, scope) for each in blocks_of(environment.get("environment_variable"))]
    dynamic = environment.get("dynamic")
    for maker in blocks_of(dynamic.get("environment_variable")) if isinstance(dynamic, nodes.Mapping) else ():
        for content in blocks_of(maker.get("content"))[:1]:
            passes += [(content, each.scope) for each in module.dynamic(maker, "environment_variable", scope) or ()]
    for block, inside in passes:
        name, value, kind = (
            text_of(module.evaluator.value(block.get(key), inside)) for key in ("name", "value", "type")
        )
        if kind in _STORES:
            secret[name] = kind
        else:
            plain[name] = value
    for found in (plain, secret):
        found.pop("", None)
    return plain, secret
