"""How well the answers agree with what a release engineer reads out of real pipelines.

Reads ``labels.yaml`` from the folder that BARRAISER_CORPUS names and prints, for each platform: precision, recall and F1 of the jobs that
deploy, how often their environment class, "deploys to production" and the pipeline's kind are right; then how often the verdicts of
rules agree with the labels' verdicts; before that every difference with file and line.

    BARRAISER_CORPUS=FOLDER python benchmarks/accuracy.py [--quiet] [--min-f1 NUMBER] [PART-OF-A-PATH...]

Exit status 1 when the F1 of deploying jobs over all platforms is below ``--min-f1``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from barraiser.checks.plan import Plan
from barraiser.checks.registry import load
from barraiser.checks.runner import judge
from barraiser.classify.entries import Entries
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.model.pipeline import Pipeline
from barraiser.model.words import DEPLOY_KINDS, FAILED, NOT_APPLICABLE, PASSED, UNKNOWN
from barraiser.platforms.reader import ReadOptions
from barraiser.source.repository import Repository

PLATFORMS = {"gha": "github-actions", "gitlab": "gitlab-ci"}
CLASSES = {
    "alpha": "dev",
    "ephemeral": "dev",
    "beta": "test",
    "gamma": "gamma",
    "onebox": "onebox",
    "prod": "prod",
    "static": "none",
    "unknown": "unknown",
}
RULES = {
    "preprod_before_prod": "ENV001",
    "tests_before_prod": "TST001",
    "integration_test_in_preprod_before_prod": "TST002",
    "approval_or_gate_before_prod": "APV001",
}
"""A label's verdict -> the rule that asks the same. APV001 counts a test in pre-production as a gate too."""

Deploy = tuple[str, str, int]
"""Class as labels write it, name of the step, line."""


class Tally:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def f1(self) -> float:
        found, too_many, missed = (self.counts[key] for key in ("hit", "false", "missed"))
        return 2 * found / (2 * found + too_many + missed) if found else 0.0

    def line(self, name: str) -> str:
        c = self.counts
        precision = c["hit"] / max(1, c["hit"] + c["false"])
        recall = c["hit"] / max(1, c["hit"] + c["missed"])
        parts = [f"{name:16} deploying jobs: precision {precision:.3f}, recall {recall:.3f}, F1 {self.f1():.3f}"]
        parts.append(f"({c['hit']} found, {c['false']} too many, {c['missed']} missed)")
        parts += [f"| {key} {c[f'{key}-right']}/{c[key]}" for key in ("class", "prod", "kind")]
        parts.append(f"| unreadable {c['unreadable']}")
        return " ".join(parts)

    def verdicts(self, name: str) -> str:
        parts = []
        for label, rule in RULES.items():
            c = {key: self.counts[f"{rule}-{key}"] for key in ("all", "right", "unsure")}
            parts.append(f"{rule} {label}: {c['right']}/{c['all']} ({c['unsure']} more cannot be told)")
        return f"{name:16} " + "; ".join(parts)


def deploys_of(pipeline: Pipeline) -> dict[str, list[Deploy]]:
    """The deploys of each job that deploys."""
    found: dict[str, list[Deploy]] = {}
    for job in pipeline.jobs:
        for activity in job.activities:
            if activity.kind in DEPLOY_KINDS:
                cls = activity.environment.cls if activity.environment else "unknown"
                step = job.steps[activity.step].name if activity.step < len(job.steps) else ""
                found.setdefault(job.id, []).append((CLASSES[cls], step, activity.place.line))
    return found


def to_prod(pipelines: list[Pipeline]) -> object:
    """As labels say it: true, false, or ``unknown`` where a deploy goes to an environment that nothing names."""
    classes = {cls for each in pipelines for deploys in deploys_of(each).values() for cls, _, _ in deploys}
    if classes & {"prod", "onebox"}:
        return True
    return "unknown" if "unknown" in classes else False


def same_job(label: str, job_id: str) -> bool:
    """Whether a label's job is this one: an instance of it, or a job of what it calls."""
    return label in (job_id, job_id.split(" / ")[0], job_id.split(" (")[0], job_id.split(" / ")[-1])


def compare(label: dict[str, Any], pipelines: list[Pipeline], tally: Tally, out: list[str]) -> None:
    counts = tally.counts
    found: dict[str, list[Deploy]] = {}
    for each in pipelines:
        for job, deploys in deploys_of(each).items():
            found.setdefault(job, []).extend(deploys)
    used: set[str] = set()
    for wanted in label["deploys"]:
        job, _, step = wanted["id"].partition("#")
        cls, line = wanted["env_class"], label["where"].get(wanted["id"], "")
        ids = [each for each in found if same_job(job, each)]
        if cls == "none":
            used |= {each for each in ids if all(one == "none" for one, _, _ in found[each])}
            continue
        used |= set(ids)
        if not ids:
            counts["missed"] += 1
            out.append(f"  missed   :{line} {wanted['id']} ({cls})")
            continue
        counts["hit"] += 1
        own = [one for each in ids for one in found[each]]
        own = [one for one in own if step and one[1] == step] or own
        classes = {one for one, _, _ in own} - {"none"}
        counts["class"] += 1
        if classes == {cls}:
            counts["class-right"] += 1
        else:
            out.append(f"  class    :{line} {wanted['id']}: {cls}, here {', '.join(sorted(classes))}")
    for each, deploys in found.items():
        if each not in used and any(cls != "none" for cls, _, _ in deploys):
            counts["false"] += 1
            out.append(f"  too many :{deploys[0][2]} {each} ({deploys[0][0]})")
    told = {
        "prod": (label["verdicts"]["prod_deploy"], to_prod(pipelines)),
        "kind": (label["pipeline_kind"], pipelines[0].kind),
    }
    for name, (expected, answer) in told.items():
        counts[name] += 1
        counts[f"{name}-right"] += expected == answer
        if expected != answer:
            why = f" ({pipelines[0].kind_reason})" if name == "kind" else ""
            out.append(f"  {name:8} {expected}, here {answer}{why}")


def compare_verdicts(
    label: dict[str, Any], pipelines: list[Pipeline], entries: Entries, plan: Plan, tally: Tally, out: list[str]
) -> None:
    """The labels' verdicts against those of rules; only where labels and rules both ask."""
    results = [judge(pipeline, entries, plan, NOTHING_DECLARED) for pipeline in pipelines]
    for name, rule in RULES.items():
        expected = label["verdicts"][name]
        if expected == "na" or label["verdicts"]["prod_deploy"] is not True:
            continue
        verdicts = {result.verdicts.get(rule, NOT_APPLICABLE) for result in results}
        answer = next((each for each in (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE) if each in verdicts), NOT_APPLICABLE)
        if answer == NOT_APPLICABLE and "ENV001" in {
            each for result in results for each in result.verdicts if result.verdicts[each] == FAILED
        }:
            answer = FAILED
        tally.counts[f"{rule}-all"] += 1
        right = {PASSED: expected is True, FAILED: expected is False, UNKNOWN: expected == "unknown"}.get(answer, False)
        tally.counts[f"{rule}-right"] += right
        tally.counts[f"{rule}-unsure"] += not right and answer == UNKNOWN
        if not right:
            said = next((each.message for result in results for each in result.findings if each.rule == rule), "")
            said = said or next((result.reasons[rule] for result in results if result.reasons.get(rule)), "")
            out.append(f"  {rule}   {name} {expected}, here {answer}: {said}")


def read(folder: str, file: str, platform: str) -> tuple[list[Pipeline], Entries, str]:
    """The pipelines of one file with its own repository as root, and why there are none."""
    root = os.path.join(folder, *file.split("/")[:2])
    if platform == "github-actions" and "/.github/" in file:
        root = os.path.join(folder, file.split("/.github/")[0])
    path = os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
    entries = Entries(Repository(root), ReadOptions(), platforms={path: platform})
    pipelines = entries.at(path) or entries.called(path)
    bad = [problem for pipeline in pipelines for problem in pipeline.problems if problem.fatal]
    if bad:
        return [], entries, f"{bad[0].place}: {bad[0].message}"
    return pipelines, entries, "" if pipelines else "no pipeline"


def main() -> int:
    parser = argparse.ArgumentParser(description="How well the answers agree with the labels of a corpus.")
    parser.add_argument("parts", nargs="*", help="only files whose path holds one of these")
    parser.add_argument("--quiet", action="store_true", help="the sums alone")
    parser.add_argument("--min-f1", type=float, default=0.0, help="exit with 1 below this F1 of deploying jobs")
    options = parser.parse_args()
    folder = os.environ.get("BARRAISER_CORPUS", "")
    if not folder:
        print("BARRAISER_CORPUS names no folder", file=sys.stderr)
        return 2
    plan = Plan(list(load().rules.values()), profile="basic")
    tallies: dict[str, Tally] = {}
    whole = Tally()
    for label in yaml.safe_load((Path(folder) / "labels.yaml").read_text(encoding="utf-8")):
        if options.parts and not any(part in label["file"] for part in options.parts):
            continue
        platform = PLATFORMS.get(label["platform"], "codepipeline")
        tally = Tally()
        out: list[str] = []
        pipelines, entries, why = read(folder, label["file"], platform)
        if pipelines:
            compare(label, pipelines, tally, out)
            compare_verdicts(label, pipelines, entries, plan, tally, out)
        else:
            tally.counts["unreadable"] += 1
            out.append(f"  unread   {why}")
        tallies.setdefault(platform, Tally()).counts += tally.counts
        whole.counts += tally.counts
        if out and not options.quiet:
            print("\n".join([label["file"], *out]))
    for name, each in [*tallies.items(), ("all", whole)]:
        print(each.line(name))
    for name, each in [*tallies.items(), ("all", whole)]:
        print(each.verdicts(name))
    return 1 if whole.f1() < options.min_f1 else 0


if __name__ == "__main__":
    sys.exit(main())
