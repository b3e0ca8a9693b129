"""A first configuration: what the pipelines show, as declarations to keep, and what they leave open, as commented questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from barraiser.model.activity import Activity
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.place import Place
from barraiser.model.words import DEPLOY_KINDS, ENVIRONMENT_CLASSES, GITHUB_ACTIONS, GITLAB_CI

SURE = 0.8
"""From this confidence on a classification is written as a declaration; below, as a question."""

WIDTH = 118
PLAIN = re.compile(r"[A-Za-z_][\w./-]*\Z")
WORDS = ("on", "off", "yes", "no", "true", "false", "null")

PROTECTIONS = {
    GITHUB_ACTIONS: "github: {reviewers: 1, prevent_self_review: true, branch_policy: [<branch>]}",
    GITLAB_CI: "gitlab: {protected: true, required_approvals: 1}",
}
"""What a file of the platform cannot show of an environment."""


def starter(pipelines: Sequence[Pipeline]) -> str:
    """The text of a ``.barraiser.yml`` for these pipelines of one root."""
    lines = [
        "# What the pipelines of this repository cannot say by themselves. Lines that start with # are questions:",
        "# answer them by taking the # away. `barraiser schema config` prints what may stand here.",
        "version: 1",
        "profile: basic",
        "# owner: your-team              # who answers for the pipelines here",
        *_default_branch(pipelines),
        "",
        *_pipelines(pipelines),
        *_environments(pipelines),
        *_activities(pipelines),
        *_links(pipelines),
    ]
    while not lines[-1]:
        lines.pop()
    return "\n".join(lines) + "\n"


def _default_branch(pipelines: Sequence[Pipeline]) -> list[str]:
    for pipeline in pipelines:
        if pipeline.default_branch:
            how = f"   # {pipeline.default_branch_from}" if pipeline.default_branch_from else ""
            return [f"default_branch: {_scalar(pipeline.default_branch)}{_comment(how)}"]
    return []


def _pipelines(pipelines: Sequence[Pipeline]) -> list[str]:
    lines = [
        "# What each pipeline is: it decides which rules are asked. Name one here where this is wrong.",
        "# pipelines:",
    ]
    seen: set[str] = set()
    for pipeline in pipelines:
        if pipeline.path in seen or not pipeline.kind:
            continue
        seen.add(pipeline.path)
        reason = f"   # {pipeline.kind_reason}" if pipeline.kind_reason else ""
        lines.append(_comment(f"#   {_scalar(pipeline.path)}: {{kind: {pipeline.kind}}}{reason}"))
    return [*lines, ""] if seen else []


class _Found:
    """An environment as the pipelines name it: the surest classification, where, and on which platforms."""

    __slots__ = ("environment", "place", "platforms")

    def __init__(self, environment: Environment, place: Place, platform: str) -> None:
        self.environment = environment
        self.place = place
        self.platforms = {platform}


def _environments(pipelines: Sequence[Pipeline]) -> list[str]:
    found: dict[str, _Found] = {}
    for pipeline, _, activity in _deploys(pipelines):
        environment = activity.environment
        if environment is None or not environment.name or not _constant(environment.name):
            continue
        known = found.get(environment.name)
        if known is None:
            known = found[environment.name] = _Found(
                environment, environment.place or activity.place, pipeline.platform
            )
        elif environment.confidence > known.environment.confidence:
            known.environment = environment
        known.platforms.add(pipeline.platform)
    if not found:
        return []
    branch = next((pipeline.default_branch for pipeline in pipelines if pipeline.default_branch), "main")
    sure = [
        name
        for name, each in found.items()
        if each.environment.confidence >= SURE and each.environment.cls != "unknown"
    ]
    lines = [
        "# The environments that are deployed to, and what they are taken for.",
        "environments:" if sure else "# environments:",
    ]
    for name in sorted(found, key=lambda each: (each not in sure, each)):
        each = found[name]
        environment = each.environment
        lines.append(_comment(f"  # {environment.reason or 'by its name'} ({each.place})"))
        if name in sure:
            lines.append(f"  {_scalar(name)}: {{class: {environment.cls}}}")
        else:
            guess = environment.cls if environment.cls != "unknown" else f"<{'|'.join(ENVIRONMENT_CLASSES[:5])}>"
            lines.append(f"  # {_scalar(name)}: {{class: {guess}}}")
        if environment.cls == "prod":
            lines += [
                f"  #   is it protected? write: {PROTECTIONS[platform].replace('<branch>', _scalar(branch))}"
                for platform in sorted(each.platforms & PROTECTIONS.keys())
            ]
    return [*lines, ""]


def _activities(pipelines: Sequence[Pipeline]) -> list[str]:
    found: dict[object, _Unsure] = {}
    for _, job, activity in _all(pipelines):
        deploys = activity.kind in DEPLOY_KINDS
        known = any(each.kind != "other" for each in job.activities)
        recorded = deploys and job.environment is not None
        unsure = (activity.opaque and not known) or (deploys and activity.confidence < SURE and not recorded)
        nameless = deploys and (activity.environment is None or activity.environment.cls == "unknown")
        ends = job.environment is not None and job.environment.action == "stop"
        if ends or not (unsure or nameless):
            continue
        environment = activity.environment.name if activity.environment and not nameless else ""
        same = job.template if nameless else (activity.place, environment)
        first = found.setdefault(same, _Unsure(job.template, activity, environment, nameless=nameless))
        if first.template != job.template:
            first.template = job.template.rpartition(" / ")[2]
    questions: list[str] = []
    asked: set[str] = set()
    for each in found.values():
        if each.template not in asked:
            asked.add(each.template)
            questions += each.lines()
    if not questions:
        return []
    return ["# What these jobs do cannot be read, or is a guess.", "# activities:", *questions, ""]


class _Unsure:
    """A question about what a job does. ``template``: the job's name, in its own file where several jobs call that file."""

    __slots__ = ("activity", "environment", "nameless", "template")

    def __init__(self, template: str, activity: Activity, environment: str, *, nameless: bool) -> None:
        self.template = template
        self.activity = activity
        self.environment = environment
        self.nameless = nameless

    def lines(self) -> list[str]:
        """The question, and the line that answers it."""
        activity = self.activity
        name = self.environment if self.environment and _constant(self.environment) else "production"
        where = f", environment: {_scalar(name)}" if activity.kind in DEPLOY_KINDS else ""
        return [
            _comment(f"#   `{_short(activity.text)}` ({activity.place}): {_question(activity, self.nameless)}"),
            f"#   {_scalar(self.template)}: {{kind: {activity.kind}{where}}}",
        ]


def _question(activity: Activity, nameless: bool) -> str:
    if activity.kind in DEPLOY_KINDS and nameless:
        return "it deploys; to which environment?"
    if activity.opaque:
        return "the program cannot be read; what does it do?"
    return f"is it {activity.kind}?"


def _links(pipelines: Sequence[Pipeline]) -> list[str]:
    """A question where one pipeline deploys to pre-production and another to production, and nothing joins them."""
    before = [each for each in pipelines if "gamma" in _classes(each) and "prod" not in _classes(each)]
    after = [each for each in pipelines if "prod" in _classes(each) and not _classes(each) & {"alpha", "beta", "gamma"}]
    if not before or not after or any(each.handovers for each in after):
        return []
    lines = ["# Does one of these hand over to the other (a tag, a release, a person)?", "# links:"]
    lines += [
        f"#   - {{from: {_scalar(one.path)}, to: {_scalar(other.path)}, via: release}}"
        for one in before[:3]
        for other in after[:3]
    ]
    return [*lines, ""]


def _classes(pipeline: Pipeline) -> set[str]:
    return {activity.environment.cls for _, _, activity in _deploys([pipeline]) if activity.environment is not None}


def _all(pipelines: Sequence[Pipeline]) -> Iterable[tuple[Pipeline, Job, Activity]]:
    for pipeline in pipelines:
        for job in pipeline.jobs:
            for activity in job.activities:
                yield pipeline, job, activity


def _deploys(pipelines: Sequence[Pipeline]) -> Iterable[tuple[Pipeline, Job, Activity]]:
    return (each for each in _all(pipelines) if each[2].kind in DEPLOY_KINDS)


def _constant(name: str) -> bool:
    return "$" not in name and "{{" not in name


def _scalar(text: str) -> str:
    """A YAML scalar for any text, on one line."""
    if PLAIN.match(text) and text.lower() not in WORDS:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    """A character inside double quotes, as YAML 1.2 escapes it (section 5.7)."""
    if character in '"\\':
        return "\\" + character
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        return "?"
    return character if character.isprintable() else f"\\U{code:08x}"


def _comment(line: str) -> str:
    """A line of comment: never more than one line, whatever a file holds."""
    shown = "".join(character if character.isprintable() else " " for character in line)
    return shown if len(shown) <= WIDTH else shown[: WIDTH - 3] + "..."


def _short(text: str) -> str:
    return text if len(text) <= 50 else text[:47] + "..."
