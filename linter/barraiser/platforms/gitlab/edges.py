"""What comes before what: ``needs``, stage order, and the pipelines that jobs start."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Seq
from typing import Final

from barraiser.model.pipeline import HARD, ORDER, SOFT, Edge, Job
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, YES
from barraiser.platforms.gitlab.assemble import Built
from barraiser.platforms.gitlab.needs import Need
from barraiser.platforms.gitlab.reading import Reading, given, refused
from barraiser.source.nodes import Mapping, Scalar, Sequence

MAX_EDGES: Final = 100_000
"""Beyond it, a stage waits for the nearest earlier stage alone."""

MAX_STAGE_EDGES: Final = 200_000


class Edges:
    """The edges of one configuration's jobs. Reports needs of what does not exist, of later stages, and circles."""

    def __init__(self, built: Seq[Built], stages: Seq[str], reading: Reading) -> None:
        self.built = built
        self.reading = reading
        self.levels: list[list[Built]] = [[] for _ in stages]
        for each in built:
            if each.level >= 0:
                self.levels[each.level].append(each)
        self.by_name: dict[str, list[Built]] = {}
        for each in built:
            self.by_name.setdefault(each.draft.name, []).append(each)
            if each.job.name != each.draft.name:
                self.by_name.setdefault(each.job.name, []).append(each)
        self.optional: set[str] = set()
        self.sources: dict[int, list[tuple[Built, Need]]] = {}

    def make(self) -> list[Edge]:
        """All edges, and each job's ``needs``."""
        for each in self.built:
            if each.needs is not None:
                self.sources[id(each)] = self._sources(each, each.needs)
        if not self.reading.lenient:
            self._check_names()
        self._refuse_circles()
        self._optional_manual_jobs()
        edges: list[Edge] = []
        for each in self.built:
            if each.needs is not None:
                found = self.sources[id(each)]
                each.job.needs = tuple(dict.fromkeys(source.job.id for source, _ in found))
                edges += [self._needed(source, each, need) for source, need in found]
        return edges + self._stage_edges(MAX_EDGES - len(edges))

    def _sources(self, each: Built, needs: Iterable[Need]) -> list[tuple[Built, Need]]:
        found: list[tuple[Built, Need]] = []
        for need in needs:
            sources = self.by_name.get(need.name)
            if sources is None:
                self._missing(each, need)
                continue
            wanted = need.wanted(each.instance.values)
            chosen = [
                source
                for source in sources
                if wanted is None or any(row.items() <= source.instance.values.items() for row in wanted)
            ]
            found += [(source, need) for source in chosen]
            self.reading.spend(len(sources), each.draft.key)
            if not chosen and not need.optional and not self.reading.lenient:
                self.reading.problem(
                    f"`{each.draft.name}` needs an instance of `{need.name}` that its matrix does not have",
                    need.place,
                    "name values that the matrix has",
                )
            if sources[0].level > each.level >= 0 and not self.reading.lenient:
                self.reading.problem(
                    f"`{each.draft.name}` needs `{need.name}`, which is in a later stage",
                    need.place,
                    "need a job of the same or an earlier stage",
                )
        return found

    def _check_names(self) -> None:
        """Note other keywords that name jobs which are defined nowhere."""
        for draft in {each.draft.name: each.draft for each in self.built}.values():
            environment = draft.keywords.get("environment")
            stop = given(environment.get("on_stop")) if isinstance(environment, Mapping) else None
            listed = draft.keywords.get("dependencies")
            named = [("stops with", stop)] if stop is not None else []
            named += [("depends on", item) for item in listed.items] if isinstance(listed, Sequence) else []
            for word, node in named:
                if isinstance(node, Scalar) and node.value not in self.by_name and "$" not in node.value:
                    self.reading.problem(
                        f"`{draft.name}` {word} `{node.value}`, which is defined nowhere",
                        node,
                        "define it, or correct the name",
                    )

    def _missing(self, each: Built, need: Need) -> None:
        if need.optional:
            return
        if self.reading.lenient or "$" in need.name:
            self.reading.unread("needed job", need.name, need.place, (each.job.id,))
            return
        self.reading.problem(
            f"`{each.draft.name}` needs `{need.name}`, which is defined nowhere",
            need.place,
            "define it, or correct the name",
        )

    def _refuse_circles(self) -> None:
        """Take away jobs that need nothing that is left; what remains needs itself."""
        waits = {id(each): len(self.sources.get(id(each), ())) for each in self.built}
        follow: dict[int, list[Built]] = {}
        for each in self.built:
            for source, _ in self.sources.get(id(each), ()):
                follow.setdefault(id(source), []).append(each)
        free = [each for each in self.built if not waits[id(each)]]
        count = 0
        while free:
            count += 1
            for each in follow.get(id(free.pop()), ()):
                waits[id(each)] -= 1
                if not waits[id(each)]:
                    free.append(each)
        if count < len(self.built):
            chain = self._circle({key for key, waiting in waits.items() if waiting})
            raise refused(
                f"the jobs need each other: {' -> '.join([each.draft.name for each in chain])}",
                chain[0].draft.place,
                "remove one of the `needs`",
            )

    def _circle(self, left: set[int]) -> list[Built]:
        """One circle among jobs that cannot start."""
        each = next(each for each in self.built if id(each) in left)
        seen: dict[int, int] = {}
        chain: list[Built] = []
        while id(each) not in seen:
            seen[id(each)] = len(chain)
            chain.append(each)
            each = next(source for source, _ in self.sources[id(each)] if id(source) in left)
        return [*chain[seen[id(each)] :], each]

    def _optional_manual_jobs(self) -> None:
        """What needs an optional manual job by name, or is started by it, does not run before a person has started that job.

        Only later stages go on without it, and their edges say so.
        """
        needed = {id(source) for found in self.sources.values() for source, _ in found}
        for each in self.built:
            job = each.job
            if job.manual and not job.manual_blocks and (id(each) in needed or each.trigger is not None):
                job.manual_blocks = True
                job.soft = MAYBE
                self.optional.add(job.id)

    def _needed(self, source: Built, target: Built, need: Need) -> Edge:
        strength, reason, place = _teeth(source.job, target.job, optional=False)
        return Edge(
            source.job.id,
            target.job.id,
            "needs",
            strength,
            skips=not need.optional,
            place=place or need.place,
            softened_by=reason,
            tolerant=target.job.condition.always or target.job.condition.on_failure,
        )

    def _stage_edges(self, left: int) -> list[Edge]:
        targets = [[each for each in level if each.needs is None] for level in self.levels]
        counts = [len(level) for level in self.levels]
        total = sum(len(waiting) * sum(counts[:number]) for number, waiting in enumerate(targets))
        edges: list[Edge] = []
        nearest: list[Built] = []
        earlier: list[Built] = []
        for number, waiting in enumerate(targets):
            ids = tuple(source.job.id for source in nearest)
            before = earlier if total <= left else nearest
            if len(edges) + len(before) * len(waiting) > MAX_STAGE_EDGES:
                raise refused(
                    f"more than {MAX_STAGE_EDGES:,} jobs wait for others by stage order",
                    self.built[0].draft.place,
                    "split the pipeline, or name what each job needs",
                )
            for target in waiting:
                target.job.needs = ids
                place = target.draft.keywords.key("stage")
                for source in before:
                    strength, reason, why = _teeth(source.job, target.job, optional=source.job.id in self.optional)
                    edges.append(
                        Edge(source.job.id, target.job.id, "stage", strength, place=why or place, softened_by=reason)
                    )
            if self.levels[number]:
                nearest = self.levels[number]
                earlier = earlier + nearest
        return edges


def _teeth(source: Job, target: Job, *, optional: bool) -> tuple[str, str, Place | None]:
    """The strength of an edge, why it has no teeth, and where that stands. ``optional``: the target goes on without the source."""
    if target.condition.always or target.condition.on_failure:
        word = "always" if target.condition.always else "on_failure"
        return SOFT, f"when: {word}", target.condition.place
    if optional or (source.manual and not source.manual_blocks):
        return ORDER, source.soft_reason or "when: manual", source.soft_place or source.manual_place
    if source.soft == YES:
        return SOFT, source.soft_reason, source.soft_place
    return HARD, "", None


def started(bridge: Job, jobs: Seq[Job], edges: Seq[Edge], place: Place, *, waits: bool) -> list[Edge]:
    """The edges of a pipeline that a job starts: after the job, and, where the job waits for it, before what comes after the job.

    It starts only because the job has run, so what the job waits for holds it back even where the job itself may fail.
    """
    found = [Edge(bridge.id, job.id, "trigger", HARD, skips=True, place=place) for job in jobs]
    if bridge.soft:
        before = [edge for edge in edges if edge.target == bridge.id and edge.strength == HARD]
        found += [Edge(edge.source, job.id, "trigger", HARD, place=edge.place) for edge in before for job in jobs]
    if not waits:
        return found
    for edge in edges:
        if edge.source == bridge.id:
            for job in jobs:
                strength, reason, why = edge.strength, edge.softened_by, edge.place
                if strength == HARD and (job.soft == YES or (job.manual and not job.manual_blocks)):
                    strength, reason, why = SOFT, job.soft_reason, job.soft_place or edge.place
                found.append(Edge(job.id, edge.target, edge.kind, strength, place=why, softened_by=reason))
    return found
