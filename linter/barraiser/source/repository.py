"""The files of one root, read safely and once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

from barraiser.model.place import Place
from barraiser.source.errors import SourceError
from barraiser.source.limits import MAX_BYTES, MAX_FILES, MAX_FOLDER_DEPTH, SKIPPED_FOLDERS
from barraiser.source.nodes import Document
from barraiser.source.patterns import literal_folder, matches
from barraiser.source.text import decode, split_lines, too_large

T = TypeVar("T")

_HCL_SUFFIXES: Final = (".tf", ".tfvars", ".hcl")


class Repository:
    """The files below one root. Nothing outside it is ever read (design section 7): no ``..``, no absolute path, no link that leads out.

    All paths are relative to the root, with ``/``. Bytes and documents are cached for the life of the object.
    ``truncated``: a walk met more than ``max_files`` files and folders, so that ``glob`` may have missed some.
    """

    def __init__(self, root: str, *, max_files: int = MAX_FILES) -> None:
        self.root = root
        self._max_files = max_files
        self.truncated = False
        self._true_root = os.path.realpath(root)
        self._bytes: dict[str, bytes | SourceError] = {}
        self._documents: dict[tuple[str, bool], list[Document] | SourceError] = {}
        self._lines: dict[str, list[str]] = {}
        self._folder_inside: dict[str, bool] = {"": True}
        self._regular_files: dict[str, bool] = {}
        self._listings: dict[str, tuple[list[str], list[str], set[str]]] = {}
        self._regular: dict[str, list[str]] = {}
        self._seen = 0
        self._memory: dict[tuple[Hashable, ...], Any] = {}

    def remember(self, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        """What ``make`` returns, made once for this repository. The key starts with what it is; what is kept refers to no repository."""
        if key not in self._memory:
            self._memory[key] = make()
        value: T = self._memory[key]
        return value

    def inside(self, path: str, base: str = "") -> str | None:
        """``path`` as a file names it, relative to the folder ``base``, normalised to the root; None if it leads out.

        A leading ``/`` or ``./`` in ``path`` means the root itself where the platform has it so: pass ``base=""``.
        """
        if "\0" in path or (base and path.startswith("/")):
            return None
        parts: list[str] = []
        for part in f"{base}/{path}".split("/"):
            if part == "..":
                if not parts:
                    return None
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)

    def exists(self, path: str) -> bool:
        """Whether a regular file stands there (links are followed only inside the root); looked at once."""
        known = self._regular_files.get(path)
        if known is None:
            try:
                known = stat.S_ISREG(self._located(path)[1])
            except (OSError, ValueError, SourceError):
                known = False
            self._regular_files[path] = known
        return known

    def read_bytes(self, path: str) -> bytes:
        """The file's bytes. Raises SourceError when it is missing, unreadable, no regular file, too large or outside."""
        known = self._bytes.get(path)
        if known is None:
            try:
                known = self._read(path)
            except SourceError as error:
                known = _again(error)
            self._bytes[path] = known
        if isinstance(known, SourceError):
            raise _again(known)
        return known

    def peek(self, path: str) -> bytes:
        """The file's bytes, kept only when already known: for looking once through many files. Empty where it cannot be read."""
        known = self._bytes.get(path)
        if isinstance(known, bytes):
            return known
        try:
            return self._read(path)
        except SourceError:
            return b""

    def keep(self, path: str, data: bytes) -> None:
        """Take bytes that ``peek`` gave, or that stand for a file (standard input), as the file's."""
        self._bytes[path] = data

    def read_text(self, path: str) -> str:
        """The file's text (UTF-8, a byte order mark removed). Raises SourceError, also for binary files."""
        return decode(self.read_bytes(path), path)

    def lines(self, path: str) -> list[str]:
        """The file's lines, without their ends, split once; not to be changed. Raises SourceError as ``read_text`` does."""
        known = self._lines.get(path)
        if known is None:
            known = self._lines[path] = split_lines(self.read_text(path))
        return known

    def documents(self, path: str, *, later_merge_wins: bool = False) -> list[Document]:
        """The documents of a YAML, JSON or Terraform file (by suffix, then content). Raises SourceError with the place.

        ``later_merge_wins``: see :func:`barraiser.source.yaml_loader.load`.
        """
        key = (path, later_merge_wins)
        known = self._documents.get(key)
        if known is None:
            try:
                known = self._load(path, later_merge_wins)
            except SourceError as error:
                known = _again(error)
            self._documents[key] = known
        if isinstance(known, SourceError):
            raise _again(known)
        return known

    def glob(self, pattern: str) -> list[str]:
        """Existing files that match a pattern with ``*``, ``**`` and ``?``, sorted."""
        inside = self.inside(pattern)
        if not inside:
            return []
        if "*" not in inside and "?" not in inside:
            return [inside] if self.exists(inside) else []
        start = literal_folder(inside)
        depth = MAX_FOLDER_DEPTH if "**" in inside else inside.count("/") - (start.count("/") + 1 if start else 0)
        return [path for path in self.files(start, depth) if matches(inside, path) and self.exists(path)]

    def files(self, folder: str = "", depth: int = MAX_FOLDER_DEPTH) -> list[str]:
        """Files (also links to such) in a folder and at most ``depth`` folders below it, sorted, without skipped folders."""
        if any(part in SKIPPED_FOLDERS for part in folder.split("/")):
            return []
        found: list[str] = []
        waiting = [(folder, 0)]
        while waiting:
            current, level = waiting.pop()
            files, folders, _ = self._listing(current)
            prefix = f"{current}/" if current else ""
            found += [prefix + name for name in files]
            if level < depth:
                waiting += [(prefix + name, level + 1) for name in folders if name not in SKIPPED_FOLDERS]
        found.sort()
        return found

    def folder(self, path: str) -> list[str]:
        """The names of the regular files in a folder (not below it), sorted; ``[]`` if there is none."""
        inside = self.inside(path)
        if inside is None:
            return []
        known = self._regular.get(inside)
        if known is None:
            prefix = f"{inside}/" if inside else ""
            files, _, odd = self._listing(inside)
            known = self._regular[inside] = [name for name in files if name not in odd or self.exists(prefix + name)]
        return list(known)

    def folders(self, path: str) -> list[str]:
        """The names of the folders in a folder, links left out, sorted."""
        inside = self.inside(path)
        return [] if inside is None else self._listing(inside)[1]

    def _listing(self, folder: str) -> tuple[list[str], list[str], set[str]]:
        """Names of files and of folders in a folder, each sorted, and which of the files are links, pipes or the like.

        Links to folders are not followed, so that no walk is endless.
        """
        known = self._listings.get(folder)
        if known is None:
            files: list[str] = []
            folders: list[str] = []
            odd: set[str] = set()
            if self._is_inside(folder) and not self.truncated:
                self._scan(folder, files, folders, odd)
            known = self._listings[folder] = (sorted(files), sorted(folders), odd)
        return known

    def _scan(self, folder: str, files: list[str], folders: list[str], odd: set[str]) -> None:
        try:
            with os.scandir(os.path.join(self._true_root, folder)) as entries:
                for entry in entries:
                    self._seen += 1
                    if self._seen > self._max_files:
                        self.truncated = True
                        return
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                        continue
                    files.append(entry.name)
                    if not entry.is_file(follow_symlinks=False):
                        odd.add(entry.name)
        except OSError:
            return

    def _is_inside(self, folder: str) -> bool:
        """Whether a folder, with all links followed, lies in the root."""
        known = self._folder_inside.get(folder)
        if known is None:
            known = self._is_without_links(folder) or _below(
                os.path.realpath(os.path.join(self._true_root, folder)), self._true_root
            )
            self._folder_inside[folder] = known
        return known

    def _is_without_links(self, folder: str) -> bool:
        """Whether no part of a folder's path is a link: then it lies where it says, and nothing more has to be looked up."""
        parts = folder.split("/")
        if os.sep != "/" or len(parts) > MAX_FOLDER_DEPTH or not {"", ".", ".."}.isdisjoint(parts):
            return False
        above = ""
        for part in parts:
            above = f"{above}/{part}" if above else part
            if not self._folder_inside.get(above):
                if os.path.islink(os.path.join(self._true_root, above)):
                    return False
                self._folder_inside[above] = True
        return True

    def _located(self, path: str) -> tuple[str, int]:
        """The real path and the mode of a file. Raises SourceError when it leads out of the root, OSError when it is not there."""
        folder = path.rpartition("/")[0]
        inside = self.inside(path)
        full = os.path.join(self._true_root, path)
        if inside is None or not inside or os.path.isabs(path) or not self._is_inside(folder):
            raise SourceError("the path leads out of the repository", Place(path, 1), "name a file inside it")
        mode = os.lstat(full).st_mode
        if stat.S_ISLNK(mode):
            full = os.path.realpath(full)
            if not _below(full, self._true_root):
                raise SourceError("the link leads out of the repository", Place(path, 1), "put the file itself there")
            mode = os.stat(full).st_mode
        return full, mode

    def _read(self, path: str) -> bytes:
        """Read a regular file; opened without waiting, because a pipe in its place would never answer."""
        place = Place(path, 1)
        try:
            full, mode = self._located(path)
            if not stat.S_ISREG(mode):
                raise SourceError("this is no regular file", place, "name a file, not a folder, pipe or device")
            handle = os.open(full, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
            try:
                size = os.fstat(handle).st_size
                if size > MAX_BYTES:
                    raise too_large(size, path)
                return _all_of(handle, path)
            finally:
                os.close(handle)
        except FileNotFoundError:
            raise SourceError("the file does not exist", place, "check the path, or add the file") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SourceError(f"the file cannot be read: {reason}", place, "check its permissions") from None

    def _load(self, path: str, later_merge_wins: bool) -> list[Document]:
        data = self.read_bytes(path)
        if path.endswith(_HCL_SUFFIXES):
            from barraiser.source.hcl_loader import load_hcl

            return [load_hcl(data, path)]
        from barraiser.source.yaml_loader import load

        return load(data, path, later_merge_wins=later_merge_wins)


def _all_of(handle: int, path: str) -> bytes:
    """All bytes of an open file; files that grow, or that do not know their size, end at the limit."""
    pieces: list[bytes] = []
    total = 0
    while piece := os.read(handle, 1 << 16):
        total += len(piece)
        if total > MAX_BYTES:
            raise too_large(total, path)
        pieces.append(piece)
    return b"".join(pieces)


def _below(real: str, root: str) -> bool:
    return real == root or real.startswith(root if root.endswith(os.sep) else root + os.sep)


def _again(error: SourceError) -> SourceError:
    """The same error without a traceback: a kept one would keep the frames, and the reader's whole state, alive."""
    return SourceError(error.message, error.place, error.fix)
