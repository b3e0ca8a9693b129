"""Programs that no vocabulary knows: scripts and tools of the repository's own, judged by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.classify.hit import NAMED, TEXT, VALUE, Aim, Hit
from barraiser.classify.names import words_of
from barraiser.classify.rows import Words
from barraiser.classify.tests_kind import from_name, named_kind
from barraiser.classify.view import Called, View
from barraiser.classify.vocabulary import word_set, wrapping
from barraiser.classify.vocabulary.developing import TEST_WORDS

TRUSTED: Final = frozenset(
    {"lint", "build", "unit-test", "integration-test", "e2e-test", "smoke-test", "load-test", "test", "chaos-test"}
)
"""Kinds that the conventional name of a package script or make target tells by itself."""

_RUN: Final = frozenset({"run", "run-script", "rum", "urn"})
_NODE_OWN: Final = word_set(
    "install i ci add remove rm up update upgrade publish pack audit config cache link unlink exec dlx create init login logout version"
    " view info"
    " whoami why list ls outdated prune rebuild set get workspaces workspace node npm plugin import dedupe store patch env root bin"
    " help owner tag dist-tag"
)
_TASK_RUNNERS: Final = frozenset(
    {
        "just",
        "task",
        "mage",
        "invoke",
        "inv",
        "poe",
        "doit",
        "gulp",
        "grunt",
        "rake",
        "ant",
        "nake",
        "cake",
        "fake",
        "psake",
        "run-s",
        "run-p",
        "npm-run-all",
        "wireit",
        "taskipy",
        "composer",
        "deno",
    }
)


_CMDLET: Final = re.compile(
    r"^[A-Za-z]+-[A-Z][A-Za-z]+$|^(?:get|set|new|add|remove|start|stop|write|out|import|invoke)-[a-z]+$|^test-(?:path|connection|json|netconnection|computersecurechannel)$|^\$(?:env|Env|ENV):"
)
_PLACE_VARIABLE: Final = re.compile(r"(?:[A-Z]+_)?(?:ENV|ENVIRONMENT|STAGE)=(\S+)$")
"""A variable that ``make`` is given, whose value is the name of an environment."""
_NAME: Final = re.compile(r"[A-Za-z0-9_$]")
_SUBCOMMAND: Final = re.compile(r"[A-Za-z0-9_][^\s$/.]*$")
"""A word that may say what a program is to do: no text, no variable, no file, no channel (``#deploys``) and nobody's name (``@ops``)."""
_SYSTEM_FOLDERS: Final = ("/usr/", "/bin/", "/sbin/", "/etc/")
_VERBS: Final = {
    "deploy": "deploy", "redeploy": "deploy", "rollout": "deploy", "promote": "deploy", "rollback": "rollback", "destroy": "destroy",
    "teardown": "destroy", "migrate": "migrate", "test": "test", "e2e": "e2e-test", "smoke": "smoke-test", "lint": "lint", "build": "build",
    "publish": "publish",
}  # fmt: skip
"""First words of an unknown tool that say outright what it does."""


def named_script(program: str, words: Sequence[str]) -> Called | None:
    """The script, target or package script of the repository that words call; None where they call none."""
    if program in ("npm", "yarn", "pnpm", "bun"):
        return _package_script(program, words)
    if program in ("make", "gmake"):
        split = Words(program, words[1:], wrapping.VALUED["make"])
        folder = (split.option(("-C", "--directory")) or [""])[0]
        targets = [word for word in split.plain if not _sets_variable(word)]
        return (
            Called("make", targets[0] if targets else "", folder, [word for word in words[1:] if "=" in word])
            if len(targets) <= 1
            else None
        )
    if program == "just":
        split = Words(program, words[1:], wrapping.VALUED["just"])
        plain = [word for word in split.plain if "=" not in word]
        return Called("just", plain[0] if plain else "", arguments=plain[1:])
    if program in wrapping.INTERPRETERS:
        rest = list(words[1:])
        while rest and rest[0].startswith("-") and rest[0] not in ("-c", "-e", "-m", "-Command"):
            rest = rest[1:]
        if (
            rest
            and not rest[0].startswith("-")
            and "$" not in rest[0]
            and program in ("bash", "sh", "zsh", "dash", "ksh", "ash", "source", ".")
        ):
            return Called("script", rest[0], arguments=rest[1:])
        return None
    first = words[0]
    if "$" in first:
        return None
    if ("/" in first and not first.startswith(("/", "@"))) or first.endswith((".sh", ".bash")):
        return Called("script", first, arguments=words[1:]) if not _is_binary_folder(first) else None
    return None


def _sets_variable(word: str) -> bool:
    """Whether a word of ``make`` sets a variable (``TAG=1``); the name of a target may hold an expression with ``==``."""
    name, equals, _ = word.partition("=")
    return bool(equals) and "$" not in name


def _is_binary_folder(word: str) -> bool:
    return (
        "node_modules/" in word or "vendor/bin/" in word or word.endswith(("gradlew", "mvnw", "manage.py", "artisan"))
    )


def _package_script(program: str, words: Sequence[str]) -> Called | None:
    split = Words(program, words[1:], wrapping.VALUED.get(program, frozenset()))
    plain = split.plain
    if plain[:1] == ["workspace"] and len(plain) > 2:
        plain = plain[2:]
    if not plain:
        return None
    folder = (split.option(("--prefix", "-C", "--dir", "--cwd")) or [""])[0]
    name = plain[1] if plain[0] in _RUN and len(plain) > 1 else "" if plain[0] in _RUN else plain[0]
    if not name or (
        plain[0] not in _RUN and (name in _NODE_OWN or (program == "npm" and name not in ("test", "t", "start")))
    ):
        return None
    filtered = split.option(("--filter", "-F", "-w", "--workspace"))
    return Called(
        "package", "test" if name in ("t", "tst") else name, folder or (f"@{filtered[0]}" if filtered else "")
    )


def in_house(program: str, words: Sequence[str], view: View) -> Hit:
    """What a program that is not in the vocabulary does, by its name and its first word: never sure, and opaque."""
    called = named_script(program, words)
    if called is not None and called.kind in ("package", "make", "just"):
        return _conventional(called, words, view)
    name, arguments = program, list(words[1:])
    if program in wrapping.INTERPRETERS:
        while arguments and arguments[0].startswith("-") and arguments[0] not in ("-c", "-m"):
            arguments = arguments[1:]
        if not arguments or arguments[0] in ("-c", "-e", "-"):
            return Hit("other", tool=program, argv=words, noise=not arguments)
        name, arguments = arguments[0], arguments[1:]
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    split = Words(base, arguments, frozenset())
    if base == "activate" or not _NAME.match(base):
        return Hit("other", tool=base, argv=words, noise=True)
    if _CMDLET.match(base) or name.startswith(_SYSTEM_FOLDERS):
        return Hit("other", tool=base, argv=words, noise=bool(_CMDLET.match(base)))
    kind = "" if program in (".", "source") and not _LIBRARY.isdisjoint(words_of(base)) else named_kind(base)
    said = next((_VERBS[word.lower()] for word in split.plain[:3] if word.lower() in _VERBS), "")
    if said and kind != "deploy":
        kind = said
    elif not kind and program not in wrapping.INTERPRETERS and "/" not in name:
        told = [word for word in split.plain[:2] if _SUBCOMMAND.match(word)]
        kind = named_kind(" ".join(told)) if told else ""
    hit = Hit(kind or "other", tool=base, argv=words, confidence=0.55, opaque=True)
    hit.reason = f"`{base}` cannot be read here; its name says so" if kind else f"`{base}` cannot be read here"
    return _finished(hit, split, view)


def by_own_name(hit: Hit, name: str) -> None:
    """What a function, state machine or project does that is called by its name, where the name says that it changes something."""
    kind = named_kind(name.rpartition(":")[2].rpartition("/")[2]) if "$" not in name else ""
    if kind in ("deploy", "rollback", "migrate", "destroy"):
        hit.kind, hit.confidence = kind, 0.55
        hit.reason = f"`{name[:60]}` cannot be read here; its name says so"
        hit.aims = [Aim(name)]


_LIBRARY: Final = word_set(
    "functions function funcs helpers helper utils util common lib library env vars variables config settings setup"
)
"""Words in the names of files that a script takes functions or variables from."""


def _conventional(called: Called, words: Sequence[str], view: View) -> Hit:
    kind = named_kind(called.name)
    hit = Hit(
        kind or ("build" if called.kind == "make" and not called.name else "other"),
        tool=words[0].rsplit("/", 1)[-1],
        argv=words,
    )
    hit.confidence = 0.8 if kind in TRUSTED else 0.6
    hit.opaque = kind not in TRUSTED
    if hit.opaque:
        named = called.name or hit.tool
        hit.reason = f"`{named}` cannot be read here; its name says so" if kind else f"`{named}` cannot be read here"
    hit.aims = [Aim(called.name, TEXT)]
    split = Words(hit.tool, words[1:], wrapping.VALUED.get(hit.tool, frozenset()))
    return _finished(hit, split, view)


_AIMED: Final = frozenset({"deploy", "destroy", "rollback", "migrate", "plan", *TEST_WORDS.values()})
"""Kinds whose words may tell an environment."""


def _finished(hit: Hit, split: Words, view: View) -> Hit:
    if hit.kind == "test":
        hit.kind = view.test_kind([*split.plain]) or "unit-test"
    elif hit.kind == "publish" and view.job.environment is not None and not view.says_deploy:
        hit.kind = "publish"
    elif hit.kind == "other" and hit.opaque and _is_check(split.program) and view.deployed:
        hit.kind = "smoke-test"
    if hit.opaque and hit.kind in _TESTS and any(_says_so(name, hit.kind) for name in _names(view)):
        hit.opaque, hit.confidence = False, max(hit.confidence, 0.7)
        hit.reason = "the command and the name of its step or job say the same"
    if hit.kind in _AIMED:
        hit.aims += [Aim(value, NAMED) for value in split.option(wrapping.NAMED_OPTIONS)]
        hit.aims += [Aim(named[1], NAMED) for word in split.all if (named := _PLACE_VARIABLE.match(word))]
        if hit.kind in ("deploy", "destroy", "rollback", "migrate"):
            hit.aims += [
                Aim(word, NAMED if len(split.plain) == 1 and ":" not in word else VALUE) for word in split.plain[:3]
            ]
            hit.aims += [Aim(split.program, TEXT), *(Aim(word) for word in split.all)]
    return hit


_TESTS: Final = frozenset(TEST_WORDS.values())


def _says_so(name: str, kind: str) -> bool:
    """Whether a name tells of the same kind of test; a plain ``test`` is the unit test's name."""
    return from_name(name) == kind or (kind == "unit-test" and named_kind(name) == "test")


def _names(view: View) -> tuple[str, ...]:
    return (view.step.name, view.job.id, view.job.name)


def _is_check(name: str) -> bool:
    return not set(words_of(name)).isdisjoint({"health", "healthcheck", "smoke", "verify", "validate", "probe"})
