"""APV003: the platform protects the production environment."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.api import GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Parameter, Rule
from barraiser_rules.hints import declaration
from barraiser_rules.questions import declared_protection, job

SETTINGS = {
    "branch_policy": ("branch_policy", "protected"),
    "reviewers": ("reviewers", "required_approvals"),
    "wait_timer": ("wait_timer",),
    "custom_rules": ("custom_rules",),
}
"""What may be required -> the declared settings that give it."""


class ProdEnvironmentProtected(Rule):
    """Protect the production environment on the platform.

    Why:
        A guard in the pipeline's file holds as long as nobody edits the file. A protected environment keeps production's secrets, and
        its deploys, out of reach of a branch that rewrites the pipeline.

    Source:
        GitHub Actions, "Managing environments for deployment": deployment branches, reviewers, wait timers. GitLab, "Protected
        environments" and "Deployment safety".

    Decided by:
        The protections that the configuration declares for the environment of the deploy. The platform keeps them, and no file of the
        repository shows them.

    Fix:
        Protect the environment, and declare how.

    Before (github-actions):
        # .barraiser.yml
        version: 1

    After (github-actions):
        # .barraiser.yml
        version: 1
        environments:
          production: {github: {branch_policy: [main]}}

    Before (gitlab-ci):
        # .barraiser.yml
        version: 1

    After (gitlab-ci):
        # .barraiser.yml
        version: 1
        environments:
          production: {gitlab: {protected: true}}
    """

    id = "APV003"
    name = "prod-environment-protected"
    severity = "error"
    profile = "standard"
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter(
            "require",
            ("branch_policy",),
            "the protections that the environment must have",
            choices=("branch_policy", "reviewers", "wait_timer", "custom_rules"),
        ),
        Parameter("min_reviewers", 0, "how many reviewers must be asked", unit="reviewers", minimum=0, maximum=6),
        Parameter(
            "max_deployers",
            0,
            "how many users and groups may deploy to the environment, where the platform has such a list; 0: any number",
            unit="users and groups",
            minimum=0,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Limit the environment `<name>` to protected branches (and add reviewers where they are required), and declare it.",
        GITLAB_CI: "Protect the environment `<name>` (and set required approvals where they are required), and declare it.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the declared protections with those that are required."""
        required = case.parameter("require")
        wanted = required if isinstance(required, tuple) else ("branch_policy",)
        unsure: Answer | None = None
        for deploy in case.deploys:
            key = deploy.job.environment
            if key is None:
                return case.not_applicable(f"{job(deploy)} names no environment.", because="ENV006")
            protection = declared_protection(case, deploy)
            if protection is None:
                unsure = unsure or case.unknown(
                    f"Whether the environment `{key.name}` is protected is a setting of the platform that no file shows.",
                    settle=declaration(case, "branches", key.name),
                    at=key.place,
                )
                continue
            missing = [each for each in wanted if not self._has(protection, each)]
            fewest = int(case.number("min_reviewers"))
            if self._count(protection) < fewest:
                missing.append(f"{fewest} reviewers")
            most, deployers = case.number("max_deployers"), self._number(protection.get("deployers"))
            if not missing and most and deployers is None and "protected" in protection:
                unsure = unsure or case.unknown(
                    f"How many may deploy to the environment `{key.name}` is a setting of the platform that no file shows.",
                    settle=f"environments: {{{key.name}: {{gitlab: {{protected: true, deployers: NUMBER}}}}}}",
                    at=key.place,
                )
                continue
            if not missing and most and deployers is not None and deployers > most:
                return case.failed(
                    f"{deployers:g} users and groups may deploy to the environment `{key.name}`, and at most {most:g} should.",
                    fix=f"Take users and groups off the list of those allowed to deploy to `{key.name}`, and declare how many are left.",
                    at=key.place,
                )
            if missing:
                return case.failed(
                    f"The environment `{key.name}` is declared without {' and '.join(missing)}: {job(deploy)} reaches production"
                    " from a pipeline's file that anybody may have changed.",
                    fix=case.fix(name=key.name),
                    at=key.place,
                )
        return unsure or case.passed(f"The environment of {job(case.deploy)} is declared to be protected.")

    def _has(self, protection: Mapping[str, object], wanted: str) -> bool:
        return any(protection.get(name) for name in SETTINGS.get(wanted, (wanted,)))

    def _count(self, protection: Mapping[str, object]) -> float:
        return self._number(protection.get("reviewers", protection.get("required_approvals"))) or 0

    def _number(self, given: object) -> float | None:
        if isinstance(given, list | tuple):
            return len(given)
        return given if isinstance(given, int | float) else None
