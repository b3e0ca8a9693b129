"""What tells a Terraform plan or state in JSON (``terraform show -json``), apart from what reads it: every file is asked."""

from __future__ import annotations

from typing import Final

from barraiser.source.nodes import Mapping, Node, Sequence

_MAX_MODULES: Final = 1000


def root_module(root: Node | None) -> Mapping | None:
    """The root module of what is planned, or of a state; None for a document that is neither."""
    if not isinstance(root, Mapping) or "format_version" not in root:
        return None
    values = root.mapping("planned_values") or root.mapping("values")
    return values.mapping("root_module") if values is not None else None


def is_plan(root: Node | None) -> bool:
    """Whether a document is such a plan, and has a pipeline."""
    module = root_module(root)
    waiting = [module] if module is not None else []
    for each in waiting:
        if any(item.text("type") == "aws_codepipeline" for item in _mappings(each.get("resources"))):
            return True
        if len(waiting) < _MAX_MODULES:
            waiting += _mappings(each.get("child_modules"))
    return False


def _mappings(node: Node | None) -> list[Mapping]:
    return [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []
