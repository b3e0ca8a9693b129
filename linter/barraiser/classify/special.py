"""Programs whose meaning lies in what they are given: requests, waits, copies, git, remote shells, database clients."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from barraiser.classify.facts import PUSHES_TO
from barraiser.classify.hit import Aim, Hit
from barraiser.classify.names import words_of
from barraiser.classify.requests import requested
from barraiser.classify.rows import Words
from barraiser.classify.transfers import copied
from barraiser.classify.view import Found, View
from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.wrapping import SSH_VALUED
from barraiser.model.words import TEST_KINDS
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of_text

Reader = Callable[[Sequence[str], Command, View, int], list[Found]]
Special = Callable[[Sequence[str], Command, View, int, Reader], list[Found]]

MIN_BAKE_MINUTES: Final = 5
"""A shorter wait lets something settle; it is no bake."""

_MAX_EDITS: Final = 60
_IMAGE: Final = re.compile(r"^[\w./=-]*[\w-]/[\w./-]+:[^\s/]+$")
_NONE: Final[frozenset[str]] = frozenset()
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS: Final = {"": 1 / 60, "s": 1 / 60, "m": 1.0, "h": 60.0, "d": 1440.0}
_GITOPS: Final = word_set(
    "gitops manifest manifests argocd argo flux fluxcd k8s kubernetes deploy deployment deployments infra infrastructure environments"
    " clusters charts helm"
)


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
    return [Found(requested(words, command, view), command)]


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
        if verb == "clone" and names_gitops(low):
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
    elif len(split.plain) > 2:
        from barraiser.classify.branches import branch_of

        branch = branch_of(split.plain[-1])
        if branch:
            hit.facts[PUSHES_TO] = branch


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
    at += 1
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in SSH_VALUED else 1
    text = " ".join(words[at:]) or command.heredoc
    if not text.strip() and _commands_itself(words, host) and view.may_deploy_here:
        hit = Hit("deploy", tool="ssh", argv=words, confidence=0.55, opaque=True)
        hit.reason, hit.aims = (
            "what a login without a command starts is the server's own, in a job named for deploying",
            [Aim(host)],
        )
        return [Found(hit, command)]
    return remote_script(text, host, command, view, depth, read)


def _commands_itself(words: Sequence[str], host: str) -> bool:
    """Whether a login without a command may start one that the server has set for its key: no tunnel, no test of the connection."""
    plain = all(word[:2] in ("-i", "-p", "-o", "-q", "-A", "-t", "-l") for word in words if word.startswith("-"))
    return bool(host) and plain and not host.startswith(("git@", "$(git"))


def remote_script(text: str, host: str, command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """What a text does that runs on a server: all of it at the place of the command that sends it."""
    found: list[Found] = []
    inside = view.on_server()
    tool = "ssh"
    if text.strip() and depth < 4:
        for inner in commands_of_text(text, command.place, {}):
            for each in read(list(inner.words), inner, inside, depth + 1):
                each.command = command
                if each.hit.kind in TEST_KINDS:
                    each.through(command)  # what a test's failure does is the text's own affair
                else:
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
    if text.strip() and view.may_deploy_here and not (depth < 4 and _only_looks(text, command)):
        hit.kind, hit.confidence, hit.aims = "deploy", 0.6, [Aim(host)]
        hit.reason = "a job named for deploying changes something on a server"
    return [Found(hit, command)]


_READING: Final = word_set(
    "chmod chown mkdir touch"
    " cat cd date df du echo env free grep head hostname id journalctl ls ps pwd set stat tail top uname uptime wc whoami"
)
_READING_WORDS: Final = {
    "docker": word_set("ps logs images info stats inspect version top login logout"),
    "systemctl": word_set("status is-active is-enabled list-units show"),
    "kubectl": word_set("get describe logs top version"),
}


def _only_looks(text: str, command: Command) -> bool:
    """Whether all that runs on a server only reads, or makes room: ``docker ps && df -h``, ``mkdir -p releases``."""
    for inner in commands_of_text(text, command.place, {}):
        words = [word for word in inner.words if word != "sudo"]
        program = words[0].rsplit("/", 1)[-1] if words else "cd"
        if program in _READING and ">" not in inner.text:
            continue
        if not (words[1:] and words[1] in _READING_WORDS.get(program, ())):
            return False
    return True


def _copy(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    return [Found(copied(words, words[0].rsplit("/", 1)[-1], view), command)]


_DESTROYS_DATA: Final = re.compile(r"\b(drop\s+(database|table|schema)|truncate\s+table)\b", re.I)


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


def _written(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """``cat > kustomization.yaml <<EOF`` writes a manifest with the tags of its images."""
    if (
        command.heredoc
        and len(words) == 1
        and ("newTag:" in command.heredoc or "kind: Kustomization" in command.heredoc)
    ):
        view.edited = "edit"
        view.edits = [*view.edits, view.folder][-_MAX_EDITS:]
    return [Found(Hit("other", tool="cat", argv=words, noise=True), command)]


def names_gitops(repository: str) -> bool:
    """Whether a repository's name says that it holds what a controller rolls out."""
    return "github.repository" not in repository and not _GITOPS.isdisjoint(words_of(repository))


def _moved(words: Sequence[str], command: Command, view: View, depth: int, read: Reader) -> list[Found]:
    """``jq ... > new && mv new config/prod.json`` changes a definition where another repository, that holds such, was checked out."""
    if view.edited in ("clone", "checkout") and words[-1].endswith((".yaml", ".yml", ".json")) and len(words) > 2:
        view.edited = "edit"
        view.edits = [*view.edits, view.folder, words[-1]][-_MAX_EDITS:]
    return [Found(Hit("other", tool="mv", argv=words, noise=True), command)]


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


SPECIAL: Final[dict[str, Special]] = {
    "sleep": _sleep, "Start-Sleep": _sleep, "start-sleep": _sleep,
    "curl": _request, "wget": _request, "http": _request, "https": _request, "httpie": _request, "xh": _request,
        "Invoke-WebRequest": _request, "Invoke-RestMethod": _request,
    "git": _git, "ssh": _ssh, "sshpass": _ssh, "rsync": _copy, "scp": _copy, "sftp": _copy,
    "psql": _database, "mysql": _database, "mongosh": _database, "sqlcmd": _database, "mariadb": _database, "clickhouse-client": _database,
    "yq": _edit, "sed": _edit, "kustomize": _edit, "mv": _moved, "cat": _written,
    "bash": _shell, "sh": _shell, "zsh": _shell, "dash": _shell, "ksh": _shell, "pwsh": _shell, "powershell": _shell, "ash": _shell,
    "npm-run-all": _many, "run-s": _many, "run-p": _many, "concurrently": _many, "start-server-and-test": _served,
    "eval": _eval, "cd": _cd, "pushd": _cd,
}  # fmt: skip
"""Program -> what reads it."""
