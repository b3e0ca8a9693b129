"""A pipeline as its platform's reader gives it: jobs, steps, edges, scenarios. Plain data, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from barraiser.model.activity import Activity
from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.environment import EnvironmentKey
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri

if TYPE_CHECKING:
    from barraiser.model.retention import Retention
    from barraiser.model.schedule import Schedule

HARD, SOFT, ORDER = "hard", "soft", "order"
"""Strengths of an edge: the source must succeed, must only end, or is only scheduled before."""


class Scenario:
    """One way in which the pipeline is started (design 3a).

    ``event``: push, tag, pull-request, merge-queue, release, schedule, manual, called, chained, dispatch or source-change.
    ``ref``: the full git ref where it is known (``refs/heads/main``), else empty. ``unmerged``: the code that runs is not
    merged (a pull request, a comment on one). ``via``: for chained, the path of the pipeline that starts this one.
    ``inputs``: values of the manual run's inputs that this scenario fixes. ``privileged``: somebody else's change starts it, and it
    has the repository's secrets all the same (``pull_request_target``, ``issue_comment``, ``workflow_run`` after a pull request).
    ``branch``: ``default``, ``named`` (a branch that the pipeline names), ``other`` or empty, for a push. ``refs``: where
    the ref itself is not known, the patterns that the trigger admits (empty: any). ``schedules``: the times of a scheduled start,
    as far as the file says them. ``caused_by``: for chained, the name of the scenario of the pipeline at ``via`` whose end it is
    (empty: any).
    """

    __slots__ = (
        "branch", "caused_by", "event", "inputs", "name", "place", "privileged", "ref", "refs", "schedules", "unmerged", "via",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        event: str,
        ref: str = "",
        *,
        branch: str = "",
        refs: Sequence[str] = (),
        unmerged: bool = False,
        privileged: bool = False,
        via: str = "",
        caused_by: str = "",
        inputs: Mapping[str, str] | None = None,
        place: Place | None = None,
        schedules: Sequence[Schedule] = (),
    ) -> None:
        self.name = name
        self.caused_by = caused_by
        self.event = event
        self.schedules = tuple(schedules)
        self.ref = ref
        self.branch = branch
        self.refs = tuple(refs)
        self.unmerged = unmerged
        self.privileged = privileged
        self.via = via
        self.inputs: Mapping[str, str] = inputs or {}
        self.place = place


class Fragment:
    """A piece of script text with its place: line ``line`` is where ``text``'s first line stands.

    ``columns``: the indentation of the text in its file, so that column = columns + offset + 1.
    ``folded``: the text's lines are not the file's lines (``>`` and multi-line plain scalars).
    ``end_line``: the last line of the scalar.
    """

    __slots__ = ("columns", "end_line", "folded", "line", "path", "text")

    def __init__(
        self, text: str, path: str, line: int, columns: int = 0, *, folded: bool = False, end_line: int = 0
    ) -> None:
        self.text = text
        self.path = path
        self.line = line
        self.columns = columns
        self.folded = folded
        self.end_line = end_line or line


class Script:
    """The text that one shell runs, in order.

    ``shell``: bash, sh, pwsh, cmd, python ...; ``errexit``: it stops at the first failing command.
    ``pipefail``: a pipe fails with any of its commands; maybe where the reader does not know.
    """

    __slots__ = ("errexit", "fragments", "pipefail", "shell", "working_directory")

    def __init__(
        self,
        fragments: Sequence[Fragment],
        *,
        shell: str = "bash",
        errexit: bool = True,
        pipefail: Tri = MAYBE,
        working_directory: str = "",
    ) -> None:
        self.fragments = tuple(fragments)
        self.shell = shell
        self.errexit = errexit
        self.pipefail = pipefail
        self.working_directory = working_directory


class Step:
    """One thing of a job, as the platform has it: a script, or a call of an action.

    ``uses``: what it calls when it is no script: ``actions/checkout@v4``, ``docker://image``, for CodePipeline
    ``Category/Owner/Provider`` (``Deploy/AWS/ECS``), for GitLab ``gitlab:pages``, ``gitlab:release``, ``gitlab:trigger``.
    ``inputs``: its inputs (``with:``, ``Configuration``) as text, constants propagated.
    ``env``: variables that hold in this step alone. ``soft``: its failure does not fail the job (``continue-on-error``);
    maybe where an expression decides, and ``softs`` then what it comes to by scenario (empty: the same in all).
    ``checked_after``: it is allowed to fail, but so many steps later one fails the job for it
    (0: none does). ``place``: the line of the step (of ``uses`` or of ``run``).
    ``unresolved``: what it calls is named but cannot be read here.
    """

    __slots__ = (
        "checked_after", "condition", "env", "input_places", "inputs", "key", "name", "place", "script", "soft", "soft_place",
        "softs", "unresolved", "uses",
    )  # fmt: skip

    def __init__(
        self,
        place: Place,
        *,
        name: str = "",
        key: str = "",
        script: Script | None = None,
        uses: str = "",
        inputs: Mapping[str, str] | None = None,
        input_places: Mapping[str, Place] | None = None,
        env: Mapping[str, str] | None = None,
        condition: Condition = UNCONDITIONAL,
        soft: Tri = NO,
        soft_place: Place | None = None,
        unresolved: str = "",
    ) -> None:
        self.place = place
        self.name = name
        self.key = key
        self.script = script
        self.uses = uses
        self.inputs: Mapping[str, str] = inputs or {}
        self.input_places: Mapping[str, Place] = input_places or {}
        self.env: Mapping[str, str] = env or {}
        self.condition = condition
        self.soft = soft
        self.soft_place = soft_place
        self.softs: tuple[Tri, ...] = ()
        self.checked_after = 0
        self.unresolved = unresolved


class Concurrency:
    """A lock that the platform holds while a job runs (GitHub ``concurrency``, GitLab ``resource_group``).

    ``cancels``: a newer run cancels the running one. ``serialises``: the group is the same for every run that deploys
    there (maybe where an expression decides). ``scope``: ``job`` or ``pipeline``.
    """

    __slots__ = ("cancels", "cancels_place", "group", "place", "scope", "serialises")

    def __init__(
        self,
        group: str,
        place: Place,
        *,
        cancels: tuple[Tri, ...] = (),
        cancels_place: Place | None = None,
        serialises: Tri = YES,
        scope: str = "job",
    ) -> None:
        self.group = group
        self.place = place
        self.cancels = cancels
        self.cancels_place = cancels_place
        self.serialises = serialises
        self.scope = scope


class Job:
    """The unit that the platform schedules; ids as design section 6 has them.

    A job whose environment is another in other runs is read as one job for each environment, with the environment's name in its id;
    ``own_id`` is the platform's own: what reports show, the same for all of them.

    ``needs``: the platform's own predecessors. ``soft``: its failure does not stop what depends on it (``continue-on-error``,
    ``allow_failure``, an optional manual job); maybe where an expression decides, and ``softs`` then what it comes to by scenario
    (empty: the same in all). ``manual``: a person starts it. ``manual_blocks``: the pipeline waits for
    that person. ``delay_minutes``: it starts that long after it could. ``variables``: constants that its scripts see.
    ``calls``: for a job that starts another pipeline, its paths or names. ``tags``: facts that one platform has,
    by name (``region``, ``role``, ``account``, ``interruptible``, ``image``, ``permissions`` ...). ``again``: how the platform alone
    brings an earlier version back through this job, as a sentence; empty where it cannot. ``keeps``: for how long the platform keeps
    the files that the job hands over, where the file says it.
    ``activities`` is filled by :mod:`barraiser.classify`.
    """

    __slots__ = (
        "activities", "again", "calls", "concurrency", "condition", "delay_minutes", "environment", "id", "keeps", "manual",
        "manual_blocks", "manual_place", "matrix", "name", "needs", "own_id", "place", "soft", "soft_place", "soft_reason", "softs",
        "stage", "steps", "tags", "template", "timeout_minutes", "variables",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        place: Place,
        *,
        own_id: str = "",
        template: str = "",
        name: str = "",
        stage: str | None = None,
        needs: Sequence[str] = (),
        environment: EnvironmentKey | None = None,
        steps: Sequence[Step] = (),
        variables: Mapping[str, str] | None = None,
        matrix: Mapping[str, str] | None = None,
        condition: Condition = UNCONDITIONAL,
        soft: Tri = NO,
        soft_place: Place | None = None,
        soft_reason: str = "",
        manual: bool = False,
        manual_blocks: bool = True,
        manual_place: Place | None = None,
        delay_minutes: float | None = None,
        timeout_minutes: float | None = None,
        concurrency: Concurrency | None = None,
        calls: Sequence[str] = (),
        tags: Mapping[str, str] | None = None,
        again: str = "",
        keeps: Retention | None = None,
    ) -> None:
        self.id = id
        self.keeps = keeps
        self.place = place
        self.own_id = own_id or id
        self.template = template or id
        self.name = name or id
        self.stage = stage
        self.needs = tuple(needs)
        self.environment = environment
        self.steps = tuple(steps)
        self.variables: Mapping[str, str] = variables or {}
        self.matrix: Mapping[str, str] = matrix or {}
        self.condition = condition
        self.soft = soft
        self.soft_place = soft_place
        self.soft_reason = soft_reason
        self.manual = manual
        self.manual_blocks = manual_blocks
        self.manual_place = manual_place
        self.delay_minutes = delay_minutes
        self.timeout_minutes = timeout_minutes
        self.concurrency = concurrency
        self.calls = tuple(calls)
        self.tags: Mapping[str, str] = tags or {}
        self.again = again
        self.softs: tuple[Tri, ...] = ()
        self.activities: tuple[Activity, ...] = ()


class Edge:
    """``source`` comes before ``target`` (job ids; ``PATH#JOB`` for a job of another pipeline).

    ``kind``: needs, stage, run-order, sequence or trigger. ``skips``: when the source is skipped, the target is skipped too.
    ``softened_by``: why the edge has no teeth, with ``place``. ``tolerant``: its target starts all the same when the
    source did not run because something before it failed (a condition that asks for a failure of the source alone).
    ``cancelled``: a soft edge that a failure of the source would hold, and its being cancelled does not. ``doubtful``: a soft edge of
    which cannot be told whether what the target does first has teeth for the source all the same. ``softs``: where a hard edge has
    teeth in some scenarios only, whether it has none, by scenario (empty: the same in all).
    """

    __slots__ = (
        "cancelled", "doubtful", "kind", "place", "skips", "softened_by", "softs", "source", "strength", "target", "tolerant",
    )  # fmt: skip

    def __init__(
        self,
        source: str,
        target: str,
        kind: str = "needs",
        strength: str = HARD,
        *,
        skips: bool = False,
        place: Place | None = None,
        softened_by: str = "",
        tolerant: bool = False,
        cancelled: bool = False,
        doubtful: bool = False,
        softs: tuple[Tri, ...] = (),
    ) -> None:
        self.source = source
        self.target = target
        self.kind = kind
        self.strength = strength
        self.skips = skips
        self.place = place
        self.softened_by = softened_by
        self.tolerant = tolerant
        self.cancelled = cancelled
        self.doubtful = doubtful
        self.softs = softs


class Handover:
    """Another pipeline of the repository that starts this one.

    ``path``: that pipeline's file; ``strength``: hard if this one starts only when the other succeeded;
    ``scenarios``: indices of this pipeline's scenarios in which it does; ``via``: workflow_run, dispatch, release ...;
    ``jobs``: the jobs of the other pipeline that send it (empty: its end). ``pipeline``: its name, where a file may define
    several (empty: all that the file defines).
    """

    __slots__ = ("jobs", "path", "pipeline", "place", "scenarios", "softened_by", "strength", "via")

    def __init__(
        self,
        path: str,
        place: Place,
        via: str,
        *,
        strength: str = HARD,
        scenarios: Sequence[int] = (),
        jobs: Sequence[str] = (),
        softened_by: str = "",
        pipeline: str = "",
    ) -> None:
        self.path = path
        self.place = place
        self.via = via
        self.pipeline = pipeline
        self.strength = strength
        self.scenarios = tuple(scenarios)
        self.jobs = tuple(jobs)
        self.softened_by = softened_by


class Unresolved:
    """Something that a file names but that cannot be read here. ``what``: ``remote include``, ``reusable workflow`` ...;
    ``jobs``: the jobs that it is part of or stands for (empty: the whole pipeline)."""

    __slots__ = ("jobs", "name", "place", "what")

    def __init__(self, what: str, name: str, place: Place, jobs: Sequence[str] = ()) -> None:
        self.what = what
        self.name = name
        self.place = place
        self.jobs = tuple(jobs)


class Problem:
    """Why a file cannot be used, or what in it is refused; ``fatal`` makes the pipeline ``unreadable``."""

    __slots__ = ("fatal", "fix", "message", "place")

    def __init__(self, message: str, place: Place, *, fix: str = "", fatal: bool = True) -> None:
        self.message = message
        self.place = place
        self.fix = fix
        self.fatal = fatal


class Pipeline:
    """One entry of the report: a file that the platform starts by itself, with all that it calls inlined.

    ``facts``: what one platform alone has, by name, each with its place: ``execution-mode`` (PARALLEL ...), ``pipeline-type``
    (V1, V2), ``stage-conditions``, ``owner`` (from a tag). ``default_branch`` and how it was found. ``settings_by_name``: a script
    sees what the platform's settings store under its name, without a line of the file that hands it over.
    ``variants``: the pipeline in each way in which the undecidable conditions of its template can fall, or with the parameters of each
    file that sets it up (empty: there are none); in each of them ``assumes`` says which conditions hold, ``given`` names the file. In
    the pipeline itself what rests on such a condition is maybe. ``undecided``: conditions
    that are too many to be told apart, so that they stay maybe everywhere. ``keeps``: for how long the artifacts of its runs are kept,
    where the file says it. ``starts_if``: what decides whether a run starts at all, in the platform's words (``workflow: rules``).
    """

    __slots__ = (
        "assumes", "default_branch", "default_branch_from", "edges", "facts", "files", "given", "handovers", "jobs", "keeps", "kind",
        "kind_reason", "name", "path", "place", "platform", "problems", "scenarios", "settings_by_name", "stages", "starts_if",
        "undecided", "unresolved", "variants",
    )  # fmt: skip

    def __init__(
        self,
        path: str,
        platform: str,
        *,
        name: str = "",
        place: Place | None = None,
        scenarios: Sequence[Scenario] = (),
        jobs: Sequence[Job] = (),
        edges: Sequence[Edge] = (),
        stages: Sequence[str] = (),
        handovers: Sequence[Handover] = (),
        unresolved: Sequence[Unresolved] = (),
        problems: Sequence[Problem] = (),
        files: Sequence[str] = (),
        facts: Mapping[str, tuple[str, Place]] | None = None,
        default_branch: str = "main",
        default_branch_from: str = "",
        settings_by_name: bool = False,
        starts_if: str = "",
    ) -> None:
        self.path = path
        self.platform = platform
        self.name = name
        self.place = place or Place(path, 1)
        self.scenarios = tuple(scenarios)
        self.jobs = tuple(jobs)
        self.edges = tuple(edges)
        self.stages = tuple(stages)
        self.handovers = tuple(handovers)
        self.unresolved = tuple(unresolved)
        self.problems = tuple(problems)
        self.files = tuple(files) or (path,)
        self.facts: Mapping[str, tuple[str, Place]] = facts or {}
        self.default_branch = default_branch
        self.default_branch_from = default_branch_from
        self.settings_by_name = settings_by_name
        self.starts_if = starts_if
        self.kind = ""
        self.kind_reason = ""
        self.keeps: Retention | None = None
        self.variants: tuple[Pipeline, ...] = ()
        self.assumes: Mapping[str, bool] = {}
        self.given = ""
        self.undecided: tuple[str, ...] = ()
