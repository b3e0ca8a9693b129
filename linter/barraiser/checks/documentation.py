"""A rule's documentation, taken from its class's docstring (its form is said at :class:`barraiser.checks.rule.Rule`)."""

from __future__ import annotations

import re
from typing import Final

from barraiser.checks.rule import Rule

_HEAD: Final = re.compile(r"([A-Z][A-Za-z ]{1,40})(?: \(([a-z-]{1,40})\))?:")


class Documentation:
    """``title``, then the sections: ``why``, ``source``, ``decided_by``, ``fix`` (each one paragraph or more, empty if absent), and
    ``before`` and ``after``: platform to example."""

    __slots__ = ("after", "before", "decided_by", "fix", "source", "title", "why")

    def __init__(self, title: str) -> None:
        self.title = title
        self.why = ""
        self.source = ""
        self.decided_by = ""
        self.fix = ""
        self.before: dict[str, str] = {}
        self.after: dict[str, str] = {}


def documentation_of(rule: type[Rule]) -> Documentation:
    """The documentation of a rule; sections that it lacks are empty, what belongs to no section is left out."""
    lines = _without_margin(rule.__doc__ or "")
    found = Documentation(rule.title())
    head: tuple[str, str] | None = None
    body: list[str] = []
    for line in [*lines[1:], "End:"]:
        match = _HEAD.fullmatch(line.rstrip())
        if match is None:
            body.append(line)
            continue
        if head is not None:
            _add(found, head, body)
        head, body = (match[1].lower(), match[2] or ""), []
    return found


def _without_margin(text: str) -> list[str]:
    """The lines of a docstring without the margin of all but the first (inspect has this, but takes long to import)."""
    first, *rest = text.expandtabs().strip().splitlines() or [""]
    margin = min((len(line) - len(line.lstrip()) for line in rest if line.strip()), default=0)
    return [first, *(line[margin:] for line in rest)]


def _add(found: Documentation, head: tuple[str, str], body: list[str]) -> None:
    name, platform = head
    if name in ("before", "after") and platform:
        (found.before if name == "before" else found.after)[platform] = _example(body)
    elif name in ("why", "source", "decided by", "fix"):
        setattr(found, name.replace(" ", "_"), _paragraphs(body))


def _example(body: list[str]) -> str:
    """The lines without their common indentation and the empty ones around them."""
    filled = [line for line in body if line.strip()]
    cut = min((len(line) - len(line.lstrip()) for line in filled), default=0)
    return "\n".join(line[cut:].rstrip() for line in body).strip("\n")


def _paragraphs(body: list[str]) -> str:
    """Text with the lines of each paragraph joined."""
    paragraphs = "\n".join(line.strip() for line in body).strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
