"""``barraiser check``: the gate."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from barraiser.checks.fingerprint import number
from barraiser.checks.registry import RuleError
from barraiser.checks.result import BLOCKED, UNREADABLE
from barraiser.checks.rule import Rule
from barraiser.cli import options as shared
from barraiser.cli.parser import OPERANDS, Parser, one_of, whole_number
from barraiser.cli.plans import Plans
from barraiser.cli.progress import Progress
from barraiser.cli.roots import Configs, prefixes_of, select_roots
from barraiser.cli.settings import Settings
from barraiser.cli.work import RootOutcome, check_root
from barraiser.model.place import Place
from barraiser.model.words import PROFILES
from barraiser.platforms.selection import Selected
from barraiser.policy.take import ConfigError
from barraiser.report.report import Report

FORMATS = ("text", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "html")
FAIL_ON = ("error", "warning")
PARALLEL_FROM = 200
"""Entries from which on processes of their own pay for the time that it takes to start them."""


def parser() -> Parser:
    """What the command takes."""
    found = Parser(
        "check",
        "Check the pipelines in PATHs (default: the working folder; - reads standard input) against the rules.",
        "[PATH]...",
        most=sys.maxsize,
    )
    add = found.add_argument_group("Rules").add_argument
    add(
        "--profile",
        type=one_of(PROFILES),
        metavar="NAME",
        default=None,
        help=f"Which rules are on: {', '.join(PROFILES)} (default: basic).",
    )
    add(
        "--select",
        action="append",
        metavar="RULES",
        default=[],
        help="Only these: ids, families, names or ALL, by commas.",
    )
    add("--extend-select", action="append", metavar="RULES", default=[], help="These too.")
    add("--ignore", action="append", metavar="RULES", default=[], help="Not these.")
    group = found.add_argument_group("Report")
    shared.output(group, FORMATS)
    group.add_argument("--statistics", action="store_true", help="Count what each rule found (text and concise).")
    group.add_argument("--show-passed", action="store_true", help="Show what passed too, and why.")
    group.add_argument("--show-unknown", action="store_true", help="Show each thing that the files cannot tell.")
    shared.color(group, "the report")
    add = found.add_argument_group("Exit status").add_argument
    add(
        "--fail-on",
        type=one_of(FAIL_ON),
        metavar="SEVERITY",
        default="error",
        help="What blocks: error, warning (default: error).",
    )
    add("--exit-zero", action="store_true", help="Report what is blocked, but leave with status 0.")
    add("--allow-empty", action="store_true", help="Finding no pipeline is no error.")
    shared.where_to_look(found)
    shared.policy_ref(found)
    add = found.add_argument_group("Speed").add_argument
    add(
        "--jobs",
        type=whole_number(256),
        default=0,
        metavar="N",
        help="Processes, at most 256 (default, or 0: as many as pay).",
    )
    return found


def command(given: dict[str, Any]) -> None:
    """Check the pipelines in PATHs (default: the working folder; - reads standard input) against the rules."""
    outputs = shared.outputs_of(given["output_format"], given["output_file"], "text")
    try:
        settings = _settings(given)
        report, errors, blocks = run(settings)
    except (ConfigError, RuleError) as error:
        shared.stop(str(error))
    except FileNotFoundError as error:
        shared.stop(f"barraiser: {error}: there is no such file or folder")
    for path, form in outputs.items():
        text = _rendered(report, form, given, to_file=bool(path))
        if path:
            shared.write_file(path, text)
        else:
            shared.write_stdout(text)
    for line in errors:
        shared.tell(f"barraiser: {line}")
    if not report.results and not errors:
        shared.tell(
            "barraiser: no pipeline was found" + ("" if given["allow_empty"] else " (--allow-empty allows that)")
        )
    raise SystemExit(_status(report, errors, blocks, given))


def run(settings: Settings) -> tuple[Report, list[str], bool]:
    """The report of a run, what barraiser could not do, and whether a finding about the policy itself blocks.

    Raises ConfigError, RuleError, and FileNotFoundError for a path that does not exist.
    """
    configs = Configs(settings)
    selected = select_roots(settings, configs)
    prefixes = prefixes_of([each.root for each in selected])
    configs.show_with(prefixes)
    plans = Plans(settings)
    roots = [each.root for each in selected]
    for root in roots:
        plans.of(configs.of(root))
    outcomes = _outcomes(selected, configs, plans)
    rules: dict[str, type[Rule]] = {}
    findings = []
    errors: list[str] = []
    blocks = False
    for outcome in outcomes:
        config = configs.of(outcome.root)
        policy = plans.policy(config)
        outcome.results.sort(key=lambda result: result.pipeline.path)
        policy.settle(outcome.results, outcome.suppressions, whole=outcome.whole)
        if not settings.config or outcome is outcomes[0]:
            findings += policy.findings
            if outcome.root in configs.changed:
                changed = policy.hygiene.of_changed_config(Place(configs.changed[outcome.root], 1), settings.policy_ref)
                findings += [changed] if changed is not None else []
        blocks = blocks or any(policy.blocks(finding) for finding in policy.findings)
        rules.update((rule.id, rule) for rule in plans.of(config).rules)
        prefix = prefixes.get(outcome.root, "")
        errors += [prefix + line for line in outcome.errors]
        for path in outcome.passed_over:
            shared.tell(f"barraiser: {prefix}{path}: passed over, it is part of no pipeline")
    results = [result for outcome in outcomes for result in outcome.results]
    results.sort(key=lambda result: prefixes.get(result.root, "") + result.pipeline.path)
    number([finding for result in results for finding in result.findings] + findings)
    shown = [config for config in (configs.of(root) for root in roots) if config.path]
    report = Report(
        results,
        rules=rules,
        profile=plans.of(configs.of(roots[0])).profile if roots else "basic",
        as_of=settings.as_of,
        policy_path=shown[0].path if shown else "",
        policy_origin=("ref" if settings.policy_ref else "file") if shown else "none",
        policy_findings=findings,
        prefixes=prefixes,
        evidence_required=[root for root in roots if configs.of(root).declared.evidence_required],
    )
    return report, errors, blocks


def _outcomes(selected: list[Selected], configs: Configs, plans: Plans) -> list[RootOutcome]:
    """What each root gives, in the order of the roots. Empties the list: what was read of a root is not kept."""
    settings = configs.settings
    workers = _workers(selected, settings)
    if workers > 1:
        from barraiser.cli.parallel import check_in_parallel

        return check_in_parallel(selected, workers, configs)
    selected.reverse()
    found = []
    progress = Progress("pipelines")
    while selected:
        each = selected.pop()
        found.append(check_root(each, settings, configs.of(each.root), plans, progress, configs.base))
    progress.end()
    return found


def _workers(selected: Sequence[Selected], settings: Settings) -> int:
    """How many processes to use: as asked, else all processors where that pays; one where there is one root."""
    if len(selected) < 2 or settings.stdin is not None:
        return 1
    if settings.jobs:
        return min(settings.jobs, len(selected))
    entries = sum(len(each.entries) + len(each.named) for each in selected)
    return min(os.cpu_count() or 1, len(selected)) if entries >= PARALLEL_FROM else 1


def _settings(given: dict[str, Any]) -> Settings:
    stdin = shared.read_stdin(given[OPERANDS])
    return Settings(
        given[OPERANDS],
        as_of=shared.as_of_date(given["as_of"]),
        config=given["config"],
        isolated=given["isolated"],
        root=given["root"],
        platform=given["platform"] or "",
        policy_ref=shared.policy_ref_of(given),
        default_branch=given["default_branch"],
        include_map=shared.include_map_of(given["include_map"]),
        profile=given["profile"] or "",
        select=_words(given["select"]),
        extend_select=_words(given["extend_select"]),
        ignore=_words(given["ignore"]),
        fail_on=given["fail_on"],
        jobs=given["jobs"],
        stdin=stdin,
        stdin_name=given["stdin_filename"],
    )


def _words(given: Sequence[str]) -> list[str]:
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def _rendered(report: Report, form: str, given: dict[str, Any], *, to_file: bool) -> str:
    """The report in a format; only the format's own module is imported."""
    if form == "json":
        from barraiser.report import json_report

        return json_report.render(report, show_passed=given["show_passed"])
    if form == "sarif":
        from barraiser.report import sarif

        return sarif.render(report)
    if form in ("github", "gitlab", "junit", "markdown"):
        from importlib import import_module

        rendered: str = import_module(f"barraiser.report.{form}").render(report)
        return rendered
    if form == "html":
        from barraiser.report import html

        return html.render(report, show_unknown=given["show_unknown"])
    from barraiser.report import text

    if form == "concise":
        from barraiser.report import concise

        shown = concise.render(report, show_unknown=given["show_unknown"])
    else:
        options = text.TextOptions(
            width=100 if to_file else shared.width(),
            colored=not to_file and shared.colored(given["color"]),
            show_passed=given["show_passed"],
            show_unknown=given["show_unknown"],
        )
        shown = text.render(report, options)
    return f"{shown}\n{text.statistics(report)}" if given["statistics"] else shown


def _status(report: Report, errors: Sequence[str], blocks: bool, given: dict[str, Any]) -> int:
    """2 before 1 before 3 before 0 (design section 5)."""
    if errors:
        return shared.COULD_NOT_WORK
    if blocks or any(result.verdict in (BLOCKED, UNREADABLE) for result in report.results):
        return 0 if given["exit_zero"] else 1
    if not report.results:
        return 0 if given["allow_empty"] else 3
    return 0
