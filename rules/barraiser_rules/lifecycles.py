"""When a registry throws images away, as a lifecycle policy in the repository says it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from barraiser.api import Place, Repository, SourceError
from barraiser_rules.markers import files_with

WORDS = (b"imageCountMoreThan", b"sinceImagePushed")
FILES = (".yml", ".yaml", ".json", ".template", ".tf")

MAX_RULES = 50
"""Rules of one file that are looked at."""

RELEASED = re.compile(r"^(?:v\d*|\d.*|prod\w*|release\w*|main|master|latest|stable|\*|)$", re.IGNORECASE)
"""Beginnings of tags that released images may have."""

_TYPE = re.compile(r"countType\W{1,40}(imageCountMoreThan|sinceImagePushed)")
_NUMBER = re.compile(r"countNumber\W{1,40}(\d{1,6})\b")
_STATUS = re.compile(r"tagStatus\W{1,40}(untagged|tagged|any)\b")
_TAGS = re.compile(r"tag(?:Prefix|Pattern)List\W{1,40}([^\]\)\n]{0,300})")
_UNIT = re.compile(r"countUnit\W{1,40}(days|hours)\b")


class Expiry:
    """One rule of a policy: images beyond so many ``versions``, or older than so many ``days``, are thrown away (neither: computed)."""

    __slots__ = ("days", "place", "versions")

    def __init__(self, place: Place, *, versions: int | None = None, days: float | None = None) -> None:
        self.place = place
        self.versions = versions
        self.days = days


def expiries(repository: Repository) -> list[Expiry]:
    """The rules of the repository's policies that may meet a released image: not those for untagged ones or for other tags."""
    return repository.remember(("expiries",), lambda: _read(repository))


def _read(repository: Repository) -> list[Expiry]:
    found: list[Expiry] = []
    for path in files_with(repository, WORDS, suffixes=FILES):
        try:
            text = repository.read_text(path)
        except SourceError:
            continue
        found += _of_text(text, path)
    return found


def _of_text(text: str, path: str) -> Iterator[Expiry]:
    starts = [match.start() for match in re.finditer(r"\bselection\b", text)][:MAX_RULES]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        rule = text[start : min(end, start + 2000)]
        kind, number, status = _TYPE.search(rule), _NUMBER.search(rule), _STATUS.search(rule)
        if kind is None or status is None or status[1] == "untagged":
            continue
        tags = _TAGS.search(rule)
        if status[1] == "tagged" and tags is not None and not _released(tags[1]):
            continue
        place = Place(path, text.count("\n", 0, start + (number or kind).start()) + 1)
        if number is None:
            yield Expiry(place)
        elif kind[1] == "imageCountMoreThan":
            yield Expiry(place, versions=int(number[1]))
        else:
            unit = _UNIT.search(rule)
            yield Expiry(place, days=int(number[1]) / (24 if unit is not None and unit[1] == "hours" else 1))


def _released(tags: str) -> bool:
    return any(RELEASED.match(tag.strip("\"'\\ \t").rstrip("*-.")) for tag in tags.split(","))
