"""What a message says of two deploys, where both are steps of one job: it would name the job twice, and its fix would run in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from barraiser.testing import judged

SWAP = """name: Deploy
on:
  push:
    branches: [main]
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm test
      - uses: azure/webapps-deploy@v3
        with: {app-name: shop, slot-name: staging, package: .}
      - run: az webapp deployment slot swap --resource-group shop --name shop --slot staging --target-slot production
"""


@pytest.mark.parametrize("rule", ["TST002", "ENV007", "LOD001", "LOD005"])
def test_two_deploys_of_one_job_are_told_apart(rule: str, tmp_path: Path) -> None:
    file = tmp_path / ".github" / "workflows" / "deploy.yml"
    file.parent.mkdir(parents=True)
    file.write_text(SWAP, encoding="utf-8")
    (result,) = judged(tmp_path, profile="strict")
    (finding,) = [each for each in result.findings if each.rule == rule]
    assert finding.verdict == "failed"
    assert finding.message.count('"release"') <= 1
    assert 'between the deploys to staging and production in "release"' in finding.fix
