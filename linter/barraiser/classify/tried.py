"""Commands that are only tried, or that only say something: they change nothing, test nothing and scan nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.classify.hit import Hit
from barraiser.classify.vocabulary import word_set

CHANGING: Final = frozenset(("deploy", "config-deploy", "migrate", "destroy", "publish"))
"""Kinds that an option for a dry run makes nothing of."""

CHECKING: Final = word_set(
    "unit-test integration-test e2e-test smoke-test load-test lint sast sca secret-scan iac-scan"
)
"""Kinds of programs that can also only list what they would run."""

_LISTING: Final = word_set(
    "--version --help --collect-only --co --listTests --list-tests --print-config --download-db-only"
)
"""Options with which a test runner or a scanner only says something of itself, or of what it would run."""

_TRIED: Final = frozenset(
    (
        "--check",
        "--plan",
        "--plan-only",
        "--noop",
        "--no-op",
        "--what-if",
        "--whatif",
        "--preview",
        "--diff",
        "--validate",
    )
)


def only_tried(hit: Hit, words: Sequence[str]) -> None:
    """What is called with an option for a dry run changes nothing; of programs that nobody knows, more words say so."""
    for word in words[1:]:
        bare, _, value = word.lower().partition("=")
        dry = bare in ("--dry-run", "--dryrun", "-dry-run") or (hit.opaque and bare in _TRIED)
        if dry and value not in ("false", "no", "0", "none"):
            hit.kind, hit.makes, hit.facts = "plan" if hit.kind != "publish" else "other", "", {}
            hit.reason = f"`{word}` changes nothing"
            return


def only_says(words: Sequence[str]) -> bool:
    """Whether a test runner or a scanner is called for its version, its help, or a list of what it would run."""
    return (len(words) > 1 and words[1] in ("version", "help")) or not _LISTING.isdisjoint(words)
