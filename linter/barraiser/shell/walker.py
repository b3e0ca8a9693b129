"""Goes through a program in the order in which a shell runs it and notes its commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from barraiser.model.tri import MAYBE, NO, YES
from barraiser.shell.command import Command
from barraiser.shell.context import BACKGROUND, HARD, Context, Softness
from barraiser.shell.outcome import (
    BREAKS,
    EXITS,
    EXITS_WELL,
    FAILS,
    LEAVES,
    PERHAPS,
    RETURNS,
    RETURNS_WELL,
    fails_from,
    harmless,
    outcome,
    sure,
)
from barraiser.shell.positions import Source
from barraiser.shell.status import StatusChecks
from barraiser.shell.syntax import Block, Case, Chain, Function, Group, If, Loop, Node, Piped, Program, Simple
from barraiser.shell.variables import Value, Variables

if TYPE_CHECKING:
    from barraiser.shell.background import Jobs

MAX_COMMANDS: Final = 5000
"""Commands of one script: a loop in a loop in a function can name far more than anybody wrote."""

_MAX_STEPS: Final = 100_000
_MAX_WORDS: Final = 200_000
_MAX_LEVEL: Final = 90
_LEAVES_WELL: Final = (EXITS_WELL, RETURNS_WELL)

_State = tuple[bool, str, bool | None, tuple[str, ...] | None]


class Walk:
    """The state of a shell as far as it decides what runs. Compound commands are here, simple ones in the subclass."""

    def __init__(self, variables: Variables, *, errexit: bool, pipefail: bool | None) -> None:
        self.commands: list[Command] = []
        self.variables = variables
        self.errexit = errexit
        self.errexit_reason = "no set -e"
        self.pipefail = pipefail
        self.functions: dict[str, tuple[Node, Source]] = {}
        self.active: list[str] = []
        self.locals: list[dict[str, Value]] = []
        self.source = Source((), text="")
        self.checks = StatusChecks()
        self.waits = False
        self._jobs: Jobs | None = None
        self.sourced = False
        self.traps: list[tuple[str, str, Source, Simple, int]] = []
        self._steps = 0
        self._level = 0
        self._words = 0
        self._inner_text = 0

    @property
    def jobs(self) -> Jobs:
        """What runs in the background. Asked only where the script waits for something."""
        if self._jobs is None:
            from barraiser.shell.background import Jobs

            self._jobs = Jobs()
        return self._jobs

    def full(self) -> bool:
        """Whether enough was seen, or done."""
        return len(self.commands) >= MAX_COMMANDS or self._steps > _MAX_STEPS or self._words > _MAX_WORDS

    def program(self, program: Program, context: Context) -> None:
        """All of a parsed text."""
        outer, self.source = self.source, program.source
        self.block(program.body, context)
        self.source = outer

    def emit(
        self, words: Sequence[str], node: Simple, context: Context, assignments: Mapping[str, str], heredoc: str
    ) -> None:
        """Note a command."""
        if self.full():
            return
        self._words += len(words)
        if not node.text:
            node.text = self.source.quote(node.start, node.end)
        soft, reason = context.fail
        self.commands.append(
            Command(
                words,
                self.source.place(node.start, node.end),
                text=node.text,
                assignments=assignments,
                soft=soft,
                soft_reason=reason if soft else "",
                conditional=context.conditional,
                condition=context.condition,
                background=context.background,
                function=context.function,
                loop=context.loop,
                heredoc=heredoc,
                stdin_from=context.stdin_from,
                repeats=context.repeats,
                polls=context.polls,
                written=(self.source.text, node.start, node.end),
            )
        )

    def quote(self, node: Node | Block) -> str:
        """A node's text, short enough for a reason."""
        text = self.source.quote(node.start, node.end).rstrip("; \n&")
        return text if len(text) <= 60 else text[:57] + "..."

    def block(self, block: Block, context: Context) -> None:
        """Commands in sequence: all but the last fail the script only where the shell stops."""
        items = block.items
        if not items or self.full() or self._level > _MAX_LEVEL:
            return
        self._level += 1
        for item in items:
            if isinstance(item, Function):
                self.functions.setdefault(item.name, (item.body, self.source))
        failing = fails_from(block, self.functions) if len(items) > 1 else len(items)
        last = len(items) - 1
        between: Context | None = None
        for at, item in enumerate(items):
            if self.full():
                break
            rest_fails = failing > at if failing <= last else context.rest_fails
            leaves = at != last and outcome(item, self.functions) in LEAVES
            if at == last:
                inner = context
            elif leaves:
                inner = context.but(fail=context.stop)
            elif self.errexit and not context.suppressed:
                if between is None or between.fail is not context.stop or between.rest_fails != rest_fails:
                    between = context.but(fail=context.stop, status=(YES, "&&"), rest_fails=rest_fails)
                inner = between
            else:
                fail = self._checked(items, at, context)
                inner = context.but(fail=fail, status=fail, rest_fails=rest_fails)
            if at != last and isinstance(item, Piped) and not self.pipefail:
                verdict = self.checks.of_pipe(items, at, self.source, self.functions)
                if verdict in (EXITS, FAILS):
                    inner = inner.but(piped=context.stop)
            stays = self._stays(item) if at != last and not leaves and isinstance(item, If | Chain) else ""
            self.node(item, inner)
            if leaves or stays is None:
                break
            if stays:
                context, between = context.under(stays), None
        self._level -= 1

    def _stays(self, item: If | Chain) -> str | None:
        """The condition under which the shell gets past a part that may leave; empty where it always does, or fails; None: never."""
        if isinstance(item, If):
            for condition, body in item.branches:
                known, ends = self.decided(condition), outcome(body, self.functions)
                if known:
                    return None if ends in LEAVES else ""
                if known is None and ends in _LEAVES_WELL:
                    return f"not ({self.quote(condition)})"
                if known is None:
                    return ""
            return None if outcome(item.otherwise, self.functions) in LEAVES else ""
        ends = outcome(item.items[-1], self.functions)
        if item.background or len(item.items) != 2 or ends not in LEAVES:
            return ""
        known = self.decided(item.items[0])
        if known is None:
            guard = self.quote(item.items[0])
            return "" if ends not in _LEAVES_WELL else f"not ({guard})" if item.operators[0] == "&&" else guard
        return None if known == (item.operators[0] == "&&") else ""

    def _checked(self, items: Sequence[Node], at: int, context: Context) -> Softness:
        """The softness of a command that the shell does not stop at: what follows may look at its status."""
        verdict = self.checks.after(items, at, self.source, self.functions)
        if verdict in (EXITS, FAILS):
            return context.stop
        if verdict == RETURNS:
            return context.returned
        return (MAYBE if verdict == PERHAPS else YES, context.suppressed or self.errexit_reason)

    def node(self, node: Node, context: Context) -> None:
        """Any part of a program."""
        self._steps += 1
        if self._level > _MAX_LEVEL:
            return
        if isinstance(node, Simple):
            self.simple(node, context)
            return
        self._level += 1
        if isinstance(node, Chain):
            self._chain(node, context)
        elif isinstance(node, Piped):
            self._piped(node, context)
        elif isinstance(node, Group):
            self._group(node, context)
        elif isinstance(node, If):
            self._if(node, context)
        elif isinstance(node, Loop):
            self._loop(node, context)
        elif isinstance(node, Case):
            self._case(node, context)
        elif isinstance(node, Function):
            self.functions[node.name] = (node.body, self.source)
        elif isinstance(node, Program):
            self.program(node, context)
        else:
            self.block(node, context)
        self._level -= 1

    def simple(self, node: Simple, context: Context) -> None:
        """A simple command."""
        raise AssertionError

    def redirected(self, node: Group | If | Loop | Case, context: Context) -> None:
        """The programs in a compound command's redirections."""
        raise AssertionError

    def loop(self, node: Loop, context: Context) -> None:
        """A loop."""
        raise AssertionError

    def _loop(self, node: Loop, context: Context) -> None:
        self.redirected(node, context)
        self.loop(node, context)

    def decided(self, node: Node) -> bool | None:
        """What a condition of known values gives, None where it cannot be told."""
        return None

    def clause(self, node: Case) -> int | None:
        """The index of the clause that a known value takes (the number of clauses for none), None where it cannot be told."""
        return None

    def _chain(self, node: Chain, context: Context) -> None:
        """``&&`` and ``||``: a failure on the left of ``&&`` does not stop the shell, one left of ``||`` runs what is right of it."""
        if node.background:
            ignored: Softness = (MAYBE if self.waits else YES, BACKGROUND)
            context = context.but(fail=ignored, status=ignored, stop=ignored, background=True)
            mark = len(self.commands)
            saved = self.enter()
            self._chained(node, context)
            self.leave(saved)
            if self.waits:
                self.variables.set("!", self.jobs.start(self.commands[mark:], len(self.commands)))
        else:
            self._chained(node, context)

    def _chained(self, node: Chain, context: Context) -> None:
        items, operators = node.items, node.operators
        last = len(items) - 1
        if last == 0:
            self.node(items[0], context)
            return
        rescue = last + 1
        rescues = [rescue] * last
        for at in range(last - 1, -1, -1):
            if operators[at] == "||":
                rescue = at + 1
            rescues[at] = rescue
        reached = context
        skipping = ""
        tail_harmless = harmless(items[last])
        for at, item in enumerate(items):
            if skipping:
                if operators[at - 1] == skipping:
                    continue
                skipping = ""
            if at == last:
                inner = reached.but(fail=context.fail, status=context.status)
            else:
                fail = (
                    self._rescued(items[rescues[at]], context)
                    if rescues[at] <= last
                    else self._guarding(tail_harmless, node, context)
                )
                inner = reached.but(
                    fail=fail, status=fail, suppressed=fail[1] or f"{operators[at]} {self.quote(items[at + 1])}"
                )
            if reached is context:
                self.node(item, inner)
            else:
                self.variables.push()
                self.node(item, inner)
                self.variables.merge([self.variables.pop()], exhaustive=False)
            if at == last:
                break
            known = self.decided(item) if reached is context else None
            if known is not None:
                skipping = "&&" if not known else "||"
            elif operators[at] == "||":
                reached = context.under(f"not ({self.quote(item)})")
            elif outcome(item, self.functions) in LEAVES and at and operators[at - 1] == "||":
                reached = context
            elif not sure(item) and inner.fail[0] != NO:
                reached = context.under(self.quote(item))

    def _guarding(self, tail_harmless: bool, node: Chain, context: Context) -> Softness:
        """Left of ``&&`` only: where the shell goes on after the list, what the list itself guards is guarded all the same."""
        if context.status[0] == NO:
            return HARD
        if context.rest_fails:
            return context.stop
        return (YES if tail_harmless else MAYBE, f"&& {self.quote(node.items[-1])}")

    def _rescued(self, rescue: Node, context: Context) -> Softness:
        """Left of ``||``: soft unless what is right of it fails as well."""
        ends = outcome(rescue, self.functions)
        if ends == EXITS:
            return context.stop
        if ends == RETURNS:
            return context.returned
        if ends == FAILS:
            return context.fail
        reason = f"|| {self.quote(rescue)}"
        if ends == PERHAPS:
            return (MAYBE, reason)
        if ends == BREAKS and context.rest_fails:
            return context.stop
        if isinstance(rescue, Simple) and not rescue.words:
            checked = self.checks.names(
                [assignment.name for assignment in rescue.assignments], self.source, self.functions
            )
            if checked in (EXITS, FAILS, RETURNS):
                return HARD if context.stop[0] == NO else context.stop
            return (MAYBE if checked == PERHAPS else YES, reason)
        return (YES, reason)

    def _piped(self, node: Piped, context: Context) -> None:
        """Pipes: without pipefail, the status is that of the last command."""
        if node.negated:
            context = context.but(fail=context.success, status=context.success, success=context.fail)
        if len(node.elements) == 1:
            self.node(node.elements[0], context.but(suppressed=context.suppressed or "!"))
            return
        last = len(node.elements) - 1
        before: Command | None = context.stdin_from
        for at, element in enumerate(node.elements):
            inner = context.but(stdin_from=before, piped=None)
            if at < last and context.piped is not None:
                inner.fail = context.piped
            elif at < last and not self.pipefail:
                reason = f"| {self.quote(node.elements[at + 1])}"
                inner.fail = (MAYBE if self.pipefail is None else YES, reason)
            inner = inner.shell()
            known = len(self.commands)
            saved = self.enter()
            self.node(element, inner)
            self.leave(saved)
            before = self.commands[-1] if len(self.commands) > known else None

    def enter(self) -> _State:
        """Start a subshell: its changes to variables and options do not last."""
        self.variables.push()
        return (self.errexit, self.errexit_reason, self.pipefail, self.variables.arguments)

    def leave(self, saved: _State) -> None:
        """End what ``enter`` started."""
        self.variables.pop()
        self.errexit, self.errexit_reason, self.pipefail, self.variables.arguments = saved

    def _group(self, node: Group, context: Context) -> None:
        self.redirected(node, context)
        if node.subshell:
            saved = self.enter()
            self.block(node.body, context.shell())
            self.leave(saved)
        else:
            self.block(node.body, context)

    def _if(self, node: If, context: Context) -> None:
        """``if``: a condition's failure takes the next branch, and fails the script where that does."""
        self.redirected(node, context)
        before = context
        branches: list[dict[str, Value]] = []
        exhaustive = node.otherwise is not None
        for at, (condition, body) in enumerate(node.branches):
            behind: Node | None = (
                If(node.branches[at + 1 :], node.otherwise, node.start)
                if at + 1 < len(node.branches)
                else node.otherwise
            )
            fail = self._taken(behind, body, context, f"if {self.quote(condition)}")
            success = self._taken(body, behind, context, f"if {self.quote(condition)}")
            known = self.decided(condition)
            inner = before.but(fail=fail, status=fail, success=success, suppressed="if", stdin_from=None)
            self.block(condition, inner)
            if known is False:
                continue
            text = self.quote(condition)
            self.variables.push()
            self.block(body, before if known else before.under(text))
            taken = outcome(body, self.functions)
            given = self.variables.pop()
            if taken not in (EXITS, EXITS_WELL, RETURNS, RETURNS_WELL):
                branches.append(given)
            if known:
                self.variables.merge(branches, exhaustive=True)
                return
            before = before.under(f"not ({text})")
        if node.otherwise is not None:
            self.variables.push()
            self.block(node.otherwise, before)
            given = self.variables.pop()
            if outcome(node.otherwise, self.functions) not in (EXITS, EXITS_WELL, RETURNS, RETURNS_WELL):
                branches.append(given)
        self.variables.merge(branches, exhaustive=exhaustive and bool(branches))

    def _taken(self, branch: Node | None, other: Node | None, context: Context, reason: str) -> Softness:
        """The softness of a condition that makes the shell take a branch rather than another."""
        ends = outcome(branch, self.functions)
        if ends == EXITS:
            return context.stop
        if ends == RETURNS:
            return context.returned
        if ends == FAILS:
            return context.fail
        if ends == PERHAPS:
            return (MAYBE, reason)
        if ends in (EXITS_WELL, RETURNS_WELL):
            return (YES, reason)
        if self._remembered(branch):
            return HARD if context.stop[0] == NO else context.stop
        if context.rest_fails and outcome(other, self.functions) in (EXITS_WELL, RETURNS_WELL, BREAKS):
            return context.stop
        # Nothing else but what the other branch holds depends on it: that is guarded, what follows is not.
        guards = other is not None and not harmless(other)
        return (MAYBE if guards else YES, reason)

    def _remembered(self, branch: Node | None) -> bool:
        """Whether a branch sets a variable that the script leaves with: ``if ! npm test; then failed=1; fi``."""
        names = [
            assignment.name
            for item in (branch.items[:20] if isinstance(branch, Block) else ())
            if isinstance(item, Simple) and not item.words
            for assignment in item.assignments
            if assignment.value is not None and assignment.value.literal not in ("0", "", "false", None)
        ]
        return bool(names) and self.checks.names(names, self.source, self.functions) in (EXITS, FAILS, RETURNS)

    def _case(self, node: Case, context: Context) -> None:
        self.redirected(node, context)
        known = self.clause(node)
        if known is not None:
            if known < len(node.clauses):
                self.block(node.clauses[known][1], context)
            return
        subject = self.quote_word(node)
        branches = []
        exhaustive = False
        for patterns, body in node.clauses:
            texts = [pattern.literal or "" for pattern in patterns]
            exhaustive = exhaustive or "*" in texts
            self.variables.push()
            self.block(body, context.under(f"{subject} in {'|'.join(texts)}"))
            given = self.variables.pop()
            if outcome(body, self.functions) not in (EXITS, EXITS_WELL, RETURNS, RETURNS_WELL):
                branches.append(given)
        self.variables.merge(branches, exhaustive=exhaustive and bool(branches))

    def quote_word(self, node: Case) -> str:
        """The word that a ``case`` looks at."""
        return self.source.quote(node.word.start, node.word.end)[:60]
