"""Scripts that look at the ref or the event themselves: which of their commands run in which scenario."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from barraiser.classify.scenarios import Runs
from barraiser.model.pipeline import Fragment, Pipeline, Scenario, Script
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.model.words import GITHUB_ACTIONS, GITLAB_CI
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of

_LOOKS: Final = re.compile(
    r"github\.(?:ref|event_name|base_ref)|GITHUB_(?:REF|EVENT_NAME|BASE_REF)|CI_(?:COMMIT_(?:BRANCH|REF_NAME|TAG)|BUILD_(?:REF_NAME|TAG)|PIPELINE_SOURCE)"
)
_LOOKED_AT: Final = ("github.", "GITHUB_", "CI_")
"""Texts without which a script looks at nothing of this."""

_EXPRESSION: Final = re.compile(
    r"(?P<quote>')?\$\{\{ *github\.(?P<name>ref|ref_name|ref_type|event_name|base_ref) *\}\}(?(quote)')"
)
_BRANCHES: Final = re.compile(r"\bif\b|\bcase\b|&&|\|\|")
_GLOBS: Final = re.compile(
    r"=~|==?\s*[\"']?[\w./-]*\*|[\w./-]\*[\w./*-]*\s*\)|\*[\w./-]+\s*\)|\bgrep\b|\bsed\b|\bcut\b|\bstartswith",
    re.IGNORECASE,
)
_PATTERN: Final = re.compile(r"[\[\]{}()+?\\^$|]")
_EVENTS: Final = {
    "push": "push", "tag": "push", "pull-request": "pull_request", "merge-queue": "merge_group", "release": "release",
    "schedule": "schedule", "manual": "workflow_dispatch", "chained": "workflow_run", "dispatch": "repository_dispatch",
}  # fmt: skip
_SOURCES: Final = {
    "push": "push",
    "tag": "push",
    "pull-request": "merge_request_event",
    "schedule": "schedule",
    "manual": "web",
}
_OTHER: Final = "some-other-branch"
_MAX_WALKS: Final = 12
_MAX_TEXT: Final = 50_000


Read = tuple[Command, "Runs | None"]
"""A command as some scenarios run it, and in which it runs; None: in all."""


def by_ref(
    commands: Sequence[Command], script: Script, variables: Mapping[str, str], pipeline: Pipeline
) -> Sequence[Read] | None:
    """The commands with the scenarios in which they run, one for each set of words that they have; None where nothing depends on it.

    A script that looks at the ref or the event is read again with the values that each scenario gives to them. Where those are not
    known, all its commands may run. Where an example stands for the ref, what the script leaves out may run all the same if it looks at
    patterns, or if no other scenario runs it.
    """
    if len(pipeline.scenarios) < 2:
        return None
    text = "\n".join([*[fragment.text for fragment in script.fragments], *variables.values()])
    if len(text) > _MAX_TEXT or not any(word in text for word in _LOOKED_AT) or not _LOOKS.search(text):
        return None
    if not any(_BRANCHES.search(fragment.text) for fragment in script.fragments):
        return None
    named: dict[str, str] = {}
    again = _with_variables(script, named)
    walks: dict[tuple[tuple[str, str], ...], dict[_Key, Command]] = {}
    seen: list[dict[_Key, Command] | None] = []
    for scenario in pipeline.scenarios:
        values = _values(scenario, pipeline)
        key = tuple(values.items())
        if values and key not in walks and len(walks) < _MAX_WALKS:
            given = {name: _filled(text, values) for name, text in variables.items()}
            given.update({name: values[of] for name, of in named.items() if of in values})
            walks[key] = _by_place(commands_of(again, {**given, **values}), values)
        seen.append(walks.get(key))
    exact = [bool(scenario.ref) for scenario in pipeline.scenarios]
    loose = any(_GLOBS.search(fragment.text) for fragment in script.fragments)
    return [
        read
        for key, command in _by_place(commands, {}).items()
        for read in _reads(key, command, seen, exact, loose=loose)
    ]


_Key = tuple[str, int, int, int]
"""Where a command stands, and the how manieth it is there."""


def _by_place(commands: Sequence[Command], values: Mapping[str, str]) -> dict[_Key, Command]:
    """The commands by place. One whose words name the ref itself is kept without words of its own."""
    found: dict[_Key, Command] = {}
    counts: dict[tuple[str, int, int], int] = {}
    refs = [
        value for name, value in values.items() if value and name.startswith(("GITHUB_REF", "CI_COMMIT", "CI_BUILD"))
    ]
    for command in commands:
        place = (command.place.path, command.place.line, command.place.column)
        counts[place] = count = counts.get(place, 0) + 1
        if not any(ref in word for ref in refs for word in command.words):
            found[(*place, count)] = command
        else:
            found[(*place, count)] = _UNKNOWN
    return found


_UNKNOWN: Final = Command([], Place("", 1))
"""Stands for a command whose words hold an example of a ref."""


def _reads(
    key: _Key, command: Command, seen: Sequence[dict[_Key, Command] | None], exact: Sequence[bool], *, loose: bool
) -> list[Read]:
    """A command as it is in each group of scenarios that give it the same words."""
    anywhere = any(walk is None or key in walk for walk in seen)
    groups: dict[tuple[str, ...], tuple[Command, list[Tri]]] = {}
    left_out = False
    for index, walk in enumerate(seen):
        own = walk.get(key) if walk is not None else command
        if own is None:
            left_out = True
            if not exact[index] and (loose or not anywhere):
                groups.setdefault(tuple(command.words), (command, [NO] * len(seen)))[1][index] = MAYBE
            continue
        unsure = walk is not None and own.conditional and _LOOKS.search(own.condition)
        own = command if own is _UNKNOWN or own.words == command.words else own
        groups.setdefault(tuple(own.words), (own, [NO] * len(seen)))[1][index] = MAYBE if unsure else YES
    if not left_out and len(groups) == 1 and all(MAYBE not in runs for _, runs in groups.values()):
        return [(next(iter(groups.values()))[0], None)]
    return [(own, tuple(runs)) for own, runs in groups.values()]


def _with_variables(script: Script, named: dict[str, str]) -> Script:
    """The script with variables in the place of expressions, as long as those: columns stay. ``named``: which stands for which."""

    def variable(match: re.Match[str]) -> str:
        of = f"GITHUB_{match['name'].upper()}"
        inner = match[0].strip("'")
        name = of + "_" * (len(inner) - len(of) - 3)
        named[name] = of
        quote = '"' if match["quote"] else ""
        return f"{quote}${{{name}}}{quote}"

    fragments = [
        Fragment(
            _EXPRESSION.sub(variable, each.text),
            each.path,
            each.line,
            each.columns,
            folded=each.folded,
            end_line=each.end_line,
        )
        for each in script.fragments
    ]
    return Script(
        fragments, shell=script.shell, errexit=script.errexit, pipefail=script.pipefail,
        working_directory=script.working_directory,
    )  # fmt: skip


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A variable's text with what the scenario gives to the expressions in it."""
    if "${{" not in text:
        return text
    return _EXPRESSION.sub(lambda match: values.get(f"GITHUB_{match['name'].upper()}", match[0]), text)


def _values(scenario: Scenario, pipeline: Pipeline) -> dict[str, str]:
    """The variables that a scenario fixes. Of refs that are known by a pattern alone, an example stands for them."""
    ref = _ref(scenario, pipeline)
    kind, _, name = ref.removeprefix("refs/").partition("/")
    if pipeline.platform == GITHUB_ACTIONS:
        values = {"GITHUB_EVENT_NAME": _EVENTS[scenario.event]} if scenario.event in _EVENTS else {}
        if values and ref:
            values.update(GITHUB_REF=ref, GITHUB_REF_NAME=name, GITHUB_REF_TYPE="tag" if kind == "tags" else "branch")
        return values
    if pipeline.platform != GITLAB_CI or scenario.event not in _SOURCES or not ref:
        return {}
    request = scenario.event == "pull-request"
    return {
        "CI_PIPELINE_SOURCE": _SOURCES[scenario.event],
        "CI_DEFAULT_BRANCH": pipeline.default_branch,
        "CI_COMMIT_REF_NAME": name,
        "CI_COMMIT_BRANCH": name if kind == "heads" and not request else "",
        "CI_COMMIT_TAG": name if kind == "tags" else "",
        "CI_BUILD_REF_NAME": name,
        "CI_BUILD_TAG": name if kind == "tags" else "",
    }


def _ref(scenario: Scenario, pipeline: Pipeline) -> str:
    """The full ref of a scenario, or an example of it; empty where nothing is known."""
    if scenario.ref:
        return scenario.ref
    if scenario.event == "pull-request":
        if pipeline.platform == GITLAB_CI:
            return f"refs/heads/{_OTHER}"
        return "refs/pull/1/merge" if scenario.unmerged and not scenario.privileged else ""
    if scenario.event == "chained":
        return f"refs/heads/{pipeline.default_branch}"
    if scenario.event == "push" and scenario.branch == "other" and not scenario.refs:
        return f"refs/heads/{_OTHER}"
    prefix = {"push": "refs/heads/", "tag": "refs/tags/", "release": "refs/tags/"}.get(scenario.event, "")
    if not prefix or (not scenario.refs and scenario.event == "push"):
        return ""
    pattern = scenario.refs[0] if scenario.refs else "v1"
    if len(scenario.refs) > 1 or _PATTERN.search(pattern) or pattern.startswith("/"):
        return ""
    return prefix + pattern.removeprefix(prefix).replace("**", "1").replace("*", "1")
