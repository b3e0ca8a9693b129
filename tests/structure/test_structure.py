"""What runs, what waits for what, and what holds a production deploy back, in pipelines whose right answer the platform documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from structure.cases import Answers, Case, read_cases

HERE = Path(__file__).parent
CASES = [(path, case) for path in sorted(HERE.glob("*/*.cases")) for case in read_cases(path)]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{path.parent.name}-{case.name}") for path, case in CASES])
def test_the_platforms_answers(case: Case, tmp_path: Path) -> None:
    answers = Answers(case, tmp_path)
    assert not answers.problems()
    wrong = []
    for fact in case.facts:
        answer = answers.to(fact)
        if answer != fact.expected:
            wrong.append(f"{fact}, and not {answer} {answers.why(fact)}".rstrip())
    assert not wrong, "\n".join([*wrong, f"{case.source}: {case.because}"])


def test_each_case_says_where_its_answers_come_from() -> None:
    named = [(path.name, case.name) for path, case in CASES]
    assert len(named) == len(set(named))
    assert not [case.name for _, case in CASES if not (case.source and case.because and case.facts and case.files)]
