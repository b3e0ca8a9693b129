"""Commands of cloud CLIs that run a text on a server: what counts is the text.

Sources: https://learn.microsoft.com/cli/azure/vm/run-command, https://cloud.google.com/sdk/gcloud/reference/compute/ssh,
https://docs.aws.amazon.com/cli/latest/reference/ssm/send-command.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

PROGRAMS: Final = frozenset({"az", "gcloud", "aws"})
_COMMANDS: Final = re.compile(r"commands=(.*)", re.S)


def sent_to_server(words: Sequence[str]) -> tuple[str, str] | None:
    """The text that a command runs on a server (empty: not known), and the server as it names it; None where it runs none."""
    head = words[1:4]
    if "run-command" in head and "invoke" in words[:5]:
        return " ; ".join(_following(words, "--scripts")), _option(words, "--name", "-n")
    if "compute" in head and "ssh" in head:
        plain = [word for word in words[head.index("ssh") + 2 :] if not word.startswith("-")]
        return _option(words, "--command") or _behind_dashes(words), plain[0] if plain else ""
    if "ssm" in head and "send-command" in head:
        host = _option(words, "--targets") or _option(words, "--instance-ids")
        return _parameters(_option(words, "--parameters")), host
    return None


ONE_OFF: Final = frozenset({"aws", "fly", "flyctl", "cf"})
_MIGRATES: Final = re.compile(r"migrat|\bdb[:.]|\bupgrade (?:head|--head)|\bdb upgrade")


def one_off(words: Sequence[str]) -> list[str] | None:
    """The words that a command runs once beside the service, where they change a database's schema; None where it runs none.

    Sources: https://docs.aws.amazon.com/cli/latest/reference/ecs/run-task.html, https://fly.io/docs/flyctl/ssh-console/,
    https://cli.cloudfoundry.org/en-US/v8/run-task.html
    """
    head = words[1:4]
    if "run-task" in head and words[0].endswith("aws"):
        text = _overriding(_option(words, "--overrides"))
    elif "run-task" in head:
        text = _option(words, "--command", "-c")
    elif "ssh" in head and "console" in head:
        text = _option(words, "--command", "-C")
    else:
        return None
    if not _MIGRATES.search(text):
        return None
    import shlex

    try:
        found = shlex.split(text)
        inner = found[:1] in (["sh"], ["bash"]) and found[1:2] == ["-c"] and len(found) > 2
        return shlex.split(found[2]) if inner else found
    except ValueError:
        return None


def _overriding(text: str) -> str:
    """The command in ``{"containerOverrides": [{"command": [...]}]}``; empty where it is not written out."""
    import json
    import shlex

    try:
        given = json.loads(text) if text.startswith("{") else None
    except ValueError:
        return ""
    containers = given.get("containerOverrides") if isinstance(given, dict) else None
    for each in containers if isinstance(containers, list) else ():
        command = each.get("command") if isinstance(each, dict) else None
        if isinstance(command, list):
            return shlex.join(word for word in command if isinstance(word, str))
    return ""


def _option(words: Sequence[str], *names: str) -> str:
    for at, word in enumerate(words):
        head, equals, value = word.partition("=")
        if head in names:
            return value if equals else words[at + 1] if at + 1 < len(words) else ""
    return ""


def _following(words: Sequence[str], name: str) -> list[str]:
    """The words after an option that takes several, up to the next option."""
    found: list[str] = []
    taking = False
    for word in words:
        if word == name:
            taking = True
        elif taking and word.startswith("--"):
            break
        elif taking and not word.startswith("@"):
            found.append(word)
    return found


def _behind_dashes(words: Sequence[str]) -> str:
    return " ".join(words[list(words).index("--") + 1 :]) if "--" in words else ""


def _parameters(text: str) -> str:
    """The commands in ``commands=["a","b"]``, ``commands=a`` or ``{"commands": ["a"]}``, one a line."""
    import json

    match = _COMMANDS.match(text)
    inner = match[1] if match else text
    try:
        given = json.loads(inner)
    except ValueError:
        return inner.strip("[]'\"") if match else ""
    if isinstance(given, dict):
        given = given.get("commands", [])
    lines = given if isinstance(given, list) else [given]
    return "\n".join(line for line in lines if isinstance(line, str))
