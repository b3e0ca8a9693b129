"""The rules that are asked under each configuration of a run, and the policy that holds there; each made once."""

from __future__ import annotations

from barraiser.checks.plan import Plan
from barraiser.checks.registry import Registry, load
from barraiser.cli.settings import Settings
from barraiser.model.words import PROFILES
from barraiser.policy.config import Config
from barraiser.policy.hygiene import Hygiene
from barraiser.policy.profiles import Choice, plan_for
from barraiser.policy.verdict import Policy

_REGISTRIES: dict[tuple[str, ...], Registry] = {}


def registry_for(config: Config) -> Registry:
    """The rules that a configuration's plugins and the default pack bring. Raises RuleError."""
    known = _REGISTRIES.get(config.plugins)
    if known is None:
        known = _REGISTRIES[config.plugins] = load(config.plugins, PROFILES[0])
    return known


class Plans:
    """Plans by configuration."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._known: dict[int, tuple[Config, Plan]] = {}

    def of(self, config: Config) -> Plan:
        """The rules that are asked under a configuration. Raises ConfigError, RuleError."""
        known = self._known.get(id(config))
        if known is None:
            settings = self.settings
            choice = Choice(
                profile=settings.profile,
                select=settings.select,
                extend_select=settings.extend_select,
                ignore=settings.ignore,
            )
            # The configuration is kept, so that its id is no other's.
            known = self._known[id(config)] = (config, plan_for(config, registry_for(config), choice))
        return known[1]

    def policy(self, config: Config) -> Policy:
        """What decides whether the results under a configuration block."""
        hygiene = Hygiene(self.of(config), registry_for(config), self.settings.as_of)
        return Policy(config.waivers, hygiene, config.declared, fail_on=self.settings.fail_on)
