"""``on:`` to the ways in which a workflow is started: one or more scenarios for each event (design 3a)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from barraiser.model.pipeline import Problem, Scenario
from barraiser.model.place import Place
from barraiser.model.schedule import Schedule
from barraiser.model.tri import YES
from barraiser.platforms.github.checks import INPUT_TYPES, check_inputs, nearest
from barraiser.platforms.github.contexts import Ground, called_github, event_of, github_of
from barraiser.platforms.github.dispatch import manual_runs
from barraiser.platforms.github.refs import DEFAULT_NAMES, admits, is_literal, is_placeholder, other_ref, ref_of
from barraiser.platforms.github.values import EITHER, FRESH, OPEN, Object, Unknown, Value
from barraiser.source.nodes import Mapping, Node, Scalar, describe, line_of
from barraiser.source.nodes import Sequence as Items

EVENTS: Final = frozenset(
    (
        "branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status", "discussion",
        "discussion_comment", "fork", "gollum", "image_version", "issue_comment", "issues", "label", "merge_group", "milestone",
        "page_build", "project", "project_card", "project_column", "public", "pull_request", "pull_request_comment",
        "pull_request_review", "pull_request_review_comment", "pull_request_target", "push", "registry_package", "release",
        "repository_dispatch", "schedule", "status", "watch", "workflow_call", "workflow_dispatch", "workflow_run",
    )
)  # fmt: skip
"""The events that GitHub knows; those of a later GitHub are taken as started from outside."""

ORDER: Final = (
    "push", "tag", "pull-request", "merge-queue", "release", "schedule", "manual", "called", "chained", "dispatch",
)  # fmt: skip

MAX_NAMED: Final = 8
"""Branches of one trigger that get a scenario of their own."""

MAX_REFS: Final = 30
"""Further branches that are told by name."""

MAX_STARTS: Final = 64

_NAMED_REF: Final = re.compile(r"'refs/heads/([A-Za-z0-9._/-]{1,100})'|ref_name\s*==\s*'([A-Za-z0-9._/-]{1,100})'")
_FILTERS: Final = ("branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore", "types", "workflows")


class Start:
    """A way of starting a workflow: the scenario, and what its contexts hold."""

    __slots__ = ("github", "inputs", "scenario")

    def __init__(self, scenario: Scenario, github: Object, inputs: Object | None = None) -> None:
        self.scenario = scenario
        self.github = github
        self.inputs = inputs if inputs is not None else Object()


class Trigger:
    """One event of ``on:`` with its settings; ``place`` is its key's. ``schedules``: the times of ``schedule``, ``crons`` their texts."""

    __slots__ = ("crons", "event", "place", "schedules", "settings")

    def __init__(self, event: str, place: Place, settings: Mapping | None, schedules: Sequence[Schedule] = ()) -> None:
        self.event = event
        self.place = place
        self.settings = settings
        self.schedules = tuple(schedules)
        self.crons = tuple(schedule.cron for schedule in schedules)

    def names(self, key: str) -> list[str] | None:
        """The texts of a filter; None where it is not there."""
        node = self.settings.get(key) if self.settings else None
        if node is None:
            return None
        if isinstance(node, Scalar):
            return [] if node.is_null() else [node.value]
        return [item.value for item in node if isinstance(item, Scalar)] if isinstance(node, Items) else []


def triggers_of(root: Mapping) -> tuple[list[Trigger], list[Problem]]:
    """The events of ``on:``, in whichever of its three forms, and what is wrong with it."""
    node = root.get("on")
    key = root.key("on")
    place = line_of(key) if key is not None else line_of(root)
    if node is None or (isinstance(node, Scalar) and node.is_null()):
        message = "'on' is missing: add what starts this workflow, e.g. `on: {push: {branches: [main]}}`"
        if key is not None:
            message = "'on' is empty: add what starts this workflow, e.g. `on: {push: {branches: [main]}}`"
        return [], [Problem(message, place, fix="add `on: {push: {branches: [main]}}`, or the event that is meant")]
    problems: list[Problem] = []
    found: list[Trigger] = []
    if isinstance(node, Mapping):
        for name, value in node:
            found += _trigger(name, value, problems)
    else:
        for item in [node] if isinstance(node, Scalar) else node.items:
            if isinstance(item, Scalar):
                found += _trigger(item, None, problems)
            else:
                problems.append(
                    Problem(
                        f"an event is {describe(item)}, and must be a name",
                        line_of(item),
                        fix="write `on: [push, ...]`",
                    )
                )
    if not found and not problems:
        problems.append(Problem("'on' names no event", place, fix="add `on: {push: {branches: [main]}}`"))
    return found, problems


def _trigger(name: Scalar, value: Node | None, problems: list[Problem]) -> list[Trigger]:
    """One event, its settings checked."""
    event = name.value
    if event not in EVENTS:
        near = nearest(problems, event, EVENTS, 0.8)
        fix = f"write `{near}`" if near else "use an event of the GitHub documentation, e.g. `push`"
        problems.append(Problem(f"'{event}' is no event that starts a workflow", line_of(name), fix=fix))
        return []
    if value is None or (isinstance(value, Scalar) and value.is_null()):
        if event == "schedule":
            problems.append(
                Problem("'schedule' has no cron line", line_of(name), fix="write `schedule: [{cron: '0 5 * * *'}]`")
            )
        return [Trigger(event, line_of(name), None)]
    if event == "schedule":
        return [Trigger(event, line_of(name), None, _crons(name, value, problems))]
    if not isinstance(value, Mapping):
        problems.append(
            Problem(
                f"'{event}' is {describe(value)}, and must be a mapping of its settings",
                line_of(value),
                fix=f"write `{event}:` alone, or settings such as `branches: [main]` below it",
            )
        )
        return []
    for key in _FILTERS:
        setting = value.get(key)
        if isinstance(setting, Mapping) or (
            isinstance(setting, Items) and not all(isinstance(item, Scalar) for item in setting)
        ):
            problems.append(
                Problem(f"'{key}' of '{event}' must be a list of texts", line_of(setting), fix=f"write `{key}: [...]`")
            )
    for one, other in (("branches", "branches-ignore"), ("tags", "tags-ignore"), ("paths", "paths-ignore")):
        second = value.key(other)
        if one in value and second is not None:
            problems.append(
                Problem(
                    f"'{event}' has '{one}' and '{other}', and GitHub takes one of them only",
                    line_of(second),
                    fix=f"write the exceptions as `!pattern` in '{one}'",
                )
            )
    if event in INPUT_TYPES:
        check_inputs(problems, value, event)
    return [Trigger(event, line_of(name), value)]


def _crons(name: Scalar, value: Node, problems: list[Problem]) -> list[Schedule]:
    items = value.items if isinstance(value, Items) else []
    crons = [
        Schedule(item.text("cron"), item.text("timezone"), line_of(item))
        for item in items
        if isinstance(item, Mapping) and item.text("cron")
    ]
    if not items or len(crons) != len(items):
        problems.append(
            Problem(
                "'schedule' must be a list of cron lines", line_of(name), fix="write `schedule: [{cron: '0 5 * * *'}]`"
            )
        )
    return crons


def default_branch(triggers: Sequence[Trigger]) -> tuple[str, str]:
    """The default branch as the triggers tell it, and by which of them; main where none does."""
    named: dict[str, str] = {}
    for trigger in triggers:
        for name in trigger.names("branches") or []:
            named.setdefault(name, f"on.{trigger.event}.branches")
    for name in DEFAULT_NAMES:
        if name in named:
            return name, named[name]
    return "main", "assumed"


def starts_of(
    triggers: Sequence[Trigger],
    ground: Ground,
    text: str,
    used_inputs: Callable[[], set[str]],
    chained: Callable[[Trigger, Ground], list[Start]],
    *,
    called: bool = True,
) -> list[Start]:
    """All ways of starting, in the order of design 3a.

    ``text``: the file, in which branches that conditions name are looked for. ``chained``: the ways that start at the end of
    another workflow.
    """
    found: list[Start] = []
    names = _NAMED_REF.findall(text) if "refs/heads/" in text or "ref_name" in text else ()
    branches = set(sorted({one or other for one, other in names})[:MAX_REFS])
    for trigger in triggers:
        event = trigger.event
        if event == "push":
            found += _pushes(trigger, ground, branches)
        elif event in ("pull_request", "pull_request_target"):
            found += _pull_requests(trigger, ground)
        elif event == "workflow_dispatch":
            for name, values, inputs, event_inputs in manual_runs(trigger.settings, used_inputs()):
                found.append(_manual(trigger, ground, name, values, inputs, event_inputs))
        elif event == "workflow_call":
            if called:
                found.append(_called(trigger, ground))
        elif event == "workflow_run":
            found += chained(trigger, ground)
        elif event == "schedule":
            found += _schedules(trigger, ground, text)
        else:
            from barraiser.platforms.github.happenings import happening

            found.append(happening(trigger, ground))
    rank = {name: at for at, name in enumerate(ORDER)}
    found.sort(key=lambda start: rank.get(start.scenario.event, len(ORDER)))
    return found[:MAX_STARTS]


def _branch(name: str, ground: Ground) -> str:
    return ground.default_branch if is_placeholder(name) else name


def _pushes(trigger: Trigger, ground: Ground, named: set[str]) -> list[Start]:
    """Push to the default branch, to each branch that is named, to others; and to tags."""
    branches, ignored = trigger.names("branches"), trigger.names("branches-ignore")
    tags, no_tags = trigger.names("tags"), trigger.names("tags-ignore")
    by_branch = branches is not None or ignored is not None
    by_tag = tags is not None or no_tags is not None
    found: list[Start] = []
    if by_branch or not by_tag:
        positive = [_branch(name, ground) for name in branches] if branches is not None else ["**"]
        patterns = positive + [f"!{name}" for name in ignored or []]
        found += _branch_pushes(trigger, ground, patterns, named)
    if by_tag or not by_branch:
        patterns = [name for name in tags if not name.startswith("!")] if tags is not None else ["**"]
        literal = [name for name in patterns if is_literal(name)] if tags is not None else []
        ref, ref_name = ref_of(
            patterns[0] if len(patterns) == 1 else "**", "tags", (ground.default_branch, *DEFAULT_NAMES)
        )
        if patterns:
            name = "push of a tag" if tags is None else f"push of a tag {', '.join(patterns[:3])}"
            exact = f"refs/tags/{literal[0]}" if len(patterns) == len(literal) == 1 else ""
            found.append(
                _push(trigger, ground, name, ref, ref_name, exact, refs=() if tags is None else patterns, tag=True)
            )
    return found


def _branch_pushes(trigger: Trigger, ground: Ground, patterns: list[str], named: set[str]) -> list[Start]:
    default = ground.default_branch
    found: list[Start] = []
    if admits(patterns, default):
        ref, name = ref_of(default)
        found.append(_push(trigger, ground, f"push to {default}", ref, name, f"refs/heads/{default}", branch="default"))
    positive = [pattern for pattern in patterns if not pattern.startswith("!")]
    literal: list[str] = []
    for name in positive:
        if is_literal(name) and name != default and name not in literal and admits(patterns, name):
            literal.append(name)
        if len(literal) > MAX_REFS:
            break
    literal += sorted(
        name for name in named - {default, *literal} if admits(patterns, name) and not is_placeholder(name)
    )
    for name in literal[:MAX_NAMED]:
        ref, short = ref_of(name)
        found.append(_push(trigger, ground, f"push to {name}", ref, short, f"refs/heads/{name}", branch="named"))
    rest = literal[MAX_NAMED:]
    if rest:
        refs: Value = Unknown(prefix="refs/heads/", fresh=True)
        names: Value = Unknown(truth=YES, fresh=True)
        found.append(_push(trigger, ground, "push to another named branch", refs, names, branch="named", refs=rest))
    wild = [pattern for pattern in positive if not is_literal(pattern)]
    known = [default, *literal]
    for pattern in wild[:MAX_NAMED]:
        if pattern.strip("*/") == "":
            ref, short = other_ref(known)
            limits = [other for other in patterns if other != pattern] if pattern != "**" else []
            found.append(
                _push(
                    trigger,
                    ground,
                    "push to another branch",
                    ref,
                    short,
                    branch="other",
                    refs=[pattern] if limits else (),
                )
            )
        else:
            ref, short = ref_of(pattern)
            found.append(_push(trigger, ground, f"push to {pattern}", ref, short, branch="named", refs=[pattern]))
    return found


def _push(
    trigger: Trigger,
    ground: Ground,
    name: str,
    ref: Value,
    ref_name: Value,
    exact: str = "",
    *,
    branch: str = "",
    refs: Sequence[str] = (),
    tag: bool = False,
) -> Start:
    values: dict[str, Value] = {"ref": ref, "deleted": False, "action": None, "base_ref": OPEN if tag else None}
    values.update({"head_commit": OPEN, "commits": OPEN, "pusher": OPEN})
    event = event_of(ground, values)
    github = github_of(ground, "push", event, ref, ref_name, ref_type="tag" if tag else "branch")
    scenario = Scenario(name, "tag" if tag else "push", exact, branch=branch, refs=refs, place=trigger.place)
    return Start(scenario, github)


def _pull_requests(trigger: Trigger, ground: Ground) -> list[Start]:
    """Open requests, and, where the trigger asks for closed ones, merged ones and those that are not."""
    target = trigger.event == "pull_request_target"
    types = trigger.names("types")
    types = types if types else ["opened", "synchronize", "reopened"]
    branches = [_branch(name, ground) for name in trigger.names("branches") or []]
    simple = bool(branches) and all(is_literal(name) for name in branches)
    base: Value = Unknown(truth=YES)
    if simple:
        base = branches[0] if len(branches) == 1 else Unknown(tuple(branches[:30]))
    open_types = [name for name in types if name != "closed"]
    label = "pull request (target)" if target else "pull request"
    cases: list[tuple[str, Value, Value, bool]] = []
    if open_types:
        action: Value = open_types[0] if len(open_types) == 1 else Unknown(tuple(open_types[:30]))
        cases.append((label, action, False, True))
    if "closed" in types:
        cases.append((f"{label} closed", "closed", False, True))
        cases.append((f"{label} merged", "closed", True, False))
    found = []
    for name, action, merged, unmerged in cases:
        request = Object(
            {
                "merged": merged,
                "state": "closed" if action == "closed" else "open",
                "draft": EITHER,
                "base": Object({"ref": base, "repo": Object({"full_name": ground.repository}, OPEN)}, OPEN),
                "head": Object({"ref": FRESH, "sha": FRESH}, OPEN),
                "number": FRESH,
            },
            OPEN,
        )
        label_of: Value = OPEN if any("label" in each for each in types) else None
        event = event_of(ground, {"pull_request": request, "action": action, "number": FRESH, "label": label_of})
        ref: Value = Unknown(prefix="refs/pull/", suffix="/merge", fresh=True)
        short: Value = Unknown(suffix="/merge", fresh=True)
        if target:
            ref = f"refs/heads/{base}" if isinstance(base, str) else Unknown(prefix="refs/heads/")
            short = base
        elif merged:
            ref, short = Unknown(prefix="refs/", fresh=True), Unknown(truth=YES, fresh=True)
        one = branches[0] if len(branches) == 1 and simple else ""
        github = github_of(ground, trigger.event, event, ref, short, base_ref=base, head_ref=FRESH)
        found.append(
            Start(
                Scenario(
                    name,
                    "pull-request",
                    f"refs/heads/{one}" if one and not unmerged else "",
                    branch="" if unmerged else _branch_class(branches, ground),
                    refs=branches if not unmerged else (),
                    unmerged=unmerged,
                    privileged=target and unmerged,
                    place=trigger.place,
                ),
                github,
            )
        )
    return found


def _branch_class(branches: Sequence[str], ground: Ground) -> str:
    if list(branches) == [ground.default_branch]:
        return "default"
    return "named" if branches else ""


def _manual(
    trigger: Trigger, ground: Ground, name: str, values: dict[str, str], inputs: Object, event_inputs: Object
) -> Start:
    event = event_of(ground, {"inputs": event_inputs, "action": None, "ref": Unknown(prefix="refs/")})
    ref: Value = Unknown(prefix="refs/")
    ref_type: Value = Unknown(("branch", "tag"))
    github = github_of(ground, "workflow_dispatch", event, ref, Unknown(truth=YES), ref_type=ref_type)
    return Start(Scenario(name, "manual", inputs=values, place=trigger.place), github, inputs)


def _called(trigger: Trigger, ground: Ground) -> Start:
    from barraiser.platforms.github.dispatch import declared_inputs

    return Start(
        Scenario("called", "called", place=trigger.place), called_github(ground), declared_inputs(trigger.settings)
    )


def _schedules(trigger: Trigger, ground: Ground, text: str) -> list[Start]:
    """One scenario, or one for each cron line where a condition looks at which it was."""
    ref, name = ref_of(ground.default_branch)
    crons: list[tuple[str, Value]] = [("schedule", Unknown(tuple(trigger.crons[:30])) if trigger.crons else OPEN)]
    if "event.schedule" in text and 1 < len(trigger.crons) <= MAX_NAMED:
        crons = [(f"schedule ({cron})", cron) for cron in dict.fromkeys(trigger.crons)]
    branch = ground.default_branch
    return [
        Start(
            Scenario(
                label,
                "schedule",
                f"refs/heads/{branch}",
                branch="default",
                place=trigger.place,
                schedules=[each for each in trigger.schedules if label == "schedule" or each.cron == cron],
            ),
            github_of(ground, "schedule", event_of(ground, {"schedule": cron, "action": None}), ref, name),
        )
        for label, cron in crons
    ]
