"""A rule pack of somebody else: installed like any package, named in the configuration, and asked like the built-in rules."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent.parent / "fixtures" / "plugins" / "acme-barraiser-rules"
WORKFLOW = """\
name: Deploy
on:
  push:
    branches: [main]
jobs:
  production:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - run: npx cdk deploy shop-prod --require-approval never
"""


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("plugin") / "site"
    options = ["--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(PACKAGE)], check=True)
    return target


def run(root: Path, *arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment: Mapping[str, str] = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    return subprocess.run(
        [sys.executable, "-m", "barraiser", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def repository(root: Path, workflow: str = WORKFLOW, configuration: str = "plugins: [acme_rules]") -> Path:
    (root / ".github" / "workflows").mkdir(parents=True)
    (root / ".github" / "workflows" / "deploy.yml").write_text(workflow)
    (root / ".barraiser.yml").write_text(f"version: 1\n{configuration}\n")
    return root


def verdict(result: subprocess.CompletedProcess[str]) -> tuple[Any, list[Any]]:
    (pipeline,) = json.loads(result.stdout)["pipelines"]
    findings = [finding for finding in pipeline["findings"] if finding["rule"] == "ACM001"]
    return pipeline["verdicts"].get("ACM001"), findings


def test_rule_is_asked(installed: Path, tmp_path: Path) -> None:
    result = run(repository(tmp_path), "check", "--output-format", "json", path=installed)
    answer, findings = verdict(result)
    assert answer == "failed", result.stderr
    assert findings[0]["location"]["line"] == 11
    assert findings[0]["severity"] == "warning"
    assert '"production"' in findings[0]["fix"]


def test_rule_passes(installed: Path, tmp_path: Path) -> None:
    told = WORKFLOW + "      - uses: slackapi/slack-github-action@v2\n"
    assert verdict(run(repository(tmp_path, told), "check", "--output-format", "json", path=installed)) == (
        "passed",
        [],
    )


def test_rule_is_in_the_catalogue_with_its_origin(installed: Path, tmp_path: Path) -> None:
    result = run(repository(tmp_path), "rules", "--output-format", "json", path=installed)
    assert result.returncode == 0, result.stderr
    (own,) = [rule for rule in json.loads(result.stdout)["rules"] if rule["id"] == "ACM001"]
    assert own["origin"] == "acme-barraiser-rules"
    assert own["name"] == "deploy-announced"


def test_rule_is_configured_and_selected_like_any_other(installed: Path, tmp_path: Path) -> None:
    off = repository(tmp_path / "off", configuration="plugins: [acme_rules]\nrules:\n  ACM001: off")
    assert verdict(run(off, "check", "--output-format", "json", path=installed))[0] is None
    only = repository(tmp_path / "only")
    result = run(only, "check", "--select", "deploy-announced", "--output-format", "json", path=installed)
    assert set(json.loads(result.stdout)["pipelines"][0]["verdicts"]) == {"ACM001"}


def test_plugin_that_is_not_installed_is_named(tmp_path: Path) -> None:
    result = run(repository(tmp_path), "check")
    assert result.returncode == 2
    assert "acme_rules" in result.stderr
    assert "Traceback" not in result.stderr


def test_plugin_in_the_checkout_is_never_imported(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "acme_rules").mkdir()
    (tmp_path / "acme_rules" / "__init__.py").write_text("open('imported', 'w').close()\nRULES = ()\n")
    metadata = tmp_path / "acme_rules-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[barraiser.rules]\nacme_rules = acme_rules\n")
    command = str(Path(sys.executable).parent / "barraiser")
    result = subprocess.run([command, "check"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 2, result.stdout
    assert not (tmp_path / "imported").exists()


def test_package_imports_the_public_interface_alone() -> None:
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            assert not isinstance(node, ast.Import) or not any("barraiser" in name.name for name in node.names)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("barraiser"):
                assert node.module == "barraiser.api", file
