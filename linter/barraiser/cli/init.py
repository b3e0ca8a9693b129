"""``barraiser init``: a commented configuration from what is found in this repository."""

from __future__ import annotations

import os
import sys
from typing import Any

from barraiser.cli.entries import entries_for
from barraiser.cli.options import as_of_date
from barraiser.cli.parser import OPERANDS, Parser, UsageError
from barraiser.cli.roots import Configs, select_roots
from barraiser.cli.settings import Settings
from barraiser.model.pipeline import Pipeline
from barraiser.policy.config import PLACES
from barraiser.policy.starter import starter
from barraiser.policy.take import ConfigError

NO_PIPELINE = 3


def parser() -> Parser:
    """What the command takes."""
    found = Parser(
        "init",
        "Write a commented .barraiser.yml from the pipelines of FOLDER (default: the working folder): their environments"
        " with the evidence, and open questions.",
        "[FOLDER]",
        most=1,
    )
    add = found.add_argument_group("Where it is written").add_argument
    add("--force", action="store_true", help="Write over a configuration that exists.")
    add("--stdout", action="store_true", help="Print it instead of writing the file.")
    return found


def command(given: dict[str, Any]) -> None:
    """Write a commented .barraiser.yml from the pipelines of FOLDER: their environments with the evidence, and open questions."""
    folder = given[OPERANDS][0] if given[OPERANDS] else "."
    if not os.path.isdir(folder):
        raise UsageError(f"there is no folder `{folder}`")
    force, to_stdout = given["force"], given["stdout"]
    target = os.path.join(folder, PLACES[0])
    existing = next((place for place in PLACES if os.path.lexists(os.path.join(folder, place))), "")
    if existing and not (force or to_stdout):
        print(
            f"barraiser: {existing} exists: --force writes over it, --stdout prints what it would be.", file=sys.stderr
        )
        raise SystemExit(2)
    settings = Settings([folder], as_of=as_of_date(""), isolated=True)
    try:
        roots = select_roots(settings, Configs(settings))
    except ConfigError as error:
        print(f"barraiser: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    here = os.path.realpath(folder)
    pipelines: list[Pipeline] = []
    for selected in roots:
        if os.path.realpath(selected.repository.root) != here:
            continue
        entries = entries_for(selected, settings, Configs(settings).of(selected.repository.root).declared)
        for path, _ in selected.entries:
            pipelines += entries.at(path)
    if not pipelines:
        print("barraiser: no pipeline was found here, so there is nothing to write.", file=sys.stderr)
        raise SystemExit(NO_PIPELINE)
    text = starter(pipelines)
    if to_stdout:
        print(text, end="")
        return
    if os.path.islink(target):
        print(f"barraiser: {PLACES[0]} is a link: nothing was written.", file=sys.stderr)
        raise SystemExit(2)
    with open(target, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    print(f"Wrote {target}: read it, answer its questions, and run `barraiser check`.")
