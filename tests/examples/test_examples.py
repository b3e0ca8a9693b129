"""The Before of an example fails its rule, and the After passes it, in a pipeline that the fragment may be a part of."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.checks.documentation import documentation_of
from barraiser.checks.registry import load
from barraiser.checks.rule import Rule
from barraiser.model.words import FAILED, NOT_APPLICABLE, PASSED, PROFILES, UNKNOWN
from barraiser.testing import judged
from examples.by_reading import BY_READING
from examples.completion import Files, completed

EXAMPLES = [(rule, platform) for rule in load().rules.values() for platform in rule.platforms]
RIGHT = {(FAILED, PASSED), (FAILED, NOT_APPLICABLE), (UNKNOWN, PASSED)}
"""What the rule says of the Before and of the After. Some things no file shows until they are declared: unknown before that."""


def verdict(rule: type[Rule], files: Files, root: Path) -> str:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    asked = [each for each in load().rules.values() if PROFILES.index(each.profile) <= PROFILES.index(rule.profile)]
    results = judged(root, asked, profile="strict")  # a rule of a later profile may speak for it there
    found = {result.verdicts.get(rule.id, NOT_APPLICABLE) for result in results if not result.pipeline.problems}
    return next((each for each in (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE) if each in found), "unreadable")


def shown_by(rule: type[Rule], platform: str, root: Path) -> list[tuple[str, str]]:
    """The verdicts on Before and After in the pipelines around them, up to the first in which they are right."""
    told = documentation_of(rule)
    before, after = told.before[platform], told.after[platform]
    found: list[tuple[str, str]] = []
    pairs = zip(completed(platform, before, after), completed(platform, after, before), strict=False)
    for number, (bad, good) in enumerate(pairs):
        first = verdict(rule, bad, root / f"before{number}")
        if first in (FAILED, UNKNOWN):
            found.append((first, verdict(rule, good, root / f"after{number}")))
            if found[-1] in RIGHT:
                break
    return found


@pytest.mark.parametrize(("rule", "platform"), EXAMPLES, ids=[f"{rule.id}-{platform}" for rule, platform in EXAMPLES])
def test_before_fails_and_after_passes(rule: type[Rule], platform: str, tmp_path: Path) -> None:
    if platform in BY_READING.get(rule.id, ()):
        pytest.skip("shows a part of a file that no usual pipeline can be put around")
    found = shown_by(rule, platform, tmp_path)
    assert found, "the Before fails in no pipeline that it may be a part of"
    assert found[-1] in RIGHT, found


def test_what_is_left_out_is_an_example() -> None:
    known = {(rule.id, platform) for rule, platform in EXAMPLES}
    assert {(rule, platform) for rule, platforms in BY_READING.items() for platform in platforms} <= known
