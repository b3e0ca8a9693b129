"""Programs whose meaning lies in what they are given: requests, waits, copies, git, remote shells, database clients."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from barraiser.classify.hit import Aim, Hit
from barraiser.classify.names import words_of
from barraiser.classify.rows import Words
from barraiser.classify.view import Found, View
from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.wrapping import SSH_VALUED
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of_text

Reader = Callable[[Sequence[str], Command, View, int], list[Found]]
Special = Callable[[Sequence[str], Command, View, int, Reader], list[Found]]

MIN_BAKE_MINUTES = 5
"""A shorter wait lets something settle; it is no bake."""

_MAX_EDITS = 60
_IMAGE = re.compile(r"^[\w./=-]*[\w-]/[\w./-]+:[^\s/]+$")
_NONE: frozenset[str] = frozenset()
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS = {"": 1 / 60, "s": 1 / 60, "m": 1.0, "h": 60.0, "d": 1440.0}
_HEALTH = word_set(
    "health healthz healthcheck status ready readyz readiness live livez liveness ping smoke up heartbeat actuator"
)
_STORAGE = word_set(
    "artifact artifacts cache caches report reports backup backups log logs coverage release releases download downloads package"
    " packages layer layers module modules template templates lambda lambdas function functions repo repository nightly nightlies"
    " binaries source sources results"
)
_ARCHIVES = (".zip", ".tar.gz", ".tgz", ".jar", ".whl", ".json", ".yml", ".yaml")
_SITE_FOLDERS = word_set(
    "dist build public site out www html web docs book static frontend client browser dist-web storybook"
)
_SITE_BUCKETS = word_set("site www web website static frontend com org net io dev docs app spa cdn")
_GITOPS = word_set(
    "gitops manifest manifests argocd argo flux fluxcd k8s kubernetes deploy deployment deployments infra infrastructure environments"
    " clusters charts helm"
)
_NOTIFIED = (
    "hooks.slack.com",
    "slack.com/api",
    "webhook.office.com",
    "discord.com/api",
    "discordapp.com",
    "events.pagerduty.com",
    "api.opsgenie.com",
    "api.telegram.org",
    "codecov.io",
    "sentry.io",
    "api.github.com/repos",
    "statuses/",
)
_WATCHED = ("/api/v1/query", "/api/v1/alerts", "api.datadoghq", "/api/v2/alerts", "api.newrelic.com", "/api/alerts")


def minutes_of(words: Sequence[str]) -> float | None:
    """How long ``sleep`` waits for these words (``90``, ``5m``); None where a variable decides."""
    total = 0.0
    for word in words:
        match = _DURATION.fullmatch(word)
        if match is None:
            return None
        total += float(match.group(1)) * _UNITS[match.group(2)]
    return total


def _sleep(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    minutes = minutes_of(words[1:] if words[1:2] not in (["-Seconds"], ["-s"]) else words[2:])
    if minutes is not None:
        minutes *= max(1, command.repeats)
    if minutes is not None and minutes >= MIN_BAKE_MINUTES and not command.polls:
        hit = Hit("bake", tool="sleep", argv=words)
        hit.minutes = minutes
    else:
        hit = Hit("other", tool="sleep", argv=words, noise=True)
    return [Found(hit, command)]


def _request(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    return [Found(_requested(words, command, view), command)]


def _requested(words: Sequence[str], command: Command, view: View) -> Hit:
    """What an HTTP request is for: a check, a message, a trigger, a download."""
    program = words[0].rsplit("/", 1)[-1].lower()
    text = " ".join(words)
    low = text.lower()
    hit = Hit("other", tool=program, argv=words)
    address = next((word for word in words[1:] if "://" in word), "") or next(
        (word for word in words[1:] if word.startswith("$")), ""
    )
    if any(part in low for part in _NOTIFIED) and "/dispatches" not in low:
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


def _is_deploy_hook(low: str, words: Sequence[str]) -> bool:
    posts = any(word in ("POST", "-XPOST", "PUT") or word.startswith(("-d", "--data", "--json")) for word in words)
    if (
        "api.render.com/deploy" in low
        or "build_hooks" in low
        or "deploy_hook" in low
        or "deploy-hook" in low
        or "deployhook" in low
    ):
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


_READERS = word_set("grep egrep jq head tail cut awk sed tee cat wc tr xargs test")
"""Programs that look at an answer; what any other program reads is a download."""

_ELSEWHERE = (
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


def _git(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    from barraiser.classify.vocabulary.wrapping import VALUED

    split = Words("git", words[1:], VALUED["git"])
    verb = split.plain[0] if split.plain else ""
    hit = Hit("other", tool="git", argv=words)
    low = " ".join(words).lower()
    if verb == "push":
        _pushed(hit, split, low, view)
    elif verb in ("clone", "pull", "fetch", "checkout", "switch"):
        hit.kind = "source"
        if any(part in low for part in ("pull/", "head_ref", "head.sha", "head.ref", "refs/pull", "merge-requests/")):
            hit.facts["checkout-ref"] = "untrusted"
        elif verb in ("checkout", "switch") and len(split.plain) > 1:
            hit.facts["checkout-ref"] = split.plain[1]
        if verb == "clone" and not set(words_of(low)).isdisjoint(_GITOPS):
            view.edited = view.edited or "clone"
        if view.remote and verb == "pull":
            hit.kind, hit.confidence = "deploy", 0.6
    elif verb in (
        "add",
        "commit",
        "config",
        "status",
        "diff",
        "log",
        "show",
        "rev-parse",
        "describe",
        "remote",
        "branch",
        "submodule",
        "init",
    ):
        hit.noise = True
    return [Found(hit, command)]


def _pushed(hit: Hit, split: Words, low: str, view: View) -> None:
    remote = split.plain[1] if len(split.plain) > 1 else ""
    where = words_of(low)
    if "heroku" in where or "dokku" in where or "clever" in where or "scalingo" in where:
        hit.kind, hit.facts["waits"] = "deploy", "yes"
        hit.aims = [Aim(remote), Aim(low)]
    elif "gh-pages" in low or "pages" in where:
        hit.kind, hit.default, hit.makes = "deploy", ("static", 0.8), "static-site"
        hit.facts["waits"] = "yes"
    elif "--dry-run" in split.all or "--delete" in split.all or "--tags" in split.all:
        return
    elif view.edited == "edit" or (view.edited == "clone" and view.says_deploy):
        hit.kind, hit.confidence, hit.gitops = "deploy", 0.6, True
        hit.reason = "the commit changes what a GitOps controller rolls out"
        hit.aims = [Aim(word) for word in (*view.edits, *split.plain[1:])]
        hit.images = [word.split("=", 1)[-1] for word in view.edits if _IMAGE.search(word)]


def _ssh(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """What a command does on the server that it logs in to."""
    at = 1
    if words[0].endswith("sshpass"):
        at = next((index for index, word in enumerate(words) if word.rsplit("/", 1)[-1] == "ssh"), 0) + 1
        if at == 1:
            return read(words[3:] if words[1:2] == ["-p"] else words[2:], command, view, depth + 1)
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in SSH_VALUED else 1
    host = words[at] if at < len(words) else ""
    text = " ".join(words[at + 1 :]) or command.heredoc
    return remote_script(text, host, command, view, depth, read)


def remote_script(text: str, host: str, command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """What a text does that runs on a server: all of it at the place of the command that sends it."""
    found: list[Found] = []
    inside = view.on_server()
    tool = "ssh"
    if text.strip() and depth < 4:
        for inner in commands_of_text(text, command.place, {}):
            for each in read(list(inner.words), inner, inside, depth + 1):
                each.command = command
                each.soft, each.soft_reason = command.soft, command.soft_reason
                each.conditional = command.conditional or inner.conditional
                found.append(each)
    found = [each for each in found if not each.hit.noise]
    for each in found:
        each.hit.aims = [*each.hit.aims, Aim(host)]
    deploys = [each for each in found if each.hit.kind == "deploy"]
    if len(deploys) > 1:
        kept = max(deploys, key=lambda each: each.hit.confidence)
        found = [each for each in found if each.hit.kind != "deploy" or each is kept]
    if found and any(each.hit.kind != "other" for each in found):
        return found
    hit = Hit("other", tool=tool, argv=command.words, opaque=bool(text.strip()))
    if text.strip() and view.may_deploy_here:
        hit.kind, hit.confidence, hit.aims = "deploy", 0.6, [Aim(host)]
        hit.reason = "a job named for deploying changes something on a server"
    return [Found(hit, command)]


def _copy(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    return [Found(copied(words, words[0].rsplit("/", 1)[-1], view), command)]


def copied(words: Sequence[str], program: str, view: View) -> Hit:
    """A copy to another machine (rsync, scp): a deploy unless it goes to a store of files."""
    split = Words(
        program,
        words[1:],
        SSH_VALUED | {"-e", "--rsh", "--exclude", "--include", "--rsync-path", "--password-file"}
        if program != "scp"
        else SSH_VALUED,
    )
    plain = split.plain
    hit = Hit("other", tool=program, argv=words)
    if program == "sftp" or program == "sshpass":
        plain = [word for word in plain if ":" in word or "@" in word] or plain
    if len(plain) < 2 and program not in ("sftp",):
        return hit
    target, sources = (plain[-1], plain[:-1]) if plain else ("", [])
    leaves = bool(re.search(r"^[^/:\s]*[@$\w.\]}-]+:(?!//)|^rsync://|::", target)) or (
        target.startswith("$")
        and not target.startswith(("$HOME", "$CI_PROJECT_DIR", "$GITHUB_WORKSPACE", "$RUNNER_TEMP", "$PWD"))
    )
    if not leaves or any(re.match(r"^[\w.$@{}-]+@[\w.$@{}-]+:", source) for source in sources):
        return hit
    path = set(words_of(target))
    if not path.isdisjoint(_STORAGE) and not view.says_deploy:
        hit.kind, hit.confidence = "publish", 0.6
    else:
        hit.kind, hit.confidence = "deploy", 0.75 if view.may_deploy_here else 0.6
        hit.facts["waits"] = "yes"
    hit.aims = [Aim(target), *(Aim(word) for word in split.all)]
    return hit


def to_bucket(split: Words, words: Sequence[str], view: View) -> Hit:
    """A copy to object storage: a site's deploy, or an artifact that is kept."""
    plain = [
        word
        for word in split.plain
        if word not in ("s3", "sync", "cp", "mv", "rsync", "storage", "blob", "upload-batch", "upload")
    ]
    tool = f"aws {split.plain[0]}" if split.program == "aws" else split.program
    hit = Hit("other", tool=tool, argv=words)
    bucket = ("s3://", "gs://", "$web")
    if split.program == "az":
        target = (split.option(("-d", "--destination", "--container-name", "-c")) or [""])[0]
        source = "."
    elif len(plain) >= 2:
        source, target = plain[-2], plain[-1]
    else:
        return hit
    if not target.startswith((*bucket, "$")) or (source.startswith(bucket) and not target.startswith(bucket)):
        return hit
    last = source.rstrip("/.*").rsplit("/", 1)[-1]
    whole = not {"sync", "rsync", "upload-batch"}.isdisjoint(split.plain) or bool(
        split.flag(("--recursive", "-r", "-R", "-m"))
    )
    store = source.endswith(_ARCHIVES) or not set(words_of(f"{target} {last}")).isdisjoint(_STORAGE)
    site = not set(words_of(last)).isdisjoint(_SITE_FOLDERS) or not set(words_of(target)).isdisjoint(_SITE_BUCKETS)
    site = (
        site
        or target.startswith("$web")
        or bool(split.flag(("--delete", "--website-redirect", "--cache-control", "-d")))
    )
    if whole and not store and (site or view.says_deploy or view.may_deploy_here):
        hit.kind, hit.confidence, hit.makes = "deploy", 0.75 if site else 0.6, "static-site"
        hit.facts.update(waits="yes", target=target.split("//", 1)[-1].split("/", 1)[0])
        hit.aims = [Aim(target), *(Aim(value) for value in split.option(("--profile", "--project", "--account-name")))]
    else:
        hit.kind, hit.confidence = "publish", 0.6
    return hit


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
        hit.aims = [Aim(word) for word in words]
    return hit


_DESTROYS_DATA = re.compile(r"\b(drop\s+(database|table|schema)|truncate\s+table)\b", re.I)


def _database(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    text = f"{' '.join(words[1:])} {command.heredoc}"
    hit = Hit("other", tool=words[0], argv=words)
    if "migrat" in text.lower():
        hit.kind, hit.confidence = "migrate", 0.7
    dropped = _DESTROYS_DATA.search(text)
    if dropped and "if exists" not in text.lower():
        hit.kind, hit.facts["destructive"] = "destroy", "data of the database"
    hit.aims = [Aim(word) for word in words[1:]]
    return [Found(hit, command)]


def _edit(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """``yq -i``, ``sed -i`` and ``kustomize edit`` change a manifest that a later commit may hand to a controller."""
    program = words[0].rsplit("/", 1)[-1]
    low = " ".join(words).lower()
    edits = (program == "kustomize" and words[1:2] == ["edit"]) or any(
        word.startswith(("--inplace", "-i")) for word in words[1:]
    )
    if edits and (
        program != "sed" or (("image" in low or "tag" in low) and any(part in low for part in (".yaml", ".yml")))
    ):
        view.edited = "edit"
        view.edits = [*view.edits, view.folder, *words[1:]][-_MAX_EDITS:]
    return [Found(Hit("other", tool=program, argv=words, noise=program != "kustomize" or edits), command)]


def _shell(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """A shell that is given a text (``bash -c``) or a script."""
    from barraiser.classify.inhouse import in_house

    for at, word in enumerate(words[1:], 1):
        if word in ("-c", "-lc", "-ec", "-xc", "-euc", "-exc", "-eoc", "-Command") and at + 1 < len(words):
            return _text(words[at + 1], command, view, depth, read)
        if not word.startswith("-"):
            break
    program = words[0].rsplit("/", 1)[-1]
    if len(words) == 1 and command.heredoc:
        return _text(command.heredoc, command, view, depth, read)
    return [Found(in_house(program, words, view), command)]


def _text(text: str, command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    if depth > 3:
        return []
    found: list[Found] = []
    for inner in commands_of_text(text, command.place, {}):
        for each in read(list(inner.words), inner, view, depth + 1):
            each.command = command
            each.through(command)
            found.append(each)
    return found


def _eval(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    if len(words) > 1 and not words[1].startswith("$"):
        return _text(" ".join(words[1:]), command, view, depth, read)
    return [Found(Hit("other", tool="eval", argv=words, noise=True), command)]


def _many(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """Several package scripts or commands at once (``npm-run-all lint test``, ``concurrently "npm:lint" "tsc"``)."""
    found: list[Found] = []
    if depth > 3:
        return found
    for word in words[1:]:
        if word.startswith("-"):
            continue
        if word.startswith("npm:") or " " not in word:
            found += read(["npm", "run", word.removeprefix("npm:")], command, view, depth + 1)
        else:
            found += _text(word, command, view, depth, read)
    return found


def _served(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """``start-server-and-test SCRIPT URL TEST``: what counts is the test."""
    last = words[-1]
    if " " in last:
        return _text(last, command, view, depth, read)
    return read(["npm", "run", last], command, view, depth + 1)


def _cd(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """Where the script goes on, as far as it can be told: back to the start where it cannot."""
    target = next((word for word in words[1:] if not word.startswith("-")), "")
    if target.startswith(("/", "$", "~")) or not target:
        view.folder = ""
    else:
        view.folder = f"{view.folder}/{target}" if view.folder else target
    return [Found(Hit("other", tool="cd", argv=words, noise=True), command)]


SPECIAL: dict[str, Special] = {
    "sleep": _sleep, "Start-Sleep": _sleep, "start-sleep": _sleep,
    "curl": _request, "wget": _request, "http": _request, "https": _request, "httpie": _request, "xh": _request,
        "Invoke-WebRequest": _request, "Invoke-RestMethod": _request,
    "git": _git, "ssh": _ssh, "sshpass": _ssh, "rsync": _copy, "scp": _copy, "sftp": _copy,
    "psql": _database, "mysql": _database, "mongosh": _database, "sqlcmd": _database, "mariadb": _database, "clickhouse-client": _database,
    "yq": _edit, "sed": _edit, "kustomize": _edit,
    "bash": _shell, "sh": _shell, "zsh": _shell, "dash": _shell, "ksh": _shell, "pwsh": _shell, "powershell": _shell, "ash": _shell,
    "npm-run-all": _many, "run-s": _many, "run-p": _many, "concurrently": _many, "start-server-and-test": _served,
    "eval": _eval, "cd": _cd, "pushd": _cd,
}  # fmt: skip
"""Program -> what reads it."""
