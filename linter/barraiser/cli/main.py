"""The command ``barraiser``: finds the command asked for, and imports no other."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from barraiser import __version__

COMMANDS = {
    "check": "Check pipelines against the rules: the gate.",
    "graph": "Show the stage graph of pipelines.",
    "init": "Write a commented configuration from what is found here.",
    "rule": "Explain one rule.",
    "rules": "List the rules.",
    "schema": "Print the JSON Schema of a report, a graph or the configuration.",
}
"""Each command's line in the help. Its module is ``barraiser.cli.NAME``, with ``parser()`` and ``command(given)``."""

ABOUT = "Check deployment pipelines: what lacks a safety step on the way to production is blocked."
STATUS = (
    "Exit status: 0 nothing blocks, 1 something is blocked or unreadable, 2 barraiser could not do its work, 3 no pipeline was"
    " found."
)

INTERNAL_ERROR = 2
INTERRUPTED = 130
"""What shells give a command that ended by an interrupt."""


def run(arguments: Sequence[str]) -> None:
    """Run the command that the arguments name. Raises SystemExit where its status is not 0."""
    name = arguments[0] if arguments else ""
    if name == "--version":
        print(f"barraiser {__version__}")
        return
    if name not in COMMANDS:
        _other(name)
        return
    from importlib import import_module

    from barraiser.cli.parser import UsageError

    try:
        module = import_module(f"barraiser.cli.{name}")
        parser = module.parser()
        try:
            module.command(parser.read(arguments[1:]))
        except UsageError as error:
            parser.error(str(error))
    except KeyboardInterrupt:
        # What is interrupted must look neither green nor like a verdict.
        raise SystemExit(INTERRUPTED) from None


def _other(name: str) -> None:
    """What is no command: the help, or a mistake."""
    from barraiser.cli.parser import USAGE_ERROR, Parser

    parser = Parser("", ABOUT, "COMMAND [ARGS]...", epilog=STATUS)
    commands = parser.add_argument_group("Commands")
    for command, line in COMMANDS.items():
        commands.add_argument(command, help=line)
    group = parser.add_argument_group("Options")
    group.add_argument("--version", action="store_true", help="Show the version and exit.")
    group.add_argument("-h", "--help", action="store_true", help="Show this message and exit.")
    if name in ("-h", "--help"):
        parser.print_help()
    elif not name:
        parser.print_help(sys.stderr)
        raise SystemExit(USAGE_ERROR)
    else:
        from barraiser.policy.nearest import suggestion

        if name.startswith("-"):
            parser.error(f"there is no option `{name}`{suggestion(name, ('--version', '--help'))} before the command")
        near = suggestion(name, COMMANDS) or f"; the commands are {', '.join(COMMANDS)}"
        parser.error(f"there is no command `{name}`{near}")


def main() -> NoReturn:
    """Run the command line and leave with its exit status."""
    status = INTERNAL_ERROR
    # The data has no cycles, so that looking for some costs a fifth of a long run and finds nothing.
    gc.set_threshold(100_000, 20, 100)
    try:
        run(sys.argv[1:])
        status = 0
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
