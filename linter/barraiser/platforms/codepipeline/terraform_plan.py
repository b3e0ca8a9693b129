"""What ``terraform show -json`` prints of a plan or a state: the pipelines in it, with all values as they will be."""

from __future__ import annotations

from typing import Final

from barraiser.model.pipeline import Problem
from barraiser.platforms.codepipeline.planned import root_module
from barraiser.platforms.codepipeline.structure import PipelineStructure
from barraiser.platforms.codepipeline.terraform import PIPELINE, TerraformPipeline
from barraiser.platforms.codepipeline.terraform_modules import Instance, Module
from barraiser.platforms.codepipeline.terraform_projects import Projects
from barraiser.platforms.codepipeline.terraform_values import Evaluator, Scope, null, walk
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository

_MAX_MODULES: Final = 1000
_MAX_NODES: Final = 1_000_000


def read_plan(root: Mapping, repository: Repository) -> list[PipelineStructure]:
    """The pipelines of a plan, in its order, those of called modules after the root's. Never raises for what it holds."""
    values = root_module(root)
    if values is None:
        return []
    tagged = next((each for each in walk(root, _MAX_NODES) if isinstance(each, Scalar | Sequence) and each.tag), None)
    if tagged is not None:
        problem = Problem("the plan holds a YAML tag", line_of(tagged), fix="write it with `terraform show -json`")
        return [PipelineStructure(root.path.rpartition("/")[2], line_of(tagged), problems=[problem])]
    found: list[PipelineStructure] = []
    for module in _modules(values, repository):
        projects = Projects(module)
        found += [
            TerraformPipeline(module, projects).read(name, body, Instance(module.scope), [])
            for name, body in module.resources(PIPELINE)
        ]
    return found


class _Literal(Evaluator):
    """A plan's values are worked out: nothing in them is an expression."""

    def value(self, node: Node | None, scope: Scope) -> Node:
        return null() if node is None else node


class _Planned(Module):
    """A module as a plan lists it: its resources under their names with index, and its own modules."""

    def __init__(self, body: Mapping, repository: Repository, parent: _Planned | None) -> None:
        self._body = body
        self._called: list[Module] = []
        address = body.text("address")
        super().__init__("", repository, _Literal(), parent=parent, address=address)

    def _load(self) -> None:
        listed = self._body.get("resources")
        for item in listed.items if isinstance(listed, Sequence) else ():
            values = item.mapping("values") if isinstance(item, Mapping) else None
            if isinstance(item, Mapping) and values is not None and item.text("mode") != "data":
                named = self._resources.setdefault(item.text("type"), {})
                named.setdefault(item.text("name") + _index(item.get("index")), values)

    def called_by(self, parent: _Planned) -> None:
        """Take the place below the module that calls it."""
        parent._called.append(self)

    def children(self) -> list[Module]:
        """The modules that this one calls."""
        return self._called


def _index(node: Node | None) -> str:
    """The index of one of several instances, as an address has it."""
    if not isinstance(node, Scalar) or node.is_null():
        return ""
    return f'["{node.value}"]' if node.style else f"[{node.value}]"


def _modules(values: Mapping, repository: Repository) -> list[_Planned]:
    found = [_Planned(values, repository, None)]
    waiting: list[tuple[Mapping, _Planned]] = [(values, found[0])]
    for body, module in waiting:
        listed = body.get("child_modules")
        for item in listed.items if isinstance(listed, Sequence) else ():
            if isinstance(item, Mapping) and len(found) < _MAX_MODULES:
                child = _Planned(item, repository, module)
                child.called_by(module)
                found.append(child)
                waiting.append((item, child))
    return found
