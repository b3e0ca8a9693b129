"""What tox and nox are told to run: a package that is built, or a style that is looked at, is no test that gates a release."""

from __future__ import annotations

import pytest

from classify.pipelines import activities


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tox", "unit-test"),
        ("tox -e py312", "unit-test"),
        ("tox -e py312,lint", "unit-test"),
        ("tox -e lint -e py312", "unit-test"),
        ("tox run -e $TOX_ENV", "unit-test"),
        ("tox -e py -- tests/test_build.py tests/test_lint.py", "unit-test"),
        ("tox -e py -- -e build", "unit-test"),
        ("tox -e test-build", "unit-test"),
        ("tox -e lint", "lint"),
        ("tox -epre-commit", "lint"),
        ("tox -e build-dist -- plugins/acme", "build"),
        ("tox --env=dist,docs", "build"),
        ("tox run -e release", "other"),
        ("tox --notest -e py312", "other"),
        ("nox -s tests lint", "unit-test"),
        ("nox -s lint typing", "lint"),
        ("nox --session docs", "other"),
    ],
)
def test_a_session_does_what_its_name_says(text: str, kind: str) -> None:
    assert [each.kind for each in activities(text)] == [kind]
