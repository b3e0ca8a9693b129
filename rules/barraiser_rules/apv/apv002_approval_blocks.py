"""APV002: a manual gate blocks."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, MAYBE, NO, YES, Answer, Case, Node, Rule
from barraiser_rules.hints import WORDS, named, words
from barraiser_rules.questions import job


class ApprovalBlocks(Rule):
    """Make manual gates blocking.

    Why:
        An approval that the pipeline does not wait for is a button without a wire: it gives the feeling of control, and the deploy
        has long happened.

    Source:
        GitLab CI, types of manual jobs: a manual job is optional unless it stands in `rules` or has `allow_failure: false`. GitHub
        Actions reference: a job waits only for what its `needs:` lists.

    Decided by:
        An approval, or a manual job that is one by its name, which the production deploy does not wait for: optional, ignored, or not
        on the way. A manual job that is the deploy itself is fine.

    Fix:
        Make the manual job blocking, and let the deploy need it.

    Before (github-actions):
        approve:
          environment: production-approval
        deploy:
          needs: [build]

    After (github-actions):
        approve:
          environment: production-approval
        deploy:
          needs: [build, approve]

    Before (gitlab-ci):
        approve:
          stage: approve
          when: manual
          script: [echo approved]

    After (gitlab-ci):
        approve:
          stage: approve
          rules: [{when: manual}]
          script: [echo approved]

    Before (codepipeline):
        Actions: [{Name: Approve, RunOrder: 1}, {Name: DeployProd, RunOrder: 1}]

    After (codepipeline):
        Actions: [{Name: Approve, RunOrder: 1}, {Name: DeployProd, RunOrder: 2}]
    """

    id = "APV002"
    name = "approval-blocks"
    about_gates = True
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    fixes = {
        GITHUB_ACTIONS: "Name <approval> in `needs:` of <job>, and let nothing ignore its failure.",
        GITLAB_CI: "Write `rules: [{when: manual}]` (or `allow_failure: false`) in <approval>, "
        "and name it in the `needs:` of <job> if it has one.",
        CODEPIPELINE: "Give <job> a higher `RunOrder` than <approval>, or a later stage.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at every approval of this scenario that is meant for the deploys of the subject."""
        approvals = [node for node in case.graph.nodes() if node.pipeline is case.pipeline and self._approves(node)]
        unsure: Node | None = None
        blocking: Node | None = None
        for deploy in case.deploys:
            for approval in approvals:
                if deploy.job.manual or approval.job.id == deploy.job.id:
                    continue
                answer = case.graph.gates(approval, deploy)
                if answer == NO and self._meant_for(case, approval, deploy):
                    return self._fails(case, approval, deploy)
                blocking = approval if answer == YES else blocking
                unsure = approval if answer == MAYBE else unsure
        if unsure is not None:
            return case.unknown(
                f"Whether {job(case.deploy)} waits for {job(unsure)} depends on a condition that the files do not decide.",
                settle=f"Let {job(case.deploy)} need {job(unsure)} without a condition.",
                at=unsure,
            )
        if blocking is not None:
            return case.passed(f"{job(case.deploy)} waits for {job(blocking)}.", way=(blocking,))
        return case.not_applicable("No approval is meant for it.")

    def _approves(self, node: Node) -> bool:
        if node.kind == "approval":
            return True
        if node.job.manual and not node.job.activities:
            return True  # a person starts what does nothing: it can only be meant to be waited for
        if node.kind != "other" or not (node.job.manual or node.job.environment is not None):
            return False
        return not (named(node) | words(node.job.stage or "")).isdisjoint(WORDS["approval"].split())

    def _meant_for(self, case: Case, approval: Node, deploy: Node) -> bool:
        """Whether an approval that gates nothing of the deploy should: not when it comes after it, or gates another deploy."""
        if case.graph.before(deploy, approval):
            return False
        others = [
            other
            for other in case.graph.after(approval, "deploy", "config-deploy", "destroy", "publish")
            if other is not deploy
        ]
        return not any(case.graph.gates(approval, other) != NO for other in others)

    def _fails(self, case: Case, approval: Node, deploy: Node) -> Answer:
        weakness = case.graph.weakness(approval, deploy) if case.graph.before(approval, deploy) else None
        if weakness is not None:
            reason = f"`{weakness.reason}` lets the pipeline go on without it"
        else:
            reason = f"{job(deploy)} does not wait for it"
        return case.failed(
            f"The approval {job(approval)} does not block production: {reason}.",
            fix=case.fix(approval=job(approval), job=job(deploy)),
            at=weakness.place if weakness else approval,
            rests_on=(approval, deploy),
            key=approval.job.template,
        )
