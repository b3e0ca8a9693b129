"""What signs a package by itself: a publish that is taken for signed would release what nobody can check."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.checks.registry import load
from barraiser.testing import judged

WORKFLOW = """\
on: {push: {tags: ["v*"]}}
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make build
"""


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        ("uses: pypa/gh-action-pypi-publish@release/v1", "passed"),
        ("uses: pypa/gh-action-pypi-publish@v1.12.4", "passed"),
        ("uses: pypa/gh-action-pypi-publish@v1.8.14", "failed"),
        ("{uses: pypa/gh-action-pypi-publish@v1.12.4, with: {attestations: false}}", "failed"),
        ("{uses: pypa/gh-action-pypi-publish@v1.8.14, with: {attestations: true}}", "passed"),
        ("run: npm publish", "failed"),
        ("run: npm publish --provenance", "passed"),
        ("run: npm publish --provenance=false", "failed"),
        ('{run: npm publish, env: {NPM_CONFIG_PROVENANCE: "true"}}', "passed"),
        ("run: twine upload --attestations dist/*", "passed"),
        ("uses: actions/publish-immutable-action@0.0.4", "passed"),
        ("run: rcodesign sign dist/shop && gh release upload v1 dist/shop", "passed"),
        ("run: goreleaser release", "failed"),
        ("run: mvn deploy", "failed"),
    ],
)
def test_a_publish_signs(tmp_path: Path, step: str, verdict: str) -> None:
    assert _verdict(tmp_path, step) == verdict


@pytest.mark.parametrize(
    ("step", "path", "text"),
    [
        ("run: goreleaser release", ".goreleaser.yaml", "signs:\n  - cmd: cosign\n"),
        ("run: mvn deploy", "pom.xml", "<artifactId>maven-gpg-plugin</artifactId>"),
        ("run: npm publish", "package.json", '{"publishConfig": {"provenance": true}}'),
    ],
)
def test_a_file_says_that_it_signs(tmp_path: Path, step: str, path: str, text: str) -> None:
    (tmp_path / path).write_text(text, "utf-8")
    assert _verdict(tmp_path, step) == "passed"


TWO = """  python:
    runs-on: ubuntu-latest
    permissions: {{id-token: write}}
    steps:
      - uses: actions/download-artifact@v4
        with: {{name: dist}}
      - uses: pypa/gh-action-pypi-publish@release/v1
  assets:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: {{name: {taken}}}
      - run: gh release upload v1 dist/*
"""


@pytest.mark.parametrize(("taken", "verdict"), [("dist", "passed"), ("binaries", "failed")])
def test_a_publish_signs_what_it_publishes_itself(tmp_path: Path, taken: str, verdict: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    build = WORKFLOW.rstrip() + "\n      - run: python -m build\n"
    (folder / "release.yml").write_text(build + TWO.format(taken=taken), "utf-8")
    (result,) = judged(tmp_path, profile="strict")
    assert result.verdicts["BLD005"] == verdict


def _verdict(root: Path, step: str) -> str:
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "release.yml").write_text(f"{WORKFLOW}      - {step}\n", "utf-8")
    (result,) = judged(root, [load(profile="strict").rules["BLD005"]])
    return result.verdicts["BLD005"]
