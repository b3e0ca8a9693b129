"""APV001: at least one real gate stands before production."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PREPROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.alarms import only_waits
from barraiser_rules.hints import declaration
from barraiser_rules.questions import (
    DEPLOYED_TESTS,
    Gate,
    blocking_manual,
    declared_kind,
    declared_protection,
    demands_people,
    does,
    job,
    may_hold,
    out_of_sight,
    preprod_deploys,
    weakest_gate,
)


class GateBeforeProd(Rule):
    """Put at least one real gate in front of production.

    Why:
        Something must be able to say no: a person, an alarm, or a test of the system as it was deployed. Without one, every commit
        that compiles is in production minutes later.

    Source:
        AWS Deployment Pipeline Reference Architecture: a manual approval before production. Liguori, "Automating safe, hands-off
        deployments": tests and alarms in its place. OWASP CICD-SEC-1, insufficient flow control.

    Decided by:
        An approval, an alarm check or a test after a pre-production deploy that must succeed before the deploy starts; a job that a
        person starts; or a declared protection of the environment. An environment whose protection nobody declared: unknown.

    Fix:
        Test the pre-production deploy, or require an approval.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        smoke-test-staging:
          needs: [deploy-staging]
          runs-on: ubuntu-latest
          steps: [{run: curl --fail --retry 5 https://staging.shop.example.com/health}]
        deploy-prod:
          needs: [smoke-test-staging]

    Before (gitlab-ci):
        deploy-prod:
          environment: production
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]

    After (gitlab-ci):
        deploy-prod:
          environment: production
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH, when: manual}]

    Before (codepipeline):
        Actions: [{Name: DeployProd, RunOrder: 1}]

    After (codepipeline):
        Actions:
          - {Name: Approve, RunOrder: 1, ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}}
          - {Name: DeployProd, RunOrder: 2}
    """

    id = "APV001"
    name = "gate-before-prod"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    after = ("ENV001",)
    parameters = (Parameter("require_manual", False, "whether only a person's approval counts"),)
    fixes = {
        GITHUB_ACTIONS: "Add a test job between the staging deploy and <job>, or `environment: production` with required reviewers.",
        GITLAB_CI: "Add a test job between the staging deploy and <job>, or `rules: [{when: manual}]` to <job>.",
        CODEPIPELINE: "Add an action of category Approval, or a test action after the staging deploy, before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for a gate of each deploy of the subject."""
        by_person = bool(case.parameter("require_manual"))
        started = [deploy for deploy in case.deploys if not deploy.job.manual]
        if not started:
            return case.passed(f"A person starts {job(case.deploy)}.")
        gate = weakest_gate(case, lambda deploy: self._candidates(case, deploy, by_person))
        if gate.answer == YES and gate.node is not None:
            return case.passed(
                f"{does(gate.node)} must succeed before {job(gate.deploy)}.", way=(gate.node, gate.deploy)
            )
        protection = declared_protection(case, gate.deploy)
        if protection is not None and demands_people(protection):
            return case.passed(f"The environment of {job(case.deploy)} is declared to be protected.")
        return self._without(case, gate, declared=protection is not None, by_person=by_person)

    def _candidates(self, case: Case, deploy: Node, by_person: bool) -> list[Node]:
        ahead = case.graph.ahead_of(deploy)
        found = [node for node in ahead if node.kind == "approval" or self._started_by_person(node)]
        if by_person:
            return found
        staging = preprod_deploys(case, deploy)
        found += [node for node in ahead if node.kind == "alarm-gate" and not only_waits(node)]
        found += [
            node
            for node in ahead
            if self._is_test(node) and any(case.graph.before(earlier, node) for earlier in staging)
        ]
        return found

    def _is_test(self, node: Node) -> bool:
        return node.kind in (*DEPLOYED_TESTS, "load-test", "chaos-test", "dast")

    def _started_by_person(self, node: Node) -> bool:
        return blocking_manual(node) and node.environment_class not in PREPROD_CLASSES

    def _without(self, case: Case, gate: Gate, *, declared: bool, by_person: bool) -> Answer:
        if gate.answer == MAYBE and gate.node is not None:
            return case.unknown(may_hold(gate, "a gate"), settle=declared_kind(gate.node, gate.node.kind), at=gate.node)
        holder = None if declared else self._environment(case, gate.deploy)
        if holder is not None and holder.job.environment is not None:
            key = holder.job.environment
            return case.unknown(
                f"{job(holder)} may wait for reviewers of the environment `{key.name}`: its protection is a setting that no file shows.",
                settle=declaration(case, "approval", key.name),
                at=key.place,
            )
        if case.verdict_of("ENV001") == FAILED and not by_person:
            return case.not_applicable(
                "No pre-production deploy comes before it that could be tested.", because="ENV001"
            )
        kinds: Sequence[str] = ("approval",) if by_person else ("approval", "alarm-gate", *DEPLOYED_TESTS)
        hidden = out_of_sight(case, *kinds, what="A gate", deploy=gate.deploy)
        return hidden or case.failed(
            f"Nothing can stop {job(gate.deploy)}: no approval, no alarm check and no test of pre-production comes before it.",
            fix=case.fix(job=job(gate.deploy)),
            at=gate.deploy,
        )

    def _environment(self, case: Case, deploy: Node) -> Node | None:
        """The deploy, or a job that holds it back, whose environment may be protected."""
        if deploy.job.environment is not None:
            return deploy
        for node in case.graph.ahead_of(deploy):
            if node.job.environment is None or self._before_prod(node):
                continue
            if case.graph.gates(node, deploy) != NO:
                return node
        return None

    def _before_prod(self, node: Node) -> bool:
        """Whether a node's job works on pre-production: its reviewers guard that, not production."""
        classes = {each.environment.cls for each in node.job.activities if each.environment is not None}
        return not classes.isdisjoint((*PREPROD_CLASSES, "ephemeral"))
