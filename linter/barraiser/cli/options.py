"""Options that several commands have, and what they mean."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from barraiser.cli.parser import Parser, UsageError, one_of
from barraiser.model.words import PLATFORMS
from barraiser.report.escape import inert, visible

if TYPE_CHECKING:
    from argparse import _ArgumentGroup as Group

COLORS = ("auto", "always", "never")
COULD_NOT_WORK = 2
"""Exit status: barraiser could not do its work."""


def where_to_look(parser: Parser) -> None:
    """The options that say what is read: the same for ``check`` and ``graph``."""
    add = parser.add_argument_group("What is read").add_argument
    add("--config", metavar="FILE", default="", help="The configuration, in the place of .barraiser.yml.")
    add("--isolated", action="store_true", help="Ignore configuration that is found in the repository.")
    add("--root", metavar="DIR", default="", help="The folder that paths are relative to.")
    add(
        "--platform",
        type=one_of(PLATFORMS),
        metavar="NAME",
        default=None,
        help=f"What the named files are: {', '.join(PLATFORMS)}.",
    )
    add("--default-branch", metavar="BRANCH", default="", help="The repository's default branch.")
    add(
        "--include-map",
        metavar="DIR|FILE",
        default="",
        help="Files that stand for includes of other projects: a folder with PROJECT/PATH below it, or a YAML map.",
    )
    add("--stdin-filename", metavar="NAME", default="", help="The file that standard input (PATH -) stands for.")
    add(
        "--as-of",
        metavar="DATE",
        default="",
        help="The day on which waivers and evidence are judged (default: today, UTC).",
    )
    add("--no-cache", action="store_true", help="Use nothing that an earlier run kept (this version keeps nothing).")


def policy_ref(parser: Parser) -> None:
    """The option ``--policy-ref``."""
    parser.add_argument_group("Whose policy").add_argument(
        "--policy-ref",
        metavar="REF",
        default="",
        help="Take the configuration and the suppressions that count from this git revision, such as the base branch"
        " of a pull request, so that a change cannot loosen the gate that judges it.",
    )


def policy_ref_of(given: Mapping[str, Any]) -> str:
    """The revision whose policy counts, else empty."""
    ref = str(given["policy_ref"])
    if ref and (given["config"] or given["isolated"]):
        raise UsageError("--policy-ref takes the configuration from a revision: leave --config and --isolated out")
    return ref


def output(group: Group, formats: Sequence[str]) -> None:
    """The options that say how a report looks and where it goes; each can be given several times."""
    group.add_argument(
        "--output-format", action="append", type=one_of(formats), metavar="FORMAT", default=[],
        help=f"{', '.join(formats)} (default: {formats[0]}); can be given several times.",
    )  # fmt: skip
    group.add_argument(
        "--output-file",
        action="append",
        metavar="FILE",
        default=[],
        help="The n-th file takes the n-th --output-format.",
    )


def color(group: Group, what: str) -> None:
    """The option ``--color``."""
    group.add_argument(
        "--color", type=one_of(COLORS), metavar="WHEN", default="auto", help=f"Colour {what}: auto, always, never."
    )


def configuration(parser: Parser) -> None:
    """The options of the commands that explain rules."""
    add = parser.add_argument_group("What is read").add_argument
    add("--config", metavar="FILE", default="", help="The configuration, whose plugins bring rules too.")
    add("--isolated", action="store_true", help="Ignore configuration that is found in the repository.")


def as_of_date(given: str) -> str:
    """The day of the run as an ISO date."""
    if not given:
        return time.strftime("%Y-%m-%d", time.gmtime())
    from barraiser.policy.take import is_date

    if not is_date(given):
        raise UsageError(f"--as-of: `{given}` is no date like 2027-01-31")
    return given


def include_map_of(given: str) -> dict[str, str]:
    """What stands for includes, by the include as files write it; paths are absolute."""
    if not given:
        return {}
    if os.path.isdir(given):
        from barraiser.source.repository import Repository

        top = os.path.abspath(given)
        return {path: os.path.join(top, *path.split("/")) for path in Repository(top).files()}
    if not os.path.isfile(given):
        raise UsageError(f"--include-map: there is no folder or file `{given}`")
    return _map_file(given)


def _map_file(given: str) -> dict[str, str]:
    from barraiser.policy.take import ConfigError, ConfigProblem, Taker
    from barraiser.source.errors import SourceError
    from barraiser.source.repository import Repository
    from barraiser.source.yaml_loader import load

    folder, name = os.path.split(os.path.abspath(given))
    taker = Taker()
    try:
        documents = load(Repository(folder).read_bytes(name), given)
    except SourceError as error:
        raise ConfigError([ConfigProblem(error.message, error.place)]) from None
    table = taker.table(documents[0].root if documents else None, "the include map")
    found = {key: taker.text(value, f"`{key}`") for key, value in table.items()}
    if taker.problems:
        raise ConfigError(taker.problems)
    return {key: os.path.join(folder, value) for key, value in found.items()}


def read_stdin(paths: Sequence[str]) -> bytes | None:
    """Standard input, where PATH is ``-``, at most one byte more than any file may have."""
    if "-" not in paths:
        return None
    if len(paths) > 1:
        raise UsageError("`-` reads standard input: name no other path with it")
    from barraiser.source.limits import MAX_BYTES

    return sys.stdin.buffer.read(MAX_BYTES + 1)


def colored(choice: str) -> bool:
    """Whether reports on standard output are coloured."""
    if choice != "auto":
        return choice == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns of a report on standard output: the terminal's, or what fits a CI log."""
    if not sys.stdout.isatty():
        return 100
    try:
        return max(40, min(os.get_terminal_size(sys.stdout.fileno()).columns, 120))
    except (OSError, ValueError):
        return 100


def tell(message: str) -> None:
    """A diagnostic on standard error."""
    for line in message.splitlines():
        print(inert(visible(line)), file=sys.stderr)


def stop(message: str) -> NoReturn:
    """End the run because barraiser cannot do its work."""
    tell(message)
    raise SystemExit(COULD_NOT_WORK)


def write_stdout(text: str) -> None:
    """A report on standard output; what its encoding has not is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has gone: what is left must not be tried again when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(COULD_NOT_WORK) from None


def write_file(path: str, text: str) -> None:
    """A report into a file, as UTF-8."""
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        stop(f"barraiser: {path}: cannot be written: {error.strerror or error}")


def outputs_of(formats: Sequence[str], files: Sequence[str], default: str) -> Mapping[str, str]:
    """File to format, the empty name for standard output: the n-th file belongs to the n-th format."""
    formats = formats or (default,)
    if len(files) > len(formats):
        raise UsageError(
            "there are more --output-file than --output-format: each file belongs to the format in its place"
        )
    found: dict[str, str] = {}
    for number, form in enumerate(formats):
        path = files[number] if number < len(files) else ""
        if path in found:
            where = f"`{path}`" if path else "standard output"
            raise UsageError(f"{where} can take one --output-format: give each other one an --output-file")
        found[path] = form
    return found
