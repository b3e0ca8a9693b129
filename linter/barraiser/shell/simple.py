"""Simple commands: builtins that change the shell, functions, shells within the shell; and loops."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.model.tri import MAYBE, YES
from barraiser.shell.builtins import (
    SHELLS,
    TEXT_CALLS,
    base_name,
    set_arguments,
    set_options,
    shell_call,
    text_of_call,
    unwrapped,
)
from barraiser.shell.conditions import clause_of, holds
from barraiser.shell.context import Context
from barraiser.shell.grammar import parse
from barraiser.shell.heredocs import filled
from barraiser.shell.loops import assigned_in, counted_by, elements_of, endless, ends_on_success, repeats_of, values_of
from barraiser.shell.outcome import EXITS, ends_well, name_of, outcome
from barraiser.shell.positions import Source
from barraiser.shell.syntax import (
    Assignment,
    Case,
    Group,
    Heredoc,
    If,
    Loop,
    Node,
    Redirections,
    Simple,
    Substitution,
    Word,
)
from barraiser.shell.walker import Walk

_DECLARING: Final = frozenset(("declare", "export", "local", "readonly", "typeset"))
_MAX_CALLS: Final = 12
_MAX_INNER_TEXT: Final = 1_000_000


class Walker(Walk):
    """A shell that runs nothing: see :class:`barraiser.shell.walker.Walk`."""

    def simple(self, node: Simple, context: Context) -> None:
        """A simple command: its substitutions first, then what it is."""
        bare = not node.words
        mark = len(self.commands)
        for assignment in node.assignments:
            self._inside(assignment.value, context, fails=bare)
            for element in assignment.array or ():
                self._inside(element, context)
        for word in node.words:
            if len(word.parts) > 1 or not isinstance(word.parts[0], str):
                self._inside(word, context)
        if node.redirections is not None:
            self._redirections(node.redirections, context)
        if bare:
            for assignment in node.assignments:
                self._assign(assignment)
            return
        fields: list[str] = []
        origins: list[Word] = []
        for word in node.words:
            given = self.variables.fields(word)
            fields += given
            origins += [word] * len(given)
        if not fields:
            return
        dropped, assigned = unwrapped(fields)
        words = fields[dropped:]
        for assignment in node.assignments:
            assigned.setdefault(assignment.name, self.variables.value(assignment.value))
        if words[0] == "xargs" and context.stdin_from is not None:
            from barraiser.shell.feeding import by_xargs, words_from

            taken = by_xargs(words, words_from(context.stdin_from) or ())
            if taken and base_name(taken[0][0]) not in SHELLS:
                for each in taken:
                    self.emit(each, node, context.but(stdin_from=None), assigned, "")
                return
        if not self._special(words, origins[dropped:], node, context, mark):
            self.emit(words, node, context, assigned, self._fed(node.redirections))

    def decided(self, node: Node) -> bool | None:
        """What a condition of known values gives; nothing is sure once another file has been read in."""
        return None if self.sourced else holds(node, self.variables)

    def clause(self, node: Case) -> int | None:
        """The index of the clause that a known value takes (the number of clauses for none), None where it cannot be told."""
        return None if self.sourced else clause_of(node, self.variables)

    def _fed(self, redirections: Redirections | None) -> str:
        """The text of a here-document or here-string."""
        if redirections is None:
            return ""
        if redirections.heredoc is not None:
            heredoc = redirections.heredoc
            return filled(heredoc.text, self.variables) if heredoc.expands else heredoc.text
        return self.variables.value(redirections.herestring)

    def _inside(self, word: Word | None, context: Context, *, fails: bool = False) -> None:
        """The programs in a word. Their failure is lost, but for the last one of an assignment alone (``fails``)."""
        for part in word.parts if word else ():
            if isinstance(part, Substitution):
                inner = context.but(stdin_from=None)
                if not fails:
                    inner.fail = (YES, part.raw if len(part.raw) < 60 else "$(...)")
                inner = inner.shell()
                inner.suppressed = context.suppressed or "$(...)"
                saved = self.enter()
                self.program(part.program, inner)
                self.leave(saved)
            elif not isinstance(part, str) and part.argument is not None:
                self._inside(part.argument, context)

    def redirected(self, node: Group | If | Loop | Case, context: Context) -> None:
        """The programs in a compound command's redirections."""
        if node.redirections is not None:
            self._redirections(node.redirections, context)

    def _redirections(self, redirections: Redirections, context: Context) -> None:
        self._inside(redirections.herestring, context)
        for word in redirections.words:
            self._inside(word, context)

    def _assign(self, assignment: Assignment) -> None:
        if assignment.element:
            self.variables.set(assignment.name, None)
            return
        old = self.variables.get(assignment.name)
        if assignment.array is not None:
            given = tuple(field for word in assignment.array for field in self.variables.fields(word))
            known = old if isinstance(old, tuple) else (old,) if isinstance(old, str) else None
            if assignment.append:
                self.variables.set(assignment.name, None if known is None else (known + given)[:1000])
            else:
                self.variables.set(assignment.name, given[:1000])
            return
        value = self._constant(assignment.value)
        if assignment.append:
            value = None if value is None or not isinstance(old, str) else old + value
        self.variables.set(assignment.name, value)

    def _constant(self, word: Word | None) -> str | None:
        """A value that can be followed: one without a program's output or arithmetic in it."""
        if word is not None and any(
            isinstance(part, Substitution) or (isinstance(part, str) and part.startswith("$((")) for part in word.parts
        ):
            return None
        return self.variables.value(word)

    def _special(
        self, words: Sequence[str], origins: Sequence[Word], node: Simple, context: Context, mark: int
    ) -> bool:
        """Whether the command stands for others, which are then noted; builtins that change the shell do so here."""
        name = words[0]
        if name in self.functions:
            self._call(name, words[1:], context)
            return True
        if name in _DECLARING:
            self._declare(words, origins, node)
        elif name == "set":
            self._set(words)
        elif name == "eval":
            if any(len(word.parts) == 1 and isinstance(word.parts[0], Substitution) for word in node.words):
                return True
            self._inner(" ".join(words[1:]), origins[1] if len(words) == 2 else None, node, context, mark)
            return True
        elif name == "trap":
            if len(words) > 2 and words[1] not in ("", "-", "--"):
                self.traps.append((words[1], " ".join(words[2:]), self.source, node, len(self.commands)))
                if "ERR" in words[2:]:
                    self._on_error(words[1], node)
        elif name == "wait":
            if self.waits:
                sure = not context.conditional
                self.jobs.wait(words, self.quote(node), self.commands, context.fail, context.repeats, sure=sure)
        elif name == "shift":
            arguments = self.variables.arguments
            if arguments is not None:
                count = int(words[1]) if len(words) > 1 and words[1].isdecimal() and len(words[1]) < 4 else 1
                self.variables.arguments = arguments[count:]
        elif name in ("source", "."):
            self.sourced = True
        elif name in ("read", "unset", "mapfile", "readarray", "getopts"):
            for word in words[1:]:
                if word.isidentifier():
                    self.variables.set(word, None)
        elif base_name(name) in SHELLS:
            return self._shell(words, origins, node, context, mark)
        elif name in TEXT_CALLS:
            return self._text_call(words, origins, node, context, mark)
        elif name == "find" and words[-1] == ";" and "-exec" in words[:-2]:
            # Whatever the commands of "-exec ... ;" come to, find ends well.
            inner = context.but(fail=(YES, "find -exec ... ;"), status=(YES, "find -exec ... ;"))
            self.emit(words[words.index("-exec") + 1 : -1], node, inner, {}, "")
            return True
        return False

    def _text_call(
        self, words: Sequence[str], origins: Sequence[Word], node: Simple, context: Context, mark: int
    ) -> bool:
        """``script -c TEXT FILE``, which ends well whatever the text does unless ``-e`` is given, and ``su USER -c TEXT``."""
        at, loses = text_of_call(words)
        if at < 0:
            return False
        saved = self.enter()
        self.errexit, self.errexit_reason, self.pipefail = False, "no set -e", False
        lost = (YES, loses)
        inner = (context.but(fail=lost, status=lost) if loses else context).shell()
        inner.suppressed = ""
        self._inner(words[at], origins[at], node, inner, mark)
        self.leave(saved)
        return True

    def _on_error(self, text: str, node: Simple) -> None:
        """``trap 'exit 1' ERR`` stops the shell where ``set -e`` would."""
        if not self.errexit and self._afford(len(text)):
            known = parse(Source((), text=text, place=self.source.place(node.start, node.end)), depth=20)
            self.errexit = outcome(known, self.functions) == EXITS

    def _declare(self, words: Sequence[str], origins: Sequence[Word], node: Simple) -> None:
        for word, origin in zip(words[1:], origins[1:], strict=False):
            key, equals, value = word.partition("=")
            if key.startswith("-") or not key.isidentifier():
                continue
            constant = self._constant(origin)
            if words[0] == "local" and self.locals:
                self.locals[-1].setdefault(key, self.variables.get(key))
            if equals:
                self.variables.set(key, value if constant is not None else None)
            elif words[0] == "local":
                self.variables.set(key, None)
        for assignment in node.assignments:
            if assignment.array is not None:
                self._assign(assignment)

    def _set(self, words: Sequence[str]) -> None:
        switched = set_options(words)
        if "errexit" in switched:
            self.errexit = switched["errexit"]
            self.errexit_reason = "no set -e" if self.errexit else "set +e"
        if "pipefail" in switched:
            self.pipefail = switched["pipefail"]
        arguments = set_arguments(words)
        if arguments is not None:
            self.variables.arguments = arguments

    def _call(self, name: str, arguments: Sequence[str], context: Context) -> None:
        """A function's body where it is called; one that is running already is not entered again."""
        if name in self.active or len(self.active) >= _MAX_CALLS:
            return
        body, source = self.functions[name]
        saved, self.variables.arguments = self.variables.arguments, tuple(arguments)
        outer, self.source = self.source, source
        self.active.append(name)
        self.locals.append({})
        self.node(body, context.but(function=name, status=context.fail, returned=context.fail))
        self.active.pop()
        for local, value in self.locals.pop().items():
            self.variables.set(local, value)
        self.source = outer
        self.variables.arguments = saved

    def _inner(self, text: str, origin: Word | None, node: Simple, context: Context, mark: int) -> None:
        """Text that is run as a program: where it stands in quotes as it is, its commands have their own places."""
        if not self._afford(len(text)):
            return
        # The programs in the quoted text were taken for part of the word; they are met again in their place.
        del self.commands[mark:]
        if origin is not None and origin.inner is not None:
            self.program(parse(self.source, *origin.inner, depth=20), context)
            return
        source = Source((), text=text, place=self.source.place(node.start, node.end))
        self.program(parse(source, depth=20), context)

    def _afford(self, length: int) -> bool:
        """Whether one more text within the script is read: texts in texts, and in loops, are bounded together."""
        self._inner_text += length + 100
        return self._level <= 40 and self._inner_text <= _MAX_INNER_TEXT

    def _shell(self, words: Sequence[str], origins: Sequence[Word], node: Simple, context: Context, mark: int) -> bool:
        """``bash -c "..."`` and ``bash <<EOF``."""
        call = shell_call(words)
        heredoc: Heredoc | None = node.redirections.heredoc if node.redirections else None
        if call.file >= 0 or (call.code < 0 and heredoc is None):
            return False
        saved = self.enter()
        self.errexit, self.errexit_reason, self.pipefail = call.errexit, "no set -e", call.pipefail
        inner = context.shell()
        inner.suppressed = ""
        if call.code >= 0:
            self.variables.arguments = tuple(words[call.code + 2 :])
            self._inner(words[call.code], origins[call.code], node, inner, mark)
        elif heredoc is not None and self._afford(len(heredoc.text)):
            self.variables.arguments = None
            self.program(parse(self.source, heredoc.start, heredoc.end, depth=20), inner)
        self.leave(saved)
        return True

    def loop(self, node: Loop, context: Context) -> None:
        """A loop: once for each literal value of ``for``, else one pass."""
        if node.condition is not None:
            name, lines = self._read(node, context)
            if lines is None:
                self._while(node, context)
            else:
                self._forget(node)
                self._passes(node, name, lines, context, context.polls)
            return
        polls = context.polls or ends_on_success(node.body)
        for word in node.words or ():
            self._inside(word, context)
        if node.words is None and not node.header:
            arguments = self.variables.arguments
            values: list[str] | None = list(arguments)[:20] if arguments else None
            repeats = 1
        elif node.header:
            counted = elements_of(node.header, self.variables)
            if counted is not None:
                self._passes(node, *counted, context, polls)
                return
            values, repeats = None, repeats_of(node.header)
        elif self.waits and node.words and self.variables.value(node.words[0]) in self.jobs.ALL:
            values, repeats = self.jobs.names(), 1
        else:
            values, repeats = values_of(node.words or (), self.variables)
        if values is None:
            if node.name:
                self.variables.set(node.name, None)
            inner = context.but(repeats=context.repeats * repeats, polls=polls)
            if not self.errexit or context.suppressed:
                inner.fail = inner.status = self._not_the_last(context, MAYBE)
            self._forget(node)
            self.block(node.body, inner)
            self._forget(node)
            return
        self._passes(node, node.name, values, context, polls)

    def _read(self, node: Loop, context: Context) -> tuple[str, list[str] | None]:
        """The variable and the lines of ``while read NAME``; None where that is not what it is, or they are not written here."""
        if node.condition is None or not any(name_of(item) == "read" for item in node.condition.items):
            return "", None
        from barraiser.shell.feeding import lines_from, lines_of, read_name

        name = read_name(node)
        return name, (lines_of(node) or lines_from(context.stdin_from)) if name else None

    def _passes(self, node: Loop, name: str, values: Sequence[str], context: Context, polls: bool) -> None:
        """One pass for each value."""
        for at, value in enumerate(values):
            if self.full():
                return
            self.variables.set(name, value)
            inner = context.but(loop={**context.loop, name: value}, polls=polls)
            if at < len(values) - 1 and (not self.errexit or context.suppressed):
                inner.fail = inner.status = self._not_the_last(context, YES)
            self.block(node.body, inner)

    def _not_the_last(self, context: Context, soft: int) -> tuple[int, str]:
        """The softness of a pass that others follow, where the shell does not stop."""
        if context.fail[0] >= soft:
            return context.fail
        return (soft, context.suppressed or self.errexit_reason)

    def _while(self, node: Loop, context: Context) -> None:
        condition = node.condition
        assert condition is not None
        reads = any(name_of(item) == "read" for item in condition.items)
        unending = endless(node)
        repeats = 1 if unending or reads else counted_by(condition, self.source)
        polls = not reads and ((repeats == 1 and not unending) or ends_on_success(node.body))
        inner = context.but(polls=context.polls or polls, repeats=context.repeats * repeats, suppressed=node.kind)
        # What "until" waits for has succeeded once the loop is left; what "while" goes by has failed.
        waits = (context.fail, (YES, node.kind))
        inner.fail, inner.success = waits if node.kind == "until" else waits[::-1]
        inner.status = inner.fail
        self._forget(node)
        self.block(condition, inner)
        text = self.quote(condition)
        text = f"not ({text})" if node.kind == "until" else text
        body = context if unending or reads else context.under(text)
        self.block(node.body, body.but(polls=inner.polls, repeats=inner.repeats))
        self._forget(node)

    def _forget(self, node: Loop) -> None:
        """Variables that a loop changes have no value that holds in all its passes."""
        if node.assigned is None:
            node.assigned = assigned_in(node)
        kept = self._keeps_jobs(node) if self.waits else ()
        for name in node.assigned:
            if name not in kept:
                self.variables.set(name, None)

    def _keeps_jobs(self, node: Loop) -> list[str]:
        """The variables in which a loop collects ``$!``: those of its one pass that is read stand for those of all."""
        text = self.source.quote(node.start, node.end)
        if "$!" not in text:
            return []
        from barraiser.shell.background import holds_jobs

        return [
            name
            for name in node.assigned or ()
            if (value := self.variables.get(name)) in ("", ()) or holds_jobs(value)
            if re.search(rf"\b{name}\+?=[^\n;]*\$!", text)
        ]

    def run_traps(self, context: Context) -> None:
        """What ``trap`` runs at the end, or when something fails. It changes the status of nothing, unless it leaves with ``exit 0``."""
        for text, signals, source, node, since in self.traps:
            self.source = source
            ending = "EXIT" in signals.split() or "0" in signals.split()
            if (ending or "ERR" in signals.split()) and ends_well(text, self.functions):
                for command in self.commands[since:]:
                    command.soft = max(command.soft, YES if ending or not command.function else MAYBE)
                    command.soft_reason = command.soft_reason or f"trap '{text[:40]}' {signals[:40]}"
            ignored = (YES, f"trap ... {signals[:40]}")
            inner = context.but(fail=ignored, status=ignored, stop=ignored, returned=ignored, suppressed="trap")
            if not ending:
                inner = inner.under(f"trap {signals[:40]}")
            self._inner(text, node.words[1] if len(node.words) > 1 else None, node, inner, len(self.commands))
        self.traps = []
