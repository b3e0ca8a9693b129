"""Kubernetes manifests and charts: Argo Rollouts, Flagger canaries, plain workloads."""

from __future__ import annotations

import re
from typing import Final

from barraiser.evidence.definition import CANARY, RELEASE, ROLLOUT, WORKLOAD, Definition, below, literal, told
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.source.nodes import Document, Mapping, Node, Sequence, line_of

WORKLOADS: Final = ("Deployment", "StatefulSet", "DaemonSet", "DeploymentConfig")
RELEASES: Final = (("Application", "argoproj.io"), ("HelmRelease", "helm.toolkit.fluxcd.io"))
MARKERS: Final = (b"argoproj.io/", b"helm.toolkit.fluxcd.io/")
_KIND: Final = re.compile(r"^kind:[ \t]*(Rollout|Canary|Deployment|StatefulSet|DaemonSet)[ \t\r]*$", re.MULTILINE)
_RECREATES: Final = re.compile(r"^[ \t]{0,40}type:[ \t]{0,9}[\"']?Recreate\b", re.MULTILINE)
_ANALYSIS: Final = re.compile(r"^[ \t-]*(analysis|prePromotionAnalysis|postPromotionAnalysis):", re.MULTILINE)


def read_manifest(document: Document) -> list[Definition]:
    """The workloads of a manifest, lists of objects included."""
    root = document.root
    items = root.sequence("items") if isinstance(root, Mapping) and root.text("kind").endswith("List") else None
    found = []
    for item in items if items is not None else [root]:
        definition = read_object(item)
        if definition is not None:
            found.append(definition)
    return found


def read_object(item: Node | None) -> Definition | None:
    """What one object says; None for one that rolls nothing out."""
    definition = _object(item)
    if definition is not None:
        definition.body = item
    return definition


def read_chart_template(text: str, path: str) -> list[Definition]:
    """The workloads of a chart's template, which is no YAML before it is rendered: found by their ``kind:`` lines."""
    found = []
    matches = list(_KIND.finditer(text))
    for at, match in enumerate(matches):
        end = matches[at + 1].start() if at + 1 < len(matches) else len(text)
        kind, place = match.group(1), Place(path, text.count("\n", 0, match.start()) + 1)
        analysed = _ANALYSIS.search(text, match.end(), end) is not None
        # A template may leave any of its parts out, so that what stands in it is a maybe.
        if kind == "Rollout":
            found.append(_rollout("", place, MAYBE if analysed else NO, MAYBE if analysed else NO))
        elif kind == "Canary":
            found.append(_canary("", place, MAYBE))
        else:
            found.append(_workload("", place))
            found[-1].manner = _manner(text[match.end() : end])
    return found


def _manner(text: str) -> str:
    """How a chart's workload rolls out: by the platform's default where it says nothing, unknown where values decide."""
    if "trategy" not in text:
        return "rolling"
    return "all-at-once" if _RECREATES.search(text) and "RollingUpdate" not in text else ""


def _object(item: Node | None) -> Definition | None:
    if not isinstance(item, Mapping):
        return None
    kind, version = item.text("kind"), item.text("apiVersion")
    name = literal(below(item, "metadata", "name"))
    key = item.key("kind")
    place = line_of(key if key is not None else item)
    if kind == "Rollout" and version.startswith("argoproj.io/"):
        strategy = below(item, "spec", "strategy")
        if not isinstance(strategy, Mapping):
            return _rollout(name, place, MAYBE, MAYBE)
        aborts = told(below(item, "spec", "progressDeadlineAbort"))
        return _rollout(name, place, _analysed(strategy), aborts)
    if kind == "Canary" and version.startswith("flagger.app/"):
        skipped = told(below(item, "spec", "skipAnalysis"))
        return _canary(name, place, YES - skipped)
    if (kind, version.partition("/")[0]) in RELEASES:
        return Definition(RELEASE, name, place, on_failure=MAYBE, on_alarm=MAYBE)
    if kind in WORKLOADS:
        return _workload(name, place)
    return None


def _analysed(strategy: Mapping) -> Tri:
    """Whether a Rollout's strategy runs an analysis: in its steps, in the background, before or after promotion."""
    canary, blue_green = strategy.get("canary"), strategy.get("blueGreen")
    if below(blue_green, "prePromotionAnalysis") is not None or below(blue_green, "postPromotionAnalysis") is not None:
        return YES
    if below(canary, "analysis") is not None:
        return YES
    steps = below(canary, "steps")
    if isinstance(steps, Sequence):
        return YES if any(isinstance(step, Mapping) and "analysis" in step for step in steps) else NO
    return NO


def _rollout(name: str, place: Place, analysed: Tri, aborts: Tri) -> Definition:
    why = "the Rollout has no analysis: nothing aborts it"
    if analysed == YES:
        why = "the Rollout's analysis aborts it and brings the stable version back"
    elif aborts == YES:
        why = "the Rollout aborts when it does not progress"
    elif MAYBE in (analysed, aborts):
        why = "whether the Rollout is analysed depends on values"
    return Definition(
        ROLLOUT, name, place, on_failure=max(analysed, aborts), on_alarm=analysed, validates=analysed, why=why
    )


def _canary(name: str, place: Place, analysed: Tri) -> Definition:
    why = "Flagger goes back to the primary when its analysis fails" if analysed else "the Canary skips its analysis"
    return Definition(CANARY, name, place, on_failure=analysed, on_alarm=analysed, validates=analysed, why=why)


def _workload(name: str, place: Place) -> Definition:
    why = "a rolling update only waits: nothing brings the old version back"
    return Definition(WORKLOAD, name, place, on_failure=NO, on_alarm=NO, why=why)
