"""What a release engineer reads out of small pipelines: each file of fixtures/meaning marks the lines of what is done there.

``# is: KIND [CLASS]; ...`` at the end of a line: these activities stand there. Every deploy is marked. The head says the pipeline's
kind and whether it deploys to production (yes, no, unknown).
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from barraiser.classify.entries import Entries
from barraiser.model.words import DEPLOY_KINDS, PROD_CLASSES
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

FOLDER = Path(__file__).parents[2] / "fixtures" / "meaning"
PLATFORMS = {"github": "github-actions", "gitlab": "gitlab-ci", "codepipeline": "codepipeline"}
FILES = sorted(path for path in FOLDER.glob("*/*") if path.suffix in (".yml", ".tf"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_reads_as_marked(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    marked: dict[int, Counter[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        _, mark, wanted = line.partition("# is: ")
        if mark:
            marked[number] = Counter(part.strip() for part in wanted.split(";"))
    entries = Entries(Repository(str(path.parent)), ReadOptions(), platforms={path.name: PLATFORMS[path.parent.name]})
    (pipeline,) = entries.at(path.name) or entries.called(path.name)
    assert not [problem.message for problem in pipeline.problems if problem.fatal]
    found: dict[int, Counter[str]] = {}
    prod = "no"
    for job in pipeline.jobs:
        for activity in job.activities:
            cls = activity.environment.cls if activity.environment is not None else ""
            if activity.kind in DEPLOY_KINDS:
                prod = "yes" if cls in PROD_CLASSES else "unknown" if cls == "unknown" and prod == "no" else prod
            line = activity.place.line
            says = f"{activity.kind} {cls}".strip() if activity.kind in DEPLOY_KINDS else activity.kind
            if activity.kind in DEPLOY_KINDS or line in marked:
                found.setdefault(line, Counter())[says] += 1
    for counts in found.values():
        for quiet in ("other", "source"):
            del counts[quiet]
    assert found == marked
    assert pipeline.kind == _head(text, "kind")
    assert prod == _head(text, "prod")


def _head(text: str, word: str) -> str:
    match = re.search(rf"^# {word}: (\S+)", text, re.M)
    assert match, f"the file does not say its {word}"
    return match[1]
