"""WIN004: one deployment at a time changes an environment."""

from __future__ import annotations

from itertools import chain

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PROD_CLASSES,
    Answer,
    Case,
    Node,
    Rule,
)
from barraiser_rules.questions import caller_out_of_sight, job, prod_name, runs_out_of_sight

OWN_LOCK = ("terraform", "codedeploy", "argocd", "argo-rollouts", "cloudformation", "pulumi")
"""Deployers that refuse, or queue, a second deployment to the same target by themselves."""


class ProdDeploysSerialised(Rule):
    """Let one deployment at a time change an environment.

    Why:
        Two runs that deploy at once end in any order: the older change may win, half of each may stay, and what was tested is neither.

    Source:
        GitHub Actions, `concurrency`: without the key runs are parallel. GitLab CI, resource groups. AWS CodePipeline user guide,
        execution modes: a stage is locked outside PARALLEL mode.

    Decided by:
        A lock around the production job whose name is the same for every run that deploys there. A name that holds the commit or the
        run's number locks nothing.

    Fix:
        Give the job a concurrency group, or a resource group, named after the environment.

    Before (github-actions):
        deploy:
          environment: production

    After (github-actions):
        deploy:
          environment: production
          concurrency: {group: deploy-production, cancel-in-progress: false}

    Before (gitlab-ci):
        deploy-prod:
          environment: production

    After (gitlab-ci):
        deploy-prod:
          environment: production
          resource_group: production

    Before (codepipeline):
        ExecutionMode: PARALLEL

    After (codepipeline):
        ExecutionMode: QUEUED
    """

    id = "WIN004"
    name = "prod-deploys-serialised"
    severity = "warning"
    severities = {"standard": "error", "strict": "error"}
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    after = ("RLB008",)
    fixes = {
        GITHUB_ACTIONS: "Add `concurrency: {group: deploy-<environment>, cancel-in-progress: false}` to <job>.",
        GITLAB_CI: "Add `resource_group: <environment>` to <job> (on a trigger job with `strategy: depend`).",
        CODEPIPELINE: "Set `ExecutionMode: QUEUED` or `SUPERSEDED`.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the lock around each deploy of the subject."""
        mode = case.pipeline.facts.get("execution-mode")
        if mode is not None and mode[0] == "PARALLEL":
            return case.not_applicable("The pipeline runs its executions in parallel.", because="RLB008")
        if mode is not None:
            return case.passed(f"The platform locks each stage in mode `{mode[0]}`.")
        for deploy in case.deploys:
            lock = deploy.job.concurrency
            called = runs_out_of_sight(deploy) or caller_out_of_sight(case) if lock is None else None
            if called is not None:
                return case.unknown(
                    f"Whether the {called.what} `{called.name}` holds a lock cannot be read here.",
                    settle="Give the file with `--include-map`.",
                    at=called.place,
                )
            if lock is None:
                return self._fails(case, deploy, f"Two runs can execute {job(deploy)} at once")
            if lock.serialises == NO:
                return self._fails(
                    case,
                    deploy,
                    f"The lock `{lock.group}` of {job(deploy)} has another name in each run, so it locks nothing",
                )
            if lock.serialises == MAYBE:
                return case.unknown(
                    f"The files cannot tell whether the lock `{lock.group}` of {job(deploy)} is the same for every run.",
                    settle=case.fix(job=job(deploy), environment=prod_name(deploy)),
                    at=lock.place,
                )
            rival = self._rival(case, deploy)
            if rival is not None:
                return self._fails(
                    case, deploy, f"{job(rival)} ({rival.place}) deploys to the same target under another lock"
                )
        group = case.deploy.job.concurrency.group if case.deploy.job.concurrency else ""
        return case.passed(f"The lock `{group}` lets one run deploy at a time.")

    def _rival(self, case: Case, deploy: Node) -> Node | None:
        """Another job that deploys the same target of the same environment without the same lock."""
        own = deploy.job.concurrency
        target = deploy.activity.facts.get("target", "")
        if own is None or not target:
            return None
        others = (
            node for node in case.stages.nodes if node.kind in DEPLOY_KINDS and node.job.template != deploy.job.template
        )
        for other in chain(others, case.elsewhere.nodes(*DEPLOY_KINDS, classes=PROD_CLASSES)):
            same = other.activity.facts.get("target", "") == target and prod_name(other) == prod_name(deploy)
            same = same and not self._apart(deploy, other)
            lock = other.job.concurrency
            if (
                same
                and other.environment_class in PROD_CLASSES
                and (lock is None or lock.group.lower() != own.group.lower())
            ):
                return other
        return None

    def _apart(self, deploy: Node, other: Node) -> bool:
        """Whether the two are known to be in different regions or accounts."""
        ours, theirs = deploy.activity.facts, other.activity.facts
        return any(ours.get(name) and theirs.get(name) and ours[name] != theirs[name] for name in ("region", "account"))

    def _fails(self, case: Case, deploy: Node, what: str) -> Answer:
        locks_itself = case.applied(deploy).mechanism in OWN_LOCK
        return case.failed(
            f"{what}: the older change may be deployed last.",
            fix=case.fix(job=job(deploy), environment=prod_name(deploy)),
            at=deploy.job.place,
            severity="warning" if locks_itself else "",
        )
