"""Judges the pipelines of one root: reading, rules, suppressions. What goes wrong in one file stays there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from barraiser.checks.result import PipelineResult
from barraiser.checks.runner import judge
from barraiser.classify.entries import Entries
from barraiser.cli.entries import entries_for
from barraiser.cli.plans import Plans
from barraiser.cli.progress import Progress
from barraiser.cli.settings import Settings
from barraiser.model.pipeline import Job, Pipeline, Problem
from barraiser.model.place import Place
from barraiser.platforms.selection import Selected, read_selected
from barraiser.policy.config import Config
from barraiser.policy.suppressions import Suppression, suppressions_in
from barraiser.source.errors import MissingExtra

if TYPE_CHECKING:
    from barraiser.policy.base import Base


class RootOutcome:
    """What was found in one root. ``passed_over``: named files that have nothing to do with any pipeline. ``errors``: what barraiser
    itself could not do, each a line for the user. ``whole``: all of the root was looked at."""

    __slots__ = ("errors", "passed_over", "results", "root", "suppressions", "whole")

    def __init__(self, root: str, whole: bool) -> None:
        self.root = root
        self.whole = whole
        self.results: list[PipelineResult] = []
        self.suppressions: dict[str, list[Suppression]] = {}
        self.passed_over: list[str] = []
        self.errors: list[str] = []


def read_root(
    selected: Selected, settings: Settings, config: Config, outcome: RootOutcome, *, show_called: bool = False
) -> tuple[Entries, list[Pipeline]]:
    """The classified pipelines of a root that are reported; what cannot be done goes into the outcome."""
    entries = entries_for(selected, settings, config.declared)
    failed: dict[str, Exception] = {}
    read = read_selected(selected, entries.options, show_called=show_called, failed=failed)
    outcome.passed_over += read.passed_over
    by_path: dict[str, list[Pipeline]] = {}
    for pipeline in read.pipelines:
        by_path.setdefault(pipeline.path, []).append(pipeline)
    found: list[Pipeline] = []
    for path, pipelines in by_path.items():
        try:
            if all(scenario.event == "called" for pipeline in pipelines for scenario in pipeline.scenarios):
                entries.classify(pipelines)
            else:
                entries.keep(path, pipelines)
        except Exception as error:
            failed[path] = error
            continue
        found += pipelines
    outcome.errors += [_told(path, error) for path, error in sorted(failed.items())]
    return entries, found


def check_root(
    selected: Selected,
    settings: Settings,
    config: Config,
    plans: Plans,
    progress: Progress | None = None,
    base: Base | None = None,
) -> RootOutcome:
    """The verdicts of all rules on the pipelines of a root; waivers and the pipelines' own verdicts are not yet set.

    ``base``: the revision whose suppressions count; None where the files' own do.
    """
    outcome = RootOutcome(selected.root, selected.whole)
    plan = plans.of(config)
    entries, pipelines = read_root(selected, settings, config, outcome)
    for pipeline in pipelines:
        if progress is not None:
            progress.step()
        try:
            result = judge(pipeline, entries, plan, config.declared)
        except Exception as error:
            outcome.errors.append(_told(pipeline.path, error))
            continue
        result.root = selected.root
        result.pipeline = without_steps(pipeline)
        outcome.results.append(result)
        outcome.errors += [
            f"{crash.path}: the rule {crash.rule} failed, so its verdict is unknown: {crash.error}"
            for crash in result.crashes
        ]
        _suppressions(pipeline.files, entries, outcome, base)
    return outcome


LightJob = tuple[str, Place, str, str]
"""Id, place, the platform's own id and template of a job."""


def without_steps(pipeline: Pipeline) -> Pipeline:
    """What reports and the policy ask of a judged pipeline: a run over thousands cannot keep all that was read."""
    return light_pipeline(*light_parts(pipeline))


def light_parts(pipeline: Pipeline) -> tuple[Any, ...]:
    """The arguments of :func:`light_pipeline` for a pipeline."""
    jobs = [
        (job.id, job.place, job.own_id, job.template) for each in (pipeline, *pipeline.variants) for job in each.jobs
    ]
    return (
        pipeline.path, pipeline.platform, pipeline.name, pipeline.place, jobs, pipeline.problems, pipeline.files,
        pipeline.default_branch, pipeline.default_branch_from, pipeline.kind, pipeline.kind_reason,
    )  # fmt: skip


def light_pipeline(
    path: str,
    platform: str,
    name: str,
    place: Place,
    jobs: Sequence[LightJob],
    problems: Sequence[Problem],
    files: Sequence[str],
    default_branch: str,
    default_branch_from: str,
    kind: str,
    kind_reason: str,
) -> Pipeline:
    """A judged pipeline without its steps."""
    light = Pipeline(
        path,
        platform,
        name=name,
        place=place,
        jobs=[Job(id, where, own_id=own, template=template) for id, where, own, template in jobs],
        problems=problems,
        files=files,
        default_branch=default_branch,
        default_branch_from=default_branch_from,
    )
    light.kind, light.kind_reason = kind, kind_reason
    return light


def _suppressions(files: Sequence[str], entries: Entries, outcome: RootOutcome, base: Base | None) -> None:
    for path in files:
        if path not in outcome.suppressions:
            found = outcome.suppressions[path] = suppressions_in(path, entries.repository)
            if found and base is not None:
                from barraiser.policy.base import mark_new

                mark_new(found, base, entries.repository, path)


def _told(path: str, error: Exception) -> str:
    """An error in one file as a line for the user."""
    if isinstance(error, MissingExtra):
        return str(error)
    message = f"{path}: internal error, the file was not checked: {type(error).__name__}: {error}"
    if os.environ.get("BARRAISER_DEBUG"):
        from traceback import format_exception

        message += "\n" + "".join(format_exception(error))
    return message
