"""How fast barraiser is, as ratios to other tools that read the same files: `make bench`.

Whole processes, one after the other and in turns, so that both sides of a ratio meet the same machine. The tools do different work: a
ratio is the time to an answer on the same files, not like for like. Exit status 1 when a gate is missed. Imports little, because a
process that is started has at least the peak memory of the one that starts it.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Sequence

from sets import Sets

MIB = 1024
ZIZMOR_ONE_FILE, ZIZMOR_WORKFLOWS, MEMORY_MIB, SLOWEST_SECONDS = 1.5, 0.9, 40, 2.0
"""The gates: barraiser's time as a share of zizmor's, peak memory, and the longest that one file may take.

zizmor is compiled, and so is the wheel that is published: the gate on many workflows is on that one, with ``--compiled COMMAND``.
"""

PLAIN_WORKFLOWS = 1.9
"""The gate on many workflows for a checkout, which is not compiled: it keeps what is added from slowing the wheel down unseen."""

HERE = os.path.dirname(sys.executable)


class Run:
    """Times in seconds and the peak memory in MiB of one command."""

    def __init__(self, command: Sequence[str], folder: str) -> None:
        self.command = list(command)
        self.folder = folder
        self.seconds: list[float] = []
        self.peak = 0.0
        self.status = 0

    def once(self, *, count: bool = True) -> None:
        """Runs it; a warm-up does not count."""
        start = time.perf_counter()
        child = os.fork()
        if child == 0:
            try:
                os.chdir(self.folder)
                null = os.open(os.devnull, os.O_RDWR)
                for stream in (0, 1, 2):
                    os.dup2(null, stream)
                os.execv(self.command[0], self.command)
            finally:
                os._exit(127)
        _, status, usage = os.wait4(child, 0)
        if count:
            self.seconds.append(time.perf_counter() - start)
            self.peak = max(self.peak, usage.ru_maxrss / MIB)
        self.status = os.waitstatus_to_exitcode(status)

    @property
    def median(self) -> float:
        return middle(self.seconds)


class Bench:
    """All comparisons, and the gates that were missed."""

    def __init__(self, repeats: int, compiled: str = "") -> None:
        self.repeats = repeats
        self.compiled = compiled
        self.missed: list[str] = []
        self.tools = {name: find(name) for name in ("zizmor", "check-yaml", "check-jsonschema", "checkov", "cfn-lint")}

    def compare(
        self,
        title: str,
        folder: str,
        ours: Sequence[str],
        theirs: Sequence[tuple[str, Sequence[str]]],
        command: str = "",
    ) -> tuple[Run, dict[str, float]]:
        """Runs barraiser (``command``) and each other tool in turns; prints a line for each. Returns ours, and the ratio to each tool."""
        print(f"\n{title}")
        ratios: dict[str, float] = {}
        best: Run | None = None
        for name, arguments in theirs:
            path = self.tools[name]
            if not path:
                print(f"  {name:<18} not installed, left out")
                continue
            slow = name in ("checkov", "cfn-lint")
            mine, other = Run([command or barraiser(), *ours], folder), Run([path, *arguments], folder)
            for run in (mine,) if slow else (mine, other):
                run.once(count=False)
            for _ in range(1 if slow else self.repeats):
                mine.once()
                other.once()
            self.usable(mine, title)
            ratios[name] = middle([a / b for a, b in zip(mine.seconds, other.seconds, strict=True)])
            print(
                f"  {name:<18} {other.median:8.3f} s {other.peak:6.0f} MiB   barraiser {mine.median:7.3f} s {mine.peak:4.0f} MiB"
                f"   ratio {ratios[name]:.3f}"
            )
            best = best if best and len(best.seconds) >= len(mine.seconds) else mine
        if best is None:
            best = Run([command or barraiser(), *ours], folder)
            best.once(count=False)
            for _ in range(self.repeats):
                best.once()
            self.usable(best, title)
            print(f"  barraiser alone    {best.median:8.3f} s {best.peak:6.0f} MiB")
        return best, ratios

    def usable(self, run: Run, title: str) -> None:
        """A run that could not do its work is no measurement."""
        if run.status not in (0, 1):
            self.miss(f"{title}: barraiser ended with status {run.status}: {' '.join(run.command[:8])}")

    def gate(self, what: str, value: float | None, limit: float, unit: str = "") -> None:
        """Prints a gate and remembers it when it was missed or could not be measured."""
        if value is None:
            self.miss(f"{what}: not measured, the other tool is not installed")
            return
        good = value <= limit
        print(f"  gate: {what} {value:.2f}{unit}, at most {limit}{unit}: {'met' if good else 'MISSED'}")
        if not good:
            self.miss(f"{what} {value:.2f}{unit}, at most {limit}{unit}")

    def miss(self, text: str) -> None:
        """Remembers why the benchmark fails."""
        if text not in self.missed:
            self.missed.append(text)


def middle(values: Sequence[float]) -> float:
    """The median."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def barraiser() -> str:
    """The command next to this interpreter."""
    return os.path.join(HERE, "barraiser")


def find(name: str) -> str:
    """A tool next to this interpreter or on the path; empty if it is not there or does not start."""
    for path in (os.path.join(HERE, name), shutil.which(name) or ""):
        if path and os.access(path, os.X_OK):
            run = Run([path, "--help"], os.getcwd())
            run.once()
            if run.status == 0:
                return path
    return ""


def one_file(bench: Bench, sets: Sets) -> None:
    """One workflow: what a commit hook waits for."""
    cases = (
        ("One workflow, alone, without configuration", sets.alone, True),
        ("One workflow, alone, with a configuration", sets.configured, False),
        ("One workflow of a repository of twenty", sets.among, False),
    )
    for title, (folder, files), all_tools in cases:
        schema = ["--builtin-schema", "vendor.github-workflows", *files]
        others: list[tuple[str, Sequence[str]]] = [("zizmor", zizmor(files))]
        if all_tools:
            others += [
                ("check-yaml", files),
                ("check-jsonschema", schema),
                ("checkov", checkov("github_actions", folder)),
            ]
        for command in ("", bench.compiled) if bench.compiled else ("",):
            name = f"{title}, the compiled wheel" if command else title
            ours, ratios = bench.compare(name, folder, ["check", *files], others[:1] if command else others, command)
            bench.gate("one file to zizmor", ratios.get("zizmor"), ZIZMOR_ONE_FILE)
            bench.gate("peak memory", ours.peak, MEMORY_MIB, " MiB")


def many(bench: Bench, sets: Sets) -> None:
    """The sets: what a pipeline of a large repository, or a fleet, waits for."""
    folder, files = sets.workflows
    schema = ["--builtin-schema", "vendor.github-workflows", *files]
    ours, ratios = bench.compare(
        f"{len(files)} workflows, one process",
        folder,
        ["check", "--jobs", "1", "--no-cache", folder],
        [
            ("zizmor", zizmor([folder])),
            ("check-yaml", files),
            ("check-jsonschema", schema),
            ("checkov", checkov("github_actions", folder)),
        ],
    )
    bench.gate("workflows to zizmor, not compiled", ratios.get("zizmor"), PLAIN_WORKFLOWS)
    bench.gate("peak memory", ours.peak, MEMORY_MIB, " MiB")
    if bench.compiled:
        ours, ratios = bench.compare(
            f"{len(files)} workflows, one process, the compiled wheel",
            folder,
            ["check", "--jobs", "1", "--no-cache", folder],
            [("zizmor", zizmor([folder])), ("check-yaml", files)],
            bench.compiled,
        )
        bench.gate("peak memory", ours.peak, MEMORY_MIB, " MiB")
    bench.gate("workflows to zizmor, compiled", ratios.get("zizmor") if bench.compiled else None, ZIZMOR_WORKFLOWS)
    bench.compare(
        f"{len(files)} workflows, two processes",
        folder,
        ["check", "--jobs", "2", "--no-cache", folder],
        [("zizmor", zizmor([folder]))],
    )
    folder, files = sets.gitlab
    schema = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", *files]
    ours, _ = bench.compare(
        f"{len(files)} GitLab files",
        folder,
        ["check", "--jobs", "1", "--no-cache", folder],
        [("check-yaml", ["--unsafe", *files]), ("check-jsonschema", schema), ("checkov", checkov("gitlab_ci", folder))],
    )
    bench.gate("peak memory", ours.peak, MEMORY_MIB, " MiB")
    folder, files = sets.templates
    ours, _ = bench.compare(
        f"{len(files)} CloudFormation templates",
        folder,
        ["check", "--jobs", "1", "--no-cache", folder],
        [
            ("check-yaml", ["--unsafe", *(file for file in files if file.endswith((".yml", ".yaml")))]),
            ("cfn-lint", ["-t", *files]),
            ("checkov", checkov("cloudformation", folder)),
        ],
    )
    bench.gate("peak memory", ours.peak, MEMORY_MIB, " MiB")


def slowest(bench: Bench, sets: Sets) -> None:
    """Every distinct file in a process of its own: none may take long."""
    worst, name = 0.0, ""
    for path in sets.originals:
        folder = (
            path.split(os.sep + ".github" + os.sep)[0] if os.sep + ".github" + os.sep in path else os.path.dirname(path)
        )
        run = Run([barraiser(), "check", "--allow-empty", path], folder)
        run.once()
        if run.status not in (0, 1):
            bench.miss(f"{path}: barraiser ended with status {run.status}")
        if run.seconds[0] > worst:
            worst, name = run.seconds[0], path
    print(f"\nThe slowest of {len(sets.originals)} files, each in a process of its own")
    bench.gate(f"seconds ({os.path.basename(name)})", worst, SLOWEST_SECONDS, " s")


def zizmor(inputs: Sequence[str]) -> list[str]:
    """Its fastest way: no network, no configuration, findings to nowhere."""
    return ["--offline", "--no-exit-codes", "--no-config", "--quiet", *inputs]


def checkov(framework: str, folder: str) -> list[str]:
    """Without its downloads, one framework."""
    return ["--framework", framework, "--directory", folder, "--quiet", "--compact", "--skip-download", "--soft-fail"]


def main() -> int:
    """Measures, prints, and returns 1 when a gate was missed."""
    import argparse
    import tempfile

    parser = argparse.ArgumentParser(description="Compare barraiser with other tools on the same files.")
    parser.add_argument("repeats", nargs="?", type=int, default=9)
    parser.add_argument("--compiled", default="", metavar="COMMAND", help="barraiser as its compiled wheel installs it")
    given = parser.parse_args()
    repeats = given.repeats
    # An installed package is compiled; a checkout is by the warm-up, unless it may not.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="barraiser-bench-") as base:
        sets = Sets(base)
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, medians of {repeats}; files: {sets.source}")
        bench = Bench(repeats, given.compiled)
        one_file(bench, sets)
        many(bench, sets)
        slowest(bench, sets)
    print()
    for text in bench.missed[:20]:
        print(f"MISSED: {text}")
    if len(bench.missed) > 20:
        print(f"... and {len(bench.missed) - 20} more")
    print("Some gates were missed." if bench.missed else "All gates are met.")
    return 1 if bench.missed else 0


if __name__ == "__main__":
    sys.exit(main())
