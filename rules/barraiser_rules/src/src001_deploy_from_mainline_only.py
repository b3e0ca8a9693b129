"""SRC001: production is deployed from the mainline, a release branch or a release tag only."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    RELEASE_KINDS,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Pipeline,
    Rule,
    Scenario,
)
from barraiser_rules.hints import declaration
from barraiser_rules.questions import declared_protection, job, on, releases
from barraiser_rules.refs import is_version, samples

ALLOWED = (
    "default",
    "^(release|hotfix|prod|production|live|stable)(/.+)?$",
    r"^v?[0-9]+(\.([0-9]+|x))?(\.x)?$",  # the branch on which an older version is kept up: `2`, `v4`, `1.x`
    "tag",
    "release",
)
REF_GUARD = (
    r"(?i)\bref\b|ref_name|ref_type|ref_protected|head_branch|_branch\b|commit_(tag|ref)|base_ref|default_branch"
)
"""What a condition mentions when it looks at the ref that the run is for."""


class DeployFromMainlineOnly(Rule):
    """Deploy production only from the default branch, a release branch or a release tag.

    Why:
        What is on a feature branch has not been reviewed and merged. A trigger that admits every branch lets a push to any of them
        replace production.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline: it runs for trunk commits only. GitHub Actions,
        deployment branches and tags.

    Decided by:
        The refs that the triggers and the conditions on the way to the deploy admit. A manual run without a guard on the ref may be
        started on any branch: unknown, until a branch policy of the environment is declared.

    Fix:
        Guard the production job, or the trigger, with the ref.

    Before (github-actions):
        on: push
        jobs:
          deploy:
            environment: production

    After (github-actions):
        on: {push: {branches: [main]}}
        jobs:
          deploy:
            environment: production

    Before (gitlab-ci):
        deploy-prod:
          environment: production
          script: [./deploy.sh]

    After (gitlab-ci):
        deploy-prod:
          environment: production
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
          script: [./deploy.sh]

    Before (codepipeline):
        Configuration: {ConnectionArn: !Ref Connection, FullRepositoryId: acme/shop, BranchName: feature/checkout}

    After (codepipeline):
        Configuration: {ConnectionArn: !Ref Connection, FullRepositoryId: acme/shop, BranchName: main}
    """

    id = "SRC001"
    name = "deploy-from-mainline-only"
    severity = "error"
    kinds = RELEASE_KINDS
    parameters = (
        Parameter(
            "allowed_refs",
            ALLOWED,
            "what may reach production: `default` (the default branch), `tag`, `release` (the event), or a pattern of a branch's name",
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add `if: github.ref == 'refs/heads/<default>'` to <job>, or `branches: [<default>]` to the trigger.",
        GITLAB_CI: "Add `rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]` to <job>.",
        CODEPIPELINE: "Set the branch of the source action, or of the trigger's `Branches: Includes`, to `<default>`.",
    }

    def decide(self, case: Case) -> Answer:
        """Judges the ref that this way of starting the pipeline runs on."""
        scenario, deploy = case.graph.scenario, case.deploy
        if scenario.unmerged:
            return case.not_applicable("It runs on an unmerged change.", because="SRC002")
        protection = declared_protection(case, deploy)
        if protection is not None and (protection.get("branch_policy") or protection.get("protected") is True):
            return case.passed(f"The environment of {job(deploy)} is declared to admit protected branches only.")
        admitted = self._admits(case, scenario, case.pipeline)
        if admitted is True or (admitted is None and self._guarded(case, deploy)):
            return case.passed(f"{job(deploy)} runs {on(scenario)}, an allowed way to production.", rests_on=(deploy,))
        fix = case.fix(job=job(deploy), default=case.pipeline.default_branch)
        if scenario.event == "pull-request":  # merged: its ref is the request's own, whatever it went into
            default = case.pipeline.default_branch
            fix = f"Let the trigger admit requests into `{default}` alone: `branches: [{default}]`."
        if admitted is False and scenario.refs and all(is_version(ref) for ref in scenario.refs):
            return case.unknown(
                f"{job(deploy)} deploys what is called like a version ({', '.join(scenario.refs[:3])}): a tag is meant, and a branch may be"
                " called so.",
                settle="Ask for a tag: `$CI_COMMIT_TAG =~ ...` in the place of the name of the ref.",
            )
        if admitted is False and case.graph.runs(deploy) == YES:
            return case.failed(
                f"{releases(deploy)} {on(scenario)}: code that is not on the mainline reaches users.",
                fix=fix,
                at=deploy,
            )
        may = "publish" if deploy.kind == "publish" else "deploy"
        return case.unknown(
            f"{job(deploy)} may {may} a branch that is not the mainline: nothing in the files limits the ref {on(scenario)}.",
            settle=fix + self._declare(case, deploy),
        )

    def _declare(self, case: Case, deploy: Node) -> str:
        """The other way out: an environment that admits protected branches alone. Where the job names none, it needs one first."""
        key = deploy.job.environment
        declared = declaration(case, "branches", key.name if key is not None and key.resolved else "production")
        if not declared:
            return ""
        return (
            f" Or declare: {declared}"
            if key
            else f" Or give {job(deploy)} `environment: production`, and declare: {declared}"
        )

    def _admits(self, case: Case, scenario: Scenario, pipeline: Pipeline) -> bool | None:
        """Whether the scenario's ref is allowed; None where the files do not say which ref it is."""
        allowed = case.parameter("allowed_refs")
        allowed = allowed if isinstance(allowed, tuple) else ALLOWED
        if scenario.event in ("tag", "release"):
            return scenario.event in allowed
        if scenario.event in ("schedule", "dispatch", "merge-queue"):
            return "default" in allowed
        if scenario.event == "chained" and not scenario.refs:
            return self._chained(case)
        branches = [scenario.ref.removeprefix("refs/heads/")] if scenario.ref else list(scenario.refs)
        if scenario.branch == "default":
            return "default" in allowed
        if branches:
            return all(self._all_allowed(branch, allowed, pipeline) for branch in branches)
        return False if scenario.branch == "other" else None

    def _all_allowed(self, branch: str, allowed: tuple[str, ...], pipeline: Pipeline) -> bool:
        names = [] if is_version(branch) else samples(branch)
        return bool(names) and all(self._allowed(name, allowed, pipeline) for name in names)

    def _allowed(self, branch: str, allowed: tuple[str, ...], pipeline: Pipeline) -> bool:
        if "default" in allowed and branch == pipeline.default_branch:
            return True
        return any(item.startswith("^") and self._matches(item, branch) for item in allowed)

    def _matches(self, pattern: str, branch: str) -> bool:
        try:
            return re.search(pattern, branch[:255]) is not None
        except re.error:
            return False

    def _chained(self, case: Case) -> bool | None:
        """Allowed where every way of starting the earlier pipeline is."""
        earlier = [graph.pipeline for link, graph in case.stages.earlier if case.graph.index in link.scenarios]
        answers = [
            not scenario.unmerged and self._admits(case, scenario, pipeline)
            for pipeline in earlier
            for scenario in pipeline.scenarios
            if scenario.event != "chained"
        ]
        return True if answers and all(answer is True for answer in answers) else None

    def _guarded(self, case: Case, deploy: Node) -> bool:
        """Whether a condition on the way to the deploy looks at the ref."""
        nodes = [deploy, *(node for node in case.graph.ahead_of(deploy) if case.graph.gates(node, deploy) != NO)]
        texts = {text for node in nodes for text in (node.job.condition.text, node.activity.condition.text) if text}
        return any(re.search(REF_GUARD, text) for text in texts)
