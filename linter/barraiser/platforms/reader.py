"""What a platform's reader is, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    from barraiser.model.pipeline import Pipeline
    from barraiser.source.nodes import Node
    from barraiser.source.repository import Repository
else:
    Protocol = object


class ReadOptions:
    """What a run knows besides the files.

    ``default_branch``: a name, or empty when nobody said; ``default_branch_from``: who said it. ``include_map``: path of
    an include as its file writes it (``group/project/path.yml``) to a file that stands for it. ``called``: read a file
    that only others call as an entry of its own, in the scenario ``called``.
    """

    __slots__ = ("called", "default_branch", "default_branch_from", "include_map")

    def __init__(
        self,
        *,
        default_branch: str = "",
        default_branch_from: str = "",
        include_map: Mapping[str, str] | None = None,
        called: bool = False,
    ) -> None:
        self.default_branch = default_branch
        self.default_branch_from = default_branch_from
        self.include_map: Mapping[str, str] = include_map or {}
        self.called = called


class Reader(Protocol):
    """Reads one platform's files. A new platform is a package with one of these, named in ``platforms/registry.py``.

    ``platform``: its name. ``markers``: bytes, one of which a file that is not told by its place holds when it defines
    a pipeline of this platform (empty: files are told by place alone). ``suffixes``: the suffixes of such files.
    """

    platform: str
    markers: tuple[bytes, ...]
    suffixes: tuple[str, ...]

    def owns(self, path: str) -> bool:
        """Whether a file at this place (relative to the root) is an entry of the platform, or would be."""

    def entry_places(self, repository: Repository) -> list[str]:
        """Existing files that the platform itself would start, by place, sorted; for those told by markers, none."""

    def recognises(self, root: Node | None) -> bool:
        """Whether a document's content is this platform's: for a named file that stands elsewhere."""

    def read(self, path: str, repository: Repository, options: ReadOptions) -> list[Pipeline]:
        """The pipelines that a file defines, all that they call inlined; ``[]`` where it defines none.

        Never raises for what a file holds: what is wrong becomes ``Pipeline.problems`` (fatal ones make it unreadable).
        """
