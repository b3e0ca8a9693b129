"""A deploy of unmerged code is one finding: what else that run lacks is beside the point."""

from __future__ import annotations

from pathlib import Path

from barraiser.testing import judged

WORKFLOW = """
name: Deploy
on:
  pull_request:
  push:
    branches: [main]
jobs:
  test:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm test
  production:
    needs: [test]
    if: ${{ !failure() && !cancelled() }}
    runs-on: ubuntu-latest
    environment: production
    steps:
      - run: kubectl --context prod apply -f k8s/
"""


def test_what_a_run_on_a_pull_request_lacks_is_no_second_finding(tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "deploy.yml"
    path.parent.mkdir(parents=True)
    path.write_text(WORKFLOW, encoding="utf-8")
    (result,) = judged(tmp_path)
    assert result.verdicts["SRC002"] == "failed"
    assert result.verdicts["TST001"] == "passed"
    in_requests = [finding.rule for finding in result.findings if any("pull" in name for name in finding.scenarios)]
    assert set(in_requests) == {"SRC002"}
