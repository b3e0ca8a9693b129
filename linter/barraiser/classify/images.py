"""Images that a deploy is given as a parameter."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KEY = re.compile(r"image[_-]?(?:uri|url|ref|reference|name|tag)?$", re.IGNORECASE)


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
