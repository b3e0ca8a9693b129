"""Tags, releases and branches that a step makes: what they start is the next workflow of a chain."""

from __future__ import annotations

import re
from typing import Final

from barraiser.platforms.github.senders import MAX_TEXT, Sending, is_here
from barraiser.source.repository import Repository

TAG, RELEASE, BRANCH = "tag", "release", "branch"

_TAGGERS: Final = (
    "github-tag-action", "create-tag", "push-tag", "github-tagger", "update-tag", "autotag", "gh-action-bump-version",
    "semver-tag", "tag-action",
)  # fmt: skip
_RELEASERS: Final = (
    "softprops/action-gh-release", "actions/create-release", "ncipollo/release-action", "action-automatic-releases",
    "github-release-action", "goreleaser-action", "create-github-release", "gh-release", "jreleaser/release-action",
)  # fmt: skip
_BOTH: Final = ("release-please-action", "semantic-release", "changesets/action", "release-drafter/release-drafter")
"""Actions that make a release together with its tag."""
_WITH_GIT: Final = {"git-auto-commit-action": ("tagging_message", "tag_name"), "add-and-commit": ("tag",)}
"""Actions that push with what the checkout has left, and the inputs by which they tag."""

MARKS: Final = (
    "git push", "gh release", "createRelease", "createRef", "/git/refs", "release-it", *_TAGGERS, *_RELEASERS, *_BOTH, *_WITH_GIT,
)  # fmt: skip
"""Texts, one of which every workflow that makes any of these holds."""

_PUSH: Final = re.compile(r"\bgit(?:\s+-[cC]\s+\S+)*\s+push\b([^\n;&|]{0,400})")
_TAGGED: Final = re.compile(
    r"\bgit(?:\s+-[cC]\s+\S+)*\s+tag\s+((?:(?:-[mFu]\s+(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'|\S+)|-{1,2}[a-z][\w=-]*)\s+){0,8})"
    r"[\"']?([^\s\"';&|-][^\s\"';&|]{0,200})"
)
_CREATED: Final = re.compile(
    r"\bgh\s+release\s+create\s+((?:-{1,2}[\w-]+(?:=\S+)?\s+){0,6})[\"']?([^\s\"'-][^\s\"']{0,200})?([^\n;&|]{0,600})"
)
_PUBLISHED: Final = re.compile(r"\bgh\s+release\s+edit\b[^\n;&|]{0,400}--draft=false")
_REF: Final = re.compile(r"refs/tags/([^\s\"'`]{0,200})")
_TOOLS: Final = re.compile(r"\b(?:semantic-release|release-it)\b(?!\s*[@/:-])")
_NAMES_A_TAG: Final = re.compile(r"\$\{?[\w.-]*(?:tag|version|release)", re.IGNORECASE)
_EXPRESSION: Final = re.compile(r"\$\{\{([^}\n]{0,300})\}\}")
_REPOSITORY: Final = re.compile(r"(?:\s|^)(?:-R|--repo)[ =][\"']?([^\s\"']{1,200})")
_BRANCH: Final = re.compile(r"(?:[\w./@~^-]{1,100}:)?(?:refs/heads/)?([A-Za-z0-9][\w./-]{0,100})")


class Pushed:
    """One thing that is made: ``kind``, and of its name what is known: ``name`` is its start, or, where ``whole``, all of it."""

    __slots__ = ("kind", "name", "whole")

    def __init__(self, kind: str, name: str = "") -> None:
        known = re.split(r"[$`]|\{\{", name, maxsplit=1)[0]
        self.kind = kind
        self.name = known
        self.whole = bool(name) and known == name


def pushed_by(step: Sending, repository: Repository) -> list[Pushed]:
    """What a step makes in this repository with a key or token that is not the run's own: nothing else starts a workflow."""
    script = step.script
    if not script and "github-script" in step.uses:
        script = step.inputs.get("script", "")
    script = _EXPRESSION.sub(_as_variable, script[:MAX_TEXT]).replace("\\\n", " ")
    if step.uses and not is_here(step.inputs.get("repository", ""), repository):
        return []
    found: list[Pushed] = []
    if script and step.pushes:
        found += _by_git(script)
    if script and step.token:
        found += _by_call(script, repository)
    if step.uses:
        found += _by_action(step)
    return found


def _by_git(script: str) -> list[Pushed]:
    """Tags and branches that a script pushes."""
    if "push" not in script:
        return []
    tagged = [match.group(2) for match in _TAGGED.finditer(script) if not _only_looks(match.group(1))]
    found: list[Pushed] = []
    for match in _PUSH.finditer(script):
        words = match.group(1).replace('"', " ").replace("'", " ").split()
        if any(word in ("--delete", "-d", "--dry-run", "-n") for word in words):
            continue
        if any(word in ("--tags", "--follow-tags") for word in words):
            found += [Pushed(TAG, name) for name in tagged] or [Pushed(TAG)]
            continue
        named = [word for word in words if not word.startswith("-")]
        for number, word in enumerate(named[1:]):
            target = word.rpartition(":")[2] if not word.startswith("$") else word
            if target.startswith("refs/tags/"):
                found.append(Pushed(TAG, target.removeprefix("refs/tags/")))
            elif (
                named[number] == "tag"
                or word in tagged
                or (tagged and word == tagged[-1])
                or (_NAMES_A_TAG.search(word) and "branch" not in word.lower())
            ):
                found.append(Pushed(TAG, word))
            elif word != "tag" and (branch := _BRANCH.fullmatch(word)):
                found.append(Pushed(BRANCH, branch.group(1)))
    return found


def _names_a_tag(word: str) -> bool:
    """Whether a variable's name says that it holds a tag."""
    return _NAMES_A_TAG.search(word) is not None and "branch" not in word.lower()


def _only_looks(flags: str) -> bool:
    """Whether a ``git tag`` lists, verifies or deletes."""
    return any(flag in ("-l", "-d", "-v", "-n") or flag.startswith(("--list", "--sort", "--delete", "--verify", "--points",
               "--contains", "--merged", "--no-", "--format")) for flag in flags.split())  # fmt: skip


def _as_variable(match: re.Match[str]) -> str:
    """An expression as one word."""
    return f"${{{re.sub(r'[^0-9A-Za-z_-]+', '.', match.group(1)).strip('.')}}}"


def _by_call(script: str, repository: Repository) -> list[Pushed]:
    """Releases and tags that a script makes by the platform's own tools."""
    found: list[Pushed] = []
    for match in _CREATED.finditer(script):
        words = f"{match.group(1)} {match.group(3)}".split()
        other = _REPOSITORY.search(match.group(0))
        if other is not None and not is_here(other.group(1), repository):
            continue
        if "--draft" not in words and "-d" not in words:
            found += _release(match.group(2) or "")
    if _PUBLISHED.search(script):
        found += _release("")
    if "createRelease" in script and not re.search(r"\bdraft\s*:\s*true", script):
        found += _release("")
    if "createRef" in script or "/git/refs" in script:
        found += [Pushed(TAG, match.group(1)) for match in _REF.finditer(script)]
    if _TOOLS.search(script):
        found += _release("")
    return found


def _by_action(step: Sending) -> list[Pushed]:
    uses = step.uses.partition("@")[0].lower()
    for name, inputs in _WITH_GIT.items():
        if name in uses:
            return [Pushed(TAG, step.inputs[each]) for each in inputs if step.pushes and step.inputs.get(each)][:1]
    if "actions-ecosystem/action-push-tag" in uses:
        return [Pushed(TAG, step.inputs.get("tag", ""))] if step.pushes else []
    if not step.token or "octopus" in uses:
        return []
    named = step.inputs.get("tag_name") or step.inputs.get("tag") or ""
    if any(name in uses for name in _BOTH):
        if "release-drafter" in uses and step.inputs.get("publish", "").lower() != "true":
            return []
        if "changesets" in uses and not step.inputs.get("publish"):
            return []
        return _release(named)
    if any(name in uses for name in _RELEASERS):
        return [] if step.inputs.get("draft", "").lower() == "true" else _release(named)
    if any(name in uses for name in _TAGGERS):
        return [Pushed(TAG, named or step.inputs.get("tag_prefix", ""))]
    return []


def _release(name: str) -> list[Pushed]:
    """A published release, and the tag that the platform makes for it."""
    return [Pushed(RELEASE, name), Pushed(TAG, name)]
