"""What HTTP requests are for, and what starts another pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.classify.hit import TEXT, Aim, Hit
from barraiser.classify.names import words_of
from barraiser.classify.view import View
from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.receivers import CHANNELS, HOOK_NAMES, HOOKS, RECEIVERS
from barraiser.shell.command import Command

_HEALTH: Final = word_set(
    "health healthz healthcheck status ready readyz readiness live livez liveness ping smoke up heartbeat actuator"
)
_WATCHED: Final = (
    "/api/v1/query",
    "/api/v1/alerts",
    "api.datadoghq",
    "/api/v2/alerts",
    "api.newrelic.com",
    "/api/alerts",
)


def requested(words: Sequence[str], command: Command, view: View) -> Hit:
    """What an HTTP request is for: a check, a message, a trigger, a download."""
    program = words[0].rsplit("/", 1)[-1].lower()
    text = " ".join(words)
    low = text.lower()
    hit = Hit("other", tool=program, argv=words)
    address = next((word for word in words[1:] if "://" in word), "") or next(
        (word for word in words[1:] if word.startswith("$")), ""
    )
    if "/dispatches" not in low and (any(part in low for part in RECEIVERS) or _speaks_of_people(words)):
        hit.kind = "notify"
    elif "/dispatches" in low or "/trigger/pipeline" in low:
        return dispatched(words, program, view)
    elif any(part in low for part in _WATCHED):
        hit.kind, hit.confidence = "alarm-gate", 0.7
    elif _is_deploy_hook(low, words):
        hit.kind, hit.confidence, hit.opaque = "deploy", 0.6, True
        hit.facts["waits"] = "no"
        hit.aims = [Aim(address)]
    elif _uploads(words):
        hit.kind, hit.confidence = (
            ("publish", 0.6)
            if "/packages/" in low or "upload" in low or "artifactory" in low or "nexus" in low
            else ("other", 0.85)
        )
    elif _checks(words, command, view, address):
        hit.kind = "smoke-test"
        hit.confidence = 0.7
        hit.aims = [Aim(address)]
        if program == "curl" and not _fails(words) and not _is_read(command, words):
            hit.soft_reason = "curl without --fail succeeds on an error page"
    return hit


def _speaks_of_people(words: Sequence[str]) -> bool:
    """Whether the address is a variable or secret named for a channel (``$SLACK_WEBHOOK``)."""
    return any("$" in word and not CHANNELS.isdisjoint(words_of(word)) for word in words[1:])


def _is_deploy_hook(low: str, words: Sequence[str]) -> bool:
    posts = any(word in ("POST", "-XPOST", "PUT") or word.startswith(("-d", "--data", "--json")) for word in words)
    if any(part in low for part in HOOK_NAMES) or any(part in low for part in HOOKS):
        return True
    return (
        posts
        and any("://" in word or word.startswith("$") for word in words)
        and any(part in low for part in ("/deploy", "webhook_deploy", "deploy_webhook", "deploy_url"))
    )


def _uploads(words: Sequence[str]) -> bool:
    return any(
        word in ("-T", "--upload-file", "--data-binary", "-F", "--form") or word.startswith(("--upload-file=", "-T"))
        for word in words[1:]
    )


def _fails(words: Sequence[str]) -> bool:
    return any(
        word in ("--fail", "--fail-with-body")
        or (word.startswith("-") and not word.startswith("--") and "f" in word.split("=")[0])
        for word in words[1:]
    )


def _is_read(command: Command, words: Sequence[str]) -> bool:
    return (
        "%{http_code}" in " ".join(words) or "|" in command.text or "$(" in command.text or command.text.startswith("[")
    )


def _downloads(words: Sequence[str]) -> bool:
    program = words[0].rsplit("/", 1)[-1].lower()
    for at, word in enumerate(words[1:], 1):
        if word in ("-O", "--remote-name", "-OJ", "-LO", "-sLO", "-fsSLO", "-LJO") and program == "curl":
            return True
        if word in ("-o", "--output", "-O") and words[at + 1 : at + 2] not in (["/dev/null"], ["-"]):
            return True
        if (
            word.startswith("-")
            and not word.startswith("--")
            and word.endswith(("o", "O"))
            and len(word) > 2
            and words[at + 1 : at + 2] != ["/dev/null"]
        ):
            return True
    return program == "wget" and "--spider" not in words and not any("/dev/null" in word for word in words)


_READERS: Final = word_set("grep egrep jq head tail cut awk sed tee cat wc tr xargs test")
"""Programs that look at an answer; what any other program reads is a download."""

_ELSEWHERE: Final = (
    "github.com", "githubusercontent", "gitlab.com", "169.254.169.254", "metadata", "pypi.org", "npmjs.org", "crates.io", "rubygems.org",
    "docker.io", "docker.com", "nodesource.com", "getcomposer.org", "astral.sh", "sh.rustup.rs", "packages.", "dl.", "download", "install",
)  # fmt: skip
"""Parts of addresses of what is fetched, not deployed here."""


def _checks(words: Sequence[str], command: Command, view: View, address: str) -> bool:
    if not address or _downloads(words):
        return False
    bare = address.split("?", 1)[0]
    if any(part in bare for part in _ELSEWHERE) or bare.endswith(
        (".sh", ".gz", ".tgz", ".zip", ".deb", ".asc", ".gpg")
    ):
        return False
    if view.fed.get(id(command), "grep") not in _READERS:
        return False
    parts = set(words_of(bare.split("://", 1)[-1]))
    if not parts.isdisjoint(_HEALTH) or "--spider" in words:
        return True
    if any(word.startswith(("-d", "--data", "-F", "--form")) for word in words):
        return view.tests_deployed
    return (_fails(words) or view.tests_deployed) and (view.deployed or view.tests_deployed)


def dispatched(words: Sequence[str], tool: str, view: View) -> Hit:
    """Another pipeline is started: a deploy if its name or inputs say so, else something that cannot be read."""
    text = " ".join(words)
    named = set(words_of(text))
    hit = Hit("other", tool=tool, argv=words, opaque=True)
    if not named.isdisjoint({"deploy", "deployment", "release", "rollout", "promote"}) and (
        not named.isdisjoint({"deploy", "deployment"}) or view.says_deploy
    ):
        hit.kind, hit.confidence = "deploy", 0.6
        hit.facts["waits"] = "no"
        hit.reason = "it starts another pipeline, whose name or inputs say that it deploys"
        hit.aims = [Aim(word, TEXT) for word in words]
        hit.elsewhere = True
    return hit
