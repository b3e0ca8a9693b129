"""What the configuration declares about jobs and steps, put over what was read."""

from __future__ import annotations

from typing import Final

from barraiser.model.activity import Activity
from barraiser.model.declarations import Declarations, DeclaredActivity
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Job

_DECLARED: Final = "declared in the configuration"


class DeclaredKinds:
    """Declared activities by the name of a job (``id``, template or name) or of a step in it (``job/step`` or ``step``).

    A job of a called definition (``caller / job``) is also found by its name in its own file, and so one line settles all its calls.
    """

    def __init__(self, declared: Declarations) -> None:
        self.declared = declared
        self.by_name: dict[str, DeclaredActivity] = {each.name: each for each in declared.activities}

    def applied(self, job: Job, activities: list[Activity]) -> list[Activity]:
        """The job's activities as declared where something is declared for them."""
        if not self.by_name:
            return activities
        whole = (
            self.by_name.get(job.id)
            or self.by_name.get(job.own_id)
            or self.by_name.get(job.template)
            or self.by_name.get(job.name)
            or self.by_name.get(job.template.rpartition(" / ")[2])
        )
        if whole is not None and whole.kinds:
            return self._of_job(whole, job, activities)
        result: list[Activity] = []
        done: set[int] = set()
        for activity in activities:
            step = job.steps[activity.step] if activity.step < len(job.steps) else None
            names = (
                [
                    f"{prefix}{name}"
                    for name in (step.name, step.key)
                    if name
                    for prefix in (f"{job.id}/", f"{job.own_id}/", f"{job.template}/", "")
                ]
                if step
                else []
            )
            stated = next((self.by_name[name] for name in names if name in self.by_name), None)
            if stated is None or not stated.kinds:
                result.append(activity)
            elif activity.step not in done:
                done.add(activity.step)
                result += self._made(stated, activity)
        return result

    def _of_job(self, stated: DeclaredActivity, job: Job, activities: list[Activity]) -> list[Activity]:
        """Each declared kind once: at the activity that has it already, else at the job's first that is no source."""
        base = next((each for each in activities if each.kind == "other" and each.opaque), None)
        base = base or next((each for each in activities if each.kind != "source"), None)
        base = base or (activities[0] if activities else Activity("other", job.place, text=job.id))
        result: list[Activity] = [each for each in activities if each.kind == "source"]
        for kind in stated.kinds:
            own = [each for each in activities if each.kind == kind]
            if own:
                for each in own:
                    each.confidence, each.opaque, each.reason = 1.0, False, _DECLARED
                    self._settle(each, stated)
                result += own
            else:
                result.append(self._one(kind, stated, base))
        return result

    def _made(self, stated: DeclaredActivity, base: Activity) -> list[Activity]:
        return [self._one(kind, stated, base) for kind in stated.kinds]

    def _one(self, kind: str, stated: DeclaredActivity, base: Activity) -> Activity:
        made = Activity(
            kind, base.place, text=base.text, confidence=1.0, reason=_DECLARED, environment=base.environment, argv=base.argv,
            tool=base.tool, minutes=base.minutes, step=base.step, soft=base.soft, soft_reason=base.soft_reason,
            soft_place=base.soft_place, conditional=base.conditional, condition=base.condition, facts=base.facts, images=base.images,
        )  # fmt: skip
        made.softs = base.softs
        self._settle(made, stated)
        return made

    def _settle(self, activity: Activity, stated: DeclaredActivity) -> None:
        if stated.minutes is not None and activity.kind in ("bake", "alarm-gate"):
            activity.minutes = stated.minutes
        if stated.monitored is not None:
            activity.facts = {**activity.facts, "monitored": "yes" if stated.monitored else "no"}
        if stated.role:
            activity.facts = {**activity.facts, "role": stated.role}
        if not stated.gate:
            activity.facts = {**activity.facts, "gate": "no"}
        if stated.environment:
            known = self.declared.environment(stated.environment)
            cls = known.cls if known is not None and known.cls else stated.environment
            activity.environment = Environment(stated.environment, cls, 1.0, _DECLARED, activity.place)
        elif activity.kind in ("deploy", "config-deploy") and activity.environment is None:
            activity.environment = Environment("", "unknown", 1.0, "nothing names the environment", activity.place)
