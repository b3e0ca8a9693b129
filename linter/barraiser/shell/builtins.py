"""Commands that run others, and options of shells: what stands behind ``sudo`` or ``timeout 10m``, what ``set -eo pipefail`` sets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_ASSIGNED: Final = re.compile(r"[A-Za-z_]\w*=")

# Options of a wrapper that take the next word as their value.
_WRAPPERS: Final = {
    "sudo": frozenset(("-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "-r", "-t", "--user", "--group", "--prompt", "--chdir")),
    "time": frozenset(("-f", "-o", "--format", "--output")),
    "env": frozenset(("-u", "--unset", "-C", "--chdir")),
    "command": frozenset[str](),
    "exec": frozenset(("-a",)),
    "nohup": frozenset[str](),
    "timeout": frozenset(("-s", "-k", "--signal", "--kill-after")),
}  # fmt: skip

TEXT_CALLS: Final = frozenset(("script", "su"))
"""Commands that have a shell run a text which they are given with ``-c``."""

SHELLS: Final = frozenset(("ash", "bash", "dash", "ksh", "sh", "zsh"))


def unwrapped(words: Sequence[str]) -> tuple[int, dict[str, str]]:
    """How many words at the front only say how the rest is run, and the variables that they set for it."""
    at = 0
    assigned: dict[str, str] = {}
    while at < len(words):
        name = base_name(words[at])
        valued = _WRAPPERS.get(name)
        if valued is None:
            return at, assigned
        behind = at + 1
        while behind < len(words):
            word = words[behind]
            if word == "--":
                behind += 1
                break
            if word in valued:
                behind += 2
            elif word.startswith("-") and len(word) > 1:
                if name == "command" and word in ("-v", "-V"):
                    return at, assigned
                behind += 1
            elif name in ("env", "sudo") and _ASSIGNED.match(word):
                key, _, value = word.partition("=")
                assigned[key] = value
                behind += 1
            else:
                break
        if name == "timeout":
            behind += 1
        if behind >= len(words):
            return at, assigned
        at = behind
    return at, assigned


def base_name(word: str) -> str:
    """A command's name without its folder."""
    return word.rpartition("/")[2] if word.startswith(("/", "./")) or "/bin/" in word else word


class ShellCall:
    """``bash -ec 'text' arguments``. ``code``: the index of the text in the words; -1 without ``-c``.

    ``file``: the index of a script's name, -1 where the text comes from standard input."""

    __slots__ = ("code", "errexit", "file", "pipefail")

    def __init__(self) -> None:
        self.code = -1
        self.file = -1
        self.errexit = False
        self.pipefail = False


def shell_call(words: Sequence[str]) -> ShellCall:
    """How a shell is called, by its words, the first of which is its name."""
    call = ShellCall()
    takes_code = from_input = False
    at = 1
    while at < len(words):
        word = words[at]
        if word in ("--", "-"):
            at += 1
            break
        if not word.startswith(("-", "+")) or word.startswith(("${", "$")):
            break
        if word.startswith("--"):
            at += 2 if word in ("--rcfile", "--init-file") else 1
            continue
        on = word[0] == "-"
        letters = word[1:]
        takes_code = takes_code or (on and "c" in letters)
        from_input = from_input or (on and "s" in letters)
        if "e" in letters:
            call.errexit = on
        if letters[-1:] in ("o", "O") and at + 1 < len(words):
            at += 1
            call.errexit = on if words[at] == "errexit" else call.errexit
            call.pipefail = on if words[at] == "pipefail" else call.pipefail
        at += 1
    if at < len(words):
        if takes_code:
            call.code = at
        elif not from_input:
            call.file = at
    return call


def text_of_call(words: Sequence[str]) -> tuple[int, str]:
    """For ``script -c TEXT FILE`` and ``su USER -c TEXT``: the index of the text (-1: none), and what loses its status, else empty."""
    returns = words[0] != "script"
    found = -1
    for at in range(1, min(len(words), 50)):
        word = words[at]
        if found == at:
            continue
        if word.startswith("--"):
            returns = returns or word == "--return"
            if word in ("--command", "--session-command") and at + 1 < len(words):
                found = at + 1
        elif word.startswith("-") and len(word) > 1:
            returns = returns or "e" in word
            if word.endswith("c") and at + 1 < len(words):
                found = at + 1
    return found, "" if returns else "script without -e"


def set_options(words: Sequence[str]) -> dict[str, bool]:
    """What ``set`` switches, of ``errexit`` and ``pipefail``."""
    switched: dict[str, bool] = {}
    at = 1
    while at < len(words):
        word = words[at]
        at += 1
        if word in ("--", "-") or word[:1] not in ("-", "+"):
            break
        on = word[0] == "-"
        if "e" in word[1:]:
            switched["errexit"] = on
        if word.endswith("o") and at < len(words):
            if words[at] in ("errexit", "pipefail"):
                switched[words[at]] = on
            at += 1
    return switched


def set_arguments(words: Sequence[str]) -> tuple[str, ...] | None:
    """The new arguments that ``set -- a b`` gives, None where it gives none."""
    if "--" in words:
        return tuple(words[list(words).index("--") + 1 :])
    return None
