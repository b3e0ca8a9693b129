"""Facts about a job that only this platform has, and the lock that it holds."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence as Seq
from typing import Final

from barraiser.model.pipeline import Concurrency
from barraiser.model.retention import Retention
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.gitlab.drafts import Deciding, Draft
from barraiser.platforms.gitlab.durations import minutes_of
from barraiser.platforms.gitlab.environments import EnvironmentSpec
from barraiser.platforms.gitlab.expressions import Sample
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.platforms.gitlab.starts import Start
from barraiser.platforms.gitlab.steps import Keywords
from barraiser.platforms.gitlab.variables import Scope
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of

_PER_RUN: Final = re.compile(
    r"\$\{?CI_(?:PIPELINE_|JOB_ID|JOB_URL|JOB_STARTED|COMMIT_(?:SHORT_)?SHA|COMMIT_TIMESTAMP|COMMIT_MESSAGE)"
)
_BY_REF: Final = re.compile(r"\$\{?CI_COMMIT_(?:REF_NAME|REF_SLUG|BRANCH|TAG)\}?")
_PER_PROJECT: Final = re.compile(r"\$\{?CI_(?:PROJECT_|SERVER_|REGISTRY)\w*\}?")


def concurrency_of(keywords: Keywords, scope: Scope, reading: Reading) -> Concurrency | None:
    """The ``resource_group`` of a job."""
    node = keywords.get("resource_group")
    if node is None:
        return None
    if not isinstance(node, Scalar):
        reading.wrong_type("`resource_group`", "a name", node)
        return None
    group = scope.expand(node.value)
    return Concurrency(group, line_of(node), serialises=_serialises(group))


def serialises_by_ref(group: str, starts: Seq[Start]) -> Tri:
    """Whether a group that is named by the ref is the same in all these ways of starting: no for several refs, and for tags."""
    if "$" in _PER_PROJECT.sub("", _BY_REF.sub("", group)):
        return MAYBE
    if any(start.tag for start in starts) or len({start.ref for start in starts}) > 1:
        return NO
    return MAYBE if not starts or isinstance(starts[0].ref, Sample) else YES


def _serialises(group: str) -> Tri:
    if _PER_RUN.search(group):
        return NO
    return MAYBE if "$" in _PER_PROJECT.sub("", group) else YES


def tags_of(
    draft: Draft, keywords: Keywords, scope: Scope, deciding: Deciding, spec: EnvironmentSpec | None
) -> dict[str, str]:
    """The facts, by name; those that the job does not state are left out.

    ``on-new-commit`` (beside ``interruptible``) and ``on-job-failure`` are one word for all ways of starting, or a list of one for each.
    """
    found: dict[str, str] = {}
    image = keywords.get("image")
    name = given(image.get("name")) if isinstance(image, Mapping) else image
    if isinstance(name, Scalar):
        found["image"] = scope.expand(name.value)
    for word in ("tags", "dependencies"):
        listed = _names(keywords.get(word))
        if listed:
            found[word] = ", ".join(listed)
    if _hands_over(keywords.get("artifacts")):
        found["hands-over"] = "files"
    tokens = keywords.get("id_tokens")
    if isinstance(tokens, Mapping) and len(tokens):
        found["id-token"] = "write"
        found["id_tokens"] = ", ".join([key.value for key, _ in tokens.pairs])
    secrets = keywords.get("secrets")
    if isinstance(secrets, Mapping) and len(secrets):
        found["secrets"] = ", ".join([key.value for key, _ in secrets.pairs])
    interruptible = keywords.get("interruptible")
    if isinstance(interruptible, Scalar) and interruptible.as_bool() is not None:
        modes = _one_or_each([mode or "conservative" for mode in deciding.auto_cancel("on_new_commit")])
        cancels = interruptible.as_bool() and modes != "none"
        found["interruptible"] = "true" if cancels else "false"
        if cancels:
            found["on-new-commit"] = modes
    retry = keywords.get("retry")
    limit = retry.get("max") if isinstance(retry, Mapping) else retry
    if isinstance(limit, Scalar) and limit.value not in ("", "0"):
        found["retry"] = limit.value
    if draft.keywords.own.get("needs") is not None:
        found["needs"] = "yes"
    if spec is not None:
        found.update(spec.facts)
    if deciding.config.workflow is not None:
        ends = _one_or_each([mode or "none" for mode in deciding.auto_cancel("on_job_failure")])
        if ends not in ("none", ""):
            found["on-job-failure"] = ends
    return found


def keeps_of(keywords: Keywords) -> Retention | None:
    """For how long the job's files are kept, where `artifacts:expire_in` says it."""
    artifacts = keywords.get("artifacts")
    if not isinstance(artifacts, Mapping) or not _hands_over(artifacts):
        return None
    node = artifacts.get("expire_in")
    if not isinstance(node, Scalar) or not node.value.strip():
        return None
    text = node.value.strip().lower()
    if text == "never":
        return Retention(math.inf, line_of(node))
    minutes = float(text) / 60 if text.isdecimal() and len(text) < 12 else minutes_of(text)
    return Retention(None if minutes is None else minutes / 1440, line_of(node))


def _hands_over(artifacts: Node | None) -> bool:
    """Whether `artifacts` gives later jobs files; reports alone go to the platform."""
    return isinstance(artifacts, Mapping) and (
        artifacts.get("paths") is not None or artifacts.get("untracked") is not None
    )


def _one_or_each(words: Seq[str]) -> str:
    """One word where all are the same, else all of them with commas between."""
    return words[0] if len(set(words)) == 1 else ",".join(words)


def _names(node: Node | None) -> list[str]:
    items = node.items if isinstance(node, Sequence) else [node]
    return [item.value for item in items if isinstance(item, Scalar)]
