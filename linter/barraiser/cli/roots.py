"""The roots of a run: what is looked at in each, and the configuration that holds there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from barraiser.cli.settings import Settings
from barraiser.model.declarations import Declarations
from barraiser.platforms.selection import READERS, Selected, platform_of, reader_for, select
from barraiser.policy.config import PLACES, Config, find_config, read_config, read_config_file
from barraiser.source.discovery import root_of
from barraiser.source.repository import Repository

if TYPE_CHECKING:
    from barraiser.policy.base import Base

STDIN_NAME = "stdin.yml"
"""What standard input is called without ``--stdin-filename``."""


class Configs:
    """The configuration of each root, read once. ConfigError is raised by the first look-up of a wrong one.

    ``base``: the revision whose policy counts, None where the files' own does. ``changed``: roots whose configuration differs from it,
    with its path.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._known: dict[str, Config] = {}
        self._none = Config(declared=Declarations(as_of=settings.as_of))
        self.prefixes: dict[str, str] = {}
        self.base = _base_of(settings)
        self.changed: dict[str, str] = {}

    def show_with(self, prefixes: dict[str, str]) -> None:
        """Put these before the paths of the roots' configurations from now on."""
        if any(prefixes.values()):
            self.prefixes = prefixes
            self._known = {}

    def of(self, root: str) -> Config:
        """The configuration that holds in a root."""
        known = self._known.get(root)
        if known is None:
            known = self._known[root] = self._read(root)
        return known

    def exclude(self, root: str) -> tuple[str, ...]:
        """The patterns that a root's configuration leaves out."""
        return self.of(root).exclude

    def _read(self, root: str) -> Config:
        if self.settings.config:
            return self._known.get("") or self._known.setdefault(
                "", read_config_file(self.settings.config, self.settings.as_of)
            )
        if self.settings.isolated:
            return self._none
        if self.base is not None:
            from barraiser.policy.base import config_of_base

            config, changed = config_of_base(self.base, root, self.settings.as_of, self.prefixes.get(root, ""))
            if changed:
                self.changed[root] = self.prefixes.get(root, "") + (find_config(Repository(root)) or PLACES[0])
            return config or self._none
        repository = Repository(root)
        path = find_config(repository)
        shown = self.prefixes.get(root, "") + path
        return read_config(repository, path, self.settings.as_of, shown=shown) if path else self._none


def _base_of(settings: Settings) -> Base | None:
    if not settings.policy_ref:
        return None
    from barraiser.policy.base import Base

    return Base(settings.policy_ref)


def prefixes_of(roots: Sequence[str]) -> dict[str, str]:
    """What stands before the paths of each root: nothing for a single one, else the way from the working folder."""
    if len(roots) < 2:
        return dict.fromkeys(roots, "")
    ways = {root: os.path.relpath(root).replace(os.sep, "/") for root in roots}
    return {root: "" if way == "." else f"{way}/" for root, way in ways.items()}


def select_roots(settings: Settings, configs: Configs) -> list[Selected]:
    """What the run looks at, root by root. Raises FileNotFoundError for a path that does not exist, ConfigError."""
    if settings.stdin is not None:
        return [_standard_input(settings, settings.stdin)]
    return select(settings.paths, root=settings.root, platform=settings.platform, exclude_of=configs.exclude)


def _standard_input(settings: Settings, data: bytes) -> Selected:
    """Standard input in the place of the file that it stands for."""
    name = settings.stdin_name or STDIN_NAME
    root = os.path.abspath(settings.root) if settings.root else root_of(name)
    path = os.path.relpath(os.path.abspath(name), root).replace(os.sep, "/")
    repository = Repository(root)
    repository.keep(path, data)
    for platform in READERS:
        if platform == settings.platform or (not settings.platform and reader_for(platform).owns(path)):
            return Selected(repository, [(path, platform)])
    return Selected(repository, named=[(path, platform_of(path, repository))])
