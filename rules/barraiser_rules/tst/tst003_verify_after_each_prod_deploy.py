"""TST003: production is checked after every deploy, before the release goes on or ends."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PREPROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Rule,
    Tri,
)
from barraiser_rules.alarms import only_waits
from barraiser_rules.hints import sounds_like
from barraiser_rules.promotion import SUCCESS, later_waves, looks_at, spot, unread_after
from barraiser_rules.questions import DEPLOYED_TESTS, declared_kind, does, job, prod_name

CHECKS = (*DEPLOYED_TESTS, "alarm-gate")


class VerifyAfterEachProdDeploy(Rule):
    """Check production after every deploy before going on.

    Why:
        A deploy command that succeeds says that the new version was started, not that it serves. The first check of production should
        not be a customer, and the second region should not get what the first has not survived.

    Source:
        AWS Deployment Pipeline Reference Architecture: acceptance tests and monitoring in production. Liguori, "Automating safe,
        hands-off deployments": each wave is watched before the next starts.

    Decided by:
        A smoke, integration or end-to-end test or an alarm check after the production deploy that must succeed before the deploy to the
        next part of production starts; after the last one, its failure must fail the run. What the deployer itself validates, or
        rolls back on an alarm, counts.

    Fix:
        Add a smoke test after the deploy command, in the same job or in the next.

    Before (github-actions):
        - run: kubectl --context prod apply -f k8s/

    After (github-actions):
        - run: kubectl --context prod apply -f k8s/
        - run: curl --fail --retry 5 https://shop.example.com/health

    Before (gitlab-ci):
        deploy-prod:
          script: [kubectl --context prod apply -f k8s/]

    After (gitlab-ci):
        deploy-prod:
          script:
            - kubectl --context prod apply -f k8s/
            - curl --fail --retry 5 https://shop.example.com/health

    Before (codepipeline):
        Name: Production
        Actions: [{Name: Deploy, RunOrder: 1}]

    After (codepipeline):
        Name: Production
        Actions: [{Name: Deploy, RunOrder: 1}, {Name: SmokeTest, RunOrder: 2}]
    """

    id = "TST003"
    name = "verify-after-each-prod-deploy"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        GITHUB_ACTIONS: "Add a step after the deploy of <job> that calls production (`curl --fail --retry 5 URL`), or a job that"
        " needs <job>.",
        GITLAB_CI: "Add a command after the deploy of <job> that calls production (`curl --fail --retry 5 URL`), or a job in a"
        " later stage.",
        CODEPIPELINE: "Add a test action after <job> with a higher `RunOrder`, or an `OnSuccess` condition to its stage.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for a check after each deploy of the subject, the last of its job where several go to the same place."""
        unsure: Answer | None = None
        shown = ""
        for deploy in self._last(case):
            answer, check = self._checked(case, deploy)
            if answer == YES and check is not None:
                shown = shown or f"{does(check)} checks production after {job(deploy)}."
                continue
            applied = case.applied(deploy)
            if YES in (applied.validates, applied.rolls_back_on_alarm):
                shown = shown or f"The deployer checks {does(deploy)} itself: {applied.why}."
                continue
            hidden = self._hidden(case, deploy, check)
            if hidden is None and applied.validates == MAYBE:
                hidden = case.unknown(
                    f"Whether the deployer validates {does(deploy)} stands in a definition that cannot be read here.",
                    settle=f'activities: {{"{deploy.job.id}": {{kinds: [deploy, smoke-test]}}}}',
                    at=deploy,
                )
            if hidden is None:
                return self._fails(case, deploy)
            unsure = unsure or hidden
        return unsure or case.passed(shown)

    def _last(self, case: Case) -> list[Node]:
        last = {(deploy.job.id, spot(deploy)): deploy for deploy in case.deploys}
        return list(last.values())

    def _checked(self, case: Case, deploy: Node) -> tuple[Tri, Node | None]:
        """How well production is checked after a deploy, and by what."""
        checks = [
            node
            for node in case.graph.after(deploy)
            if (node.kind in CHECKS or self._ends_stage(node, deploy))
            and looks_at(case, node) not in PREPROD_CLASSES
            and not only_waits(node)
        ]
        waves = later_waves(case, deploy)
        if not waves:
            best: tuple[Tri, Node | None] = (NO, None)
            for node in checks:
                answer = case.graph.gates_end(node)
                if node.activity.condition.on_failure or node.job.condition.on_failure:
                    continue
                if case.graph.runs(node) != YES and not self._runs_with(node, deploy):
                    answer = min(answer, MAYBE)
                if node.activity.opaque:
                    answer = min(answer, MAYBE)
                if answer > best[0]:
                    best = (answer, node)
            return best
        found = min((case.graph.best_gate(checks, wave) for wave in waves), key=lambda each: each[0])
        return (MAYBE, found[1]) if found[1] is not None and found[1].activity.opaque else found

    def _ends_stage(self, node: Node, deploy: Node) -> bool:
        return node.job.tags.get("stage-condition") == SUCCESS and node.job.stage == deploy.job.stage

    def _runs_with(self, node: Node, deploy: Node) -> bool:
        """Whether a check runs whenever the deploy does: in its job, or by the same condition."""
        if node.job is deploy.job:
            return not node.activity.condition.text
        return bool(node.job.condition.text) and node.job.condition.text == deploy.job.condition.text

    def _hidden(self, case: Case, deploy: Node, check: Node | None) -> Answer | None:
        """What may check production, but cannot be read or told."""
        if check is not None and check.activity.opaque:
            return case.unknown(
                f"{does(check)} may check production, but the program cannot be read here.",
                settle=declared_kind(check, "smoke-test"),
                at=check,
            )
        if check is not None:
            return case.unknown(
                f"{does(check)} checks production after {job(deploy)}, but whether it always runs depends on"
                f" `{check.job.condition.text or check.activity.condition.text or 'a branch of a script'}`.",
                settle="Let it run whenever the deploy does.",
                at=check,
            )
        for node in case.graph.after(deploy):
            if node.activity.opaque and node.kind == "other" and sounds_like(node, CHECKS):
                return case.unknown(
                    f"{does(node)} may check production, but the program cannot be read here.",
                    settle=declared_kind(node, "smoke-test"),
                    at=node,
                )
        unread = unread_after(case, deploy)
        if unread is not None:
            return case.unknown(
                f"A check of production may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
                settle=f'activities: {{"{deploy.job.id}": {{kinds: [deploy, smoke-test]}}}}',
                at=unread.place,
            )
        facts = deploy.activity.facts
        inside = f"the script `{facts['unread']}`, which is not in the repository" if "unread" in facts else ""
        if "handed-to" in facts:
            inside = "the pipeline that it starts in another system, which cannot be read here"
        if inside:
            return case.unknown(
                f"{does(deploy)} may check production itself, in {inside}.",
                settle=f'activities: {{"{deploy.job.own_id}": {{kinds: [{deploy.kind}, smoke-test]}}}}',
                at=deploy,
            )
        for node in case.elsewhere.nodes(*CHECKS):
            if any(scenario.via == case.pipeline.path for scenario in node.pipeline.scenarios):
                return case.unknown(
                    f"{does(node)} ({node.place}) runs after this pipeline; whether it checks production, and stops anything, the files"
                    " cannot tell.",
                    settle="Run the check in this pipeline, after the deploy.",
                    at=deploy,
                )
        return None

    def _fails(self, case: Case, deploy: Node) -> Answer:
        waves = later_waves(case, deploy)
        then = f"before {job(waves[0])} deploys to {prod_name(waves[0])}" if waves else "before the run ends"
        return case.failed(
            f"Nothing checks {prod_name(deploy)} after {job(deploy)}, {then}: a broken version stays until somebody complains.",
            fix=case.fix(job=job(deploy)),
            at=deploy,
        )
