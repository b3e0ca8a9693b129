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


class MissingExtra(Exception):  # noqa: N818
    """Something that only an optional part of barraiser can read: the run cannot do its work without it (exit status 2).

    No SourceError, because nothing is wrong with the file. ``command`` installs what is missing.
    """

    def __init__(self, what: str, command: str, place: Place) -> None:
        super().__init__(f"{place}: {what} cannot be read without an optional part of barraiser: {command}")
        self.what = what
        self.command = command
        self.place = place
