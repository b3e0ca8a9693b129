"""What each rule says about real pipelines, counted by platform.

Reads the files that ``MANIFEST.tsv`` of the folder that BARRAISER_CORPUS names lists (columns ``path``, ``platform``, ``kind``; tests of
other tools are left out) and prints a table of rule and platform: how many of the pipelines that deploy fail it, cannot be told, pass it
and are not asked. A rule that fires on more than half of the pipelines that it is asked of, or on none, is marked for a reader.

    BARRAISER_CORPUS=FOLDER python benchmarks/findings.py [--profile PROFILE] [--each RULE] [--markdown] [PART-OF-A-PATH...]

``--each RULE`` (or ``ALL``) prints a line for each pipeline instead: path, platform, verdict, and the message or the reason.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from accuracy import read

from barraiser.checks.plan import Plan
from barraiser.checks.registry import load
from barraiser.checks.result import PipelineResult
from barraiser.checks.rule import Rule
from barraiser.checks.runner import judge
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.model.words import FAILED, NOT_APPLICABLE, PASSED, PLATFORMS, PROFILES, UNKNOWN
from barraiser.policy.profiles import defaults, severity_in

NAMES = {"github": "github-actions", "gitlab": "gitlab-ci", "codepipeline": "codepipeline"}
SHOWN = (FAILED, UNKNOWN, PASSED, NOT_APPLICABLE)


def judged(folder: str, parts: list[str], rules: list[type[Rule]], profile: str) -> Iterator[PipelineResult]:
    """The results of every pipeline of the corpus that deploys, or may."""
    plan = Plan(
        rules,
        profile=profile,
        parameters={rule.id: defaults(rule) for rule in rules},
        severities={rule.id: severity_in(rule, profile) for rule in rules},
    )
    with (Path(folder) / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["kind"] != "peer-test"]
    for row in rows:
        if parts and not any(part in row["path"] for part in parts):
            continue
        pipelines, entries, _ = read(folder, row["path"], NAMES[row["platform"]])
        for pipeline in pipelines:
            result = judge(pipeline, entries, plan, NOTHING_DECLARED)
            if result.deploys_to_prod is not False or pipeline.kind in ("static-site", "library-publish"):
                result.pipeline.path = row["path"]
                yield result


def said(result: PipelineResult, rule: str) -> str:
    """Why a rule's verdict is what it is: its findings' messages, else its reason."""
    messages = [f"{each.severity} {each.place.line}: {each.message}" for each in result.findings if each.rule == rule]
    return " / ".join(messages) or result.reasons.get(rule, "")


def each_line(results: list[PipelineResult], rules: list[str]) -> list[str]:
    lines = []
    for result in results:
        for rule in rules:
            verdict = result.verdicts.get(rule, NOT_APPLICABLE)
            where = f"{result.pipeline.path} {result.pipeline.name or '-'}"
            lines.append(f"{rule} {verdict:14} {result.pipeline.kind} {where}: {said(result, rule)}")
    return sorted(lines)


def table(results: list[PipelineResult], rules: list[str], *, markdown: bool) -> list[str]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for result in results:
        for rule in rules:
            counts[rule, result.pipeline.platform, result.verdicts.get(rule, NOT_APPLICABLE)] += 1
    heads = [f"{platform} ({sum(each.pipeline.platform == platform for each in results)})" for platform in PLATFORMS]
    if markdown:
        lines = [f"| rule | {' | '.join(heads)} | |", f"| --- | {' | '.join('---' for _ in heads)} | --- |"]
    else:
        lines = [f"{'rule':8} " + " ".join(f"{head:>22}" for head in heads), f"{'':8} " + " fail  ??  ok  n/a    " * 3]
    for rule in rules:
        cells = [[counts[rule, platform, verdict] for verdict in SHOWN] for platform in PLATFORMS]
        failed, unknown, passed, _ = (sum(column) for column in zip(*cells, strict=True))
        asked = failed + unknown + passed
        mark = "never" if not failed else "> half" if failed * 2 > asked else ""
        if markdown:
            lines.append(f"| {rule} | {' | '.join('/'.join(map(str, cell)) for cell in cells)} | {mark} |")
        else:
            lines.append(f"{rule:8} " + " ".join("{:>5} {:>3} {:>3} {:>4}    ".format(*cell) for cell in cells) + mark)
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description="What each rule says about the pipelines of a corpus.")
    parser.add_argument("parts", nargs="*", help="only files whose path holds one of these")
    parser.add_argument("--profile", choices=PROFILES, default=PROFILES[-1])
    parser.add_argument("--each", metavar="RULE", help="a line for each pipeline; ALL for all rules")
    parser.add_argument(
        "--markdown", action="store_true", help="the table as Markdown: failed/unknown/passed/not asked"
    )
    options = parser.parse_args()
    folder = os.environ.get("BARRAISER_CORPUS", "")
    if not folder:
        print("BARRAISER_CORPUS names no folder", file=sys.stderr)
        return 2
    registry = load(profile=options.profile)
    results = list(judged(folder, options.parts, list(registry.rules.values()), options.profile))
    if options.each:
        print("\n".join(each_line(results, registry.select([options.each]))))
    else:
        print("\n".join(table(results, list(registry.rules), markdown=options.markdown)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
