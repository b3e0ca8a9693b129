"""The words that classification knows, as plain tables: one module per subject, each row with where its meaning is documented."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, separated by blanks."""
    return frozenset(text.split())
