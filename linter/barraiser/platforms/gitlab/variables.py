"""``variables``: what is constant in them, and text with constants put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Map
from typing import Final

from barraiser.platforms.gitlab.expressions import ANYTHING, FILLED, Sample, Value, input_name
from barraiser.platforms.gitlab.inputs import FromInput, written
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

MAX_DEPTH: Final = 8
MAX_TEXT: Final = 4_096
_NAME: Final = re.compile(r"\$\$|\$\{(\w+)\}|\$(\w+)|%(\w+)%")

Find = Callable[[str], str | None]


class Variable:
    """One variable of the file. ``raw``: its text; ``expand``: ``$X`` in it is replaced; ``prefilled``: offered to whoever starts the
    pipeline by hand, ``options`` then being the only values; ``original``: with the pipeline's inputs left in."""

    __slots__ = ("expand", "node", "options", "original", "prefilled", "raw")

    def __init__(
        self,
        raw: str,
        node: Node,
        *,
        expand: bool = True,
        prefilled: bool = False,
        options: tuple[str, ...] = (),
        original: str = "",
    ) -> None:
        self.raw = raw
        self.node = node
        self.expand = expand
        self.prefilled = prefilled
        self.options = options
        self.original = original or raw


def variables_of(node: Node | None, what: str, reading: Reading) -> dict[str, Variable]:
    """The variables of a ``variables`` mapping; what has a wrong type is noted and left out."""
    node = given(node)
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        if not (isinstance(node, Sequence) and node.tag) and not (isinstance(node, Sequence) and not node.items):
            reading.wrong_type(what, "a mapping of names to values", node)
        return {}
    found: dict[str, Variable] = {}
    for key, value in node.pairs:
        if isinstance(value, Scalar):
            found[key.value] = _variable(value, value)
        elif isinstance(value, Mapping):
            found[key.value] = _described(value, key.value, what, reading)
        else:
            reading.wrong_type(f"`{key.value}` in {what}", "a value, or a mapping with `value`", value)
    return found


def _variable(value: Scalar, node: Node) -> Variable:
    raw = "" if given(value) is None else value.value
    return Variable(raw, node, original=written(value) if isinstance(value, FromInput) else "")


def _described(node: Mapping, name: str, what: str, reading: Reading) -> Variable:
    value = given(node.get("value"))
    if value is not None and not isinstance(value, Scalar):
        reading.wrong_type(f"the `value` of `{name}` in {what}", "text", value)
        value = None
    variable = _variable(value, node) if isinstance(value, Scalar) else Variable("", node)
    options = node.sequence("options")
    variable.options = tuple(item.value for item in options.items if isinstance(item, Scalar)) if options else ()
    variable.prefilled = "description" in node or bool(options)
    flag = node.get("expand")
    variable.expand = not (isinstance(flag, Scalar) and flag.as_bool() is False)
    return variable


def expand(text: str, find: Find) -> str:
    """The text with every variable that ``find`` knows replaced; others stay as they are written."""
    if "$" not in text and "%" not in text:
        return text

    def put_in(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2) or match.group(3)
        if name is None:
            return match.group()
        value = find(name)
        return match.group() if value is None else value

    result = _NAME.sub(put_in, text)
    return result if len(result) <= MAX_TEXT else text


def unresolved(text: str) -> bool:
    """Whether a text still names a variable or an input."""
    return "$[[" in text or any(match.group() != "$$" for match in _NAME.finditer(text))


class Scope:
    """The variables that one job sees, the nearest first, with ``extra`` known values below them all.

    ``unsure``: names whose value depends on files that may not be included.
    """

    __slots__ = ("_expanded", "extra", "layers", "unsure")

    def __init__(
        self, layers: tuple[Map[str, Variable], ...], extra: Map[str, Value], unsure: frozenset[str] = frozenset()
    ) -> None:
        self.layers = layers
        self.extra = extra
        self.unsure = unsure
        self._expanded: dict[str, str | None] = {}

    def variable(self, name: str) -> Variable | None:
        """The variable of the file that has this name."""
        for layer in self.layers:
            found = layer.get(name)
            if found is not None:
                return found
        return None

    def find(self, name: str) -> str | None:
        """The text of a variable with constants put in; None where it is not constant."""
        return self._find(name, 0)

    def _find(self, name: str, depth: int) -> str | None:
        if name in self._expanded:
            return self._expanded[name]
        if depth > MAX_DEPTH or name in self.unsure:
            return None
        variable = self.variable(name)
        if variable is None:
            value = self.extra.get(name)
            return value if isinstance(value, str) and not isinstance(value, Sample) else None
        chosen = self._chosen(name, variable)
        if chosen is not variable:
            return chosen if isinstance(chosen, str) else None
        text: str | None = variable.raw
        if variable.expand and variable.raw:
            self._expanded[name] = None
            text = expand(variable.raw, lambda inner: self._find(inner, depth + 1))
        self._expanded[name] = text
        return text

    def expand(self, text: str) -> str:
        """A text with the constants of this scope put in."""
        return expand(text, self.find)

    def value(self, name: str) -> Value:
        """A variable's value for an expression."""
        if name in self.unsure:
            return ANYTHING
        if name.startswith("inputs."):
            return self.extra.get(name, ANYTHING)
        variable = self.variable(name)
        if variable is None:
            return self.extra[name] if name in self.extra else predefined(name)
        chosen = self._chosen(name, variable)
        if not isinstance(chosen, Variable):
            return chosen
        text = self._with_samples(variable, 0)
        if not unresolved(text):
            return text
        if "$" in text.replace("$$", "") and _only_variable(text):
            return self.extra.get(text.strip("${}"), predefined(text.strip("${}")))
        return FILLED if has_literal(text) else ANYTHING

    def _chosen(self, name: str, variable: Variable) -> Value | Variable:
        """What whoever starts the pipeline chooses for a variable; the variable itself where that is nothing."""
        if f"={name}" in self.extra:
            return self.extra[f"={name}"]
        if "$[[" in variable.original:
            key = f"inputs.{input_name(variable.original)}"
            if key in self.extra:
                return self.extra[key]
        return variable

    def _with_samples(self, variable: Variable, depth: int) -> str:
        """A variable's text for comparing, where samples will do."""
        if not variable.expand or depth > MAX_DEPTH:
            return variable.raw

        def find(name: str) -> str | None:
            if name in self.unsure:
                return None
            inner = self.variable(name)
            if inner is not None and inner is not variable:
                return self._with_samples(inner, depth + 1)
            value = self.extra.get(name, ANYTHING)
            return "" if value is None else value if isinstance(value, str) else None

        return expand(variable.raw, find)

    def with_layer(self, layer: Map[str, Variable]) -> Scope:
        """The same scope below another layer."""
        return Scope((layer, *self.layers), self.extra, self.unsure.difference(layer)) if layer else self


def _only_variable(text: str) -> bool:
    return re.fullmatch(r"\$\w+|\$\{\w+\}", text) is not None


def has_literal(text: str) -> bool:
    """Whether a text is more than variables."""
    return bool(_NAME.sub("", text).strip()) and "$[[" not in text


_ALWAYS_SET: Final = (
    "CI_PROJECT_", "CI_SERVER_", "CI_API_", "CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "CI_COMMIT_AUTHOR", "CI_COMMIT_TIMESTAMP",
    "CI_COMMIT_MESSAGE", "CI_COMMIT_TITLE", "CI_PIPELINE_ID", "CI_PIPELINE_IID", "CI_PIPELINE_URL", "CI_PIPELINE_CREATED_AT",
    "CI_CONFIG_PATH", "CI_JOB_NAME", "CI_JOB_STAGE", "GITLAB_USER_",
)  # fmt: skip
_NEVER_ALWAYS_SET: Final = (
    "CI_PROJECT_CLASSIFICATION_LABEL",
    "CI_PROJECT_REPOSITORY_LANGUAGES",
    "CI_PROJECT_DESCRIPTION",
    "CI_PROJECT_TOPICS",
)
_ONLY_THERE: Final = (
    "CI_MERGE_REQUEST_",
    "CI_EXTERNAL_PULL_REQUEST_",
    "CHAT_",
    "TRIGGER_PAYLOAD",
    "CI_TRIGGER_SHORT_TOKEN",
)


def predefined(name: str) -> Value:
    """What is known of a variable that neither the file nor the way of starting sets."""
    if name.startswith(_ONLY_THERE):
        return None
    if name.startswith(_ALWAYS_SET) and name not in _NEVER_ALWAYS_SET:
        return FILLED
    return ANYTHING
