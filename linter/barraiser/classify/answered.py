"""What a script does with the answer of a command that only asks: whether an alarm that is on can stop anything.

``aws cloudwatch describe-alarms`` and requests to a monitoring system succeed whatever they find: what counts is what the script makes of
that they print. A compare, ``grep``, ``jq --exit-status`` decides; a list on the screen does not.
"""

from __future__ import annotations

import re
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.shell.command import Command

_ASKING: Final = (
    "aws",
    "az",
    "curl",
    "wget",
    "http",
    "https",
    "httpie",
    "promtool",
    "newrelic",
    "invoke-restmethod",
    "invoke-webrequest",
)
"""Programs whose success says nothing about alarms."""

ANSWER_UNUSED: Final = "nothing acts on its answer"

_WINDOW: Final = 4000
"""Characters behind a command that are looked at."""

_NAMED: Final = re.compile(r"(?:^|[;&|\s])(?:export\s+|local\s+|readonly\s+|declare\s+)?([A-Za-z_]\w{0,60})=[\"']?$")
_COMPARES: Final = re.compile(r"(?:^|[;&|(\s!])(?:test|\[\[?|\(\()\s[^;&|]{0,300}$")
_DECIDING: Final = re.compile(
    r"^\s*(?:e|f|z)?grep\b|^\s*rg\b|^\s*jq\b.{0,300}(?:\s-\w*e|\s--exit-status)|^\s*(?:test|\[)\s|^\s*awk\b.{0,300}\bexit\b"
)
_PRINTING: Final = re.compile(
    r"^\s*(?:tee|cat|jq|yq|sort|uniq|head|tail|wc|column|less|sed|awk|tr|cut|python3? -m json\.tool)\b"
)
_LEAVES: Final = re.compile(
    r"\b(?:exit|return)\s+[\"']?(?:[1-9]|\$)|\bfalse\b|\b(?:die|fail|fatal|abort|err|error|panic)\b|\broll.?back|\brollout undo\b"
)
_MERELY: Final = re.compile(r"^\s*\|\|\s*(?:true\b|:|echo\b|printf\b|continue\b|break\b)")
_UNDER: Final = re.compile(r"(?:^|[;&|\s])(if|elif|while|until)\s[^;]{0,400}$")
_USED: Final = ("test", "[", "case", "grep", "((", "jq")


def asks(tool: str) -> bool:
    """Whether a program succeeds whatever it finds out about alarms."""
    return tool.split(" ")[0].rsplit("/", 1)[-1].lower() in _ASKING


def decides(command: Command) -> Tri:
    """Whether what the command prints can stop the script (or holds it back until it is well); maybe where the text does not tell."""
    text, start, end = command.written
    if not text:
        return MAYBE
    line = text[max(0, text.rfind("\n", 0, start) + 1, start - 500) : start]
    while (
        line.count("\n") == 0 and start - len(line) >= 2 and text[start - len(line) - 2 : start - len(line)] == "\\\n"
    ):
        begin = max(0, text.rfind("\n", 0, start - len(line) - 2) + 1)
        line = text[begin:start].replace("\\\n", "  ")
        if len(line) > 1000:
            break
    tail = text[end : end + _WINDOW].replace("\\\n", "  ")
    opened = line.rstrip().rstrip("\"'")
    if opened.endswith(("$(", "`")):
        return _substituted(opened[:-2] if opened.endswith("$(") else opened[:-1], tail, text, end)
    if re.match(r"\s*\|(?!\|)", tail):
        return _piped(line, tail, text, end)
    if re.search(r"(?:^|[^0-9&])>\s*[^&\s]", text[start:end]) or re.match(r"\s*>\s*[^&\s/]", tail):
        return MAYBE
    return NO


def _substituted(before: str, tail: str, text: str, end: int) -> Tri:
    """In ``$( )``: the words before say what the output is for."""
    closed = _closing(tail)
    inner, rest = tail[:closed], tail[closed + 1 :]
    if re.search(r"\|\s*(?:e|f|z)?grep\s+-\w*q", inner):
        return MAYBE
    if _COMPARES.search(before):
        return _judged(before, rest, text, end)
    named = _NAMED.search(before)
    if named:
        return _variable(named[1], text[end : end + _WINDOW * 4])
    if re.search(r"(?:^|[;&|\s])(?:echo|printf)\s[^;|]{0,300}$", before) and "|" not in rest.partition("\n")[0]:
        return NO
    return MAYBE


def _closing(tail: str) -> int:
    """Where the substitution ends."""
    depth = 0
    for at, char in enumerate(tail[:1000]):
        if char == "(":
            depth += 1
        elif char == ")":
            if not depth:
                return at
            depth -= 1
        elif char == "`":
            return at
    return len(tail)


def _piped(line: str, tail: str, text: str, end: int) -> Tri:
    """Left of a pipe: the last program that decides."""
    logical = tail.partition("\n")[0]
    closed = _closing(logical)
    if closed < len(logical) and logical[closed] == ")" and "$(" in line:
        # The whole pipe stands in $( ): what is made of its output counts.
        opened = line[: line.rfind("$(")].rstrip().rstrip("\"'")
        return _substituted(opened, tail, text, end)
    at = 0
    last = ""
    for match in re.finditer(r"\|\||&&|[|;]", logical):
        if match[0] != "|":
            at = match.start()
            break
        last = logical[match.end() :]
    else:
        at = len(logical)
    if last:
        last = re.split(r"\|\||&&|[|;]", last, maxsplit=1)[0]
    rest = tail[at:]
    if _DECIDING.match(last):
        return _judged(line, rest, text, end)
    return NO if _PRINTING.match(last) else MAYBE


def _variable(name: str, later: str) -> Tri:
    """Whether a later line that compares the variable can stop the script."""
    used = re.compile(rf"\$\{{?{re.escape(name)}\b|\(\([^()]{{0,80}}\b{re.escape(name)}\b")
    found: Tri = NO
    at = 0
    for line in later.split("\n")[1:80]:
        at = later.find(line, at)
        if not used.search(line[:1000]):
            continue
        if any(word in line for word in _USED):
            match = used.search(line[:1000])
            front = line[: match.start()] if match else line
            answer = _judged(front, line[len(front) :] + later[at + len(line) : at + len(line) + 2000], later, at)
            if re.match(r"\s*case\b", line):
                answer = YES if _LEAVES.search(later[at : at + 2000].partition("esac")[0]) else NO
            found = max(found, answer)
        elif not re.match(r"\s*(?:echo|printf)\b", line):
            found = max(found, MAYBE)
    return found


def _judged(before: str, rest: str, text: str, end: int) -> Tri:
    """What a compare or search does to the script: ``before`` stands ahead of it on its line, ``rest`` follows its output's place."""
    under = _UNDER.search(before)
    if under:
        if under[1] in ("while", "until"):
            return YES
        body = re.split(r"\n\s*fi\b|;\s*fi\b", rest, maxsplit=1)[0]
        return YES if _LEAVES.search(body) else NO
    logical = rest.partition("\n")[0]
    operator = re.search(r"\|\||&&", logical)
    if operator:
        then = logical[operator.end() :]
        if _MERELY.match(logical[operator.start() :]):
            return NO
        if then.strip() in ("{", "(", ""):
            then = rest[len(logical) :][:600].partition("\n}")[0]
        if _LEAVES.search(then):
            return YES
        return NO if operator[0] == "&&" and re.match(r"\s*(?:\{\s*)?(?:echo|printf)\b", then) else MAYBE
    if re.search(r"(?:^|[;&|\s])!\s", before):
        # "set -e" does not end a shell on a negated command: only the last one's status is the script's.
        return NO if rest[len(logical) :].strip() else YES
    return MAYBE if re.search(r"\bset \+\w*e", text[:end]) else YES
