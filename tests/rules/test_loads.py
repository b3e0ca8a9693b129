"""How hard and for how long load tests press, as their commands and scripts say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.testing import judged
from barraiser_rules.loads import minutes, option

WORKFLOW = """
on: {{push: {{branches: [main]}}}}
jobs:
  staging:
    runs-on: ubuntu-latest
    environment: staging
    steps: [{{run: kubectl --context staging set image deployment/shop shop=shop:1}}]
  load:
    needs: [staging]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: {command}
  production:
    needs: [load]
    runs-on: ubuntu-latest
    environment: production
    steps: [{{run: kubectl --context prod set image deployment/shop shop=shop:1}}]
"""
SETTINGS = "version: 1\nenvironments:\n  production: {class: prod, github: {reviewers: 1}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("30s", 0.5), ("5m", 5), ("1h30m", 90), ("10min", 10), ("90", 1.5), ("1.5h", 90), ("30M", 30)],
)
def test_times_as_load_tools_take_them(text: str, expected: float) -> None:
    assert minutes(text) == expected


@pytest.mark.parametrize("text", ["", "$DURATION", "soon", "5 m", "m", "1" * 40])
def test_what_is_no_time_is_none(text: str) -> None:
    assert not minutes(text)


def test_options_are_found_in_each_spelling() -> None:
    assert option(("wrk", "-d30s", "url"), "-d", "--duration") == "30s"
    assert option(("k6", "run", "--vus=5"), "--vus", "-u") == "5"
    assert option(("k6", "run", "-u", "7"), "--vus", "-u") == "7"
    assert option(("k6", "run", "--duration"), "--duration") == ""
    assert option(("ab", "-data", "x"), "-d") == ""


def verdict(rule: str, tmp_path: Path, command: str, files: dict[str, str]) -> str:
    for path, text in {
        ".github/workflows/deploy.yml": WORKFLOW.format(command=command),
        ".barraiser.yml": SETTINGS,
        **files,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return judged(tmp_path)[0].verdicts[rule]


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        ("k6 run a.js", {"a.js": "export const options = {stages: [{duration: '10m'}, {duration: '20m'}]}"}, "passed"),
        ("k6 run a.js", {"a.js": "export const options = {stages: [{duration: '10m'}, {duration: '10m'}]}"}, "failed"),
        ("k6 run -d 5m a.js", {"a.js": "export const options = {duration: '60m'}"}, "failed"),
        ("locust --headless --run-time 1h", {}, "passed"),
        ("artillery run a.yml", {"a.yml": "config: {phases: [{duration: 1800, arrivalRate: 5}]}"}, "passed"),
        ("hey -z 30m https://staging.shop.example", {}, "passed"),
        ("hey -n 30 https://staging.shop.example", {}, "failed"),
    ],
)
def test_a_load_test_soaks_for_as_long_as_it_presses(
    command: str, files: dict[str, str], expected: str, tmp_path: Path
) -> None:
    assert verdict("BAK006", tmp_path, command, files) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("export const options = {thresholds: {http_req_failed: ['rate<0.01']}}", "passed"),
        ("export const options = {thresholds: {}}", "failed"),
        ("import {options} from '@shop/load'\nexport {options}", "unknown"),
        ("import {options} from './missing.js'\nexport {options}", "unknown"),
        ("import {test} from 'k6/execution'\nexport default () => { exec.test.abort('slow') }", "passed"),
        ("// thresholds: later\nexport default () => {}", "failed"),
    ],
)
def test_thresholds_are_read_out_of_the_script(script: str, expected: str, tmp_path: Path) -> None:
    assert verdict("LOD003", tmp_path, "k6 run a.js", {"a.js": script}) == expected


@pytest.mark.parametrize("name", ["../outside.js", "/etc/passwd.js", "$SCRIPT.js", "*" * 200 + ".js"])
def test_scripts_outside_are_not_read(name: str, tmp_path: Path) -> None:
    assert verdict("LOD003", tmp_path, f"k6 run '{name}'", {}) == "unknown"
