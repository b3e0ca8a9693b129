"""WAV007: configuration and flags go out as carefully as code."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PREPROD_CLASSES,
    UNKNOWN,
    Answer,
    Applied,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.bakes import each_deploy, lasting, worst
from barraiser_rules.hints import words
from barraiser_rules.questions import does, job, prod_name
from barraiser_rules.shares import slices_before

DIRECT = {
    "a parameter": re.compile(r"\bssm put-parameter\b(?=.{0,400}--overwrite)"),
    "a key": re.compile(
        r"\bconsul kv (?:put|import)\b|\betcdctl put\b|\baz appconfig kv (?:set|import)\b|^azure/appconfiguration-sync",
        re.IGNORECASE,
    ),
    "a flag": re.compile(
        r"\b(?:ldcli|ld-cli|unleash|flagsmith|configcat|growthbook|az appconfig feature|app-configuration-deploy-feature-flags)\b"
    ),
    "a ConfigMap": re.compile(r"\b(?:kubectl|oc)\b.{0,200}\bconfig-?map", re.IGNORECASE),
}
"""Commands whose change everybody reads at once, by what they write."""

BOOKKEEPING = frozenset(
    ["version", "tag", "image", "digest", "sha", "build", "release", "commit", "ami", "revision", "hash", "artifact"]
)
"""Words in the name of a value that says what is deployed, and configures nothing."""


class ConfigProgressive(Rule):
    """Roll out configuration and flags as carefully as code.

    Why:
        A changed value reaches every process within seconds, without a build, a test or a canary. Many of the widest outages were
        changes of configuration.

    Source:
        Liguori, "Automating safe, hands-off deployments": pipelines for configuration and flags have the same safety. AWS Deployment
        Pipeline Reference Architecture, dynamic configuration: progressive rollout is required. AWS Config rule
        appconfig-deployment-strategy-minimum-final-bake-time: 30 minutes.

    Decided by:
        The strategy of a configuration's deploy (AppConfig's predefined ones, or the repository's own), its final bake and its
        environment's monitors; also where a template or Terraform that the deploy applies holds the deployment. A command that writes a
        value straight to production (a parameter, a key, a flag, a ConfigMap) passes when the same kind of command, or a deploy of the
        same tool, must succeed in pre-production first, or a slice of production takes it first. Values that only name the version are no
        configuration.

    Fix:
        Use a strategy that grows and bakes, with alarms; or write the value in pre-production first.

    Before (github-actions):
        - run: aws ssm put-parameter --overwrite --name /shop/prod/limit --value 50

    After (github-actions):
        - run: aws appconfig start-deployment --deployment-strategy-id AppConfig.Linear20PercentEvery6Minutes ...

    Before (gitlab-ci):
        script: [consul kv put shop/limit 50]

    After (gitlab-ci):
        stages: [staging, production]   # the same command for staging, then for production

    Before (codepipeline):
        - Name: DeployFlags
          ActionTypeId: {Category: Deploy, Owner: AWS, Provider: AppConfig, Version: "1"}
          Configuration:
            {Application: shop, Environment: prod, ConfigurationProfile: flags, DeploymentStrategy: AppConfig.Linear50PercentEvery30Seconds}

    After (codepipeline):
        - Name: DeployFlags
          ActionTypeId: {Category: Deploy, Owner: AWS, Provider: AppConfig, Version: "1"}
          Configuration:
            {Application: shop, Environment: prod, ConfigurationProfile: flags, DeploymentStrategy: AppConfig.Linear20PercentEvery6Minutes}
    """

    id = "WAV007"
    name = "config-progressive"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "config-flags")
    after = ("ENV001", "RLB003", "WAV001")
    parameters = (
        Parameter(
            "min_bake",
            30,
            "how long a configuration is watched after its last step",
            unit="minutes",
            minimum=0,
            maximum=1440,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Use a strategy with a final bake of <bake> or more (`AppConfig.Linear20PercentEvery6Minutes`), and give the"
        " environment alarms as monitors.",
        GITLAB_CI: "Use a strategy with a final bake of <bake> or more (`AppConfig.Linear20PercentEvery6Minutes`), and give the"
        " environment alarms as monitors.",
        CODEPIPELINE: "Use a strategy with a final bake of <bake> or more (`AppConfig.Linear20PercentEvery6Minutes`), and give the"
        " environment alarms as monitors.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at each deploy of the subject that changes configuration."""
        return each_deploy(case, lambda deploy: self._of(case, deploy), "It deploys no configuration.")

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        applied = case.applied(deploy)
        if applied.mechanism == "appconfig":
            return self._strategy(case, deploy, applied)
        held = [self._in_template(case, deploy, each) for each in applied.configurations]
        if held:
            return worst(held, held[0])
        what = _written(deploy)
        return self._direct(case, deploy, what) if what else None

    def _strategy(self, case: Case, deploy: Node, applied: Applied) -> Answer:
        place, rollout = applied.rollout.place or deploy.place, applied.rollout
        sliced = bool(slices_before(case, deploy)) or len(case.waves().waves) > 1
        if applied.gradual == NO and not sliced:
            if case.verdict_of("WAV001") == FAILED:
                return case.not_applicable("It reaches all targets at once.", because="WAV001")
            return self._fails(case, deploy, "reaches all targets at once", key="at-once")
        wanted = case.number("min_bake")
        final = rollout.final_bake
        if final is None and rollout.steps and rollout.steps[-1][0] >= 100:
            final = rollout.steps[-1][1]
        if final is None:
            if not applied.strategy and case.verdict_of("WAV001") == UNKNOWN:
                return case.not_applicable("How it rolls out cannot be read here.", because="WAV001")
            return case.unknown(
                f"The strategy with which {job(deploy)} rolls the configuration out cannot be read here.",
                settle="deployer: {type: appconfig, steps: [{weight: 20, pause: 10}, {weight: 100, pause: 30}], alarms: [NAME]}",
                at=place,
            )
        if final < wanted:
            answer = self._fails(case, deploy, _watched(final, wanted), key="bake")
            answer.place = place
            return answer
        if rollout.monitored == NO and case.verdict_of("RLB003") != FAILED:
            return self._fails(case, deploy, "is watched by no alarm", key="monitors")
        return case.passed(f"{job(deploy)} grows step by step and is watched for {lasting(final)}.", rests_on=(deploy,))

    def _in_template(self, case: Case, deploy: Node, found: Applied) -> Answer:
        """What a template that the deploy applies says of the configuration that it deploys."""
        rollout, wanted = found.rollout, case.number("min_bake")
        final = rollout.final_bake
        if rollout.gradual == NO:
            answer = self._fails(case, deploy, "reaches all targets at once", key="at-once")
        elif final is None:
            return case.unknown(
                f"The strategy with which the definition that {job(deploy)} applies rolls configuration out cannot be read here.",
                settle="Name one of AppConfig's own strategies, or define it in the repository.",
                at=rollout.place or deploy.place,
            )
        elif final < wanted:
            answer = self._fails(case, deploy, _watched(final, wanted), key="bake")
        elif rollout.monitored == NO:
            answer = self._fails(case, deploy, "is watched by no alarm", key="monitors")
        else:
            return case.passed(
                f"The configuration that {job(deploy)} applies grows step by step and is watched for {lasting(final)}.",
                rests_on=(deploy,),
            )
        answer.place = rollout.place or answer.place
        return answer

    def _fails(self, case: Case, deploy: Node, why: str, *, key: str) -> Answer:
        wanted = case.number("min_bake")
        return case.failed(
            f"The configuration that {job(deploy)} gives to {prod_name(deploy)} {why}: a bad value is everywhere before anybody sees it.",
            fix=case.fix(bake=lasting(wanted)),
            at=deploy,
            key=key,
            rests_on=(deploy,),
        )

    def _direct(self, case: Case, deploy: Node, what: str) -> Answer:
        earlier = [node for node in case.graph.ahead_of(deploy, *DEPLOY_KINDS) if self._same(node, deploy, what)]
        held, first = case.graph.best_gate(earlier, deploy)
        if held != NO and first is not None:
            return case.passed(
                f"{does(first)} comes first, and {job(deploy)} writes {what} after it.", way=(first, deploy)
            )
        slices = slices_before(case, deploy)
        if slices:
            return case.passed(f"{job(slices[0])} takes a slice of production first.", way=(slices[0], deploy))
        if case.verdict_of("ENV001") in (FAILED, UNKNOWN):
            return case.not_applicable("No pre-production deploy comes first.", because="ENV001")
        return case.failed(
            f"{does(deploy)} writes {what} straight to {prod_name(deploy)}, and no pre-production environment takes it first:"
            " a bad value is everywhere before anybody sees it.",
            fix="Write it in pre-production first and test it there; or use a configuration service that rolls out in steps and"
            " watches alarms.",
            at=deploy,
            key="direct",
            rests_on=(deploy,),
        )

    def _same(self, node: Node, deploy: Node, what: str) -> bool:
        """Whether an earlier deploy tries the same kind of change in pre-production."""
        if node.environment_class not in PREPROD_CLASSES:
            return False
        return _written(node) == what or (bool(deploy.activity.tool) and node.activity.tool == deploy.activity.tool)


def _watched(final: float, wanted: float) -> str:
    """How long a configuration is watched, as a sentence has it."""
    waits = f"is watched for {lasting(final)} after its last step" if final else "is not watched after its last step"
    return f"{waits}, and {lasting(wanted)} are asked for"


def _written(node: Node) -> str:
    """What a command writes straight to its environment; empty where it is none of those, or only notes a version."""
    text = " ".join(node.activity.argv)[:2000] or node.activity.text
    what = next((name for name, pattern in DIRECT.items() if pattern.search(text)), "")
    if what in ("a parameter", "a key"):
        argv = node.activity.argv
        name = argv[argv.index("--name") + 1] if "--name" in argv[:-1] else " ".join(argv[:4])
        if not words(name).isdisjoint(BOOKKEEPING):
            return ""
    return what
