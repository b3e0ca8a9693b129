"""The closed word lists of the design (section 2): platforms, kinds, environment classes, severities, verdicts."""

from __future__ import annotations

GITHUB_ACTIONS = "github-actions"
GITLAB_CI = "gitlab-ci"
CODEPIPELINE = "codepipeline"
PLATFORMS = (GITHUB_ACTIONS, GITLAB_CI, CODEPIPELINE)

PIPELINE_KINDS = (
    "service-deploy",
    "iac-only",
    "config-flags",
    "data-batch",
    "mobile-release",
    "static-site",
    "library-publish",
    "pure-ci",
)

ACTIVITY_KINDS = (
    "source", "build", "lint", "unit-test", "integration-test", "e2e-test", "smoke-test", "load-test", "chaos-test",
    "sast", "sca", "secret-scan", "dast", "iac-scan", "sign", "verify-signature", "plan", "publish", "migrate",
    "config-deploy", "deploy", "destroy", "approval", "bake", "alarm-gate", "window", "rollback", "notify", "other",
)  # fmt: skip

TEST_KINDS = ("unit-test", "integration-test", "e2e-test", "smoke-test", "load-test", "chaos-test")
"""Kinds that run the software to see whether it works."""

SCAN_KINDS = ("lint", "sast", "sca", "secret-scan", "dast", "iac-scan")
"""Kinds that look at code or artifacts without running the service for its function."""

DEPLOY_KINDS = ("deploy", "config-deploy")

ENVIRONMENT_CLASSES = ("alpha", "beta", "gamma", "onebox", "prod", "ephemeral", "static", "unknown")
PREPROD_CLASSES = ("alpha", "beta", "gamma")
PROD_CLASSES = ("onebox", "prod")

SEVERITIES = ("info", "warning", "error")
"""From the mildest to the gravest."""

FAILED, UNKNOWN, PASSED, NOT_APPLICABLE, WAIVED = "failed", "unknown", "passed", "not-applicable", "waived"
VERDICTS = (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE, WAIVED)
"""Verdicts of one rule; the first four in the order in which they win when answers are merged (design 3a)."""

PROFILES = ("basic", "standard", "strict")
