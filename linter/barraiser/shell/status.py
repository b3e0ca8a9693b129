"""Scripts that look at a command's status by hand: ``$?``, ``rc=$?``, ``exit $rc``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from barraiser.shell.outcome import EXITS, FAILS, GOES_ON, PERHAPS, RETURNS, Functions, name_of, outcome, reads_status
from barraiser.shell.positions import Source
from barraiser.shell.syntax import Block, Chain, If, Node, Simple

_READS: Final = re.compile(r"\$\?|\$\{\?\}|PIPESTATUS")
_EXIT_WITH: Final = re.compile(r"\b(?:exit|return)\s+[\"']?\$\(?\(?\s*\{?([A-Za-z_]\w*)")
_NAME: Final = re.compile(r"[A-Za-z_]\w*+")
_TEST: Final = re.compile(r"\[|\(\(|\btest\b|\bif\b")
_LAST_TEST: Final = re.compile(r"\[|test |\(\(")
_FAILING: Final = re.compile(r"\b(?:exit|return)\s+[\"']?(?:[1-9]|\$)|\bfalse\b")
_SCANNED: Final = 200_000
"""Characters of a script that are searched for the use of a variable."""


class StatusChecks:
    """Which variables a script leaves with. Asked only where a shell goes on after a failure; each text is searched once."""

    def __init__(self) -> None:
        self._left_with: dict[int, tuple[Source, set[str], set[str]]] = {}

    def after(self, items: Sequence[Node], at: int, source: Source, functions: Functions) -> str:
        """What the command behind one makes of its status: an outcome."""
        node = items[at + 1]
        name = name_of(node)
        if isinstance(node, Simple):
            if not node.words:
                return self.names(reads_status(node.assignments), source, functions)
            if name in ("exit", "return") and (
                len(node.words) == 1 or _READS.search(source.quote(node.start, node.end))
            ):
                return EXITS if name == "exit" else RETURNS
            if name in ("local", "export", "declare") and _READS.search(text := source.quote(node.start, node.end)):
                return self.names(re.findall(r"([A-Za-z_]\w*)=", text), source, functions)
            if name in ("[", "[[", "test") and _READS.search(source.quote(node.start, node.end)):
                return FAILS if at + 2 == len(items) else GOES_ON
            return GOES_ON
        looks, bodies = _looked_at(node)
        if looks is None or not _READS.search(source.quote(looks.start, looks.end)):
            return GOES_ON
        ends = {outcome(body, functions) for body in bodies}
        if ends & {EXITS, FAILS}:
            return EXITS
        return RETURNS if RETURNS in ends else PERHAPS if PERHAPS in ends else GOES_ON

    def of_pipe(self, items: Sequence[Node], at: int, source: Source, functions: Functions) -> str:
        """What the command behind a pipe makes of the statuses of all its commands."""
        node = items[at + 1]
        looks, _ = (node, None) if isinstance(node, Simple) else _looked_at(node)
        if looks is None or "PIPESTATUS" not in source.quote(looks.start, looks.end):
            return GOES_ON
        return self.after(items, at, source, functions)

    def names(self, names: Iterable[str], source: Source, functions: Functions) -> str:
        """What becomes of a status that variables of these names hold."""
        names = set(names)
        if not names:
            return GOES_ON
        known = self._left_with.get(id(source))
        if known is None:
            text = source.text[:_SCANNED]
            tested: set[str] = set()
            lines = text.split("\n")
            for number, line in enumerate(lines):
                if "$" in line and _TEST.search(line) and _FAILING.search("\n".join(lines[number : number + 4])):
                    tested.update(_NAME.findall(line))
            last = text.rstrip().rpartition("\n")[2].rpartition(";")[2].strip()
            if _LAST_TEST.match(last) and "||" not in last:
                # The script's status is that of its last command.
                tested.update(_NAME.findall(last))
            known = self._left_with[id(source)] = (source, set(_EXIT_WITH.findall(text)), tested)
        if names & known[1] or names & known[2]:
            return EXITS
        return GOES_ON


def _looked_at(node: Node) -> tuple[Node | Block | None, list[Node | Block]]:
    """The condition that a node tests first, and what may follow from it."""
    if isinstance(node, If):
        bodies: list[Node | Block] = [body for _, body in node.branches]
        return node.branches[0][0], [*bodies, node.otherwise] if node.otherwise else bodies
    if isinstance(node, Chain):
        return node.items[0], list(node.items[1:])
    return None, []
