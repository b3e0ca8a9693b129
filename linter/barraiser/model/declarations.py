"""What the configuration declares about pipelines (design section 9), as plain data.

The policy package makes it from ``.barraiser.yml``; classification, evidence, graph and rules read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final


class DeclaredEnvironment:
    """``environments.NAME``: ``match`` holds shell-style patterns of further names; ``cls`` may be empty (not declared).

    ``github`` and ``gitlab`` hold the platform protections as given (``reviewers``, ``wait_timer`` in minutes, ...).
    """

    __slots__ = ("account", "cls", "github", "gitlab", "match", "name")

    def __init__(
        self,
        name: str,
        *,
        cls: str = "",
        match: Sequence[str] = (),
        account: str = "",
        github: Mapping[str, object] | None = None,
        gitlab: Mapping[str, object] | None = None,
    ) -> None:
        self.name = name
        self.cls = cls
        self.match = tuple(match)
        self.account = account
        self.github: Mapping[str, object] = github or {}
        self.gitlab: Mapping[str, object] = gitlab or {}

    def covers(self, name: str) -> bool:
        """Whether an environment of that name is this one (case-insensitive, shell-style patterns in ``match``)."""
        low = name.lower()
        return low == self.name.lower() or any(fnmatchcase(low, pattern.lower()) for pattern in self.match)

    def protection(self, platform: str) -> Mapping[str, object] | None:
        """The protections declared for a platform; None where nothing is declared for it."""
        given = {"github-actions": self.github, "gitlab-ci": self.gitlab}.get(platform)
        return given or None


class DeclaredActivity:
    """``activities.NAME``: what a job or step of that name (or ``job/step``, or id) is. ``minutes`` is the bake that it is."""

    __slots__ = ("environment", "gate", "kinds", "minutes", "monitored", "name", "role")

    def __init__(
        self,
        name: str,
        *,
        kinds: Sequence[str] = (),
        environment: str = "",
        minutes: float | None = None,
        monitored: bool | None = None,
        gate: bool = True,
        role: str = "",
    ) -> None:
        self.name = name
        self.kinds = tuple(kinds)
        self.environment = environment
        self.minutes = minutes
        self.monitored = monitored
        self.gate = gate
        self.role = role


class DeclaredPipeline:
    """``pipelines.PATTERN``: ``facts`` holds the further keys (``hands_off``, ``dark_launch``, ``waves`` ...) as given."""

    __slots__ = ("facts", "kind", "pattern", "tier")

    def __init__(
        self, pattern: str, *, kind: str = "", tier: int | None = None, facts: Mapping[str, object] | None = None
    ) -> None:
        self.pattern = pattern
        self.kind = kind
        self.tier = tier
        self.facts: Mapping[str, object] = facts or {}

    def covers(self, path: str) -> bool:
        """Whether a pipeline at that path is meant."""
        return fnmatchcase(path, self.pattern)


class DeclaredLink:
    """``links``: the pipeline at path or pattern ``source`` hands over to the one at ``target``; ``via`` says how (release, tag ...)."""

    __slots__ = ("source", "target", "via")

    def __init__(self, source: str, target: str, via: str = "") -> None:
        self.source = source
        self.target = target
        self.via = via


class Declarations:
    """All that the configuration declares about the pipelines of one root; empty where there is no configuration.

    ``deployer``, ``review`` and ``evidence`` hold their keys as given (numbers, texts, booleans, lists, mappings).
    ``evidence_required``: ``evidence.mode`` is ``required``, so that ``unknown`` blocks. ``as_of``: the ISO date of the run, by which
    evidence ages; empty where no configuration was read. ``expired``: evidence that no longer counts, with the last day on which it
    did as its ``expires``; it is in ``evidence`` no more.
    """

    __slots__ = (
        "activities", "as_of", "default_branch", "deployer", "environments", "evidence", "evidence_required", "expired", "freezes",
        "links", "owner", "pipelines", "review", "timezone",
    )  # fmt: skip

    def __init__(
        self,
        *,
        owner: str = "",
        default_branch: str = "",
        timezone: str = "",
        environments: Sequence[DeclaredEnvironment] = (),
        activities: Sequence[DeclaredActivity] = (),
        pipelines: Sequence[DeclaredPipeline] = (),
        links: Sequence[DeclaredLink] = (),
        deployer: Mapping[str, object] | None = None,
        evidence: Mapping[str, object] | None = None,
        evidence_required: bool = False,
        expired: Mapping[str, Mapping[str, object]] | None = None,
        review: Mapping[str, object] | None = None,
        freezes: Sequence[Mapping[str, object]] = (),
        as_of: str = "",
    ) -> None:
        self.owner = owner
        self.default_branch = default_branch
        self.timezone = timezone
        self.environments = tuple(environments)
        self.activities = tuple(activities)
        self.pipelines = tuple(pipelines)
        self.links = tuple(links)
        self.deployer: Mapping[str, object] = deployer or {}
        self.evidence: Mapping[str, object] = evidence or {}
        self.evidence_required = evidence_required
        self.expired: Mapping[str, Mapping[str, object]] = expired or {}
        self.review: Mapping[str, object] = review or {}
        self.freezes = tuple(freezes)
        self.as_of = as_of

    def environment(self, name: str) -> DeclaredEnvironment | None:
        """The declaration that covers an environment's name, the first in file order."""
        for declared in self.environments:
            if declared.covers(name):
                return declared
        return None

    def pipeline(self, path: str) -> DeclaredPipeline | None:
        """The declaration that covers a pipeline's path, the first in file order."""
        for declared in self.pipelines:
            if declared.covers(path):
                return declared
        return None


NOTHING_DECLARED: Final = Declarations()
