"""The graph as a Mermaid flowchart: paste it into a Markdown page."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.model.pipeline import HARD, SOFT, Job
from barraiser.report.escape import visible
from barraiser.report.graph_view import GraphView, environments_of, evidence_of, kinds_of, title_of

ARROWS = {HARD: "-->", SOFT: "-.->", "order": "-.-"}
CLASSES = (
    ("prod", "fill:#fde2e1,stroke:#b42318,color:#000"),
    ("preprod", "fill:#fef3d6,stroke:#b7791f,color:#000"),
    ("other", "fill:#f4f5f7,stroke:#667085,color:#000"),
)


def render(views: Sequence[GraphView], *, explain: bool = False) -> str:
    """A flowchart with a subgraph for each pipeline. A dashed arrow has no teeth; ``explain`` names what took them."""
    lines = ["flowchart LR"]
    for number, view in enumerate(views):
        lines += _pipeline(view, number, explain)
    lines += [f"  classDef {name} {style}" for name, style in CLASSES]
    return "\n".join(lines) + "\n"


def _pipeline(view: GraphView, number: int, explain: bool) -> list[str]:
    names: dict[str, str] = {}
    for job in view.jobs():
        names[job.id] = f"p{number}j{len(names)}"
    title = _text(title_of(view))
    lines = [f'  subgraph p{number}["{title}"]']
    lines += [f"    {names[job.id]}{_box(job, view, explain)}:::{group_of(job)}" for job in view.jobs()]
    lines.append("  end")
    for edge in view.edges():
        if edge.source not in names:
            names[edge.source] = f"p{number}j{len(names)}"
            lines.append(f'  {names[edge.source]}(["{_text(edge.source)}"]):::other')
        why = f"|{_text(edge.why)}|" if explain and edge.why and edge.strength != HARD else ""
        lines.append(f"  {names[edge.source]} {ARROWS[edge.strength]}{why} {names[edge.target]}")
    return lines


def _box(job: Job, view: GraphView, explain: bool) -> str:
    rows = [job.id, ", ".join(kinds_of(job))]
    for each in environments_of(job):
        row = f"{each.name} = {each.cls}" if each.name != each.cls else each.cls
        sure = f"{each.confidence:.2f} " if explain else ""
        rows.append(f"{row} ({sure}{evidence_of(each, view.prefix)})" if each.reason else row)
    if job.manual:
        rows.append("by hand" if job.manual_blocks else "by hand, optional")
    if view.maybe(job):
        rows.append("may run")
    return '["' + "<br/>".join(_text(row) for row in rows if row) + '"]'


def group_of(job: Job) -> str:
    """How a job is coloured: by the most important environment that it works on."""
    classes = {each.cls for each in environments_of(job)}
    if classes & {"prod", "onebox"}:
        return "prod"
    return "preprod" if classes & {"alpha", "beta", "gamma"} else "other"


def _text(text: str) -> str:
    """Text inside quotes: entities for what Mermaid, or the HTML that it makes, would read as markup."""
    kept = visible(" ".join(text.split()))
    return "".join(
        character if character.isalnum() or character in " .,:/_-+=()" else f"#{ord(character)};" for character in kept
    )
