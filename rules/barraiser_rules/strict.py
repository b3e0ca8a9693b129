"""The rules that the strict profile adds."""

from __future__ import annotations

from barraiser.api import Rule

RULES: tuple[type[Rule], ...] = ()
"""In the order of the catalogue."""
