"""Scripts of general languages: only the shell commands that their text calls literally."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from barraiser.model.pipeline import Script
from barraiser.model.tri import MAYBE, NO, Tri
from barraiser.shell.command import Command
from barraiser.shell.positions import Source

_MAX_COMMANDS: Final = 5000
_MAX_CALL: Final = 4000
_LITERAL: Final = (
    r"""[fFrRbB]{0,2}(?:"((?:[^"\\\n]|\\.){0,2000}+)"|'((?:[^'\\\n]|\\.){0,2000}+)'|`((?:[^`\\]|\\.){0,2000}+)`)"""
)
_CALLS: Final = {
    "python": r"\b(?:os\.(?:system|popen)|(?:subprocess|sp)\.(?:run|call|check_call|check_output|Popen|getoutput))",
    "ruby": r"\b(?:system|sh|exec|%x)",
    "node": r"\b(?:exec|execSync|spawn|spawnSync|execa|execFileSync|execFile)|(?<!\w)\$(?=`)",
    "perl": r"\b(?:system|exec|qx)",
}
_FAILING: Final = re.compile(r"check_call|check_output|execSync|\bsh\b|execFileSync|execa|\$")


def program_commands(script: Script, family: str, variables: Mapping[str, str]) -> list[Command]:
    """The commands in the literal arguments of calls such as ``subprocess.run([...])``, in the text's order."""
    commands: list[Command] = []
    call = re.compile(f"({_CALLS[family]})" + r"\s{0,20}\(?\s{0,200}(\[)?\s{0,200}" + f"(?={_LITERAL})")
    literal = re.compile(_LITERAL)
    for fragment in script.fragments:
        source = Source((fragment,))
        text = source.text
        for match in call.finditer(text):
            if len(commands) >= _MAX_COMMANDS:
                break
            window = max(0, match.start() - _MAX_CALL)
            line_start = text.rfind("\n", window, match.start()) + 1 or window
            if text[line_start : match.start()].lstrip().startswith(("#", "//")):
                continue
            stop = text.find(")" if "(" in match.group() else "\n", match.end(), match.end() + _MAX_CALL)
            stop = min(stop if stop >= 0 else len(text), match.end() + _MAX_CALL)
            stop = max(stop, match.end())
            soft, reason = _softness(match.group(1), text[match.start() : min(stop + 1, match.start() + _MAX_CALL)])
            pieces = [next(filter(None, found), "") for found in literal.findall(text[match.end() : stop])]
            listed = match.group(2) is not None or family != "python"
            words = pieces if listed and len(pieces) > 1 else None
            place = source.place(match.start(), stop)
            if words is not None:
                commands.append(Command(words, place, soft=soft, soft_reason=reason))
                continue
            first = literal.match(text, match.end())
            code = (first.group(1) or first.group(2) or first.group(3) or "") if first else ""
            from barraiser.shell.parser import commands_of_text

            for command in commands_of_text(code, place, variables):
                if soft > command.soft:
                    command.soft, command.soft_reason = soft, reason
                commands.append(command)
    return commands


def _softness(function: str, call: str) -> tuple[Tri, str]:
    """Whether the call raises when the command fails."""
    if _FAILING.search(function) or "check=True" in call or "exception: true" in call:
        return NO, ""
    return MAYBE, f"{function} does not stop the program by itself"
