"""The alarms that can stop a deploy: their names, and what the repository says of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from barraiser.api import DEPLOY_KINDS, Case, Node, SourceError
from barraiser_rules.artifacts import repository
from barraiser_rules.hints import PREPROD_WORDS, PROD_WORDS, words

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
        asked += _named_in(gate)
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


def _named_in(gate: Node, option: str = "--alarm-names") -> list[str]:
    """The alarms that a command names."""
    argv = gate.activity.argv
    if option not in argv:
        return []
    taken = []
    for word in argv[argv.index(option) + 1 :]:
        if word.startswith("-"):
            break
        taken.append(word)
    return taken


def asked_for(gate: Node) -> list[str]:
    """The names of the alarms, or the beginning of their names, that a gate asks for, as far as they are constant."""
    facts = gate.activity.facts
    found = [*_named_in(gate), *_named_in(gate, "--alarm-name-prefix")]
    if "on-alarm" in facts and "target" in facts:
        found.append(facts["target"])
    return [name for name in found if "$" not in name and "{" not in name]


def only_waits(gate: Node) -> bool:
    """Whether what is taken for an alarm gate waits for a rollout to end: that looks at metrics only where the rollout has an analysis,
    which its definition says."""
    argv = gate.activity.argv
    return "status" in argv and ("rollouts" in argv or any("argo-rollouts" in word for word in argv[:2]))


_BEFORE = frozenset(("non", "not", "pre"))


def of_production(gate: Node) -> bool:
    """Whether each alarm that a gate names is production's, by its name."""
    asked = [words(name) for name in asked_for(gate)]
    return bool(asked) and all(
        not own.isdisjoint(PROD_WORDS) and own.isdisjoint(_BEFORE) and own.isdisjoint(PREPROD_WORDS) for own in asked
    )


_OF_CLASS = {
    **dict.fromkeys(("alpha", "dev"), "alpha"),
    **dict.fromkeys(("beta", "qa"), "beta"),
    **dict.fromkeys(("gamma", "staging", "stg", "uat", "preprod"), "gamma"),
}
"""Words in an alarm's name that say nothing else than the class of its environment."""


def of_other_environment(gate: Node, classes: Collection[str]) -> str:
    """The class of the environment that each alarm that a gate names is plainly of, where it is none of ``classes``; else empty."""
    told = [{_OF_CLASS[word] for word in words(name) if word in _OF_CLASS} for name in asked_for(gate)]
    others = set().union(*told)
    return min(others) if others and all(told) and others.isdisjoint(classes) else ""


_COUNTED = frozenset(("requests", "calls", "data", "datapoints", "traffic", "samples", "messages", "events"))
_FAULTS = frozenset(("errors", "error", "faults", "fault", "5xx", "failed", "latency", "failures"))


def counts_requests(gate: Node) -> bool:
    """Whether each alarm that a gate names speaks, by its name, of too few requests to judge by (BAK005), and of no fault."""
    asked = [words(name) for name in asked_for(gate)]
    return bool(asked) and all(
        "few" in own and not own.isdisjoint(_COUNTED) and own.isdisjoint(_FAULTS) for own in asked
    )


def of_another_service(case: Case, gate: Node, deploy: Node) -> bool:
    """Whether the alarms that a gate names are another service's: other gates of the pipeline ask for alarms that are named for what is
    deployed, and these have its place in the same pattern taken by another word (``billing-gamma-high`` beside ``orders-high``)."""
    own = _service(deploy)
    asked = [words(name) - _PLACES for name in asked_for(gate)]
    if not own or not asked or any(not own.isdisjoint(each) for each in asked):
        return False
    others = [words(name) - _PLACES for node in case.graph.nodes("alarm-gate") for name in asked_for(node)]
    patterns = [each - own for each in others if not own.isdisjoint(each)]
    return all(any(pattern and pattern < each for pattern in patterns) for each in asked)


def whose(case: Case, gate: Node, deploy: Node) -> str:
    """Whose alarms a watch of production plainly asks for, where they are not those of what was deployed there; else empty."""
    asked = [words(name) for name in asked_for(gate)]
    early = _PLAINLY_EARLY - _service(deploy)
    if asked and all(not own.isdisjoint(early) and own.isdisjoint(PROD_WORDS) for own in asked):
        return "pre-production"
    own = [each for each in case.graph.nodes(*DEPLOY_KINDS) if each.job is deploy.job]
    return "another service" if any(of_another_service(case, gate, each) for each in own) else ""


_PLAINLY_EARLY = frozenset(("beta", "gamma", "stg", "staging", "qa", "uat", "preprod", "preproduction", "ppe"))
"""Those of the words for pre-production that mean nothing else in an alarm's name."""

_PLACES = PREPROD_WORDS | PROD_WORDS | {"onebox", "canary", "region", "first", "wave"}


def _service(deploy: Node) -> set[str]:
    """The words of what is deployed: the target's and the images' names."""
    names = [
        deploy.activity.facts.get("target", ""),
        *(repository(image).rsplit("/", 1)[-1] for image in deploy.activity.images),
    ]
    return set().union(*(words(name) for name in names if "$" not in name)) - _PLACES - _GENERAL


_GENERAL = frozenset(("service", "deployment", "deploy", "app", "api", "stack", "web", "cluster", "group"))


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
