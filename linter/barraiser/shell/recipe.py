"""Lines that each run in a shell of their own: recipes of make and just, package scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from barraiser.model.pipeline import Fragment, Script
from barraiser.model.tri import tri


class Recipe(Script):
    """Each fragment has a shell of its own; the first that fails ends the recipe, unless its index is in ``ignored``.

    ``defaults``: variables that hold unless the caller gives them (``make deploy ENV=prod``).
    """

    __slots__ = ("defaults", "ignored")

    def __init__(
        self,
        fragments: Sequence[Fragment],
        *,
        shell: str = "sh",
        errexit: bool = False,
        pipefail: bool = False,
        ignored: Iterable[int] = (),
        defaults: Mapping[str, str] | None = None,
        working_directory: str = "",
    ) -> None:
        super().__init__(
            fragments,
            shell=shell,
            errexit=errexit,
            pipefail=tri(pipefail),
            working_directory=working_directory,
        )
        self.ignored = frozenset(ignored)
        self.defaults: Mapping[str, str] = defaults or {}
