"""One activity in the stage graph."""

from __future__ import annotations

from barraiser.model.activity import Activity
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.place import Place


class Node:
    """An activity of a job of a pipeline; a job without activities has one of kind ``other``.

    ``index``: its place in ``StageGraph.nodes``.
    """

    __slots__ = ("activity", "index", "job", "pipeline")

    def __init__(self, index: int, job: Job, activity: Activity, pipeline: Pipeline) -> None:
        self.index = index
        self.job = job
        self.activity = activity
        self.pipeline = pipeline

    @property
    def kind(self) -> str:
        """The activity's kind."""
        return self.activity.kind

    @property
    def place(self) -> Place:
        """Where the activity stands."""
        return self.activity.place

    @property
    def environment(self) -> Environment | None:
        """What the activity works on."""
        return self.activity.environment

    @property
    def environment_class(self) -> str:
        """The class of what the activity works on; empty where there is none."""
        return self.activity.environment.cls if self.activity.environment else ""

    def __repr__(self) -> str:
        return f"Node({self.index} {self.job.id} {self.activity!r})"
