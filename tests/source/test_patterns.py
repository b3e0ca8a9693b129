"""A pattern that matches too little hides a pipeline, one that matches too much excludes it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barraiser.source.patterns import matches


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.yml", "a.yml", True),
        ("*.yml", "a/b.yml", False),
        ("**/*.yml", "a.yml", True),
        ("**/*.yml", "a/b/c.yml", True),
        ("ci/**", "ci/a/b", True),
        ("ci/**", "cia/b", False),
        ("ci/**.yml", "ci/a/b.yml", True),
        ("ci/**/x.yml", "ci/x.yml", True),
        ("ci/**/x.yml", "ci/ax.yml", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("**", "a/b", True),
        ("a/*/c", "a/b/c", True),
        ("a/*/c", "a/b/d/c", False),
        ("a[b].yml", "a[b].yml", True),
        ("*a*b*", "xxaxxbxx", True),
    ],
)
def test_wildcards(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def as_expression(pattern: str) -> str:
    pattern = re.sub(r"\*{3,}", "**", pattern)
    pieces = re.split(r"((?:(?<=/)|(?<![^/]))\*\*/|\*\*|\*|\?)", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(known.get(piece, re.escape(piece)) for piece in pieces)


@given(st.text("ab/*?", max_size=8), st.text("ab/", max_size=8))
def test_as_the_regular_expression_that_it_stands_for(pattern: str, path: str) -> None:
    assert matches(pattern, path) is (re.fullmatch(as_expression(pattern), path) is not None)


def test_hostile_patterns_end() -> None:
    assert not matches("*a" * 200 + "b", "a" * 2000 + "c")
    assert not matches("**/" * 200 + "b", "a/" * 1000 + "c")
