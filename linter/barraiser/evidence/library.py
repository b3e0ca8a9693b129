"""The definitions of one repository, each file read once and only when a rule asks."""

from __future__ import annotations

from typing import Final

from barraiser.evidence import cloudformation, kubernetes, kustomize, terraform
from barraiser.evidence.definition import Definition
from barraiser.evidence.patches import Patch, patched
from barraiser.source.errors import MissingExtra, SourceError
from barraiser.source.repository import Repository

SUFFIXES: Final = (".yml", ".yaml", ".json", ".template", ".tf")
MAX_LOOKED_AT: Final = 4_000
"""Files whose bytes are looked at for resources when a deploy does not name its definition."""

SAMPLES: Final = frozenset(
    ("fixtures", "testdata", "test", "tests", "examples", "example", "node_modules", "cdk.out", "docs")
)
"""Folders whose definitions nobody applies to production: left out of the search, not of what a command names."""


class Library:
    """What the definition files of a repository say. ``searched_all``: the search did not end at its limit."""

    __slots__ = ("_files", "_found", "_searched", "searched_all")

    def __init__(self) -> None:
        self._files: dict[str, list[Definition] | None] = {}
        self._searched = False
        self._found: list[Definition] = []
        self.searched_all = True

    def at(self, path: str, repository: Repository) -> list[Definition] | None:
        """What a file says; None where there is none or it cannot be read as a definition."""
        if path not in self._files:
            self._files[path] = _read(path, repository)
        return self._files[path]

    def under(self, path: str, repository: Repository) -> list[Definition] | None:
        """What a file, or the files of a folder, say together; None where nothing there could be read."""
        if repository.exists(path):
            return self.at(path, repository)
        built = kustomize.built_in(path, repository)
        if built is not None:
            return self._patched(built, repository)
        files = [name for name in repository.files(path, 6) if name.endswith(SUFFIXES)][:MAX_LOOKED_AT]
        found: list[Definition] = []
        unread = not files
        for name in files:
            definitions = self.at(name, repository)
            if definitions is None:
                unread = True
            else:
                found += definitions
        return None if unread and not found else found

    def _patched(self, built: kustomize.Built, repository: Repository) -> list[Definition] | None:
        """What a kustomization's files say together: what stands a second time, and what is written in it, patches the first."""
        found: dict[tuple[str, str], Definition] = {}
        unread = not built.whole
        for name in built.files:
            definitions = self.at(name, repository)
            unread = unread or definitions is None
            for each in definitions or ():
                known = found.setdefault((each.kind, each.name), each)
                if known is not each and each.body is not None:
                    patch = Patch(each.body, "", each.name)
                    found[each.kind, each.name] = patched(known, patch) or each
        for patch in built.patches:
            for key, each in list(found.items()):
                if patch.fits(each):
                    laid = patched(each, patch)
                    unread = unread or laid is None
                    if laid is None:
                        del found[key]
                    else:
                        found[key] = laid
        return None if unread and not found else list(found.values())

    def search(self, kind: str, repository: Repository) -> list[Definition]:
        """All definitions of a kind anywhere in the repository, in path order."""
        if not self._searched:
            self._searched = True
            self._found = self._search(repository)
        return [definition for definition in self._found if definition.kind == kind]

    def _search(self, repository: Repository) -> list[Definition]:
        markers = (*cloudformation.MARKERS, *kubernetes.MARKERS, *terraform.MARKERS)
        found: list[Definition] = []
        looked_at = 0
        for path in repository.files():
            if not path.endswith(SUFFIXES) or not SAMPLES.isdisjoint(path.lower().split("/")[:-1]):
                continue
            looked_at += 1
            if looked_at > MAX_LOOKED_AT:
                self.searched_all = False
                break
            data = repository.peek(path)
            if any(marker in data for marker in markers):
                definitions = self.at(path, repository)
                if definitions is None:
                    self.searched_all = False
                found += definitions or []
        return found


def library_of(repository: Repository) -> Library:
    """The library of a repository, kept as long as the repository is."""
    return repository.remember(("definitions",), Library)


def _read(path: str, repository: Repository) -> list[Definition] | None:
    chart = "/templates/" in f"/{path}" and repository.exists(f"{path.rpartition('/templates/')[0]}/Chart.yaml")
    try:
        if chart:
            return kubernetes.read_chart_template(repository.read_text(path), path)
        documents = repository.documents(path)
    except (SourceError, MissingExtra):
        return None
    found: list[Definition] = []
    for document in documents:
        if path.endswith(".tf"):
            found += terraform.read_terraform(document)
        elif cloudformation.is_template(document.root):
            found += cloudformation.read_template(document)
        else:
            found += kubernetes.read_manifest(document)
    return found
