"""Which branches a pattern admits, as far as its beginning tells."""

from __future__ import annotations

import re

_START = re.compile(r"/(?:\^|\\A)")
_GROUP = re.compile(r"\((?:\?:)?([\w|./\\-]{1,200})\)")
_END = re.compile(r"(?:\$|\\z)?/[a-z]{0,5}")
_VERSION = re.compile(r"/(?:\^|\\A)(?:v|release-|v-)?\??(?:\[0-9\]|\\d)")
MAX_SAMPLES = 20


def samples(pattern: str) -> list[str]:
    """Names that stand for all that a pattern admits; empty where it admits more than its beginning tells.

    A name, and a pattern of shell style, stands for itself. A regular expression (``/^release\\/v/``) gives its literal beginning, with
    something after it unless it ends there.
    """
    if not pattern.startswith("/"):
        return [pattern]
    start = _START.match(pattern)
    if start is None:
        return []
    found, at = [""], start.end()
    while at < len(pattern):
        end, group = _END.fullmatch(pattern, at), _GROUP.match(pattern, at)
        if end is not None:
            closed = pattern[at] != "/"
            return found if closed else [f"{each}1" for each in found]
        char = pattern[at]
        if group is not None and len(found) * (group[1].count("|") + 1) <= MAX_SAMPLES:
            found = [each + _literal(part) for each in found for part in group[1].split("|")]
            at = group.end()
        elif char == "\\" and pattern[at + 1 : at + 2] in ("/", ".", "-", "_"):
            found, at = [each + pattern[at + 1] for each in found], at + 2
        elif char.isalnum() or char in "_-/":
            found, at = [each + char for each in found], at + 1
        else:
            break
        if pattern[at : at + 1] in ("?", "*", "+", "{"):
            return []
    return [] if "|" in pattern[at:] else [f"{each}1" for each in found]


def is_version(pattern: str) -> bool:
    """Whether a regular expression admits names that begin like a version: it is meant for tags, and a branch may be called so."""
    return _VERSION.match(pattern) is not None


def _literal(text: str) -> str:
    return text.replace("\\", "")
