"""What a run of tox or nox does, by the names of the environments or sessions that it is told to run."""

from __future__ import annotations

import re
from typing import Final

from barraiser.classify.rows import Words
from barraiser.classify.vocabulary import word_set

_OPTIONS: Final = frozenset({"-e", "--env", "-s", "--session", "--sessions"})

_KINDS: Final = (
    (
        word_set(
            "lint lints linter linters linting style flake flake8 ruff black isort mypy typing type types typecheck pyright pylint format"
            " fmt formatting pre precommit vulture codespell"
        ),
        "lint",
    ),
    (word_set("publish upload"), "publish"),
    (word_set("build dist sdist wheel wheels package packaging bdist pkg"), "build"),
    (word_set("docs doc documentation sphinx twine release changelog bump dev venv clean meta"), "other"),
)
"""Words in a name -> the kind; every other name is a test, as is a run that names none."""

_ORDER: Final = ("test", "publish", "lint", "build", "other")


def session_kind(split: Words) -> str:
    """``test``, unless each environment or session that is named does something else: then the first of their kinds that counts most.

    https://tox.wiki/en/stable/cli_interface.html, https://nox.thea.codes/en/stable/usage.html: ``tox run -e a,b``, ``nox -s a b``.
    """
    names = _names(split)
    kinds = {_kind_of(name) for name in names}
    return next((kind for kind in _ORDER if kind in kinds), "test")


def _names(split: Words) -> list[str]:
    found: list[str] = []
    taking = False
    for word in split.all:
        if word == "--":
            break
        head, equals, value = word.partition("=")
        if head in _OPTIONS:
            taking = not equals
            found += [value] if equals else []
        elif word[:2] in ("-e", "-s") and word[:2] != word:
            found.append(word[2:])
            taking = False
        elif word.startswith("-"):
            taking = False
        elif taking:
            found.append(word)
            taking = split.program == "nox"
    return [name for text in found for name in re.split(r"[,\s]+", text) if name]


def _kind_of(name: str) -> str:
    parts = {part for part in re.split(r"[^a-z0-9]+", name.lower()) if part}
    if "test" in parts or "tests" in parts or not parts:
        return "test"
    return next((kind for known, kind in _KINDS if not known.isdisjoint(parts)), "test")
