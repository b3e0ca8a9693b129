"""The graph as text: a block a pipeline, a line a job, below it what it does and what it waits for."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.model.activity import Activity
from barraiser.model.pipeline import HARD, Job
from barraiser.report.escape import inert, visible
from barraiser.report.graph_view import (
    GraphView,
    ShownEdge,
    environments_of,
    evidence_of,
    kinds_of,
    telling,
    variant_name,
)

ANSWERS = {True: "yes", False: "no", None: "cannot tell"}
MARKS = {"hard": "", "soft": " (result ignored)", "order": " (order only)"}


def render(views: Sequence[GraphView], *, explain: bool = False) -> str:
    """The graphs as text. ``explain`` shows the confidence and reason of each classification."""
    return "\n".join(_pipeline(view, explain) for view in views)


def _pipeline(view: GraphView, explain: bool) -> str:
    pipeline = view.pipeline
    head = f"{view.prefix}{pipeline.path}"
    name = f" {pipeline.name}" if pipeline.name else ""
    lines = [f"{head}:{name}", f"  platform         {pipeline.platform}"]
    reason = f" ({pipeline.kind_reason})" if pipeline.kind_reason else ""
    lines.append(f"  kind             {pipeline.kind or 'unknown'}{reason}")
    lines.append(f"  deploys to prod  {ANSWERS[view.deploys_to_prod]}")
    if pipeline.default_branch:
        how = f" ({pipeline.default_branch_from})" if pipeline.default_branch_from else ""
        lines.append(f"  default branch   {pipeline.default_branch}{how}")
    shown = pipeline.scenarios if view.scenario < 0 else [pipeline.scenarios[view.scenario]]
    lines.append(f"  started by       {', '.join(each.name for each in shown) or 'nothing that is known'}")
    for number, each in enumerate(view.variants):
        if view.variant in (-1, number):
            lines.append(f"  {f'variant {number + 1}':<15}  {variant_name(each.pipeline)}")
    if pipeline.undecided:
        lines.append(f"  maybe            {', '.join(pipeline.undecided)} (conditions that are not told apart)")
    lines += [f"  problem          {each.place}: {each.message}" for each in pipeline.problems]
    lines += [f"  cannot be read   {each.what} {each.name} ({each.place})" for each in pipeline.unresolved]
    edges = view.edges()
    for job in view.jobs():
        lines += ["", *_job(job, view, [edge for edge in edges if edge.target == job.id], explain)]
    return "".join(f"{inert(visible(line))}\n" for line in lines)


def _job(job: Job, view: GraphView, edges: Sequence[ShownEdge], explain: bool) -> list[str]:
    marks = [", ".join(kinds_of(job))] if job.activities else []
    marks += [f"-> {each.name} [{each.cls}]" if each.name else f"-> [{each.cls}]" for each in environments_of(job)]
    if job.manual:
        marks.append("started by hand" if job.manual_blocks else "started by hand, optional")
    if job.soft:
        marks.append("may fail" if job.soft == 2 else "perhaps may fail")
    if view.maybe(job):
        marks.append("may run")
    stage = f" ({job.stage})" if job.stage and "/" not in job.id else ""
    lines = [f"  {job.id}{stage}  {'; '.join(marks)}".rstrip()]
    lines += [
        f"    as     {each.name} is {each.cls}: {_short(evidence_of(each, view.prefix), 120)}"
        for each in environments_of(job)
        if each.reason and each.cls != "unknown"
    ]
    if job.condition.text:
        lines.append(f"    if     {_short(job.condition.text)}")
    hard = [edge.source for edge in edges if edge.strength == HARD]
    if hard:
        lines.append(f"    after  {', '.join(hard)}")
    for edge in edges:
        if edge.strength != HARD:
            why = f": {_short(edge.why, 60)}" if edge.why else ""
            lines.append(f"    after  {edge.source}{MARKS[edge.strength]}{why}")
    own = view.pipeline.path
    lines += [_activity(each, own, explain) for each in (job.activities if explain else telling(job.activities))]
    return lines


def _activity(activity: Activity, own: str, explain: bool) -> str:
    """An activity with its line, and its file where that is not the pipeline's ``own``."""
    bake = f", {activity.minutes:g} minutes" if activity.minutes else ""
    soft = f", its failure is ignored ({activity.soft_reason})" if activity.soft == 2 else ""
    line = f"    {activity.place.line:>5}  {activity.kind:<16} {_short(activity.text)}{bake}{soft}"
    if activity.conditional:
        line += ", in one branch of the script"
    if activity.place.path != own:
        line += f"  ({activity.place.path})"
    if explain:
        line += f"  [{activity.confidence:.2f} {activity.reason}]"
        environment = activity.environment
        if environment is not None:
            line += f" [{environment.name} is {environment.cls}: {environment.confidence:.2f} {environment.reason}]"
    return line


def _short(text: str, limit: int = 90) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."
