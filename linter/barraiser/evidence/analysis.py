"""The analyses that an Argo Rollout names: whether any of what they measure can fail."""

from __future__ import annotations

from typing import Final

from barraiser.evidence.definition import Definition, below, literal
from barraiser.evidence.rollout import Fault
from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.nodes import Mapping, Node, Sequence, line_of
from barraiser.source.repository import Repository

_KINDS: Final = ("AnalysisTemplate", "ClusterAnalysisTemplate")
_BY_CONDITION: Final = frozenset(
    ("prometheus", "datadog", "newRelic", "wavefront", "cloudWatch", "graphite", "influxdb", "skywalking", "web")
)
"""Providers whose measurements are judged by the metric's conditions alone: without one, each measurement is a success.

https://github.com/argoproj/argo-rollouts/blob/master/utils/evaluate/evaluate.go (EvaluateResult)
"""

_MAX_FILES: Final = 200
_MAX_ITEMS: Final = 100


def never_fails(definition: Definition, repository: Repository) -> Fault | None:
    """The fault of a Rollout of whose analyses nothing can fail; None where something can, or where not all of them are in its folder."""
    names = _named(below(definition.body, "spec", "strategy"))
    if not names or "" in names:
        return None
    templates = _templates(definition.place.path.rpartition("/")[0], repository)
    metrics: list[Node] = []
    for name in names:
        template = templates.get(name)
        found = below(template, "spec", "metrics")
        if not isinstance(found, Sequence) or not found.items:
            return None
        dry = [literal(below(each, "metricName")) for each in _items(below(template, "spec", "dryRun"))]
        for metric in found.items[:_MAX_ITEMS]:
            if not _is_idle(metric, dry):
                return None
            metrics.append(metric)
    effect = "nothing that its analysis measures can fail"
    return Fault("argo-analysis", line_of(metrics[0]), "`successCondition` (or `failureCondition`)", effect)


def _named(strategy: Node | None) -> set[str]:
    """The templates that a strategy names, wherever it analyses; an empty name for one that is computed."""
    blocks = [below(strategy, "canary", "analysis")]
    blocks += [below(step, "analysis") for step in _items(below(strategy, "canary", "steps"))]
    blocks += [below(strategy, "blueGreen", part) for part in ("prePromotionAnalysis", "postPromotionAnalysis")]
    return {
        literal(below(each, "templateName"))
        for block in blocks
        if block is not None
        for each in _items(below(block, "templates"))
    }


def _templates(folder: str, repository: Repository) -> dict[str, Node]:
    """The templates of a folder's files by name, read once."""

    def found() -> dict[str, Node]:
        templates: dict[str, Node] = {}
        for name in [each for each in repository.folder(folder) if each.endswith((".yml", ".yaml"))][:_MAX_FILES]:
            path = f"{folder}/{name}" if folder else name
            if b"AnalysisTemplate" not in repository.peek(path):
                continue
            try:
                documents = repository.documents(path)
            except (SourceError, MissingExtra):
                continue
            for document in documents:
                root = document.root
                if isinstance(root, Mapping) and root.text("kind") in _KINDS:
                    templates[literal(below(root, "metadata", "name"))] = root
        return templates

    return repository.remember(("analysis templates", folder), found)


def _items(node: Node | None) -> list[Node]:
    return list(node.items[:_MAX_ITEMS]) if isinstance(node, Sequence) else []


def _is_idle(metric: Node, dry: list[str]) -> bool:
    """Whether a metric fails no rollout: measured for show, or by a provider that needs a condition and has none."""
    if not isinstance(metric, Mapping):
        return False
    if metric.text("name") in dry:
        return True
    provider = metric.get("provider")
    asked = isinstance(provider, Mapping) and len(provider.pairs) == 1 and provider.pairs[0][0].value in _BY_CONDITION
    return asked and "successCondition" not in metric and "failureCondition" not in metric
