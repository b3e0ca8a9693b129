"""Asks every rule about every subject in every scenario, and merges the answers into verdicts (design 3a)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from sys import intern
from typing import Any, Final

from barraiser.checks.answer import Answer
from barraiser.checks.case import Case, Subject
from barraiser.checks.fingerprint import identity_of
from barraiser.checks.plan import Plan
from barraiser.checks.result import Finding, PipelineResult, RuleCrash, WitnessStep
from barraiser.checks.rule import PIPELINE, PUBLISH, Rule, Value
from barraiser.checks.severity import severity_of
from barraiser.checks.subjects import (
    deploy_subjects,
    deploys_to_prod,
    nameless,
    prod_deploys,
    publish_subjects,
    unread_whole,
)
from barraiser.classify.entries import Entries
from barraiser.graph.build import stage_graph
from barraiser.graph.elsewhere import Elsewhere
from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.declarations import Declarations
from barraiser.model.pipeline import Pipeline, Problem
from barraiser.model.tri import NO
from barraiser.model.words import FAILED, NOT_APPLICABLE, PASSED, SEVERITIES, UNKNOWN

RANK: Final = {FAILED: 0, UNKNOWN: 1, PASSED: 2, NOT_APPLICABLE: 3}
"""Which answer wins when answers are merged."""

SPOKEN_FOR: Final = 1.5
"""The rank of an answer for which another rule speaks: what is amiss there is said, so that no pass elsewhere may stand for it."""

NO_PROD: Final = "It does not deploy to production."
UNREAD: Final = "What it includes may deploy to production, and cannot be read here."
NAMELESS: Final = "It deploys to an environment that nothing names: whether that is production cannot be told."

ASKED_OF_ALL: Final = "pure-ci"
"""The kind whose rules are asked of a pipeline that does not reach production, whatever its own kind."""


def judge(pipeline: Pipeline, entries: Entries, plan: Plan, declared: Declarations) -> PipelineResult:
    """The verdicts of a plan's rules on one pipeline.

    A rule that raises is kept as a ``RuleCrash``, its verdict unknown; the others go on.
    """
    if pipeline.variants:
        from barraiser.checks.variants import judged

        return judged(pipeline, plan, lambda variant: _of_variant(variant, entries, plan, declared))
    return _Run(pipeline, entries, plan, declared).result()


def _of_variant(
    variant: Pipeline, entries: Entries, plan: Plan, declared: Declarations
) -> tuple[PipelineResult, dict[tuple[str, str], str]]:
    """What is judged of one variant, with the verdict by rule and subject."""
    run = _Run(variant, entries, plan, declared)
    return run.result(), run.by_subject


MAX_EFFORT: Final = 10_000_000
"""Production deploys times the edges looked at for each: a few seconds of work."""


class _Given:
    """An answer, with where it was given: ``scenario`` is an index, -1 for a rule about the pipeline."""

    __slots__ = ("answer", "scenario", "subject")

    def __init__(self, answer: Answer, subject: Subject, scenario: int) -> None:
        self.answer = answer
        self.subject = subject
        self.scenario = scenario


class _Run:
    def __init__(self, pipeline: Pipeline, entries: Entries, plan: Plan, declared: Declarations) -> None:
        self.pipeline = pipeline
        self.entries = entries
        self.plan = plan
        self.declared = declared
        self.findings: list[Finding] = []
        self.verdicts: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.crashes: list[RuleCrash] = []
        # Verdict by rule, subject and scenario, for the rules that come after.
        self.given: dict[tuple[str, str, int], str] = {}
        self.by_subject: dict[tuple[str, str], str] = {}
        self.memory: dict[tuple[Hashable, ...], Any] = {}
        self._speakers = [rule.id for rule in plan.rules if rule.speaks_for_unmerged]
        self._for_gates = [rule.id for rule in plan.rules if rule.speaks_for_gates]
        self._undecided: str | None = None
        self._told: dict[tuple[str, str, str, str, int, int], Finding] = {}
        self._running: dict[tuple[Subject, int], tuple[ScenarioGraph, tuple[Node, ...]]] = {}

    def result(self) -> PipelineResult:
        if any(problem.fatal for problem in self.pipeline.problems):
            return PipelineResult(self.pipeline, "", verdicts={}, reasons={}, findings=[], deploys_to_prod=None)
        graph = stage_graph(self.pipeline, self.entries)
        reaches = deploys_to_prod(graph)
        too_much = self._too_much(graph)
        if too_much is not None:
            self.pipeline.problems = (*self.pipeline.problems, too_much)
            return PipelineResult(self.pipeline, "", verdicts={}, reasons={}, findings=[], deploys_to_prod=reaches)
        kind = self.pipeline.kind or ASKED_OF_ALL
        if reaches is False and kind not in ("static-site", "library-publish"):
            kind = ASKED_OF_ALL
        subjects = {
            "deploy": publish_subjects(graph) if kind == "library-publish" else deploy_subjects(graph),
            PUBLISH: publish_subjects(graph),
            PIPELINE: [Subject("pipeline", prod_deploys(graph), self.pipeline.place, kind=kind)],
        }
        elsewhere = Elsewhere(self.entries, self.pipeline)
        for rule in self.plan.ordered():
            self._ask(rule, kind, subjects[rule.asks], graph, elsewhere)
        order = {rule.id: number for number, rule in enumerate(self.plan.rules)}
        self.findings.sort(key=lambda finding: order[finding.rule])
        return PipelineResult(
            self.pipeline,
            "",
            verdicts={rule.id: self.verdicts[rule.id] for rule in self.plan.rules},
            reasons={rule.id: self.reasons[rule.id] for rule in self.plan.rules if rule.id in self.reasons},
            findings=self.findings,
            deploys_to_prod=reaches,
            crashes=self.crashes,
        )

    def _too_much(self, graph: StageGraph) -> Problem | None:
        """A limit on the work: no pipeline that people wrote comes near it."""
        deploys = len(deploy_subjects(graph))
        if deploys * graph.effort() <= MAX_EFFORT:
            return None
        return Problem(
            f"{deploys} production deploys among {len(self.pipeline.jobs)} jobs and {len(self.pipeline.edges):,} edges "
            "are too many to judge",
            self.pipeline.place,
            fix="split the pipeline",
        )

    def _ask(
        self, rule: type[Rule], kind: str, subjects: Sequence[Subject], graph: StageGraph, elsewhere: Elsewhere
    ) -> None:
        silent = self._not_asked(rule, kind, subjects)
        if silent:
            self.verdicts[rule.id], self.reasons[rule.id] = NOT_APPLICABLE, silent
            open_end = self._open_end(graph) if silent == NO_PROD and rule.asks == "deploy" else ""
            if open_end:
                # One rule says so and names what would settle it (GOV007); the others have no finding of their own.
                self.verdicts[rule.id], self.reasons[rule.id] = UNKNOWN, open_end
            return
        try:
            given = [each for subject in subjects for each in self._answers(rule, subject, graph, elsewhere)]
        except Exception as error:
            self.crashes.append(RuleCrash(rule.id, self.pipeline.path, f"{type(error).__name__}: {error}"))
            self.verdicts[rule.id] = UNKNOWN
            self.reasons[rule.id] = "The rule itself failed, so nothing is known."
            return
        self._merge(rule, kind, subjects, given)

    def _open_end(self, graph: StageGraph) -> str:
        """Why it may deploy to production although nothing in it surely does; told once for all rules."""
        if self._undecided is None:
            self._undecided = NAMELESS if nameless(graph) else UNREAD if unread_whole(graph) else ""
        return self._undecided

    def _not_asked(self, rule: type[Rule], kind: str, subjects: Sequence[Subject]) -> str:
        """Why a rule is not asked of this pipeline, one text for all that are alike; empty where it is."""
        if self.pipeline.platform not in rule.platforms:
            return intern(f"The files of {self.pipeline.platform} cannot decide it.")
        if kind not in rule.kinds:
            return intern(f"It is not asked of a pipeline of kind {kind}.")
        if not subjects:
            return "Nothing is published." if kind == "library-publish" else NO_PROD
        return ""

    def _answers(self, rule: type[Rule], subject: Subject, graph: StageGraph, elsewhere: Elsewhere) -> list[_Given]:
        found: list[_Given] = []
        for number in range(len(self.pipeline.scenarios)):
            scenario, running = self._scenario(subject, graph, number)
            if not running and (rule.asks != PIPELINE or (subject.nodes and number + 1 < len(self.pipeline.scenarios))):
                continue
            if self._spoken_for(rule, subject, number):
                continue
            case = Case(
                rule,
                subject,
                scenario,
                running,
                elsewhere=elsewhere,
                declared=self.declared,
                repository=self.entries.repository,
                profile=self.plan.profile,
                parameters=self._parameters(rule),
                verdicts=_Verdicts(self.given, self.verdicts, subject.label, number),
                memory=self.memory,
            )
            answer = self._held_by_nothing(rule, case, number) or rule().decide(case)
            self.given[rule.id, subject.label, number] = answer.verdict
            if rule.asks == PIPELINE:
                return [_Given(answer, subject, -1)]
            found.append(_Given(answer, subject, number))
        return found

    def _spoken_for(self, rule: type[Rule], subject: Subject, number: int) -> bool:
        """Whether the deploy should not run on this unmerged code at all, and a rule has said so: what else is amiss there is an echo."""
        if rule.asks == PIPELINE or rule.speaks_for_unmerged or not self.pipeline.scenarios[number].unmerged:
            return False
        return any(self.given.get((each, subject.label, number)) == FAILED for each in self._speakers)

    def _held_by_nothing(self, rule: type[Rule], case: Case, number: int) -> Answer | None:
        """The answer of a rule about gates, where a rule has said that nothing before the deploy holds it back."""
        if not rule.about_gates:
            return None
        label = case.subject.label
        speaker = next((each for each in self._for_gates if self.given.get((each, label, number)) == FAILED), "")
        if not speaker or any(_waits(case.graph, deploy) for deploy in case.deploys):
            return None
        return case.not_applicable("It starts whatever becomes of what comes before it.", because=speaker)

    def _scenario(self, subject: Subject, graph: StageGraph, number: int) -> tuple[ScenarioGraph, tuple[Node, ...]]:
        """The graph in a scenario, and what of the subject runs there; told once for all rules."""
        known = self._running.get((subject, number))
        if known is None:
            scenario = graph.in_scenario(number)
            running = tuple([node for node in subject.nodes if scenario.runs(node) != NO])
            known = self._running[subject, number] = (scenario, running)
        return known

    def _parameters(self, rule: type[Rule]) -> dict[str, Value]:
        values: dict[str, Value] = {parameter.name: parameter.default for parameter in rule.parameters}
        values.update(self.plan.parameters.get(rule.id, {}))
        return values

    def _merge(self, rule: type[Rule], kind: str, subjects: Sequence[Subject], given: Sequence[_Given]) -> None:
        if not given:
            self.verdicts[rule.id], self.reasons[rule.id] = (
                NOT_APPLICABLE,
                "No way of starting the pipeline reaches it.",
            )
            return
        best = min(given, key=_rank)
        self.verdicts[rule.id] = best.answer.verdict
        because = f" {best.answer.because} speaks." if best.answer.because else ""
        self.reasons[rule.id] = _with_place(best.answer) + because
        for subject in subjects:
            own = [each for each in given if each.subject is subject]
            if own:
                self._report(rule, kind, subject, own)

    def _report(self, rule: type[Rule], kind: str, subject: Subject, given: Sequence[_Given]) -> None:
        """The one finding of a rule about a subject: the worst answer, in the first scenario that gives it."""
        worst = min(given, key=_rank)
        answer = worst.answer
        self.by_subject[rule.id, subject.label] = answer.verdict
        if answer.verdict not in (FAILED, UNKNOWN):
            return
        names = [
            self.pipeline.scenarios[each.scenario].name
            for each in given
            if each.answer.verdict == answer.verdict and each.scenario >= 0
        ]
        severity, guess = severity_of(rule, answer, kind, self.plan)
        told = (rule.id, answer.verdict, answer.message, answer.place.path, answer.place.line, answer.place.column)
        same = self._told.get(told)
        if same is not None:  # the one missing thing of several deploys
            same.severity = max(same.severity, severity, key=SEVERITIES.index)
            same.scenarios = (*same.scenarios, *(name for name in names if name not in same.scenarios))
            return
        self._told[told] = found = Finding(
            rule.id,
            rule.name,
            severity,
            answer.verdict,
            f"{answer.message} {guess}".strip(),
            answer.place,
            job=subject.job_id or _job_at(answer.way),
            scenario=names[0] if names else "",
            scenarios=names,
            witness=_witness(answer.way),
            fix=answer.fix,
            subject=subject.label,
            identity=identity_of(rule.id, self.pipeline, subject.label, answer.key),
        )
        self.findings.append(found)


def _waits(graph: ScenarioGraph, deploy: Node) -> bool:
    """Whether anything of an earlier job may hold a deploy back."""
    return any(graph.gates(node, deploy) != NO for node in graph.ahead_of(deploy) if node.job is not deploy.job)


def _with_place(answer: Answer) -> str:
    """Why it passed, with the file and line of what it rests on; else the message as it is."""
    if answer.verdict != PASSED or not answer.rests_on:
        return answer.message
    return f"{answer.message.removesuffix('.')} ({answer.rests_on[0].place})."


class _Verdicts:
    """What ``case.verdict_of`` answers from: the verdict on the subject in the scenario, else on the pipeline."""

    __slots__ = ("given", "number", "subject", "whole")

    def __init__(
        self, given: Mapping[tuple[str, str, int], str], whole: Mapping[str, str], subject: str, number: int
    ) -> None:
        self.given = given
        self.whole = whole
        self.subject = subject
        self.number = number

    def __call__(self, rule_id: str) -> str:
        found = self.given.get((rule_id, self.subject, self.number))
        return found or self.whole.get(rule_id, NOT_APPLICABLE)


def _witness(way: Sequence[Node]) -> list[WitnessStep]:
    return [WitnessStep(node.job.own_id, node.activity.text or node.kind, node.place) for node in way]


def _job_at(way: Sequence[Node]) -> str:
    return way[-1].job.own_id if way else ""


def _rank(given: _Given) -> float:
    answer = given.answer
    return SPOKEN_FOR if answer.because and answer.verdict == NOT_APPLICABLE else RANK[answer.verdict]
