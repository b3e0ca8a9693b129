"""What a rule is asked: one subject in one scenario, with everything that it may look at."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from barraiser.checks.answer import Answer
from barraiser.checks.rule import Rule, Value
from barraiser.evidence.applied import Applied
from barraiser.evidence.lookup import applied_definition
from barraiser.graph.elsewhere import Elsewhere
from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.declarations import Declarations
from barraiser.model.pipeline import Pipeline
from barraiser.model.place import Place
from barraiser.model.words import FAILED, NOT_APPLICABLE, PASSED, UNKNOWN
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.graph.bake import Bake
    from barraiser.graph.waves import Target, Waves


T = TypeVar("T")


class Subject:
    """What a rule is asked about: a prod deploy (all legs of one job template to one environment), a publish, or the pipeline.

    ``label`` names it in fingerprints and messages (``deploy-prod to production``); ``nodes`` are its activities in the whole graph,
    ``job_id`` the first one's job, ``kind`` the pipeline kind that it has by itself.
    """

    __slots__ = ("job_id", "kind", "label", "nodes", "place")

    def __init__(self, label: str, nodes: Sequence[Node], place: Place, *, job_id: str = "", kind: str = "") -> None:
        self.label = label
        self.nodes = tuple(nodes)
        self.place = place
        self.job_id = job_id
        self.kind = kind


class Case:
    """One question to one rule.

    ``graph``: the stage graph in the scenario asked about. ``deploys``: the subject's nodes that run or may run in it (for a rule
    about the pipeline: all prod deploys); ``deploy`` is the first. ``stages``: the whole graph, for rules about the pipeline.
    ``elsewhere``: the root's other entries. ``declared``: the configuration's declarations. ``profile``: the one in force.
    """

    def __init__(
        self,
        rule: type[Rule],
        subject: Subject,
        graph: ScenarioGraph,
        deploys: Sequence[Node],
        *,
        elsewhere: Elsewhere,
        declared: Declarations,
        repository: Repository,
        profile: str,
        parameters: Mapping[str, Value],
        verdicts: Callable[[str], str],
        memory: dict[tuple[Hashable, ...], Any] | None = None,
    ) -> None:
        self.rule = rule
        self.subject = subject
        self.graph = graph
        self.deploys = tuple(deploys)
        self.elsewhere = elsewhere
        self.declared = declared
        self.repository = repository
        self.profile = profile
        self._parameters = parameters
        self._verdicts = verdicts
        self._memory = memory if memory is not None else {}

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline asked about."""
        return self.graph.graph.pipeline

    @property
    def stages(self) -> StageGraph:
        """The graph over all scenarios."""
        return self.graph.graph

    @property
    def deploy(self) -> Node:
        """The subject's first activity that runs in this scenario."""
        return self.deploys[0]

    def parameter(self, name: str) -> Value:
        """The value in force of one of the rule's parameters."""
        return self._parameters[name]

    def number(self, name: str) -> float:
        """A numeric parameter."""
        value = self._parameters[name]
        assert isinstance(value, int | float)
        return float(value)

    def verdict_of(self, rule_id: str) -> str:
        """The verdict of a rule named in ``after`` on this subject in this scenario; ``not-applicable`` if it was not asked."""
        return self._verdicts(rule_id)

    def fix(self, **names: str) -> str:
        """The rule's ``fixes`` text for the pipeline's platform; ``<name>`` in it stands for the argument of that name."""
        text = self.rule.fixes.get(self.pipeline.platform) or self.rule.fixes.get("", "")
        for name, value in names.items():
            text = text.replace(f"<{name}>", value)
        return text

    def applied(self, node: Node) -> Applied:
        """What the definition says that a deploy applies, as far as it is in the repository."""
        return applied_definition(node, self.repository, self.declared)

    def bake(self, first: Node, then: Node | None = None) -> Bake:
        """How long the way from ``first`` to ``then`` (None: to the end of the run) really waits, and what of that is watched."""
        from barraiser.graph.bake import Baking

        return Baking(self.graph, self.applied, self.declared).between(first, then)

    def waves(self) -> Waves:
        """The waves of this scenario's prod deploys, without the one-box."""
        from barraiser.graph.waves import waves_of

        return self.remember(("waves", self.graph.index), lambda: waves_of(self.graph))

    def target(self, node: Node) -> Target:
        """The region and the account that a deploy goes to, as far as files tell."""
        from barraiser.graph.waves import target_of

        return target_of(node)

    def remember(self, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
        """What ``make`` returns, made once for all cases of this pipeline. The key starts with what it is, and holds all it depends on."""
        if key not in self._memory:
            self._memory[key] = make()
        value: T = self._memory[key]
        return value

    def passed(self, why: str, *, way: Sequence[Node] = (), rests_on: Sequence[Node] = ()) -> Answer:
        """It holds: ``why`` reads as evidence (what was found, where)."""
        return Answer(PASSED, why, self.subject.place, way=way, rests_on=rests_on or way)

    def failed(
        self,
        message: str,
        *,
        fix: str,
        at: Node | Place | None = None,
        way: Sequence[Node] = (),
        severity: str = "",
        key: str = "",
        rests_on: Sequence[Node] = (),
    ) -> Answer:
        """It does not hold: ``message`` says what is missing and why it matters, ``fix`` what to write. ``at``: default, the subject."""
        return Answer(
            FAILED, message, self._place(at), way=way or self._default_way(), fix=fix, severity=severity, key=key,
            rests_on=rests_on or self.deploys,
        )  # fmt: skip

    def unknown(
        self, message: str, *, settle: str, at: Node | Place | None = None, way: Sequence[Node] = (), key: str = ""
    ) -> Answer:
        """The files cannot tell: ``settle`` is the line of configuration (or the change) that would."""
        return Answer(UNKNOWN, message, self._place(at), way=way or self._default_way(), fix=settle, key=key)

    def not_applicable(self, why: str, *, because: str = "") -> Answer:
        """It is not asked here; ``because`` names the rule that speaks instead."""
        return Answer(NOT_APPLICABLE, why, self.subject.place, because=because)

    def _place(self, at: Node | Place | None) -> Place:
        if at is None:
            return self.deploy.place if self.deploys else self.subject.place
        return at.place if isinstance(at, Node) else at

    def _default_way(self) -> tuple[Node, ...]:
        return self.graph.way_to(self.deploy) if self.deploys else ()
