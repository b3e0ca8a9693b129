"""The rules of a run: the default pack, and the packs that the configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from barraiser.checks.rule import Rule
from barraiser.model.words import PROFILES, SEVERITIES

DEFAULT_PACK: Final = "barraiser_rules"
ENTRY_POINT_GROUP: Final = "barraiser.rules"


class RuleError(Exception):
    """A pack or a selector that cannot be used; the text is for the user."""


class Registry:
    """Rules by id, in catalogue order. ``origins``: rule id to the distribution that brought it (``barraiser`` for the default pack).

    ``further``: modules with more rules of a pack, by the profile that needs them; they are imported when a profile or a word
    asks for them, so that the common run does not pay for the whole catalogue. ``families``: the letters of the
    ids to their meaning, in the order of the catalogue.
    """

    def __init__(
        self,
        rules: Iterable[type[Rule]],
        origins: Mapping[str, str],
        *,
        further: Mapping[str, str] | None = None,
        families: Mapping[str, str] | None = None,
    ) -> None:
        self.origins = dict(origins)
        self._further = dict(further or {})
        self.families = dict(families or {})
        self._families = {name: number for number, name in enumerate(self.families)}
        self.rules: dict[str, type[Rule]] = {}
        self._add(rules)

    def reach(self, profile: str) -> None:
        """Brings in the rules of a profile and of those below it."""
        from importlib import import_module

        for name in PROFILES[: PROFILES.index(profile) + 1]:
            module = self._further.pop(name, "")
            if module:
                rules: tuple[type[Rule], ...] = import_module(module).RULES
                self._add(rules)
                for rule in rules:
                    self.origins.setdefault(rule.id, "barraiser")

    def find(self, word: str) -> type[Rule]:
        """A rule by id or name. Raises RuleError that names the nearest."""
        found = self._named(word)
        if found is None:
            self.reach(PROFILES[-1])
            found = self._named(word)
        if found is None:
            raise RuleError(f'There is no rule "{word}".{self._nearest(word, families=False)}')
        return found

    def select(self, selectors: Sequence[str]) -> list[str]:
        """Ids for selectors: an id, a family, a name or ALL. Raises RuleError that names the nearest."""
        if any(self._named(selector) is None for selector in selectors):
            self.reach(PROFILES[-1])
        chosen: set[str] = set()
        for selector in selectors:
            found = self._matching(selector)
            if not found:
                raise RuleError(f'There is no rule, family or name "{selector}".{self._nearest(selector)}')
            chosen |= found
        return [rule for rule in self.rules if rule in chosen]

    def _named(self, word: str) -> type[Rule] | None:
        word = word.strip()
        for rule in self.rules.values():
            if word.upper() == rule.id or word.lower() == rule.name:
                return rule
        return None

    def _add(self, rules: Iterable[type[Rule]]) -> None:
        known = [*self.rules.values(), *rules]
        last = len(self._families)
        known.sort(
            key=lambda rule: (
                self._families.get(rule.family(), last),
                rule.id if rule.family() in self._families else "",
            )
        )
        self.rules = {rule.id: rule for rule in known}

    def _matching(self, selector: str) -> set[str]:
        word = selector.strip()
        if word.upper() == "ALL":
            return set(self.rules)
        return {
            rule.id
            for rule in self.rules.values()
            if word.upper() in (rule.id, rule.family()) or word.lower() == rule.name
        }

    def _nearest(self, word: str, *, families: bool = True) -> str:
        from difflib import get_close_matches

        known = [*self.rules, *(rule.name for rule in self.rules.values())]
        known += sorted({rule.family() for rule in self.rules.values()} | {"ALL"}) if families else []
        by_fold = {each.lower(): each for each in known}
        near = get_close_matches(word.strip().lower(), by_fold, n=1, cutoff=0.5)
        return f" Did you mean {by_fold[near[0]]}?" if near else " `barraiser rules` lists them all."


def load(plugins: Sequence[str] = (), profile: str = PROFILES[-1]) -> Registry:
    """The default pack's rules, up to a profile, and the named plugins' rules.

    A plugin is an installed package with an entry point of group ``barraiser.rules``; its module has ``RULES``, a tuple of Rule
    classes. Raises RuleError: not installed, id taken, bad rule.
    """
    from importlib import import_module

    pack = import_module(DEFAULT_PACK)
    rules: list[type[Rule]] = list(pack.RULES)
    origins = {rule.id: "barraiser" for rule in rules}
    registry = Registry(rules, origins, further=pack.FURTHER, families=pack.FAMILIES)
    registry.reach(PROFILES[-1] if plugins else profile)
    rules, origins = list(registry.rules.values()), registry.origins
    for plugin in plugins:
        module, distribution = _plugin(plugin)
        brought = getattr(module, "RULES", None)
        if not isinstance(brought, tuple | list):
            raise RuleError(
                f'The plugin "{plugin}" ({distribution}) has no RULES: its module must have a tuple of Rule classes.'
            )
        for rule in brought:
            _accept(rule, plugin, rules, origins)
            rules.append(rule)
            origins[rule.id] = distribution
    return Registry(rules, origins, families=pack.FAMILIES) if plugins else registry


def _plugin(name: str) -> tuple[object, str]:
    """A plugin's module and its distribution's name. Only what is installed is found: never a file of the linted repository."""
    from importlib.metadata import entry_points

    found = list(entry_points(group=ENTRY_POINT_GROUP, name=name))
    if not found:
        known = sorted({each.name for each in entry_points(group=ENTRY_POINT_GROUP)})
        installed = f" Installed: {', '.join(known)}." if known else " No plugin is installed."
        raise RuleError(
            f'The plugin "{name}" is not installed: install the package that has the entry point `{name}` of group '
            f"`{ENTRY_POINT_GROUP}` next to barraiser, or take it out of `plugins:`.{installed}"
        )
    try:
        module = found[0].load()
    except Exception as error:
        raise RuleError(f'The plugin "{name}" cannot be imported: {type(error).__name__}: {error}') from error
    distribution = found[0].dist
    return module, distribution.name if distribution is not None else name


def _accept(rule: object, plugin: str, known: Sequence[type[Rule]], origins: Mapping[str, str]) -> None:
    """Raises RuleError where a plugin's rule cannot be taken in."""
    if not (isinstance(rule, type) and issubclass(rule, Rule)):
        raise RuleError(f'RULES of the plugin "{plugin}" holds {rule!r}, which is no Rule class.')
    for attribute in ("id", "name"):
        if not isinstance(getattr(rule, attribute, None), str):
            raise RuleError(f'The rule class {rule.__name__} of the plugin "{plugin}" has no `{attribute}`.')
    for other in known:
        if rule.id == other.id or rule.name == other.name:
            raise RuleError(
                f'The rule {rule.id} {rule.name} of the plugin "{plugin}" has the id or name of {other.id} {other.name}, '
                f"which {origins[other.id]} has: give it another."
            )
    if rule.severity not in SEVERITIES or rule.profile not in PROFILES:
        raise RuleError(
            f'The rule {rule.id} of the plugin "{plugin}" must have a severity of {", ".join(SEVERITIES)}, '
            f"and a profile of {', '.join(PROFILES)}."
        )
