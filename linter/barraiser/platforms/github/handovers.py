"""Other workflows of the repository that start this one: the end of one, a dispatch that a job sends, a release that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from barraiser.model.pipeline import HARD, ORDER, SOFT, Handover, Job, Scenario
from barraiser.platforms.github.contexts import Ground, event_of, github_of
from barraiser.platforms.github.refs import admits, is_literal, literal_start, ref_of
from barraiser.platforms.github.senders import Sending, is_here, scripts_in, sendings
from barraiser.platforms.github.sending import dispatches_in, events_in, may_dispatch
from barraiser.platforms.github.triggers import MAX_NAMED, Start, Trigger, starts_of, triggers_of
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.platforms.github.pushed import Pushed


_ACTIONS: Final = ".github/actions"
_MAX_PARTS: Final = 100
_MAX_MAKERS: Final = 4
"""Workflows that may have made what starts one: each brings its own graph, with those of what starts it."""


class Neighbours:
    """The other workflows of the folder, looked into only when their bytes hold what is looked for. ``name``: this workflow's own."""

    def __init__(self, path: str, repository: Repository, name: str = "") -> None:
        self.path = path
        self.repository = repository
        self.name = name
        folder, _, self.file = path.rpartition("/")
        self._prefix = f"{folder}/" if folder else ""
        names = repository.folder(folder) if folder else []
        self._paths = [
            self._prefix + name for name in names if name.endswith((".yml", ".yaml")) and self._prefix + name != path
        ]

    def holding(self, *texts: str, among: frozenset[str] | None = None) -> list[tuple[str, Mapping]]:
        """Path and root of each other workflow (of those ``among`` them) whose bytes hold one of these texts."""
        found: list[tuple[str, Mapping]] = []
        for path in self._holding(texts, among):
            root = self.root(path) if path != self.path else None
            if root is not None:
                found.append((path, root))
        return found

    def _holding(self, texts: Sequence[str], among: frozenset[str] | None) -> list[str]:
        """The workflows of the folder, this one among them, that hold one of these texts: looked for once for all of them."""
        wanted = tuple([text.encode() for text in texts if text])

        def found() -> list[str]:
            paths = [*self._paths, self.path] if among is None else among
            return sorted([path for path in paths if _holds(self._bytes(path), wanted)])

        if among is not None:
            return found()
        return self.repository.remember(("workflows holding", self._prefix, wanted), found)

    def _bytes(self, path: str) -> bytes:
        try:
            return self.repository.read_bytes(path)
        except SourceError:
            return b""

    def dispatching(self) -> frozenset[str]:
        """The workflows of the folder, this one among them, that may start one by hand, or name a workflow, action or script that may."""

        def found() -> frozenset[str]:
            left = [*self._paths, self.path]
            starting = [path for path in left if may_dispatch(self._bytes(path))]
            names = [name for path, name in self._parts().items() if may_dispatch(self._bytes(path))]
            names += [f"/{path.rpartition('/')[2]}" for path in starting]
            while names:
                left = [path for path in left if path not in starting]
                wanted = tuple([name.encode() for name in names])
                naming = [path for path in left if _holds(self._bytes(path), wanted)]
                starting += naming
                names = [f"/{path.rpartition('/')[2]}" for path in naming]
            return frozenset(starting)

        return self.repository.remember(("workflows dispatching", self._prefix), found)

    def starting(self, *texts: str, among: frozenset[str] | None = None) -> list[tuple[str, Mapping]]:
        """Path and root of each other workflow that the platform starts and that holds one of these texts, or calls one that does.

        ``among``: the workflows that may hold them to any effect.
        """
        found = dict(self.holding(*texts, *self._parts_holding(texts), among=among))
        waiting = list(found)
        for path in waiting:
            for caller, root in (
                self.holding(f"/{path.rpartition('/')[2]}") if self._called(path, found[path])[0] else ()
            ):
                if caller not in found:
                    found[caller] = root
                    waiting.append(caller)
        return [(path, root) for path, root in sorted(found.items()) if not self._called(path, root)[1]]

    def _called(self, path: str, root: Mapping) -> tuple[bool, bool]:
        """Whether others can call a workflow, and whether nothing else starts it; looked at once."""

        def events() -> tuple[bool, bool]:
            names = [trigger.event for trigger in triggers_of(root)[0]]
            return "workflow_call" in names, names == ["workflow_call"]

        return self.repository.remember(("workflow called", path), events)

    def made(self, path: str, root: Mapping) -> list[tuple[str, Pushed]]:
        """The tags, releases and branches that another workflow makes, each with the job that does; looked for once."""

        def found() -> list[tuple[str, Pushed]]:
            from barraiser.platforms.github.pushed import TAG, pushed_by

            by_tag = all(_only_tags(each) for each in triggers_of(root)[0] if each.event != "workflow_dispatch")
            return [
                (step.job, each)
                for step in self.steps(path, root)
                for each in pushed_by(step, self.repository)
                if not by_tag
                or each.kind != TAG
                or each.name  # a release of the tag that started it makes no further tag
            ]

        return self.repository.remember(("workflow makes", path), found)

    def _parts_holding(self, texts: Sequence[str]) -> list[str]:
        """How workflows name the local actions and scripts that hold one of these texts."""
        wanted = tuple([text.encode() for text in texts if text])
        repository = self.repository

        def found() -> list[str]:
            holding = [path for path in self._parts() if _holds(self._bytes(path), wanted)]
            return list(dict.fromkeys(self._parts()[path] for path in holding))

        return repository.remember(("parts holding", self._prefix, wanted), found)

    def _parts(self) -> dict[str, str]:
        """The files of the local actions and scripts that the workflows of the folder name, with how they name them."""
        repository = self.repository

        def found() -> dict[str, str]:
            parts: dict[str, str] = {}
            for name in repository.folders(_ACTIONS)[:_MAX_PARTS]:
                for file in ("action.yml", "action.yaml"):
                    parts[f"{_ACTIONS}/{name}/{file}"] = f"{_ACTIONS}/{name}"
            scripts: dict[str, None] = {}
            for path in [*self._paths[:_MAX_PARTS], self.path]:
                scripts.update(dict.fromkeys(self._scripts(path)))
            for name in list(scripts)[:_MAX_PARTS]:
                inside = repository.inside(name)
                if inside:
                    parts[inside] = name
            return parts

        return repository.remember(("workflow parts", self._prefix), found)

    def _scripts(self, path: str) -> list[str]:
        """The scripts that a workflow names, looked for once."""

        def named() -> list[str]:
            data = self._bytes(path)
            return scripts_in(data.decode("utf-8", "replace")) if b".sh" in data else []

        return self.repository.remember(("scripts named", path), named)

    def named(self, name: str) -> tuple[str, Mapping] | None:
        """The workflow with that ``name:``, or, where it has none, that path."""
        for path, root in self.holding(name):
            if (root.text("name") or path) == name:
                return path, root
        if name in self._paths or name == self.path:
            root_or_none = self.root(name)
            return (name, root_or_none) if root_or_none is not None else None
        return None

    def steps(self, path: str, root: Mapping) -> list[Sending]:
        """The steps of one of them, read once for a repository."""
        return self.repository.remember(("sendings", path), lambda: sendings(root, self.repository))

    def root(self, path: str) -> Mapping | None:
        """The root of a workflow; None where it cannot be read."""
        try:
            root = self.repository.documents(path)[0].root
        except SourceError:
            return None
        return root if isinstance(root, Mapping) else None


def _holds(data: bytes, texts: Sequence[bytes]) -> bool:
    return any(text in data for text in texts)


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
            caused_by=scenario.name if scenario else "",
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
        elif trigger.event in ("release", "push", "create"):
            found += _made(trigger, scenarios, neighbours)
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
    texts = (
        (neighbours.file, neighbours.name) if manual else ("repository-dispatch", "/dispatches", "createDispatchEvent")
    )
    found: list[Handover] = []
    among = neighbours.dispatching() if manual else None
    if manual and not among:
        return found
    for path, root in neighbours.starting(*texts, among=among):
        senders: list[str] = []
        starts: set[int] = set()
        for step in neighbours.steps(path, root):
            here = set(indices)
            if manual:
                here = _by_inputs(step, scenarios, indices, neighbours)
            elif not _sends(step, types, neighbours):
                continue
            if here and step.job not in senders:
                senders.append(step.job)
            starts |= here
        if senders:
            via = "workflow_dispatch" if manual else "repository_dispatch"
            found.append(Handover(path, trigger.place, via, scenarios=sorted(starts), jobs=senders))
    return found


def _by_inputs(
    step: Sending, scenarios: Sequence[Scenario], indices: Sequence[int], neighbours: Neighbours
) -> set[int]:
    """The manual runs that a step may start: those whose inputs are not other than the ones that it gives."""
    found: set[int] = set()
    for sent in dispatches_in(step.uses, step.inputs, step.script):
        named = sent.workflow == neighbours.file or (bool(neighbours.name) and sent.workflow == neighbours.name)
        if named and is_here(sent.repository, neighbours.repository) is not False:
            found |= {
                number
                for number in indices
                if all(sent.inputs.get(name, value) == value for name, value in scenarios[number].inputs.items())
            }
    return found


def _sends(step: Sending, types: Sequence[str] | None, neighbours: Neighbours) -> bool:
    """Whether a step sends an event that starts a workflow which waits for these types."""
    if is_here(step.inputs.get("repository", ""), neighbours.repository) is False:
        return False
    sent = events_in(step.uses, step.inputs, step.script)
    return bool(sent) and (types is None or "*" in sent or any(_known(each, types) for each in sent))


def _known(event: str, types: Sequence[str]) -> bool:
    return event in types or "${{" in event


def _made(trigger: Trigger, scenarios: Sequence[Scenario], neighbours: Neighbours) -> list[Handover]:
    """Tags, releases and branches that another workflow makes, with a token of its own: the run's own token starts nothing."""
    from barraiser.platforms.github.pushed import BRANCH, MARKS, RELEASE, TAG

    ways = {
        number: each
        for number, each in enumerate(scenarios)
        if each.place is trigger.place and (each.event != "push" or each.branch == "named")
    }
    if (
        trigger.event == "push" and trigger.names("tags") is None
    ):  # a tag starts it too, but nothing says that one should
        ways = {number: each for number, each in ways.items() if each.event != "tag"}
    if not ways:
        return []
    kinds = {"release": (RELEASE,), "push": (TAG, BRANCH), "create": (TAG, BRANCH)}[trigger.event]
    found: list[Handover] = []
    for path, root in neighbours.starting(*MARKS):
        senders: dict[str, set[int]] = {}
        for job, made in neighbours.made(path, root):
            starts = {number for number, each in ways.items() if made.kind in kinds and _starts(made, each, trigger)}
            if starts:
                senders.setdefault(job, set()).update(starts)
        if senders:
            indices = sorted(set().union(*senders.values()))
            via = (
                "release" if trigger.event == "release" else "tag" if _tags_alone(indices, scenarios) else trigger.event
            )
            found.append(Handover(path, trigger.place, via, scenarios=indices, jobs=list(senders)))
            if len(found) >= _MAX_MAKERS:
                break
    return found


def _tags_alone(indices: Sequence[int], scenarios: Sequence[Scenario]) -> bool:
    return all(scenarios[number].event == "tag" for number in indices)


def _only_tags(trigger: Trigger) -> bool:
    """Whether what starts a workflow is always a tag that is there already."""
    if trigger.event not in ("push", "create", "release"):
        return False
    return trigger.event == "release" or (trigger.names("tags") is not None and trigger.names("branches") is None)


def _starts(made: Pushed, scenario: Scenario, trigger: Trigger) -> bool:
    """Whether what is made is what a scenario waits for."""
    if scenario.event in ("release", "dispatch"):
        return True
    if made.kind == "branch":
        return scenario.event == "push" and scenario.branch == "named" and scenario.ref == f"refs/heads/{made.name}"
    if scenario.event != "tag":
        return False
    patterns, ignored = trigger.names("tags"), trigger.names("tags-ignore")
    if made.whole:
        return admits([*(patterns or ["**"]), *(f"!{name}" for name in ignored or [])], made.name)
    starts = [literal_start(name) for name in patterns or ["**"] if not name.startswith("!")]
    return any(start.startswith(made.name) or made.name.startswith(start) for start in starts)
