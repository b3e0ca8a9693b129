"""What ``.*`` gives in an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from barraiser.platforms.github.values import Value


class Filtered(list["Value"]):
    """A list; a name taken out of it is taken out of each item."""
