"""``barraiser rules``: the catalogue."""

from __future__ import annotations

import sys

import click

from barraiser.cli import options as shared
from barraiser.cli.plugins import registry_here


@click.command("rules", short_help="List the rules.")
@click.option("--output-format", "form", type=click.Choice(("text", "json")), default="text", help="Default: text.")
@click.option("--config", metavar="FILE", default="", help="The configuration, whose plugins bring rules too.")
@click.option("--isolated", is_flag=True, help="Ignore configuration that is found in the repository.")
@click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto", help="Colour the table.")
def command(form: str, config: str, isolated: bool, color: str) -> None:
    """List the rules: id, name, severity, the first profile that has it, title."""
    from barraiser.report import catalogue

    registry = registry_here(config, isolated)
    if form == "json":
        shared.write_stdout(catalogue.as_json(registry))
    else:
        width = shared.width() if sys.stdout.isatty() else 0
        shared.write_stdout(catalogue.table(registry, width=width, colored=shared.colored(color)))
