"""The model pipelines meet every rule of the strict profile, and no small step back from them goes unnoticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from barraiser.checks.result import PipelineResult
from barraiser.testing import judged
from models.breaks import Break
from models.codepipeline_breaks import BREAKS as CODEPIPELINE
from models.github_breaks import BREAKS as GITHUB
from models.gitlab_breaks import BREAKS as GITLAB

MODELS = Path(__file__).parent.parent.parent / "fixtures" / "models"

BREAKS: dict[str, tuple[Break, ...]] = {"github": GITHUB, "gitlab": GITLAB, "codepipeline": CODEPIPELINE}

CASES = [(model, each) for model, breaks in BREAKS.items() for each in breaks]


def results(root: Path) -> list[PipelineResult]:
    """What the strict profile says of each entry."""
    found = judged(root, profile="strict")
    assert not [crash.error for result in found for crash in result.crashes]
    return found


def saying(found: list[PipelineResult], verdict: str) -> dict[str, str]:
    """The rules that say so of any entry, with their first message."""
    return {
        rule: next((each.message for each in result.findings if each.rule == rule), result.reasons.get(rule, ""))
        for result in found
        for rule, said in result.verdicts.items()
        if said == verdict
    }


@pytest.mark.parametrize("model", BREAKS)
def test_a_model_meets_every_rule(model: str) -> None:
    found = results(MODELS / model)
    assert saying(found, "failed") == {}
    assert saying(found, "unknown") == {}
    assert len(saying(found, "passed")) >= 60


@pytest.mark.parametrize(
    ("model", "step"), CASES, ids=[f"{model}-{at}-{each}" for at, (model, each) in enumerate(CASES)]
)
def test_a_step_back_is_noticed(model: str, step: Break, tmp_path: Path) -> None:
    root = tmp_path / model
    shutil.copytree(MODELS / model, root)
    step.apply(root)
    found = results(root)
    assert not [problem.message for result in found for problem in result.pipeline.problems]
    failed = saying(found, "failed")
    assert step.rule in failed, f"not noticed; failed: {failed}; unknown: {saying(found, 'unknown')}"
    others = {rule: told for rule, told in failed.items() if rule != step.rule and rule not in step.also}
    assert not others, f"other rules speak as well: {others}"
    assert not set(step.also) - set(failed), f"said to fail as well, and does not: {set(step.also) - set(failed)}"


@pytest.mark.parametrize("model", BREAKS)
def test_no_step_is_there_twice(model: str) -> None:
    edits = [(each.path, each.old, each.new, each.more) for each in BREAKS[model]]
    assert len(edits) == len(set(edits))
