"""One command that a script would run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barraiser.model.place import Place
from barraiser.model.tri import NO, Tri


class Command:
    """``words``: the words with quotes removed and known variables put in; what is unknown stays as ``$NAME`` or ``${NAME}``.

    ``text``: the command as written, on one line. ``assignments``: ``NAME=value`` before the command. ``soft``: its failure does not
    fail the script (``|| true``, ``|| echo``, left of a pipe without pipefail, ``set +e``, in the background, not the last of a list
    where the shell does not stop), ``soft_reason`` says what does it, in the script's own words. ``A && B`` with more of the script
    behind it: a failing A does not stop a shell, not even with ``set -e``, but it keeps B from running. So A is soft where B
    only reports (``echo``), and maybe where B is more: A guards B, and not what follows. The same holds for ``if A; then B; fi``.
    Where the list is the script's last command, A's failure is the script's: it is not soft. ``conditional``: inside ``if``, ``case``,
    ``&&`` or ``||`` so that only some runs reach it; ``condition``: that condition's text. ``function``: the name of the function that
    it stands in. ``loop``: values of the loop's variable when this command stands for one pass. ``heredoc``: the text that it is fed.
    ``stdin_from``: the command left of the pipe.
    ``repeats``: literal number of passes of an enclosing loop (for sleep), else 1. ``polls``: the loop ends on a check's success.
    ``written``: the script's text, and from where to where in it the command stands.
    """

    __slots__ = (
        "assignments", "background", "condition", "conditional", "function", "heredoc", "loop", "place", "polls", "repeats",
        "soft", "soft_reason", "stdin_from", "text", "words", "written",
    )  # fmt: skip

    def __init__(
        self,
        words: Sequence[str],
        place: Place,
        *,
        text: str = "",
        assignments: Mapping[str, str] | None = None,
        soft: Tri = NO,
        soft_reason: str = "",
        conditional: bool = False,
        condition: str = "",
        background: bool = False,
        function: str = "",
        loop: Mapping[str, str] | None = None,
        heredoc: str = "",
        stdin_from: Command | None = None,
        repeats: int = 1,
        polls: bool = False,
        written: tuple[str, int, int] = ("", 0, 0),
    ) -> None:
        self.words = tuple(words)
        self.place = place
        self.text = text or " ".join(words)
        self.assignments: Mapping[str, str] = assignments or {}
        self.soft = soft
        self.soft_reason = soft_reason
        self.conditional = conditional
        self.condition = condition
        self.background = background
        self.function = function
        self.loop: Mapping[str, str] = loop or {}
        self.heredoc = heredoc
        self.stdin_from = stdin_from
        self.repeats = repeats
        self.polls = polls
        self.written = written

    def __repr__(self) -> str:
        return f"Command({' '.join(self.words)[:60]!r} {self.place})"
