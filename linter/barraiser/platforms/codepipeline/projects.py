"""The build projects that a template's actions start: its own, and those of local nested stacks."""

from __future__ import annotations

from collections.abc import Sequence as Listed
from typing import Final

from barraiser.platforms.codepipeline.buildspec import is_inline
from barraiser.platforms.codepipeline.exports import Exports
from barraiser.platforms.codepipeline.intrinsics import Values, called, resources_of
from barraiser.platforms.codepipeline.structure import USUAL_LIMIT, BuildProject
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository

_PROJECT_TYPE: Final = "AWS::CodeBuild::Project"
_STACKS: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
_STORES: Final = ("PARAMETER_STORE", "SECRETS_MANAGER")
_DEEPEST: Final = 4
"""Stacks in stacks: beyond that a project counts as not to be found."""


class Projects:
    """The build projects that a template can name, each read when an action first does.

    ``files``: the templates of nested stacks that were opened.
    """

    def __init__(
        self,
        path: str,
        resources: Listed[tuple[str, Mapping, Values]],
        repository: Repository,
        depth: int = 0,
        files: list[str] | None = None,
    ) -> None:
        self.files = files if files is not None else []
        self._folder = path.rpartition("/")[0]
        self._repository = repository
        self._depth = depth
        self._resources = {
            logical: (body, values) for logical, body, values in resources if body.text("Type") == _PROJECT_TYPE
        }
        self._stacks = {logical: (body, values) for logical, body, values in resources if body.text("Type") in _STACKS}
        self._nested: dict[str, _Stack | None] = {}
        self._by_name: dict[str, str] | None = None
        self._read: dict[str, BuildProject] = {}

    def named(self, node: Node | None, values: Values) -> BuildProject | None:
        """The project that a value names: a reference to the resource, the project's own name, or a nested stack's output."""
        imported = values.imported(node)
        if imported and self._depth < _DEEPEST:
            return self._imported(imported)
        name = values.text(node)
        if name.startswith("${") and name.endswith("}") and "." in name:
            logical, _, attribute = name[2:-1].partition(".")
            if logical in self._stacks:
                stack = self._stack(logical)
                return stack.output(attribute.removeprefix("Outputs.")) if stack is not None else None
            name = logical
        if not name:
            return None
        if name not in self._resources:
            if self._by_name is None:
                self._by_name = {
                    inside.text((body.mapping("Properties") or body).get("Name")): logical
                    for logical, (body, inside) in self._resources.items()
                }
            name = self._by_name.get(name, "")
        if name not in self._resources:
            return None
        if name not in self._read:
            self._read[name] = _project(name, *self._resources[name])
        return self._read[name]

    def _imported(self, name: str) -> BuildProject | None:
        """The project that another template of the repository exports."""
        export = Exports(self._repository).find(name)
        if export is None:
            return None
        path = export.root.path
        if path not in self.files:
            self.files.append(path)
        resources = list(resources_of(export.root, export.values))
        return Projects(path, resources, self._repository, self._depth + 1, self.files).named(
            export.node, export.values
        )

    def _stack(self, logical: str) -> _Stack | None:
        if logical not in self._nested:
            self._nested[logical] = self._opened(logical) if self._depth < _DEEPEST else None
        return self._nested[logical]

    def _opened(self, logical: str) -> _Stack | None:
        """The template of a nested stack, if it is a file of the repository, with the parameters that it is given."""
        body, values = self._stacks[logical]
        properties = values.mapping(body.get("Properties"))
        if properties is None:
            return None
        location = values.text(properties.get(_STACKS[body.text("Type")]))
        metadata = body.mapping("Metadata")
        if metadata is not None and ("${" in location or "://" in location):
            location = (
                metadata.text("aws:asset:path") or location
            )  # the CDK's own: the file of the assembly that it uploads
        if not location or "://" in location or "${" in location:
            return None
        path = self._repository.inside(location, self._folder)
        if not path:
            return None
        try:
            root = self._repository.documents(path)[0].root
        except SourceError:
            return None
        if not isinstance(root, Mapping):
            return None
        if path not in self.files:
            self.files.append(path)
        parameters = values.mapping(properties.get("Parameters"))
        given = {key.value: values.text(value) for key, value in parameters or ()}
        inner = Values(root, arguments=given, exports=values.exports)
        projects = Projects(path, list(resources_of(root, inner)), self._repository, self._depth + 1, self.files)
        return _Stack(root, inner, projects)


class _Stack:
    """A nested stack."""

    __slots__ = ("projects", "root", "values")

    def __init__(self, root: Mapping, values: Values, projects: Projects) -> None:
        self.root = root
        self.values = values
        self.projects = projects

    def output(self, name: str) -> BuildProject | None:
        """The project that an output of the stack names."""
        outputs = self.root.mapping("Outputs")
        output = outputs.mapping(name) if outputs is not None else None
        return self.projects.named(output.get("Value"), self.values) if output is not None else None


def _project(logical: str, body: Mapping, values: Values) -> BuildProject:
    properties = values.mapping(body.get("Properties")) or Mapping(body.path, body.line, body.column)
    source = values.mapping(properties.get("Source"))
    environment = values.mapping(properties.get("Environment"))
    written = source.get("BuildSpec") if source is not None else None
    text = values.text(written)
    inline = is_inline(text)
    plain: dict[str, str] = {}
    secret: dict[str, str] = {}
    for branch in values.items(environment.get("EnvironmentVariables") if environment is not None else None):
        item = branch.node
        if isinstance(item, Mapping):
            kind = values.text(item.get("Type"))
            (secret if kind in _STORES else plain)[values.text(item.get("Name"))] = (
                kind if kind in _STORES else values.text(item.get("Value"))
            )
    timeout = values.text(properties.get("TimeoutInMinutes"))
    unknown = written is not None and not text
    return BuildProject(
        values.text(properties.get("Name")) or logical,
        line_of(written) if isinstance(written, Scalar) else line_of(body),
        buildspec="" if inline else text or "buildspec.yml",
        inline=text if inline else "",
        inline_node=_scalar_of(written) if inline else None,
        environment=plain,
        secrets=secret,
        image=values.text(environment.get("Image")) if environment is not None else "",
        role=values.text(properties.get("ServiceRole")),
        timeout_minutes=float(timeout) if timeout.isdecimal() and len(timeout) < 6 else None,
        ends_after="" if properties.get("TimeoutInMinutes") is not None else USUAL_LIMIT,
        unresolved=f"the buildspec of {logical} is not text that can be read here" if unknown else "",
    )


def _scalar_of(node: Node | None) -> Scalar | None:
    """The scalar that holds a text: itself, or the template of a ``Sub``."""
    if isinstance(node, Scalar):
        return node
    argument = called(node, "Sub")
    if isinstance(argument, Sequence) and argument.items:
        argument = argument.items[0]
    return argument if isinstance(argument, Scalar) else None
