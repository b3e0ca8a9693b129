"""What a deploy applies: the definition in the repository that says how the new version is rolled out and rolled back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, Tri
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.evidence.definition import Definition
    from barraiser.evidence.deployer import Deployer
    from barraiser.evidence.kept import Kept
    from barraiser.evidence.rollout import Fault, Rollout


class Applied:
    """``mechanism``: what rolls the change out (``cloudformation``, ``ecs``, ``codedeploy``, ``kubernetes``, ``helm``, ``terraform``, a
    platform's name ...; empty when it is not known). ``read``: the definition was found and read; ``places``: where.
    ``rolls_back_on_failure`` / ``rolls_back_on_alarm``: whether a failed rollout, or an alarm, brings the old version back.
    ``keeps_releases``: the platform keeps earlier releases to go back to. ``validates``: the deployer itself tests the new version
    before it counts as deployed (validation hooks, analysis before promotion); maybe
    where a definition that decides it was not read. ``managed``: a service takes the new version over by its own settings, which
    stand in no file. ``why`` says what the answers rest on, in one line. ``definitions``: the
    resources that were read. ``retained``: what the deployer's own file says of earlier versions;
    ``stored``: the bucket that it writes to, with the repository that may define it.
    ``asked``: what the weights of routes are read from.
    The rollout facts (``strategy`` and those after it, see :class:`barraiser.evidence.rollout.Rollout`) are
    read when the first of them is asked for; ``rollout`` gives them at once.
    """

    __slots__ = (
        "_rollout", "asked", "definitions", "keeps_releases", "later", "managed", "mechanism", "places", "read", "retained",
        "rolls_back_on_alarm", "rolls_back_on_failure", "stored", "validates", "why",
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
        definitions: Sequence[Definition] = (),
        rollout: Rollout | None = None,
    ) -> None:
        self.mechanism = mechanism
        self.read = read
        self.places = tuple(places)
        self.rolls_back_on_failure = rolls_back_on_failure
        self.rolls_back_on_alarm = rolls_back_on_alarm
        self.keeps_releases = keeps_releases
        self.why = why
        self.validates = validates
        self.definitions = tuple(definitions)
        self.managed = False
        self.retained: tuple[Kept, ...] = ()
        self.stored: tuple[str, Repository] | None = None
        self.asked: tuple[Deployer, Repository] | None = None
        self.later: tuple[Deployer, Repository, Mapping[str, object]] | None = None
        self._rollout = rollout

    @property
    def rollout(self) -> Rollout:
        """How it rolls out; all unknown where nothing was read."""
        if self._rollout is None:
            from barraiser.evidence.rollout import Rollout
            from barraiser.evidence.rollout_answers import rollout_of

            self._rollout = rollout_of(self, *self.later) if self.later is not None else Rollout()
            self.later = None
        return self._rollout

    @property
    def shares(self) -> tuple[tuple[float, Place], ...]:
        """The percent of the traffic that each weighted route of the definitions gives to the new version, and where it stands."""
        from barraiser.evidence.weights import shares_of

        return shares_of(self, *self.asked) if self.asked is not None else ()

    @property
    def configurations(self) -> tuple[Applied, ...]:
        """How each deployment of configuration that the definitions hold is rolled out."""
        from barraiser.evidence.weights import configurations_of

        return configurations_of(self, *self.asked) if self.asked is not None else ()

    @property
    def kept(self) -> tuple[Kept, ...]:
        """For how long, and how often, the version before is kept, as far as the definitions say."""
        from barraiser.evidence.kept import kept_by

        found = (*kept_by(self.definitions), *self.retained)
        if self.stored is not None:
            from barraiser.evidence.buckets import kept_in

            found = (*found, *kept_in(*self.stored))
        return found

    @property
    def strategy(self) -> str:
        """All-at-once, rolling, canary, linear or blue-green; empty where it is not known."""
        return self.rollout.strategy

    @property
    def gradual(self) -> Tri:
        """Whether part of the old version stays in service while the new one takes over."""
        return self.rollout.gradual

    @property
    def steps(self) -> tuple[tuple[float, float], ...]:
        """Percent of traffic and minutes of each step, in order."""
        return self.rollout.steps

    @property
    def batch_percent(self) -> float | None:
        """The share of the capacity that is replaced at a time."""
        return self.rollout.batch_percent

    @property
    def healthy_percent(self) -> float | None:
        """The share of the capacity that stays in service at least."""
        return self.rollout.healthy_percent

    @property
    def bake_minutes(self) -> float | None:
        """How long the deployer itself watches or waits before the deploy is done."""
        return self.rollout.bake_minutes

    @property
    def monitored(self) -> Tri:
        """Whether alarms, or an analysis, can end that wait."""
        return self.rollout.monitored

    @property
    def alarms(self) -> tuple[str, ...]:
        """The names of those alarms."""
        return self.rollout.alarms

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What keeps the rollback alarms from firing."""
        return self.rollout.faults
