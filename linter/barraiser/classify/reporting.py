"""Scanners that only report what they find, unless an option, a variable or a file of theirs says that they fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from barraiser.classify.hit import Hit
from barraiser.model.pipeline import Step

_SCANNERS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]] = {
    # https://trivy.dev/latest/docs/configuration/others/#exit-code
    "trivy": (("--exit-code", "--exit-on-eol"), ("TRIVY_EXIT_CODE",), ("trivy.yaml", "trivy.yml")),
    # https://github.com/anchore/grype#gating-on-severity-of-vulnerabilities
    "grype": (("--fail-on", "-f"), ("GRYPE_FAIL_ON_SEVERITY",), (".grype.yaml", ".grype.yml", ".grype/config.yaml")),
    # https://semgrep.dev/docs/cli-reference: `semgrep ci` fails by itself
    "semgrep": (("--error", "ci"), (), ()),
    # https://github.com/trufflesecurity/trufflehog#exit-codes
    "trufflehog": (("--fail",), (), ()),
}
"""Program -> the options, variables and files by which it fails when it finds something."""

_CONFIGURED: Final = frozenset({"--config", "-c"})
_ACTION: Final = "aquasecurity/trivy-action"


def only_reports(hit: Hit, step: Step, variables: Mapping[str, str], exists: Callable[[str], bool]) -> str:
    """What lets a scan succeed whatever it finds, as a reader would say it; empty where it does not, or may not."""
    if hit.tool == _ACTION:
        given = step.inputs.get("exit-code", "0").strip()
        told = "TRIVY_EXIT_CODE" in variables or "TRIVY_EXIT_CODE" in step.env or "trivy-config" in step.inputs
        return "exit-code: 0" if given in ("", "0") and not told else ""
    scanner = _SCANNERS.get(hit.tool)
    if scanner is None or not hit.argv:
        return ""
    options, names, files = scanner
    for word in hit.argv[1:]:
        head = word.partition("=")[0]
        if head in options or (files and head in _CONFIGURED):
            return ""
    if any(name in variables or name in step.env for name in names) or any(exists(path) for path in files):
        return ""
    return f"{hit.tool} without {options[0]}"
