"""Small pipelines with known answers: reads the case files beside this one, and asks the linter for each stated fact.

A case file holds cases, each of three parts. ``=== NAME`` starts one. Then its header: ``source:`` the documentation that the answers
come from, ``because:`` what follows from it here, and the facts. Then its files, each below ``--- PATH``; the first one is the entry that
the facts are about, until a line ``entry: PATH`` names another. Lines ``define NAME: TEXT`` before the first case stand for texts that
its files hold as ``<NAME>``. A fact is one of

    scenarios: push to main, tag           the ways in which the pipeline is started
    jobs: build, deploy                    the ids of its jobs, in any order
    runs JOB in SCENARIO: yes              whether a job runs (yes, no, maybe); without ``in``, the same in every scenario
    edge A -> B: hard                      hard, soft, order, or none where the platform's own order has no such edge
    before A -> B: yes                     whether A comes before B, whatever the strength
    gates A -> B in SCENARIO: no           whether A must have succeeded before B can start; without ``in``, wherever B runs or may run
    prod: yes                              whether the pipeline deploys to production (yes, no, maybe); ``prod in SCENARIO`` in one of them
    environment JOB: staging (gamma)       where a job's first deploy goes, and of which class that is
    rule TST004: failed                    the verdict of a rule: passed, failed, unknown, not-applicable

A job of another pipeline is ``PATH#JOB``. ``A[kind]`` picks one of a job's activities by kind, ``A[kind 2]`` the second such; a bare ``A``
is the first test, gate or deploy of the job before the arrow, and the first deploy of the one behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from barraiser.checks.plan import Plan
from barraiser.checks.registry import load
from barraiser.checks.result import PipelineResult
from barraiser.checks.runner import judge
from barraiser.checks.subjects import prod_deploys
from barraiser.classify.entries import Entries
from barraiser.graph.build import stage_graph
from barraiser.graph.node import Node
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.declarations import NOTHING_DECLARED
from barraiser.model.pipeline import Pipeline
from barraiser.model.tri import NO, TRI_NAMES
from barraiser.model.words import DEPLOY_KINDS, TEST_KINDS
from barraiser.platforms.reader import ReadOptions
from barraiser.policy.config import read_config_file
from barraiser.source.repository import Repository

GATES = (*TEST_KINDS, "approval", "bake", "alarm-gate", "window", "plan")
FACT = re.compile(r"(scenarios|jobs|runs|edge|before|gates|prod|environment|rule)\b *(.*?): (.*)")
PICKED = re.compile(r"(.*)\[([a-z0-9-]+)(?: (\d+))?\]")
WAYS = ("push to main", "push to another branch", "tag", "merge request", "schedule")
"""Ways of starting that a pipeline does not have where no job would run: nothing is created then."""

CONFIGURATION = ".barraiser.yml"
TODAY = "2026-11-01"


class Fact:
    """``entry``: the file that it is about; ``kind``, ``about`` and ``expected``: the words of its line."""

    def __init__(self, entry: str, kind: str, about: str, expected: str) -> None:
        self.entry = entry
        self.kind = kind
        self.about = about
        self.expected = expected

    def __str__(self) -> str:
        return f"{self.kind} {self.about}: {self.expected}".replace(" :", ":")


class Case:
    """One case of a case file."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.source = ""
        self.because = ""
        self.files: dict[str, str] = {}
        self.facts: list[Fact] = []


def read_cases(path: Path) -> list[Case]:
    """The cases of a file; raises ``ValueError`` for a line that is none of what is described above."""
    cases: list[Case] = []
    entry = current = ""
    defined: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("=== "):
            cases.append(Case(line[4:].strip()))
            entry = current = ""
        elif line.startswith("--- "):
            current = line[4:].strip()
            cases[-1].files[current] = ""
        elif current:
            for name, text in defined.items():
                line = line.replace(name, text)
            cases[-1].files[current] += line + "\n"
        elif line.startswith("define ") and not cases:
            name, _, text = line[7:].partition(": ")
            defined[f"<{name}>"] = text
        elif line.startswith("entry: "):
            entry = line[7:].strip()
        elif line.startswith(("source: ", "because: ")):
            word, _, text = line.partition(": ")
            setattr(cases[-1], word, f"{getattr(cases[-1], word)} {text}".strip())
        elif line.strip() and not line.startswith("#"):
            match = FACT.fullmatch(line)
            if match is None:
                raise ValueError(f"{path.name}:{number}: not a fact: {line}")
            expected = match[3].strip()
            if match[1] == "jobs":
                expected = ", ".join(sorted(_ids(expected)))
            cases[-1].facts.append(Fact(entry, match[1], match[2], expected))
    return cases


def _ids(text: str) -> list[str]:
    """The job ids of a list; a comma in round brackets belongs to an id."""
    return [each.strip() for each in re.split(r",(?![^(]*\))", text)]


class Answers:
    """What the linter says of a case whose files stand below ``root``."""

    def __init__(self, case: Case, root: Path) -> None:
        for name, text in case.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        declared = NOTHING_DECLARED
        if CONFIGURATION in case.files:
            declared = read_config_file(str(root / CONFIGURATION), TODAY).declared
        self._declared = declared
        options = ReadOptions(default_branch=declared.default_branch or "main")
        self._entries = Entries(Repository(str(root)), options, declared)
        self._first = next(iter(case.files))
        self._results: dict[str, PipelineResult] = {}
        self._graphs: dict[str, StageGraph] = {}

    def problems(self) -> list[str]:
        """What is wrong with the case's own files."""
        return [
            f"{problem.place}: {problem.message}"
            for path in self._entries.paths()
            for pipeline in self._entries.at(path)
            for problem in pipeline.problems
        ]

    def to(self, fact: Fact) -> str:
        """The answer to a fact's question, in the words of its answer."""
        path = fact.entry or self._first
        about, _, scenario = fact.about.partition(" in ")
        graph = self._graph(path)
        pipeline = graph.pipeline
        if fact.kind == "scenarios":
            return ", ".join(each.name for each in pipeline.scenarios)
        if fact.kind == "jobs":
            return ", ".join(sorted(each.id for each in pipeline.jobs))
        if fact.kind == "rule":
            return self._result(path).verdicts[about]
        if fact.kind == "environment":
            return _environment(graph, about)
        if fact.kind == "edge":
            return _edge(pipeline, *_arrow(about))
        if fact.kind == "prod" and not fact.about:
            reaches = self._result(path).deploys_to_prod
            return "maybe" if reaches is None else "yes" if reaches else "no"
        scenario = scenario or fact.about.removeprefix("in ") if fact.kind == "prod" else scenario
        if (
            fact.kind in ("runs", "prod")
            and scenario in WAYS
            and not any(each.name == scenario for each in pipeline.scenarios)
        ):
            return "no"
        if not pipeline.scenarios:
            return "no"
        numbers = _scenarios(pipeline, scenario)
        if fact.kind == "prod":
            return _agreed((_prod(graph, number), pipeline, number) for number in numbers)
        if fact.kind == "runs":
            node = _node(graph, about, DEPLOY_KINDS)
            unit = graph.unit_of[node.index]
            own = "[" in about
            return _agreed(
                (
                    TRI_NAMES[
                        graph.in_scenario(number).runs(node) if own else graph.in_scenario(number).job_runs(unit)
                    ],
                    pipeline,
                    number,
                )
                for number in numbers
            )
        first, then = _arrow(about)
        if not _is_there(graph, first):
            return "no"
        gate, node = _node(graph, first, (*GATES, *DEPLOY_KINDS)), _node(graph, then, DEPLOY_KINDS)
        if fact.kind == "before":
            return "yes" if graph.in_scenario(numbers[0]).before(gate, node) else "no"
        return _agreed(
            (TRI_NAMES[graph.in_scenario(number).gates(gate, node)], pipeline, number)
            for number in numbers
            if scenario or graph.in_scenario(number).runs(node) != NO
        )

    def why(self, fact: Fact) -> str:
        """For a rule's verdict: what the report says."""
        return self._result(fact.entry or self._first).reasons.get(fact.about, "") if fact.kind == "rule" else ""

    def _pipeline(self, path: str) -> Pipeline:
        path, _, name = path.partition("#")
        found = [each for each in self._entries.at(path) if not name or each.name == name]
        assert len(found) == 1, f"{path} has {len(found)} pipelines"
        return found[0]

    def _graph(self, path: str) -> StageGraph:
        if path not in self._graphs:
            self._graphs[path] = stage_graph(self._pipeline(path), self._entries)
        return self._graphs[path]

    def _result(self, path: str) -> PipelineResult:
        if path not in self._results:
            plan = Plan(list(load().rules.values()), profile="basic")
            self._results[path] = judge(self._pipeline(path), self._entries, plan, self._declared)
        return self._results[path]


def _arrow(about: str) -> tuple[str, str]:
    first, arrow, then = about.partition(" -> ")
    assert arrow, f"no arrow in {about!r}"
    return first.strip(), then.strip()


def _scenarios(pipeline: Pipeline, name: str) -> list[int]:
    """The indices of the scenarios of that name; of all where it is empty."""
    found = [number for number, each in enumerate(pipeline.scenarios) if not name or each.name == name]
    assert found, f"no scenario {name!r} among {[each.name for each in pipeline.scenarios]}"
    return found


def _agreed(answers: Iterator[tuple[str, Pipeline, int]]) -> str:
    """The one answer that all scenarios give; else what each says."""
    told = {pipeline.scenarios[number].name: answer for answer, pipeline, number in answers}
    if not told:
        return "never"
    return next(iter(told.values())) if len(set(told.values())) == 1 else str(told)


def _is_there(graph: StageGraph, name: str) -> bool:
    """Whether another pipeline that a name speaks of stands before this one at all."""
    path = name.rpartition("#")[0]
    return not path or any(node.pipeline.path == path for node in graph.nodes)


def _node(graph: StageGraph, name: str, kinds: Sequence[str]) -> Node:
    match = PICKED.fullmatch(name)
    job, kind, count = (match[1], match[2], int(match[3] or 1)) if match else (name, "", 1)
    path, _, job = job.rpartition("#")
    path = path or graph.pipeline.path
    nodes = [node for node in graph.nodes if node.job.id == job and node.pipeline.path == path]
    assert nodes, f"no job {job!r} of {path} among {[f'{node.pipeline.path}#{node.job.id}' for node in graph.nodes]}"
    if kind:
        nodes = [node for node in nodes if node.kind == kind]
        assert len(nodes) >= count, f"only {len(nodes)} activities of kind {kind!r} in {job!r}"
        return nodes[count - 1]
    return next((node for node in nodes if node.kind in kinds), nodes[0])


def _edge(pipeline: Pipeline, source: str, target: str) -> str:
    ids = {each.id for each in pipeline.jobs}
    assert {source, target} <= ids, f"{source!r} or {target!r} is not among {sorted(ids)}"
    found = [each.strength for each in pipeline.edges if (each.source, each.target) == (source, target)]
    return " and ".join(found) or "none"


def _prod(graph: StageGraph, number: int) -> str:
    scenario = graph.in_scenario(number)
    return TRI_NAMES[max((scenario.runs(node) for node in prod_deploys(graph)), default=NO)]


def _environment(graph: StageGraph, name: str) -> str:
    node = _node(graph, name, DEPLOY_KINDS)
    return f"{node.environment.name} ({node.environment.cls})" if node.environment else "none"
