"""SEC004: production's secrets are production's jobs' alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from barraiser.api import (
    DEPLOY_KINDS,
    GITHUB_ACTIONS,
    GITLAB_CI,
    PIPELINE,
    PREPROD_CLASSES,
    PROD_CLASSES,
    RELEASE_KINDS,
    Answer,
    Case,
    Job,
    Parameter,
    Place,
    Rule,
    SourceError,
)

SECRET = re.compile(r"\bsecrets\.([A-Za-z_]\w{0,120})")
VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w{0,120})")

EARLIER = frozenset(("dev", "beta", "qa", "uat", "stg", "staging", "preprod", "gamma"))
"""Words in a secret's name that say that it belongs to an earlier environment."""


class ProdSecretsScoped(Rule):
    """Scope production secrets to the production job.

    Why:
        A secret that every job can read leaks through the weakest of them: a test's dependency, a verbose build, a debug line.

    Source:
        GitHub Actions, "Managing environments for deployment": an environment's secrets are there once its protection has let the job
        through. GitLab, "Deployment safety": protect production's secrets.

    Decided by:
        Credentials whose name says production, used by a job that does not work on production, or by one that names no environment. What
        the secret's scope on the platform is, no file shows.

    Fix:
        Keep the secret in production's environment, and use it in that environment's jobs alone.

    Before (github-actions):
        env: {TOKEN: "${{ secrets.PROD_TOKEN }}"}
        jobs: {test: {}, deploy: {environment: production}}

    After (github-actions):
        jobs:
          test: {}
          deploy: {environment: production, env: {TOKEN: "${{ secrets.PROD_TOKEN }}"}}

    Before (gitlab-ci):
        test: {script: [npm test -- --token $PROD_TOKEN]}

    After (gitlab-ci):
        test: {script: [npm test -- --token $TEST_TOKEN]}
    """

    id = "SEC004"
    name = "prod-secrets-scoped"
    severity = "warning"
    profile = "strict"
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    asks = PIPELINE
    kinds = RELEASE_KINDS
    parameters = (
        Parameter(
            "prod_secret_pattern", "(^|_)PROD(_|$)", "a pattern of the names of production's secrets, in capitals"
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Keep `<secret>` as a secret of production's environment, and name that environment in the jobs that use it.",
        GITLAB_CI: "Scope `<secret>` to production's environment, and name that environment in the jobs that use it.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the names of the secrets that each job uses."""
        pattern = str(case.parameter("prod_secret_pattern"))
        by_name = case.pipeline.settings_by_name
        if not self._knows_two(case, by_name):
            return case.not_applicable("It knows no environment but one.")
        prod = self._prod_environments(case)
        scoped = ""
        for found in case.pipeline.jobs:
            for name, place in self._secrets(found, by_name):
                if not self._is_prods(pattern, name):
                    continue
                key = found.environment
                handed = self._handed(case, found, name, place)
                if handed is not None:
                    return case.failed(
                        f'"{found.own_id.rpartition(" / ")[0]}" hands `{name}` to the workflow that it calls, and cannot name an'
                        " environment: what guards production does not guard its secret.",
                        fix=f"Keep the secret of `{name}` in production's environment, which the called workflow's job names, and call it"
                        " with `secrets: inherit`.",
                        at=handed,
                        key=f"{found.template} {name}",
                    )
                if key is not None and (key.name in prod or not key.resolved):
                    scoped = scoped or name
                    continue
                works = any(each.environment and each.environment.cls in PROD_CLASSES for each in found.activities)
                how = "names no environment" if works and key is None else "does not work on production"
                return case.failed(
                    f'"{found.own_id}" uses `{name}` and {how}: what guards production does not guard its secret.',
                    fix=case.fix(secret=name),
                    at=place,
                    key=f"{found.template} {name}",
                )
        if scoped:
            return case.passed(f"`{scoped}` is used in production's environment alone.")
        return case.not_applicable("No credential has production in its name.")

    def _knows_two(self, case: Case, by_name: bool) -> bool:
        """Whether the pipeline works on pre-production too: it deploys there, or uses a secret that is named for it."""
        if any(node.kind in DEPLOY_KINDS and node.environment_class in PREPROD_CLASSES for node in case.stages.nodes):
            return True
        names = (name for found in case.pipeline.jobs for name, _ in self._secrets(found, by_name))
        return any(not EARLIER.isdisjoint(name.lower().split("_")) for name in names)

    def _handed(self, case: Case, found: Job, name: str, place: Place) -> Place | None:
        """Where a calling job gives a called one the secret under another name; None where the job's own file names it. A calling job
        has no environment, so that no environment's secret can be given so."""
        if " / " not in found.id or place.path == case.pipeline.path:
            return None
        try:
            own = case.repository.read_text(place.path)
            lines = case.repository.lines(case.pipeline.path)
        except SourceError:
            return None
        at = next((number for number, line in enumerate(lines, 1) if f"secrets.{name}" in line), 0)
        return Place(case.pipeline.path, at) if at and name not in own else None

    def _is_prods(self, pattern: str, name: str) -> bool:
        try:
            return re.search(pattern, name.upper()[:100]) is not None
        except re.error:
            return False

    def _prod_environments(self, case: Case) -> set[str]:
        """The names of the environments that production's jobs name."""
        found: set[str] = set()
        for each in case.pipeline.jobs:
            if each.environment is None:
                continue
            if any(one.environment and one.environment.cls in PROD_CLASSES for one in each.activities):
                found.add(each.environment.name)
        return found

    def _secrets(self, found: Job, by_name: bool) -> Iterator[tuple[str, Place]]:
        """The names of the stored values that a job uses, each with its place."""
        for value in found.variables.values():
            for match in SECRET.finditer(value):
                yield match[1], found.place
        for step in found.steps:
            for value in (*step.env.values(), *step.inputs.values()):
                for match in SECRET.finditer(value):
                    yield match[1], step.place
            for fragment in step.script.fragments if step.script is not None else ():
                for pattern in (SECRET, VARIABLE):
                    for match in pattern.finditer(fragment.text):
                        name = match[1]
                        if pattern is VARIABLE and not (by_name and self._stored(found, name)):
                            continue
                        line = 0 if fragment.folded else fragment.text.count("\n", 0, match.start())
                        yield name, Place(fragment.path, fragment.line + line)

    def _stored(self, found: Job, name: str) -> bool:
        """Whether a script's variable may be a setting of the platform: nothing in the files sets it, and it sounds like a secret."""
        if name in found.variables or any(name in step.env for step in found.steps):
            return False
        secret = ("TOKEN", "KEY", "SECRET", "PASSWORD", "PASS", "CREDENTIALS", "KUBECONFIG", "PAT", "PWD")
        return not set(name.upper().split("_")).isdisjoint(secret)
