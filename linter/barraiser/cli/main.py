"""The command ``barraiser``: finds the command asked for, and imports no other."""

from __future__ import annotations

import gc
import os
import sys
from typing import Any, NoReturn

import click

from barraiser import __version__

COMMANDS = {
    "check": "Check pipelines against the rules: the gate.",
    "graph": "Show the stage graph of pipelines.",
    "init": "Write a commented configuration from what is found here.",
    "rule": "Explain one rule.",
    "rules": "List the rules.",
    "schema": "Print the JSON Schema of a report, a graph or the configuration.",
}
"""Each command's line in the help. Its module is ``barraiser.cli.NAME``, with a click command ``command``."""

INTERNAL_ERROR = 2
INTERRUPTED = 130
"""What shells give a command that ended by an interrupt."""


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(f"barraiser.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its arguments; a mistyped one is an error that names the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from barraiser.policy.nearest import suggestion

            near = suggestion(args[0], COMMANDS) or f"; the commands are {', '.join(COMMANDS)}"
            ctx.fail(f"there is no command `{args[0]}`{near}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; one that is interrupted must look neither green nor like a verdict."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(INTERRUPTED) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 nothing blocks, 1 something is blocked or unreadable, 2 barraiser could not do its work, 3 no"
    " pipeline was found.",
)
@click.version_option(__version__, "--version", message="barraiser %(version)s")
def cli() -> None:
    """Check deployment pipelines: what lacks a safety step on the way to production is blocked."""


def main() -> NoReturn:
    """Run the command line and leave with its exit status."""
    status = INTERNAL_ERROR
    # The data has no cycles, so that looking for some costs a fifth of a long run and finds nothing.
    gc.set_threshold(100_000, 20, 100)
    try:
        cli.main(prog_name="barraiser")
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else (0 if leaving.code is None else INTERNAL_ERROR)
    except Exception as error:
        if os.environ.get("BARRAISER_DEBUG"):
            raise
        from barraiser.report.escape import visible

        print(
            f"barraiser: internal error: {visible(f'{type(error).__name__}: {error}')[:500]} (BARRAISER_DEBUG=1 shows where)",
            file=sys.stderr,
        )
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End the process at once: taking all the objects of a run apart takes longer than many a run."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            status = status or INTERNAL_ERROR
    os._exit(status)
