"""Images that a deploy is given: as a parameter, or by an earlier step that writes them into what it applies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.classify.hit import Hit

_WORD: Final = re.compile(r"(?:\$\{\{[^{}]{1,100}\}\}|[^\s$]|\$(?!\{\{))+")
"""A word of an edit: an expression in it holds blanks."""

_TAGGED: Final = re.compile(r"[:@][^/]{1,200}$")
_OUTPUT: Final = re.compile(r"\$\{\{[^}]{1,200}\}\}")
"""What an earlier step puts out: nothing here tells what it names."""

_APPLYING: Final = frozenset({"kubectl", "oc", "aws-actions/amazon-ecs-deploy-task-definition"})
_KEY: Final = re.compile(r"image[_-]?(?:uri|url|ref|reference|name|tag)?$", re.IGNORECASE)


def parameter_images(words: Sequence[str]) -> list[str]:
    """Images among the parameters of a stack: ``--parameter-overrides Image=a:b`` (or ``ParameterKey=Image,ParameterValue=a:b``).

    A value that is neither tagged nor a digest may be the name of a repository, so it is left out.
    """
    found = []
    for word in words:
        key, equals, value = word.partition("=")
        if key == "ParameterKey" and ",ParameterValue=" in value:
            key, _, value = value.partition(",ParameterValue=")
        if not equals or not value or not _KEY.search(key) or key.startswith("-"):
            continue
        if "tag" in key.lower():
            found.append(f"{key}:{value}")
        elif ":" in value or "@" in value:
            found.append(value)
    return found


class Prepared:
    """The images that the steps so far have written into what a later deploy of the job applies: by ``kustomize edit set image``, or
    by an action that renders a definition. ``by_name``: what stands for what, the last one counts."""

    __slots__ = ("by_name", "seen")

    def __init__(self) -> None:
        self.by_name: dict[str, str] = {}
        self.seen = 0

    def edited(self, edits: Sequence[str]) -> None:
        """Takes in the words of the edits so far."""
        if len(edits) != self.seen and "image" in edits:
            named = False
            for word in _WORD.findall(" ".join(edits)):
                if word in ("image", "edit", "set"):
                    named = word == "image"
                elif named and not word.startswith("-"):
                    name, equals, image = word.partition("=")
                    image = image if equals else word
                    if _TAGGED.search(image):
                        self.by_name[name if equals else image.rpartition(":")[0]] = image
        self.seen = len(edits)

    def given(self, hit: Hit) -> None:
        """Notes what an action renders, and gives a deploy that names no image what was prepared for it."""
        if hit.kind == "other" and hit.images:
            if not _OUTPUT.fullmatch(hit.images[0]):
                self.by_name[""] = hit.images[0]
        elif hit.kind == "deploy" and not hit.images and self.by_name and hit.tool.lower() in _APPLYING:
            hit.images = list(self.by_name.values())


def run_image(words: Sequence[str], valued: frozenset[str]) -> list[str]:
    """The image of a container that ``docker run`` starts: the first word that is neither an option nor the value of one."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in valued
        elif word != "run":
            return [word]
    return []
