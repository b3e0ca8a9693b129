"""What goes wrong while a file is read, with its place."""

from __future__ import annotations

from barraiser.model.place import Place


class SourceError(Exception):
    """A file that cannot be used: unreadable, not text, not YAML, over a limit. ``message`` is for the user, ``fix`` says what to do."""

    def __init__(self, message: str, place: Place, fix: str = "") -> None:
        super().__init__(f"{place}: {message}")
        self.message = message
        self.place = place
        self.fix = fix
