"""What class of environment a name means (platforms: all). Pure functions over text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.environments import (
    AT_MOST,
    CLEAR,
    DEPLOYING,
    EPHEMERAL_VARIABLES,
    GUESSES,
    LINKING,
    NEUTRAL,
    NUMBERED,
    ORDER,
    PLACES,
    WEAK,
)

ENVIRONMENT, VALUE, NAME = 0.9, 0.7, 0.6
"""How far a word is believed in an ``environment:`` key or stage name, in a command or variable, in a job or file name."""

MAX_NAME: Final = 300
"""Characters of a name that are looked at."""

_SPLIT: Final = re.compile(r"[^a-z0-9]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_EXPRESSION: Final = re.compile(
    r"\$\{\{(.*?)\}\}|\$\[\[(.*?)\]\]|\$\{([^{}]*)\}|\$([A-Za-z_]\w*)|#\{([^{}]*)\}|%(\w+)%", re.S
)
_ARROW: Final = re.compile(r".*(?:→|➜|➡|⇒|->|=>)", re.S)
_TOP_LEVEL: Final = re.compile(r"(?<=[\w-])\.dev(?=[/:])|(?<=://)[\w.-]+\.dev$")
"""The top-level domain, which names no environment."""
_WORDS: Final = re.compile(r"[a-z0-9]+")


class Guess:
    """``cls``: the class; ``word``: the run of words that says it; ``confidence``: 0..1."""

    __slots__ = ("cls", "confidence", "word")

    def __init__(self, cls: str, word: str, confidence: float) -> None:
        self.cls = cls
        self.word = word
        self.confidence = confidence

    def __repr__(self) -> str:
        return f"Guess({self.cls!r}, {self.word!r}, {self.confidence})"


def words_of(name: str) -> list[str]:
    """A name's words: lower case, split at everything but letters and digits, and at camel case."""
    return list(_words(name[:MAX_NAME]))


@lru_cache(maxsize=1024)
def _words(name: str) -> tuple[str, ...]:
    if not name.islower():
        name = _CAMEL.sub(
            "-", name.replace("E2E", "-e2e-").replace("GitHub", "Github").replace("GitLab", "Gitlab")
        ).lower()
    return tuple(_WORDS.findall(name))


def without_expressions(name: str) -> tuple[str, list[str]]:
    """A name without its expressions and variables, and those, lower case (``$ENV`` gives ``env``)."""
    if "$" not in name and "#{" not in name and "%" not in name:
        return name, []
    inner: list[str] = []

    def take(match: re.Match[str]) -> str:
        inner.append(next(group for group in match.groups() if group is not None).strip().lower())
        return "/"

    return _EXPRESSION.sub(take, name[:MAX_NAME]), inner


def is_ephemeral(expressions: list[str]) -> str:
    """The first of a name's expressions whose value is another one for each change; empty if there is none."""
    for expression in expressions:
        bare = expression.removeprefix("!").partition(":")[0].removeprefix("env.").strip()
        if bare in EPHEMERAL_VARIABLES or "pull_request.number" in bare or "merge_request_iid" in bare:
            return bare
    return ""


def environment_class(name: str, confidence: float = ENVIRONMENT) -> Guess | None:
    """The class of something that is an environment's name (an ``environment:`` key, a stage, the value of ``--stage``)."""
    literal, expressions = without_expressions(name)
    changing = is_ephemeral(expressions)
    if changing:
        return Guess("ephemeral", changing, confidence)
    found = _found(words_of(literal), named=True) or _found(words_of(literal.lower()), named=True)
    return _settled(found, confidence)


def class_in_text(text: str, confidence: float = NAME) -> Guess | None:
    """The class that a job's, step's, workflow's or file's name speaks of: weak words count only next to a word for deploying. What
    stands behind an arrow is where it goes."""
    literal = without_expressions(text)[0]
    arrow = _ARROW.search(literal)
    if arrow is not None:
        literal = f"to {literal[arrow.end() :]}"
    words = words_of(literal)
    found = _found(words, named=False)
    if len({cls for _, cls, _ in found}) > 1:
        aimed = [(run, cls, at) for run, cls, at in found if _follows_to(words, at)]
        found = aimed or found
    return _settled(found, confidence)


def class_in_value(value: str, confidence: float = VALUE) -> Guess | None:
    """The class that a command's argument speaks of (a path, a host, a stack's name): clear words only."""
    literal, expressions = without_expressions(value)
    changing = is_ephemeral(expressions)
    if changing:
        return Guess("ephemeral", changing, confidence)
    literal = _TOP_LEVEL.sub("", literal)
    found = [hit for hit in _found(words_of(literal), named=False) if hit[0] in CLEAR or _numbered(hit[0]) in CLEAR]
    for expression in expressions:
        found += [hit for hit in _found(words_of(expression), named=False) if hit[0] in CLEAR]
    return _settled(found, confidence)


def _settled(found: list[tuple[str, str, int]], confidence: float) -> Guess | None:
    if not found:
        return None
    classes = {cls for _, cls, _ in found}
    chosen = found[0]
    if len(classes) > 1:
        chosen = min(found, key=lambda hit: ORDER.index(hit[1]))
        confidence = min(confidence, 0.5)
    return Guess(chosen[1], chosen[0], min(confidence, AT_MOST.get(chosen[0], 1.0)))


def _found(words: list[str], *, named: bool) -> list[tuple[str, str, int]]:
    """Runs of words that name a class, the longest first at each place, each word used once: (run, class, index)."""
    found: list[tuple[str, str, int]] = []
    at, count = 0, len(words)
    while at < count:
        for size in (3, 2, 1):
            if at + size > count:
                continue
            run = words[at] if size == 1 else "-".join(words[at : at + size])
            if run in NEUTRAL:
                at += size
                break
            cls = CLEAR.get(run) or _pattern(run, named)
            if not cls and (
                named or (size == 1 and run != "ci" and _next_to_deploying(words, at)) or run == "pull-request"
            ):
                cls = WEAK.get(run, "") or GUESSES.get(run, "") or WEAK.get(_numbered(run), "")
            if cls:
                found.append((run, cls, at))
                at += size
                break
        else:
            at += 1
    return found


def _numbered(run: str) -> str:
    """The word without the number that it carries, when it is one that may (``prod2``)."""
    bare = run.rstrip("0123456789")
    return bare if bare != run and bare in NUMBERED else ""


def _pattern(run: str, named: bool) -> str:
    """Classes that no table can list: ``wave2``, ``pr-12``, ``prod2``."""
    last = run[-1]
    if not "0" <= last <= "9":
        return ""
    bare = run.rstrip("0123456789").rstrip("-")
    if bare == "wave":
        return "prod"
    if bare in ("pr", "mr") and (named or "-" in run or len(run) > 2):
        return "" if run == "pr" else "ephemeral"
    return CLEAR.get(bare, "") if bare in NUMBERED and "-" not in run else ""


def _next_to_deploying(words: list[str], at: int) -> bool:
    """Whether a word stands after one for deploying (``deploy to test``), or before one for a place (``test server``)."""
    if at + 1 < len(words) and words[at + 1] in PLACES:
        return True
    back = at - 1
    while back >= 0 and words[back] in LINKING:
        back -= 1
    if back >= 0 and words[back] in DEPLOYING:
        return True
    return at == 0 and len(words) > 1 and words[1] in DEPLOYING and words[0] not in _ALSO_DOING


def _follows_to(words: list[str], at: int) -> bool:
    back = at - 1
    while back >= 0 and words[back] in ("the", "our", "a"):
        back -= 1
    return back >= 0 and words[back] in ("to", "into", "onto", "2")


_ALSO_DOING: Final = word_set(
    "test testing integration functional review acceptance accept local ci release releases public pr mr branch"
)
"""First words that may as well say what the job does before it deploys (``test-deploy``)."""
