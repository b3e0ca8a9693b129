"""ENV006: the production job names its environment to the platform."""

from __future__ import annotations

from barraiser.api import GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Node, Rule
from barraiser_rules.questions import job, prod_name, runs_out_of_sight


class ProdEnvironmentDeclared(Rule):
    """Bind the production job to a platform environment.

    Why:
        Reviewers, wait timers, branch rules, scoped secrets and the history of deployments all hang on the platform's environment.
        A job that names none goes around them.

    Source:
        GitHub Actions, deployments and environments: protection rules attach to environments. GitLab CI reference,
        `environment:deployment_tier` and `environment:action`; a called workflow's job must name the environment, its caller cannot.

    Decided by:
        The deploying job has `environment:`; on a platform with tiers, one that counts as production and whose action starts a deployment.

    Fix:
        Add `environment: production` to the job.

    Before (github-actions):
        deploy:
          runs-on: ubuntu-latest
          steps: [{run: kubectl apply -f k8s/prod}]

    After (github-actions):
        deploy:
          runs-on: ubuntu-latest
          environment: production
          steps: [{run: kubectl apply -f k8s/prod}]

    Before (gitlab-ci):
        deploy:
          environment: {name: main-site}
          script: [kubectl apply -f k8s/prod]

    After (gitlab-ci):
        deploy:
          environment: {name: main-site, deployment_tier: production}
          script: [kubectl apply -f k8s/prod]
    """

    id = "ENV006"
    name = "prod-environment-declared"
    severity = "warning"
    severities = {"standard": "error", "strict": "error"}
    kinds = ("service-deploy", "iac-only", "config-flags")
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    fixes = {
        GITHUB_ACTIONS: "Add `environment: production` to <job> (in a called workflow: to the job there).",
        GITLAB_CI: "Add `environment: {name: production, deployment_tier: production}` to <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the job of each deploy of the subject."""
        for deploy in case.deploys:
            called = runs_out_of_sight(deploy) if deploy.job.environment is None else None
            if called is not None:
                return case.unknown(
                    f"Whether the {called.what} `{called.name}` names an environment cannot be read here.",
                    settle="Give the file with `--include-map`.",
                    at=called.place,
                )
            message = self._lacks(deploy)
            if message:
                key = deploy.job.environment
                return case.failed(message, fix=case.fix(job=job(deploy)), at=key.place if key else deploy.job.place)
        return case.passed(
            f"{job(case.deploy)} names its environment: {prod_name(case.deploy)}.", rests_on=(case.deploy,)
        )

    def _lacks(self, deploy: Node) -> str:
        """What a deploy's environment key lacks, as a sentence; empty if nothing."""
        key = deploy.job.environment
        if key is None:
            return f"{job(deploy)} deploys to production but has no `environment:`, so no protection rule of the platform holds it."
        if key.action not in ("", "start"):
            return f"{job(deploy)} deploys, but `action: {key.action}` makes the platform record no deployment."
        if key.resolved and key.counts_as not in ("", "production"):
            return f"The platform counts the environment `{key.name}` of {job(deploy)} as {key.counts_as}, not as production."
        return ""
