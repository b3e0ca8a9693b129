"""The files of one root, read safely and once."""

from __future__ import annotations

from barraiser.source.nodes import Document


class Repository:
    """The files below one root. Nothing outside it is ever read (design section 7): no ``..``, no absolute path, no link that leads out.

    All paths are relative to the root, with ``/``. Bytes and documents are cached for the life of the object.
    """

    def __init__(self, root: str) -> None:
        self.root = root

    def inside(self, path: str, base: str = "") -> str | None:
        """``path`` as a file names it, relative to the folder ``base``, normalised to the root; None if it leads out.

        A leading ``/`` or ``./`` in ``path`` means the root itself where the platform has it so: pass ``base=""``.
        """
        raise NotImplementedError

    def exists(self, path: str) -> bool:
        """Whether a regular file stands there (links are followed only inside the root)."""
        raise NotImplementedError

    def read_bytes(self, path: str) -> bytes:
        """The file's bytes. Raises SourceError when it is missing, unreadable, no regular file, too large or outside."""
        raise NotImplementedError

    def read_text(self, path: str) -> str:
        """The file's text (UTF-8, a byte order mark removed). Raises SourceError, also for binary files."""
        raise NotImplementedError

    def documents(self, path: str) -> list[Document]:
        """The documents of a YAML, JSON or Terraform file (by suffix, then content). Raises SourceError with the place."""
        raise NotImplementedError

    def glob(self, pattern: str) -> list[str]:
        """Existing files that match a pattern with ``*``, ``**`` and ``?``, sorted."""
        raise NotImplementedError

    def folder(self, path: str) -> list[str]:
        """The names of the regular files in a folder (not below it), sorted; ``[]`` if there is none."""
        raise NotImplementedError
