"""Which kind of test a test is: from its arguments, else from the names of its step, job and stage."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final

from barraiser.classify.names import MAX_NAME, without_expressions, words_of
from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.developing import NAME_KINDS, TEST_WORDS

_UNSURE: Final = frozenset(
    {"api", "component", "it", "its", "canary", "health", "performance", "perf", "capacity", "browser", "load"}
)
"""Words that tell a test's kind only in a script's or job's name that speaks of a test, not in any argument."""

_BESIDE: Final = word_set(
    "post-deploy postdeploy pre-deploy predeploy after-deploy afterdeploy before-deploy deploy-key deploy-keys deploy-token deploy-tools"
)
"""Words for what stands beside a deploy."""

_ASKING: Final = word_set(
    "should can may needs need is has whether if wait waiting decide determine detect find get set show list print prepare announce"
)
"""First words of what only asks, waits or says something about a deploy."""

_CHECKING: Final = word_set("validate verify check lint assert inspect")
"""First words of what looks at a deploy before or after it."""

_PUT: Final = word_set("image images artifact artifacts package packages chart charts tag tags container containers")
"""What is promoted to a registry, not to an environment."""

_OF_GIT: Final = word_set("commit commits changes branch branches git")
"""What is pushed to a repository, not to a registry."""

_AROUND: Final = frozenset(
    [
        "install",
        "setup",
        "provision",
        "prepare",
        "print",
        "clean",
        "download",
        "seed",
        "start",
        "up",
        "down",
        "stop",
        "logs",
        "report",
        "reports",
        "watch",
        "deps",
        "image",
        "export",
        "result",
        "results",
    ]
)
"""Words for what stands around a test."""

_LOOKING: Final = frozenset(
    {"check", "lint", "test", "verify", "make", "create", "generate", "dump", "list", "show", "status"}
)
"""Words that make something else of a migration."""

_IN_BROWSERS: Final = ("spec/features", "spec/system", "test/system", "test:system")
"""Where Rails has the tests that drive a browser: https://guides.rubyonrails.org/testing.html, https://rspec.info/features/"""

_MAX_WORDS: Final = 300
_NAMES: Final = {word: kind for words, kind in reversed(NAME_KINDS) for word in words.split()}
_AT: Final = {word: at for at, (words, _) in enumerate(NAME_KINDS) for word in words.split()}


_WINDOWS: Final = frozenset(
    f"{one}-{other}"
    for one, others in {
        "deploy": "window freeze friday hours time", "deployment": "window freeze hours time", "release": "window freeze calendar",
        "change": "window freeze calendar", "code": "freeze", "maintenance": "window", "on": "friday fridays weekend weekends",
        "freeze": "check guard enforcer window period calendar", "check": "freeze friday weekend", "is": "frozen friday weekend",
        "business": "hours", "office": "hours", "working": "hours", "work": "hours", "friday": "deploy check", "no": "friday fridays",
    }.items()
    for other in others.split()
)  # fmt: skip
"""Two words side by side in the name of what asks whether now is the time to deploy."""


def from_arguments(words: Iterable[str]) -> str:
    """The kind that a test runner's arguments tell (``tests/integration``, ``-Pe2e``, ``@smoke``); empty where they do not."""
    unit = ""
    for word in islice(words, _MAX_WORDS):
        if not word or word[0] == "$":
            continue
        if word.startswith(_IN_BROWSERS):
            return "e2e-test"
        negative = "not " in word or "ignore" in word or "exclude" in word or "!" in word
        for part in words_of(word):
            kind = TEST_WORDS.get(part, "")
            if kind == "unit-test":
                unit = kind
            elif (kind and part not in _UNSURE and not negative) or (
                kind in ("load-test", "integration-test") and not negative and part in ("load", "api") and "/" in word
            ):
                return kind
    return unit


def from_name(name: str) -> str:
    """The kind that a name tells (``integration-tests``, ``test:e2e``); empty where it tells none."""
    return _from_name(name[:MAX_NAME])


@lru_cache(maxsize=512)
def _from_name(name: str) -> str:
    parts = words_of(name)
    if "continuous" in parts:  # "continuous integration" is the name of the whole, not of a test
        parts = [part for part in parts if part != "integration"]
    found = [TEST_WORDS[part] for part in parts if part in TEST_WORDS]
    if not found:
        return ""
    testing = any(part in ("test", "tests", "testing", "check", "checks", "spec", "specs", "verify") for part in parts)
    for part in parts:
        kind = TEST_WORDS.get(part, "")
        if kind and (testing or part not in _UNSURE):
            return kind
    return ""


def stated_test(name: str) -> str:
    """The kind of a test of something deployed that a step's name says that it is (``Smoke test``, ``Run integration tests``)."""
    return _stated_test(name[:MAX_NAME])


@lru_cache(maxsize=512)
def _stated_test(name: str) -> str:
    parts = words_of(name)
    if len(parts) < 2 or (
        parts[-1] not in ("test", "tests", "testing", "check", "checks") and parts[0] not in ("run", "execute", "smoke")
    ):
        return ""
    kind = from_name(name)
    return kind if kind in ("smoke-test", "integration-test", "e2e-test", "load-test") else ""


def named_kind(name: str) -> str:
    """What a name says that a thing does: an activity's kind, or ``test`` where it does not say which; empty where it says nothing."""
    return _named_kind(name[:MAX_NAME])


@lru_cache(maxsize=512)
def _named_kind(name: str) -> str:
    parts = words_of(without_expressions(name)[0])
    pairs = ["-".join(pair) for pair in pairwise(parts)]
    if not _WINDOWS.isdisjoint(pairs):
        return "window"
    runs = [*parts, *pairs]
    best = min((part for part in runs if part in _NAMES), key=_AT.__getitem__, default="")
    if not best:
        kind = from_name(name)
        return kind if kind in ("e2e-test", "smoke-test", "integration-test") else ""
    kind = _NAMES[best]
    if kind == "migrate" and not _LOOKING.isdisjoint(parts):
        return "lint" if "check" in parts or "lint" in parts else ""
    if kind in ("deploy", "build", "publish") and parts[0] in _ASKING:
        return ""
    if kind == "deploy" and parts[0] in _CHECKING and len(parts) > 1:
        return ""
    if kind == "deploy" and parts[0] in ("smoke", "smoketest"):
        return "smoke-test"
    if best == "promote" and not _PUT.isdisjoint(parts):
        return "publish"
    if best == "push" and not _OF_GIT.isdisjoint(parts):
        return ""
    if kind == "deploy" and not _BESIDE.isdisjoint(runs):
        return "smoke-test" if "verify" in parts or "check" in parts else ""
    if kind == "test" and not _AROUND.isdisjoint(parts):
        return ""
    if kind == "test":
        return from_name(name) or "test"
    if (
        kind == "deploy"
        and any(part in ("test", "tests") for part in parts)
        and parts.index("deploy" if "deploy" in parts else parts[0]) < len(parts) - 1
    ):
        after = parts[parts.index("deploy") + 1 :] if "deploy" in parts else []
        if after and after[-1] in ("test", "tests") and from_name(name):
            return from_name(name)
    return kind
