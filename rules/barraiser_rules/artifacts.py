"""What a deploy names as its artifact: fixed, moving, or not to be told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from barraiser.api import Node

FIXED, MOVING, UNSURE = "fixed", "moving", "unsure"

BRANCH_VARIABLES = r"(ref[._-]?name|ref[._-]?slug|head[._-]?ref|\bbranch|github\.ref\b)"
"""Variables that hold a branch's name (or a tag's, where a tag started the run)."""

FIXED_VARIABLES = (
    r"(sha\b|_sha|sha_|sha256|digest|commit|revision|run[._-]?(id|number|attempt)|build[._-]?(id|num|number)|version|semver|release|pipeline[._-]?i?id"
    r"|execution|resolved_source|timestamp|date)"
)
"""Variables that hold one commit, build or version."""


def names_of(node: Node) -> frozenset[str]:
    """The names of the artifacts that an activity reads or writes, and of its images without tag."""
    return artifacts_of(node) | frozenset({repository(image) for image in node.activity.images})


def artifacts_of(node: Node) -> frozenset[str]:
    """The names of the artifacts, other than images, that an activity reads or writes."""
    return frozenset(name.strip() for name in node.activity.facts.get("artifacts", "").split(",") if name.strip())


def reference(image: str, moving_tags: Sequence[str], *, on_tag: bool) -> str:
    """Whether an artifact reference always means the same artifact. ``on_tag``: a tag started the run, so that the ref is one."""
    if re.search(r"@(sha256:|\$|#\{)", image):
        return FIXED  # what follows the at sign of an image is a digest, whatever variable holds it
    tag = _tag(image)
    if tag is None:
        return UNSURE if "$" in image or "{{" in image or "#{" in image else MOVING
    low = tag.lower()
    if re.search(BRANCH_VARIABLES, low) and not re.search(r"(sha\b|_sha|digest)", low):
        return FIXED if on_tag else MOVING
    if "$" in tag or "{{" in tag or "#{" in tag or "<" in tag:
        return (
            FIXED
            if re.search(FIXED_VARIABLES, low) or re.search(r"[0-9]", re.sub(r"\$\w+|\$?\{\{?.*?\}\}?", "", tag))
            else UNSURE
        )
    return MOVING if low in {moving.lower() for moving in moving_tags} else FIXED


def repository(image: str) -> str:
    """An image reference without tag and digest."""
    bare = image.split("@", 1)[0]
    tag = _tag(bare)
    return bare[: -len(tag) - 1] if tag else bare


def tag_of(image: str) -> str | None:
    """What tells an image of a repository from another one: the digest, else the tag; None where there is neither."""
    _, at, digest = image.partition("@")
    return digest if at else _tag(image)


def _tag(image: str) -> str | None:
    """The text after the last colon that no slash follows, outside of ``${...}`` and ``${{...}}``; None where there is none."""
    depth = 0
    for index in range(len(image) - 1, -1, -1):
        char = image[index]
        if char == "}":
            depth += 1
        elif char == "{":
            depth -= 1
        elif depth == 0 and char == "/":
            return None
        elif depth == 0 and char == ":":
            return image[index + 1 :] or None
    return None
