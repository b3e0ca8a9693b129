"""Terraform modules of a repository: their files, names, and who calls them with which arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from barraiser.platforms.codepipeline import terraform_functions
from barraiser.platforms.codepipeline.terraform_values import (
    FILE,
    RESOURCE,
    Evaluator,
    Scope,
    is_absent,
    like,
    missing,
    number_of,
    pairs_of,
    truth,
    written,
)
from barraiser.source import nodes
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Document, Node, Scalar, Sequence
from barraiser.source.repository import Repository

MAX_FILES: Final = 200
"""Files of one module folder that are read."""

MAX_CALLS: Final = 12
"""Calls of one module that are followed, each an own set of arguments."""

MAX_LEVELS: Final = 6
MAX_INSTANCES: Final = 100
_ANCHOR: Final = "//"
"""What ``path.module`` starts with here: a path from the repository's root."""

_FILES: Final = (("local_file", "content"), ("template_file", "rendered"))
_META: Final = frozenset(("source", "version", "providers", "count", "for_each", "depends_on", "lifecycle"))


class Instance:
    """One instance of a resource or block: ``index`` is empty, ``[0]`` or ``["key"]``; ``condition``: what decides whether it is there."""

    __slots__ = ("condition", "index", "key", "scope")

    def __init__(self, scope: Scope, index: str = "", key: str = "", condition: str = "") -> None:
        self.scope = scope
        self.index = index
        self.key = key
        self.condition = condition


def is_automatic(name: str) -> bool:
    """Whether Terraform takes a file of variables by itself, by its name."""
    return name in ("terraform.tfvars", "terraform.tfvars.json") or name.endswith((".auto.tfvars", ".auto.tfvars.json"))


class Module:
    """A folder of Terraform files as one call uses it.

    ``arguments``: what the call gives, worked out; ``address``: ``module.a.module.b``, empty for a root; ``errors``: files that cannot
    be read; ``files``: those that were.
    """

    def __init__(
        self,
        folder: str,
        repository: Repository,
        evaluator: Evaluator,
        *,
        parent: Module | None = None,
        arguments: Mapping[str, Node] | None = None,
        address: str = "",
        var_file: str = "",
    ) -> None:
        self.folder = folder
        self._var_file = var_file
        self.repository = repository
        self.evaluator = evaluator
        self.parent = parent
        self.arguments: Mapping[str, Node] = arguments or {}
        self.address = address
        self.level: int = parent.level + 1 if parent is not None else 0
        self.files: list[str] = []
        self.errors: list[tuple[str, SourceError]] = []
        self.scope = Scope(self)
        self._locals: dict[str, Node] = {}
        self._variables: dict[str, Node | None] = {}
        self._outputs: dict[str, Node | None] = {}
        self._resources: dict[str, dict[str, nodes.Mapping]] = {}
        self._data: dict[str, dict[str, nodes.Mapping]] = {}
        self._calls: dict[str, nodes.Mapping] = {}
        self._given: dict[str, Node] = {}
        self._known: dict[tuple[str, ...], Node] = {}
        self._working: set[tuple[str, ...]] = set()
        self._children: dict[tuple[str, str], Module | None] = {}
        self._load()

    # Files

    def _load(self) -> None:
        names = self.repository.folder(self.folder)
        for name in [name for name in names if name.endswith(".tf")][:MAX_FILES]:
            document = self._document(f"{self.folder}/{name}" if self.folder else name)
            if document is not None and isinstance(document.root, nodes.Mapping):
                self._take(document.root)
        if self.parent is None:
            taken = sorted(
                filter(is_automatic, names), key=lambda name: (not name.startswith("terraform.tfvars"), name)
            )
            paths = [f"{self.folder}/{name}" if self.folder else name for name in taken]
            for path in [*paths, self._var_file] if self._var_file else paths:
                document = self._document(path)
                root = document.root if document is not None else None
                for key, value in root if isinstance(root, nodes.Mapping) else ():
                    self._given[key.value] = value

    def declared(self) -> set[str]:
        """The names of the module's variables."""
        return set(self._variables)

    def needed(self) -> set[str]:
        """The names of those that have neither a default nor a value."""
        return {name for name, default in self._variables.items() if default is None} - self._given.keys()

    def _document(self, path: str) -> Document | None:
        try:
            document = self.repository.documents(path)[0]
        except SourceError as error:
            self.errors.append((path, error))
            return None
        self.files.append(path)
        return document

    def _take(self, root: nodes.Mapping) -> None:
        for block in blocks_of(root.get("locals")):
            for key, value in block:
                self._locals[key.value] = value
        for kind, into in (("variable", self._variables), ("output", self._outputs)):
            for name, block in labelled(root.get(kind)):
                into[name.value] = block.get("default" if kind == "variable" else "value")
        for name, block in labelled(root.get("module")):
            self._calls[name.value] = block
        for word, table in (("resource", self._resources), ("data", self._data)):
            groups = root.get(word)
            for kind_key, group in groups if isinstance(groups, nodes.Mapping) else ():
                for name, block in labelled(group):
                    table.setdefault(kind_key.value, {})[name.value] = block

    # Names

    def named(self, path: list[str], scope: Scope) -> tuple[Node | None, int]:
        """See :class:`barraiser.platforms.codepipeline.terraform_values.Names`."""
        head = path[0]
        if head == "path":
            return (self._path(path[1]), 2) if len(path) > 1 and path[1] in ("module", "root") else (None, 0)
        if head == "data":
            return (self._once((head, *path[1:4]), path[2], path[1]), 4) if len(path) > 3 else (None, 0)
        if head in ("self", "terraform", "each", "count") or len(path) < 2:
            return None, 0
        key = (head, path[1])
        if head in ("var", "local", "module"):
            return self._once(key, path[1], head), 2
        if path[1] in self._resources.get(head, {}):
            return self._resource(head, path), 3 if self._is_single(head, path[1]) and len(path) > 2 else 2
        return None, 0

    def _once(self, key: tuple[str, ...], name: str, kind: str) -> Node | None:
        """A named value, worked out once; None while it is worked out already, or where there is none."""
        if key in self._known:
            return self._known[key]
        if key in self._working:
            return None
        self._working.add(key)
        try:
            if key[0] == "data":
                found = self._file_data(kind, name, key[-1])
            else:
                found = {"var": self._variable, "local": self._local, "module": self._module_value}[kind](name)
        finally:
            self._working.discard(key)
        if found is not None:
            self._known[key] = found
        return found

    def _variable(self, name: str) -> Node | None:
        if name in self.arguments:
            given = self.arguments[name]
            default = self._variables.get(name)
            return given if default is None or not is_absent(given) else self.evaluator.value(default, self.scope)
        written_value = self._given.get(name) or self._variables.get(name)
        return self.evaluator.value(written_value, self.scope) if written_value is not None else None

    def _local(self, name: str) -> Node | None:
        value = self._locals.get(name)
        return self.evaluator.value(value, self.scope) if value is not None else None

    def _file_data(self, kind: str, name: str, attribute: str) -> Node | None:
        """The text of a file that a data source reads; all other data is the provider's."""
        body = self._data.get(kind, {}).get(name)
        if body is None or (kind, attribute) not in _FILES:
            return None
        if kind == "template_file":
            return self.evaluator.value(body.get("template"), self.scope)
        path = self.evaluator.value(body.get("filename"), self.scope)
        found = self.file(path.value) if isinstance(path, Scalar) and not path.tag else ""
        return terraform_functions.file_at(found, path) if found else None

    def _path(self, which: str) -> Scalar:
        module = self if which == "module" else self.root()
        return Scalar(f"{_ANCHOR}{module.folder}", module.folder, 1, 1, 1, '"')

    def root(self) -> Module:
        """The module at the top of the calls."""
        module = self
        while module.parent is not None:
            module = module.parent
        return module

    # Resources

    def resources(self, kind: str) -> Iterator[tuple[str, nodes.Mapping]]:
        """The resources of a type: names and bodies."""
        yield from self._resources.get(kind, {}).items()

    def _is_single(self, kind: str, name: str) -> bool:
        body = self._resources[kind][name]
        return "count" not in body and "for_each" not in body

    def _resource(self, kind: str, path: list[str]) -> Node | None:
        """A resource's attribute, where there is one instance; else all its instances with their attributes."""
        body = self._resources[kind][path[1]]
        single = self._is_single(kind, path[1])
        key = (kind, *path[1:3]) if single else (kind, path[1])
        if key in self._known:
            return self._known[key]
        if key in self._working:
            return None
        self._working.add(key)
        try:
            if single and len(path) > 2:
                attribute = body.get(path[2])
                found = self.evaluator.value(attribute, self.scope) if attribute is not None else None
            else:
                found = self._instances_of(body)
        finally:
            self._working.discard(key)
        if found is not None:
            self._known[key] = found
        return found

    def _instances_of(self, body: nodes.Mapping) -> Node | None:
        found = self.instances(body, self.scope)
        if not found:
            return like(body, [])
        if any(each.condition for each in found) or (found[0].index == "" and not self._plain(body)):
            return None
        values = [self._attributes(body, each.scope) for each in found]
        if "for_each" in body:
            by_key = nodes.Mapping(body.path, body.line, body.column)
            by_key.pairs = [(Scalar(each.key, body.path, body.line, body.column, body.line, '"'), value)
                            for each, value in zip(found, values, strict=True)]  # fmt: skip
            return by_key
        return like(body, list(values)) if "count" in body else values[0]

    def _plain(self, body: nodes.Mapping) -> bool:
        return "count" not in body and "for_each" not in body

    def _attributes(self, body: nodes.Mapping, scope: Scope) -> nodes.Mapping:
        found = nodes.Mapping(body.path, body.line, body.column, RESOURCE)
        found.pairs = [(key, self.evaluator.value(value, scope)) for key, value in body]
        return found

    def instances(self, body: nodes.Mapping, scope: Scope) -> list[Instance]:
        """The instances that ``count`` or ``for_each`` of a block make; where they are not known, one with its names unknown."""
        each, count = body.get("for_each"), body.get("count")
        if each is not None:
            return self._of_each(each, scope, "each")
        if count is None:
            return [Instance(scope)]
        found: list[Instance] = []
        for value, condition in self.choices(count, scope):
            number = number_of(value)
            if number is None:
                return [Instance(scope, condition=written(count))]
            for at in range(min(int(number), MAX_INSTANCES)):
                names = {
                    "count": _pair(count, {"index": Scalar(str(at), count.path, count.line, count.column, count.line)})
                }
                index = f"[{at}]" if number > 1 else ""
                found.append(Instance(scope.with_names(names), index, str(at), condition))
        return found

    def _of_each(self, each: Node, scope: Scope, iterator: str) -> list[Instance]:
        found: list[Instance] = []
        for value, condition in self.choices(each, scope):
            pairs = pairs_of(value) if not is_absent(value) else []
            if pairs is None:
                return [Instance(scope, condition=f"for each {written(each)}")]
            for key, item in pairs[:MAX_INSTANCES]:
                name = key.value if isinstance(key, Scalar) else ""
                names = {iterator: _pair(each, {"key": key, "value": item})}
                found.append(Instance(scope.with_names(names), f'["{name}"]', name, condition))
        return found

    def dynamic(self, body: nodes.Mapping, label: str, scope: Scope) -> list[Instance] | None:
        """The passes of a ``dynamic`` block; None where they are not known."""
        given = body.get("iterator")
        iterator = given.value if isinstance(given, Scalar) else label
        each = body.get("for_each")
        if each is None:
            return None
        found: list[Instance] = []
        for value, condition in self.choices(each, scope):
            pairs = [] if is_absent(value) else pairs_of(value)
            if pairs is None:
                return None
            for key, item in pairs[:MAX_INSTANCES]:
                names = {iterator: _pair(each, {"key": key, "value": item})}
                name = key.value if isinstance(key, Scalar) else ""
                found.append(Instance(scope.with_names(names), f"[{name}]", name, condition))
        return found

    def choices(self, node: Node, scope: Scope) -> list[tuple[Node, str]]:
        """The values that an expression can have, each with what decides: both sides of a choice that is not known, else one."""
        if isinstance(node, Sequence) and node.tag == "!if":
            holds = truth(self.evaluator.value(node.items[0], scope))
            text = written(node.items[0])
            if holds is None:
                sides = [(node.items[1], text), (node.items[2], f"!({text})")]
                return [(self.evaluator.value(side, scope), condition) for side, condition in sides]
        return [(self.evaluator.value(node, scope), "")]

    # Modules that this one calls

    def children(self) -> list[Module]:
        """The modules of the repository that this one calls, each instance."""
        found: list[Module] = []
        if self.level >= MAX_LEVELS:
            return found
        for name, body in self._calls.items():
            for instance in self.instances(body, self.scope)[:MAX_INSTANCES]:
                child = self.child(name, instance)
                if child is not None:
                    found.append(child)
        return found

    def child(self, name: str, instance: Instance) -> Module | None:
        """One instance of a call; None where its source is not in the repository."""
        key = (name, instance.index)
        if key not in self._children:
            body = self._calls[name]
            folder = folder_of(body, self.folder, self.repository)
            if folder is None or self.level >= MAX_LEVELS:
                self._children[key] = None
            else:
                arguments = {
                    argument.value: self.evaluator.value(value, instance.scope)
                    for argument, value in body
                    if argument.value not in _META
                }
                address = f"{self.address}.module.{name}" if self.address else f"module.{name}"
                self._children[key] = Module(
                    folder, self.repository, self.evaluator, parent=self, arguments=arguments,
                    address=f"{address}{instance.index}",
                )  # fmt: skip
        return self._children[key]

    def calls_of(self, folder: str) -> list[str]:
        """The names of the calls whose source is a folder."""
        return [name for name, body in self._calls.items() if folder_of(body, self.folder, self.repository) == folder]

    def call(self, name: str) -> nodes.Mapping:
        """The body of a call."""
        return self._calls[name]

    def _module_value(self, name: str) -> Node | None:
        """What ``module.NAME`` stands for: its outputs; by key or in a list where it is called several times."""
        body = self._calls.get(name)
        if body is None:
            return None
        values: list[tuple[Instance, nodes.Mapping]] = []
        for instance in self.instances(body, self.scope):
            child = self.child(name, instance)
            if child is None or instance.condition:
                return None
            outputs = nodes.Mapping(body.path, body.line, body.column, RESOURCE)
            for output, value in child._outputs.items():
                at = Scalar(output, body.path, body.line, body.column, body.line)
                outputs.pairs.append(
                    (at, self.evaluator.value(value, child.scope) if value is not None else missing(at))
                )
            values.append((instance, outputs))
        if "for_each" in body:
            by_key = nodes.Mapping(body.path, body.line, body.column)
            by_key.pairs = [
                (Scalar(each.key, body.path, body.line, body.column, body.line, '"'), value) for each, value in values
            ]
            return by_key
        if "count" in body:
            return like(body, [value for _, value in values])
        return values[0][1] if values else None

    def file(self, written_path: str) -> str:
        """The file that ``file("...")`` names, relative to the repository's root; empty where there is none."""
        if written_path.startswith(_ANCHOR):
            bases, path = [""], written_path[len(_ANCHOR) :]
        else:
            bases, path = [self.root().folder, self.folder, ""], written_path
        for base in bases:
            inside = self.repository.inside(path, base)
            if inside and self.repository.exists(inside):
                return inside
        return ""


def evaluator_for(repository: Repository) -> Evaluator:
    """An evaluator that knows the functions, those that read files of the repository among them."""
    evaluator = Evaluator()

    def call(name: str, arguments: list[Node], node: Sequence, inner: Evaluator, scope: Scope) -> Node | None:
        if not terraform_functions.names_a_file(name):
            return terraform_functions.call(name, arguments, node, inner, scope)
        first = arguments[0] if arguments else None
        if not isinstance(first, Scalar) or not isinstance(scope.module, Module):
            return None
        if name in ("file", "templatefile"):
            path = scope.module.file(first.value) if not first.tag else ""
            return terraform_functions.file_at(path, node) if path else None
        if first.tag == FILE:
            try:
                return repository.documents(first.value)[0].root
            except SourceError:
                return None
        return terraform_functions.decoded(first)

    evaluator.functions = call
    return evaluator


def folder_of(call: nodes.Mapping, folder: str, repository: Repository) -> str | None:
    """The folder that a call's ``source`` names; None where it is not in the repository."""
    source = call.text("source")
    if not source.startswith(("./", "../")):
        return None
    inside = repository.inside(source, folder)
    return inside if inside is not None and any(name.endswith(".tf") for name in repository.folder(inside)) else None


# Trees


def blocks_of(node: Node | None) -> list[nodes.Mapping]:
    """The bodies of the blocks of one type."""
    items = node.items if isinstance(node, Sequence) and not node.tag else []
    return [item for item in items if isinstance(item, nodes.Mapping)]


def labelled(node: Node | None) -> Iterator[tuple[Scalar, nodes.Mapping]]:
    """The labels and bodies of blocks with one label (left)."""
    for key, value in node if isinstance(node, nodes.Mapping) else ():
        for body in blocks_of(value):
            yield key, body


def _pair(at: Node, names: Mapping[str, Node]) -> nodes.Mapping:
    found = nodes.Mapping(at.path, at.line, at.column)
    found.pairs = [(Scalar(name, at.path, at.line, at.column, at.line), value) for name, value in names.items()]
    return found
