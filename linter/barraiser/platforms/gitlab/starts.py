"""The ways in which a pipeline is started, and what its variables hold in each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from barraiser.model.pipeline import Scenario
from barraiser.model.place import Place
from barraiser.platforms.gitlab.expressions import ANYTHING, FILLED, Expression, Sample, Unknown, Value, input_name
from barraiser.platforms.gitlab.regular import Pattern, compile_pattern
from barraiser.platforms.reader import ReadOptions

MAX_BRANCHES: Final = 8
MAX_TAGS: Final = 6
MAX_COMBINATIONS: Final = 16
BRANCH_VARIABLES: Final = ("CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME", "CI_COMMIT_REF_SLUG", "CI_BUILD_REF_NAME")
TAG_VARIABLES: Final = ("CI_COMMIT_TAG", "CI_COMMIT_REF_NAME", "CI_BUILD_TAG")
USUAL_DEFAULTS: Final = ("main", "master", "trunk", "develop")
_OTHER_BRANCH, _OTHER_TAG = "some-other-branch", "some-other-tag"

SOURCES: Final = (
    "push", "web", "schedule", "api", "external", "chat", "trigger", "pipeline", "parent_pipeline", "merge_request_event",
    "external_pull_request_event", "webide", "ondemand_dast_scan",
)  # fmt: skip
_REF_WORDS: Final = {
    "web": "web", "schedules": "schedule", "api": "api", "external": "external", "chat": "chat", "triggers": "trigger",
    "pipelines": "pipeline", "parent_pipelines": "parent_pipeline", "merge_requests": "merge_request_event", "pushes": "push",
    "external_pull_requests": "external_pull_request_event", "schedule": "schedule", "trigger": "trigger", "push": "push",
    "pipeline": "pipeline", "merge_request": "merge_request_event", "webs": "web", "apis": "api",
}  # fmt: skip
KINDS_OF_REFS: Final = ("branches", "tags", *_REF_WORDS)
"""What ``only`` and ``except`` mean by these words is a kind of pipeline, not a branch of that name."""


def source_of(word: str) -> str:
    """The pipeline source that a word of ``only:refs`` means; empty for a branch or tag."""
    return _REF_WORDS.get(word, "")


class Start:
    """One scenario with the values of the predefined variables in it. ``source``: the platform's word for how it was started.

    ``tag``, ``branch``, ``merge_request``: what kind of ref it runs on. ``changes``: a push, so that ``changes`` looks at files.
    """

    __slots__ = ("branch", "changes", "merge_request", "ref", "scenario", "source", "tag", "values")

    def __init__(self, scenario: Scenario, source: str, ref: str, values: dict[str, Value], kind: str) -> None:
        self.scenario = scenario
        self.source = source
        self.ref = ref
        self.values = values
        self.tag = kind == "tag"
        self.branch = kind == "branch"
        self.merge_request = kind == "merge-request"
        self.changes = source in ("push", "merge_request_event", "external_pull_request_event")

    def below(self) -> Start:
        """The start of a child pipeline that a pipeline started so brings about."""
        kind = "tag" if self.tag else "merge-request" if self.merge_request else "branch"
        start = Start(
            self.scenario, "parent_pipeline", self.ref, {**self.values, "CI_PIPELINE_SOURCE": "parent_pipeline"}, kind
        )
        start.changes = self.changes
        return start


class Named:
    """What a pipeline's conditions name: ``branches`` and patterns of branches and of tags, and pipeline sources."""

    __slots__ = ("branch_patterns", "branches", "sources", "tag_patterns", "tags", "variables")

    def __init__(self) -> None:
        self.branches: dict[str, None] = {}
        self.branch_patterns: dict[str, None] = {}
        self.tags: dict[str, None] = {}
        self.tag_patterns: dict[str, None] = {}
        self.sources: set[str] = set()
        self.variables: dict[str, None] = {}

    def look_at(self, expression: Expression, constants: dict[str, str]) -> None:
        """Take what an expression names. ``constants``: the file's own variables, whose values may be branches."""
        tokens = expression.tokens
        self.variables.update(dict.fromkeys(expression.variables))
        for _, word in tokens:
            if "$[[" in word and input_name(word):
                self.variables[f"inputs.{input_name(word)}"] = None
        for at in range(2, len(tokens)):
            kind, operator = tokens[at]
            if kind != "operator" or operator not in ("==", "!=", "=~", "!~"):
                continue
            for name, (other, word) in ((tokens[at - 2], tokens[at - 1]), (tokens[at - 1], tokens[at - 2])):
                if name[0] != "variable":
                    continue
                if other == "variable":
                    word = constants.get(word, "")
                    other = "pattern" if operator in ("=~", "!~") else "string"
                if word and other == "string" and operator in ("==", "!="):
                    self._value(name[1], word)
                elif word and other in ("pattern", "string"):
                    self._pattern(name[1], word)

    def look_at_ref(self, word: str) -> None:
        """Take what an item of ``only:refs`` or ``except:refs`` names."""
        word = word.partition("@")[0] if not word.startswith("/") else word
        source = source_of(word)
        if source:
            self.sources.add(source)
        elif word.startswith("/"):
            self.branch_patterns[word] = None
            self.tag_patterns[word] = None
        elif word not in KINDS_OF_REFS and "$" not in word:
            self.branches[word] = None

    def _value(self, name: str, word: str) -> None:
        if name == "CI_PIPELINE_SOURCE":
            self.sources.add(word)
        elif name in BRANCH_VARIABLES:
            self.branches[word] = None
        elif name in ("CI_COMMIT_TAG", "CI_BUILD_TAG"):
            self.tags[word] = None
        elif name == "CI_MERGE_REQUEST_EVENT_TYPE" and word == "merge_train":
            self.sources.add("merge_train")

    def _pattern(self, name: str, word: str) -> None:
        if name == "CI_PIPELINE_SOURCE":
            self.sources.update(source for source in SOURCES if source in word)
        if name in BRANCH_VARIABLES:
            self.branch_patterns[word] = None
        if name in TAG_VARIABLES:
            self.tag_patterns[word] = None


class Choice:
    """A variable (``=NAME``) or input (``inputs.NAME``) that somebody chooses when starting by hand.

    ``values``: what may be chosen; empty for free text. ``default``: an input's value otherwise, None where it has none.
    """

    __slots__ = ("default", "key", "label", "values")

    def __init__(self, key: str, label: str, values: Sequence[str], default: str | None = None) -> None:
        self.key = key
        self.label = label
        self.values = tuple(values)
        self.default = default


def default_branch(named: Named, options: ReadOptions) -> tuple[str, str]:
    """The default branch and how it was found (design 3a)."""
    if options.default_branch:
        return options.default_branch, options.default_branch_from or "given"
    for name in USUAL_DEFAULTS:
        if name in named.branches:
            return name, "the first usual name that a rule names"
    return "main", "assumed"


def starts_of(named: Named, branch: str, choices: Sequence[Choice], place: Place, *, called: bool) -> list[Start]:
    """All ways of starting, in the design's order; whether the pipeline lets them start is not asked here."""
    maker = _Maker(branch, choices, place)
    if called:
        return [maker.branch("called", "called", "parent_pipeline", branch, which="default")]
    starts = [maker.branch(f"push to {branch}", "push", "push", branch, which="default")]
    patterns = _patterns(named.branch_patterns)
    exact = [text for _, pattern in patterns for text, whole in pattern.examples() if whole and text]
    names = [name for name in dict.fromkeys((*named.branches, *exact)) if name != branch][:MAX_BRANCHES]
    starts += [maker.branch(f"push to {name}", "push", "push", name, which="named") for name in names]
    for text, example in _new(patterns, (branch, *names), _OTHER_BRANCH, MAX_BRANCHES):
        name = f"push to a branch like {text}"
        starts.append(maker.branch(name, "push", "push", Sample(example), which="named", refs=(text,)))
    starts.append(maker.branch("push to another branch", "push", "push", Sample(_OTHER_BRANCH), which="other"))
    starts += _tags(named, maker)
    starts += _requests(named, maker)
    starts.append(maker.branch("schedule", "schedule", "schedule", branch, which="default"))
    starts += maker.manual(branch, other="web" in named.sources)
    for source, event, label in (
        ("webide", "manual", "web IDE"), ("chat", "manual", "chat command"), ("pipeline", "chained", "another project's pipeline"),
        ("api", "dispatch", "API call"), ("trigger", "dispatch", "trigger token"), ("external", "dispatch", "external pipeline"),
    ):  # fmt: skip
        if source in named.sources:
            starts.append(maker.branch(label, event, source, branch, which="default"))
    return starts


def _tags(named: Named, maker: _Maker) -> list[Start]:
    patterns = _patterns(named.tag_patterns)
    exact = [text for _, pattern in patterns for text, whole in pattern.examples() if whole and text]
    names = [name for name in dict.fromkeys((*named.tags, *exact)) if name not in named.branches][:MAX_TAGS]
    starts = [maker.tag(f"tag {name}", name, ()) for name in names]
    starts += [
        maker.tag(f"tag like {text}", Sample(example), (text,))
        for text, example in _new(patterns, names, _OTHER_TAG, MAX_TAGS)
    ]
    starts.append(maker.tag("another tag" if starts else "tag", Sample(_OTHER_TAG), ()))
    return starts


def _requests(named: Named, maker: _Maker) -> list[Start]:
    starts = [maker.merge_request("merge request", "pull-request", ("detached", "merged_result"))]
    if "external_pull_request_event" in named.sources:
        starts.append(maker.external_request())
    if "merge_train" in named.sources:
        starts.append(maker.merge_request("merge train", "merge-queue", ("merge_train",)))
    return starts


def _patterns(written: Iterable[str]) -> list[tuple[str, Pattern]]:
    found = []
    for text in itertools.islice(written, 40):
        pattern = compile_pattern(text)
        if pattern is not None:
            found.append((text, pattern))
    return found


def _new(
    patterns: Sequence[tuple[str, Pattern]], names: Sequence[str], other: str, limit: int
) -> Iterator[tuple[str, str]]:
    """Patterns with examples of refs that the patterns tell from all that was seen, at most so many.

    A pattern without anchors also holds for refs that only contain what a name is: `/main/` for `some-main-ref`.
    """
    seen = {(_answers(patterns, name), True) for name in names} | {(_answers(patterns, other), False)}
    for text, pattern in patterns:
        for example, whole in pattern.examples()[:4]:
            around = [f"{example}-x", f"x-{example}", f"some-{example}-ref"] if example in names and not whole else []
            for sample in (example, *around):
                answers = _answers(patterns, sample), sample in names
                if answers not in seen and limit > 0 and (sample is example or pattern.search(sample)):
                    seen.add(answers)
                    limit -= 1
                    yield text, sample


def _answers(patterns: Sequence[tuple[str, Pattern]], text: str) -> tuple[bool, ...]:
    return tuple(pattern.search(text) for _, pattern in patterns)


class _Maker:
    def __init__(self, default: str, choices: Sequence[Choice], place: Place) -> None:
        self.default = default
        self.choices = choices
        self.place = place

    def _values(self, source: str) -> dict[str, Value]:
        given: dict[str, Value] = {
            choice.key: ANYTHING if choice.default is None else choice.default
            for choice in self.choices
            if choice.key.startswith("inputs.")
        }
        return {
            **given,
            "CI": "true",
            "GITLAB_CI": "true",
            "CI_SERVER": "yes",
            "CI_DEFAULT_BRANCH": self.default,
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_BRANCH": None,
            "CI_COMMIT_TAG": None,
            "CI_BUILD_TAG": None,
            "CI_DEPLOY_FREEZE": None,
            "CI_OPEN_MERGE_REQUESTS": None,
            "CI_COMMIT_REF_PROTECTED": ANYTHING,
            "CI_PIPELINE_TRIGGERED": "true" if source == "trigger" else None,
        }

    def branch(
        self,
        name: str,
        event: str,
        source: str,
        ref: str,
        *,
        which: str,
        refs: Sequence[str] = (),
    ) -> Start:
        """A start on a branch."""
        values = self._values(source)
        values.update(dict.fromkeys(("CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME", "CI_BUILD_REF_NAME"), ref))
        values["CI_COMMIT_REF_SLUG"] = _slug(ref)
        if which == "default":
            values["CI_COMMIT_REF_PROTECTED"] = "true"
        elif source in ("push", "web"):
            values["CI_OPEN_MERGE_REQUESTS"] = ANYTHING
        if event in ("schedule", "manual", "dispatch", "chained", "called"):
            values.update((choice.key, ANYTHING) for choice in self.choices)
        full = "" if isinstance(ref, Sample) else f"refs/heads/{ref}"
        scenario = Scenario(name, event, full, branch=which, refs=refs, place=self.place)
        return Start(scenario, source, ref, values, "branch")

    def tag(self, name: str, ref: str, refs: Sequence[str]) -> Start:
        """A push of a tag."""
        values = self._values("push")
        values.update(dict.fromkeys(("CI_COMMIT_TAG", "CI_COMMIT_REF_NAME", "CI_BUILD_TAG", "CI_BUILD_REF_NAME"), ref))
        values["CI_COMMIT_REF_SLUG"] = _slug(ref)
        full = "" if isinstance(ref, Sample) else f"refs/tags/{ref}"
        return Start(Scenario(name, "tag", full, refs=refs, place=self.place), "push", ref, values, "tag")

    def merge_request(self, name: str, event: str, types: tuple[str, ...]) -> Start:
        """A pipeline of a merge request, or of the train of them."""
        values = self._values("merge_request_event")
        branch = Sample(_OTHER_BRANCH)
        values.update(
            dict.fromkeys(("CI_COMMIT_REF_NAME", "CI_BUILD_REF_NAME", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"), branch)
        )
        values["CI_COMMIT_REF_SLUG"] = _slug(branch)
        values["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"] = self.default
        values["CI_MERGE_REQUEST_EVENT_TYPE"] = types[0] if len(types) == 1 else Unknown(among=types)
        values["CI_OPEN_MERGE_REQUESTS"] = FILLED
        for key in ("ID", "IID", "REF_PATH", "PROJECT_ID", "PROJECT_PATH", "PROJECT_URL", "TITLE", "SOURCE_PROJECT_ID",
                    "SOURCE_PROJECT_PATH", "SOURCE_PROJECT_URL", "DIFF_ID"):  # fmt: skip
            values[f"CI_MERGE_REQUEST_{key}"] = FILLED
        for key in ("SOURCE_BRANCH_SHA", "TARGET_BRANCH_SHA", "LABELS", "MILESTONE", "ASSIGNEES", "APPROVED", "DRAFT", "SQUASH_ON_MERGE",
                    "DESCRIPTION", "DESCRIPTION_IS_TRUNCATED", "TARGET_BRANCH_PROTECTED", "SOURCE_BRANCH_PROTECTED",
                    "DIFF_BASE_SHA"):  # fmt: skip
            values[f"CI_MERGE_REQUEST_{key}"] = ANYTHING
        scenario = Scenario(name, event, unmerged=event == "pull-request", place=self.place)
        return Start(scenario, "merge_request_event", branch, values, "merge-request")

    def external_request(self) -> Start:
        """A pipeline for a pull request of another forge."""
        branch = Sample(_OTHER_BRANCH)
        start = self.branch("external pull request", "pull-request", "external_pull_request_event", branch, which="")
        start.scenario.unmerged = True
        start.values.update(
            {"CI_EXTERNAL_PULL_REQUEST_IID": FILLED, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": self.default}
        )
        return start

    def manual(self, branch: str, *, other: bool) -> list[Start]:
        """Runs that a person starts, split by what that person chooses."""
        chosen = [choice for choice in self.choices if choice.values]
        while chosen and _product(chosen) > MAX_COMBINATIONS:
            chosen.pop()
        places = [("manual run", branch, "default")]
        if other:
            places.append(("manual run on another branch", Sample(_OTHER_BRANCH), ""))
        starts = []
        for (name, ref, which), values in itertools.product(
            places, itertools.product(*(choice.values for choice in chosen))
        ):
            inputs = {choice.label: value for choice, value in zip(chosen, values, strict=True)}
            said = ", ".join(f"{label}={value}" for label, value in inputs.items())
            start = self.branch(f"{name} ({said})" if said else name, "manual", "web", ref, which=which)
            start.scenario.inputs = inputs
            start.values.update((choice.key, value) for choice, value in zip(chosen, values, strict=True))
            starts.append(start)
        return starts


def _product(choices: Sequence[Choice]) -> int:
    count = 1
    for choice in choices:
        count *= max(1, len(choice.values))
    return count


def _slug(ref: str) -> str:
    """A ref as the platform makes it fit for host names; a sample stays one."""
    text = "".join(character if character.isascii() and character.isalnum() else "-" for character in ref.lower())[
        :63
    ].strip("-")
    return Sample(text) if isinstance(ref, Sample) else text
