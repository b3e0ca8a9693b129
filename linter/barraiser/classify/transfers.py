"""Copies to other machines and to object storage: a deploy, or an artifact that is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from barraiser.classify.hit import Aim, Hit
from barraiser.classify.names import words_of
from barraiser.classify.rows import Words
from barraiser.classify.view import View
from barraiser.classify.vocabulary import word_set
from barraiser.classify.vocabulary.wrapping import SSH_VALUED

_STORAGE: Final = word_set(
    "artifact artifacts cache caches report reports backup backups log logs coverage release releases download downloads package"
    " packages layer layers module modules template templates lambda lambdas function functions repo repository nightly nightlies"
    " binaries source sources results"
)
_ARCHIVES: Final = (".zip", ".tar.gz", ".tgz", ".jar", ".whl", ".json", ".yml", ".yaml")
_SITE_FOLDERS: Final = word_set(
    "dist build public site out www html web docs book static frontend client browser dist-web storybook"
)
_SITE_BUCKETS: Final = word_set("site www web website static frontend com org net io dev docs app spa cdn")


_TRIED: Final = re.compile(r"-[A-Za-z]{0,12}n[A-Za-z]{0,12}")
"""One-letter options of rsync that hold ``-n``."""


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
    if program == "rsync" and any(word == "--dry-run" or _TRIED.fullmatch(word) for word in words[1:]):
        hit.kind, hit.reason = "plan", "rsync only says what it would copy"
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
