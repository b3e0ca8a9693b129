"""From bytes to text, with the place of what is no text."""

from __future__ import annotations

from typing import Final

from barraiser.model.place import Place
from barraiser.source.errors import SourceError
from barraiser.source.limits import MAX_BYTES

SAVE_AS_UTF8: Final = "save the file as UTF-8 text"


def decode(data: bytes, path: str) -> str:
    """The text of a UTF-8 file, a byte order mark removed. Raises SourceError for other encodings, too many bytes and NUL characters."""
    if len(data) > MAX_BYTES:
        raise too_large(len(data), path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError("the file is UTF-16, and only UTF-8 is read", Place(path, 1), SAVE_AS_UTF8)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = place_at(data[: error.start].decode(), error.start, path)
        raise SourceError(f"byte 0x{data[error.start]:02x} is not UTF-8", place, SAVE_AS_UTF8) from None
    if "\0" in text:
        place = place_at(text, text.index("\0"), path)
        raise SourceError(
            "a NUL character: the file is binary, or UTF-16 without a byte order mark", place, SAVE_AS_UTF8
        )
    return text


def too_large(size: int, path: str) -> SourceError:
    """The error for a file over the limit."""
    message = f"the file has {size / 1048576:.1f} MiB, and at most {MAX_BYTES // 1048576} MiB are read"
    return SourceError(message, Place(path, 1), "split it, or exclude it if it is no pipeline")


def place_at(text: str, offset: int, path: str) -> Place:
    """The place of a character offset (of one behind the end: the end)."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return Place(path, before.count("\n") + 1, len(before) - before.rfind("\n"))


def split_lines(text: str) -> list[str]:
    """The lines as editors and platforms count them: ended by LF, CRLF or CR and nothing else."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines
