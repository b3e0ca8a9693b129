"""Steps back from the model release on GitHub Actions."""

from __future__ import annotations

from models.breaks import Break

RELEASE = ".github/workflows/release.yml"
DEPLOY = ".github/workflows/deploy.yml"
NIGHTLY = ".github/workflows/nightly.yml"
SERVICE = "infra/service.yml"
CONFIG = ".barraiser.yml"

BREAKS: tuple[Break, ...] = (
    Break("GOV005", RELEASE, "needs: [unit-tests, analysis]", "needs: [analysis]"),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test || true\n"),
)
