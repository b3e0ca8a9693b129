"""Other workflows of the repository that start this one: the end of one, a dispatch that a job sends, a release that it makes."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.model.pipeline import HARD, ORDER, SOFT, Handover, Job, Scenario
from barraiser.platforms.github.contexts import Ground, event_of, github_of
from barraiser.platforms.github.refs import admits, is_literal, ref_of
from barraiser.platforms.github.sending import events_in, workflows_in
from barraiser.platforms.github.triggers import MAX_NAMED, Start, Trigger, starts_of, triggers_of
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Scalar
from barraiser.source.nodes import Sequence as Items
from barraiser.source.repository import Repository

_RELEASES = (
    "gh release create",
    "action-gh-release",
    "create-release",
    "ncipollo/release-action",
    "release-drafter",
    "createRelease",
)


class Neighbours:
    """The other workflows of the folder, looked into only when their bytes hold what is looked for."""

    def __init__(self, path: str, repository: Repository) -> None:
        self.path = path
        self.repository = repository
        folder, _, self.file = path.rpartition("/")
        self._prefix = f"{folder}/" if folder else ""
        names = repository.folder(folder) if folder else []
        self._paths = [
            self._prefix + name for name in names if name.endswith((".yml", ".yaml")) and self._prefix + name != path
        ]

    def holding(self, *texts: str) -> list[tuple[str, Mapping]]:
        """Path and root of each other workflow whose bytes hold one of these texts."""
        wanted = [text.encode() for text in texts if text]
        found: list[tuple[str, Mapping]] = []
        for path in self._paths:
            try:
                data = self.repository.read_bytes(path)
            except SourceError:
                continue
            if any(text in data for text in wanted):
                root = self.root(path)
                if root is not None:
                    found.append((path, root))
        return found

    def named(self, name: str) -> tuple[str, Mapping] | None:
        """The workflow with that ``name:``, or, where it has none, that path."""
        for path, root in self.holding(name):
            if (root.text("name") or path) == name:
                return path, root
        if name in self._paths or name == self.path:
            root_or_none = self.root(name)
            return (name, root_or_none) if root_or_none is not None else None
        return None

    def root(self, path: str) -> Mapping | None:
        """The root of a workflow; None where it cannot be read."""
        try:
            root = self.repository.documents(path)[0].root
        except SourceError:
            return None
        return root if isinstance(root, Mapping) else None


def chained_starts(trigger: Trigger, ground: Ground, neighbours: Neighbours) -> list[Start]:
    """The ways in which the end of another workflow starts this one: one for each way in which that one is started."""
    found: list[Start] = []
    for name in (trigger.names("workflows") or [])[:MAX_NAMED]:
        source = neighbours.named(name)
        if source is None:
            found.append(_chained(trigger, ground, name, "", None))
            continue
        path, root = source
        triggers, _ = triggers_of(root)
        inner = Ground(root.text("name") or path, ground.default_branch, "")
        ways = starts_of(triggers, inner, "", set, lambda *_: [], called=False)
        ways = [way for way in ways if _passes(trigger, way.scenario)]
        if any(each.event == "workflow_run" for each in triggers) or not ways:
            found.append(_chained(trigger, ground, name, path, None))
        found += [_chained(trigger, ground, name, path, way) for way in ways[:MAX_NAMED]]
    return found


def _passes(trigger: Trigger, scenario: Scenario) -> bool:
    """Whether the branches filter of ``workflow_run`` lets a run of the other workflow through."""
    patterns = trigger.names("branches")
    ignored = trigger.names("branches-ignore")
    if patterns is None and ignored is None:
        return True
    if patterns is None:
        patterns = ["**", *(f"!{name}" for name in ignored or [])]
    if scenario.ref.startswith("refs/heads/"):
        return admits(patterns, scenario.ref.removeprefix("refs/heads/"))
    if scenario.event in ("tag", "release"):
        return any(not is_literal(pattern) for pattern in patterns)
    return any(not is_literal(pattern) and not pattern.startswith("!") for pattern in patterns)


def _chained(trigger: Trigger, ground: Ground, name: str, path: str, way: Start | None) -> Start:
    run: dict[str, Value] = {"name": name, "conclusion": "success", "status": "completed", "path": path or OPEN}
    scenario = way.scenario if way else None
    label = f"after {name}" + (f" ({scenario.name})" if scenario else "")
    if way is not None and scenario is not None:
        run["event"] = way.github.get("event_name")
        if scenario.event == "pull-request":
            run["head_branch"] = way.github.get("head_ref")
        else:
            run["head_branch"] = way.github.get("ref_name")
    types = trigger.names("types") or ["requested", "completed"]
    action: Value = types[0] if len(types) == 1 else Unknown(tuple(types[:10]))
    event = event_of(
        ground, {"workflow_run": Object(run, OPEN), "action": action, "workflow": Object({"name": name}, OPEN)}
    )
    ref, short = ref_of(ground.default_branch)
    return Start(
        Scenario(
            label,
            "chained",
            branch=scenario.branch if scenario else "",
            refs=_refs(scenario),
            privileged=scenario is None or scenario.unmerged,
            via=path,
            place=trigger.place,
        ),
        github_of(ground, "workflow_run", event, ref, short),
    )


def _refs(scenario: Scenario | None) -> Sequence[str]:
    """The branches of the other workflow's run."""
    if scenario is None or scenario.event != "push":
        return ()
    if scenario.ref:
        return [scenario.ref.removeprefix("refs/heads/")]
    return scenario.refs or ["**"]


def handovers_of(
    triggers: Sequence[Trigger], scenarios: Sequence[Scenario], weak: dict[int, list[Job]], neighbours: Neighbours
) -> list[Handover]:
    """All hand-overs into this workflow. ``weak``: by chained scenario, the jobs that start also when the other run failed."""
    found: list[Handover] = []
    for trigger in triggers:
        if trigger.event == "workflow_run":
            found += _after(trigger, scenarios, weak)
        elif trigger.event in ("workflow_dispatch", "repository_dispatch"):
            found += _dispatched(trigger, scenarios, neighbours)
        elif trigger.event == "release":
            found += _released(trigger, scenarios, neighbours)
    return found


def _after(trigger: Trigger, scenarios: Sequence[Scenario], weak: dict[int, list[Job]]) -> list[Handover]:
    by_path: dict[str, list[int]] = {}
    for index, scenario in enumerate(scenarios):
        if scenario.event == "chained" and scenario.via:
            by_path.setdefault(scenario.via, []).append(index)
    types = trigger.names("types")
    early = types is not None and "completed" not in types
    found: list[Handover] = []
    for path, indices in by_path.items():
        loose = next((job for index in indices for job in weak.get(index, ())), None)
        strength, softened = HARD, ""
        if early:
            strength, softened = ORDER, f"types: [{', '.join(types or ())}]"
        elif loose is not None:
            strength = SOFT
            softened = loose.condition.text or "github.event.workflow_run.conclusion is not looked at"
        place = loose.condition.place if loose is not None and loose.condition.place is not None else trigger.place
        found.append(Handover(path, place, "workflow_run", strength=strength, scenarios=indices, softened_by=softened))
    return found


def _dispatched(trigger: Trigger, scenarios: Sequence[Scenario], neighbours: Neighbours) -> list[Handover]:
    manual = trigger.event == "workflow_dispatch"
    event = "manual" if manual else "dispatch"
    indices = [
        number for number, each in enumerate(scenarios) if each.event == event and (manual or each.name == "dispatch")
    ]
    types = trigger.names("types")
    texts = (neighbours.file,) if manual else ("repository-dispatch", "/dispatches", "createDispatchEvent")
    found: list[Handover] = []
    for path, root in neighbours.holding(*texts):
        senders: list[str] = []
        for key, uses, inputs, script in _steps(root):
            if manual:
                sends = neighbours.file in workflows_in(uses, inputs, script)
            else:
                sent = events_in(uses, inputs, script)
                sends = bool(sent) and (types is None or "*" in sent or any(_known(each, types) for each in sent))
            if sends and key not in senders:
                senders.append(key)
        if senders:
            via = "workflow_dispatch" if manual else "repository_dispatch"
            found.append(Handover(path, trigger.place, via, scenarios=indices, jobs=senders))
    return found


def _known(event: str, types: Sequence[str]) -> bool:
    return event in types or "${{" in event


def _released(trigger: Trigger, scenarios: Sequence[Scenario], neighbours: Neighbours) -> list[Handover]:
    """Releases that another workflow makes with a token of its own: those made with ``GITHUB_TOKEN`` start nothing."""
    indices = [number for number, each in enumerate(scenarios) if each.event == "release"]
    found: list[Handover] = []
    for path, root in neighbours.holding(*_RELEASES):
        senders = [
            key
            for key, uses, inputs, script in _steps(root)
            if any(name in uses or name in script or name in inputs.get("script", "") for name in _RELEASES)
            and any(_own_token(text) for text in (*inputs.values(), script))
        ]
        if senders:
            found.append(Handover(path, trigger.place, "release", scenarios=indices, jobs=list(dict.fromkeys(senders))))
    return found


def _own_token(text: str) -> bool:
    low = text.lower()
    return ("secrets." in low and "secrets.github_token" not in low) or ("steps." in low and "token }}" in low)


def _steps(root: Mapping) -> list[tuple[str, str, dict[str, str], str]]:
    """Job, action, inputs (variables among them) and script of every step of a workflow."""
    found: list[tuple[str, str, dict[str, str], str]] = []
    for key, job in root.mapping("jobs") or ():
        steps = job.get("steps") if isinstance(job, Mapping) else None
        for step in steps.items if isinstance(steps, Items) else ():
            if not isinstance(step, Mapping):
                continue
            inputs: dict[str, str] = {}
            for part in ("env", "with"):
                for name, value in step.mapping(part) or ():
                    if isinstance(value, Scalar):
                        inputs[name.value] = value.value
            found.append((key.value, step.text("uses"), inputs, step.text("run")))
    return found
