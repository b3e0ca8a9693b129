"""A rule's decision is about the graph: what one platform alone has is a field of the model, not a branch in a rule."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from barraiser.model.words import PLATFORMS

ROOT = Path(__file__).parents[2]
PACK = sorted((ROOT / "rules" / "barraiser_rules").rglob("*.py"))
GRAPH = sorted((ROOT / "linter" / "barraiser" / "graph").glob("*.py"))
CONSTANTS = ("GITHUB_ACTIONS", "GITLAB_CI", "CODEPIPELINE", "PLATFORMS")
WORDING = ("declaration", "declared_protection")
"""What words, or looks up, the declarations of each platform, in one place."""


def decisions(path: Path) -> Iterator[ast.AST]:
    """What the functions of a file do, without their docstrings."""
    for function in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef) or function.name in WORDING:
            continue
        for number, statement in enumerate(function.body):
            if number == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            yield from ast.walk(statement)


def named(path: Path) -> list[str]:
    found = []
    for node in decisions(path):
        if isinstance(node, ast.Name) and node.id in CONSTANTS:
            found.append(f"{path.name}:{node.lineno} {node.id}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in PLATFORMS:
            found.append(f"{path.name}:{node.lineno} {node.value!r}")
    return found


@pytest.mark.parametrize("path", [*PACK, *GRAPH], ids=lambda path: path.name)
def test_no_decision_names_a_platform(path: Path) -> None:
    assert not named(path)


@pytest.mark.parametrize("path", PACK, ids=lambda path: path.name)
def test_no_rule_asks_which_platform_it_is(path: Path) -> None:
    asked = [node.lineno for node in decisions(path) if isinstance(node, ast.Attribute) and node.attr == "platform"]
    assert not asked


def test_a_decision_that_names_one_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "rule.py"
    file.write_text(
        'def decide(case):\n    """Of gitlab-ci."""\n    return case.pipeline.platform == "gitlab-ci" or GITLAB_CI\n'
    )
    assert len(named(file)) == 2
