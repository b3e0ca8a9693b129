"""Deep merges, ``extends`` and ``!reference``: from what files write to what jobs are."""

from __future__ import annotations

from typing import Final

from barraiser.platforms.gitlab.reading import Reading, refused
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence

MAX_EXTENDS: Final = 11
MAX_REFERENCES: Final = 10
REFERENCE: Final = "!reference"


def deep_merge(base: Mapping, over: Mapping, reading: Reading, skip: tuple[str, ...] = ()) -> Mapping:
    """``over`` laid on ``base``: mappings are merged, everything else is replaced. Keys keep the place of the last that writes them.

    ``skip``: keys of ``base`` that are left out.
    """
    reading.spend(len(base) + len(over), over)
    merged = Mapping(over.path, over.line, over.column, over.tag)
    merged.end_line = over.end_line
    pairs: dict[str, tuple[Scalar, Node]] = {
        key.value: (key, value) for key, value in base.pairs if key.value not in skip
    }
    for key, value in over.pairs:
        known = pairs.get(key.value)
        if known is not None and isinstance(known[1], Mapping) and isinstance(value, Mapping):
            value = deep_merge(known[1], value, reading)
        pairs[key.value] = (key, value)
    merged.pairs = list(pairs.values())
    return merged


def extend_all(config: Mapping, reading: Reading) -> Mapping:
    """The configuration with every ``extends`` put in. Raises Refused for cycles and too deep nesting."""
    if not any(isinstance(value, Mapping) and "extends" in value for _, value in config.pairs):
        return config
    extender = _Extender(config, reading)
    extended = Mapping(config.path, config.line, config.column)
    extended.pairs = [
        (key, extender.extended(key.value, (key.value,)) if isinstance(value, Mapping) else value)
        for key, value in config.pairs
    ]
    return extended


class _Extender:
    def __init__(self, config: Mapping, reading: Reading) -> None:
        self.config = config
        self.reading = reading
        self.done: dict[str, Mapping] = {}
        self.level: dict[str, int] = {}

    def extended(self, name: str, path: tuple[str, ...]) -> Mapping:
        """A job with its bases below it; ``path`` is the chain of names that leads here."""
        known = self.done.get(name)
        if known is not None:
            return known
        own = self.config.get(name)
        assert isinstance(own, Mapping)
        extends = own.get("extends")
        self.level[name] = 0
        if extends is None or (isinstance(extends, Scalar) and extends.is_null()):
            self.done[name] = own
            return own
        merged: Mapping | None = None
        for base in self._names(extends, name):
            if base.value in path:
                raise refused(
                    f"`{name}` extends itself: {' -> '.join((*path, base.value))}", base, "remove one of the `extends`"
                )
            value = self._base(base, name)
            if value is None:
                continue
            if len(path) > MAX_EXTENDS:
                raise self._too_deep(name, base)
            found = self.extended(base.value, (*path, base.value))
            self.level[name] = max(self.level[name], self.level[base.value] + 1)
            if self.level[name] > MAX_EXTENDS:
                raise self._too_deep(name, base)
            merged = found if merged is None else deep_merge(merged, found, self.reading, ("extends",))
        self.done[name] = own if merged is None else deep_merge(merged, own, self.reading, ("extends",))
        return self.done[name]

    def _too_deep(self, name: str, at: Scalar) -> Exception:
        return refused(f"`{name}`: `extends` goes more than {MAX_EXTENDS} levels deep", at, "extend fewer levels")

    def _names(self, extends: Node, job: str) -> list[Scalar]:
        items = extends.items if isinstance(extends, Sequence) and not extends.tag else [extends]
        names = [item for item in items if isinstance(item, Scalar)]
        if len(names) != len(items):
            self.reading.wrong_type(f"`extends` of `{job}`", "a job's name or a list of names", extends)
        return names

    def _base(self, base: Scalar, job: str) -> Mapping | None:
        value = self.config.get(base.value)
        if isinstance(value, Mapping):
            return value
        if value is None and (self.reading.lenient or "$[[" in base.value):
            self.reading.unread("extended job", base.value, base, (job,))
        elif value is None:
            self.reading.problem(
                f"`{job}` extends `{base.value}`, which is defined nowhere", base, "define it, or correct the name"
            )
        else:
            self.reading.problem(f"`{job}` extends `{base.value}`, which is no job", base, "extend a job")
        return None


def resolve_references(config: Mapping, reading: Reading) -> Mapping:
    """The configuration with every ``!reference`` replaced by what it names. Raises Refused for circles and too deep nesting."""
    resolved = _Resolver(config, reading).resolve(config, ())
    assert isinstance(resolved, Mapping)
    return resolved


class _Resolver:
    def __init__(self, config: Mapping, reading: Reading) -> None:
        self.config = config
        self.reading = reading
        self.known: dict[tuple[str, ...], Node | None] = {}

    def resolve(self, node: Node, chain: tuple[tuple[str, ...], ...]) -> Node:
        """A copy without references; the same node where it holds none."""
        self.reading.spend(1, node)
        if isinstance(node, Scalar):
            return node
        if isinstance(node, Sequence):
            if node.tag == REFERENCE:
                return self._referenced(node, chain)
            items = [self.resolve(item, chain) for item in node.items]
            if all(new is old for new, old in zip(items, node.items, strict=True)):
                return node
            copy = Sequence(node.path, node.line, node.column, node.tag)
            copy.end_line = node.end_line
            copy.items = items
            return copy
        values = [self.resolve(value, chain) for _, value in node.pairs]
        if all(new is pair[1] for new, pair in zip(values, node.pairs, strict=True)):
            return node
        mapping = Mapping(node.path, node.line, node.column, node.tag)
        mapping.end_line = node.end_line
        mapping.pairs = [(pair[0], new) for pair, new in zip(node.pairs, values, strict=True)]
        return mapping

    def _referenced(self, node: Sequence, chain: tuple[tuple[str, ...], ...]) -> Node:
        path = tuple(item.value for item in node.items if isinstance(item, Scalar))
        written = f"!reference [{', '.join(path)}]"
        if not path or len(path) != len(node.items):
            self.reading.problem("`!reference` must be a list of names", node, "write `!reference [.job, script]`")
            return Scalar("", node.path, node.line, node.column, node.end_line)
        if path in chain:
            raise refused(f"`{written}` refers to itself", node, "remove one of the references")
        if len(chain) >= MAX_REFERENCES:
            raise refused(
                f"`{written}` is nested more than {MAX_REFERENCES} levels deep", node, "nest fewer references"
            )
        if path not in self.known:
            target = self._target(path)
            self.known[path] = None if target is None else self.resolve(target, (*chain, path))
        found = self.known[path]
        if found is not None:
            return found
        if self.reading.lenient:
            self.reading.unread("reference", written, node)
        else:
            self.reading.problem(f"`{written}` names nothing", node, "define it, or correct the names")
        return Scalar("", node.path, node.line, node.column, node.end_line)

    def _target(self, path: tuple[str, ...]) -> Node | None:
        node: Node | None = self.config
        for name in path:
            if isinstance(node, Sequence) and node.tag != REFERENCE and name.isdecimal() and int(name) < len(node):
                node = node.items[int(name)]
            elif isinstance(node, Mapping):
                node = node.get(name)
            else:
                return None
        return node
