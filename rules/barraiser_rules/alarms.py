"""The alarms that can stop a deploy: their names, and what the repository says of each."""

from __future__ import annotations

import re
from collections.abc import Mapping

from barraiser.api import Case, Node, SourceError

MAX_ALARMS = 40
MAX_LINES = 60
"""How many lines of an alarm's definition are looked at."""

NAME_WORD = re.compile(r"[A-Za-z][\w-]{1,120}")


def alarms_of(case: Case, deploy: Node, gates: list[Node]) -> dict[str, str]:
    """The names of the alarms that roll a deploy back or that these gates ask for -> the definition's text, empty where it is not found.

    A composite alarm brings those that its rule names. Declared alarms have nothing but their names.
    """
    declared = case.declared.evidence.get("alarms")
    names = declared.get("names") if isinstance(declared, Mapping) else None
    if isinstance(names, list | tuple) and names:
        return {str(name): str(name) for name in names[:MAX_ALARMS]}
    applied = case.applied(deploy)
    asked = list(applied.alarms)
    for gate in gates:
        asked += _asked_for(gate)
    paths = list(
        dict.fromkeys([place.path for place in applied.places] + [each.place.path for each in applied.definitions])
    )
    return _texts(case, asked, paths[:10])


def definitions_of(case: Case, names: list[str]) -> dict[str, str]:
    """Alarms by name -> the text of their definition in the pipeline's own files, empty where it is not there."""
    return _texts(case, list(names), list(case.pipeline.files[:10]))


def _texts(case: Case, asked: list[str], paths: list[str]) -> dict[str, str]:
    files = [lines for path in paths if (lines := _lines(case, path))]
    found: dict[str, str] = {}
    while asked and len(found) < MAX_ALARMS:
        name = asked.pop(0)
        if name in found:
            continue
        text = next((text for lines in files if (text := _definition(lines, name))), "")
        found[name] = text
        if "AlarmRule" in text or "alarm_rule" in text:
            rule = text.partition("AlarmRule")[2] or text.partition("alarm_rule")[2]
            named = list(dict.fromkeys(NAME_WORD.findall(rule)))[:MAX_ALARMS]
            asked += [word for word in named if any(_definition(lines, word) for lines in files)]
    return found


def _asked_for(gate: Node) -> list[str]:
    """The alarms that a command names."""
    argv = gate.activity.argv
    if "--alarm-names" not in argv:
        return []
    taken = []
    for word in argv[argv.index("--alarm-names") + 1 :]:
        if word.startswith("-"):
            break
        taken.append(word)
    return taken


def _lines(case: Case, path: str) -> list[str]:
    try:
        return case.repository.lines(path)
    except SourceError:
        return []


def _definition(lines: list[str], name: str) -> str:
    """The text of the resource with that logical name; empty where there is none that is an alarm."""
    plain = name.split(".")[1] if name.count(".") >= 1 else name
    heads = (f"{plain}:", f'"{plain}":', f'"{plain}" {{')
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped.startswith(heads[:2]) and not stripped.endswith(heads[2]):
            continue
        indent = len(line) - len(line.lstrip())
        taken = [line]
        for later in lines[number + 1 : number + MAX_LINES]:
            if later.strip() and len(later) - len(later.lstrip()) <= indent:
                break
            taken.append(later)
        text = "\n".join(taken)
        if "Alarm" in text or "_alarm" in text:
            return text
    return ""
