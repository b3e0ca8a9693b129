"""``barraiser init``: a commented configuration from what is found in this repository."""

from __future__ import annotations

import datetime
import os
import sys

import click

from barraiser.cli.entries import entries_for
from barraiser.cli.roots import Configs, select_roots
from barraiser.cli.settings import Settings
from barraiser.model.pipeline import Pipeline
from barraiser.policy.config import PLACES
from barraiser.policy.starter import starter
from barraiser.policy.take import ConfigError

NO_PIPELINE = 3


@click.command("init")
@click.argument("folder", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("--force", is_flag=True, help="Write over a configuration that exists.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it instead of writing the file.")
def command(folder: str, force: bool, to_stdout: bool) -> None:
    """Write a commented .barraiser.yml from the pipelines of FOLDER: their environments with the evidence, and open questions."""
    target = os.path.join(folder, PLACES[0])
    existing = next((place for place in PLACES if os.path.lexists(os.path.join(folder, place))), "")
    if existing and not (force or to_stdout):
        print(
            f"barraiser: {existing} exists: --force writes over it, --stdout prints what it would be.", file=sys.stderr
        )
        raise SystemExit(2)
    settings = Settings([folder], as_of=datetime.datetime.now(datetime.UTC).date().isoformat(), isolated=True)
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
