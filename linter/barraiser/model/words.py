"""The closed word lists of the design (section 2): platforms, kinds, environment classes, severities, verdicts."""

from __future__ import annotations

from typing import Final

GITHUB_ACTIONS: Final = "github-actions"
GITLAB_CI: Final = "gitlab-ci"
CODEPIPELINE: Final = "codepipeline"
PLATFORMS: Final = (GITHUB_ACTIONS, GITLAB_CI, CODEPIPELINE)

PIPELINE_KINDS: Final = (
    "service-deploy",
    "iac-only",
    "config-flags",
    "data-batch",
    "mobile-release",
    "static-site",
    "library-publish",
    "pure-ci",
)

RELEASE_KINDS: Final = PIPELINE_KINDS[:-1]
"""All kinds but ``pure-ci``: those that bring something to production, to a site or to those who use a library."""

INCLUDES: Final = ("project include", "remote include", "component", "template include")
"""What an ``Unresolved`` is called that may bring any job; the last ones are the platform's own templates."""

ACTIVITY_KINDS: Final = (
    "source", "build", "lint", "unit-test", "integration-test", "e2e-test", "smoke-test", "load-test", "chaos-test",
    "sast", "sca", "secret-scan", "dast", "iac-scan", "sign", "verify-signature", "plan", "publish", "migrate",
    "config-deploy", "deploy", "destroy", "approval", "bake", "alarm-gate", "window", "rollback", "notify", "other",
)  # fmt: skip

TEST_KINDS: Final = ("unit-test", "integration-test", "e2e-test", "smoke-test", "load-test", "chaos-test")
"""Kinds that run the software to see whether it works."""

SCAN_KINDS: Final = ("lint", "sast", "sca", "secret-scan", "dast", "iac-scan")
"""Kinds that look at code or artifacts without running the service for its function."""

DEPLOY_KINDS: Final = ("deploy", "config-deploy")

ENVIRONMENT_CLASSES: Final = ("alpha", "beta", "gamma", "onebox", "prod", "ephemeral", "static", "unknown")
PREPROD_CLASSES: Final = ("alpha", "beta", "gamma")
PROD_CLASSES: Final = ("onebox", "prod")

SEVERITIES: Final = ("info", "warning", "error")
"""From the mildest to the gravest."""

FAILED, UNKNOWN, PASSED, NOT_APPLICABLE, WAIVED = "failed", "unknown", "passed", "not-applicable", "waived"
VERDICTS: Final = (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE, WAIVED)
"""Verdicts of one rule; the first four in the order in which they win when answers are merged (design 3a)."""

PROFILES: Final = ("basic", "standard", "strict")
