"""The layout's promise: imports point one way, the rule pack sees the public interface alone (design section 4)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ORDER = ("model", "source", "shell", "platforms", "classify", "evidence", "graph", "checks", "policy", "report", "cli")
"""From the ground upwards: a package imports those before it. ``evidence`` and ``graph`` know each other's plain data."""

SIDE_BY_SIDE = {("evidence", "graph")}
OUTERMOST = {"api": "checks", "testing": "policy", "__main__": "cli"}


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno


ENGINE = sorted((ROOT / "linter" / "barraiser").rglob("*.py"))
PACK = sorted((ROOT / "rules" / "barraiser_rules").rglob("*.py"))


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_up_the_list(path: Path) -> None:
    parts = path.relative_to(ROOT / "linter" / "barraiser").with_suffix("").parts
    own = parts[0] if len(parts) > 1 else OUTERMOST.get(parts[0], "model")
    for module, line in imports_of(path):
        assert module.split(".")[0] != "barraiser_rules", f"{path}:{line}: the engine imports the rule pack"
        names = module.split(".")
        if names[0] != "barraiser" or len(names) < 2 or names[1] not in ORDER:
            continue
        allowed = ORDER.index(names[1]) <= ORDER.index(own) or (own, names[1]) in SIDE_BY_SIDE
        assert allowed, f"{path}:{line}: {own} imports {module}"


@pytest.mark.parametrize("path", PACK, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_pack_imports_the_public_interface_alone(path: Path) -> None:
    for module, line in imports_of(path):
        if module.split(".")[0] == "barraiser":
            assert module == "barraiser.api", f"{path}:{line}: {module} is not public"


def test_one_line_names_the_default_pack() -> None:
    naming = [
        (path, number)
        for path in ENGINE
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "barraiser_rules" in line
    ]
    assert [path.parent.name for path, _ in naming] == ["checks"], naming
