"""Known variables put into the text of a here-document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from barraiser.shell.variables import Variables

_VARIABLE: Final = re.compile(r"\\([\\$`])|\$(?:\{([A-Za-z_]\w*+)\}|([A-Za-z_]\w*+))")


def filled(text: str, variables: Variables) -> str:
    """The text with known values in place of ``$NAME`` and ``${NAME}``."""
    if "$" not in text:
        return text

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        known = variables.get(match[2] or match[3])
        return known if isinstance(known, str) else match[0]

    return _VARIABLE.sub(value, text)
