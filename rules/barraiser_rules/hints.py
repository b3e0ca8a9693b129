"""Words that tell what a step may be when its program cannot be read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from barraiser.api import GITHUB_ACTIONS, GITLAB_CI, Case, Node

WORDS = {
    "unit-test": "test tests unit unittest unittests check checks spec specs verify ci",
    "integration-test": "integration integ it contract api acceptance functional test tests",
    "e2e-test": "e2e acceptance functional regression uat browser test tests",
    "smoke-test": "smoke health sanity probe verify validate postdeploy healthcheck",
    "alarm-gate": "alarm alarms monitor monitors metrics health",
    "approval": "approve approval approved signoff confirm gate",
    "deploy": "deploy deployment release rollout promote ship",
    "rollback": "rollback revert undo",
    "build": "build package compile",
    "lint": "lint linter quality style check checks",
    "sast": "sast security scan scans codeql sonar",
    "sca": "sca security scan scans audit vulnerabilities dependencies",
    "secret-scan": "secrets security scan scans leaks",
    "sign": "sign signing cosign attest provenance",
    "verify-signature": "signature signatures cosign attestation provenance notation",
    "iac-scan": "security scan scans policy compliance",
}
"""What a step's name or command may hold when it is of that kind (platforms.md, B.2)."""

PROD_WORDS = frozenset(("prod", "production", "prd", "live"))
"""Words in the names of environments, alarms and commands that mean production."""

PREPROD_WORDS = frozenset((
    "alpha", "dev", "devo", "develop", "development", "beta", "test", "testing", "qa", "sit", "integ", "integration",
    "gamma", "stage", "stg", "staging", "preprod", "ppe", "uat", "acceptance", "preproduction",
))  # fmt: skip

SCAN_INCLUDES = (
    "sast",
    "secret-detection",
    "dependency-scanning",
    "container-scanning",
    "code-quality",
    "license-scanning",
    "dast",
    "coverage-fuzzing",
    "api-fuzzing",
)
"""Names of shared definitions that hold scans alone."""

EXPERIMENTAL = frozenset(
    ["experimental", "nightly", "canary", "allowed", "flaky", "optional", "preview", "next", "edge"]
)
"""Words in the names of test jobs that are meant to be allowed to fail."""


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> set[str]:
    """A text's words, lower-case, split at everything but letters and digits, and at camel case."""
    return set(_WORD.findall((text if text.islower() else _CAMEL.sub(" ", text)).lower()))


def named(node: Node) -> set[str]:
    """The words of a node's command, without its variables, and of its job's names."""
    return words(f"{_literal(node)} {node.job.id} {node.job.name}")


def _literal(node: Node) -> str:
    return _FOLDERS.sub(" ", _VARIABLES.sub(" ", node.activity.text))


_FOLDERS = re.compile(r"(?:(?<=[\s/])|^)(?:\./)?\.?(?:ci|github|gitlab)/")
"""Folders in which scripts of any kind lie: only the script's own name says what it does."""

_VARIABLES = re.compile(r"\$\{\{[^}]{0,200}\}\}|\$\{[^}]{0,200}\}|\$\w+")


def sounds_like(node: Node, kinds: Sequence[str]) -> bool:
    """Whether a node's command or job has a word of one of these kinds."""
    own = named(node)
    return any(not own.isdisjoint(WORDS[kind].split()) for kind in kinds if kind in WORDS)


def may_be(node: Node, kinds: Sequence[str]) -> bool:
    """As :func:`sounds_like`; of what is known to deploy or to publish, only the command counts: its job is named for that."""
    if node.kind not in ("deploy", "config-deploy", "publish", "migrate", "destroy"):
        return sounds_like(node, kinds)
    own = words(_literal(node))
    return any(not own.isdisjoint(WORDS[kind].split()) for kind in kinds if kind in WORDS)


def sounds_like_preprod(node: Node) -> bool:
    """Whether a node's command or job names a pre-production environment."""
    return not named(node).isdisjoint(PREPROD_WORDS)


def only_scans(name: str) -> bool:
    """Whether a shared definition of that name holds scans alone, by its name."""
    low = name.lower().replace("_", "-")
    return any(part in low for part in SCAN_INCLUDES)


BESIDE = frozenset((
    "setup", "install", "login", "configure", "credentials", "cache", "checkout", "notify", "notification", "slack", "teams", "comment",
    "label", "labels",
))  # fmt: skip
"""First words in the names of shared definitions that stand beside the work: they ready the machine, or tell somebody."""


def only_beside(name: str) -> bool:
    """Whether a shared definition of that name only readies the machine or tells somebody, by its name."""
    bare = name.partition("@")[0].rstrip("/")
    last = re.sub(r"(?:/action)?\.ya?ml$", "", bare).rsplit("/", 1)[-1]
    own = _WORD.findall(last.lower())
    return bool(own) and own[0] in BESIDE and _ACTS.isdisjoint(own)


_ACTS = frozenset(
    word
    for kind in ("unit-test", "e2e-test", "smoke-test", "deploy", "rollback", "approval")
    for word in WORDS[kind].split()
)

DECLARABLE = {
    "approval": {GITHUB_ACTIONS: "github: {reviewers: 1}", GITLAB_CI: "gitlab: {required_approvals: 1}"},
    "branches": {GITHUB_ACTIONS: "github: {branch_policy: [main]}", GITLAB_CI: "gitlab: {protected: true}"},
}
"""What a platform can ask before a job of an environment starts -> how the configuration declares it, by platform."""


def declaration(case: Case, what: str, environment: str = "production") -> str:
    """The line of configuration that declares a protection of an environment; empty where the platform has none."""
    protection = DECLARABLE[what].get(case.pipeline.platform, "")
    return f"environments: {{{environment}: {{{protection}}}}}" if protection else ""
