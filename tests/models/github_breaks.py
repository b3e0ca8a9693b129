"""Steps back from the model release on GitHub Actions."""

from __future__ import annotations

from models.breaks import Break

RELEASE = ".github/workflows/release.yml"
DEPLOY = ".github/workflows/deploy.yml"
NIGHTLY = ".github/workflows/nightly.yml"
VERIFY = ".github/workflows/verify.yml"
SERVICE = "infra/service.yml"
CONFIG = ".barraiser.yml"

SECOND_PATH = """
name: Deploy by hand
on:
  workflow_dispatch:
permissions: {contents: read}
jobs:
  production:
    permissions: {contents: read, id-token: write}
    uses: ./.github/workflows/deploy.yml
    with:
      environment: production
      account: "777777777777"
      region: ap-southeast-2
      image: 333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api:${{ github.sha }}
"""

BREAKS: tuple[Break, ...] = (
    # --- tests that no longer gate ---
    Break("TST001", RELEASE, "needs: [unit-tests, analysis]", "needs: [analysis]"),
    Break("TST001", RELEASE, "      - run: npm test\n", ""),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test || true\n"),
)
