"""``barraiser schema``: the JSON Schemas of what barraiser writes and reads."""

from __future__ import annotations

import os
from typing import Any

from barraiser.cli import options as shared
from barraiser.cli.parser import OPERANDS, Parser, UsageError
from barraiser.policy.nearest import suggestion

SCHEMAS = {
    "report": ("report", "schemas", "report.schema.json"),
    "graph": ("report", "schemas", "graph.schema.json"),
    "config": ("policy", "config.schema.json"),
}
"""Where each schema stands in the package."""


def parser() -> Parser:
    """What the command takes."""
    return Parser(
        "schema",
        "Print the JSON Schema of the check report, the graph, or the configuration.",
        "|".join(SCHEMAS),
        least=1,
        most=1,
    )


def command(given: dict[str, Any]) -> None:
    """Print the JSON Schema of the check report, the graph, or the configuration."""
    name = given[OPERANDS][0]
    if name not in SCHEMAS:
        raise UsageError(f"there is no schema `{name}`{suggestion(name, SCHEMAS)}; there are {', '.join(SCHEMAS)}")
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(package, *SCHEMAS[name]), encoding="utf-8") as file:
        shared.write_stdout(file.read())
