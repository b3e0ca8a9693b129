"""docs/rules is what the rules' docstrings say. With BARRAISER_WRITE_README=1 the pages are written anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from barraiser.checks.registry import load
from barraiser.checks.rule import Rule
from barraiser.model.words import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI
from barraiser.report.report import help_uri
from barraiser.report.rule_page import INDEX, help_text, pages

FOLDER = Path(__file__).parents[1] / "docs" / "rules"
MODELS = {
    GITHUB_ACTIONS: "../../fixtures/models/github/.github/workflows/release.yml",
    GITLAB_CI: "../../fixtures/models/gitlab/.gitlab-ci.yml",
    CODEPIPELINE: "../../fixtures/models/codepipeline/pipeline.yml",
}
PAGES = pages(load(), MODELS)
LINK = re.compile(r"\]\(([^)]+)\)")


def test_pages_are_current() -> None:
    if os.environ.get("BARRAISER_WRITE_README") == "1":
        FOLDER.mkdir(exist_ok=True)
        for path in FOLDER.glob("*.md"):
            path.unlink()
        for name, text in PAGES.items():
            (FOLDER / name).write_text(text, "utf-8")
    there = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.md")}
    assert sorted(there) == sorted(PAGES), "run `make docs`"
    stale = [name for name, text in PAGES.items() if there[name] != text]
    assert not stale, f"run `make docs`: {stale}"


def test_every_rule_has_a_page_that_the_index_links() -> None:
    for rule in load().rules:
        assert f"({rule}.md)" in PAGES[INDEX]
        assert help_uri(rule).endswith(f"/rules/{rule}")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_pages(name: str) -> None:
    outside_of_code = re.sub(r"```.*?```|`[^`\n]*`", "", PAGES[name], flags=re.DOTALL)
    targets = LINK.findall(outside_of_code)
    assert targets
    assert [target for target in targets if target not in PAGES and not (FOLDER / target).is_file()] == []


def test_text_is_no_markup() -> None:
    class Marked(Rule):
        """Do *not* use <b>.

        Why:
            A `*.yml` of `<job>` is a_b_c | d, says BAK001 and `BAK002`.
        """

        id, name = "EXA001", "marked"

    assert (
        help_text(Marked) == "## Why it matters\n\nA `*.yml` of `<job>` is a\\_b\\_c \\| d, says BAK001 and `BAK002`."
    )
