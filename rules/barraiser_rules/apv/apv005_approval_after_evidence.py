"""APV005: the approval is asked for after the evidence, with context, and expires."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PREPROD_CLASSES,
    PROD_CLASSES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.hints import WORDS, named, words
from barraiser_rules.promotion import after_preprod
from barraiser_rules.questions import DEPLOYED_TESTS, blocking_manual, does, job

EVIDENCE = (*DEPLOYED_TESTS, "load-test", "chaos-test", "dast", "bake", "alarm-gate")
CONTEXT = ("NotificationArn", "CustomData", "ExternalEntityLink")
"""Inputs of an approval that tell the approver what is asked."""

DEFAULT_HOURS = 168.0
"""How long an approval action waits where nothing is written."""


class ApprovalAfterEvidence(Rule):
    """Ask for approval after the evidence, with context, and let it expire.

    Why:
        Who approves before the tests have run approves nothing. Who gets no link has to guess, and an approval that waits for a week
        ships a change that nobody remembers.

    Source:
        AWS Deployment Pipeline Reference Architecture: the approval stands directly before production. AWS re:Invent 2025 COP415:
        reviewers see the steps and the rollback. CodePipeline user guide, approval actions: seven days unless a time is given.

    Decided by:
        The order of the approval and of the tests, bakes and alarm checks of pre-production that the deploy needs; for approval actions
        also their message, link or topic, and their time limit.

    Fix:
        Move the approval behind the last check, say what is asked, and let it expire.

    Before (github-actions):
        approve: {needs: [staging], environment: production-approval}
        smoke-test: {needs: [approve]}
        deploy: {needs: [smoke-test]}

    After (github-actions):
        smoke-test: {needs: [staging]}
        approve: {needs: [smoke-test], environment: production-approval}
        deploy: {needs: [approve]}

    Before (gitlab-ci):
        stages: [build, staging, approve, smoke, production]
        approve:
          stage: approve
          rules: [{when: manual}]
          script: [echo approved]
        smoke-test:
          stage: smoke
          script: [curl --fail https://staging.shop.example.com/health]

    After (gitlab-ci):
        stages: [build, staging, smoke, approve, production]
        smoke-test:
          stage: smoke
          script: [curl --fail https://staging.shop.example.com/health]
        approve:
          stage: approve
          rules: [{when: manual}]
          script: [echo approved]

    Before (codepipeline):
        Name: Approve
        ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}

    After (codepipeline):
        Name: Approve
        ActionTypeId: {Category: Approval, Owner: AWS, Provider: Manual, Version: "1"}
        Configuration: {ExternalEntityLink: "https://dashboards.example.com/shop"}
        TimeoutInMinutes: 1440
    """

    id = "APV005"
    name = "approval-after-evidence"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter("max_hours", 72, "how long an approval may be waited for", unit="hours", minimum=1, maximum=1440),
    )
    fixes = {
        GITHUB_ACTIONS: "Let <approval> need <check>, so that it is asked for last.",
        GITLAB_CI: "Put <approval> into a stage after <check>, or let it need <check>.",
        CODEPIPELINE: "Give <approval> a higher `RunOrder` than <check>, or a later stage.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the approvals that hold back each deploy of the subject."""
        asked: Node | None = None
        for deploy in case.deploys:
            asking = [node for node in case.graph.ahead_of(deploy) if self._approves(case, node, deploy)]
            # One in front of pre-production is that stage's own, unless no other asks for production.
            approvals = [node for node in asking if self._is_of_prod(case, node)] or asking
            if not approvals:
                continue
            late = self._late(case, approvals, deploy)
            if late is not None:
                approval, check = late
                return case.failed(
                    f"{job(approval)} is asked for before {does(check)} has told anything.",
                    fix=case.fix(approval=job(approval), check=job(check)),
                    at=approval,
                    way=(approval, deploy),
                    key=approval.job.template,
                    rests_on=(approval, check),
                )
            for approval in approvals:
                bare = self._bare(case, approval)
                if bare is not None:
                    return bare
            asked = asked or approvals[-1]
        if asked is None:
            return case.not_applicable("No approval in the pipeline holds it back.", because="APV001")
        return case.passed(f"{job(asked)} is asked for after the checks.", way=(asked,))

    def _approves(self, case: Case, node: Node, deploy: Node) -> bool:
        if node.job is deploy.job or node.environment_class in PREPROD_CLASSES:
            return False
        by_name = node.kind == "other" and node.job.environment is not None
        by_name = by_name and not named(node).isdisjoint(WORDS["approval"].split())
        if node.kind != "approval" and not by_name and not blocking_manual(node):
            return False
        return case.graph.gates(node, deploy) != NO

    def _is_of_prod(self, case: Case, node: Node) -> bool:
        if node.environment_class in PROD_CLASSES or self._names_prod(node):
            return True
        return not any(each.environment_class in PREPROD_CLASSES for each in case.graph.after(node, "deploy"))

    def _names_prod(self, node: Node) -> bool:
        key = node.job.environment
        return key is not None and not words(key.name).isdisjoint(("prod", "production", "prd"))

    def _late(self, case: Case, approvals: list[Node], deploy: Node) -> tuple[Node, Node] | None:
        """The last approval, and a check that does not come before it; None where one comes after all checks."""
        checks = [each for each in after_preprod(case, deploy, EVIDENCE) if case.graph.gates(each, deploy) != NO]
        found: tuple[Node, Node] | None = None
        for approval in approvals:
            check = next(
                (each for each in checks if each.job is not approval.job and not case.graph.before(each, approval)),
                None,
            )
            if check is None:
                return None
            found = (approval, check)
        return found

    def _bare(self, case: Case, approval: Node) -> Answer | None:
        """What an approval action lacks: a word to the approver, or an end."""
        step = next((each for each in approval.job.steps if each.uses.startswith("Approval/")), None)
        if step is None:
            return None
        if not any(step.inputs.get(name) for name in CONTEXT):
            return case.failed(
                f"{job(approval)} says nothing to who approves: no message, no link, no notification.",
                fix="Add `Configuration` with `CustomData`, `ExternalEntityLink` or `NotificationArn`.",
                at=approval,
                key=f"{approval.job.template} context",
                rests_on=(approval,),
            )
        minutes = approval.job.timeout_minutes
        hours, longest = DEFAULT_HOURS if minutes is None else minutes / 60, case.number("max_hours")
        if hours <= longest:
            return None
        return case.failed(
            f"{job(approval)} waits for {hours:g} hours: a change that old may still be released; at most {longest:g} are asked for.",
            fix=f"Set `TimeoutInMinutes: {longest * 60:g}` or less.",
            at=approval,
            key=f"{approval.job.template} time",
            rests_on=(approval,),
        )
