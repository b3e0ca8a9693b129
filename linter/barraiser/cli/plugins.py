"""The rules for the commands that explain them: the default pack, and the plugins of the configuration here."""

from __future__ import annotations

from barraiser.checks.registry import Registry, RuleError
from barraiser.cli import options as shared
from barraiser.cli.plans import registry_for
from barraiser.cli.roots import Configs
from barraiser.cli.settings import Settings
from barraiser.model.words import PROFILES
from barraiser.policy.take import ConfigError
from barraiser.source.discovery import root_of


def registry_here(config: str, isolated: bool) -> Registry:
    """The rules under a configuration: the named one, else that of the root that the working folder lies in."""
    settings = Settings(as_of=shared.as_of_date(""), config=config, isolated=isolated)
    try:
        registry = registry_for(Configs(settings).of(root_of(".")))
        registry.reach(PROFILES[-1])
        return registry
    except (ConfigError, RuleError) as error:
        shared.stop(str(error))
