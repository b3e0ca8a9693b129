"""``trigger``: what a job starts, and whether it waits for it."""

from __future__ import annotations

from barraiser.model.pipeline import Step
from barraiser.model.place import Place
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.platforms.gitlab.steps import Keywords
from barraiser.platforms.gitlab.variables import Scope
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence


class Trigger:
    """What a job starts. ``include``: the files of a child pipeline, None for another project's pipeline.

    ``dynamic``: they are made by an earlier job. ``waits``: the job ends as the pipeline that it starts does. ``forwards``: its
    variables are passed on. ``project`` and ``branch``: another project's pipeline.
    """

    __slots__ = ("branch", "dynamic", "forwards", "include", "place", "project", "waits")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.include: Node | None = None
        self.dynamic = ""
        self.project = ""
        self.branch = ""
        self.waits = False
        self.forwards = True

    @property
    def calls(self) -> tuple[str, ...]:
        """The paths or the project that it starts."""
        if self.project:
            return (self.project,)
        if self.dynamic:
            return (self.dynamic,)
        items = self.include.items if isinstance(self.include, Sequence) else [self.include]
        found = []
        for item in items:
            value = item.get("local") or item.get("file") if isinstance(item, Mapping) else item
            if isinstance(value, Scalar):
                found.append(value.value.lstrip("/"))
        return tuple(found)

    @property
    def tags(self) -> dict[str, str]:
        """Facts for the job: whether it waits."""
        return {"waits": "yes" if self.waits else "no"}


def trigger_of(node: Node | None, job: str, keywords: Keywords, reading: Reading) -> Trigger | None:
    """What ``trigger`` says; None where there is none."""
    if node is None:
        return None
    trigger = Trigger(keywords.key("trigger"))
    if isinstance(node, Scalar):
        trigger.project = node.value
        return trigger
    if not isinstance(node, Mapping):
        reading.wrong_type(f"`trigger` of `{job}`", "a project or a mapping", node)
        return trigger
    trigger.waits = node.text("strategy") in ("depend", "mirror")
    forward = node.mapping("forward")
    flag = forward.get("yaml_variables") if forward is not None else None
    trigger.forwards = not (isinstance(flag, Scalar) and flag.as_bool() is False)
    project, include = given(node.get("project")), given(node.get("include"))
    if isinstance(project, Scalar):
        trigger.project, trigger.branch = project.value, node.text("branch")
    elif include is not None:
        trigger.include = include
        for item in include.items if isinstance(include, Sequence) else [include]:
            artifact = item.get("artifact") if isinstance(item, Mapping) else None
            if isinstance(artifact, Scalar):
                trigger.dynamic = artifact.value
    else:
        reading.problem(f"`trigger` of `{job}` names nothing to start", node, "add `project:` or `include:`")
    return trigger


def trigger_step(trigger: Trigger, scope: Scope) -> Step:
    """The step of a job that starts another pipeline."""
    inputs = {"strategy": "depend" if trigger.waits else ""}
    if trigger.project:
        inputs["project"] = scope.expand(trigger.project)
    if trigger.branch:
        inputs["branch"] = scope.expand(trigger.branch)
    if trigger.include is not None:
        inputs["include"] = ", ".join(trigger.calls)
    unresolved = (
        "pipeline of another project" if trigger.project else "dynamic child pipeline" if trigger.dynamic else ""
    )
    return Step(trigger.place, uses="gitlab:trigger", inputs=inputs, unresolved=unresolved)
