"""What a deploy is done with: the words of its command or the inputs of its action, read once for all questions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from barraiser.classify.facts import DEFINITION
from barraiser.evidence.mechanisms import mechanism_of_call, mechanism_of_words
from barraiser.model.activity import Activity
from barraiser.model.pipeline import Job, Pipeline, Step
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.source.repository import Repository

_FLAGS_IN_VARIABLE: Final = re.compile(
    r"^\$(\{)?(@|\*|\w*(ARGS?|FLAGS?|OPTS?|OPTIONS?|EXTRA|PARAMS?)\w*)(\})?$", re.IGNORECASE
)
_COMPUTED: Final = re.compile(r"[$#]\{|\$[A-Za-z_(]|\{\{")


class Deployer:
    """``mechanism``: see :mod:`barraiser.evidence.mechanisms`; ``words``: the command's, empty for an action; ``inputs``: the
    action's; ``folder``: where the command runs, relative to the root; ``pipeline``: in which other jobs may prepare what it applies."""

    __slots__ = ("activity", "folder", "inputs", "job", "mechanism", "pipeline", "uses", "words")

    def __init__(self, activity: Activity, job: Job, pipeline: Pipeline) -> None:
        step = _step(activity, job)
        self.activity = activity
        self.job = job
        self.pipeline = pipeline
        self.words: tuple[str, ...] = activity.argv
        self.uses = "" if activity.argv or step is None else step.uses
        self.inputs: Mapping[str, str] = step.inputs if step is not None and not activity.argv else {}
        self.folder = step.script.working_directory if step is not None and step.script is not None else ""
        tool = activity.tool
        self.mechanism = (
            mechanism_of_words(self.words)
            or mechanism_of_call(self.uses or tool)
            or ("" if self.uses else mechanism_of_words(tuple(tool.split())))
        )

    def option(self, *names: str) -> str:
        """The value of the first of these options, ``--name value`` or ``--name=value``; empty where there is none."""
        values = self.options(*names)
        return values[0] if values else ""

    def options(self, *names: str) -> list[str]:
        """All values of these options, in order."""
        return values_of(self.words, names)

    def flag(self, *names: str) -> Tri:
        """Whether one of these flags is given; maybe where a variable may hold further flags."""
        for word in self.words:
            head, equals, value = word.partition("=")
            if head in names:
                if not equals:
                    return YES
                return NO if value.lower() == "false" else YES if value.lower() == "true" else MAYBE
        return MAYBE if any(_FLAGS_IN_VARIABLE.match(word) for word in self.words) else NO

    def starts(self, *words: str) -> bool:
        """Whether the command holds these words, side by side and in this order; a single one only before its first option."""
        wanted, many = tuple(words), len(words)
        for at, word in enumerate(self.words):
            if self.words[at : at + many] == wanted:
                return True
            if many == 1 and word.startswith("-"):
                return False
        return False

    def input(self, *names: str) -> str:
        """The first of these inputs of an action that is given, whatever its case."""
        low = {key.lower(): value for key, value in self.inputs.items()}
        return next((low[name.lower()] for name in names if low.get(name.lower())), "")

    def packaged_from(self, path: str) -> str:
        """The file that a command of the pipeline makes ``path`` of (``package --template-file A --output-template-file PATH``)."""
        name = path.rpartition("/")[2]
        if not name:
            return ""
        for job in self.pipeline.jobs:
            for activity in job.activities:
                made = values_of(activity.argv, ("--output-template-file", "--output-template"))
                if any(each.rpartition("/")[2] == name for each in made):
                    source = values_of(activity.argv, ("--template-file", "--template", "-t"))
                    return source[0] if source else "template.yaml"
        return ""

    def prepared(self) -> Mapping[str, str]:
        """For an action that executes a change set, the inputs of the one that prepared it; else its own."""
        if self.input("ActionMode") != "CHANGE_SET_EXECUTE":
            return self.inputs
        wanted = (self.input("StackName"), self.input("ChangeSetName"))
        for job in self.pipeline.jobs:
            for step in job.steps:
                inputs = step.inputs
                if inputs.get("TemplatePath") and (inputs.get("StackName"), inputs.get("ChangeSetName")) == wanted:
                    return inputs
        return self.inputs

    def path(self, repository: Repository, *named: str) -> str:
        """The first of these paths, or of the fact ``definition``, that is in the repository, relative to the root; else empty.

        A path is looked for where the command runs, then in the root.
        """
        for name in (*named, self.activity.facts.get(DEFINITION, "")):
            plain = name.removeprefix("file://").removeprefix("fileb://")
            if not plain or _COMPUTED.search(plain) or "://" in plain:
                continue
            for base in dict.fromkeys((self.folder, "")):
                if base and _COMPUTED.search(base):
                    continue
                inside = repository.inside(plain, base)
                if inside is not None and stands(inside, repository):
                    return inside
        return ""


def values_of(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """All values of these options in a command, in order."""
    found = []
    for at, word in enumerate(words):
        head, equals, value = word.partition("=")
        if head in names:
            if equals:
                found.append(value)
            elif at + 1 < len(words):
                found.append(words[at + 1])
    return found


def stands(path: str, repository: Repository) -> bool:
    """Whether there is a file, or a folder with files, at a path."""
    return repository.exists(path) or bool(repository.folder(path) or repository.folders(path))


def first_existing(names: Sequence[str], folder: str, repository: Repository) -> str:
    """The first of these files that is in a folder, relative to the root; else empty."""
    for name in names:
        inside = repository.inside(name, folder)
        if inside is not None and repository.exists(inside):
            return inside
    return ""


def _step(activity: Activity, job: Job) -> Step | None:
    return job.steps[activity.step] if 0 <= activity.step < len(job.steps) else None
