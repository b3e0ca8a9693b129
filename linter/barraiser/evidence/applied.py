"""What a deploy applies: the definition in the repository that says how the new version is rolled out and rolled back."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.graph.node import Node
from barraiser.model.declarations import Declarations
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, Tri
from barraiser.source.repository import Repository


class Applied:
    """``mechanism``: what rolls the change out (``cloudformation``, ``ecs``, ``codedeploy``, ``kubernetes``, ``helm``, ``terraform``, a
    platform's name ...; empty when it is not known). ``read``: the definition was found and read; ``places``: where.
    ``rolls_back_on_failure`` / ``rolls_back_on_alarm``: whether a failed rollout, or an alarm, brings the old version back.
    ``keeps_releases``: the platform keeps earlier releases to go back to. ``validates``: the deployer itself tests the new version
    before it counts as deployed (validation hooks, analysis before promotion); maybe
    where a definition that decides it was not read. ``why`` says what the answers rest on, in one line.
    """

    __slots__ = (
        "keeps_releases", "mechanism", "places", "read", "rolls_back_on_alarm", "rolls_back_on_failure", "validates",
        "why",
    )  # fmt: skip

    def __init__(
        self,
        mechanism: str = "",
        *,
        read: bool = False,
        places: Sequence[Place] = (),
        rolls_back_on_failure: Tri = MAYBE,
        rolls_back_on_alarm: Tri = MAYBE,
        keeps_releases: Tri = MAYBE,
        why: str = "",
        validates: Tri = NO,
    ) -> None:
        self.mechanism = mechanism
        self.read = read
        self.places = tuple(places)
        self.rolls_back_on_failure = rolls_back_on_failure
        self.rolls_back_on_alarm = rolls_back_on_alarm
        self.keeps_releases = keeps_releases
        self.why = why
        self.validates = validates


def applied_definition(node: Node, repository: Repository, declared: Declarations) -> Applied:
    """The definition that a deploy applies, as far as the repository shows it; what is declared fills in what it does not show.

    Nothing is read before this is asked, and no file twice. Never raises for what a file holds.
    """
    from barraiser.evidence.answers import answer
    from barraiser.evidence.declared import with_declared
    from barraiser.evidence.deployer import Deployer

    found = answer(Deployer(node.activity, node.job, node.pipeline), repository)
    return with_declared(found, declared.deployer)
