"""What lies between pre-production and production, and between the waves of production."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.api import DEPLOY_KINDS, PREPROD_CLASSES, PROD_CLASSES, Case, Node, Pipeline, Unresolved
from barraiser_rules.hints import only_beside, only_scans
from barraiser_rules.questions import caller_out_of_sight, instead, preprod_deploys
from barraiser_rules.schedules import gap_of, longest_gap

ENTRY, SUCCESS = "BeforeEntry", "OnSuccess"
"""Values of the tag ``stage-condition``: what a stage asks before it starts, and after its actions have succeeded."""

HOURS = {"hourly": 1.0, "daily": 24.0, "nightly": 24.0, "weekly": 168.0, "monthly": 744.0}


def looks_at(case: Case, node: Node) -> str:
    """The class of what a check looks at: its own, else that of its job's or its stage condition's deploys; empty where nothing tells."""
    if node.environment_class:
        return node.environment_class
    if node.kind == "bake":  # it waits for the alarms that are read beside it
        for other in node.job.activities:
            if other.kind == "alarm-gate" and other.step == node.activity.step and other.environment is not None:
                return other.environment.cls
    condition = node.job.tags.get("stage-condition")
    found = ""
    for deploy in case.graph.deploys():
        same_job = deploy.job is node.job and deploy.index < node.index
        same_stage = condition is not None and deploy.job.stage == node.job.stage and deploy.pipeline is node.pipeline
        if same_job or same_stage:
            found = deploy.environment_class
    return found


def after_preprod(
    case: Case, deploy: Node, kinds: Sequence[str], classes: Sequence[str] = PREPROD_CLASSES
) -> list[Node]:
    """Checks of these kinds that come after a pre-production deploy of these classes, and do not look at production."""
    staging = [each for each in preprod_deploys(case, deploy) if each.environment_class in classes]
    released = [each for each in case.graph.ahead_of(deploy, *DEPLOY_KINDS) if each.environment_class in PROD_CLASSES]
    return [
        node
        for node in case.graph.ahead_of(deploy, *kinds)
        if looks_at(case, node) not in PROD_CLASSES
        and any(case.graph.before(each, node) for each in staging)
        and (node.environment_class or not any(case.graph.before(each, node) for each in released))
    ]


def last_preprod(case: Case, deploy: Node) -> list[Node]:
    """The pre-production deploys after which no other one comes, before a deploy."""
    staging = [each for each in preprod_deploys(case, deploy) if not instead(case, each, deploy)]
    return [
        each
        for each in staging
        if not any(other.job is not each.job and case.graph.before(each, other) for other in staging)
    ]


def first_in_production(case: Case, classes: Sequence[str] = PROD_CLASSES) -> list[Node]:
    """The deploys of the subject before which no production deploy (of these classes) of another job comes."""
    peers = case.graph.deploys(*classes)
    return [
        each
        for each in case.deploys
        if not any(peer.job.template != each.job.template and case.graph.before(peer, each) for peer in peers)
    ]


def spot(node: Node) -> tuple[str, ...]:
    """What tells one part of production from another: environment, region, account, cluster."""
    name = node.environment.name if node.environment else ""
    argv = node.activity.argv
    context = next((argv[at + 1] for at, word in enumerate(argv[:-1]) if word in ("--context", "--kube-context")), "")
    facts = node.activity.facts
    return (node.environment_class, name, facts.get("region", ""), facts.get("account", ""), context)


def later_waves(case: Case, deploy: Node) -> list[Node]:
    """Production deploys to another part of production that come after a deploy, and before which no further part comes."""
    later = [
        each
        for each in case.graph.after(deploy, *DEPLOY_KINDS)
        if each.environment_class in PROD_CLASSES and spot(each) != spot(deploy)
    ]
    return [
        each
        for each in later
        if not any(spot(other) != spot(each) and case.graph.before(other, each) for other in later)
    ]


def unread_after(case: Case, deploy: Node) -> Unresolved | None:
    """Something that cannot be read here and that may hold what should come after a deploy: its own job's, or a later one's."""
    jobs = {deploy.job.id, *(node.job.id for node in case.graph.after(deploy))}
    for item in case.pipeline.unresolved:
        if (
            not only_scans(item.name)
            and not only_beside(item.name)
            and (not item.jobs or not jobs.isdisjoint(item.jobs))
        ):
            return item
    return caller_out_of_sight(case)


def hours_between(pipeline: Pipeline) -> float | None:
    """The longest time in hours between two scheduled starts of a pipeline; None where no file says."""
    return gap_of(each for scenario in pipeline.scenarios for each in scenario.schedules)


def named_hours(text: str) -> float | None:
    """The hours that a declared rhythm means: ``daily``, ``weekly``, a cron expression or a number of hours."""
    word = text.strip().lower()
    if word in HOURS:
        return HOURS[word]
    if word.replace(".", "", 1).isdecimal():
        return float(word)
    return longest_gap((text,))
