"""CHG004: a schema change ships apart from the code that needs it."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    GITHUB_ACTIONS,
    GITLAB_CI,
    PREPROD_CLASSES,
    PROD_CLASSES,
    Answer,
    Case,
    Node,
    Rule,
)
from barraiser_rules.promotion import looks_at
from barraiser_rules.questions import does, job


class SchemaChangeDecoupled(Rule):
    """Ship schema changes apart from the code that needs them.

    Why:
        When the new code and its schema go out in one step, going back needs both to go back, and a schema seldom can. Code that comes
        before its schema fails until the migration is done.

    Source:
        Pokkunuri, "Ensuring rollback safety during deployments": prepare, then activate, with time between. AWS Deployment Pipeline
        Reference Architecture: the database deploy is an action of its own.

    Decided by:
        A migration of production's database in the same job as the deploy of the code, or after it. A pipeline that is declared
        `two_phase` expands before it contracts and passes.

    Fix:
        Give the migration a job of its own before the deploy, and let it only add.

    Before (github-actions):
        deploy:
          environment: production
          steps: [{run: npx prisma migrate deploy}, {run: kubectl apply -f k8s/}]

    After (github-actions):
        migrate:
          environment: production
          steps: [{run: npx prisma migrate deploy}]
        deploy:
          needs: [migrate]
          environment: production
          steps: [{run: kubectl apply -f k8s/}]

    Before (gitlab-ci):
        deploy-prod:
          script: [flyway migrate, kubectl apply -f k8s/]

    After (gitlab-ci):
        migrate-prod:
          stage: migrate
          script: [flyway migrate]
        deploy-prod:
          stage: production
          script: [kubectl apply -f k8s/]

    Before (codepipeline):
        Actions: [{Name: MigrateAndDeploy, RunOrder: 1}]

    After (codepipeline):
        Actions: [{Name: Migrate, RunOrder: 1}, {Name: Deploy, RunOrder: 2}]
    """

    id = "CHG004"
    name = "schema-change-decoupled"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    fixes = {
        GITHUB_ACTIONS: "Move <command> into a job of its own that <job> needs, and let it only add.",
        GITLAB_CI: "Move <command> into a job of its own in a stage before <job>, and let it only add.",
        CODEPIPELINE: "Move <command> into an action of its own with a lower `RunOrder` than <job>, and let it only add.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the migrations in the subject's jobs, and at those after it."""
        migrations = [node for node in case.graph.nodes("migrate") if node.environment_class not in PREPROD_CLASSES]
        own = [node for node in migrations if self._belongs(case, node)]
        if not own:
            return case.not_applicable("No migration of a database belongs to it.")
        declared = case.declared.pipeline(case.pipeline.path)
        if declared is not None and declared.facts.get("two_phase") is True:
            return case.passed("It is declared to change the schema in two phases.")
        for node in own:
            for deploy in case.deploys:
                together = node.job is deploy.job
                if not together and not case.graph.before(deploy, node):
                    continue
                how = (
                    f"in the job that deploys the code, {job(deploy)}: neither can be rolled back alone"
                    if together
                    else f"after {job(deploy)}: until it is done, the new code meets the old schema"
                )
                return case.failed(
                    f"{does(node)} changes production's schema {how}.",
                    fix=case.fix(command=f"`{node.activity.tool or node.activity.text[:40]}`", job=job(deploy)),
                    at=node,
                    key=node.job.template,
                    rests_on=(node, deploy),
                )
        return case.passed(f"{does(own[0])} is a job of its own before the deploy.", rests_on=own[:1])

    def _belongs(self, case: Case, node: Node) -> bool:
        """Whether a migration works on production, and on the way of the subject."""
        if any(node.job is deploy.job for deploy in case.deploys):
            return True
        if node.job.environment is None and any(each.job is node.job for each in case.graph.nodes(*DEPLOY_KINDS)):
            return False
        if looks_at(case, node) not in PROD_CLASSES:
            return False
        return any(case.graph.before(node, deploy) or case.graph.before(deploy, node) for deploy in case.deploys)
