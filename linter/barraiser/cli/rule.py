"""``barraiser rule ID|NAME``: one rule, explained."""

from __future__ import annotations

import click

from barraiser.checks.registry import RuleError
from barraiser.cli import options as shared
from barraiser.cli.plugins import registry_here


@click.command("rule", short_help="Explain one rule.")
@click.argument("rule", metavar="ID|NAME")
@click.option("--config", metavar="FILE", default="", help="The configuration, whose plugins bring rules too.")
@click.option("--isolated", is_flag=True, help="Ignore configuration that is found in the repository.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Colour the text.")
def command(rule: str, config: str, isolated: bool, color: str) -> None:
    """Explain a rule: why it is there, how it is decided, its parameters, and what to write."""
    from barraiser.report import catalogue

    registry = registry_here(config, isolated)
    try:
        found = registry.find(rule)
    except RuleError as error:
        shared.stop(str(error))
    origin = registry.origins.get(found.id, "")
    shared.write_stdout(catalogue.explained(found, origin, width=shared.width(), colored=shared.colored(color)))
