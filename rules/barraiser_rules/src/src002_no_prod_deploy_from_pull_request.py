"""SRC002: an unmerged change never reaches production."""

from __future__ import annotations

import re

from barraiser.api import CODEPIPELINE, FAILED, GITHUB_ACTIONS, GITLAB_CI, YES, Answer, Case, Node, Rule
from barraiser_rules.questions import declared_kind, does, job, on, releases

IMAGES = r"docker|podman|buildah|skopeo|crane|kaniko|image|container"
SURE = 0.7
"""Below this confidence that something is published at all is a guess."""


class NoProdDeployFromPullRequest(Rule):
    """Never reach production from an unmerged change.

    Why:
        Review ends with the merge. A deploy from a pull request puts code into production that nobody has accepted, and lets whoever
        may open one change what users get.

    Source:
        Liguori, "Automating safe, hands-off deployments": the review at the merge is the last human check. OWASP Top 10 CI/CD security
        risks, CICD-SEC-1 and CICD-SEC-4.

    Decided by:
        Whether the production deploy can run when the pipeline is started by a pull or merge request, or by a comment on one. Deploys
        to preview environments, plans, and runs for a closed request that was merged are fine. An image that a request pushes may be
        for that run alone: unknown.

    Fix:
        Deploy on the push to the mainline, and keep requests to previews.

    Before (github-actions):
        on: [push, pull_request]
        jobs:
          deploy:
            environment: production

    After (github-actions):
        on: [push, pull_request]
        jobs:
          deploy:
            if: github.event_name == 'push' && github.ref == 'refs/heads/main'
            environment: production

    Before (gitlab-ci):
        deploy-prod:
          environment: production
          rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]

    After (gitlab-ci):
        deploy-prod:
          environment: production
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]

    Before (codepipeline):
        Triggers: [{ProviderType: CodeStarSourceConnection, GitConfiguration: {SourceActionName: Source, PullRequest: [{Events: [OPEN]}]}}]

    After (codepipeline):
        Triggers:
          - ProviderType: CodeStarSourceConnection
            GitConfiguration: {SourceActionName: Source, Push: [{Branches: {Includes: [main]}}]}
    """

    id = "SRC002"
    name = "no-prod-deploy-from-pull-request"
    speaks_for_unmerged = True
    severity = "error"
    milder_for_libraries = False
    after = ("SEC003",)
    fixes = {
        GITHUB_ACTIONS: "Add `if: github.event_name == 'push'` to <job>, or take the pull request events out of `on:`.",
        GITLAB_CI: "Take merge requests out of the `rules:` of <job>: `if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH`.",
        CODEPIPELINE: "Remove `PullRequest` from the pipeline's `Triggers`, and start it on pushes to the mainline.",
    }

    def decide(self, case: Case) -> Answer:
        """Judges the ways of starting the pipeline that run unmerged code."""
        scenario, deploy = case.graph.scenario, case.deploy
        if not scenario.unmerged:
            return case.passed(f"{job(case.deploy)} runs {on(scenario)}: merged code.", rests_on=(case.deploy,))
        if case.verdict_of("SEC003") == FAILED:
            return case.not_applicable("The unmerged code meets production's credentials.", because="SEC003")
        fix = case.fix(job=job(deploy))
        runs = [each for each in case.deploys if case.graph.runs(each) == YES]
        if any(self._releases(each) for each in runs):
            return case.failed(
                f"{releases(deploy)} {on(scenario)}: code that nobody has accepted reaches users.",
                fix=fix,
            )
        if runs:
            return case.unknown(
                f"{does(deploy)} runs {on(scenario)}: whether what it publishes there is a release cannot be told.",
                settle=f"If it is none, declare: {declared_kind(deploy, 'build')}",
            )
        return case.unknown(
            f"{self._may(deploy)} {on(scenario)}: its condition cannot be decided from the files.",
            settle=fix,
        )

    def _releases(self, node: Node) -> bool:
        """Whether users get what a node deploys or publishes. An image pushed from a request is often for its own run alone."""
        if node.kind != "publish":
            return True
        told = f"{node.activity.tool} {node.activity.text}".lower()
        return not node.activity.opaque and node.activity.confidence >= SURE and re.search(IMAGES, told) is None

    def _may(self, node: Node) -> str:
        return f"{job(node)} may {'publish' if node.kind == 'publish' else 'deploy to production'}"
