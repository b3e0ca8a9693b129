"""``barraiser rule ID|NAME``: one rule, explained."""

from __future__ import annotations

from typing import Any

from barraiser.checks.registry import RuleError
from barraiser.cli import options as shared
from barraiser.cli.parser import OPERANDS, Parser
from barraiser.cli.plugins import registry_here


def parser() -> Parser:
    """What the command takes."""
    found = Parser(
        "rule",
        "Explain a rule: why it is there, how it is decided, its parameters, and what to write.",
        "ID|NAME",
        least=1,
        most=1,
    )
    shared.configuration(found)
    shared.color(found.add_argument_group("Report"), "the text")
    return found


def command(given: dict[str, Any]) -> None:
    """Explain a rule: why it is there, how it is decided, its parameters, and what to write."""
    from barraiser.report import catalogue

    registry = registry_here(given["config"], given["isolated"])
    try:
        found = registry.find(given[OPERANDS][0])
    except RuleError as error:
        shared.stop(str(error))
    origin = registry.origins.get(found.id, "")
    shared.write_stdout(
        catalogue.explained(found, origin, width=shared.width(), colored=shared.colored(given["color"]))
    )
