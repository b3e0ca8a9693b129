"""Signatures and bills of materials of what is built: what makes them, what checks them before a deploy."""

from __future__ import annotations

import re

from barraiser.api import MAYBE, NO, YES, Case, Node, Tri
from barraiser_rules.loads import step_of
from barraiser_rules.markers import first_with, holds

POLICIES = (
    b"kind: ClusterImagePolicy",
    b"kind: ImageValidatingPolicy",
    b"verifyImages:",
    b"google_binary_authorization_policy",
    b"UntrustedArtifactOnDeployment: Enforce",
    b'UntrustedArtifactOnDeployment": "Enforce',
    b'untrusted_artifact_on_deployment = "Enforce"',
    b"connaisseur",
    b"provider: cosign",
    b"provider: notation",
)
"""What stands in a file that makes the place of deployment refuse what is not signed: Sigstore policy-controller, Kyverno, Binary
Authorization, Lambda code signing, Connaisseur, Flux (``verify`` of a source)."""

POLICY_HINTS = (
    b"ImagePolicy",
    b"ImageValidating",
    b"verifyImages",
    b"binary_auth",
    b"ntrusted",
    b"connaisseur",
    b"provider: ",
)
POLICY_FILES = (".yml", ".yaml", ".json", ".template", ".tf")

SIGNING_OPTIONS = {
    "--provenance": ("npm", "pnpm", "yarn", "lerna", "npx"),
    "--attestations": ("twine",),
    "--signing-profiles": ("sam",),
    "--sign": ("helm", "twine"),
    "--sign-by": ("podman", "skopeo", "buildah"),
}
"""Options by which a tool signs what it packages or publishes, and whose they are."""

SIGNING_VARIABLES = ("NPM_CONFIG_PROVENANCE", "DOCKER_CONTENT_TRUST", "RUNNER_GENERATE_ARTIFACTS_METADATA")
SIGNING_INPUTS = ("provenance", "attestations", "attest", "sign")
"""Inputs of actions that publish; a container build's ``provenance`` is not signed."""

SIGNING_FILES = {
    "goreleaser": (
        (".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "goreleaser.yaml"),
        (b"signs:", b"attestations:"),
    ),
    "npm": (("package.json", ".npmrc"), (b'"provenance": true', b"provenance=true")),
}
"""Where the configuration of a tool that publishes says that it signs."""

JVM_SIGNING = (b"maven-gpg-plugin", b"signAllPublications", b"useInMemoryPgpKeys", b"useGpgCmd", b"gradle-signing")
JVM_HINTS = (b"gpg", b"sign", b"Gpg", b"Pgp")
JVM_FILES = ("pom.xml", ".gradle", ".gradle.kts")

DOWNLOADS = frozenset(("gpg", "gpg2", "minisign", "signtool", "codesign"))
"""What mostly verifies a tool that a job downloads for itself."""

SIGNING_ACTIONS = ("actions/publish-immutable-action", "werf/trdl-vault-actions/")
"""Actions whose publishing signs always: immutable actions are attested, and a trdl repository is a signed TUF repository
(https://trdl.dev/reference/vault_plugin/)."""

SIGNERS = ("cosign-installer", "ghaction-import-gpg")
"""Actions that only set up what another tool signs with."""

_ENTRY = re.compile(
    r"gh release (?:create|edit)|release-please|action-gh-release|release-drafter|release-changelog|draft-release|create-release"
)
_OLD_PYPI = re.compile(r"@v1\.(?:\d|10)(?:\.\d+)?$")
_TRUE = frozenset(("true", "1", "yes", "on"))
_BILL = re.compile(r"(?<![a-z0-9])(?:sbom|syft|cdxgen|cyclonedx|spdx)", re.IGNORECASE)


def signs(case: Case, node: Node) -> Tri:
    """Whether an activity signs or attests what is built."""
    activity = node.activity
    if node.kind == "sign":
        return MAYBE if activity.opaque else YES
    if node.kind not in ("build", "publish", "deploy"):
        return NO
    step = step_of(node)
    tool = (activity.argv[0] if activity.argv else activity.tool).rsplit("/", 1)[-1].lower()
    for word in activity.argv[1:]:
        option, _, value = word.partition("=")
        if tool in SIGNING_OPTIONS.get(option, ()) and value.lower() != "false":
            return YES
    given = {**node.job.variables, **(step.env if step is not None else {})}
    if any(given.get(name, given.get(name.lower(), "")).lower() in _TRUE for name in SIGNING_VARIABLES):
        return YES
    if step is not None and step.uses and node.kind == "publish":
        if any(step.inputs.get(name, "").lower() in _TRUE for name in SIGNING_INPUTS):
            return YES
        if step.uses.startswith(SIGNING_ACTIONS):
            return YES
        if "gh-action-pypi-publish" in step.uses:
            # Attested by default from 1.11 on, unless a password is used: https://github.com/pypa/gh-action-pypi-publish
            old = _OLD_PYPI.search(step.uses) is not None
            refused = step.inputs.get("attestations", "").lower() == "false"
            return NO if old or refused or step.inputs.get("password") else YES
    if node.kind != "publish":
        return NO
    return YES if _configured(case, node) else MAYBE if _can_sign(node) else NO


def is_release_note(node: Node) -> bool:
    """Whether a publish only makes an entry in the forge's list of releases: a tag with a text."""
    return _ENTRY.search(f"{node.activity.tool} {node.activity.text}") is not None


def verifies(node: Node) -> bool:
    """Whether an activity checks the signature of what is deployed, as far as it can be told from a check of a downloaded tool."""
    argv = node.activity.argv
    own = argv[0].rsplit("/", 1)[-1] if argv else node.activity.tool
    return node.kind == "verify-signature" and own not in DOWNLOADS and "verify-blob" not in argv


def refuses_unsigned(case: Case, node: Node) -> str:
    """What makes the place of deployment refuse what is not signed: an option of the deploy, or a file; empty where nothing does."""
    argv = node.activity.argv
    for word in argv:
        if word.startswith("--binary-authorization") or (word == "--verify" and argv[0] == "helm"):
            return f"`{word}`"
    return first_with(case.repository, POLICIES, hints=POLICY_HINTS, suffixes=POLICY_FILES)


def lists_parts(node: Node) -> bool:
    """Whether an activity writes a bill of materials."""
    step = step_of(node)
    texts = [node.activity.text, node.activity.tool]
    if step is not None and step.uses:
        if step.inputs.get("sbom", "").lower() not in ("", "false"):
            return True
        texts += [step.uses, *(step.inputs.get(key, "") for key in ("format", "attests", "output"))]
    return any(_BILL.search(text) for text in texts)


def _can_sign(node: Node) -> bool:
    """Whether the job has what a publishing tool signs with: a signing tool, or a key."""
    return any(
        any(name in step.uses for name in SIGNERS) or step.inputs.get("gpg-private-key", "") for step in node.job.steps
    )


def _configured(case: Case, node: Node) -> bool:
    """Whether the configuration of the tool that publishes says that it signs."""
    called = f"{node.activity.tool} {node.activity.argv[0] if node.activity.argv else ''}".lower()
    for name, (paths, marks) in SIGNING_FILES.items():
        if name in called or (name == "npm" and any(each in called for each in ("yarn", "pnpm", "semantic-release"))):
            return any(holds(case.repository, path, marks) for path in paths)
    if any(name in called for name in ("mvn", "gradle")):
        return bool(first_with(case.repository, JVM_SIGNING, hints=JVM_HINTS, suffixes=JVM_FILES))
    return False
