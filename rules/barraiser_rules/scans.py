"""Scans of code and artifacts: which activity looks for what, also where one tool looks for several things."""

from __future__ import annotations

from barraiser.api import Case, Node, Unresolved
from barraiser_rules.hints import words

BUNDLES = {
    "megalinter": ("lint", "secret-scan", "sca", "sast"),
    "super-linter": ("lint", "secret-scan"),
    "trivy": ("sca", "secret-scan"),
}
"""Tools that look for more than their own kind when nothing tells them otherwise.
https://megalinter.io/latest/descriptors/repository/, https://github.com/super-linter/super-linter,
https://trivy.dev/latest/docs/configuration/others/ (``--scanners vuln,secret``)
"""

HOOKS = {
    "secret-scan": (b"gitleaks", b"detect-secrets", b"trufflehog", b"ggshield", b"git-secrets"),
    "sast": (b"semgrep", b"bandit", b"gosec", b"brakeman", b"njsscan"),
    "sca": (b"pip-audit", b"osv-scanner", b"trivy", b"safety"),
}
"""What the hooks of ``pre-commit`` are called in its configuration."""

HOOKS_FILE = ".pre-commit-config.yaml"

INCLUDED = {
    "sast": "sast",
    "secret-detection": "secret-scan",
    "dependency-scanning": "sca",
    "container-scanning": "sca",
    "code-quality": "lint",
}
"""Shared definitions of scans, by a part of their name."""


def scans_before(case: Case, deploy: Node, kinds: tuple[str, ...]) -> list[Node]:
    """The activities before a deploy, by an edge of any strength, that scan for one of these things."""
    return [
        node
        for node in case.graph.ahead_of(deploy)
        if node.kind in kinds or any(kind in kinds for kind in _bundled(case, node))
    ]


def included_scan(case: Case, kinds: tuple[str, ...]) -> Unresolved | None:
    """A shared definition that cannot be read here and holds such a scan, by its name."""
    for item in case.pipeline.unresolved:
        name = item.name.lower().replace("_", "-")
        if any(part in name and kind in kinds for part, kind in INCLUDED.items()):
            return item
    return None


def _bundled(case: Case, node: Node) -> tuple[str, ...]:
    """What an activity looks for beside its own kind."""
    if node.kind not in ("lint", "sca"):
        return ()
    activity = node.activity
    called = {activity.tool.lower(), *(word.lower() for word in activity.argv[:1])}
    if any("pre-commit" in name for name in called):
        data = case.repository.peek(HOOKS_FILE)
        return tuple(kind for kind, hooks in HOOKS.items() if any(hook in data for hook in hooks))
    for name, kinds in BUNDLES.items():
        if any(name in each for each in called):
            given = " ".join(activity.argv) if "--scanners" in activity.argv else _scanners(node)
            return kinds if not given or not {"secret", "secrets"}.isdisjoint(words(given)) else ()
    return ()


def _scanners(node: Node) -> str:
    step = node.job.steps[node.activity.step] if node.activity.step < len(node.job.steps) else None
    return step.inputs.get("scanners", "") if step is not None else ""
