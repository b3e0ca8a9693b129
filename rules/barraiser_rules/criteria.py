"""What makes a load test fail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from barraiser.api import DEPLOY_KINDS, MAYBE, NO, YES, Case, Node, Place, Script, SourceError, Tri
from barraiser_rules.hints import words
from barraiser_rules.loads import Load, load_of, option, step_of
from barraiser_rules.markers import first_with

MEASURING = frozenset(
    ("jmeter", "vegeta", "hey", "wrk", "wrk2", "ab", "bombardier", "oha", "ghz", "drill", "autocannon", "siege")
)
"""Tools that measure and judge nothing: they succeed when they could press.

https://jmeter.apache.org/usermanual/get-started.html (non-GUI mode), https://github.com/tsenart/vegeta, https://github.com/rakyll/hey,
https://github.com/wg/wrk, https://httpd.apache.org/docs/2.4/programs/ab.html."""

RUNNERS = frozenset(
    ("pytest", "go", "dotnet", "jest", "vitest", "mocha", "playwright", "cargo", "behave", "robot", "rspec", "phpunit")
)
"""Test runners: an assertion that does not hold fails them."""

_IN_SCRIPT = {
    # https://grafana.com/docs/k6/latest/using-k6/thresholds/: a failed check alone does not fail the run.
    "k6": (r"\bthresholds\b(?![\"']?\s{0,5}:\s{0,5}\{\s{0,20}\})|\btest\.abort\(", "thresholds"),
    # https://www.artillery.io/docs/reference/cli/exit-codes
    "artillery": (r"\b(?:ensure|expect)\b[\"']?\s{0,5}:", "`ensure`"),
    # https://gettaurus.org/docs/PassFail/
    "bzt": (r"\bpass-?fail\b|\bcriteria\b", "`passfail` criteria"),
    # https://learn.microsoft.com/azure/load-testing/how-to-define-test-criteria
    "azure": (r"\bfailureCriteria\b", "`failureCriteria`"),
}
"""What stands in a tool's script, or configuration, that makes the run fail, and what messages call it."""

_CHECKS = re.compile(
    r"\bexit\s{1,5}(?:[1-9]|\$)|\bjq\s{1,5}(?:-\w{1,9}\s{1,5}){0,4}-\w{0,5}e|\bgrep\s{1,5}-\w{0,5}q|\bawk\b.{0,300}\bexit\b"
    r"|^\s{0,80}(?:test|\[\[?|\(\()\s|\bsys\.exit|\braise\s|\bassert\b|^\s{0,80}false$"
)
"""Shell lines whose failure, or whose exit, judges what was measured."""

_CHECK_WORDS = frozenset(
    [
        "check",
        "checks",
        "assert",
        "assertions",
        "verify",
        "threshold",
        "thresholds",
        "gate",
        "compare",
        "slo",
        "slos",
        "validate",
        "regression",
        "regressions",
        "criteria",
        "budget",
        "evaluate",
        "analyze",
        "analyse",
        "analysis",
        "passfail",
    ]
)
_ABOUT = _CHECK_WORDS | {"load", "perf", "performance", "latency", "p95", "p99", "results", "stress", "benchmark"}
_CALLS = frozenset(("npm", "yarn", "pnpm", "bun", "make", "just", "task"))
MAX_JOBS = 20
"""Jobs that may judge results, by their names, that are looked at."""

MAX_STEP = 20_000
"""Characters of a step in which words are looked for."""

_CHECK_JOBS = frozenset(("threshold", "thresholds", "slo", "criteria", "regression", "quality", "compare", "evaluate"))
_KEEPS = ("echo ", "cat ", "cp ", "mv ", "tar ", "zip ", "ls ", "head ", "tail ", "aws s3 ", "gsutil ", "printf ", "#")
_RESULTS = ("-l", "-o", "-e", "-j", "--output", "-output", "--out", ">", "--json", "-g")
_SIMULATIONS = (".scala", ".java", ".kt", ".ts", ".js")


class Criteria:
    """Whether something makes a load test fail, and ``why`` that is known (a clause for a message)."""

    __slots__ = ("answer", "fix", "why")

    def __init__(self, answer: Tri, why: str, fix: str = "") -> None:
        self.answer = answer
        self.why = why
        self.fix = fix


def criteria_of(case: Case, node: Node) -> Criteria:
    """What makes a load test fail: its script's thresholds, the tool's own rules, or a step that judges the results."""
    own = _own(case, load_of(case, node))
    if own.answer == YES and node.activity.soft != YES:
        return own
    later = judged_later(case, node)
    return later if later.answer > own.answer or later.answer == YES else own


def _own(case: Case, load: Load) -> Criteria:
    tool, joined = load.tool, " ".join(load.words)
    if tool in _IN_SCRIPT:
        return _scripted(load, joined)
    if tool == "locust":
        # https://docs.locust.io/en/stable/configuration.html: --exit-code-on-error is 1 unless set.
        step = step_of(load.node)
        name = "LOCUST_EXIT_CODE_ON_ERROR"
        told = load.option("--exit-code-on-error") or (step.env.get(name) if step is not None else "")
        if (told or load.node.job.variables.get(name)) == "0":
            return Criteria(NO, "`--exit-code-on-error 0` makes it succeed whatever fails", "Remove it.")
        return Criteria(YES, "locust fails when a request did")
    if "threshold" in joined.lower():
        return Criteria(YES, "it is given a threshold")
    if tool in MEASURING:
        if tool == "wrk" and load.scripts and "os.exit" in load.text:
            return Criteria(YES, f"{load.scripts[0]} ends it with an error")
        return Criteria(
            NO,
            f"{tool} measures and judges nothing, and no later step does",
            "Add a step that reads the results and fails above a latency or an error rate.",
        )
    if tool == "jmeter-maven":
        judged = any(word in ("jmeter:results", "verify", "install") for word in load.words)
        return Criteria(YES, "`jmeter:results` fails on errors") if judged else _cannot_tell(load)
    if tool == "gatling":
        return _simulated(case, load)
    if tool in RUNNERS:
        return Criteria(YES, f"{tool} fails when an assertion does")
    return _cannot_tell(load)


def _scripted(load: Load, joined: str) -> Criteria:
    pattern, name = _IN_SCRIPT[load.tool]
    if "--no-thresholds" in load.words:
        return Criteria(NO, "`--no-thresholds` switches its thresholds off", "Remove `--no-thresholds`.")
    if re.search(pattern, load.text) or re.search(pattern, joined):
        where = f"{load.scripts[0]} has" if load.scripts else "it is given"
        return Criteria(YES, f"{where} {name}")
    if load.tool == "artillery" and "quick" in load.words[:3]:
        return Criteria(NO, "`artillery quick` judges nothing", "Write a script with `ensure:`, and run that.")
    if load.unread or not load.scripts:
        return _cannot_tell(load)
    return Criteria(
        NO, f"{load.scripts[0]} has no {name.strip('`')}", f"Add {name} on latency and errors to {load.scripts[0]}."
    )


def _simulated(case: Case, load: Load) -> Criteria:
    repository = case.repository
    found = first_with(repository, (b".assertions(", b"assertions:"), hints=(b"assertions",), suffixes=_SIMULATIONS)
    if found:
        return Criteria(YES, f"{found} has assertions")
    written = first_with(
        repository, (b"extends Simulation", b"simulation("), hints=(b"imulation",), suffixes=_SIMULATIONS
    )
    if not written:
        return _cannot_tell(load)
    return Criteria(NO, f"{written} has no assertions", f"Add `.assertions(...)` to the set-up of {written}.")


def _cannot_tell(load: Load) -> Criteria:
    return Criteria(MAYBE, "what it runs cannot be read here")


def judged_later(case: Case, node: Node) -> Criteria:
    """What a later command of the same job, or a later job by its name, makes of the results."""
    load = load_of(case, node)
    results = _results(load)
    found = Criteria(NO, "no later command judges its results")
    for lines in _later(case, node, results):
        for line in lines:
            low = line.strip()[:600]
            if _CHECKS.search(low):
                return Criteria(YES, f"`{_short(low)}` judges the results")
            if low.startswith((*_KEEPS, f"{load.tool} ")):
                continue
            if not words(low.partition("#")[0]).isdisjoint(_CHECK_WORDS):
                return Criteria(YES, f"`{_short(low)}` judges the results")
            if any(name in low for name in results):
                found = Criteria(MAYBE, f"`{_short(low)}` may judge the results, but cannot be read here")
    if found.answer == NO and node.pipeline is case.pipeline:
        for later in case.remember(("judging jobs", case.graph.index), lambda: _judging(case)):
            if later.job is not node.job and case.graph.before(node, later):
                return Criteria(MAYBE, f'"{later.job.own_id}" may judge the results')
    return found


def _results(load: Load) -> list[str]:
    named = [option(load.words, name).rpartition("/")[2] for name in _RESULTS]
    return [name for name in named if len(name) > 3 and "." in name]


def _judging(case: Case) -> list[Node]:
    """The first steps of the jobs whose names say that they judge results."""
    found: dict[str, Node] = {}
    for node in case.graph.nodes():
        if node.job.id not in found and not words(f"{node.job.id} {node.job.name}").isdisjoint(_CHECK_JOBS):
            found[node.job.id] = node
    return list(found.values())[:MAX_JOBS]


def _later(case: Case, node: Node, results: Sequence[str]) -> Iterator[list[str]]:
    """The lines of the job's scripts from a command on: the rest of its own step or script, then the later steps that speak of load, of
    its results or of a check, up to the next deploy."""
    step, place = step_of(node), node.place
    if step is not None and step.script is not None:
        own = _from(step.script, place)
        if own is not None:
            own[:1] = [_after_command(line, node) for line in own[:1]]
            yield own
        else:
            yield _called(case, place, node)
            yield _after_the_call(step.script, place)
    until = min(
        (each.step for each in node.job.activities if each.kind in DEPLOY_KINDS and each.step > node.activity.step),
        default=len(node.job.steps),
    )
    for later in node.job.steps[node.activity.step + 1 : until]:
        if later.script is None:
            continue
        text = "\n".join(part.text for part in later.script.fragments)
        said = words(f"{later.name} {text[:MAX_STEP]}")
        if not said.isdisjoint(_ABOUT) or any(name in text for name in results):
            yield text.splitlines()


def _from(script: Script, place: Place) -> list[str] | None:
    """The lines of a script from a place on; None where the place is not in it."""
    taken: list[str] | None = None
    for part in script.fragments:
        lines = part.text.splitlines()
        inside = part.path == place.path and part.line <= place.line <= max(part.end_line, part.line + len(lines) - 1)
        if taken is not None:
            taken += lines
        elif inside:
            at = 0 if part.folded else min(place.line - part.line, max(0, len(lines) - 1))
            taken = lines[at:]
    return taken


def _called(case: Case, place: Place, node: Node) -> list[str]:
    """The rest of what a command of the pipeline calls: of a script, of a target's recipe, or of one line."""
    try:
        lines = case.repository.lines(place.path)[place.line - 1 :]
    except SourceError:
        return []
    own = [_after_command(line, node) for line in lines[:1]]
    if place.path.endswith(".json"):
        return own
    if place.path.endswith((".sh", ".bash", ".py", ".ps1")):
        return own + lines[1:]
    return own + list(takewhile(lambda line: line[:1] in ("\t", " "), lines[1:]))


def _after_the_call(script: Script, place: Place) -> list[str]:
    """The lines after the one that calls what stands in another file."""
    lines = [line for part in script.fragments for line in part.text.splitlines()]
    name = place.path.rpartition("/")[2]
    for at, line in enumerate(lines):
        if name in line or not _CALLS.isdisjoint(line.split()):
            return lines[at + 1 :]
    return []


def _after_command(line: str, node: Node) -> str:
    """What follows a command on its line (``hey ... | grep -q 200``)."""
    tool = node.activity.argv[0] if node.activity.argv else ""
    rest = line.partition(tool)[2] if tool else line
    for mark in ("|", ";", "&&"):
        if mark in rest:
            return rest.partition(mark)[2]
    return ""


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 3].rstrip() + "..."
