"""The Serverless Framework: ``serverless.yml`` says whether a failed deploy is rolled back, and what is shifted gradually."""

from __future__ import annotations

from typing import Final

from barraiser.evidence.applied import Applied
from barraiser.evidence.definition import FUNCTION, Definition, below, filled, told
from barraiser.evidence.deployer import Deployer, first_existing
from barraiser.evidence.kept import Kept
from barraiser.evidence.rollout_aws import number
from barraiser.model.tri import MAYBE, NO, YES, any_of
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Scalar, line_of
from barraiser.source.repository import Repository

_MAX_FUNCTIONS: Final = 50
NAMES: Final = ("serverless.yml", "serverless.yaml", "serverless.json")


def answer(deployer: Deployer, repository: Repository, base: Applied) -> Applied:
    """What ``serverless deploy`` applies. The framework keeps the last artifacts of a service (``serverless rollback``)."""
    base.keeps_releases = YES
    path = deployer.path(repository, *deployer.options("-c", "--config")) or first_existing(
        NAMES, deployer.folder, repository
    )
    try:
        documents = repository.documents(path) if path else []
    except SourceError:
        documents = []
    root = documents[0].root if documents else None
    if not isinstance(root, Mapping):
        return base
    base.retained = _retained(root)
    disabled = told(below(root, "provider", "disableRollback"))
    key = root.key("provider")
    base.read, base.places = True, (line_of(key if key is not None else root),)
    base.rolls_back_on_failure = YES - disabled
    if disabled == YES:
        base.why = "`provider.disableRollback: true` leaves a failed stack as it is"
    triggers = filled(below(root, "provider", "rollbackConfiguration", "RollbackTriggers"))
    functions = below(root, "functions")
    named = (
        [(key, below(each, "deploymentSettings")) for key, each in functions] if isinstance(functions, Mapping) else []
    )
    settings = [each for _, each in named]
    alarms = any_of(filled(below(each, "alarms")) for each in settings)
    hooks = any_of(filled(below(each, name)) for each in settings for name in ("preTrafficHook", "postTrafficHook"))
    plugins = below(root, "plugins")
    if filled(plugins) == NO:
        alarms = hooks = NO
    if filled(plugins) != NO:
        base.definitions = tuple(
            _shifted(key, each) for key, each in named[:_MAX_FUNCTIONS] if isinstance(each, Mapping)
        )
    base.rolls_back_on_alarm = any_of((triggers, alarms))
    base.validates = hooks
    if base.rolls_back_on_alarm == YES and disabled != YES:
        base.why = "the service's alarms roll a deploy back"
    if MAYBE in (base.rolls_back_on_failure, base.rolls_back_on_alarm):
        base.read = False
    return base


def _retained(root: Mapping) -> tuple[Kept, ...]:
    """What the service says of its earlier versions: those of its functions, and the packages of its earlier deploys."""
    found = []
    versions = below(root, "provider", "versionFunctions")
    if versions is not None and told(versions) == NO:
        found.append(Kept("provider.versionFunctions", line_of(versions), versions=0))
    packages = below(root, "provider", "deploymentBucket", "maxPreviousDeploymentArtifacts")
    if packages is not None:
        found.append(Kept("maxPreviousDeploymentArtifacts", line_of(packages), versions=number(packages)))
    return tuple(found)


def _shifted(key: Scalar, settings: Mapping) -> Definition:
    """A function whose traffic a plugin shifts (``serverless-plugin-canary-deployments``): as a function of SAM has it."""
    alarms = settings.get("alarms")
    preference = Mapping(settings.path, settings.line, settings.column)
    for name, value in (("Type", settings.get("type")), ("Alarms", alarms)):
        if value is not None:
            preference.pairs.append((Scalar(name, value.path, value.line, value.column, value.line), value))
    body = Mapping(settings.path, settings.line, settings.column)
    at = Scalar("DeploymentPreference", settings.path, settings.line, settings.column, settings.line)
    body.pairs.append((at, preference))
    return Definition(FUNCTION, key.value, line_of(settings), on_failure=YES, on_alarm=filled(alarms), body=body)
