"""Fills a pipeline's jobs with activities and tells the pipeline's kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.classify.actions import read_step
from barraiser.classify.answered import ANSWER_UNUSED, asks, decides
from barraiser.classify.commands import program_of, read
from barraiser.classify.declared import DeclaredKinds
from barraiser.classify.environment import UNKNOWN, Environments, Placed
from barraiser.classify.facts import PUSHES_TO
from barraiser.classify.finish import finish
from barraiser.classify.follow import Follower
from barraiser.classify.hit import Aim, Hit
from barraiser.classify.images import Prepared
from barraiser.classify.kind import MAKES, kind_of
from barraiser.classify.reporting import only_reports
from barraiser.classify.scenarios import Runs, both
from barraiser.classify.tests_kind import stated_test
from barraiser.classify.view import Found, View
from barraiser.classify.whole import settle
from barraiser.model.activity import ALLOWED_STEP, Activity
from barraiser.model.condition import Condition
from barraiser.model.declarations import Declarations
from barraiser.model.pipeline import Job, Pipeline, Script, Step
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, negate
from barraiser.shell.command import Command
from barraiser.shell.parser import commands_of
from barraiser.source.repository import Repository

_PLACED: Final = frozenset({"deploy", "config-deploy", "destroy", "migrate", "rollback"})
_LOOKING: Final = frozenset(
    {"integration-test", "e2e-test", "smoke-test", "load-test", "chaos-test", "dast", "alarm-gate"}
)
_SCANS: Final = frozenset({"lint", "sast", "sca", "secret-scan", "iac-scan"})
_MAX_TEXT: Final = 400
_MAX_CONTEXT: Final = 20
_WORKSPACES: Final = ("terraform", "tofu", "pulumi")


def classify(pipeline: Pipeline, repository: Repository, declared: Declarations) -> None:
    """Sets ``job.activities`` of every job, ``pipeline.kind`` and ``pipeline.kind_reason``.

    A job that does several things has an activity for each, in order; one that deploys to several environments has one
    for each. Scripts, make targets and package scripts of the repository that a command calls are followed one level.
    """
    follower = Follower(repository)
    callers = frozenset(job.id.rpartition(" / ")[0] for job in pipeline.jobs)
    kinds = DeclaredKinds(declared)
    for job in pipeline.jobs:
        reading = _Reading(job, pipeline, declared, follower, callers)
        activities = kinds.applied(job, reading.activities())
        activities = finish(job, pipeline, activities, reading.first)
        for each in activities:
            if PUSHES_TO in each.facts:
                from barraiser.classify.branches import as_promotion

                as_promotion(each, pipeline, repository)
        job.activities = tuple(each for activity in activities for each in reading.settled(activity))
    settle(pipeline)
    if follower.files:
        pipeline.files = tuple(dict.fromkeys([*pipeline.files, *follower.files]))
    stated = declared.pipeline(pipeline.path)
    if stated is not None and stated.kind:
        pipeline.kind, pipeline.kind_reason = stated.kind, "declared in the configuration"
    else:
        pipeline.kind, pipeline.kind_reason = kind_of(pipeline)


class _Reading:
    """One job that is read. ``callers``: ids of the jobs whose called pipeline's jobs stand in this pipeline."""

    def __init__(
        self, job: Job, pipeline: Pipeline, declared: Declarations, follower: Follower, callers: frozenset[str]
    ) -> None:
        self.callers = callers
        self.job = job
        self.pipeline = pipeline
        self.follower = follower
        self.environments = Environments(job, pipeline, declared)
        self.deployed = False
        self.edited = ""
        self.edits: list[str] = []
        self.context: list[tuple[Aim, str]] = []
        self.first: Place | None = None

    def settled(self, activity: Activity) -> list[Activity]:
        """An activity that was only found to be a deploy at the end, with its environment."""
        if activity.kind not in _PLACED or activity.environment is not None:
            return [activity]
        step = self.job.steps[activity.step] if activity.step < len(self.job.steps) else Step(self.job.place)
        hit = Hit(activity.kind, tool=activity.tool, argv=activity.argv)
        hit.aims = [Aim(word) for word in activity.argv]
        placed = self.environments.of_deploy(hit, step)
        activity.environment = placed[0][0]
        return [activity]

    def activities(self) -> list[Activity]:
        """What the job does, in order; small shell commands left out."""
        made: list[Activity] = []
        prepared = Prepared()
        for index, step in enumerate(self.job.steps):
            view = View(self.job, step, self.follower.commands)
            view.deployed, view.edited, view.edits = self.deployed, self.edited, self.edits
            for found in self._found(step, view):
                if view.edits or found.hit.images or prepared.by_name:
                    prepared.edited(view.edits)
                    prepared.given(found.hit)
                made += self._made(found, step, index)
            self.deployed, self.edited, self.edits = (
                view.deployed or self.deployed,
                view.edited or self.edited,
                view.edits,
            )
        return made

    def _found(self, step: Step, view: View) -> list[Found]:
        if step.script is None:
            inlined = self.job.id in self.callers
            found = read_step(step, view, self.pipeline.platform, inlined=inlined) if step.uses else []
            view.deployed = view.deployed or any(each.hit.kind == "deploy" for each in found)
            return found
        found = []
        known = {**self.job.variables, **step.env} if step.env else self.job.variables
        commands = commands_of(step.script, known)
        reads: Sequence[tuple[Command, Runs | None]] | None = None
        if any(command.conditional for command in commands) or _names_a_ref(step.script):
            from barraiser.classify.by_ref import by_ref

            reads = by_ref(commands, step.script, known, self.pipeline)
        if reads is not None:
            commands = [command for command, _ in reads]
        view.fed = {
            id(each.stdin_from): program_of(each.words[0])
            for each in commands
            if each.stdin_from is not None and each.words
        }
        for number, command in enumerate(commands):
            self.first = self.first or command.place
            for each in read(command, view):
                if each.hit.kind == "deploy":
                    view.deployed = True
                if reads is not None:
                    each.runs = reads[number][1]
                found.append(each)
        found = [each for each in found if not each.hit.noise]
        _by_step_name(step, found)
        return found

    def _made(self, found: Found, step: Step, index: int) -> list[Activity]:
        hit, command = found.hit, found.command
        if hit.sets:
            when = step.condition.text
            self.context = [*((aim, when) for aim in hit.aims), *self.context][:_MAX_CONTEXT]
        elif hit.kind in _PLACED and not hit.elsewhere:
            named = hit.tool.startswith(_WORKSPACES)
            own = step.condition.text
            hit.aims = [
                *hit.aims,
                *(aim for aim, when in self.context if (named or not aim.named) and when in ("", own)),
            ]
        soft, reason, soft_place = _softness(found, step, hit)
        if hit.kind in _SCANS and soft != YES:
            reports = only_reports(hit, step, self.job.variables, self.follower.repository.exists)
            if reports:
                soft, reason, soft_place = YES, reports, command.place
        text = command.text if step.script is not None or command.text != step.uses else step.uses
        if hit.makes:
            hit.facts[MAKES] = hit.makes
        if hit.kind in ("bake", "alarm-gate") and command.repeats > 1:
            hit.facts["repeats"] = str(command.repeats)
        elif hit.kind == "alarm-gate" and command.polls:
            hit.facts["repeats"] = "unknown"
        made = []
        for environment, runs in self._placed(hit, step):
            condition = step.condition
            if found.runs is not None:
                condition = _narrowed(condition, "", found.runs)
            if runs is not None:
                condition = _narrowed(condition, environment.name if environment else "", runs)
            made.append(
                Activity(
                    hit.kind,
                    command.place,
                    text=" ".join(text.split())[:_MAX_TEXT],
                    confidence=hit.confidence,
                    reason=hit.reason or f"{hit.tool} is known" if hit.tool else hit.reason,
                    environment=environment,
                    argv=hit.argv if step.script is not None or hit.argv[:1] != (step.uses,) else (),
                    tool=hit.tool,
                    minutes=hit.minutes,
                    step=index,
                    soft=soft,
                    soft_reason=reason,
                    soft_place=soft_place,
                    opaque=hit.opaque,
                    conditional=found.conditional,
                    condition=condition,
                    facts=_facts(hit),
                    images=hit.images,
                )
            )
            made[-1].background = command.background
            if step.softs and reason == ALLOWED_STEP:
                made[-1].softs = step.softs
        return made

    def _placed(self, hit: Hit, step: Step) -> list[Placed] | list[tuple[None, None]]:
        """Where it works: one environment or several, or nowhere in particular."""
        if hit.kind in _PLACED:
            return self.environments.of_deploy(hit, step)
        if hit.kind in _LOOKING:
            placed = [each for each in self.environments.of_deploy(hit, step, certain=True) if each[0].cls != UNKNOWN]
            if placed:
                return placed[:1]
        return [(None, None)]


def _names_a_ref(script: Script) -> bool:
    """Whether a script holds a word by which it may look at the ref that it runs on."""
    return any(
        "_REF" in each.text or "github.ref" in each.text or "CI_COMMIT_" in each.text or "CI_BUILD_TAG" in each.text
        for each in script.fragments
    )


def _narrowed(condition: Condition, name: str, runs: Runs) -> Condition:
    """A step's condition where it also depends on what an environment's name comes to."""
    return Condition(
        " && ".join(part for part in (condition.text, name) if part),
        both(condition.runs, runs),
        always=condition.always,
        despite=condition.despite,
        on_failure=condition.on_failure,
        demands=condition.demands,
        written=condition.written,
        cancelled=condition.cancelled,
        place=condition.place,
    )


def _by_step_name(step: Step, found: list[Found]) -> None:
    """A step named for a test of something deployed is one, also where its commands are ordinary ones."""
    kind = stated_test(step.name)
    if not kind or any(each.hit.kind not in ("other", "source") for each in found):
        return
    own = [each for each in found if each.hit.kind == "other" and not each.hit.watch]
    if own:
        hit = own[-1].hit
        hit.kind, hit.confidence, hit.reason = kind, 0.6, f"the step is named {step.name[:60]}"


def _facts(hit: Hit) -> dict[str, str]:
    facts = dict(hit.facts)
    if hit.watch:
        facts["watch"] = "yes"
    if hit.gitops:
        facts["gitops"] = "yes"
    return facts


def _answered(found: Found) -> tuple[Tri, str, Place | None]:
    """The softness of a command that only asks for alarms: whether the script acts on its answer, not how it exits."""
    if found.command.background:
        return YES, "&", found.command.place
    answer = decides(found.command)
    soft, reason = found.called
    if negate(answer) > soft:
        soft, reason = negate(answer), ANSWER_UNUSED if answer == NO else "what becomes of its answer"
    return soft, reason, found.command.place if soft else None


def _never_fails(hit: Hit) -> str:
    """The option with which a scan only reports; empty where there is none."""
    if hit.kind not in _SCANS:
        return ""
    for at, word in enumerate(hit.argv):
        if word in ("--exit-zero", "--soft-fail", "--exit-code=0"):
            return word
        if word == "--exit-code" and hit.argv[at + 1 : at + 2] in (("0",), ["0"]):
            return "--exit-code 0"
    return ""


def _softness(found: Found, step: Step, hit: Hit) -> tuple[Tri, str, Place | None]:
    """Whether its failure lets the job go on, why, and where that is written."""
    asked = hit.kind == "alarm-gate" and step.script is not None and asks(hit.tool)
    own = _answered(found) if asked else (found.soft, found.soft_reason, found.command.place)
    if step.soft and step.soft > own[0]:
        return step.soft, ALLOWED_STEP, step.soft_place or step.place
    if asked:
        return own
    flag = _never_fails(hit)
    if flag:
        return YES, flag, found.command.place
    if found.soft:
        return found.soft, found.soft_reason, found.command.place
    if hit.soft_reason:
        return MAYBE, hit.soft_reason, found.command.place
    return found.soft, "", None
