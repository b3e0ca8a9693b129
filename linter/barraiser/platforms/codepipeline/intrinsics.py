"""Values of a CloudFormation template: intrinsic functions resolved as far as constants go, conditions three-valued.

Nothing is fetched or evaluated outside the template. Text that cannot be known stays as ``${Name}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Known
from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of, any_of, negate, tri
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

MAX_TEXT: Final = 100_000
"""Characters of one resolved text: a buildspec in a template is smaller; what is built up beyond that stays unknown."""

MAX_BUILT: Final = 8_000_000
"""Characters of all texts together that calls build in one template: a large template builds some 100,000."""

_MAX_DEPTH: Final = 40
_MAX_NAME: Final = 200
_MAX_LOOPS: Final = 5
_LOOP: Final = "Fn::ForEach::"
_MAX_ITEMS: Final = 2000
_NAMES: Final = frozenset(
    ("Ref", "Condition", "Base64", "Cidr", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue", "Join", "Length", "Select",
     "Split", "Sub", "ToJsonString", "Transform", "And", "Or", "Not", "Equals")
)  # fmt: skip
_VARIABLE: Final = re.compile(r"\$\{([^${}]{1,300})\}")
_REF_IS_NAME: Final = {
    "AWS::AppConfig::Application": "Name",
    "AWS::AppConfig::Environment": "Name",
    "AWS::CodeDeploy::Application": "ApplicationName",
    "AWS::CodeDeploy::DeploymentGroup": "DeploymentGroupName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ElasticBeanstalk::Environment": "EnvironmentName",
}
"""Types of resources that a deploy goes to, with the property that is their name (AppConfig's ``Ref`` is an id, which stands for it)."""

_CONSTANTS: Final = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


def intrinsic(node: Node | None) -> tuple[str, Node] | None:
    """The function that a node calls (``Ref``, ``Sub``, ``If`` ..., without ``Fn::``) and its argument; None for plain values."""
    if node is None:
        return None
    if node.tag.startswith("!"):
        name = node.tag[1:]
        return (name, node) if name in _NAMES else None
    if isinstance(node, Mapping) and len(node.pairs) == 1:
        key, value = node.pairs[0]
        name = key.value.removeprefix("Fn::")
        if name in _NAMES and (name != key.value or name in ("Ref", "Condition")):
            return name, value
    return None


def called(node: Node | None, *names: str) -> Node | None:
    """The argument if the node calls one of these functions."""
    call = intrinsic(node)
    return call[1] if call is not None and call[0] in names else None


class Branch:
    """A value with the undecidable conditions under which it is the one (empty: it is)."""

    __slots__ = ("condition", "node")

    def __init__(self, node: Node, condition: str) -> None:
        self.node = node
        self.condition = condition


class Values:
    """The values of one template. ``bindings``: loop variables of ``Fn::ForEach``. ``arguments``: the parameters that a parent gives.
    ``decided``: conditions that are taken to hold, or not. ``facts``: what unknown texts are taken to be (None: none of the texts that
    they are compared with). ``exports``: gives the text of what is imported. ``asked``: gathers the names of the conditions that were
    asked for and could not be decided.

    A document that knows no intrinsic functions (an exported pipeline) has none: ``Values(None)`` takes everything as it stands.
    """

    def __init__(
        self,
        template: Mapping | None,
        bindings: dict[str, str] | None = None,
        arguments: dict[str, str] | None = None,
        left: list[int] | None = None,
        *,
        decided: Known[str, Tri] | None = None,
        facts: Known[str, str | None] | None = None,
        asked: dict[str, None] | None = None,
        exports: Callable[[str], str | None] | None = None,
    ) -> None:
        self.exports = exports
        self.template = template
        self.bindings = bindings or {}
        self.arguments = arguments or {}
        self._left = left if left is not None else [MAX_BUILT]
        self._parameters = template.mapping("Parameters") if template is not None else None
        self._mappings = template.mapping("Mappings") if template is not None else None
        self._conditions = template.mapping("Conditions") if template is not None else None
        self._resources = template.mapping("Resources") if template is not None else None
        self._given: Known[str, Tri] = decided or {}
        self._decided: dict[str, Tri] = dict(self._given)
        self._facts: Known[str, str | None] = facts or {}
        self.asked = asked if asked is not None else {}
        self._looped: dict[str, tuple[Node, Values]] | None = None
        self._depth = 0
        self._naming: set[str] = set()

    def bound(self, bindings: dict[str, str]) -> Values:
        """The same template inside a loop."""
        values = self._copy({**self.bindings, **bindings}, self._given)
        values._decided = self._decided  # conditions are the whole template's
        return values

    def looped_name(self, name: str) -> str:
        """A logical id inside loops."""
        for variable, value in self.bindings.items():
            name = name.replace(f"${{{variable}}}", value).replace(f"&{{{variable}}}", value)
        return name

    def assuming(self, condition: str) -> Values:
        """The same template where a condition is known to hold."""
        return self._copy(self.bindings, {**self._given, condition: YES})

    def _copy(self, bindings: dict[str, str], decided: Known[str, Tri]) -> Values:
        return Values(
            self.template, bindings, self.arguments, self._left, decided=decided, facts=self._facts, asked=self.asked,
            exports=self.exports,
        )  # fmt: skip

    def condition(self, name: str) -> tuple[Node, Values] | None:
        """What the template writes for a condition, and the values that hold there; None where it writes nothing."""
        node = self._conditions.get(name) if self._conditions is not None else None
        if node is not None:
            return node, self
        if self._looped is None:
            loops = self._conditions is not None and any(key.value.startswith(_LOOP) for key, _ in self._conditions)
            self._looped = (
                {key: (node, inside) for key, node, inside in expanded(self._conditions, self)} if loops else {}
            )
        return self._looped.get(name)

    def parameter(self, name: str) -> Mapping | None:
        """What the template declares for a parameter."""
        return self._parameters.mapping(name) if self._parameters is not None else None

    def calls(self, node: Node) -> bool:
        """Whether a value is a call of a function, where there are any."""
        return self.template is not None and intrinsic(node) is not None

    # Text

    def text(self, node: Node | None) -> str:
        """A value as text; empty for nothing, for ``AWS::NoValue``, and for lists and mappings that call nothing."""
        if node is None or self._depth > _MAX_DEPTH:
            return ""
        call = intrinsic(node) if self.template is not None else None
        if call is None:
            return "" if not isinstance(node, Scalar) or node.is_null() else node.value
        self._depth += 1
        try:
            text = self._called(*call)
        finally:
            self._depth -= 1
        if call[0] != "Ref":
            self._left[0] -= len(text)
        return text if len(text) <= MAX_TEXT and self._left[0] > 0 else "${...}"

    def _called(self, name: str, argument: Node) -> str:
        if name == "Ref":
            return self._ref(_plain(argument))
        if name == "Sub":
            return self._sub(argument)
        if name == "Join":
            return self._join(argument)
        if name == "If":
            return self._if_text(argument)
        if name == "GetAtt":
            parts = [_plain(item) for item in _items(argument)] or [_plain(argument)]
            return _unknown(".".join(part for part in parts if part))
        if name == "FindInMap":
            found = self._find(argument)
            return found.value if isinstance(found, Scalar) else _unknown(self._name_of_map(argument))
        if name == "Select":
            return self._select(argument)
        if name == "ImportValue":
            name = self._import_name(argument)
            return (self.exports(name) if self.exports is not None else None) or _unknown(name)
        if name == "Split":
            return ",".join(self.texts(_wrapped("Split", argument)))
        if name == "Base64":
            return self.text(argument) or _plain(argument)
        if name == "Condition":
            return ""
        return _unknown(name)

    def imported(self, node: Node | None) -> str:
        """The name that a value imports; empty where it imports nothing."""
        argument = called(node, "ImportValue") if self.template is not None else None
        return self._import_name(argument) if argument is not None else ""

    def _import_name(self, argument: Node) -> str:
        return _plain(argument) if argument.tag == "!ImportValue" else self.text(argument)

    def _ref(self, name: str) -> str:
        if name in self.bindings:
            return self.bindings[name]
        if name == "AWS::NoValue":
            return ""
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        default = self._default(name)
        if default is not None:
            return default
        if self._resources is not None and name in self._resources:
            return self._named(name) or name
        return _unknown(name)

    def _named(self, name: str) -> str:
        """The name that a template gives to a resource of which ``Ref`` is the name; empty where there is none."""
        resource = self._resources.mapping(name) if self._resources is not None else None
        key = _REF_IS_NAME.get(resource.text("Type")) if resource is not None else None
        properties = resource.mapping("Properties") if resource is not None and key is not None else None
        given = properties.get(key) if properties is not None and key is not None else None
        if given is None or name in self._naming:
            return ""
        self._naming.add(name)
        found = self.text(given)
        self._naming.discard(name)
        return found

    def _default(self, name: str) -> str | None:
        """The default of a parameter; None if it has none. Those that name a store's key stand for a value that is not here."""
        if name in self.arguments:
            return self.arguments[name]
        parameter = self._parameters.mapping(name) if self._parameters is not None else None
        default = parameter.get("Default") if parameter is not None else None
        if parameter is None or not isinstance(default, Scalar) or parameter.text("Type").startswith("AWS::SSM::"):
            return None
        return default.value

    def _sub(self, argument: Node) -> str:
        items = _items(argument)
        own: dict[str, str] = {}
        template = argument
        if items:
            template = items[0]
            variables = items[1] if len(items) > 1 else None
            for key, value in variables if isinstance(variables, Mapping) else ():
                own[key.value] = self.text(value)
        if not isinstance(template, Scalar):
            return ""
        size = len(template.value)

        def put(match: re.Match[str]) -> str:
            nonlocal size
            name = match.group(1).strip()
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if size > MAX_TEXT:
                return match.group()
            value = own[name] if name in own else self._ref(name) if "." not in name else _unknown(name)
            size += len(value)
            return value

        return _VARIABLE.sub(put, template.value)

    def _join(self, argument: Node) -> str:
        items = _items(argument)
        if len(items) != 2:
            return ""
        texts = self.texts(items[1])
        delimiter = self.text(items[0])
        if sum(map(len, texts)) + len(delimiter) * len(texts) > MAX_TEXT:
            return "${...}"
        return delimiter.join(texts)

    def _if_text(self, argument: Node) -> str:
        items = _items(argument)
        if len(items) != 3:
            return ""
        name = _plain(items[0])
        holds = self.holds(name)
        if holds != MAYBE:
            return self.text(items[1] if holds == YES else items[2])
        then, other = self.text(items[1]), self.text(items[2])
        return then if then == other else _unknown(name)

    def _select(self, argument: Node) -> str:
        items = _items(argument)
        if len(items) != 2:
            return ""
        texts = self.texts(items[1])
        index = self.text(items[0])
        if index.isdecimal() and len(index) < 6 and int(index) < len(texts):
            return texts[int(index)]
        return _unknown("Select")

    def _name_of_map(self, argument: Node) -> str:
        return ".".join(self.text(item) or "?" for item in _items(argument)[:3]).replace("${", "").replace("}", "")

    def _find(self, argument: Node) -> Node | None:
        keys = [self.text(item) for item in _items(argument)]
        node: Node | None = self._mappings
        for key in keys[:3]:
            node = node.get(key) if isinstance(node, Mapping) else None
        return node if len(keys) >= 3 else None

    # Lists and mappings

    def texts(self, node: Node | None) -> list[str]:
        """A list of texts, items that do not exist left out."""
        if self._depth > _MAX_DEPTH:
            return []
        self._depth += 1
        try:
            return self._texts(node)
        finally:
            self._depth -= 1

    def _texts(self, node: Node | None) -> list[str]:
        split = called(node, "Split") if self.template is not None else None
        if split is not None:
            items = _items(split)
            delimiter = self.text(items[0]) if len(items) == 2 else ""
            text = self.text(items[1]) if len(items) == 2 else ""
            return text.split(delimiter)[:_MAX_ITEMS] if delimiter and "${" not in text else [text]
        reference = called(node, "Ref") if self.template is not None else None
        if reference is not None:
            text = self._ref(_plain(reference))
            parameter = self._parameters.mapping(_plain(reference)) if self._parameters is not None else None
            listed = parameter is not None and "List" in parameter.text("Type")
            return (
                [part.strip() for part in text.split(",")][:_MAX_ITEMS] if listed and text else [text] if text else []
            )
        texts: list[str] = []
        for branch in self.items(node):
            text = self.text(branch.node)
            if text or intrinsic(branch.node) is None:
                texts.append(text)
        return texts

    def branches(self, node: Node | None) -> list[Branch]:
        """What a value may be: itself, or the sides of an ``Fn::If``; nothing for what does not exist.

        The condition of a side that is undecidable is its name, ``not NAME`` for the other.
        """
        found: list[Branch] = []
        waiting = [(node, "", 0)]
        while waiting and len(found) < _MAX_ITEMS:
            current, condition, depth = waiting.pop()
            if current is None or depth > _MAX_DEPTH or self._is_no_value(current):
                continue
            choice = _items(called(current, "If")) if self.template is not None else []
            if len(choice) == 3:
                name = _plain(choice[0])[:_MAX_NAME]
                holds = self.holds(name)
                for side, value, text in ((NO, choice[2], f"not {name}"), (YES, choice[1], name)):
                    if holds == MAYBE:
                        waiting.append((value, _both(condition, text), depth + 1))
                    elif holds == side:
                        waiting.append((value, condition, depth + 1))
                continue
            found_in_map = called(current, "FindInMap") if self.template is not None else None
            looked_up = self._find(found_in_map) if found_in_map is not None else None
            found.append(Branch(looked_up if looked_up is not None else current, condition))
        return found

    def items(self, node: Node | None) -> list[Branch]:
        """The items of a list, each with the conditions under which it is there."""
        found: list[Branch] = []
        for whole in self.branches(node):
            if not isinstance(whole.node, Sequence) or self.calls(whole.node):
                continue
            for item in whole.node.items:
                if len(found) >= _MAX_ITEMS:
                    return found
                found += [Branch(each.node, _both(whole.condition, each.condition)) for each in self.branches(item)]
        return found

    def mapping(self, node: Node | None) -> Mapping | None:
        """A value as a mapping: of several possible ones the first."""
        for branch in self.branches(node):
            if isinstance(branch.node, Mapping) and (self.template is None or intrinsic(branch.node) is None):
                return branch.node
        return None

    def _is_no_value(self, node: Node) -> bool:
        if self.template is None:
            return False
        reference = called(node, "Ref")
        return reference is not None and _plain(reference) == "AWS::NoValue"

    # Conditions

    def holds(self, name: str) -> Tri:
        """Whether a condition of the template holds; maybe where it rests on what is unknown, or goes round in a circle."""
        answer = self._holds(name)
        if answer == MAYBE and name:
            self.asked[name] = None
        return answer

    def _holds(self, name: str) -> Tri:
        known = self._decided.get(name)
        if known is not None:
            return known
        found = self.condition(name)
        self._decided[name] = MAYBE
        if found is not None:
            condition, inside = found
            inside._depth = self._depth
            self._decided[name] = inside._condition(condition)
        return self._decided[name]

    def _condition(self, node: Node) -> Tri:
        call = intrinsic(node)
        if call is None or self._depth > _MAX_DEPTH:
            return MAYBE
        name, argument = call
        self._depth += 1
        try:
            if name == "Condition":
                return self._holds(_plain(argument))
            operands = _items(argument)
            if name == "Equals" and len(operands) == 2:
                return self._equal(self._operand(operands[0]), self._operand(operands[1]))
            if name == "Not" and len(operands) == 1:
                return negate(self._condition(operands[0]))
            if name in ("And", "Or") and operands:
                values = [self._condition(operand) for operand in operands[:_MAX_ITEMS]]
                return all_of(values) if name == "And" else any_of(values)
            return MAYBE
        finally:
            self._depth -= 1

    def _operand(self, node: Node) -> str | None:
        """A side of an ``Equals``: what is unknown stands in it as ``${Name}``; None where it is no text."""
        return None if intrinsic(node) is None and not isinstance(node, Scalar) else self.text(node)

    def _equal(self, left: str | None, right: str | None) -> Tri:
        if left is None or right is None:
            return MAYBE
        unknown = [text for text in (left, right) if "${" in text]
        if len(unknown) == 1:
            return self._equals_fact(unknown[0], left if unknown[0] is right else right)
        return MAYBE if unknown else tri(left == right)

    def _equals_fact(self, unknown: str, text: str) -> Tri:
        """An unknown text compared with a known one. Said to be none of those that it is compared with, it is not this one."""
        return tri(self._facts[unknown] == text) if unknown in self._facts else MAYBE


def resources_of(template: Mapping, values: Values) -> Iterator[tuple[str, Mapping, Values]]:
    """The resources of a template by logical id, loops expanded, each with the values that hold inside it."""
    for logical, node, inside in expanded(template.mapping("Resources"), values):
        if isinstance(node, Mapping):
            yield logical, node, inside


def expanded(section: Mapping | None, values: Values) -> Iterator[tuple[str, Node, Values]]:
    """The entries of a section, ``Fn::ForEach`` expanded (also loops in loops), each with the values that hold inside it."""
    waiting: list[tuple[str, Node, Values, int]] = [(key.value, node, values, 0) for key, node in section or ()][::-1]
    made = 0
    while waiting:
        name, node, inside, depth = waiting.pop()
        if not name.startswith(_LOOP):
            yield name, node, inside
            continue
        items = node.items if isinstance(node, Sequence) else []
        if len(items) != 3 or not isinstance(items[2], Mapping) or depth >= _MAX_LOOPS:
            continue
        variable = _plain(items[0])
        found: list[tuple[str, Node, Values, int]] = []
        for value in inside.texts(items[1])[:_MAX_ITEMS]:
            bound = inside.bound({variable: value})
            for key, body in items[2]:
                made += 1
                if made > _MAX_ITEMS:
                    break
                found.append((bound.looped_name(key.value), body, bound, depth + 1))
        waiting += found[::-1]


def _both(first: str, second: str) -> str:
    return f"{first} and {second}" if first and second else first or second


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _plain(node: Node | None) -> str:
    """The text of a scalar, a tag on it not called."""
    return node.value if isinstance(node, Scalar) else ""


def _wrapped(name: str, argument: Node) -> Node:
    """A call as a node again, where only its parts are at hand."""
    whole = Mapping(argument.path, argument.line, argument.column)
    whole.pairs.append((Scalar(f"Fn::{name}", argument.path, argument.line, argument.column, argument.line), argument))
    return whole


def _unknown(name: str) -> str:
    return f"${{{name.replace('${', '').replace('}', '')}}}"
