"""Stack sets: the regions that one action deploys to, one after the other or side by side.

Sources: AWS CodePipeline user guide, action reference "CloudFormation StackSets"; AWS CloudFormation template reference,
``AWS::CloudFormation::StackSet``, ``OperationPreferences``: regions follow each other unless they are told to be parallel, and an
operation that is stopped in one region is not attempted in those after it.
"""

from __future__ import annotations

from typing import Final

from barraiser.platforms.codepipeline.intrinsics import Values, resources_of
from barraiser.platforms.codepipeline.structure import ActionStructure, PipelineStructure
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping
from barraiser.source.repository import Repository

PROVIDERS: Final = ("CloudFormationStackSet", "CloudFormationStackInstances")
_TYPE: Final = "AWS::CloudFormation::StackSet"
_MARKER: Final = _TYPE.encode()
_APPLIES: Final = ("CREATE_UPDATE", "REPLACE_ON_FAILURE", "CHANGE_SET_EXECUTE")
MAX_REGIONS: Final = 40


class Instances:
    """Where the stacks of a set are: ``regions`` in their order, ``accounts`` as far as they are given; ``sequential``: one region
    after the other; ``tolerates``: what keeps a region that fails from stopping those after it, in the file's words."""

    __slots__ = ("accounts", "regions", "sequential", "tolerates")

    def __init__(self, regions: list[str], accounts: list[str], *, sequential: bool, tolerance: str = "") -> None:
        self.regions = list(dict.fromkeys(regions))[:MAX_REGIONS]
        self.accounts = accounts
        self.sequential = sequential
        self.tolerates = "FailureTolerancePercentage: 100" if tolerance == "100" else ""


class StackSets:
    """The stack sets that a pipeline's actions update. ``files``: the templates that were opened for it."""

    def __init__(self, structure: PipelineStructure, repository: Repository) -> None:
        self._structure = structure
        self._repository = repository
        self._templates: dict[str, str] | None = None
        self.files: list[str] = []

    def of_action(self, action: ActionStructure) -> Instances | None:
        """The instances that an action deploys to, where they lie in two or more known regions; None otherwise."""
        if action.provider in PROVIDERS:
            found = _of_action(action)
        elif action.provider == "CloudFormation" and action.configuration.get("ActionMode", "").upper() in _APPLIES:
            found = self._of_template(action)
        else:
            return None
        return found if found is not None and len(found.regions) > 1 else None

    def _of_template(self, action: ActionStructure) -> Instances | None:
        """The one stack set that a template of the repository defines, which the action applies."""
        stack = action.configuration.get("StackName", "")
        given = action.configuration.get("TemplatePath", "") or self._prepared().get(stack, "")
        path = self._repository.inside(given.rpartition("::")[2]) if "::" in given else None
        if not path or not self._repository.exists(path) or _MARKER not in self._repository.peek(path):
            return None
        try:
            root = self._repository.documents(path)[0].root
        except SourceError:
            return None
        if not isinstance(root, Mapping):
            return None
        self.files.append(path)
        sets = [each for _, body, values in resources_of(root, Values(root)) if (each := _of_resource(body, values))]
        return sets[0] if len(sets) == 1 else None

    def _prepared(self) -> dict[str, str]:
        """Stack name to template, of the actions that prepare the change sets which others execute."""
        if self._templates is None:
            self._templates = {}
            for stage in self._structure.stages:
                for each in stage.actions:
                    path = each.configuration.get("TemplatePath", "")
                    if path:
                        self._templates.setdefault(each.configuration.get("StackName", ""), path)
        return self._templates


def _of_action(action: ActionStructure) -> Instances | None:
    regions = _listed(action.configuration.get("Regions", ""))
    accounts = _listed(action.configuration.get("DeploymentTargets", ""))
    accounts = [name for name in accounts if name.isdecimal() and len(name) == 12]
    parallel = action.configuration.get("RegionConcurrencyType", "").upper() == "PARALLEL"
    tolerance = action.configuration.get("FailureTolerancePercentage", "")
    return Instances(regions, accounts, sequential=not parallel, tolerance=tolerance) if regions else None


def _listed(text: str) -> list[str]:
    """``a,b`` or ``["a", "b"]``; ``[]`` where not all of it is known."""
    if "${" in text or "::" in text:
        return []
    return [part for each in text.strip("[] ").split(",") if (part := each.strip().strip("\"'"))]


def _of_resource(body: Mapping, values: Values) -> Instances | None:
    if body.text("Type") != _TYPE:
        return None
    properties = values.mapping(body.get("Properties"))
    if properties is None:
        return None
    regions: list[str] = []
    accounts: list[str] = []
    for branch in values.items(properties.get("StackInstancesGroup")):
        group = branch.node
        if isinstance(group, Mapping):
            regions += values.texts(group.get("Regions"))
            targets = values.mapping(group.get("DeploymentTargets"))
            accounts += values.texts(targets.get("Accounts")) if targets is not None else []
    if not regions or any("${" in region for region in regions):
        return None
    preferences = values.mapping(properties.get("OperationPreferences"))
    order = values.texts(preferences.get("RegionOrder")) if preferences is not None else []
    kind = values.text(preferences.get("RegionConcurrencyType")) if preferences is not None else ""
    ordered = [region for region in order if region in regions]
    tolerance = values.text(preferences.get("FailureTolerancePercentage")) if preferences is not None else ""
    goes_to = list(dict.fromkeys(accounts))
    return Instances([*ordered, *regions], goes_to, sequential=kind.upper() != "PARALLEL", tolerance=tolerance)
