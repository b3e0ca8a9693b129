"""CHG003: destructive operations on production are guarded."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    PREPROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.hints import declaration
from barraiser_rules.questions import declared_protection, demands_people, does, job, prod_peers

PASSING = ("ephemeral", "static", *PREPROD_CLASSES)


class DestructiveOpGuarded(Rule):
    """Guard destructive operations on production.

    Why:
        A rollback brings a version back, not a database. What a pipeline deletes without asking is gone for every user at once.

    Source:
        Pokkunuri, "Ensuring rollback safety during deployments": a change that cannot be undone is no deployment like the others.
        AWS Well-Architected OPS06-BP01.

    Decided by:
        A command that destroys a stack, a cluster's objects, a database, its tables or a bucket, in a job that deploys to production
        and starts by itself. An approval of that very job guards it: its own manual gate, its environment, or one after the plan.

    Fix:
        Take it out of the pipeline; or let a person start that job, after a final snapshot.

    Before (github-actions):
        - run: npx prisma db push --accept-data-loss

    After (github-actions):
        - run: npx prisma migrate deploy

    Before (gitlab-ci):
        reset-db:
          environment: production
          script: [dropdb shop]

    After (gitlab-ci):
        reset-db:
          environment: production
          rules: [{when: manual}]
          script: [pg_dump shop > shop.sql, dropdb shop]

    Before (codepipeline):
        Actions:
          - {Name: DeployProd, RunOrder: 1}
          - {Name: RemoveOld, RunOrder: 2, Configuration: {ActionMode: DELETE_ONLY, StackName: shop-prod-old}}

    After (codepipeline):
        Actions:
          - {Name: DeployProd, RunOrder: 1}
          - {Name: Approve, RunOrder: 2}
          - {Name: RemoveOld, RunOrder: 3, Configuration: {ActionMode: DELETE_ONLY, StackName: shop-prod-old}}
    """

    id = "CHG003"
    name = "destructive-op-guarded"
    severity = "error"
    parameters = (Parameter("patterns", (), "texts of further commands that destroy something in production"),)
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release", "static-site")
    fixes = {
        GITHUB_ACTIONS: "Remove it from <job>, or move it into a job of its own whose environment has required reviewers.",
        GITLAB_CI: "Remove it from <job>, or move it into a job of its own with `rules: [{when: manual}]`.",
        CODEPIPELINE: "Remove it, or add an approval action directly before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the destructive operations that belong to the subject."""
        if case.graph.scenario.event == "manual":
            return case.not_applicable("A person starts this run.")
        found = [node for node in case.graph.nodes() if self._destroys(case, node) and self._belongs(case, node)]
        unsure: Node | None = None
        for node in found:
            if self._guarded(case, node):
                continue
            protection = declared_protection(case, node)
            if protection is not None and demands_people(protection):
                continue
            if node.job.environment is not None and protection is None:
                unsure = unsure or node
                continue
            return self._fails(case, node)
        if unsure is not None and unsure.job.environment is not None:
            key = unsure.job.environment
            return case.unknown(
                f"{does(unsure)} destroys {self._what(unsure)}; whether the environment `{key.name}` asks somebody first is a setting.",
                settle=declaration(case, "approval", key.name),
                at=unsure,
            )
        if found:
            return case.passed(f"A person must agree before {does(found[0])}.")
        return case.passed(f"Nothing that belongs to {job(case.deploy)} destroys data or resources.")

    def _what(self, node: Node) -> str:
        return node.activity.facts.get("destructive") or "what it deletes"

    def _destroys(self, case: Case, node: Node) -> bool:
        if node.environment_class in PASSING or (node.job.environment and node.job.environment.action == "stop"):
            return False
        patterns = case.parameter("patterns")
        further = patterns if isinstance(patterns, tuple) else ()
        named = any(pattern in node.activity.text for pattern in further if pattern)
        return named or node.kind == "destroy" or "destructive" in node.activity.facts

    def _belongs(self, case: Case, node: Node) -> bool:
        """Whether an operation is the subject's: of its job, of its environment, or of no other deploy while the subject is the first."""
        deploys = prod_peers(case)
        if node.job.template == case.deploy.job.template:
            return True
        if any(node.job.template == deploy.job.template for deploy in case.graph.deploys()):
            return False
        first = deploys[0] if deploys else case.deploy
        return node.environment_class in ("prod", "onebox") and first.job.template == case.deploy.job.template

    def _guarded(self, case: Case, node: Node) -> bool:
        """Whether a person agrees to this very operation: a manual job, or an approval with nothing but it behind."""
        if node.job.manual:
            return True
        for approval in case.graph.ahead_of(node, "approval"):
            if case.graph.gates(approval, node) != YES:
                continue
            plans = case.graph.ahead_of(approval, "plan")
            between = [
                other
                for other in case.graph.after(approval, "deploy", "config-deploy", "destroy")
                if other.job is not node.job and case.graph.before(other, node)
            ]
            if plans or not between:
                return True
        return False

    def _fails(self, case: Case, node: Node) -> Answer:
        mild = "sync" in node.activity.text and "--delete" in node.activity.text
        return case.failed(
            f"{does(node)} destroys {self._what(node)} in production whenever the pipeline runs, and nobody is asked.",
            fix=case.fix(job=job(node)),
            at=node,
            severity="info" if mild else "",
            way=case.graph.way_to(node),
            rests_on=(node,),
        )
