"""The base of every rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from barraiser.model.words import PIPELINE_KINDS, PLATFORMS

if TYPE_CHECKING:
    from barraiser.checks.answer import Answer
    from barraiser.checks.case import Case

Value = bool | int | float | str | tuple[str, ...]
"""A parameter's value. Lists of the configuration become tuples."""

DEPLOY, PIPELINE, PUBLISH = "deploy", "pipeline", "publish"
"""What a rule is asked about: each prod deploy, the pipeline once, or each publish (for library-publish)."""


class Parameter:
    """A number or choice that the configuration may set under ``rules.ID``.

    ``unit``: minutes, percent, days, ... or empty. ``choices``: the allowed texts; ``minimum`` and ``maximum``: the range of a number.
    """

    __slots__ = ("choices", "default", "maximum", "meaning", "minimum", "name", "unit")

    def __init__(
        self,
        name: str,
        default: Value,
        meaning: str,
        *,
        unit: str = "",
        choices: tuple[str, ...] = (),
        minimum: float | None = None,
        maximum: float | None = None,
    ) -> None:
        self.name = name
        self.default = default
        self.meaning = meaning
        self.unit = unit
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum

    @property
    def type(self) -> str:
        """What the configuration must give: ``true or false``, ``number``, ``list`` (of texts) or ``text``."""
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, int | float):
            return "number"
        return "list" if isinstance(self.default, tuple) else "text"

    def allowed(self) -> str:
        """The choices, or the range, in words; empty where everything of the type is allowed."""
        if self.choices:
            return f"{'any' if self.type == 'list' else 'one'} of {', '.join(self.choices)}"
        limits = [] if self.minimum is None else [f"at least {self.minimum:g}"]
        limits += [] if self.maximum is None else [f"at most {self.maximum:g}"]
        return ", ".join(limits)


class Rule:
    """A statement about every execution that reaches production. Subclass it, one file a rule; the docstring is its documentation.

    The docstring's first line is the title. Then sections, each a line that ends in a colon with an indented text below:
    ``Why:`` (why it matters, one short paragraph), ``Source:`` (document, section, figure), ``Decided by:`` (which facts),
    ``Fix:`` (what to do), and for each platform ``Before (github-actions):`` and ``After (github-actions):`` with an example.

    ``severities``: profile to severity where it is not ``severity`` (a higher profile may raise it). ``kinds``: the pipeline kinds
    that it is asked of. ``platforms``: where the files can decide it; elsewhere the runner answers ``not-applicable``.
    ``asks``: what it is asked about (``deploy`` becomes the publish in a library-publish pipeline). ``after``: rules whose
    verdicts it looks at with ``case.verdict_of``; they are decided first. ``since``: the version that brought it.
    ``speaks_for_unmerged``: where it fails in a run on unmerged code, no other rule is asked about that run.
    ``speaks_for_gates``: where it fails, and nothing that comes before the deploy holds it back at all, the rules that are
    ``about_gates`` (what they ask for must hold the deploy back) are not asked: what they would say has the same cause.
    ``milder_for_libraries``: in a library's pipeline the basic profile makes it a warning at most (the pipeline kinds' table).
    ``fixes``: what to write, by platform (``""`` for all others), for ``case.fix``.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[str] = "error"
    profile: ClassVar[str] = "basic"
    severities: ClassVar[Mapping[str, str]] = {}
    kinds: ClassVar[tuple[str, ...]] = PIPELINE_KINDS
    platforms: ClassVar[tuple[str, ...]] = PLATFORMS
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    asks: ClassVar[str] = DEPLOY
    after: ClassVar[tuple[str, ...]] = ()
    since: ClassVar[str] = "0.1.0"
    speaks_for_unmerged: ClassVar[bool] = False
    speaks_for_gates: ClassVar[bool] = False
    about_gates: ClassVar[bool] = False
    milder_for_libraries: ClassVar[bool] = True
    fixes: ClassVar[Mapping[str, str]] = {}

    def decide(self, case: Case) -> Answer:
        """The answer for one subject in one scenario (``asks = "pipeline"``: once). Pure: reads the case, changes nothing."""
        raise NotImplementedError

    @classmethod
    def family(cls) -> str:
        """The letters of the id."""
        return cls.id[:3]

    @classmethod
    def title(cls) -> str:
        """The first line of the docstring, without its full stop."""
        return (cls.__doc__ or cls.name).strip().splitlines()[0].rstrip(".")
