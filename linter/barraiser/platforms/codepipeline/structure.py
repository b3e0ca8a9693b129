"""A pipeline's structure, resolved: what every form of definition (template, exported JSON, Terraform) is read into.

Plain data. All texts are resolved as far as constants go; what is unknown stays in them as ``${Name}``. Names of configuration
keys are those of the service (``ProjectName``, ``StackName``), whatever the form writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from barraiser.model.pipeline import Problem, Unresolved
from barraiser.model.place import Place
from barraiser.model.retention import Retention
from barraiser.source.nodes import Scalar

USUAL_LIMIT: Final = "60"
"""Minutes after which CodeBuild ends a build of a project without ``TimeoutInMinutes``:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-codebuild-project.html."""


class BuildProject:
    """A CodeBuild project that an action starts.

    ``buildspec``: path in the repository, relative to its root (``buildspec.yml`` when the project names none and has no inline text).
    ``inline``: the buildspec's own text, constants resolved, with ``inline_node``: the scalar in the file that holds it
    (None: its places are ``place``). ``environment``: plain variables; ``secrets``: variables that come from a store, with
    the store's type. ``image``: the container; ``ends_after``: the minutes after which the service ends a build where the project gives no
    limit of its own, as text (empty: it gives one); ``unresolved``: why the buildspec cannot be known (it stands in another
    repository, in an asset, or behind an unknown parameter), in a user's words.
    """

    __slots__ = (
        "buildspec", "ends_after", "environment", "image", "inline", "inline_node", "name", "place", "role", "secrets",
        "timeout_minutes", "unresolved",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        place: Place,
        *,
        buildspec: str = "buildspec.yml",
        inline: str = "",
        inline_node: Scalar | None = None,
        environment: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        image: str = "",
        role: str = "",
        timeout_minutes: float | None = None,
        ends_after: str = "",
        unresolved: str = "",
    ) -> None:
        self.name = name
        self.place = place
        self.buildspec = buildspec
        self.ends_after = ends_after
        self.inline = inline
        self.inline_node = inline_node
        self.environment: Mapping[str, str] = environment or {}
        self.secrets: Mapping[str, str] = secrets or {}
        self.image = image
        self.role = role
        self.timeout_minutes = timeout_minutes
        self.unresolved = unresolved


class ActionStructure:
    """One action of a stage. ``project``: for CodeBuild, the project where the front end found it, else None.

    ``condition``: the undecidable condition of the template under which the action exists at all, else empty.
    ``commands``: the scalars of a Commands action. ``environment``: the action's own plain variables (``EnvironmentVariables``,
    both the property and the JSON text in the configuration are understood; give the property here).
    """

    __slots__ = (
        "category", "commands", "condition", "configuration", "configuration_places", "environment", "input_artifacts", "name",
        "namespace", "output_artifacts", "owner", "place", "project", "provider", "region", "role", "run_order",
        "timeout_minutes", "type_place",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        place: Place,
        *,
        category: str = "",
        owner: str = "AWS",
        provider: str = "",
        type_place: Place | None = None,
        run_order: int = 1,
        configuration: Mapping[str, str] | None = None,
        configuration_places: Mapping[str, Place] | None = None,
        region: str = "",
        role: str = "",
        namespace: str = "",
        input_artifacts: Sequence[str] = (),
        output_artifacts: Sequence[str] = (),
        commands: Sequence[Scalar] = (),
        environment: Mapping[str, str] | None = None,
        timeout_minutes: float | None = None,
        project: BuildProject | None = None,
        condition: str = "",
    ) -> None:
        self.name = name
        self.place = place
        self.category = category
        self.owner = owner
        self.provider = provider
        self.type_place = type_place or place
        self.run_order = run_order
        self.configuration: Mapping[str, str] = configuration or {}
        self.configuration_places: Mapping[str, Place] = configuration_places or {}
        self.region = region
        self.role = role
        self.namespace = namespace
        self.input_artifacts = tuple(input_artifacts)
        self.output_artifacts = tuple(output_artifacts)
        self.commands = tuple(commands)
        self.environment: Mapping[str, str] = environment or {}
        self.timeout_minutes = timeout_minutes
        self.project = project
        self.condition = condition

    @property
    def type(self) -> str:
        """``Category/Owner/Provider``."""
        return f"{self.category}/{self.owner}/{self.provider}"


class StageRule:
    """One rule of a stage condition: ``provider`` is CloudWatchAlarm, DeploymentWindow, LambdaInvoke, VariableCheck, Commands ..."""

    __slots__ = (
        "commands", "configuration", "configuration_places", "name", "owner", "place", "provider", "region", "role",
        "timeout_minutes",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        place: Place,
        *,
        owner: str = "AWS",
        provider: str = "",
        configuration: Mapping[str, str] | None = None,
        configuration_places: Mapping[str, Place] | None = None,
        commands: Sequence[Scalar] = (),
        region: str = "",
        role: str = "",
        timeout_minutes: float | None = None,
    ) -> None:
        self.name = name
        self.place = place
        self.owner = owner
        self.provider = provider
        self.configuration: Mapping[str, str] = configuration or {}
        self.configuration_places: Mapping[str, Place] = configuration_places or {}
        self.commands = tuple(commands)
        self.region = region
        self.role = role
        self.timeout_minutes = timeout_minutes


class StageCondition:
    """What is checked before a stage, after it, or when it failed. ``result``: what a failing rule leads to (FAIL, SKIP, ROLLBACK ...)."""

    __slots__ = ("place", "result", "rules")

    def __init__(self, place: Place, *, result: str = "", rules: Sequence[StageRule] = ()) -> None:
        self.place = place
        self.result = result
        self.rules = tuple(rules)


class StageFailure:
    """``OnFailure`` of a stage: ``result`` ROLLBACK, RETRY or FAIL (empty: not said); ``retry_mode``: of ``RetryConfiguration``,
    ``retry_place`` where it stands (None: no automatic retry)."""

    __slots__ = ("conditions", "place", "result", "retry_mode", "retry_place")

    def __init__(
        self,
        place: Place,
        *,
        result: str = "",
        retry_mode: str = "",
        retry_place: Place | None = None,
        conditions: Sequence[StageCondition] = (),
    ) -> None:
        self.place = place
        self.result = result
        self.retry_mode = retry_mode
        self.retry_place = retry_place
        self.conditions = tuple(conditions)


class StageStructure:
    """One stage. ``disabled``: the reason why its inbound transition is disabled (None: it is not), with its place.

    ``condition``: the undecidable condition of the template under which the stage exists at all, else empty.
    ``name_place``: where its name stands. ``entry_place`` and ``success_place``: where its conditions start.
    """

    __slots__ = (
        "actions", "before_entry", "condition", "disabled", "disabled_place", "entry_place", "name", "name_place", "on_failure",
        "on_success", "place", "success_place",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        place: Place,
        *,
        actions: Sequence[ActionStructure] = (),
        before_entry: Sequence[StageCondition] = (),
        on_success: Sequence[StageCondition] = (),
        on_failure: StageFailure | None = None,
        disabled: str | None = None,
        disabled_place: Place | None = None,
        condition: str = "",
        name_place: Place | None = None,
        entry_place: Place | None = None,
        success_place: Place | None = None,
    ) -> None:
        self.name = name
        self.name_place = name_place or place
        self.entry_place = entry_place or (before_entry[0].place if before_entry else place)
        self.success_place = success_place or (on_success[0].place if on_success else place)
        self.place = place
        self.actions = tuple(actions)
        self.before_entry = tuple(before_entry)
        self.on_success = tuple(on_success)
        self.on_failure = on_failure
        self.disabled = disabled
        self.disabled_place = disabled_place
        self.condition = condition


class TriggerFilter:
    """One filter of a trigger: patterns of branches or tags; ``events`` of a pull request (OPEN, UPDATED, CLOSED). Empty means any."""

    __slots__ = ("branches", "events", "excluded_branches", "excluded_tags", "place", "tags")

    def __init__(
        self,
        place: Place,
        *,
        branches: Sequence[str] = (),
        excluded_branches: Sequence[str] = (),
        tags: Sequence[str] = (),
        excluded_tags: Sequence[str] = (),
        events: Sequence[str] = (),
    ) -> None:
        self.place = place
        self.branches = tuple(branches)
        self.excluded_branches = tuple(excluded_branches)
        self.tags = tuple(tags)
        self.excluded_tags = tuple(excluded_tags)
        self.events = tuple(events)


class Trigger:
    """A trigger of a V2 pipeline: it replaces the change detection of the source action that it names."""

    __slots__ = ("place", "pull_requests", "pushes", "source_action")

    def __init__(
        self,
        source_action: str,
        place: Place,
        *,
        pushes: Sequence[TriggerFilter] = (),
        pull_requests: Sequence[TriggerFilter] = (),
    ) -> None:
        self.source_action = source_action
        self.place = place
        self.pushes = tuple(pushes)
        self.pull_requests = tuple(pull_requests)


class End:
    """The end of another pipeline that starts one: its ``name``, and the ``states`` that count (empty: any)."""

    __slots__ = ("name", "place", "states")

    def __init__(self, name: str, states: Sequence[str], place: Place) -> None:
        self.name = name
        self.states = tuple(states)
        self.place = place


class PipelineStructure:
    """One pipeline of a file.

    ``pipeline_type``: V1 or V2; ``execution_mode``: SUPERSEDED, QUEUED or PARALLEL; both empty where the file does not say.
    ``schedules``: schedule expressions that start it, with places. ``tags``: the resource's tags with places.
    ``variables``: defaults of the pipeline's own variables. ``problems`` and ``unresolved``: what the front end found;
    a fatal problem makes the pipeline unreadable. ``files``: every file that was read for it. ``condition``: the template's
    condition under which it exists. ``key``: what tells it from the others of its file (a logical id, a resource address).
    ``after``: the ends of other pipelines that start it.
    ``region``: where it runs, and its actions that name no region of their own; empty where that is not known.
    ``variants``: the structure in each way in which the template's undecidable conditions can fall; there, ``assumes`` says how they
    do. ``undecided``: conditions that are too many to be told apart. ``keeps``: for how long the artifacts are kept,
    where the file says it.
    """

    __slots__ = (
        "after", "assumes", "condition", "execution_mode", "files", "given", "keeps", "key", "mode_place", "name", "pipeline_type",
        "place", "problems", "region", "role", "schedules", "stages", "tags", "triggers", "type_place", "undecided", "unresolved",
        "variables", "variants",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        place: Place,
        *,
        key: str = "",
        pipeline_type: str = "",
        type_place: Place | None = None,
        execution_mode: str = "",
        mode_place: Place | None = None,
        stages: Sequence[StageStructure] = (),
        triggers: Sequence[Trigger] = (),
        schedules: Sequence[tuple[str, Place]] = (),
        tags: Mapping[str, tuple[str, Place]] | None = None,
        variables: Mapping[str, str] | None = None,
        role: str = "",
        condition: str = "",
        problems: Sequence[Problem] = (),
        unresolved: Sequence[Unresolved] = (),
        files: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.place = place
        self.key = key or name
        self.pipeline_type = pipeline_type
        self.type_place = type_place or place
        self.execution_mode = execution_mode
        self.mode_place = mode_place or place
        self.stages = tuple(stages)
        self.triggers = tuple(triggers)
        self.schedules = tuple(schedules)
        self.tags: Mapping[str, tuple[str, Place]] = tags or {}
        self.variables: Mapping[str, str] = variables or {}
        self.role = role
        self.condition = condition
        self.problems = tuple(problems)
        self.unresolved = tuple(unresolved)
        self.files = tuple(files) or (place.path,)
        self.keeps: Retention | None = None
        self.variants: tuple[PipelineStructure, ...] = ()
        self.assumes: Mapping[str, bool] = {}
        self.given = ""
        self.region = ""
        self.after: tuple[End, ...] = ()
        self.undecided: tuple[str, ...] = ()
