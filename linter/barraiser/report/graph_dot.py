"""The graph in Graphviz's language: ``barraiser graph --output-format dot . | dot -Tsvg``."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.model.pipeline import HARD, SOFT, Job
from barraiser.report.escape import visible
from barraiser.report.graph_mermaid import group_of
from barraiser.report.graph_view import GraphView, environments_of, evidence_of, kinds_of, title_of

STYLES = {HARD: "solid", SOFT: "dashed", "order": "dotted"}
COLOURS = {"prod": "#fde2e1", "preprod": "#fef3d6", "other": "#f4f5f7"}


def render(views: Sequence[GraphView], *, explain: bool = False) -> str:
    """A directed graph with a cluster for each pipeline. A dashed edge has no teeth; ``explain`` names what took them."""
    lines = [
        "digraph barraiser {",
        "  rankdir=LR;",
        '  node [shape=box, style="rounded,filled", fontname="sans-serif"];',
    ]
    for number, view in enumerate(views):
        lines += _pipeline(view, number, explain)
    return "\n".join([*lines, "}"]) + "\n"


def _pipeline(view: GraphView, number: int, explain: bool) -> list[str]:
    title = _text([title_of(view)])
    lines = [f"  subgraph cluster_{number} {{", f"    label={title};"]
    lines += [
        f"    {_name(number, job.id)} [label={_text(_rows(job, view, explain))}, fillcolor={_text([COLOURS[group_of(job)]])}];"
        for job in view.jobs()
    ]
    lines.append("  }")
    for edge in view.edges():
        label = f", label={_text([edge.why])}" if explain and edge.why and edge.strength != HARD else ""
        source, target = _name(number, edge.source), _name(number, edge.target)
        lines.append(f"  {source} -> {target} [style={STYLES[edge.strength]}{label}];")
    return lines


def _rows(job: Job, view: GraphView, explain: bool) -> list[str]:
    rows = [job.id, ", ".join(kinds_of(job))]
    for each in environments_of(job):
        row = f"{each.name} = {each.cls}" if each.name != each.cls else each.cls
        sure = f"{each.confidence:.2f} " if explain else ""
        rows.append(f"{row} ({sure}{evidence_of(each, view.prefix)})" if each.reason else row)
    if job.manual:
        rows.append("by hand" if job.manual_blocks else "by hand, optional")
    if view.maybe(job):
        rows.append("may run")
    return [row for row in rows if row]


def _name(number: int, job: str) -> str:
    return _text([f"{number}:{job}"])


def _text(rows: Sequence[str]) -> str:
    """A quoted string, one row a line."""
    escaped = (visible(" ".join(row.split())).replace("\\", "\\\\").replace('"', '\\"') for row in rows)
    return '"' + "\\n".join(escaped) + '"'
