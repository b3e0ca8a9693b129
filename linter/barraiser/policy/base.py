"""The policy of a git revision: what a change is judged by is what stood there before it (``--policy-ref``)."""

from __future__ import annotations

from collections import Counter

from barraiser.model.place import Place
from barraiser.policy.config import PLACES, Config, config_from, find_config, read_config
from barraiser.policy.suppressions import Suppression, suppressions_of
from barraiser.policy.take import ConfigError, ConfigProblem
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository
from barraiser.source.text import decode, split_lines

_TIMEOUT_SECONDS = 60
_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
"""Nothing is asked, fetched or written."""


class Base:
    """The files of a revision, as git keeps them. Reads blobs only: no hook, filter or command of the repository runs."""

    __slots__ = ("_commits", "_git", "_known", "ref")

    def __init__(self, ref: str) -> None:
        self.ref = ref
        self._git = ""
        self._commits: dict[str, str] = {}
        self._known: dict[tuple[str, str], bytes | None] = {}

    def read(self, root: str, path: str) -> bytes | None:
        """A file of a root as it is in the revision; None where it has none. Raises ConfigError where git has no such revision."""
        key = (root, path)
        if key not in self._known:
            commit = self._commit(root)
            self._known[key] = self._output(root, "cat-file", "blob", f"{commit}:./{path}")
        return self._known[key]

    def _commit(self, root: str) -> str:
        known = self._commits.get(root)
        if known is None:
            found = self._output(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{self.ref}^{{commit}}")
            if not found:
                inside = self._output(root, "rev-parse", "--is-inside-work-tree") is not None
                why = (
                    "git knows no such revision here: fetch it first, for example with `git fetch --depth=1 origin main`"
                    if inside
                    else f"git finds no repository in {root}"
                )
                raise _refused(self.ref, why)
            known = self._commits[root] = found.decode("ascii", "replace").strip()
        return known

    def _output(self, root: str, *arguments: str) -> bytes | None:
        """What git prints; None where it fails."""
        import os
        import subprocess

        try:
            done = subprocess.run(
                [self._program(), "-C", root, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env={**os.environ, **_ENVIRONMENT},
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise _refused(self.ref, f"git could not be run: {error}") from None
        return done.stdout if done.returncode == 0 else None

    def _program(self) -> str:
        """Where git is: looked up on the path alone, never in the working folder."""
        if not self._git:
            import os
            import shutil

            folders = [each for each in os.get_exec_path() if os.path.isabs(each)]
            found = shutil.which("git", path=os.pathsep.join(folders))
            if found is None:
                raise _refused(self.ref, "it is read with git, which was not found: install git")
            self._git = found
        return self._git


def config_of_base(base: Base, root: str, as_of: str, prefix: str = "") -> tuple[Config | None, bool]:
    """The configuration that a root has in the revision, None without one; and whether the change gives it another.

    The change's own must be readable all the same: it is what holds once the change is merged. ``prefix``: what messages put before
    paths. Raises ConfigError.
    """
    repository = Repository(root)
    here = find_config(repository)
    if here:
        read_config(repository, here, as_of, shown=prefix + here)
    found = [(path, data) for path in PLACES if (data := base.read(root, path)) is not None]
    changed = [(here, repository.read_bytes(here))] != found if here else bool(found)
    if not found:
        return None, changed
    if len(found) > 1:
        raise _refused(base.ref, f"it holds two configurations, {found[0][0]} and {found[1][0]}: keep one of them")
    from barraiser.source.yaml_loader import load

    path, data = found[0]
    shown = prefix + path
    try:
        return config_from(load(data, shown), shown, as_of), changed
    except SourceError as error:
        problems = [ConfigProblem(error.message, error.place)]
    except ConfigError as error:
        problems = error.problems
    raise ConfigError([ConfigProblem(f"{each.message} (as it is in {base.ref})", each.place) for each in problems])


def mark_new(suppressions: list[Suppression], base: Base, repository: Repository, path: str) -> None:
    """Note which suppressions of a file the revision does not hold: same words, same line that they speak for."""
    data = base.read(repository.root, path) if suppressions else b""
    try:
        before = split_lines(decode(data or b"", path))
    except SourceError:
        before = []
    known = Counter(_key(each, before) for each in suppressions_of(before, path))
    lines = repository.lines(path) if suppressions else []
    for each in suppressions:
        key = _key(each, lines)
        if known[key] > 0:
            known[key] -= 1
        else:
            each.new_since = base.ref


def _key(suppression: Suppression, lines: list[str]) -> tuple[object, ...]:
    covered = lines[suppression.lines[-1] - 1].strip() if suppression.lines[-1] <= len(lines) else ""
    return (suppression.rules, suppression.reason, suppression.until, suppression.owner, covered)


def _refused(ref: str, message: str) -> ConfigError:
    return ConfigError([ConfigProblem(message, Place(f"--policy-ref {ref}", 1))])
