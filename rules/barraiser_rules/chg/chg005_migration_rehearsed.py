"""CHG005: a migration has run in pre-production before it runs in production."""

from __future__ import annotations

from barraiser.api import (
    MAYBE,
    NO,
    PREPROD_CLASSES,
    PROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Rule,
)
from barraiser_rules.promotion import looks_at
from barraiser_rules.questions import does, job, out_of_sight


class MigrationRehearsed(Rule):
    """Run the migration in pre-production first.

    Why:
        A migration works on data, and a rollback does not bring data back. What locks a table for minutes or fails half-way should do
        so where nobody's orders are in it.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline: the database is deployed in beta, in gamma and then in
        production.

    Decided by:
        A migration of production's database without a migration by the same tool in pre-production that must succeed before it.

    Fix:
        Run the same migration in the pre-production deploy.

    Before (github-actions):
        deploy-staging:
          steps: [{run: kubectl --context staging apply -f k8s/}]
        deploy-prod:
          steps: [{run: npx prisma migrate deploy}, {run: kubectl --context prod apply -f k8s/}]

    After (github-actions):
        deploy-staging:
          steps: [{run: npx prisma migrate deploy}, {run: kubectl --context staging apply -f k8s/}]
        deploy-prod:
          steps: [{run: npx prisma migrate deploy}, {run: kubectl --context prod apply -f k8s/}]

    Before (gitlab-ci):
        deploy-staging:
          script: [kubectl --context staging apply -f k8s/]
        deploy-prod:
          script: [flyway migrate, kubectl --context prod apply -f k8s/]

    After (gitlab-ci):
        deploy-staging:
          script: [flyway migrate, kubectl --context staging apply -f k8s/]
        deploy-prod:
          script: [flyway migrate, kubectl --context prod apply -f k8s/]

    Before (codepipeline):
        - Name: Staging
          Actions: [{Name: Deploy, RunOrder: 1}]
        - Name: Production
          Actions: [{Name: Migrate, RunOrder: 1}, {Name: Deploy, RunOrder: 2}]

    After (codepipeline):
        - Name: Staging
          Actions: [{Name: Migrate, RunOrder: 1}, {Name: Deploy, RunOrder: 2}]
        - Name: Production
          Actions: [{Name: Migrate, RunOrder: 1}, {Name: Deploy, RunOrder: 2}]
    """

    id = "CHG005"
    name = "migration-rehearsed"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    fixes = {"": "Run the same migration in a job of pre-production that must succeed before <job>."}

    def decide(self, case: Case) -> Answer:
        """Looks at the migrations of production that belong to the subject."""
        found = [node for node in case.graph.nodes("migrate") if self._belongs(case, node)]
        if not found:
            return case.not_applicable("No migration of a database belongs to it.")
        unsure: Answer | None = None
        for node in found:
            rehearsals = self._rehearsals(case, node)
            answer, by = case.graph.best_gate(rehearsals, node)
            if answer == YES and by is not None:
                continue
            if answer == MAYBE and by is not None:
                unsure = unsure or case.unknown(
                    f"{does(by)} runs the migration in pre-production, but the files cannot tell whether always before {does(node)}.",
                    settle="Let both depend on the same condition.",
                    at=by,
                )
                continue
            hidden = out_of_sight(
                case, "migrate", what="A rehearsal of the migration", classes=PREPROD_CLASSES, deploy=node
            )
            if hidden is None:
                return self._fails(case, node, rehearsals)
            unsure = unsure or hidden
        return unsure or case.passed(f"{does(found[0])} has run in pre-production before.")

    def _belongs(self, case: Case, node: Node) -> bool:
        """Whether a migration works on production, in the subject's job or on the way to it and to no other deploy before."""
        if node.job.template == case.deploy.job.template:
            return node.environment_class not in PREPROD_CLASSES
        if looks_at(case, node) not in PROD_CLASSES:
            return False
        return any(case.graph.before(node, deploy) or case.graph.before(deploy, node) for deploy in case.deploys)

    def _rehearsals(self, case: Case, node: Node) -> list[Node]:
        return [
            other
            for other in case.graph.ahead_of(node, "migrate")
            if other.activity.tool == node.activity.tool and looks_at(case, other) in PREPROD_CLASSES
        ] + [
            other
            for other in case.graph.ahead_of(node, "migrate")
            if other.activity.tool == node.activity.tool
            and looks_at(case, other) not in (*PREPROD_CLASSES, *PROD_CLASSES)
            and self._works_on_preprod(case, other)
        ]

    def _works_on_preprod(self, case: Case, node: Node) -> bool:
        """Whether the job of a migration deploys to pre-production."""
        deploys = [each for each in case.graph.deploys() if each.job is node.job]
        return any(each.environment_class in PREPROD_CLASSES for each in deploys)

    def _fails(self, case: Case, node: Node, rehearsals: list[Node]) -> Answer:
        weak = next((each for each in rehearsals if case.graph.gates(each, node) == NO), None)
        hint = f" {does(weak)} runs there, but its failure does not stop {job(node)}." if weak is not None else ""
        return case.failed(
            f"{does(node)} changes production's database, and no pre-production database has gone through it before.{hint}",
            fix=case.fix(job=job(node)),
            at=node,
            rests_on=(node,),
        )
