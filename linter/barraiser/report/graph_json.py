"""The graph as JSON: version 1 of the contract, stable."""

from __future__ import annotations

import json
from collections.abc import Sequence

from barraiser.model.activity import Activity
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Job
from barraiser.report.graph_view import GraphView, environments_of
from barraiser.report.report import located


def render(views: Sequence[GraphView], *, explain: bool = False) -> str:
    """The graphs as JSON, ASCII only. ``explain`` adds the reasons of the classifications."""
    return json.dumps({"schema_version": 1, "pipelines": [_pipeline(view, explain) for view in views]}, indent=2) + "\n"


def _pipeline(view: GraphView, explain: bool) -> dict[str, object]:
    pipeline, prefix = view.pipeline, view.prefix
    shown = range(len(pipeline.scenarios)) if view.scenario < 0 else [view.scenario]
    data: dict[str, object] = {
        "path": prefix + pipeline.path,
        "platform": pipeline.platform,
        "name": pipeline.name,
        "kind": pipeline.kind or None,
        "files": [prefix + path for path in pipeline.files],
        "deploys_to_prod": view.deploys_to_prod,
        "unresolved": [
            {"what": item.what, "name": item.name, "jobs": list(item.jobs), "location": located(item.place, prefix)}
            for item in pipeline.unresolved
        ],
        "jobs": [_job(job, prefix, explain) for job in view.jobs()],
        "edges": [
            {"source": edge.source, "target": edge.target, "kind": edge.kind, "strength": edge.strength}
            for edge in view.edges()
        ],
        "scenarios": [_scenario(view, number) for number in shown],
    }
    if view.variants:
        data["variants"] = [
            {"assumes": dict(each.assumes), "parameters": prefix + each.given if each.given else None}
            for each in (graph.pipeline for graph in view.variants)
        ]
    if view.variant >= 0:
        data["variant"] = view.variant + 1
    if pipeline.undecided:
        data["undecided"] = list(pipeline.undecided)
    if pipeline.problems:
        data["problems"] = [
            {"message": each.message, "fatal": each.fatal, "location": located(each.place, prefix)}
            for each in pipeline.problems
        ]
    if explain:
        data["kind_reason"] = pipeline.kind_reason
        data["default_branch"] = {"name": pipeline.default_branch, "from": pipeline.default_branch_from}
    return data


def _scenario(view: GraphView, number: int) -> dict[str, object]:
    scenario = view.pipeline.scenarios[number]
    surely, maybe = view.running(number)
    return {
        "name": scenario.name,
        "event": scenario.event,
        "ref": scenario.ref or None,
        "jobs": surely,
        "maybe": maybe,
    }


def _job(job: Job, prefix: str, explain: bool) -> dict[str, object]:
    return {
        "id": job.id,
        "template": job.template,
        "name": job.name,
        "stage": job.stage,
        "kinds": list(dict.fromkeys(activity.kind for activity in job.activities)),
        "environments": [
            {
                **_environment(each, explain),
                "evidence": each.reason or None,
                "location": located(each.place, prefix) if each.place is not None else None,
            }
            for each in environments_of(job)
        ],
        "needs": list(job.needs),
        "manual": job.manual,
        "allow_failure": job.soft == 2,
        "activities": [_activity(activity, prefix, explain) for activity in job.activities],
        "location": located(job.place, prefix),
    }


def _activity(activity: Activity, prefix: str, explain: bool) -> dict[str, object]:
    data: dict[str, object] = {
        "kind": activity.kind,
        "environment": _environment(activity.environment, explain) if activity.environment else None,
        "confidence": round(activity.confidence, 2),
        "text": activity.text,
        "minutes": activity.minutes,
        "conditional": activity.conditional,
        "location": located(activity.place, prefix),
    }
    if explain:
        data["reason"] = activity.reason
    return data


def _environment(environment: Environment, explain: bool) -> dict[str, object]:
    data: dict[str, object] = {"name": environment.name, "class": environment.cls}
    if explain:
        data["confidence"] = round(environment.confidence, 2)
        data["reason"] = environment.reason
    return data
