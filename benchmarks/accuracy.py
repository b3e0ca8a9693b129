"""How well the answers agree with what a release engineer reads out of real pipelines.

Reads ``labels.yaml`` from the folder that BARRAISER_CORPUS names and prints, for each platform and for all: precision, recall and F1 of
the jobs that deploy; how often their environment class, "deploys to production", the pipeline's kind and the kinds of tests are right; and
for each question that the labels answer, how often the rules that ask it are right, block or pass falsely, abstain, or do not ask.
Before that every difference with file and line.

    BARRAISER_CORPUS=FOLDER python benchmarks/accuracy.py [--quiet] [--min-f1 NUMBER] [PART-OF-A-PATH...]

Exit status 1 when the F1 of deploying jobs over all platforms is below ``--min-f1``.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from barraiser.checks.plan import Plan
from barraiser.checks.registry import load
from barraiser.checks.result import PipelineResult as Result
from barraiser.checks.runner import judge
from barraiser.checks.subjects import whether_any
from barraiser.classify.entries import Entries
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.model.pipeline import Job, Pipeline
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
QUESTIONS: dict[str, tuple[str, ...]] = {
    "preprod_before_prod": ("ENV001",),
    "tests_before_prod": ("TST001",),
    "integration_test_in_preprod_before_prod": ("TST002",),
    "approval_or_gate_before_prod": ("APV001",),
    "bake_before_full_prod": ("BAK001", "BAK002"),
    "load_test_in_preprod": ("LOD001",),
    "auto_rollback_or_alarm": ("RLB002",),
    "progressive_prod_rollout": ("WAV002", "WAV005", "WAV006"),
}
"""A label's verdict -> the rules that ask the same; of several, the best answer counts."""

SPEAKS = ("ENV001", "TST004")
"""A rule that is not applicable because one of these speaks has that one's verdict."""

TESTS = {
    "unit": ("unit-test",),
    "lint": ("lint",),
    "security": ("sast", "sca", "secret-scan", "dast", "iac-scan"),
    "integration": ("integration-test", "e2e-test"),
    "smoke": ("smoke-test",),
    "load": ("load-test",),
    "chaos": ("chaos-test",),
}
"""A label's kind of test -> the kinds of activities that it means."""

Deploy = tuple[str, str, int]
"""Class as labels write it (but ``ephemeral``), name of the step, line."""


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
        parts += [f"| {key} {c[f'{key}-right']}/{c[key]}" for key in ("class", "prod", "kind", "tests")]
        parts.append(f"| unreadable {c['unreadable']}")
        return " ".join(parts)

    def verdicts(self, name: str) -> str:
        lines = []
        for question, rules in QUESTIONS.items():
            c = {
                key: self.counts[f"{question}-{key}"]
                for key in ("right", "false block", "false pass", "abstained", "not asked")
            }
            decided = c["right"] + c["false block"] + c["false pass"] + c["abstained"]
            rest = ", ".join(f"{c[key]} {key}" for key in ("false block", "false pass", "abstained", "not asked"))
            lines.append(f"{name:16} {question} ({', '.join(rules)}): right {c['right']}/{decided}; {rest}")
        return "\n".join(lines)


def deploys_of(pipeline: Pipeline) -> dict[str, list[Deploy]]:
    """The deploys of each job that deploys."""
    found: dict[str, list[Deploy]] = {}
    for job in pipeline.jobs:
        for activity in job.activities:
            if activity.kind in DEPLOY_KINDS:
                cls = activity.environment.cls if activity.environment else "unknown"
                step = job.steps[activity.step].name if activity.step < len(job.steps) else ""
                found.setdefault(job.id, []).append(
                    (cls if cls == "ephemeral" else CLASSES[cls], step, activity.place.line)
                )
    return found


def to_prod(results: list[Result]) -> object:
    """As labels say it: true, false, or ``unknown`` where the files cannot tell."""
    answer = whether_any(each.deploys_to_prod for each in results)
    return "unknown" if answer is None else answer


def same_job(label: str, job_id: str) -> bool:
    """Whether a label's job is this one: an instance of it, or a job of what it calls."""
    return label in (job_id, job_id.split(" / ")[0], job_id.split(" (")[0], job_id.split(" / ")[-1])


def compare(
    label: dict[str, Any], pipelines: list[Pipeline], results: list[Result], tally: Tally, out: list[str]
) -> None:
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
        classes = {CLASSES.get(one, one) for one, _, _ in own} - {"none"}
        counts["class"] += 1
        if classes == {cls}:
            counts["class-right"] += 1
        else:
            out.append(f"  class    :{line} {wanted['id']}: {cls}, here {', '.join(sorted(classes))}")
    for id, deploys in found.items():
        if id not in used and any(cls not in ("none", "ephemeral") for cls, _, _ in deploys):
            counts["false"] += 1
            out.append(f"  too many :{deploys[0][2]} {id} ({deploys[0][0]})")
    told = {
        "prod": (label["verdicts"]["prod_deploy"], to_prod(results)),
        "kind": (label["pipeline_kind"], pipelines[0].kind),
    }
    for name, (expected, answer) in told.items():
        counts[name] += 1
        counts[f"{name}-right"] += expected == answer
        if expected != answer:
            why = f" ({pipelines[0].kind_reason})" if name == "kind" else ""
            out.append(f"  {name:8} {expected}, here {answer}{why}")


def compare_tests(label: dict[str, Any], pipelines: list[Pipeline], tally: Tally, out: list[str]) -> None:
    """The labels' tests against what stands in the job (and step) that they name."""
    for wanted in label["tests"]:
        kinds = TESTS.get(wanted["kind"])
        if kinds is None:
            continue
        name, _, step = wanted["id"].partition("#")
        jobs = [job for each in pipelines for job in each.jobs if same_job(name, job.id)]
        found = {
            activity.kind
            for job in jobs
            for activity in job.activities
            if not step or step in (_step_name(job, activity.step), activity.text) or step in activity.text
        }
        tally.counts["tests"] += 1
        tally.counts["tests-right"] += not found.isdisjoint(kinds)
        if found.isdisjoint(kinds):
            line = jobs[0].place.line if jobs else ""
            out.append(
                f"  tests    :{line} {wanted['id']}: {wanted['kind']}, here {', '.join(sorted(found)) or 'nothing'}"
            )


def _step_name(job: Job, index: int) -> str:
    return job.steps[index].name if index < len(job.steps) else ""


def compare_verdicts(
    label: dict[str, Any], pipelines: list[Pipeline], results: list[Result], tally: Tally, out: list[str]
) -> None:
    """The labels' verdicts against those of rules; only where labels and rules both ask."""
    for question, rules in QUESTIONS.items():
        expected = label["verdicts"][question]
        if expected == "na" or label["verdicts"]["prod_deploy"] is not True:
            continue
        answers = [(answer_of(rule, results), rule) for rule in rules]
        answer, rule = min(answers, key=lambda pair: (PASSED, UNKNOWN, FAILED, NOT_APPLICABLE).index(pair[0]))
        outcome = outcome_of(answer, expected)
        if (
            outcome == "false pass"
            and rule == "APV001"
            and label["verdicts"]["integration_test_in_preprod_before_prod"] is True
        ):
            outcome = "right"
        tally.counts[f"{question}-{outcome}"] += 1
        if outcome not in ("right", "not asked"):
            found = next((each for result in results for each in result.findings if each.rule == rule), None)
            said = (
                found.message if found else next((each.reasons[rule] for each in results if each.reasons.get(rule)), "")
            )
            line = found.place.line if found else pipelines[0].place.line
            out.append(f"  {rule}   :{line} {question} {expected}, here {answer} ({outcome}): {said}")


def answer_of(rule: str, results: list[Result]) -> str:
    """A rule's verdict over the pipelines of a file, the worst first."""
    verdicts = {result.verdicts.get(rule, NOT_APPLICABLE) for result in results}
    answer = next(each for each in (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE) if each in verdicts)
    if answer == NOT_APPLICABLE:
        for result in results:
            for other in SPEAKS:
                if other in result.reasons.get(rule, "") and result.verdicts.get(other) in (FAILED, UNKNOWN):
                    return str(result.verdicts[other])
    return answer


def outcome_of(answer: str, expected: object) -> str:
    """``right``, ``false block``, ``false pass``, ``abstained`` or ``not asked``."""
    if answer == NOT_APPLICABLE:
        return "not asked"
    if {PASSED: expected is True, FAILED: expected is False, UNKNOWN: expected == "unknown"}[answer]:
        return "right"
    return {PASSED: "false pass", FAILED: "false block", UNKNOWN: "abstained"}[answer]


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
    plan = Plan(list(load().rules.values()), profile="strict")
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
            results = [judge(pipeline, entries, plan, NOTHING_DECLARED) for pipeline in pipelines]
            compare(label, pipelines, results, tally, out)
            compare_tests(label, pipelines, tally, out)
            compare_verdicts(label, pipelines, results, tally, out)
        else:
            tally.counts["unreadable"] += 1
            out.append(f"  unread   {why}")
        tallies.setdefault(platform, Tally()).counts += tally.counts
        whole.counts += tally.counts
        if out and not options.quiet:
            print("\n".join(re.sub(r" :(?=\d)", f" {label['file']}:", line, count=1) for line in [label["file"], *out]))
    for name, each in [*tallies.items(), ("all", whole)]:
        print(each.line(name))
    for name, each in [*tallies.items(), ("all", whole)]:
        print(each.verdicts(name))
    return 1 if whole.f1() < options.min_f1 else 0


if __name__ == "__main__":
    sys.exit(main())
