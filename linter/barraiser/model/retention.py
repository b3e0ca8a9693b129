"""For how long a platform keeps what a run made."""

from __future__ import annotations

from barraiser.model.place import Place


class Retention:
    """``days``: for how long artifacts are kept, infinite where the file says for ever; None where the file computes it. ``place``: where
    that stands."""

    __slots__ = ("days", "place")

    def __init__(self, days: float | None, place: Place) -> None:
        self.days = days
        self.place = place
