"""How well classification agrees with what a release engineer reads out of real pipelines.

Reads ``labels.yaml`` from the folder that BARRAISER_CORPUS names and prints, for each platform: precision, recall and F1 of the jobs that
deploy, how often their environment class is right, how often "deploys to production" is right; then every difference with file and line.

    BARRAISER_CORPUS=FOLDER python benchmarks/accuracy.py [--verdicts] [--quiet] [PART-OF-A-PATH]
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from barraiser.classify.entries import Entries
from barraiser.model.pipeline import Pipeline
from barraiser.model.words import DEPLOY_KINDS
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

PLATFORMS = {"gha": "github-actions", "gitlab": "gitlab-ci"}
CLASSES = {
    "alpha": "dev", "ephemeral": "dev", "beta": "test", "gamma": "gamma", "onebox": "onebox", "prod": "prod", "static": "none", "unknown": "unknown",
}  # fmt: skip


def label_job(identifier: str) -> tuple[str, str]:
    """A label's job and the step of it that is meant."""
    job, _, step = identifier.partition("#")
    return job, step


def own_job(job_id: str) -> str:
    """A job's id as labels write it: without the instance, of a called workflow its caller."""
    return job_id.split(" / ")[0]


class Tally:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def line(self, name: str) -> str:
        c = self.counts
        precision = c["hit"] / (c["hit"] + c["false"]) if c["hit"] + c["false"] else 1.0
        recall = c["hit"] / (c["hit"] + c["missed"]) if c["hit"] + c["missed"] else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return (
            f"{name:16} deploy jobs: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} ({c['hit']} found, {c['false']} too many, {c['missed']} missed)"
            f" | class {c['class-right']}/{c['class']} | prod {c['prod-right']}/{c['prod']} | kind {c['kind-right']}/{c['kind']} | unreadable {c['unreadable']}"
        )


def deploys_of(pipeline: Pipeline) -> dict[str, list[tuple[str, str, int]]]:
    """Deploying jobs: class, step name and line of each deploy."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for job in pipeline.jobs:
        for activity in job.activities:
            if activity.kind in DEPLOY_KINDS:
                cls = activity.environment.cls if activity.environment else "unknown"
                step = job.steps[activity.step].name if activity.step < len(job.steps) else ""
                found.setdefault(job.id, []).append((CLASSES[cls], step, activity.place.line))
    return found


def deploys_to_prod(pipeline: Pipeline) -> object:
    """As labels say it: true, false, or ``unknown`` where a deploy goes to an environment that nothing names."""
    classes = {cls for deploys in deploys_of(pipeline).values() for cls, _, _ in deploys}
    if classes & {"prod", "onebox"}:
        return True
    return "unknown" if "unknown" in classes else False


def same_job(label: str, job_id: str) -> bool:
    return label in (job_id, own_job(job_id), job_id.split(" (")[0], job_id.split(" / ")[-1])


def compare(label: dict[str, Any], pipelines: list[Pipeline], tally: Tally, out: list[str]) -> None:
    counts = tally.counts
    where = label["file"]
    pipeline = pipelines[0]
    found: dict[str, list[tuple[str, str, int]]] = {}
    for each in pipelines:
        for job, deploys in deploys_of(each).items():
            found.setdefault(job, []).extend(deploys)
    used: set[str] = set()
    for wanted in label["deploys"]:
        job, step = label_job(wanted["id"])
        cls = wanted["env_class"]
        ids = [each for each in found if same_job(job, each)]
        place = f"{where}:{label['where'].get(wanted['id'], '')}"
        if cls == "none":
            used |= {each for each in ids if all(one == "none" for one, _, _ in found[each])}
            continue
        used |= set(ids)
        if not ids:
            counts["missed"] += 1
            out.append(f"  missed   {place} {wanted['id']} ({cls})")
            continue
        counts["hit"] += 1
        own = [one for each in ids for one in found[each]]
        if step:
            own = [one for one in own if one[1] == step] or own
        classes = {one for one, _, _ in own} - {"none"}
        counts["class"] += 1
        if cls in classes and len(classes) == 1:
            counts["class-right"] += 1
        else:
            out.append(f"  class    {place} {wanted['id']}: {cls}, here {sorted(classes)}")
    for each, deploys in found.items():
        if each not in used and any(cls != "none" for cls, _, _ in deploys):
            counts["false"] += 1
            out.append(f"  too many {where}:{deploys[0][2]} {each} ({deploys[0][0]})")
    prod = [deploys_to_prod(each) for each in pipelines]
    answer = True if True in prod else "unknown" if "unknown" in prod else False
    counts["prod"] += 1
    expected = label["verdicts"]["prod_deploy"]
    if answer == expected:
        counts["prod-right"] += 1
    else:
        out.append(f"  prod     {where} {expected}, here {answer}")
    counts["kind"] += 1
    if pipeline.kind == label["pipeline_kind"]:
        counts["kind-right"] += 1
    else:
        out.append(f"  kind     {where} {label['pipeline_kind']}, here {pipeline.kind} ({pipeline.kind_reason})")


def main() -> int:
    folder = os.environ.get("BARRAISER_CORPUS", "")
    if not folder:
        print("BARRAISER_CORPUS names no folder", file=sys.stderr)
        return 2
    quiet = "--quiet" in sys.argv
    parts = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    labels = yaml.safe_load((Path(folder) / "labels.yaml").read_text(encoding="utf-8"))
    tallies: dict[str, Tally] = {}
    whole = Tally()
    for label in labels:
        if parts and not any(part in label["file"] for part in parts):
            continue
        platform = PLATFORMS.get(label["platform"], "codepipeline")
        tally = tallies.setdefault(platform, Tally())
        out: list[str] = []
        one = Tally()
        pipelines, why = read(folder, label["file"], platform)
        if not pipelines:
            one.counts["unreadable"] += 1
            out.append(f"  unread   {label['file']}: {why}")
        else:
            compare(label, pipelines, one, out)
        tally.counts += one.counts
        whole.counts += one.counts
        if out and not quiet:
            print(label["file"])
            print("\n".join(line.replace(label["file"], "", 1) for line in out))
    for name, tally in tallies.items():
        print(tally.line(name))
    print(whole.line("all"))
    return 0


def read(folder: str, file: str, platform: str) -> tuple[list[Pipeline], str]:
    """The pipelines of one file, its own repository as root."""
    root = root_of_file(folder, file, platform)
    path = os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
    entries = Entries(Repository(root), ReadOptions(), platforms={path: platform})
    pipelines = entries.at(path)
    if not pipelines:
        pipelines = entries.called(path)
    bad = [problem for pipeline in pipelines for problem in pipeline.problems if problem.fatal]
    if bad:
        return [], f"{bad[0].place}: {bad[0].message}"
    return pipelines, "" if pipelines else "no pipeline"


def root_of_file(folder: str, file: str, platform: str) -> str:
    top = os.path.join(folder, *file.split("/")[:2])
    if platform == "github-actions" and "/.github/" in file:
        return os.path.join(folder, file.split("/.github/")[0])
    return top


if __name__ == "__main__":
    sys.exit(main())
