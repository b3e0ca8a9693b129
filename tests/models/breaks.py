"""A break: one small edit of a model pipeline that makes it unsafe, and the rule that has to say so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final


class Break:
    """In ``path`` of the model, ``old`` becomes ``new``, and ``rule`` fails.

    ``also``: further rules that fail because the edit takes away what they ask for as well -> why that is no echo. An empty ``old`` makes a
    new file, or adds to the end of one. ``more``: further edits of the same break (path, old, new).
    """

    __slots__ = ("also", "more", "new", "old", "path", "rule")

    def __init__(
        self,
        rule: str,
        path: str,
        old: str,
        new: str,
        *,
        also: Mapping[str, str] | None = None,
        more: tuple[tuple[str, str, str], ...] = (),
    ) -> None:
        self.rule = rule
        self.path = path
        self.old = old
        self.new = new
        self.also: Final = dict(also or {})
        self.more = more

    def __str__(self) -> str:
        words = " ".join((self.new or self.old).split())
        return f"{self.rule}: {words[:60]}"

    def apply(self, root: Path) -> None:
        """Makes the edits in a copy of the model; each old text must stand there exactly once."""
        for path, old, new in ((self.path, self.old, self.new), *self.more):
            file = root / path
            if not old:
                text = file.read_text(encoding="utf-8") if file.exists() else ""
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text + new, encoding="utf-8")
                continue
            text = file.read_text(encoding="utf-8")
            assert text.count(old) == 1, f"{path} holds {text.count(old)} times: {old}"
            file.write_text(text.replace(old, new), encoding="utf-8")
