"""OBS004: there is a runbook, and it asks for rollback first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from barraiser.api import PIPELINE, Answer, Case, Parameter, Place, Rule, SourceError
from barraiser_rules.questions import expired

GLOBS = (
    "*runbook*.md",
    "*runbook*.rst",
    "*runbook*.adoc",
    "*runbook*.txt",
    "*runbooks/*.md",
    "docs/ops*.md",
    "docs/ops/*.md",
)
ROLLBACK = re.compile(r"\broll(?:ing|ed)?[ -]?back\b|\brollback\b", re.IGNORECASE)
HEADING = re.compile(r"^(#{1,6}\s|=+\s)")
STEP = re.compile(r"^\s*(?:#{1,6}\s*)?(?:(?:step|question)\s*)?(\d{1,2})[.):]\s", re.IGNORECASE)
MAX_FILES = 20_000


class RunbookRollbackFirst(Rule):
    """Link a runbook whose first question is rollback.

    Why:
        Whoever is woken at night should not have to find out how the service works before users are served again. Going back to the
        last good version is nearly always the fastest repair, and it is forgotten when the runbook starts with diagnosis.

    Source:
        AWS re:Invent 2025 COP415, "Incident response": the first question of an operating procedure is whether to roll back. AWS
        Well-Architected REL08-BP01: runbooks.

    Decided by:
        `evidence.runbook` in the configuration, or a runbook in the repository, whose first step must speak of rolling back. One of the
        two must be there: a runbook that nothing links is not found at night.

    Fix:
        Write a runbook whose first step is the rollback, and name it in the configuration.

    Before (github-actions):
        # docs/runbook.md
        1. Look at the dashboard.

    After (github-actions):
        # docs/runbook.md
        1. Was anything deployed in the last hours? Roll back: run the workflow "Rollback".
        2. Look at the dashboard.

    Before (gitlab-ci):
        # docs/runbook.md
        1. Look at the dashboard.

    After (gitlab-ci):
        # docs/runbook.md
        1. Was anything deployed in the last hours? Roll back: re-deploy the last deployment of `production`.
        2. Look at the dashboard.

    Before (codepipeline):
        # docs/runbook.md
        1. Look at the dashboard.

    After (codepipeline):
        # docs/runbook.md
        1. Was anything deployed in the last hours? Roll back the stage "Production".
        2. Look at the dashboard.
    """

    id = "OBS004"
    name = "runbook-rollback-first"
    severity = "warning"
    profile = "standard"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags")
    parameters = (Parameter("globs", GLOBS, "the names (lower case) that a runbook's path may have"),)
    fixes = {"": "Let the first step of `<path>` ask whether to roll back, and say how."}

    def decide(self, case: Case) -> Answer:
        """Reads the declared runbook, else the first that is found."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        declared = case.declared.evidence.get("runbook")
        path = declared.get("path") if isinstance(declared, Mapping) else None
        url = declared.get("url") if isinstance(declared, Mapping) else None
        if isinstance(path, str) and path:
            if not case.repository.exists(path):
                return case.failed(
                    f"The declared runbook `{path}` is not in the repository.",
                    fix="Correct `evidence.runbook.path`.",
                    at=case.pipeline.place,
                )
            return self._read(case, [path])
        if isinstance(url, str) and url:
            return case.passed(f"A runbook is declared: {url}.")
        found = self._found(case)
        if found:
            return self._read(case, found)
        return expired(case, "runbook", "A runbook") or case.failed(
            "No runbook is linked: none is in the repository, and none is declared.",
            fix="Write one, or link it: evidence: {runbook: {url: ADDRESS, by: NAME, date: YYYY-MM-DD}}",
            at=case.pipeline.place,
            key="none",
        )

    def _found(self, case: Case) -> list[str]:
        globs = case.parameter("globs")
        patterns = globs if isinstance(globs, tuple) else GLOBS
        return [
            path
            for path in case.repository.files()[:MAX_FILES]
            if "node_modules/" not in path and any(fnmatchcase(path.lower(), pattern) for pattern in patterns)
        ][:50]

    def _read(self, case: Case, paths: list[str]) -> Answer:
        for path in paths:
            try:
                lines = case.repository.lines(path)
            except SourceError:
                continue
            if any(ROLLBACK.search(line) for line in self._first_step(lines)):
                return case.passed(f"{path} starts with the rollback.")
        return case.failed(
            f"The first step of the runbook {paths[0]} says nothing about rolling back.",
            fix=case.fix(path=paths[0]),
            at=Place(paths[0], 1),
        )

    def _first_step(self, lines: list[str]) -> list[str]:
        """The lines up to the second numbered step or, where steps have no numbers, to the third heading."""
        taken: list[str] = []
        steps = headings = 0
        for line in lines[:400]:
            if STEP.match(line):
                steps += 1
            elif HEADING.match(line):
                headings += 1
            if steps == 2 or (steps == 0 and headings == 3):
                break
            taken.append(line)
        return taken
