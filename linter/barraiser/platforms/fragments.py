"""Script text in a file, with the place of its first character."""

from __future__ import annotations

from barraiser.model.pipeline import Fragment
from barraiser.source.nodes import Scalar
from barraiser.source.repository import Repository


def fragment_of(scalar: Scalar, repository: Repository) -> Fragment:
    """A scalar that holds script text: for a block scalar the text starts on the line after its indicator, indented."""
    raise NotImplementedError
