"""``include``: the files that a pipeline is made of, merged in the platform's order."""

from __future__ import annotations

import re
from collections.abc import Mapping as Names
from typing import Final

from barraiser.model.place import Place
from barraiser.platforms.gitlab.inputs import input_values, interpolate, split_header
from barraiser.platforms.gitlab.merging import deep_merge
from barraiser.platforms.gitlab.reading import Reading, given, refused
from barraiser.source.errors import SourceError
from barraiser.source.limits import MAX_BYTES
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, describe

MAX_INCLUDES: Final = 150
"""The platform's own limit of files in one pipeline."""

NOT_JOBS: Final = frozenset(
    ("default", "include", "before_script", "image", "services", "after_script", "variables", "stages", "types", "cache",
     "workflow")
)  # fmt: skip
"""Keys of a file that are no jobs."""


_OWN_COMPONENT: Final = re.compile(
    r"\$\{?CI_SERVER_(?:FQDN|HOST)\}?/\$\{?CI_PROJECT_PATH\}?/([\w.-]+)@\$\{?CI_COMMIT_(?:SHA|REF_NAME|BRANCH)\}?"
)


MERGED: Final = "merged_yaml"
"""The key under which the CI Lint API answers with the pipeline, all its files merged."""


class Loaded:
    """A pipeline's files as one mapping, without ``include``.

    ``conditions``: for each job the ways in which a file brings it in, each a chain of ``rules`` that must all let the file in (empty: the
    pipeline's own file, or one that is always included). ``unsure_variables``: set in files that may not be included.
    ``references``: some file uses ``!reference``.
    """

    __slots__ = ("conditions", "inputs", "references", "root", "unsure_variables")

    def __init__(self, root: Mapping) -> None:
        self.root = root
        self.conditions: dict[str, list[tuple[Node, ...]]] = {}
        self.unsure_variables: set[str] = set()
        self.references = False
        self.inputs: Mapping | None = None


class _Where:
    """Where an include stands: the chain of files that leads to it, what conditions it, and whose project its files are."""

    __slots__ = ("chain", "conditions", "project")

    def __init__(self, chain: tuple[str, ...], conditions: tuple[Node, ...] = (), project: str = "") -> None:
        self.chain = chain
        self.conditions = conditions
        self.project = project


def load_pipeline(path: str, reading: Reading) -> Loaded:
    """The file and all that it includes. Raises Refused where nothing can be made of it."""
    loader = _Loader(reading)
    loader.loaded.root = loader.file(_merged(path, reading) or path, None, None, _Where((path,)))
    return loader.loaded


def is_lint_answer(root: Node | None) -> bool:
    """Whether a document is what the CI Lint API answers: it holds the merged YAML as text."""
    return isinstance(root, Mapping) and "valid" in root and isinstance(root.get(MERGED), Scalar)


def _merged(path: str, reading: Reading) -> str:
    """For a saved answer of the CI Lint API, the merged YAML in it, as a file of its own: what places are then in.

    Source: GitLab docs, "CI Lint API". Raises Refused where it says that the pipeline is not valid.
    """
    if not path.endswith(".json") or MERGED.encode() not in reading.repository.peek(path):
        return ""
    try:
        root = reading.repository.documents(path, later_merge_wins=True)[0].root
    except (SourceError, IndexError):
        return ""
    if not isinstance(root, Mapping) or not is_lint_answer(root):
        return ""
    if root.text("valid") == "false":
        errors = root.sequence("errors")
        told = next((item.value for item in errors or () if isinstance(item, Scalar)), "it does not say why")
        raise refused(f"the CI Lint API refuses the pipeline: {told}", root, "correct it, and ask again")
    name = f"{path}#{MERGED}"
    reading.repository.keep(name, root.text(MERGED).encode())
    return name


def load_included(include: Node, reading: Reading) -> Loaded:
    """A pipeline made of includes alone: the child that ``trigger: include`` starts."""
    loader = _Loader(reading)
    loader.loaded.root = loader.merged_includes(
        include, Mapping(include.path, include.line, include.column), _Where(())
    )
    return loader.loaded


class _Loader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.loaded = Loaded(Mapping(reading.path, 1, 1))
        self.count = 0

    def file(self, path: str, passed: Mapping | None, at: Node | None, where: _Where) -> Mapping:
        """One file with its own includes, as a mapping."""
        reading = self.reading
        try:
            documents = reading.repository.documents(path, later_merge_wins=True)
        except SourceError as error:
            raise refused(error.message, error.place, error.fix) from None
        spec, document = split_header(documents, reading)
        for first, second in document.duplicates:
            reading.problem(
                f"the key `{second.value}` stands twice; the first is on line {first.line}",
                second,
                "remove one of them",
            )
        root = given(document.root) if document.root is not None else None
        if root is None:
            raise refused("the file is empty", Place(path, 1), "define jobs, or remove the file")
        if not isinstance(root, Mapping):
            raise refused(f"the file must be a mapping of jobs, not {describe(root)}", root, "define jobs by name")
        if document.duplicates:
            root = deep_merge(Mapping(root.path, root.line, root.column), root, reading)
        self.loaded.references = self.loaded.references or "!reference" in document.data
        if "$[[" in document.data:
            root_now = interpolate(root, input_values(spec, passed, reading, at), reading, own=at is None)
            assert isinstance(root_now, Mapping)
            root = root_now
        if at is None and spec is not None:
            self.loaded.inputs = spec.mapping("inputs")
        self._note(root, where)
        include = given(root.get("include"))
        return root if include is None else self.merged_includes(include, root, where)

    def merged_includes(self, include: Node, own: Mapping, where: _Where) -> Mapping:
        """What an ``include`` names, in order, with the file's own content on top."""
        items = include.items if isinstance(include, Sequence) and not include.tag else [include]
        merged = Mapping(own.path, own.line, own.column)
        for item in items:
            for content in self._item(item, where):
                merged = deep_merge(merged, content, self.reading)
        return deep_merge(merged, own, self.reading)

    def _note(self, root: Mapping, where: _Where) -> None:
        """Remember which jobs and variables a file brings in, and under which conditions."""
        for key, value in root.pairs:
            if key.value not in NOT_JOBS and isinstance(value, Mapping):
                self.loaded.conditions.setdefault(key.value, []).append(where.conditions)
        variables = root.mapping("variables")
        if where.conditions and variables is not None:
            self.loaded.unsure_variables.update(key.value for key, _ in variables.pairs)

    def _item(self, item: Node, where: _Where) -> list[Mapping]:
        reading = self.reading
        if isinstance(item, Scalar):
            if item.value.startswith(("http://", "https://")):
                return self._elsewhere("remote include", item.value, item, None, where)
            return self._local(item.value, item, None, where)
        if not isinstance(item, Mapping):
            reading.wrong_type("an `include`", "a path or a mapping", item, "write `include: - local: /path.yml`")
            return []
        rules = given(item.get("rules"))
        if rules is not None:
            if not isinstance(rules, Sequence):
                reading.wrong_type("`include:rules`", "a list", rules)
            else:
                where = _Where(where.chain, (*where.conditions, rules), where.project)
        passed = item.mapping("inputs") or item.mapping("with")
        for kind in ("local", "project", "remote", "template", "component", "artifact"):
            value = given(item.get(kind))
            if value is None:
                continue
            if not isinstance(value, Scalar):
                reading.wrong_type(f"`include:{kind}`", "text", value)
                return []
            if kind == "local":
                return self._local(value.value, value, passed, where)
            if kind == "project":
                return self._project(value, item, passed, where)
            own = _OWN_COMPONENT.fullmatch(value.value) if kind == "component" else None
            if own is not None:
                return self._own_component(own.group(1), value, passed, where)
            what = {"component": kind, "artifact": "dynamic child pipeline"}.get(kind, f"{kind} include")
            return self._elsewhere(what, value.value, value, passed, where)
        reading.problem(
            "the `include` names no file", item, "write `local:`, `project:`, `remote:`, `template:` or `component:`"
        )
        return []

    def _own_component(self, name: str, at: Scalar, passed: Mapping | None, where: _Where) -> list[Mapping]:
        """A component of the repository itself, as it is in the commit that runs."""
        for path in (f"templates/{name}/template.yml", f"templates/{name}.yml"):
            if self.reading.repository.exists(path):
                return self._local(path, at, passed, where)
        return self._elsewhere("component", at.value, at, passed, where)

    def _project(self, project: Scalar, item: Mapping, passed: Mapping | None, where: _Where) -> list[Mapping]:
        """Files of another project: readable only where the include map gives them."""
        files = given(item.get("file"))
        if files is None:
            self.reading.problem("`include:project` names no file", item, "add `file: /path.yml`")
            return []
        found: list[Mapping] = []
        for file in files.items if isinstance(files, Sequence) else [files]:
            if isinstance(file, Scalar):
                name = f"{project.value}/{file.value.lstrip('/')}"
                inner = _Where(where.chain, where.conditions, project.value)
                found += self._elsewhere("project include", name, project, passed, inner)
            else:
                self.reading.wrong_type("`include:file`", "a path or a list of paths", file)
        return found

    def _elsewhere(self, what: str, name: str, at: Scalar, passed: Mapping | None, where: _Where) -> list[Mapping]:
        """What stands outside the repository: the file that stands for it, or nothing."""
        known = self.reading.options.include_map
        target = known.get(name) or known.get(name.partition("@")[0]) or known.get(name.lstrip("/"))
        if target is None and what == "component":
            project, target = _component(name, known)
            where = _Where(where.chain, where.conditions, project)
        if target is None or not self._available(target):
            self.reading.unread(what, name, at)
            self.reading.lenient = True
            return []
        return self._read(target, at, passed, where)

    def _available(self, target: str) -> bool:
        """Whether a file of the include map is there. It is the user's own: it may lie outside the root."""
        repository = self.reading.repository
        if repository.exists(target):
            return True
        try:
            with open(target, "rb") as file:
                repository.keep(target, file.read(MAX_BYTES))
        except (OSError, ValueError):
            return False
        return True

    def _local(self, path: str, at: Scalar, passed: Mapping | None, where: _Where) -> list[Mapping]:
        reading = self.reading
        if "$" in path:
            reading.unread("include", path, at)
            reading.lenient = True
            return []
        if where.project:
            return self._elsewhere("project include", f"{where.project}/{path.lstrip('/')}", at, passed, where)
        inside = reading.repository.inside(path)
        if not inside:
            reading.problem(f"the include `{path}` leads out of the repository", at, "name a file inside it")
            return []
        if not inside.endswith((".yml", ".yaml")):
            reading.problem(f"the include `{path}` is no YAML file", at, "name a file that ends in .yml or .yaml")
            return []
        if "*" in inside:
            found: list[Mapping] = []
            for match in reading.repository.glob(inside):
                if match not in where.chain:
                    found += self._read(match, at, passed, where)
            return found
        if not reading.repository.exists(inside):
            if where.conditions:
                reading.unread("include", path, at)
                reading.lenient = True
            else:
                reading.problem(f"the included file `{path}` does not exist", at, "add it, or correct the path")
            return []
        return self._read(inside, at, passed, where)

    def _read(self, path: str, at: Scalar, passed: Mapping | None, where: _Where) -> list[Mapping]:
        self.count += 1
        if self.count > MAX_INCLUDES:
            raise refused(f"more than {MAX_INCLUDES} files are included", at, "include fewer files")
        if path in where.chain:
            raise refused(f"`{path}` includes itself", at, "remove this include")
        self.reading.add_file(path)
        inner = _Where((*where.chain, path), where.conditions, where.project)
        content = self.file(path, passed, at, inner)
        spread = [(key, value) for key, value in content.pairs if key.value != "include"]
        cut = Mapping(content.path, content.line, content.column)
        cut.pairs = spread
        return [cut]


def _component(name: str, known: Names[str, str]) -> tuple[str, str | None]:
    """The project of a component (``HOST/PROJECT/NAME@VERSION``), and the file that stands for it.

    https://docs.gitlab.com/ci/components/#directory-structure
    """
    _, _, path = name.partition("@")[0].partition("/")
    project, _, last = path.rpartition("/")
    for file in (f"{project}/templates/{last}/template.yml", f"{project}/templates/{last}.yml"):
        if project and file in known:
            return project, known[file]
    return "", None
