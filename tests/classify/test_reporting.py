"""Scanners that succeed whatever they find: taken for a gate, what they find is released."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.model.tri import NO, YES
from classify.pipelines import action, activities, classified, job, script


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("trivy image acme/web:1", YES),
        ("trivy image --exit-code 1 acme/web:1", NO),
        ("trivy image --exit-code=1 acme/web:1", NO),
        ("trivy image --config ci/trivy.yml acme/web:1", NO),
        ("grype acme/web:1", YES),
        ("grype acme/web:1 --fail-on high", NO),
        ("semgrep scan --config auto", YES),
        ("semgrep ci", NO),
        ("semgrep --config auto --error", NO),
        ("trufflehog filesystem .", YES),
        ("trufflehog filesystem . --fail", NO),
        ("gitleaks git .", NO),
        ("npm audit", NO),
    ],
)
def test_a_scan_only_reports_unless_told_to_fail(text: str, answer: int) -> None:
    (found,) = activities(text)
    assert found.soft == answer


def test_an_action_only_reports_unless_told_to_fail() -> None:
    told = job(action("aquasecurity/trivy-action@0.28.0", exit_code="1"), action("aquasecurity/trivy-action@0.28.0"))
    classified(told)
    assert [each.soft for each in told.activities] == [NO, YES]


def test_a_variable_or_a_file_tells_it_to_fail(tmp_path: Path) -> None:
    by_variable = job(script("trivy fs ."), variables={"TRIVY_EXIT_CODE": "1"})
    classified(by_variable)
    (tmp_path / "trivy.yaml").write_text("exit-code: 1\n", encoding="utf-8")
    by_file = job(script("trivy fs ."))
    classified(by_file, root=tmp_path)
    assert [each.soft for each in (*by_variable.activities, *by_file.activities)] == [NO, NO]


@pytest.mark.parametrize(
    "text",
    ["gitleaks version", "npx eslint --version", "pytest --collect-only", "npx jest --listTests", "npx vitest list",
     "npx playwright test --list", "k6 cloud login --token x", "k6 inspect load.js", "trivy image --download-db-only"],
)  # fmt: skip
def test_what_only_says_something_runs_nothing(text: str) -> None:
    assert {each.kind for each in activities(text)} <= {"other"}
