"""Words in names that tell an environment's class.

A key is a run of one to three neighbouring words joined by ``-``. Sources: GitLab's deployment tiers
(https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments), the beta/gamma/one-box/prod stages of
https://aws-samples.github.io/aws-deployment-pipeline-reference-architecture/, and the names that public pipelines use.
"""

from __future__ import annotations

from barraiser.classify.vocabulary import word_set

CLEAR: dict[str, str] = {
    "devo": "alpha", "dev": "alpha", "develop": "alpha", "development": "alpha", "build-env": "alpha",
    "qa": "beta", "qat": "beta", "sit": "beta", "integ": "beta", "beta": "beta", "testenv": "beta", "tst": "beta",
    "test-env": "beta", "test-environment": "beta", "testing-env": "beta", "testing-environment": "beta",
    "gamma": "gamma", "stg": "gamma", "staging": "gamma", "ppe": "gamma", "uat": "gamma", "prestaging": "gamma",
    "load-env": "gamma", "release-candidate": "gamma", "preprod": "gamma", "pre-prod": "gamma", "preprd": "gamma",
    "pre-prd": "gamma", "pre-production": "gamma", "preproduction": "gamma", "prod-like": "gamma", "production-like": "gamma",
    "prelive": "gamma", "pre-live": "gamma", "pre-staging": "gamma",
    "non-prod": "beta", "nonprod": "beta", "not-prod": "beta", "non-production": "beta", "nonproduction": "beta",
    "not-production": "beta", "non-prd": "beta", "nonprd": "beta", "no-prod": "beta",
    "onebox": "onebox", "one-box": "onebox", "1box": "onebox", "prod-canary": "onebox", "production-canary": "onebox",
    "canary-prod": "onebox", "blue-first": "onebox",
    "prod": "prod", "prd": "prod", "production": "prod", "main-site": "prod",
    "ephemeral": "ephemeral", "sandbox": "ephemeral", "review-app": "ephemeral", "review-apps": "ephemeral",
    "preview-env": "ephemeral", "pr-preview": "ephemeral", "preview-environment": "ephemeral",
    "github-pages": "static", "gh-pages": "static", "gitlab-pages": "static",
}  # fmt: skip
"""Words that name an environment wherever they stand."""

WEAK: dict[str, str] = {
    "alpha": "alpha", "local": "alpha", "ci": "alpha", "personal": "alpha",
    "test": "beta", "testing": "beta", "int": "beta", "integration": "beta", "sys": "beta", "functional": "beta",
    "demo": "beta", "training": "beta", "sales": "beta", "lab": "beta", "nightly": "beta",
    "stage": "gamma", "acceptance": "gamma", "accept": "gamma", "acc": "gamma", "perf": "gamma", "rc": "gamma",
    "shadow": "gamma", "mirror": "gamma", "val": "gamma", "validation": "gamma",
    "canary": "onebox", "1b": "onebox", "pilot": "onebox", "dark": "onebox",
    "dr": "prod", "failover": "prod",
    "preview": "ephemeral", "previews": "ephemeral", "review": "ephemeral", "feature": "ephemeral", "branch": "ephemeral",
    "pr": "ephemeral", "mr": "ephemeral", "pull-request": "ephemeral", "merge-request": "ephemeral",
    "pages": "static",
}  # fmt: skip
"""Words that name an environment only where an environment is named, or next to a word for deploying."""

GUESSES: dict[str, str] = dict.fromkeys(
    ("live", "release", "released", "releases", "public", "customer", "customers", "ga", "p1", "www"), "prod"
)
"""As :data:`WEAK`, and never believed more than 0.5."""

AT_MOST = {
    **dict.fromkeys(("non-prod", "nonprod", "not-prod", "non-production", "nonproduction", "not-production", "non-prd",
                     "nonprd", "no-prod"), 0.6),
    **dict.fromkeys(GUESSES, 0.5),
}  # fmt: skip
"""Words that are never believed more than this."""

NEUTRAL = frozenset({
    "dev-ops", "dev-sec-ops", "dev-tool", "dev-tools", "dev-container", "dev-containers", "dev-dependencies", "dev-deps",
    "dev-kit", "dev-server", "dev-center", "dev-build", "dev-mode", "dev-docs", "dev-null", "dev-stdout", "dev-stderr",
    "dev-shm", "dev-tcp", "dev-to", "ci-cd", "qa-tools", "prod-build", "production-build", "prod-deps", "local-host",
    "local-stack", "alpha-fold", "qa-report", "dev-image", "for-production", "production-ready", "prod-ready",
    "build-prod", "build-production", "stage-changes", "deploy-release", "deploy-releases", "release-deploy", "pkg-dev", "workers-dev",
    "pages-dev", "web-dev", "fly-dev", "azure-dev",
})  # fmt: skip
"""Runs that hold such a word and name no environment."""

NUMBERED = word_set(
    "prod prd production dev devo test qa uat sit stage staging stg beta alpha gamma preprod sandbox integ onebox"
)
"""Words that may carry a number (``prod2``)."""

DEPLOYING = word_set(
    "deploy deploys deployed deploying deployment deployto release releases promote promotes promotion rollout roll ship apply provision"
    " launch push update upgrade install converge sync swap destroy teardown delete trigger"
)
"""Words for deploying, next to which a weak word names an environment."""

LINKING = word_set("to into in on onto for the a an our this 2 env environment stage stack app site")
"""Words that may stand between a word for deploying and the environment."""

PLACES = word_set(
    "env environment environments server servers cluster account stack stage instance slot namespace fleet tier host vpc"
)
"""Words after a weak word that make an environment of it (``test server``)."""

EPHEMERAL_VARIABLES = frozenset({
    "ci_commit_ref_slug", "ci_commit_branch_slug", "ci_merge_request_iid", "ci_merge_request_id",
    "ci_merge_request_source_branch_name", "ci_external_pull_request_iid", "ci_commit_short_sha", "ci_commit_sha",
    "github.event.number", "github.event.pull_request.number", "github.event.pull_request.head.ref", "github.head_ref",
    "github.event.issue.number", "github.run_id", "pr_number", "pull_request_number", "pull_number", "mr_iid",
    "github.event.workflow_run.pull_requests[0].number", "github_head_ref", "github_run_id",
})  # fmt: skip
"""Variables whose value is another one for each change (lower case): an environment named by one is thrown away with it."""

GITLAB_TIERS = {"production": "prod", "staging": "gamma", "testing": "beta", "development": "alpha"}
"""https://docs.gitlab.com/ci/yaml/#environmentdeployment_tier; ``other`` says nothing."""

ORDER = ("ephemeral", "static", "alpha", "beta", "gamma", "onebox", "prod")
"""Which class is taken when a name holds words of several."""

ENVIRONMENT_VARIABLES = frozenset({
    "env", "environment", "stage", "stack-name", "namespace", "cluster", "cluster-name", "app-name", "app", "account", "profile",
        "workspace", "deploy-host",
    "host", "server", "target-env", "deploy-env", "target", "slot", "project", "project-id", "resource-group", "service-name", "stack",
        "bucket", "bucket-name",
    "url", "domain", "role", "role-arn", "tier",
})  # fmt: skip
"""Last words of variables whose values name where something is deployed."""

BUILD_VARIABLES = frozenset({
    "NODE_ENV", "BABEL_ENV", "HUGO_ENV", "HUGO_ENVIRONMENT", "JEKYLL_ENV", "MIX_ENV", "GATSBY_ENV", "VITE_ENV", "NUXT_ENV",
        "APP_ENV_BUILD", "CARGO_PROFILE",
    "CI_ENVIRONMENT_NAME", "CI_ENVIRONMENT_SLUG", "CI_PROJECT_URL", "GITHUB_SERVER_URL", "CI_SERVER_HOST", "DOCKER_HOST", "PYTHON_ENV",
        "CONDA_ENV", "VIRTUAL_ENV",
})  # fmt: skip
"""Variables that configure a build or belong to the platform."""
