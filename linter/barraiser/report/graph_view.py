"""What every graph format shows of a pipeline: its stage graph, whole or in one scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barraiser.graph.scenario_graph import softness
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.activity import Activity
from barraiser.model.environment import Environment
from barraiser.model.pipeline import HARD, ORDER, SOFT, Job, Pipeline
from barraiser.model.tri import MAYBE, NO, YES, Tri

STRENGTHS = (HARD, SOFT, ORDER)
_IN_COMMAND = "in the command"


class ShownEdge:
    """An edge between two job ids (``PATH#JOB`` for a job of a pipeline that hands over), with the strength that it really has."""

    __slots__ = ("kind", "source", "strength", "target", "why")

    def __init__(self, source: str, target: str, kind: str, strength: str, why: str) -> None:
        self.source = source
        self.target = target
        self.kind = kind
        self.strength = strength
        self.why = why


class GraphView:
    """A pipeline to be drawn. ``prefix`` is put before its paths; ``scenario`` is the index of the one that is shown, -1 for all.

    ``variants``: the graphs of its variants. ``variant``: the index of the one that ``graph`` and ``pipeline`` then are, -1 where
    they are the pipeline itself, in which what rests on an undecidable condition is maybe.
    """

    __slots__ = ("deploys_to_prod", "graph", "pipeline", "prefix", "scenario", "variant", "variants")

    def __init__(
        self,
        graph: StageGraph,
        *,
        deploys_to_prod: bool | None = None,
        prefix: str = "",
        scenario: int = -1,
        variants: Sequence[StageGraph] = (),
    ) -> None:
        self.graph = graph
        self.pipeline: Pipeline = graph.pipeline
        self.deploys_to_prod = deploys_to_prod
        self.prefix = prefix
        self.scenario = scenario
        self.variants = tuple(variants)
        self.variant = -1

    def jobs(self) -> list[Job]:
        """The jobs that are shown, as the platform has them, those before others first: all, or what runs or may run in the scenario."""
        shown = self._running(MAYBE) if self.scenario >= 0 else None
        groups: dict[str, list[Job]] = {}
        for unit in self.graph.layout.units:
            if unit.link < 0 and (shown is None or unit.job.own_id in shown):
                groups.setdefault(unit.job.own_id, []).append(unit.job)
        owner = {unit.job.id: unit.job.own_id for unit in self.graph.layout.units if unit.link < 0}
        return [together(own_id, group, owner) for own_id, group in groups.items()]

    def edges(self) -> list[ShownEdge]:
        """The edges between the jobs that are shown, and those from the jobs that hand over to them; each pair once, by its hardest."""
        ids = {job.id for job in self.jobs()}
        units = self.graph.layout.units
        found: dict[tuple[str, str, str], ShownEdge] = {}
        for ways in self.graph.layout.into:
            for way in ways:
                source, target = units[way.source], units[way.target]
                own = source.job.own_id
                if target.link >= 0 or target.job.own_id not in ids or (source.link < 0 and own not in ids):
                    continue
                name = own if source.link < 0 else f"{self.prefix}{source.pipeline.path}#{own}"
                soft = way.strength == HARD and softness(source.job) == YES
                why = way.softened_by or (source.job.soft_reason if soft else "")
                edge = ShownEdge(name, target.job.own_id, way.kind, SOFT if soft else way.strength, why)
                known = found.setdefault((name, edge.target, way.kind), edge)
                if STRENGTHS.index(edge.strength) < STRENGTHS.index(known.strength):
                    found[name, edge.target, way.kind] = edge
        return list(found.values())

    def maybe(self, job: Job) -> bool:
        """Whether it is undecided that a job runs in the scenario that is shown."""
        return self.scenario >= 0 and job.id in self._running(MAYBE) and job.id not in self._running(YES)

    def running(self, scenario: int) -> tuple[list[str], list[str]]:
        """The ids of the jobs that run in a scenario, and of those that may."""
        graph = self.graph.in_scenario(scenario)
        answers: dict[str, Tri] = {}
        for number, unit in enumerate(self.graph.layout.units):
            if unit.link < 0:
                answers[unit.job.own_id] = max(answers.get(unit.job.own_id, NO), graph.job_runs(number))
        surely = [own_id for own_id, answer in answers.items() if answer == YES]
        return surely, [own_id for own_id, answer in answers.items() if answer == MAYBE]

    def _running(self, least: int) -> set[str]:
        surely, maybe = self.running(self.scenario)
        return set(surely) if least == YES else {*surely, *maybe}


def together(own_id: str, parts: Sequence[Job], owner: Mapping[str, str]) -> Job:
    """One job as the platform has it: of a job that is read as one for each of its environments, all their activities."""
    first = parts[0]
    if len(parts) == 1 and all(owner.get(need, need) == need for need in first.needs):
        return first
    made = Job(
        own_id,
        first.place,
        template=first.template,
        name=first.name,
        stage=first.stage,
        needs=tuple(dict.fromkeys(owner.get(need, need) for part in parts for need in part.needs)),
        condition=first.condition,
        soft=min(part.soft for part in parts),
        soft_reason=first.soft_reason,
        manual=all(part.manual for part in parts),
        manual_blocks=any(part.manual_blocks for part in parts),
    )
    seen: dict[tuple[object, ...], Activity] = {}
    for part in parts:
        for activity in part.activities:
            environment = activity.environment
            where = (environment.name, environment.cls) if environment else ()
            seen.setdefault((activity.kind, activity.place.key(), activity.text, where), activity)
    made.activities = tuple(seen.values())
    return made


def shown_in(view: GraphView, scenario: str) -> bool:
    """Chooses the scenario of that name (any case); False where the pipeline has none."""
    for number, each in enumerate(view.pipeline.scenarios):
        if each.name.lower() == scenario.lower():
            view.scenario = number
            return True
    return False


def shown_as(view: GraphView, variant: str) -> bool:
    """Chooses the variant of that number, counted from 1, or of that name (any case); False where the pipeline has none.

    A part of the name is enough where it is true of one variant alone: the conditions, or a file's name.
    """
    from barraiser.checks.subjects import deploys_to_prod

    asked = {each.strip().lower() for each in variant.split(" and ")}
    names = [variant_name(each.pipeline).lower() for each in view.variants]
    found = [number for number, name in enumerate(names) if variant.strip().lower() in (name, str(number + 1))]
    found = found or [
        number for number, name in enumerate(names) if asked <= {name.rpartition("/")[2], *name.split(" and ")}
    ]
    if len(found) != 1:
        return False
    view.variant = found[0]
    view.graph = view.variants[found[0]]
    view.pipeline = view.graph.pipeline
    view.deploys_to_prod = deploys_to_prod(view.graph)
    return True


def kinds_of(job: Job) -> list[str]:
    """The kinds of a job's activities, each once, in order; ``other`` only where there is nothing else."""
    kinds = list(dict.fromkeys(activity.kind for activity in job.activities))
    telling = [kind for kind in kinds if kind != "other"]
    return telling or kinds


def environments_of(job: Job) -> list[Environment]:
    """The environments that a job's activities work on, each once, in order. A word of a command stands where the command does."""
    found: dict[tuple[str, str], Environment] = {}
    for activity in job.activities:
        environment = activity.environment
        if environment is not None and (environment.name, environment.cls) not in found:
            if environment.reason.endswith(_IN_COMMAND) and environment.place != activity.place:
                environment = Environment(
                    environment.name, environment.cls, environment.confidence, environment.reason, activity.place
                )
            found[environment.name, environment.cls] = environment
    return list(found.values())


def telling(activities: Sequence[Activity]) -> list[Activity]:
    """The activities worth a line: all but ``other``; all where there is nothing else."""
    return [activity for activity in activities if activity.kind != "other"] or list(activities)


def variant_name(variant: Pipeline) -> str:
    """A variant by the file that gives its parameters, or by the conditions that hold in it and those that do not."""
    if variant.given:
        return variant.given
    return " and ".join(name if holds else f"not {name}" for name, holds in variant.assumes.items())


def title_of(view: GraphView) -> str:
    """What a drawn pipeline is called, with the variant that is shown."""
    name = view.pipeline.name or view.pipeline.path
    return f"{name} ({variant_name(view.pipeline)})" if view.variant >= 0 else name


def evidence_of(environment: Environment, prefix: str) -> str:
    """Why an environment has its class: the word that says so, and the file and line where it stands."""
    where = f"{prefix}{environment.place}" if environment.place is not None else ""
    return ", ".join(each for each in (environment.reason, where) if each)
