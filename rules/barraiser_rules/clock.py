"""Scripts on the way to a deploy that ask the day or the hour, and when they let it through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from barraiser.api import NO, YES, Case, Job, Node, Step
from barraiser_rules.week import ALWAYS, DAYS, Week, on_days

CLOCK = re.compile(
    r"get-calendar-state|\bdate\b[^|;&\n]{0,40}\+\W{0,2}%[uwaAH]|Get-Date\b|DayOfWeek|weekday\(\)|isoweekday"
)
"""Commands that ask the day or the hour, or a calendar."""

DECIDES = re.compile(
    r"\btest\b|\[|\bexit\s+[1-9]|\bgrep\b|\bjq\b[^|;&\n]{0,40}(-e|--exit-status)\b|\bfalse\b|\bthrow\b"
)
"""What makes a script fail when the time is wrong."""

IGNORED = re.compile(r"\|\|\s*(true|:)(\s|$)")
LONGEST = 500
"""Of a longer line only the beginning is looked at."""

_DATE = r"\$\(\s*(?:TZ=(?P<zone>[\w/+-]+)\s+)?date\s+(?:(?:-u|--utc)\s+)?['\"]?\+['\"]?%(?P<asks>[uwaAHk])['\"]?\s*\)"
_ASKS = re.compile(_DATE)
_SETS = re.compile(r"(?:^|[\s;])(?:export\s+|local\s+)?(?P<name>\w{1,60})=\"?" + _DATE)
_COMPARES = re.compile(
    r"[\"']?@(?P<asks>[uwaAHk])@[\"']?\s*(?P<op>-lt|-le|-gt|-ge|-eq|-ne|==|!=|=|<=|>=|<|>)\s*[\"']?(?P<value>\d{1,2}|[A-Za-z]{3,9})\b"
)
_FAILS = re.compile(r"\bexit\s+[1-9]|\bfalse\b|\breturn\s+[1-9]")
_THEN_FAILS = re.compile(r"&&\s*(?:\{\s*)?(?:echo[^;&|]{0,200}[;&]+\s*)?(?:exit\s+[1-9]|false)")
_KEPT = re.compile(r">>|=\s*[\"']?\$\(\s*(?:\[|test\b|if\b)")
"""The answer is kept for a condition elsewhere."""

_OPS = {"-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">=", "-eq": "==", "-ne": "!=", "=": "=="}


FREEZE = re.compile(r"\bCI_DEPLOY_FREEZE\b")


class Clock:
    """A script that asks the time before a deploy. ``step``: where; ``stops``: it is plain that the step fails when the time is wrong."""

    __slots__ = ("job", "lines", "step", "stops")

    def __init__(self, job: Job, step: Step, lines: list[str], stops: bool) -> None:
        self.job = job
        self.step = step
        self.lines = lines
        self.stops = stops


FRESH = 120.0
"""Minutes after which the answer to "is this a good time" is none any more."""


def windows_before(case: Case, deploy: Node) -> list[Node]:
    """The time windows before a deploy that were not asked long before it."""
    return [node for node in case.graph.ahead_of(deploy, "window") if _fresh(case, node, deploy)]


def _fresh(case: Case, node: Node, deploy: Node) -> bool:
    return case.bake(node, deploy).minutes <= FRESH


def scripts_before(case: Case, deploy: Node) -> Iterator[tuple[Job, Step, list[str]]]:
    """The scripts that must have ended well before a deploy starts, line by line: of its own job, and of the jobs that hold it back."""
    nodes = [deploy, *(node for node in case.graph.ahead_of(deploy) if case.graph.job_gates(node, deploy) == YES)]
    jobs = {node.job.id: node.job for node in nodes}
    for own in jobs.values():
        last = deploy.activity.step if own is deploy.job else len(own.steps)
        for step in own.steps[: last + 1]:
            if step.script is not None:
                yield own, step, [line[:LONGEST] for part in step.script.fragments for line in part.text.splitlines()]


def clocks_before(case: Case, deploy: Node) -> list[Clock]:
    """The scripts on the way to a deploy that ask the time, and do not ignore the answer."""
    return case.remember(("clocks", case.graph.index, deploy.index), lambda: _clocks_before(case, deploy))


def _clocks_before(case: Case, deploy: Node) -> list[Clock]:
    found = []
    for job, step, lines in scripts_before(case, deploy):
        if any(CLOCK.search(line) and not IGNORED.search(line) for line in lines):
            asked = next((node for node in case.graph.ahead_of(deploy) if node.job is job), None)
            if job is not deploy.job and asked is not None and not _fresh(case, asked, deploy):
                continue
            own = any(job is each for each in case.pipeline.jobs)
            runs = step.condition.in_scenario(case.graph.index) if own else YES
            if step.soft == YES or runs == NO:
                continue
            stops = runs == YES and step.soft == NO and any(DECIDES.search(line) for line in lines)
            found.append(Clock(job, step, lines, stops))
    return found


def frozen_by_condition(case: Case, deploy: Node) -> bool:
    """Whether a condition of the deploy, of a job that holds it back, or of the whole run looks at a deploy freeze."""
    if FREEZE.search(case.pipeline.starts_if):
        return True
    nodes = [deploy, *(node for node in case.graph.ahead_of(deploy) if case.graph.gates(node, deploy) != NO)]
    return any(
        FREEZE.search(text) for node in nodes for text in (node.job.condition.text, node.activity.condition.text)
    )


def frozen_by_script(case: Case, deploy: Node) -> bool:
    """Whether a script on the way to a deploy asks for the platform's deploy freeze, and fails in it."""
    for _, step, lines in scripts_before(case, deploy):
        asks = any(
            FREEZE.search(line) and not IGNORED.search(line) for line in lines if not line.lstrip().startswith("#")
        )
        if asks and step.soft == NO and any(DECIDES.search(line) for line in lines):
            return True
    return False


def lets_through(clock: Clock) -> tuple[Week, str] | None:
    """When a script lets the deploy through, and the time zone that it asks in (empty: the runner's own).

    None where that cannot be read: only comparisons of ``date`` with a constant are.
    """
    zone = clock.step.env.get("TZ") or clock.job.variables.get("TZ") or ""
    names: dict[str, str] = {}
    open_at, read = ALWAYS, False
    lines = [line for line in clock.lines if not line.lstrip().startswith("#")]
    for number, line in enumerate(lines):
        for match in _SETS.finditer(line):
            names[match["name"]] = match["asks"]
            zone = match["zone"] or zone
        for match in _ASKS.finditer(line):
            zone = match["zone"] or zone
        plain = _ASKS.sub(lambda match: f"@{match['asks']}@", line)
        for name, asks in names.items():
            plain = re.sub(rf"\$\{{{name}\}}|\${name}\b", f"@{asks}@", plain)
            if "((" in plain:
                plain = re.sub(rf"\b{name}\b", f"@{asks}@", plain)
        plain = plain.replace("10#@", "@")
        found = [_when(match["asks"], match["op"], match["value"]) for match in _COMPARES.finditer(plain)]
        if not found:
            continue
        week = _joined(plain, found)
        wrong = _fails_then(plain, lines[number + 1 : number + 12])
        if week is None or wrong is None or _KEPT.search(line) or IGNORED.search(line):
            return None
        open_at, read = open_at & (ALWAYS & ~week if wrong else week), True
    return (open_at, zone) if read else None


def _joined(line: str, weeks: list[Week | None]) -> Week | None:
    """The comparisons of one line as one: all of them, or any; None where both kinds of joint stand between them."""
    matches = list(_COMPARES.finditer(line))
    between = " ".join(line[one.end() : other.start()] for one, other in pairwise(matches))
    any_of, all_of = "||" in between or " -o " in between, "&&" in between or " -a " in between or ";" in between
    if None in weeks or (any_of and all_of) or re.search(r"(?:^|\s|\()!\s", line[: matches[0].start()]):
        return None
    found = 0 if any_of else ALWAYS
    for week in weeks:
        assert week is not None
        found = found | week if any_of else found & week
    return found


def _fails_then(line: str, later: list[str]) -> bool | None:
    """Whether the script fails where the comparison holds (True), or where it does not (False); None where that is not plain."""
    stripped = line.strip()
    if not re.match(r"(if|elif)\b", stripped):
        return _THEN_FAILS.search(stripped) is not None
    body, other = [stripped.partition("then")[2]], False
    for each in later:
        word = each.strip()
        if re.match(r"(fi|else|elif)\b", word) or re.search(r";\s*fi\b", body[-1]):
            other = word.startswith("else")
            break
        body.append(word)
    if any(_FAILS.search(each) for each in body):
        return True
    if not other:
        return None
    after = [each for each in later if _FAILS.search(each)]
    return False if after else None


def _when(asks: str, op: str, value: str) -> Week | None:
    """When a comparison of the clock holds."""
    compare = _OPS.get(op, op)
    if asks in "Hk":
        if not value.isdecimal():
            return None
        hours = 0
        for hour in range(24):
            if _holds(hour, compare, int(value)):
                hours |= 3 << hour * 2
        return on_days(range(7), hours)
    if asks in "aA":
        low = value[:3].lower()
        if low not in DAYS or compare not in ("==", "!="):
            return None
        return on_days(day for day in range(7) if (DAYS[day] == low) == (compare == "=="))
    if not value.isdecimal():
        return None
    numbers = {day: (day + 1) % 7 if asks == "w" else day + 1 for day in range(7)}
    return on_days(day for day, number in numbers.items() if _holds(number, compare, int(value)))


def _holds(one: int, compare: str, other: int) -> bool:
    answers = {
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
        "==": one == other,
        "!=": one != other,
    }
    return answers[compare]
