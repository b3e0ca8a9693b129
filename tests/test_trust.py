"""The linted repository is untrusted (design 7): nothing of it is run or fetched, nothing outside the root read, none escapes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

WORKFLOW = """\
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps: [{run: ./deploy.sh}]
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "barraiser", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def repository(folder: Path, workflow: str = WORKFLOW, name: str = "deploy.yml") -> Path:
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / name).write_text(workflow)
    return folder


def test_python_of_the_checkout_is_never_imported(tmp_path: Path) -> None:
    repository(tmp_path)
    trap = "open('trapped', 'w').close()\n"
    for name in ("yaml.py", "click.py", "json.py", "acme_rules.py", "barraiser.py", "sitecustomize.py", "conftest.py"):
        (tmp_path / name).write_text(trap)
    (tmp_path / ".barraiser.yml").write_text("version: 1\nplugins: [acme_rules]\n")
    result = subprocess.run(
        [str(Path(sys.executable).parent / "barraiser"), "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not (tmp_path / "trapped").exists()
    assert result.returncode == 2
    assert "acme_rules" in result.stderr


def test_scripts_and_actions_of_the_checkout_are_not_run(tmp_path: Path) -> None:
    repository(tmp_path)
    script = tmp_path / "deploy.sh"
    script.write_text("#!/bin/sh\ntouch trapped\n")
    script.chmod(0o755)
    run(tmp_path, "check")
    assert not (tmp_path / "trapped").exists()


def test_links_that_lead_out_of_the_root_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yml").write_text("on: push\njobs: {leaked-job: {runs-on: x, steps: [{run: s3cr3t}]}}\n")
    root = repository(tmp_path / "root")
    (root / ".github" / "workflows" / "link.yml").symlink_to(outside / "secret.yml")
    (root / ".gitlab-ci.yml").write_text("include: [{local: ../outside/secret.yml}]\na: {script: x}\n")
    for command in ("check", "graph"):
        result = run(root, command, "--output-format", "json")
        assert "leaked-job" not in result.stdout + result.stderr
        assert "s3cr3t" not in result.stdout + result.stderr


def test_a_called_workflow_outside_the_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evil.yml").write_text("on: workflow_call\njobs: {leaked-job: {runs-on: x, steps: [{run: s3cr3t}]}}\n")
    root = repository(tmp_path / "root", "on: push\njobs: {a: {uses: ./../evil.yml}}\n")
    result = run(root, "graph", "--output-format", "json")
    assert "leaked-job" not in result.stdout + result.stderr


def test_names_cannot_write_to_the_terminal_or_the_runner(tmp_path: Path) -> None:
    name = "pwn\\e]0;title\\a\\r\\n::set-output name=x::y\\u202e"
    root = repository(tmp_path, f'name: "{name}"\n' + WORKFLOW.replace("production", f'"production {name}"'))
    for output in ("text", "concise", "github", "sarif", "json"):
        result = run(root, "check", "--output-format", output, "--color", "never")
        printed = result.stdout + result.stderr
        assert "\x1b" not in printed, output
        assert "\a" not in printed, output
        assert not any(line.startswith("::set-output") for line in printed.splitlines()), output


def test_the_configuration_cannot_name_code(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "evil").mkdir()
    (root / "evil" / "__init__.py").write_text("open('trapped', 'w').close()\nRULES = ()\n")
    (root / ".barraiser.yml").write_text("version: 1\nplugins: [./evil, evil]\n")
    result = run(root, "check", PYTHONPATH="")
    assert result.returncode == 2
    assert not (root / "trapped").exists()


def test_no_network_module_is_loaded(tmp_path: Path) -> None:
    root = repository(tmp_path)
    program = (
        "import sys\nfrom barraiser.cli import main\n"
        "import os\nos._exit = lambda status: (_ for _ in ()).throw(SystemExit(status))\n"
        "sys.argv = ['barraiser', 'check', '--output-format', 'json']\n"
        "try:\n    main.main()\nexcept SystemExit:\n    pass\n"
        "import json\nprint('|', json.dumps(sorted(set(sys.modules) & {'socket', 'ssl', 'http.client', 'urllib.request'})))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    assert json.loads(result.stdout.rpartition("|")[2]) == []
