"""The answers for each deployer: its own traits, its flags, and the definition that it applies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.evidence import appspec, serverless
from barraiser.evidence.applied import Applied
from barraiser.evidence.cloudformation import nested_templates
from barraiser.evidence.definition import (
    APPCONFIG_ENVIRONMENT,
    CANARY,
    DEPLOYMENT_GROUP,
    ECS_SERVICE,
    FUNCTION,
    RELEASE,
    ROLLOUT,
    WORKLOAD,
    Definition,
    below,
    literal,
    together,
)
from barraiser.evidence.deployer import Deployer, first_existing, values_of
from barraiser.evidence.library import library_of
from barraiser.evidence.mechanisms import MANAGED, MOVES_TRAFFIC, TRAITS, UNKNOWN_TRAITS
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, any_of
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

_PLAIN: Final = frozenset(("deployment", "deployments", "deploy", "statefulset", "sts", "daemonset", "ds", "dc"))
TEMPLATES: Final = ("template.yaml", "template.yml", "template.json")


def answer(deployer: Deployer, repository: Repository) -> Applied:
    """What a deploy applies and does, by its command and the repository alone."""
    special = {
        "appconfig": _appconfig, "cloudformation": _cloudformation,
        "codedeploy": _codedeploy, "ecs": _ecs, "helm": _helm, "kubernetes": _kubernetes,
        "argocd": _rendered_elsewhere, "flux": _rendered_elsewhere, "gitops": _rendered_elsewhere, "terraform": _terraform,
        "lambda": _lambda, "azure-app-service": _app_service, "argo-rollouts": _kubernetes, "werf": _werf,
        "azure-resource-manager": _resource_manager, "s3": _s3,
    }.get(deployer.mechanism)  # fmt: skip
    found = special(deployer, repository) if special is not None else by_itself(deployer.mechanism)
    found.managed = found.mechanism in MANAGED and not found.read and MOVES_TRAFFIC.isdisjoint(deployer.words)
    return found


def by_itself(mechanism: str) -> Applied:
    """What a deployer does where no definition says otherwise."""
    traits = TRAITS.get(mechanism, UNKNOWN_TRAITS)
    return Applied(
        mechanism, rolls_back_on_failure=traits.on_failure, rolls_back_on_alarm=traits.on_alarm,
        keeps_releases=traits.keeps, validates=traits.validates, why=traits.why,
    )  # fmt: skip


def merged(mechanism: str, definitions: Sequence[Definition], base: Applied) -> Applied:
    """The answers of resources that are rolled out together. Not ``read`` where a value that decides is computed."""
    on_failure = together([each.on_failure for each in definitions])
    on_alarm = together([each.on_alarm for each in definitions])
    validates = together([each.validates for each in definitions])
    best = max(definitions, key=lambda each: (each.on_alarm, each.on_failure, each.validates))
    worst = min(definitions, key=lambda each: (each.on_failure, each.on_alarm))
    chosen = worst if NO in (on_failure, on_alarm) and YES not in (on_failure, on_alarm) else best
    if on_alarm == MAYBE and on_failure == NO:
        on_failure = MAYBE
    return Applied(
        mechanism, read=MAYBE not in (on_failure, on_alarm), places=[chosen.place, *_others(definitions, chosen)],
        rolls_back_on_failure=on_failure, rolls_back_on_alarm=on_alarm, keeps_releases=base.keeps_releases,
        validates=validates, why=chosen.why or base.why, definitions=definitions,
    )  # fmt: skip


def _others(definitions: Sequence[Definition], chosen: Definition) -> list[Place]:
    return [each.place for each in definitions if each is not chosen][:9]


def _cloudformation(deployer: Deployer, repository: Repository) -> Applied:
    words = deployer.words
    base = by_itself("cloudformation")
    if words and words[0].rpartition("/")[2] in ("serverless", "sls", "npx") and {"serverless", "sls"} & set(words[:3]):
        return serverless.answer(deployer, repository, base)
    if "serverless/github-action" in deployer.uses.lower():
        return serverless.answer(deployer, repository, base)
    named = [
        *deployer.options("--template-file", "--template-body", "--template", "-t"),
        deployer.input("template", "template-file"),
    ]
    inside = deployer.prepared().get("TemplatePath", "").partition("::")[2]
    if inside:
        beside = deployer.pipeline.path.rpartition("/")[0]
        named += [inside, f"cdk.out/{inside}", f"{beside}/{inside}" if beside else inside]
    named += [deployer.packaged_from(name) for name in named if name]
    path = deployer.path(repository, *named)
    if not path and words and words[0].rpartition("/")[2] == "sam":
        path = first_existing(TEMPLATES, deployer.folder, repository)
    if deployer.activity.facts.get("rollback-disabled"):
        base.rolls_back_on_failure = NO
        base.why = f"`{deployer.activity.facts['rollback-disabled']}` leaves a failed stack as it is"
    if deployer.flag("--rollback-configuration") == YES:
        base.rolls_back_on_alarm = YES
        base.why = "the stack operation watches its rollback triggers"
    paths = [path] if path else []
    if not paths and "cdk" in [word.rpartition("/")[2] for word in words[:4]]:
        from barraiser.evidence.assembly import templates_of

        paths = templates_of(deployer, repository)
    definitions: list[Definition] = []
    for each in paths:
        found_there = library_of(repository).under(each, repository)
        if found_there is None:
            return base
        definitions += found_there
        for nested in nested_templates(each, repository):
            definitions += library_of(repository).at(nested, repository) or []
    if not paths:
        return base
    path = paths[0]
    shifting = [each for each in definitions if each.kind in (FUNCTION, ECS_SERVICE, DEPLOYMENT_GROUP)]
    found = merged("cloudformation", shifting, base) if shifting else base
    found.mechanism, found.read = "cloudformation", True
    found.rolls_back_on_failure = base.rolls_back_on_failure
    found.places = found.places or (Place(path, 1),)
    if base.rolls_back_on_alarm == YES:
        found.rolls_back_on_alarm = YES
    elif not shifting:
        found.rolls_back_on_alarm = NO
    if found.rolls_back_on_alarm != YES and found.validates != YES:
        found.why = base.why
    found.keeps_releases = base.keeps_releases
    return found


def _ecs(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("ecs")
    if deployer.input("codedeploy-appspec", "codedeploy-application"):
        return _codedeploy(deployer, repository)
    given = deployer.option("--deployment-configuration").lower().replace(" ", "").replace('"', "").replace(":", "=")
    if "deploymentcircuitbreaker=" in given and "$" not in given:
        on = "enable=true" in given and "rollback=true" in given
        base.rolls_back_on_failure = YES if on else NO
        base.rolls_back_on_alarm = NO if "alarms=" not in given else MAYBE
        base.read = base.rolls_back_on_alarm != MAYBE
        base.why = "the command sets the deployment circuit breaker" + ("" if on else " without rollback")
        return base
    name = deployer.option("--service", "--service-name") or deployer.input("service", "ServiceName")
    named = deployer.activity.facts.get("target", "")
    services = _chosen(library_of(repository).search(ECS_SERVICE, repository), name or named)
    if not services or not library_of(repository).searched_all:
        return base
    if all(service.external for service in services):
        return _codedeploy(deployer, repository)
    return merged("ecs", services, base)


def _chosen(found: Sequence[Definition], name: str) -> list[Definition]:
    """The definition of that name, else those without a name of their own; all where the name is not known. They must agree."""
    wanted = name.rpartition("/")[2]
    if not wanted or "$" in wanted or "{" in wanted:
        return list(found)
    return [each for each in found if each.name == wanted] or [each for each in found if not each.name]


def _codedeploy(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("codedeploy")
    given = deployer.option("--auto-rollback-configuration").lower().replace(" ", "")
    name = deployer.option("--deployment-group-name") or deployer.input(
        "DeploymentGroupName", "codedeploy-deployment-group", "deployment-group"
    )
    library = library_of(repository)
    groups = _chosen(library.search(DEPLOYMENT_GROUP, repository), name)
    found = merged("codedeploy", groups, base) if groups and library.searched_all else base
    if given and "$" not in given:
        on = "enabled=true" in given or '"enabled":true' in given
        found.rolls_back_on_failure = YES if on and "deployment_failure" in given else NO
        if found.rolls_back_on_failure == YES:
            found.why = "the command turns CodeDeploy's automatic rollback on"
    named = deployer.input("codedeploy-appspec", "AppSpecTemplatePath")
    path = deployer.path(repository, named) or first_existing(appspec.NAMES, deployer.folder, repository)
    validates, place = appspec.validates(path or first_existing(appspec.NAMES, "", repository), repository)
    found.validates = validates
    if validates == YES and place is not None:
        found.places = (*found.places, place)
        found.why = (
            f"{found.why}; the appspec has hooks that validate" if found.read else "the appspec has hooks that validate"
        )
    return found


def _appconfig(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("appconfig")
    library = library_of(repository)
    name = deployer.option("--environment-id") or deployer.input("Environment", "environment")
    found = _chosen(library.search(APPCONFIG_ENVIRONMENT, repository), name)
    return merged("appconfig", found, base) if found and library.searched_all else base


def _helm(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("helm")
    facts = deployer.activity.facts
    if deployer.words:
        atomic = deployer.flag("--atomic", "--rollback-on-failure", "--rollback-on-fail")
    else:
        given = deployer.input("atomic", "rollback-on-failure").lower()
        atomic = YES if given == "true" else NO if given == "false" else MAYBE
    if facts.get("rolls-back"):
        atomic = YES
    if atomic != YES and "helmfile" in (deployer.words[:1] or ("",))[0]:
        atomic = _helmfile(deployer, repository)
    base.rolls_back_on_failure = atomic
    if atomic == YES:
        base.why = "Helm brings the old release back when the upgrade fails (`--atomic`)"
    elif atomic == MAYBE:
        base.why = "whether Helm rolls a failed upgrade back depends on flags that cannot be read here"
    chart = deployer.path(repository, *(word for word in deployer.words[1:] if not word.startswith("-")))
    definitions = library_of(repository).under(chart, repository) if chart and not repository.exists(chart) else None
    if definitions:
        from barraiser.evidence.helm_values import release_definitions

        definitions = release_definitions(chart, definitions, deployer, repository)
    gradual = [each for each in definitions or () if each.kind in (ROLLOUT, CANARY)]
    if definitions is not None:
        base.read = atomic != MAYBE
        base.places = tuple(each.place for each in definitions[:1])
        base.definitions = tuple(each for each in definitions if each.kind == WORKLOAD)
    if not gradual:
        base.rolls_back_on_alarm = NO
        return base
    found = merged("helm", gradual, base)
    found.rolls_back_on_failure = any_of((atomic, found.rolls_back_on_failure))
    return found


def _helmfile(deployer: Deployer, repository: Repository) -> Tri:
    path = deployer.path(repository, *deployer.options("-f", "--file")) or first_existing(
        ("helmfile.yaml", "helmfile.yml", "helmfile.yaml.gotmpl"), deployer.folder, repository
    )
    try:
        lines = repository.lines(path) if path else []
    except SourceError:
        lines = []
    return MAYBE if not lines else YES if any(line.strip() == "atomic: true" for line in lines) else NO


def _kubernetes(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself(deployer.mechanism)
    named = [*deployer.options("-f", "--filename", "-k", "--kustomize"), deployer.input("manifests", "manifest")]
    if deployer.starts("set", "image") or deployer.starts("rollout", "restart"):
        if deployer.starts("argo", "rollouts") or any(
            word.startswith(("rollout/", "rollouts/")) for word in deployer.words
        ):
            return _rollout_of_job(deployer, repository)
        return base
    library = library_of(repository)
    definitions: list[Definition] = []
    lines = [line.strip() for name in (*named, "") for line in name.splitlines() or [name]]
    for path in dict.fromkeys(deployer.path(repository, line) for line in lines):
        definitions += (library.under(path, repository) if path else None) or []
    gradual = [each for each in definitions if each.kind in (ROLLOUT, CANARY)]
    if gradual:
        mechanism = "argo-rollouts" if gradual[0].kind == ROLLOUT else "flagger"
        return merged(mechanism, gradual, by_itself(mechanism))
    workloads = [each for each in definitions if each.kind == WORKLOAD]
    base.definitions = tuple(each for each in definitions if each.kind == RELEASE)
    if workloads:
        base.read = True
        base.places = tuple(each.place for each in workloads[:10])
        base.definitions = (*workloads, *base.definitions)
    elif not _plain_workload(deployer):
        base.rolls_back_on_failure = base.rolls_back_on_alarm = MAYBE
        base.why = "what is applied was not read: a plain Deployment only waits"
    return base


def _rollout_of_job(deployer: Deployer, repository: Repository) -> Applied:
    """A new image for a Rollout: what the job applied before says how it rolls out, where it says it of that Rollout."""
    base = by_itself("argo-rollouts")
    library = library_of(repository)
    named = {word.rpartition("/")[2] for word in deployer.words}
    for activity in deployer.job.activities:
        if activity is deployer.activity:
            break
        if "apply" not in activity.argv:
            continue
        for name in values_of(activity.argv, ("-f", "--filename", "-k", "--kustomize")):
            path = deployer.path(repository, name)
            found = library.under(path, repository) if path else None
            rollouts = [each for each in found or () if each.kind == ROLLOUT and each.name in named]
            if rollouts:
                return merged("argo-rollouts", rollouts, base)
    return base


def _plain_workload(deployer: Deployer) -> bool:
    """Whether the job itself shows that it rolls out plain workloads: it waits for one by name."""
    words = [word for activity in deployer.job.activities for word in activity.argv if "rollout" in activity.argv]
    return any(word.partition("/")[0] in _PLAIN for word in words)


def _rendered_elsewhere(deployer: Deployer, repository: Repository) -> Applied:
    """Argo CD, Flux, a commit to a repository that they watch: what they apply is read where it is in this repository."""
    base = by_itself(deployer.mechanism)
    path = deployer.path(repository)
    library = library_of(repository)
    definitions = (library.under(path, repository) if path else None) or []
    releases = _releases(deployer, repository, definitions)
    if not path:
        for name in {literal(below(each.body, "spec", "source", "path")) for each in releases}:
            inside = repository.inside(name) if name else None
            definitions += (library.under(inside, repository) if inside else None) or []
    gradual = [each for each in definitions if each.kind in (ROLLOUT, CANARY)]
    if gradual:
        found = merged(deployer.mechanism, gradual, base)
        found.keeps_releases = YES
        found.definitions = (*found.definitions, *releases)
        return found
    base.definitions = tuple(releases)
    return base


def _releases(deployer: Deployer, repository: Repository, beside: Sequence[Definition]) -> list[Definition]:
    """The Application or HelmRelease that a command names, or that stands among what is applied."""
    found = [each for each in beside if each.kind == RELEASE]
    if found or not deployer.words:
        return found
    named = set(deployer.words[1:])
    return [each for each in library_of(repository).search(RELEASE, repository) if each.name and each.name in named]


def _terraform(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("terraform")
    folder = deployer.path(
        repository, *deployer.options("-chdir", "--terragrunt-working-dir"), deployer.input("working-directory", "path")
    )
    if not folder and deployer.folder:
        folder = deployer.path(repository, ".")
    library = library_of(repository)
    definitions = library.under(folder, repository) if folder else None
    at_root = [] if folder else [name for name in repository.folder("") if name.endswith(".tf")]
    if at_root:
        definitions = [each for name in at_root for each in library.at(name, repository) or ()]
    if definitions is None:
        # What is applied may hold deployers with alarms of their own.
        base.rolls_back_on_failure = base.rolls_back_on_alarm = MAYBE
        base.why = "what Terraform applies is not in the repository"
        return base
    shifting = [each for each in definitions if each.kind in (ECS_SERVICE, DEPLOYMENT_GROUP)]
    base.definitions = tuple(each for each in definitions if each.kind == FUNCTION)
    if shifting:
        found = merged("terraform", shifting, base)
        found.definitions = (*found.definitions, *base.definitions)
        if found.rolls_back_on_failure == YES or found.rolls_back_on_alarm == YES:
            return found
        base.places, base.definitions = found.places, found.definitions
        base.read = True
    return base


def _lambda(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("lambda")
    if deployer.flag("--publish") == YES or deployer.starts("lambda", "update-alias"):
        base.keeps_releases = YES
        base.why = "earlier versions of the function are kept, and its alias can go back to one"
    elif any("publish-version" in each.text for each in deployer.job.activities):
        base.keeps_releases = YES
        base.why = "the job publishes versions of the function, so that its alias can go back to one"
    return base


def _s3(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("s3")
    targets = [word for word in deployer.words if word.startswith("s3://")]
    bucket = targets[-1][5:].partition("/")[0] if targets else deployer.input("BucketName")
    base.stored = (bucket, repository)
    return base


def _app_service(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("azure-app-service")
    slot = deployer.option("--slot", "-s") or deployer.input("slot-name")
    if deployer.starts("webapp", "deployment", "slot") or (slot and slot.lower() != "production"):
        base.keeps_releases = YES
        base.why = "the earlier version stays in the other slot"
    return base


def _werf(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("werf")
    base.rolls_back_on_failure = deployer.flag("--auto-rollback", "-R")
    if base.rolls_back_on_failure == YES:
        base.why = "werf brings the old release back when the rollout fails (`--auto-rollback`)"
    return base


def _resource_manager(deployer: Deployer, repository: Repository) -> Applied:
    base = by_itself("azure-resource-manager")
    base.rolls_back_on_failure = deployer.flag("--rollback-on-error")
    if base.rolls_back_on_failure == YES:
        base.why = "a failed deployment is followed by the last one that succeeded (`--rollback-on-error`)"
    return base
