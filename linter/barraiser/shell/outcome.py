"""How a part of a script certainly ends, whatever its commands do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from barraiser.shell.positions import Source
from barraiser.shell.syntax import (
    Assignment,
    Block,
    Case,
    Chain,
    Function,
    Group,
    If,
    Loop,
    Node,
    Piped,
    Program,
    Simple,
    Variable,
    parts_of,
)

GOES_ON, EXITS, EXITS_WELL, RETURNS, RETURNS_WELL, FAILS, BREAKS, PERHAPS = (
    "goes-on", "exits", "exits-well", "returns", "returns-well", "fails", "breaks", "perhaps",
)  # fmt: skip
"""It goes on; leaves the shell with a failure or without; leaves the function so; its status is a failure; leaves a pass of a loop;
or it may leave with a failure, which its text does not tell."""

LEAVES: Final = (EXITS, EXITS_WELL, RETURNS, RETURNS_WELL, BREAKS)
FAILURES: Final = (EXITS, RETURNS, FAILS)

Functions = Mapping[str, tuple[Node, Source]]

HARMLESS: Final = frozenset(
    (
        ":", "[", "[[", "((", "cat", "cd", "date", "declare", "echo", "env", "exit", "export", "false", "local", "ls", "mkdir",
        "popd", "printenv", "printf", "pushd", "pwd", "readonly", "return", "set", "shopt", "sleep", "source", "test", "touch",
        "true", "typeset", "unset", ".", "break", "continue", "trap", "wait",
    )
)  # fmt: skip
"""Commands that a gate never is and that deploy nothing."""

_SURE: Final = frozenset(
    (
        ":", "cd", "declare", "echo", "export", "local", "mkdir", "popd", "printf", "pushd", "readonly", "set", "shopt", "source",
        "touch", "true", "typeset", "unset", ".", "date", "pwd",
    )
)  # fmt: skip
"""Commands that do not decide anything: what follows them with ``&&`` is not conditional for it."""

LIKE_EXIT: Final = frozenset(
    (
        "abort",
        "bail",
        "die",
        "err",
        "error",
        "error_exit",
        "exit_error",
        "exit_with_error",
        "fail",
        "fatal",
        "kill",
        "panic",
    )
)


_EXIT_0: Final = re.compile(r"(?:^|[;&\n{])\s*exit\s+0\s*;?\s*}?\s*$")


def ends_well(text: str, functions: Functions) -> bool:
    """Whether the text of a ``trap`` certainly ends with ``exit 0``: itself, or the function that it names."""
    if _EXIT_0.search(text[-200:]):
        return True
    known = functions.get(text.strip())
    if known is None:
        return False
    body, source = known
    return outcome(body, functions) == EXITS_WELL and bool(_EXIT_0.search(source.text[body.start : body.end][-200:]))


def name_of(node: Node) -> str:
    """The literal name of a simple command, else empty."""
    return (node.words[0].literal or "") if isinstance(node, Simple) and node.words else ""


def outcome(node: Node | None, functions: Functions, depth: int = 0) -> str:
    """How a node ends."""
    if node is None or depth > 60:
        return GOES_ON
    if isinstance(node, Simple):
        return _simple(node, functions, depth)
    if isinstance(node, Block):
        return _block(node, functions, depth)
    if isinstance(node, Program):
        return _block(node.body, functions, depth)
    if isinstance(node, Group):
        inner = outcome(node.body, functions, depth + 1)
        if node.subshell:
            return FAILS if inner in FAILURES else inner if inner == PERHAPS else GOES_ON
        return inner
    if isinstance(node, Chain):
        return _chain(node, functions, depth)
    if isinstance(node, If):
        bodies: list[Block | None] = [body for _, body in node.branches]
        return _branches([*bodies, node.otherwise], functions, depth)
    if isinstance(node, Case):
        return _branches([*(body for _, body in node.clauses), None], functions, depth)
    if isinstance(node, Loop):
        return PERHAPS if outcome(node.body, functions, depth + 1) in (EXITS, RETURNS, PERHAPS) else GOES_ON
    if isinstance(node, Piped) and node.negated:
        return FAILS if name_of(node.elements[-1]) in ("true", ":") else GOES_ON
    return GOES_ON


def fails_from(block: Block, functions: Functions) -> int:
    """The index of the item with which a block certainly ends in a failure; its length if there is none."""
    _block(block, functions, 0)
    return block.failing


def reads_status(word_parts: list[Assignment]) -> list[str]:
    """The names that ``NAME=$?`` gives the last status to."""
    found = []
    for assignment in word_parts:
        parts = assignment.value.parts if assignment.value else []
        if any(
            isinstance(part, Variable) and (part.name == "?" or part.name.startswith("PIPESTATUS")) for part in parts
        ):
            found.append(assignment.name)
    return found


def harmless(node: Node, depth: int = 0) -> bool:
    """Whether a node holds nothing that could be a gate or a deploy."""
    if depth > 60:
        return False
    if isinstance(node, Simple):
        return not node.words or name_of(node) in HARMLESS
    if isinstance(node, Function):
        return True
    return not isinstance(node, Loop | Case) and all(harmless(part, depth + 1) for part in parts_of(node))


def sure(node: Node) -> bool:
    """Whether a command as good as never fails, so that what ``&&`` puts behind it is not conditional."""
    return isinstance(node, Simple) and (not node.words or name_of(node) in _SURE)


def _simple(node: Simple, functions: Functions, depth: int) -> str:
    name = name_of(node)
    if name in ("exit", "return"):
        bad, well = (EXITS, EXITS_WELL) if name == "exit" else (RETURNS, RETURNS_WELL)
        if len(node.words) == 1:
            return bad
        argument = node.words[1]
        literal = argument.literal
        if literal is not None:
            return well if literal.strip("0") == "" else bad
        first = argument.parts[0]
        return (
            bad
            if isinstance(first, Variable) and (first.name == "?" or first.name.startswith("PIPESTATUS"))
            else PERHAPS
        )
    if name == "exec" and len(node.words) > 1:
        return EXITS_WELL
    if name == "false":
        return FAILS
    if name in ("break", "continue"):
        return BREAKS
    if name in functions:
        inner = outcome(functions[name][0], functions, depth + 10)
        return FAILS if inner == RETURNS else GOES_ON if inner in (RETURNS_WELL, BREAKS) else inner
    return PERHAPS if name in LIKE_EXIT else GOES_ON


def _block(block: Block, functions: Functions, depth: int) -> str:
    if block.outcome is None:
        block.failing = len(block.items)
        block.outcome = GOES_ON
        block.outcome = _block_outcome(block, functions, depth)
    return block.outcome


def _block_outcome(block: Block, functions: Functions, depth: int) -> str:
    result = GOES_ON
    statuses: set[str] = set()
    for at, item in enumerate(block.items):
        ends = outcome(item, functions, depth + 1)
        if isinstance(item, Simple):
            if not item.words:
                statuses.update(reads_status(item.assignments))
            elif ends == PERHAPS and statuses and name_of(item) in ("exit", "return"):
                first = item.words[1].parts[0]
                if isinstance(first, Variable) and first.name in statuses:
                    ends = EXITS if name_of(item) == "exit" else RETURNS
            elif ends in (EXITS, RETURNS) and at and len(item.words) == 1:
                # A bare "exit" takes the status of what stands before it: an "echo" in most scripts.
                ends = EXITS_WELL if ends == EXITS else RETURNS_WELL
        if ends in LEAVES or (ends == FAILS and at == len(block.items) - 1):
            block.failing = at if ends in FAILURES else len(block.items)
            return ends
        if ends == PERHAPS:
            result = PERHAPS
    return result


def _chain(node: Chain, functions: Functions, depth: int) -> str:
    if node.background:
        return GOES_ON
    ends = [outcome(item, functions, depth + 1) for item in node.items]
    if all(operator == "&&" for operator in node.operators) and all(sure(item) for item in node.items[:-1]):
        return ends[-1]
    return PERHAPS if any(end in (EXITS, RETURNS, PERHAPS) for end in ends) else GOES_ON


def _branches(bodies: list[Block | None], functions: Functions, depth: int) -> str:
    """All branches together; None is one that does nothing."""
    ends = {outcome(body, functions, depth + 1) for body in bodies}
    if len(ends) == 1:
        return ends.pop()
    return PERHAPS if ends & {EXITS, RETURNS, PERHAPS} else GOES_ON
