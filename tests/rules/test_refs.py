"""What a pattern of branches admits: a release branch must not fail, and a feature branch must not pass."""

from __future__ import annotations

import pytest

from barraiser_rules.refs import is_version, samples


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("main", ["main"]),
        ("release/**", ["release/**"]),
        (r"/^release\/v/", ["release/v1"]),
        (r"/^release\/.*$/", ["release/1"]),
        (r"/^(release|hotfix)\/[a-z]+/i", ["release/1", "hotfix/1"]),
        (r"/^main$/", ["main"]),
        (r"/^(?:main|master)$/", ["main", "master"]),
        (r"/release/", []),
        (r"/^release|feature/", []),
        (r"/^r?main$/", []),
        (r"/^.*$/", ["1"]),
        (r"/^", ["1"]),
    ],
)
def test_a_pattern_stands_for_names(pattern: str, names: list[str]) -> None:
    assert samples(pattern) == names


@pytest.mark.parametrize(
    ("pattern", "version"),
    [
        (r"/^v\d+\.\d+\.\d+$/", True),
        (r"/\Av[0-9]+\.[0-9]+\z/", True),
        (r"/^[0-9.]+$/", False),
        (r"/^[0-9]+/", True),
        ("/^very/", False),
    ],
)
def test_a_version_is_known_by_its_beginning(pattern: str, version: bool) -> None:
    assert is_version(pattern) is version
