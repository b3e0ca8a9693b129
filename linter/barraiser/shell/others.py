"""Which shells are no POSIX shells."""

from __future__ import annotations

from typing import Final

LINES: Final = ("powershell", "cmd")
"""Shells that are read line by line."""

PROGRAMS: Final = ("python", "ruby", "node", "perl")
"""Languages of which only calls of a shell are read."""

_FAMILIES: Final = {
    "pwsh": "powershell", "powershell": "powershell", "cmd": "cmd", "python": "python", "pypy": "python", "ruby": "ruby",
    "node": "node", "nodejs": "node", "deno": "node", "bun": "node", "zx": "node", "perl": "perl",
}  # fmt: skip


def family_of(shell: str) -> str:
    """The family of a shell by its name, path or command line; ``sh`` for what is, or may be, a POSIX shell."""
    words = shell.split()
    if words and words[0].rpartition("/")[2] == "env":
        words = [word for word in words[1:] if not word.startswith("-")]
    name = words[0].replace("\\", "/").rpartition("/")[2].lower() if words else ""
    return _FAMILIES.get(name.removesuffix(".exe").rstrip("0123456789."), "sh")
