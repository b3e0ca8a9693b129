"""What a kustomization applies: the files that it names, of its own folder and of the bases that it builds on."""

from __future__ import annotations

from typing import Final

from barraiser.evidence.definition import below, literal
from barraiser.evidence.patches import Patch, patch_of
from barraiser.platforms.codepipeline.inline import parse_inline
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_PARTS: Final = ("bases", "components", "resources")
_MAX_FOLDERS: Final = 40
_MAX_FILES: Final = 400


class Built:
    """``files``: what is applied, bases before what patches it; ``patches``: those that are written in a kustomization, in the order
    in which they are laid over it; ``whole``: nothing of it is elsewhere or made by a program."""

    __slots__ = ("files", "patches", "whole")

    def __init__(self) -> None:
        self.files: list[str] = []
        self.patches: list[Patch] = []
        self.whole = True


def built_in(folder: str, repository: Repository) -> Built | None:
    """What the kustomization of a folder applies; None where there is none that can be read."""
    root = _kustomization(folder, repository)
    if root is None:
        return None
    built = Built()
    seen = {folder}
    waiting: list[tuple[str, Mapping]] = [(folder, root)]
    patches: list[str] = []
    while waiting:
        at, node = waiting.pop(0)
        # What builds on a base stands behind it.
        own: list[str] = []
        for name in [text for key in _PARTS for text in _texts(node.get(key))]:
            path = repository.inside(name, at) if "://" not in name and "?ref=" not in name else None
            if path is None or len(built.files) > _MAX_FILES or len(seen) > _MAX_FOLDERS:
                built.whole = False
            elif repository.exists(path):
                own.append(path)
            elif path not in seen:
                seen.add(path)
                inner = _kustomization(path, repository)
                if inner is None:
                    built.whole = False
                else:
                    waiting.append((path, inner))
        built.files = [*own, *built.files]
        named, written = _patches(node, at, repository)
        # What builds on a base is patched after it.
        built.patches = [*written, *built.patches]
        patches += [
            path for name in named if (path := repository.inside(name, at)) is not None and repository.exists(path)
        ]
        if node.get("helmCharts") is not None or node.get("generators") is not None:
            built.whole = False
    built.files += [path for path in patches if path not in built.files]
    return built


def _kustomization(folder: str, repository: Repository) -> Mapping | None:
    for name in NAMES:
        path = f"{folder}/{name}" if folder else name
        if repository.exists(path):
            try:
                root = repository.documents(path)[0].root
            except (SourceError, IndexError):
                return None
            return root if isinstance(root, Mapping) else None
    return None


def _texts(node: Node | None) -> list[str]:
    items = node.items[:_MAX_FILES] if isinstance(node, Sequence) else []
    return [text for item in items if (text := literal(item))]


def _patches(node: Mapping, folder: str, repository: Repository) -> tuple[list[str], list[Patch]]:
    """The files of a kustomization's patches, and the patches that are written in it."""
    named: list[str] = []
    found: list[Patch | None] = []
    listed = node.get("patchesStrategicMerge")
    for item in listed.items[:_MAX_FILES] if isinstance(listed, Sequence) else []:
        if "\n" in literal(item):
            found.append(patch_of(_parsed(item, repository), None))
        elif literal(item):
            named.append(literal(item))
    for key in ("patches", "patchesJson6902"):
        listed = node.get(key)
        for item in listed.items[:_MAX_FILES] if isinstance(listed, Sequence) else []:
            path, target = literal(below(item, "path")), below(item, "target")
            if path and target is None:
                named.append(path)
            elif path:
                found += [patch_of(root, target) for root in _roots(path, folder, repository)]
            elif (written := below(item, "patch")) is not None:
                found.append(patch_of(_parsed(written, repository), target))
    return named, [each for each in found if each is not None]


def _roots(name: str, folder: str, repository: Repository) -> list[Node | None]:
    path = repository.inside(name, folder)
    try:
        return [each.root for each in repository.documents(path)] if path and repository.exists(path) else []
    except SourceError:
        return []


def _parsed(text: Node, repository: Repository) -> Node | None:
    """A patch that stands as text in a kustomization, at its own places."""
    if not isinstance(text, Scalar):
        return None
    return parse_inline(text.value, text, line_of(text), repository)[0]
