"""``barraiser rules``: the catalogue."""

from __future__ import annotations

import sys
from typing import Any

from barraiser.cli import options as shared
from barraiser.cli.parser import Parser, one_of
from barraiser.cli.plugins import registry_here

FORMATS = ("text", "json")


def parser() -> Parser:
    """What the command takes."""
    found = Parser("rules", "List the rules: id, name, severity, the first profile that has it, title.")
    group = found.add_argument_group("Report")
    group.add_argument(
        "--output-format", type=one_of(FORMATS), metavar="FORMAT", default="text", help="text, json (default: text)."
    )
    shared.color(group, "the table")
    shared.configuration(found)
    return found


def command(given: dict[str, Any]) -> None:
    """List the rules: id, name, severity, the first profile that has it, title."""
    from barraiser.report import catalogue

    registry = registry_here(given["config"], given["isolated"])
    if given["output_format"] == "json":
        shared.write_stdout(catalogue.as_json(registry))
    else:
        width = shared.width() if sys.stdout.isatty() else 0
        shared.write_stdout(catalogue.table(registry, width=width, colored=shared.colored(given["color"])))
