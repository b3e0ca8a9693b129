"""The gate from outside: what it looks at, what it says, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from running import Result, invoke

import barraiser.cli.work
from barraiser.checks.registry import load
from barraiser.report import json_report

SCHEMA: Any = json.loads((Path(json_report.__file__).parent / "schemas" / "report.schema.json").read_text("utf-8"))
BLOCKED = """\
name: Deploy
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    steps:
      - uses: actions/checkout@v4
      - run: kubectl --namespace production set image deployment/shop shop=registry.example.com/shop:${{ github.sha }}
"""
HARMLESS = """\
name: Tests
on: {push: {branches: [main]}}
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: npm test}]
"""
WORKFLOWS = ".github/workflows"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("CI_DEFAULT_BRANCH", "CI_PROJECT_DIR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    put(tmp_path, f"{WORKFLOWS}/deploy.yml", BLOCKED)
    return tmp_path


def put(folder: Path, path: str, text: str) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def run(*arguments: str, stdin: str | None = None) -> Result:
    return invoke(["check", *arguments], stdin)


def report(*arguments: str, stdin: str | None = None) -> tuple[int, dict[str, Any]]:
    result = run("--output-format", "json", *arguments, stdin=stdin)
    data = json.loads(result.stdout)
    Draft202012Validator(SCHEMA).validate(data)
    return result.exit_code, data


def failed(data: dict[str, Any]) -> list[str]:
    return [
        each["rule"] for each in data["pipelines"][0]["findings"] if each["verdict"] == "failed" and not each["waiver"]
    ]


def test_a_pipeline_without_safety_steps_is_blocked(root: Path) -> None:
    result = run()
    assert result.exit_code == 1
    last = result.stdout.rstrip().splitlines()[-1]
    assert last.startswith("Deploy: 24 rules checked, ")
    assert last.endswith(": BLOCKED")
    status, data = report()
    assert status == 1
    assert data["pipelines"][0]["verdict"] == "blocked"
    assert {"ENV001", "TST001"} <= set(failed(data))
    assert data["policy"]["origin"] == "none"


def test_the_format_never_changes_the_status_but_exit_zero_does(root: Path) -> None:
    for form in ("text", "concise", "json", "sarif", "github"):
        assert run("--output-format", form).exit_code == 1
    result = run("--exit-zero")
    assert result.exit_code == 0
    assert "BLOCKED" in result.stdout


def test_no_pipeline_is_not_green(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run()
    assert result.exit_code == 3
    assert "no pipeline was found" in result.stderr
    assert run("--allow-empty").exit_code == 0
    assert run("--exit-zero").exit_code == 3
    assert report()[1]["pipelines"] == []


def test_what_does_not_deploy_passes(root: Path) -> None:
    put(root, f"{WORKFLOWS}/deploy.yml", HARMLESS)
    result = run()
    assert result.exit_code == 0
    assert result.stdout.rstrip().endswith("NOT A DEPLOYMENT")


def test_several_outputs_at_once(root: Path) -> None:
    result = run("--output-format", "json", "--output-file", "a.json", "--output-format", "sarif", "--output-file", "b.sarif",
                 "--output-format", "concise")  # fmt: skip
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{WORKFLOWS}/deploy.yml:")
    assert json.loads((root / "a.json").read_text())["schema_version"] == 1
    assert json.loads((root / "b.sarif").read_text())["version"] == "2.1.0"
    assert run("--output-format", "json", "--output-file", "no/such/folder.json").exit_code == 2


def test_selecting_rules(root: Path) -> None:
    _, data = report("--select", "ENV001,TST001")
    assert set(data["pipelines"][0]["verdicts"]) == {"ENV001", "TST001"}
    _, data = report("--select", "unit-tests-before-deploy", "--select", "ENV", "--ignore", "ENV006,TST002")
    family = {rule for rule in load().rules if rule.startswith("ENV")}
    assert set(data["pipelines"][0]["verdicts"]) == {"TST001", *family} - {"ENV006"}


def test_failing_on_warnings(root: Path) -> None:
    assert run("--select", "GOV001").exit_code == 0
    assert run("--select", "GOV001", "--fail-on", "warning").exit_code == 1


def test_the_configuration_counts_unless_isolated(root: Path) -> None:
    put(root, ".barraiser.yml", "version: 1\nowner: team\nrules: {ENV001: off}\n")
    _, data = report()
    assert "ENV001" not in data["pipelines"][0]["verdicts"]
    assert data["pipelines"][0]["verdicts"]["GOV001"] == "passed"
    assert data["policy"] == {"path": ".barraiser.yml", "origin": "file", "findings": []}
    assert "ENV001" in report("--isolated")[1]["pipelines"][0]["verdicts"]
    put(root, "other.yml", "version: 1\nselect: [TST001]\n")
    assert set(report("--config", "other.yml")[1]["pipelines"][0]["verdicts"]) == {"TST001"}


def test_a_wrong_configuration_stops_the_run(root: Path) -> None:
    put(root, ".barraiser.yml", "version: 1\nrulez: {}\nprofile: low\n")
    result = run()
    assert result.exit_code == 2
    assert ".barraiser.yml:2:1: " in result.stderr
    assert ".barraiser.yml:3:10: " in result.stderr
    assert result.stdout == ""
    put(root, ".barraiser.yml", "version: 1\nrules: {ENV01: off}\n")
    assert "ENV001" in run().stderr
    put(root, ".barraiser.yml", "version: 1\n")
    put(root, ".github/.barraiser.yml", "version: 1\n")
    assert "keep one of the two" in run().stderr


def test_a_configuration_under_github_counts(root: Path) -> None:
    put(root, ".github/.barraiser.yml", "version: 1\nselect: [TST001]\n")
    assert set(report()[1]["pipelines"][0]["verdicts"]) == {"TST001"}


WAIVER = "{rule: %s, path: .github/workflows/deploy.yml, reason: moves in May, owner: carol, expires: %s}"


def test_waivers_end(root: Path) -> None:
    _, data = report()
    rules = [each["rule"] for each in data["pipelines"][0]["findings"] if each["severity"] == "error"]
    lines = "".join(f"  - {WAIVER % (rule, '2027-01-31')}\n" for rule in sorted(set(rules)))
    put(root, ".barraiser.yml", f"version: 1\nwaivers:\n{lines}")
    status, data = report("--as-of", "2027-01-31")
    assert status == 0
    assert data["pipelines"][0]["rules"]["waived"] == len(set(rules))
    assert report("--as-of", "2027-02-01")[0] == 1
    assert {each["rule"] for each in report("--as-of", "2027-02-01")[1]["policy"]["findings"]} == {"GOV002"}


def test_a_finding_about_the_policy_itself_blocks(root: Path) -> None:
    put(root, f"{WORKFLOWS}/deploy.yml", HARMLESS)
    put(root, ".barraiser.yml", "version: 1\nwaivers:\n  - {rule: ENV001}\n")
    status, data = report()
    assert status == 1
    assert data["policy"]["findings"][0]["location"]["line"] == 3
    assert data["pipelines"][0]["verdict"] == "not-a-deployment"
    assert report("--ignore", "GOV002")[0] == 0


def test_a_comment_sets_a_rule_aside(root: Path) -> None:
    comment = '# barraiser: ignore[ENV001, TST001] reason="one machine" until=2027-01-31'
    put(root, f"{WORKFLOWS}/deploy.yml", BLOCKED.replace("  deploy:\n", f"  deploy:  {comment}\n"))
    status, data = report("--as-of", "2026-12-01", "--select", "ENV001,TST001,GOV002")
    assert status == 0
    assert data["pipelines"][0]["verdicts"] == {"TST001": "waived", "ENV001": "waived", "GOV002": "passed"}
    status, data = report("--as-of", "2027-12-01", "--select", "ENV001,TST001,GOV002")
    assert status == 1
    assert failed(data) == ["TST001", "ENV001", "GOV002"]


def test_several_roots_are_told_apart(root: Path) -> None:
    put(root, f"shop/{WORKFLOWS}/deploy.yml", BLOCKED)
    put(root, f"cart/{WORKFLOWS}/tests.yml", HARMLESS)
    put(root, "cart/.barraiser.yml", "version: 1\nwaivers:\n  - {rule: ENV001}\n")
    status, data = report()
    assert status == 1
    assert [(each["path"], each["verdict"]) for each in data["pipelines"]] == [
        (f"{WORKFLOWS}/deploy.yml", "blocked"),
        (f"cart/{WORKFLOWS}/tests.yml", "not-a-deployment"),
        (f"shop/{WORKFLOWS}/deploy.yml", "blocked"),
    ]
    assert data["policy"]["findings"][0]["location"]["path"] == "cart/.barraiser.yml"
    prints = [each["fingerprint"] for pipeline in data["pipelines"] for each in pipeline["findings"]]
    assert len(set(prints)) == len(prints)


def test_several_processes_say_the_same(root: Path) -> None:
    for name in ("a", "b", "c"):
        put(root, f"{name}/{WORKFLOWS}/deploy.yml", BLOCKED)
    put(root, "b/.barraiser.yml", "version: 1\nrules: {ENV001: off}\nwaivers:\n  - {rule: ENV001}\n")
    one, several = run("--output-format", "json", "--jobs", "1"), run("--output-format", "json", "--jobs", "2")
    assert one.stdout == several.stdout
    assert (one.exit_code, several.exit_code) == (1, 1)


def test_a_named_file_is_reported_alone(root: Path) -> None:
    put(root, f"{WORKFLOWS}/tests.yml", HARMLESS)
    _, data = report(f"{WORKFLOWS}/tests.yml")
    assert [each["path"] for each in data["pipelines"]] == [f"{WORKFLOWS}/tests.yml"]
    put(root, "README.md", "x")
    result = run("README.md", f"{WORKFLOWS}/tests.yml")
    assert result.exit_code == 0
    assert "README.md: passed over" in result.stderr


def test_standard_input_stands_for_a_file(root: Path) -> None:
    status, data = report("-", "--stdin-filename", f"{WORKFLOWS}/new.yml", stdin=BLOCKED)
    assert status == 1
    assert data["pipelines"][0]["path"] == f"{WORKFLOWS}/new.yml"
    status, data = report("-", stdin=HARMLESS)
    assert (status, data["pipelines"][0]["platform"]) == (0, "github-actions")
    status, data = report("-", "--platform", "gitlab-ci", stdin="test: {script: npm test}\n")
    assert data["pipelines"][0]["platform"] == "gitlab-ci"
    assert run("-", stdin="").exit_code == 3
    assert run("-", "--platform", "github-actions", stdin="\x00").exit_code == 1


def test_the_default_branch_is_taken_from_where_it_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, f"{WORKFLOWS}/deploy.yml", BLOCKED.replace("[main]", "[main, prod]"))

    def scenarios() -> list[str]:
        _, data = report("--select", "TST001")
        return data["pipelines"][0]["findings"][0]["scenarios"]  # type: ignore[no-any-return]

    assert "push to main" in scenarios()
    put(root, ".git/refs/remotes/origin/HEAD", "ref: refs/remotes/origin/prod\n")
    shown = invoke(["graph"]).stdout
    assert "prod (origin/HEAD)" in shown
    monkeypatch.setenv("CI_PROJECT_DIR", str(root))
    monkeypatch.setenv("CI_DEFAULT_BRANCH", "release")
    assert "release (CI_DEFAULT_BRANCH)" in invoke(["graph"]).stdout
    put(root, ".barraiser.yml", "version: 1\ndefault_branch: trunk\n")
    assert "trunk (the configuration)" in invoke(["graph"]).stdout
    assert "x (--default-branch)" in invoke(["graph", "--default-branch", "x"]).stdout


def test_statistics_and_what_passed(root: Path) -> None:
    result = run("--statistics", "--show-passed", "--show-unknown")
    table = result.stdout.rpartition("\n\n")[2].splitlines()
    assert table[0].split() == ["rule", "name", "not", "met", "cannot", "tell", "waived"]
    assert "ENV001" in [line.split()[0] for line in table]
    assert "  passed  " in result.stdout


def test_a_rule_that_crashes_is_named_and_the_others_go_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyError("\x1b[31m")

    monkeypatch.setattr(load().rules["TST001"], "decide", crash)
    result = run("--output-format", "json")
    assert result.exit_code == 2
    assert "TST001" in result.stderr
    assert "\x1b" not in result.stderr
    data = json.loads(result.stdout)
    assert data["pipelines"][0]["verdicts"]["TST001"] == "unknown"
    assert "ENV001" in failed(data)


def test_a_file_that_crashes_is_named_and_the_others_go_on(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, f"{WORKFLOWS}/tests.yml", HARMLESS)
    judge = barraiser.cli.work.judge

    def crash(pipeline: Any, *rest: Any) -> Any:
        if pipeline.name == "Deploy":
            raise RuntimeError("boom")
        return judge(pipeline, *rest)

    monkeypatch.setattr(barraiser.cli.work, "judge", crash)
    result = run("--output-format", "json")
    assert result.exit_code == 2
    assert f"{WORKFLOWS}/deploy.yml: internal error" in result.stderr
    assert [each["name"] for each in json.loads(result.stdout)["pipelines"]] == ["Tests"]


def test_colour_only_when_asked_or_on_a_terminal(root: Path) -> None:
    assert "\x1b" not in run().stdout
    assert "\x1b[31;1mBLOCKED\x1b[0m" in run("--color", "always").stdout
    result = run("--color", "always", "--output-format", "text", "--output-file", "a.txt")
    assert result.exit_code == 1
    assert "\x1b" not in (root / "a.txt").read_text()
