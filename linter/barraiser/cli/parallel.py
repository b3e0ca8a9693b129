"""Several processes for runs over many roots; the result is the same as that of one."""

from __future__ import annotations

import copyreg
from collections.abc import Sequence
from typing import Any

from barraiser.cli.plans import Plans
from barraiser.cli.progress import Progress
from barraiser.cli.roots import Configs
from barraiser.cli.settings import Settings
from barraiser.cli.work import RootOutcome, check_root, light_parts, light_pipeline
from barraiser.model.pipeline import Pipeline, Problem
from barraiser.model.place import Place
from barraiser.platforms.selection import Selected
from barraiser.source.repository import Repository


def _place(place: Place) -> tuple[Any, ...]:
    return Place, place.key()


def _problem(problem: Problem) -> tuple[Any, ...]:
    return _problem_again, (problem.message, problem.place, problem.fix, problem.fatal)


def _problem_again(message: str, place: Place, fix: str, fatal: bool) -> Problem:
    return Problem(message, place, fix=fix, fatal=fatal)


def _pipeline(pipeline: Pipeline) -> tuple[Any, ...]:
    return light_pipeline, light_parts(pipeline)


# Instances of compiled classes cannot be pickled as others are.
copyreg.pickle(Place, _place)
copyreg.pickle(Problem, _problem)
copyreg.pickle(Pipeline, _pipeline)

Task = tuple[str, list[tuple[str, str]], list[tuple[str, str]], bool]

_state: list[tuple[Settings, Configs, Plans]] = []


def check_in_parallel(selected: Sequence[Selected], workers: int, configs: Configs) -> list[RootOutcome]:
    """What each root gives, in the order of the roots."""
    from concurrent.futures import ProcessPoolExecutor

    tasks = [(each.root, each.entries, each.named, each.whole) for each in selected]
    progress = Progress("repositories")
    chunk = max(1, min(16, len(tasks) // (workers * 4)))
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=(configs.settings, configs.prefixes)) as pool:
        found = []
        for outcome in pool.map(_work, tasks, chunksize=chunk):
            found.append(outcome)
            progress.step()
        progress.end()
        return found


def _begin(settings: Settings, prefixes: dict[str, str]) -> None:
    configs = Configs(settings)
    configs.show_with(prefixes)
    _state[:] = [(settings, configs, Plans(settings))]


def _work(task: Task) -> RootOutcome:
    settings, configs, plans = _state[0]
    root, entries, named, whole = task
    return check_root(
        Selected(Repository(root), entries, named, whole=whole), settings, configs.of(root), plans, base=configs.base
    )
