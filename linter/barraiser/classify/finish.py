"""What only the whole of a job tells: waits for its deploys, keys it holds, gates that a person starts, deploys that nothing shows."""

from __future__ import annotations

import re
from typing import Final

from barraiser.classify.facts import PLACEHOLDER
from barraiser.classify.names import environment_class, without_expressions, words_of
from barraiser.classify.tests_kind import named_kind
from barraiser.classify.vocabulary.codepipeline import SELF_UPDATE
from barraiser.classify.vocabulary.credentials import STATIC_KEYS
from barraiser.classify.vocabulary.environments import GITLAB_TIERS
from barraiser.model.activity import Activity
from barraiser.model.environment import Environment, EnvironmentKey
from barraiser.model.pipeline import Job, Pipeline
from barraiser.model.place import Place
from barraiser.model.words import CODEPIPELINE, GITLAB_CI, TEST_KINDS

_DEPLOYS: Final = ("deploy", "config-deploy")
_DEPLOYS_AND_PLANS: Final = (*_DEPLOYS, "plan")
_REGIONAL: Final = (*_DEPLOYS, "destroy")
_AUTHENTICATED: Final = (*_DEPLOYS, "publish", "migrate", "destroy")
_ROLE: Final = re.compile(r"arn:aws[\w-]*:iam::(\d{12}):role/")
_SAYS_ITSELF: Final = frozenset(
    {"deploy", "config-deploy", "publish", "destroy", "plan", "rollback", "migrate", "approval"}
)
_WORK: Final = frozenset({"other", "source", "notify", "approval"})
_SCANS: Final = frozenset({"lint", "sast", "sca", "secret-scan"})
_DEPLOYED_TESTS: Final = frozenset({"smoke-test", "integration-test", "e2e-test", "load-test"})
_FORWARD: Final = frozenset({"deploy", "deployment", "release", "promote", "rollout", "with", "and", "or"})
_BESIDE: Final = frozenset({"source", "notify"})


def finish(job: Job, pipeline: Pipeline, activities: list[Activity], first: Place | None = None) -> list[Activity]:
    """The job's activities with what only the whole job tells. ``first``: where its first command stands."""
    activities = _implied(job, pipeline, activities, first)
    activities = _named(job, activities, first)
    _goes_back(job, pipeline, activities)
    _local(job, activities)
    _shared(activities)
    _inherited(job, pipeline, activities)
    _watched(activities)
    _keys(job, activities)
    if pipeline.platform == GITLAB_CI:
        return _gitlab(job, activities)
    if pipeline.platform == CODEPIPELINE and _is_self_update(job):
        for activity in activities:
            if activity.kind in _DEPLOYS_AND_PLANS:
                activity.kind, activity.environment, activity.reason = "other", None, "the pipeline changes itself"
    return activities


def _is_self_update(job: Job) -> bool:
    return any(
        "-".join(words_of(name)) in SELF_UPDATE or name.lower() in SELF_UPDATE
        for name in (job.name, job.stage or "")
        if name
    )


def _local(job: Job, activities: list[Activity]) -> None:
    """Migrations of a test's own database change no environment."""
    tested = any(each.kind in TEST_KINDS for each in activities) and not any(
        each.kind in _DEPLOYS for each in activities
    )
    for each in activities:
        unnamed = each.environment is None or each.environment.cls in ("unknown", "ephemeral")
        if each.kind == "migrate" and tested and unnamed and job.environment is None:
            each.kind, each.environment, each.reason = "other", None, "it prepares the database of the job's tests"


def _shared(activities: list[Activity]) -> None:
    """A deploy to an environment that nothing names goes where the job's other deploys go, if they agree.

    One and the same command that goes elsewhere on another branch is no other deploy.
    """
    deploys = [each for each in activities if each.kind in _DEPLOYS and each.environment is not None]
    known = {
        each.environment.cls: each.environment
        for each in deploys
        if each.environment is not None and each.environment.cls != "unknown"
    }
    if len(known) != 1:
        return
    other = next(iter(known.values()))
    placed = {each.place.key() for each in deploys if each.environment is other}
    for each in deploys:
        if each.environment is not None and each.environment.cls == "unknown" and each.place.key() not in placed:
            each.environment = Environment(
                other.name, other.cls, min(0.5, other.confidence), "as the job's other deploys", other.place
            )


def _inherited(job: Job, pipeline: Pipeline, activities: list[Activity]) -> None:
    """Regions and accounts that an earlier step chose, and the artifacts that builds hand over to deploys."""
    chosen: dict[str, str] = {}
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if job.variables.get(variable):
            chosen.setdefault("region", job.variables[variable])
    account = _role_account(job)
    if account:
        chosen["account"] = account
    downloads: list[str] = []
    for activity in activities:
        if activity.kind in _REGIONAL:
            more = {name: value for name, value in chosen.items() if name not in activity.facts}
            if downloads and "artifacts" not in activity.facts:
                more["artifacts"] = ",".join(downloads)
            if more:
                activity.facts = {**activity.facts, **more}
        elif activity.kind == "other":
            chosen.update({name: activity.facts[name] for name in ("region", "account") if name in activity.facts})
            if (
                "download-artifact" in activity.tool
                and activity.facts.get("artifacts")
                and pipeline.platform != CODEPIPELINE
            ):
                downloads.append(activity.facts["artifacts"])
    if pipeline.platform == CODEPIPELINE:
        for kinds, tag in ((("build",), "output-artifacts"), (_DEPLOYS, "input-artifacts")):
            names = job.tags.get(tag, "")
            for activity in activities:
                if names and activity.kind in kinds:
                    activity.facts = {**activity.facts, "artifacts": names}
    else:
        uploads = [
            each.facts["artifacts"]
            for each in activities
            if "upload-artifact" in each.tool and each.facts.get("artifacts")
        ]
        for activity in activities:
            if uploads and activity.kind == "build" and not activity.images:
                activity.facts = {**activity.facts, "artifacts": ",".join(uploads)}


def _watched(activities: list[Activity]) -> None:
    """A later command that waits for the rollout makes the deploys before it wait."""
    pending: list[Activity] = []
    for activity in activities:
        if activity.kind in _DEPLOYS and activity.facts.get("waits") == "no":
            pending.append(activity)
        elif activity.facts.get("watch") == "yes" and not activity.soft:
            for earlier in pending:
                if _same_family(earlier.tool, activity.tool):
                    earlier.facts = {**earlier.facts, "waits": "yes"}
            pending = [each for each in pending if each.facts["waits"] == "no"]


def _same_family(deployer: str, watcher: str) -> bool:
    kubernetes = {"kubectl", "helm", "oc", "kustomize", "tk", "ko", "kubectl-argo-rollouts"}
    if deployer in kubernetes and watcher in kubernetes:
        return True
    return deployer.split(" ")[0].split("/")[0] == watcher.split(" ")[0].split("/")[0]


_EXPORTED: Final = re.compile(
    r"\bexport\b[^\n;&|]{0,200}\b(AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY))=[\"']?\$\{?([A-Za-z_]\w{0,80})\}?[\"']?(?=\s|;|&|$)",
    re.M,
)


def _exported(job: Job) -> str:
    """A stored key that a script of the job exports: from a variable that the script does not make, and with no session's token."""
    for step in job.steps:
        for part in step.script.fragments if step.script is not None else ():
            if "AWS_" not in part.text or "AWS_SESSION_TOKEN" in part.text:
                continue
            match = _EXPORTED.search(part.text)
            text = "\n".join(each.text for each in step.script.fragments) if match and step.script else ""
            if (
                match
                and "AWS_SESSION_TOKEN" not in text
                and not re.search(rf"\b{match[2]}=|\bread\b[^\n]*\b{match[2]}\b", text)
            ):
                return match[1]
    return ""


def _role_account(job: Job) -> str:
    """The account of the roles that the job's variables name, where it is one and the same."""
    accounts = {match[1] for value in job.variables.values() if (match := _ROLE.match(value))}
    return accounts.pop() if len(accounts) == 1 else ""


def _keys(job: Job, activities: list[Activity]) -> None:
    """Deploys of a job that holds a long-lived credential use it."""
    held = next((name for name in job.variables if name in STATIC_KEYS), "") or _exported(job)
    for activity in activities:
        if activity.kind not in _AUTHENTICATED or "static-keys" in activity.facts:
            continue
        step = job.steps[activity.step] if activity.step < len(job.steps) else None
        own = next((name for name in step.env if name in STATIC_KEYS), "") if step else ""
        if (own or held) and activity.kind in _DEPLOYS:
            activity.facts = {**activity.facts, "static-keys": own or held}


def _implied(job: Job, pipeline: Pipeline, activities: list[Activity], first: Place | None) -> list[Activity]:
    """A deploy that nothing in the commands shows: the platform counts the job as one, or its name says so of what cannot be read."""
    if any(each.kind in _SAYS_ITSELF for each in activities):
        return activities
    opaque = [each for each in activities if each.opaque and each.kind == "other"]
    key = job.environment
    starts = key is not None and key.action in ("", "start")
    short = job.id.split(" / ")[-1].split(" (")[0].split("/")[-1]
    says = named_kind(short) or named_kind(job.name)
    if not says and job.stage:
        says = named_kind(job.stage)
        if says == "deploy" and pipeline.platform == GITLAB_CI:
            says = ""
    kind, reason = "deploy", ""
    if says == "deploy" and opaque:
        reason = "what cannot be read here runs in a job named for deploying"
    elif says == "deploy" and starts and all(each.kind in _BESIDE for each in activities):
        reason = "a job named for deploying has an environment"
    elif says == "deploy" and not activities and first is None and _taken_over(job, pipeline):
        reason = "what the job takes over cannot be read here; its name says that it deploys"
    elif starts and pipeline.platform == GITLAB_CI and key is not None and says in ("", "deploy", "publish"):
        if says == "publish" and opaque:
            kind, reason = "publish", "what cannot be read here runs in a job named for publishing"
        elif (_names_class(key) or not activities) and (opaque or all(each.kind in _WORK for each in activities)):
            reason = "the job starts a deployment of its environment"
    if not reason:
        return activities
    if opaque:
        chosen = opaque[-1]
        chosen.kind, chosen.confidence, chosen.reason = kind, 0.55, reason
        return activities
    place = first or (job.steps[0].place if job.steps else key.place if key is not None else job.place)
    return [
        *activities,
        Activity(
            "deploy",
            place,
            text=job.name,
            confidence=0.5,
            reason=reason,
            opaque=True,
            step=max(0, len(job.steps) - 1),
            facts={PLACEHOLDER: "yes"},
        ),
    ]


def _goes_back(job: Job, pipeline: Pipeline, activities: list[Activity]) -> None:
    """What a job named for a rollback deploys is an earlier version, where a person or a failure starts it; so is what a step so
    named deploys after a failure."""
    for each in activities:
        if each.kind in _DEPLOYS and each.condition.on_failure and each.step < len(job.steps):
            name = job.steps[each.step].name
            if _says_back(name):
                each.kind, each.reason = "rollback", f"the step is named {name[:60]}"
    deploys = [each for each in activities if each.kind in _DEPLOYS]
    if not deploys or not any(_says_back(name) for name in (job.id.split(" / ")[-1], job.name)):
        return
    by_person = job.manual or all(each.event == "manual" for each in pipeline.scenarios)
    if by_person or job.condition.on_failure:
        for each in deploys:
            each.kind, each.reason = "rollback", f"the job is named {(job.name or job.id)[:60]}"
        for each in activities:
            if each.kind == "publish":
                each.kind, each.reason = "other", "what a rollback publishes is an earlier version"


def _says_back(name: str) -> bool:
    words = words_of(without_expressions(name)[0])
    if words[:1] in (["rollback"], ["revert"]) or words[:2] == ["roll", "back"]:
        return True
    return words[-1:] == ["rollback"] and _FORWARD.isdisjoint(words)


def _taken_over(job: Job, pipeline: Pipeline) -> bool:
    """Whether all that a GitLab job does stands in a job that cannot be read here (``extends`` of an include's)."""
    return pipeline.platform == GITLAB_CI and any(
        job.own_id in each.jobs or job.name in each.jobs for each in pipeline.unresolved
    )


def _named(job: Job, activities: list[Activity], first: Place | None) -> list[Activity]:
    """A job named for a test or a scan does it, where nothing that can be read here shows another purpose."""
    if any(each.kind not in _WORK for each in activities):
        return activities
    own = [each for each in activities if each.kind == "other" and each.facts.get("watch") != "yes"]
    name = job.id.split(" / ")[-1].split(" (")[0].split("/")[-1]
    kind = named_kind(name) or named_kind(job.name)
    opaque = [each for each in own if each.opaque]
    if own and (kind in _SCANS or kind in _DEPLOYED_TESTS or (kind == "unit-test" and opaque)):
        chosen = (opaque or own)[-1]
        chosen.kind, chosen.confidence, chosen.reason = kind, 0.55, f"the job is named {(job.name or name)[:60]}"
    elif first is not None and all(each.kind in _BESIDE for each in activities):
        kind = kind or named_kind(job.stage or "")
        if kind == "test" or kind in TEST_KINDS:
            kind = "unit-test" if kind == "test" else kind
            reason = "a job named for testing does nothing but write messages"
            facts = {PLACEHOLDER: "yes"}
            step = max(0, len(job.steps) - 1)
            return [
                *activities,
                Activity(
                    kind, first, text=job.name, confidence=0.5, reason=reason, opaque=True, step=step, facts=facts
                ),
            ]
    return activities


def _names_class(key: EnvironmentKey) -> bool:
    return environment_class(key.name) is not None or key.counts_as in GITLAB_TIERS


def _gitlab(job: Job, activities: list[Activity]) -> list[Activity]:
    key = job.environment
    works = [each for each in activities if each.kind not in _WORK or each.opaque]
    if job.manual and job.manual_blocks and not works and not (key is not None and key.action in ("", "start")):
        place = job.manual_place or job.place
        approval = Activity(
            "approval",
            place,
            text="when: manual",
            confidence=0.8,
            reason="a person starts a job that does nothing else",
        )
        return [approval, *activities]
    return activities
