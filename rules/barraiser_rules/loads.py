"""Load tests: which there are, the scripts that they run, how hard and for how long they press."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from barraiser.api import NO, Case, Node, SourceError, Step
from barraiser_rules.hints import words

MAX_TEXT = 300_000
MAX_SCRIPTS = 20
"""Scripts, and the files of the repository that they import, that are read for one load test."""

SCRIPTS = {
    "k6": (".js", ".ts", ".mjs", ".cjs"),
    "artillery": (".yml", ".yaml", ".json", ".ts", ".js"),
    "locust": (".py",),
    "jmeter": (".jmx",),
    "bzt": (".yml", ".yaml", ".json", ".jmx"),
    "wrk": (".lua",),
    "azure": (".yml", ".yaml"),
    "drill": (".yml", ".yaml"),
}
"""What a tool's scripts are called."""

OWN_SCRIPT = {"locust": "locustfile.py"}
"""The script that a tool runs where none is named."""

USERS = {
    "k6": ("--vus", "-u"),
    "locust": ("--users", "-u"),
    "artillery": ("--count",),
    **dict.fromkeys(("hey", "oha", "ab", "wrk", "wrk2", "siege", "ghz"), ("-c", "--concurrent", "--connections")),
    **dict.fromkeys(("bombardier", "autocannon"), ("--connections", "-c")),
}
"""How a tool is told the number of users who call at once."""

PROBE_USERS = 5
"""Callers at once that are still a probe."""

USUAL_USERS = {"k6": 1.0, "ab": 1.0}
"""The users where nothing tells the tool, of tools that then press lightly."""

LASTS = {
    "k6": ("--duration", "-d"),
    "locust": ("--run-time", "-t"),
    "vegeta": ("-duration", "--duration"),
    "siege": ("--time", "-t"),
    "ab": ("-t",),
    "ghz": ("--duration", "-z"),
    "hey": ("-z",),
    "oha": ("-z",),
    **dict.fromkeys(("wrk", "wrk2", "bombardier", "autocannon"), ("--duration", "-d")),
}
"""How a tool is told for how long it presses."""

_PROBES = frozenset(("smoke", "sanity", "probe", "healthcheck", "synthetic"))
"""Words in the name of a script that presses nothing; where it tells its users, these count."""

_OUTPUTS = frozenset(("-o", "--out", "--output", "--summary-export", "-e", "--env", "--tag", "--console-output"))
_NO_TEST = frozenset(
    ("--version", "--help", "version", "help", "report", "login", "plot", "encode", "dump", "convert", "archive", "-g")
)
"""Words with which such a tool presses nothing."""

_TIME = re.compile(r"(?:(\d{1,5}(?:\.\d{1,3})?)h)?(?:(\d{1,6}(?:\.\d{1,3})?)m)?(?:(\d{1,7}(?:\.\d{1,3})?)s)?")
_SCRIPT_USERS = {
    "k6": re.compile(r"\b(?:vus|maxVUs|preAllocatedVUs|target|rate)[\"']?\s{0,5}:\s{0,5}(\d{1,7})"),
    "artillery": re.compile(r"\b(?:arrivalRate|arrivalCount|rampTo|maxVusers)[\"']?\s{0,5}:\s{0,5}(\d{1,7})"),
    "jmeter": re.compile(r"\bnum_threads\">(\d{1,7})<"),
    "bzt": re.compile(r"\bconcurrency[\"']?\s{0,5}:\s{0,5}(\d{1,7})"),
}
"""How the scripts tell it."""
_SCRIPT_LASTS = {
    "k6": re.compile(r"\bduration[\"']?\s{0,5}:\s{0,5}[\"'`](\w{1,12})[\"'`]"),
    "artillery": re.compile(r"\bduration[\"']?\s{0,5}:\s{0,5}[\"']?(\w{1,12})"),
    "bzt": re.compile(r"\bhold-for[\"']?\s{0,5}:\s{0,5}[\"']?(\w{1,12})"),
}
_STAGES = re.compile(r"\b(?:stages|phases)[\"']?\s{0,5}:\s{0,5}\[([^\]]{1,4000})\]")
_ALIASED = re.compile(r"\b(?:import|export)\b[^;\n]{0,300}\boptions\b[^;\n]{0,100}\bfrom\s{0,5}[\"'](?![./]|k6)")
"""Options that come from a package, not from a file that its name tells."""

_IMPORTS = re.compile(r"""(?:\bfrom|\bimport|\brequire\(|\bopen\()\s{0,5}["'](\.{1,2}/[^"'\n]{1,200})["']""")
_COMMENT = ("//", "#", "*", "/*")


class Load:
    """A load test: ``tool`` (k6, locust ... whatever calls it), the ``words`` that it is given, the ``scripts`` (paths) that were read
    with their ``text`` (comments left out), and whether something that it runs is ``unread``."""

    __slots__ = ("node", "scripts", "text", "tool", "unread", "words")

    def __init__(self, node: Node, tool: str, words: Sequence[str]) -> None:
        self.node = node
        self.tool = tool
        self.words = tuple(words)
        self.scripts: list[str] = []
        self.text = ""
        self.unread = False

    def option(self, *names: str) -> str:
        """The value of an option (``-d 5m``, ``-d5m``, ``--duration=5m``); empty where it is not given."""
        return option(self.words, *names)


def load_tests(case: Case) -> list[Node]:
    """The load tests that run, or may run, in any way of starting the pipeline on merged code."""
    return case.remember(("load tests",), lambda: running(case, "load-test"))


def scheduled_load_tests(case: Case) -> list[Node]:
    """The load tests of the repository's other entries that run on a schedule."""
    return [
        node
        for node in case.elsewhere.nodes("load-test")
        if presses(node) and any(each.event == "schedule" for each in node.pipeline.scenarios)
    ]


def running(case: Case, *kinds: str) -> list[Node]:
    """What of these kinds runs, or may run, in any scenario on merged code."""
    graphs = [
        case.stages.in_scenario(number) for number, each in enumerate(case.pipeline.scenarios) if not each.unmerged
    ]
    return [
        node
        for node in case.stages.of_kinds(kinds)
        if presses(node) and any(graph.runs(node) != NO for graph in graphs)
    ]


def presses(node: Node) -> bool:
    """Whether an activity really tests: not a report of what was measured before, not a question for the version."""
    return _NO_TEST.isdisjoint(node.activity.argv[1:3])


def load_of(case: Case, node: Node) -> Load:
    """What a load test runs, read once."""
    return case.remember(("load", node.pipeline.path, node.job.id, node.place.key()), lambda: _read(case, node))


def step_of(node: Node) -> Step | None:
    """The step that an activity belongs to."""
    steps = node.job.steps
    return steps[node.activity.step] if node.activity.step < len(steps) else None


def option(words: Sequence[str], *names: str) -> str:
    """The value that an option has among words (``-d 5m``, ``-d5m``, ``--duration=5m``); empty where it is not given."""
    for at, word in enumerate(words):
        for name in names:
            if word == name:
                return words[at + 1] if at + 1 < len(words) else ""
            if word.startswith(f"{name}="):
                return word[len(name) + 1 :]
            if len(name) == 2 and word.startswith(name) and word[2:3].isdigit():
                return word[2:]
    return ""


def minutes(text: str) -> float | None:
    """A time as load tools take it (``30s``, ``1h30m``, ``5min``, ``90``: seconds), in minutes; None where it is none."""
    low = text.strip().lower().replace("min", "m")
    if low.isdecimal() and len(low) < 8:
        return float(low) / 60
    match = _TIME.fullmatch(low)
    if match is None or not low:
        return None
    hours, found, seconds = (float(part or 0) for part in match.groups())
    return hours * 60 + found + seconds / 60


def lasts(case: Case, node: Node) -> float:
    """For how many minutes a load test presses at least, as its command or its script says; 0 where neither does."""
    load = load_of(case, node)
    told = load.option(*LASTS.get(load.tool, ())) or _variable(node, f"{load.tool.upper()}_DURATION")
    found = minutes(told) if told else None
    if found is not None:
        return found
    pattern = _SCRIPT_LASTS.get(load.tool)
    if pattern is None:
        return 0.0
    single = max((minutes(each) or 0.0 for each in pattern.findall(load.text)), default=0.0)
    staged = [sum(minutes(each) or 0.0 for each in pattern.findall(stages)) for stages in _STAGES.findall(load.text)]
    return max([single, *staged])


def users(case: Case, node: Node) -> float | None:
    """How many users call at once at most; None where nothing tells."""
    load = load_of(case, node)
    told = load.option(*USERS.get(load.tool, ())) or _variable(node, f"{load.tool.upper()}_VUS")
    if told:
        return float(told) if told.isdecimal() and len(told) < 9 else None
    if load.tool == "vegeta":
        return _rate(load.option("-rate", "--rate"))
    if load.unread:
        return None
    pattern = _SCRIPT_USERS.get(load.tool)
    numbers = [float(each) for each in pattern.findall(load.text)] if pattern is not None else []
    if numbers:
        return max(numbers)
    if load.tool != "k6":
        return USUAL_USERS.get(load.tool)
    silent = not re.search(r"\b(?:vus|stages|executor|scenarios)\b", load.text)
    return USUAL_USERS["k6"] if silent else None


def is_probe(case: Case, node: Node, most: float = PROBE_USERS) -> bool:
    """Whether so few users call that it is a probe, and no load."""
    found = users(case, node)
    if found is not None:
        return found <= most
    named = (word for word in load_of(case, node).words if not word.startswith("-"))
    return any(not words(word).isdisjoint(_PROBES) for word in named)


def _rate(text: str) -> float | None:
    """Requests a second (``50``, ``1/10s``): less than one is no load; one or more count as so many users."""
    number, _, per = text.partition("/")
    if not number.isdecimal() or len(number) > 8:
        return None
    seconds = (minutes(per if per[:1].isdigit() else f"1{per}") or 0) * 60 if per else 1.0
    if not seconds:
        return None
    rate = float(number) / seconds
    return rate if rate >= 1 else 0.0


def _variable(node: Node, name: str) -> str:
    step = step_of(node)
    return (step.env.get(name, "") if step is not None else "") or node.job.variables.get(name, "")


def _read(case: Case, node: Node) -> Load:
    load = Load(node, _tool(node), _words(node))
    named = list(_scripts(load))
    if not named and load.tool in OWN_SCRIPT:
        named = [OWN_SCRIPT[load.tool]]
    paths: list[str] = []
    for word in named[:MAX_SCRIPTS]:
        found = find_files(case, node, word)
        paths += found
        load.unread = load.unread or not found
    needed = load.tool in SCRIPTS and load.tool != "wrk" and "quick" not in load.words[:3]
    load.unread = load.unread or (needed and not paths)
    texts: list[str] = []
    while paths and len(texts) < MAX_SCRIPTS:
        path = paths.pop(0)
        if path in load.scripts:
            continue
        text = read_text(case, path)
        if text is None:
            load.unread = True
            continue
        load.scripts.append(path)
        texts.append(text)
        if load.tool == "k6":
            load.unread = load.unread or _ALIASED.search(text) is not None
            for name in _IMPORTS.findall(text)[:MAX_SCRIPTS]:
                imported = _imported(case, path, name)
                paths += [imported] if imported else []
                load.unread = load.unread or not imported
    load.text = "\n".join(texts)
    return load


def _tool(node: Node) -> str:
    tool = node.activity.tool.lower().rpartition("/")[2]
    for part in ("k6", "artillery", "locust"):
        if part in tool:
            return part
    if tool == "load-testing" or tool == "az load":
        return "azure"
    argv = " ".join(node.activity.argv).lower()
    if tool in ("mvn", "mvnw", "gradle", "gradlew", "sbt", "gatling.sh"):
        return "gatling" if "gatling" in argv else "jmeter-maven" if "jmeter" in argv else tool
    return tool


def _words(node: Node) -> list[str]:
    if node.activity.argv:
        return list(node.activity.argv)
    step = step_of(node)
    return [word for value in step.inputs.values() for word in value.split()] if step is not None else []


def _scripts(load: Load) -> Iterable[str]:
    """The words that name a script, or a configuration of the test."""
    suffixes = SCRIPTS.get(load.tool, ())
    before = ""
    for word in load.words:
        own = word.partition("=")[2] if word.startswith("--") else word
        configured = load.tool == "k6" and before in ("-c", "--config")
        if (own.endswith(suffixes) and suffixes and before not in _OUTPUTS) or configured:
            yield own
        before = word


def find_files(case: Case, node: Node, word: str) -> list[str]:
    """The files of the repository that a word names: from the step's folder, from the root, else the one whose path ends so."""
    if "$" in word or "{{" in word:
        return []
    step = step_of(node)
    own = step.script.working_directory if step is not None and step.script is not None else ""
    for base in dict.fromkeys((own, "")):
        path = case.repository.inside(word, base) if "$" not in base else None
        if path and "*" in path:
            matches = case.repository.glob(path)[:MAX_SCRIPTS]
            if matches:
                return matches
        elif path and case.repository.exists(path):
            return [path]
    parts = [part for part in word.split("/") if part not in ("", ".", "..")]
    known = case.remember(("files by name",), lambda: _by_name(case)).get(parts[-1] if parts else "", ())
    for at in range(len(parts)):
        tail = "/".join(parts[at:])
        matches = [path for path in known if path == tail or path.endswith(f"/{tail}")]
        if len(matches) == 1:
            return matches
    return []


def _by_name(case: Case) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in case.repository.files():
        found.setdefault(path.rpartition("/")[2], []).append(path)
    return found


def _imported(case: Case, path: str, name: str) -> str:
    folder = path.rpartition("/")[0]
    for suffix in ("", ".js", ".ts", "/index.js", "/index.ts"):
        found = case.repository.inside(name + suffix, folder)
        if found and case.repository.exists(found):
            return found
    return ""


def read_text(case: Case, path: str) -> str | None:
    """The beginning of a file's text without lines that are comments; None where it cannot be read."""
    try:
        text = case.repository.read_text(path)[:MAX_TEXT]
    except SourceError:
        return None
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(_COMMENT))
