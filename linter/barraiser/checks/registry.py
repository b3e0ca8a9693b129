"""The rules of a run: the default pack, and the packs that the configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from barraiser.checks.rule import Rule

DEFAULT_PACK = "barraiser_rules"
ENTRY_POINT_GROUP = "barraiser.rules"


class RuleError(Exception):
    """A pack or a selector that cannot be used; the text is for the user."""


class Registry:
    """Rules by id, in catalogue order. ``origins``: rule id to the distribution that brought it (``barraiser`` for the default pack)."""

    def __init__(self, rules: Iterable[type[Rule]], origins: Mapping[str, str]) -> None:
        self.rules: dict[str, type[Rule]] = {rule.id: rule for rule in rules}
        self.origins = dict(origins)

    def find(self, word: str) -> type[Rule]:
        """A rule by id or name. Raises RuleError that names the nearest."""
        raise NotImplementedError

    def select(self, selectors: Sequence[str]) -> list[str]:
        """Ids for selectors: an id, a family, a name or ALL. Raises RuleError that names the nearest."""
        raise NotImplementedError


def load(plugins: Sequence[str] = ()) -> Registry:
    """The default pack and the named plugins' rules. A plugin is an installed package with an entry point of group
    ``barraiser.rules``; its module has ``RULES``, a tuple of Rule classes. Raises RuleError: not installed, id taken, bad rule."""
    raise NotImplementedError
