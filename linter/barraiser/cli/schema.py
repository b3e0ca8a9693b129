"""``barraiser schema``: the JSON Schemas of what barraiser writes and reads."""

from __future__ import annotations

import os

import click

from barraiser.cli import options as shared

SCHEMAS = {
    "report": ("report", "schemas", "report.schema.json"),
    "graph": ("report", "schemas", "graph.schema.json"),
    "config": ("policy", "config.schema.json"),
}
"""Where each schema stands in the package."""


@click.command("schema", short_help="Print a JSON Schema.")
@click.argument("name", metavar="report|graph|config", type=click.Choice(tuple(SCHEMAS)))
def command(name: str) -> None:
    """Print the JSON Schema of the check report, the graph, or the configuration."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(package, *SCHEMAS[name]), encoding="utf-8") as file:
        shared.write_stdout(file.read())
