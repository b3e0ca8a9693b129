"""What one job does, in order: its scripts, and what the platform does for it."""

from __future__ import annotations

from collections.abc import Iterator

from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.pipeline import Fragment, Script, Step
from barraiser.model.place import Place
from barraiser.model.tri import NO, YES
from barraiser.platforms.fragments import fragment_of
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.platforms.gitlab.rules import flattened
from barraiser.platforms.gitlab.variables import Scope
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository


class Lines(Repository):
    """The repository for whoever looks at single lines many times: each file is split once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._split: dict[str, list[str]] = {}

    def lines(self, path: str) -> list[str]:
        """The file's lines. Raises SourceError as the repository does."""
        known = self._split.get(path)
        if known is None:
            known = self._split[path] = self._repository.lines(path)
        return known


class StepMaker:
    """Makes the steps of the jobs of one pipeline; the fragments of a script that several jobs share are made once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._lines = Lines(reading.repository)
        self._fragments: dict[int, tuple[Fragment, ...]] = {}
        self._kept: list[Node] = []

    def fragments(self, node: Node | None, what: str) -> tuple[Fragment, ...]:
        """The text of a script: a text, or a list of texts and lists."""
        node = given(node)
        if node is None:
            return ()
        known = self._fragments.get(id(node))
        if known is None:
            known = self._fragments[id(node)] = tuple(self._read(node, what))
            self._kept.append(node)
        return known

    def _read(self, node: Node, what: str) -> Iterator[Fragment]:
        if isinstance(node, Mapping):
            self.reading.wrong_type(
                what, "a command or a list of commands", node, "quote the command if it contains `: `"
            )
            return
        for item in flattened(node, self.reading) if isinstance(node, Sequence) else iter((node,)):
            if isinstance(item, Scalar):
                if item.value and not item.is_null():
                    yield fragment_of(item, self._lines)
            else:
                self.reading.wrong_type(f"a command in {what}", "text", item, "quote the command: it contains `: `")

    def steps(self, job: str, keyword: Keywords, scope: Scope, *, pages: bool) -> list[Step]:
        """All steps of a job that has scripts."""
        steps = self._scripts(job, keyword)
        release = keyword.get("release")
        if isinstance(release, Mapping):
            steps.append(_platform_step("gitlab:release", release, keyword.key("release"), scope))
        if pages:
            config = keyword.get("pages")
            place = keyword.key("pages")
            inputs = config if isinstance(config, Mapping) else None
            steps.append(_platform_step("gitlab:pages", inputs, place, scope, publish=keyword.get("publish")))
        after = self.fragments(keyword.get("after_script"), f"`after_script` of `{job}`")
        if after:
            place = _place(after)
            steps.append(
                Step(
                    place,
                    name="after_script",
                    script=Script(after, pipefail=YES),
                    condition=Condition("after_script", always=True, place=keyword.key("after_script")),
                    soft=YES,
                    soft_place=keyword.key("after_script"),
                )
            )
        return steps

    def _scripts(self, job: str, keyword: Keywords) -> list[Step]:
        run = keyword.get("run")
        if isinstance(run, Sequence):
            return self._run(run, job)
        before = self.fragments(keyword.get("before_script"), f"`before_script` of `{job}`")
        script = self.fragments(keyword.get("script"), f"`script` of `{job}`")
        if not before and not script:
            return []
        return [Step(_place(script or before), script=Script((*before, *script)))]

    def _run(self, run: Sequence, job: str) -> list[Step]:
        steps = []
        for item in run.items:
            if not isinstance(item, Mapping):
                self.reading.wrong_type(f"an item of `run` of `{job}`", "a mapping with `script` or `step`", item)
                continue
            fragments = self.fragments(item.get("script"), f"`run` of `{job}`")
            called = item.get("step")
            name = called.value if isinstance(called, Scalar) else "step" if called is not None else ""
            inputs = item.mapping("inputs")
            steps.append(
                Step(
                    line_of(item),
                    name=item.text("name"),
                    script=Script(fragments, pipefail=YES) if fragments else None,
                    uses="" if fragments else name,
                    inputs=_texts(inputs, None),
                    unresolved="" if fragments or not name else "step",
                )
            )
        return steps


class Keywords:
    """What a job says, with what it inherits: ``get`` gives the value of a keyword, ``key`` the place where it is written."""

    __slots__ = ("_defaults", "_fallback", "own")

    def __init__(self, own: Mapping, defaults: dict[str, tuple[Scalar, Node]], fallback: Place) -> None:
        self.own = own
        self._defaults = defaults
        self._fallback = fallback

    def get(self, keyword: str) -> Node | None:
        """The value of a keyword; None where it is absent or null."""
        value = given(self.own.get(keyword))
        if value is not None or keyword not in self._defaults:
            return value
        if keyword in self.own and keyword in ("before_script", "after_script"):
            return None
        return given(self._defaults[keyword][1])

    def key(self, keyword: str) -> Place:
        """Where a keyword is written, else where the job is."""
        key = self.own.key(keyword)
        if key is None and keyword in self._defaults:
            key = self._defaults[keyword][0]
        return self._fallback if key is None else line_of(key)

    def text(self, keyword: str) -> str:
        """The text of a keyword, empty where it is absent or no text."""
        value = self.get(keyword)
        return value.value if isinstance(value, Scalar) else ""


def _platform_step(
    uses: str, inputs: Mapping | None, place: Place, scope: Scope, *, publish: Node | None = None
) -> Step:
    texts = _texts(inputs, scope)
    if isinstance(publish, Scalar):
        texts["publish"] = publish.value
    places = {key.value: line_of(value) for key, value in inputs.pairs} if inputs is not None else {}
    return Step(place, uses=uses, inputs=texts, input_places=places, condition=UNCONDITIONAL, soft=NO)


def _texts(node: Mapping | None, scope: Scope | None) -> dict[str, str]:
    """The texts of a mapping, lists joined by commas, constants put in."""
    found: dict[str, str] = {}
    for key, value in node.pairs if node is not None else ():
        if isinstance(value, Scalar):
            text = value.value
        elif isinstance(value, Sequence):
            text = ", ".join([item.value for item in value.items if isinstance(item, Scalar)])
        else:
            continue
        found[key.value] = scope.expand(text) if scope is not None else text
    return found


def _place(fragments: tuple[Fragment, ...]) -> Place:
    first = fragments[0]
    return Place(first.path, first.line, first.columns + 1, first.line)
