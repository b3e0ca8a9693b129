"""The rules of a run: the default pack, and the packs that the configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from barraiser.checks.rule import Rule
from barraiser.model.words import PROFILES, SEVERITIES

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
        for rule in self.rules.values():
            if word.upper() == rule.id or word.lower() == rule.name:
                return rule
        raise RuleError(f'There is no rule "{word}".{self._nearest(word, families=False)}')

    def select(self, selectors: Sequence[str]) -> list[str]:
        """Ids for selectors: an id, a family, a name or ALL. Raises RuleError that names the nearest."""
        chosen: set[str] = set()
        for selector in selectors:
            found = self._matching(selector)
            if not found:
                raise RuleError(f'There is no rule, family or name "{selector}".{self._nearest(selector)}')
            chosen |= found
        return [rule for rule in self.rules if rule in chosen]

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


def load(plugins: Sequence[str] = ()) -> Registry:
    """The default pack and the named plugins' rules. A plugin is an installed package with an entry point of group
    ``barraiser.rules``; its module has ``RULES``, a tuple of Rule classes. Raises RuleError: not installed, id taken, bad rule."""
    from importlib import import_module

    rules: list[type[Rule]] = list(import_module(DEFAULT_PACK).RULES)
    origins = {rule.id: "barraiser" for rule in rules}
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
    return Registry(rules, origins)


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
