"""For the tests of a rule pack: judge a small pipeline, and compare its findings with the marks in the file.

A fixture is a file, or a folder that stands for a repository. A mark is a comment at the end of the line at which a finding is
expected: ``# expect: ENV001`` (it fails here) or ``# expect: ENV001 unknown``. What cannot carry a comment has a file ``expectations.txt``
beside it (in the folder's root), with lines ``PATH:LINE RULE [unknown]``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from barraiser.checks.plan import Plan
from barraiser.checks.registry import Registry, load
from barraiser.checks.result import PipelineResult
from barraiser.checks.rule import Rule
from barraiser.checks.runner import judge
from barraiser.classify.entries import Entries
from barraiser.model.declarations import Declarations
from barraiser.model.words import CODEPIPELINE, FAILED, GITHUB_ACTIONS, GITLAB_CI, UNKNOWN
from barraiser.platforms.reader import ReadOptions
from barraiser.platforms.selection import entry_paths
from barraiser.policy.config import Config, read_config_file
from barraiser.policy.profiles import parameters_in
from barraiser.source.repository import Repository

MARK = re.compile(r"#\s*expect:\s*([A-Z]{3}\d{3})(?:\s+(unknown))?\s*$")
SIDECAR = "expectations.txt"
ENTRY = {GITHUB_ACTIONS: ".github/workflows/{name}", GITLAB_CI: ".gitlab-ci.yml", CODEPIPELINE: "{name}"}
"""Where a fixture that is one file is put in the repository that the test makes."""

TODAY = "2026-11-01"
"""The day on which fixtures are judged: declared evidence expires."""

PLATFORM_FOLDERS = {"github": GITHUB_ACTIONS, "gitlab": GITLAB_CI, "codepipeline": CODEPIPELINE}


class Expectation:
    """A finding of ``rule`` with ``verdict`` (failed or unknown) at ``path`` and ``line``."""

    __slots__ = ("line", "path", "rule", "verdict")

    def __init__(self, rule: str, verdict: str, path: str, line: int) -> None:
        self.rule = rule
        self.verdict = verdict
        self.path = path
        self.line = line

    def key(self) -> tuple[str, str, str, int]:
        """What two expectations are compared by."""
        return (self.rule, self.verdict, self.path, self.line)

    def __repr__(self) -> str:
        return f"{self.path}:{self.line} {self.rule} {self.verdict}"


def place(fixture: Path, platform: str, root: Path) -> Path:
    """Puts a fixture into an empty folder as a repository (a file at the place where the platform looks for it); returns the root."""
    if fixture.is_dir():
        shutil.copytree(fixture, root, dirs_exist_ok=True)
        return root
    target = root / ENTRY[platform].format(name=fixture.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(fixture, target)
    sidecar = fixture.with_name(f"{fixture.stem}.{SIDECAR}")
    if sidecar.exists():
        shutil.copyfile(sidecar, root / SIDECAR)
    return root


def expectations(root: Path, rule: str = "") -> list[Expectation]:
    """The marks in a repository's files, of one rule where given."""
    found = []
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            match = MARK.search(line)
            if match:
                found.append(Expectation(match[1], match[2] or FAILED, name, number))
    sidecar = root / SIDECAR
    if sidecar.exists():
        for line in sidecar.read_text("utf-8").splitlines():
            where, _, rest = line.strip().partition(" ")
            name, _, number_text = where.rpartition(":")
            words = rest.split()
            if name and words:
                found.append(Expectation(words[0], words[1] if len(words) > 1 else FAILED, name, int(number_text)))
    return [each for each in found if not rule or each.rule == rule]


def judged(
    root: Path,
    rules: Sequence[type[Rule]] | None = None,
    *,
    declared: Declarations | None = None,
    profile: str = "basic",
    platform: str = "",
) -> list[PipelineResult]:
    """The results of every entry of a repository, by the default pack's rules or those given.

    ``declared``: default, what the repository's ``.barraiser.yml`` declares. The parameters and the profile that it sets hold.
    ``platform``: of files whose place does not tell it.
    """
    repository = Repository(str(root))
    chosen = list(rules) if rules is not None else list(load().rules.values())
    config = _config(root)
    if declared is None:
        declared = config.declared
    options = ReadOptions(default_branch=declared.default_branch or "main")
    entries = Entries(repository, options, declared)
    plan = Plan(chosen, profile=config.profile or profile, parameters=parameters_in(config, chosen))
    results = []
    for path in entry_paths(repository):
        results += [judge(pipeline, entries, plan, declared) for pipeline in entries.at(path)]
    return results


def _config(root: Path) -> Config:
    for name in (".barraiser.yml", ".github/.barraiser.yml"):
        if (root / name).exists():
            return read_config_file(str(root / name), TODAY)
    return Config(declared=Declarations(as_of=TODAY))


def findings(results: Sequence[PipelineResult], rule: str = "") -> list[Expectation]:
    """The findings of results in the shape of marks, of one rule where given; unknowns among them."""
    return [
        Expectation(
            finding.rule, UNKNOWN if finding.verdict == UNKNOWN else FAILED, finding.place.path, finding.place.line
        )
        for result in results
        for finding in result.findings
        if not rule or finding.rule == rule
    ]


def fixtures(folder: Path, registry: Registry | None = None) -> Iterator[tuple[str, str, str, Path]]:
    """Rule id, platform, expected verdict and path of every fixture below a folder ``RULE/PLATFORM/VERDICT[-slug]``."""
    for rule in sorted(each for each in folder.iterdir() if each.is_dir()):
        if registry is not None and rule.name not in registry.rules:
            raise AssertionError(f"{rule}: there is no rule {rule.name}")
        for where in sorted(each for each in rule.iterdir() if each.is_dir()):
            for path in sorted(where.iterdir()):
                if path.name.endswith(SIDECAR):
                    continue
                yield rule.name, PLATFORM_FOLDERS[where.name], verdict_of_name(path.name), path


def verdict_of_name(name: str) -> str:
    """The verdict that a fixture's name starts with."""
    for prefix, verdict in (
        ("passing", "passed"),
        ("failing", "failed"),
        ("unknown", "unknown"),
        ("not-applicable", "not-applicable"),
    ):
        if name.startswith(prefix):
            return verdict
    raise AssertionError(f"{name}: a fixture's name starts with passing, failing, unknown or not-applicable")
