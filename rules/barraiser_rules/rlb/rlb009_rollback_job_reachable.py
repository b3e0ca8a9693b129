"""RLB009: the job that rolls back can start when it is needed."""

from __future__ import annotations

from barraiser.api import (
    DEPLOY_KINDS,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PREPROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Place,
    Rule,
)
from barraiser_rules.promotion import looks_at
from barraiser_rules.questions import DEPLOYED_TESTS, does, job

CHECKS = (*DEPLOYED_TESTS, "alarm-gate")


class RollbackJobReachable(Rule):
    """Make sure that the rollback job can actually start.

    Why:
        Nobody sees that a rollback job is dead until it should have run. A failed check skips what needs it, and a failure that is
        allowed is no failure: the job that should have saved the release stays grey.

    Source:
        GitHub Actions, workflow syntax: `needs` and status functions. GitLab CI/CD YAML reference: `when: on_failure`, `allow_failure`.

    Decided by:
        A rollback after the production deploy that is skipped when the deploy or the check fails (no `failure()` or `always()`), that
        does not wait for the check that it should answer, or that listens to jobs whose failure is allowed, so that nothing ever counts
        as failed.

    Fix:
        Let it run on failure, and wait for the deploy and for the checks after it.

    Before (github-actions):
        rollback:
          needs: [deploy-prod, smoke]
          steps: [{run: kubectl rollout undo deployment/shop}]

    After (github-actions):
        rollback:
          needs: [deploy-prod, smoke]
          if: failure()
          steps: [{run: kubectl rollout undo deployment/shop}]

    Before (gitlab-ci):
        smoke: {stage: verify, allow_failure: true}
        rollback: {stage: rollback, when: on_failure}

    After (gitlab-ci):
        smoke: {stage: verify}
        rollback: {stage: rollback, when: on_failure}
    """

    id = "RLB009"
    name = "rollback-job-reachable"
    severity = "error"
    profile = "standard"
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    kinds = ("service-deploy", "iac-only", "config-flags")
    fixes = {
        GITHUB_ACTIONS: "Write `if: failure()` and `needs: [<needed>]` in <rollback>.",
        GITLAB_CI: "Put <rollback> into a stage after <needed> with `when: on_failure`, and let their failure count.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at each rollback that belongs to a deploy of the subject."""
        found = [node for node in case.stages.nodes if node.kind == "rollback" and self._automatic(case, node)]
        if not found:
            return case.not_applicable("No job or step rolls it back by itself.")
        for node in found:
            if self._asks_an_output(node):
                return case.unknown(
                    f"{does(node)} runs when `{node.job.condition.text}` holds; whether a failure makes it so, the files cannot tell.",
                    settle=f"Let the check fail, and write `if: failure()` in {job(node)}.",
                    at=node.job.place,
                )
            for deploy in case.deploys:
                wrong = self._wrong(case, node, deploy)
                if wrong is None:
                    continue
                message, place, needed = wrong
                return case.failed(
                    f"{does(node)} never runs when {job(deploy)} or a check after it fails: {message}.",
                    fix=case.fix(rollback=job(node), needed=needed),
                    at=place,
                    rests_on=(node, deploy),
                    key=node.job.template,
                )
        return case.passed(f"{does(found[0])} runs when something before it has failed.")

    def _automatic(self, case: Case, node: Node) -> bool:
        """Whether a rollback is meant to start by itself after a production deploy of this run."""
        if node.pipeline is not case.pipeline or node.job.manual or node.activity.conditional:
            return False
        if looks_at(case, node) in PREPROD_CLASSES or case.graph.runs(node) == NO:
            return False
        mine = {deploy.job.id for deploy in case.deploys}
        own = node.job.id in mine
        later = any(case.graph.before(deploy, node) for deploy in case.deploys)
        elsewhere = any(each.job is node.job for each in case.graph.nodes(*DEPLOY_KINDS))
        return own or later or (not elsewhere and node.job.condition.on_failure)

    def _asks_an_output(self, node: Node) -> bool:
        """Whether a job starts on what a job before it has written, and not on a failure."""
        condition = node.job.condition
        return ".outputs." in condition.text and not (condition.on_failure or condition.always)

    def _wrong(self, case: Case, node: Node, deploy: Node) -> tuple[str, Place, str] | None:
        """Why a rollback cannot start, where to look, and what it must wait for."""
        if node.job is deploy.job:
            return self._wrong_step(node, deploy)
        condition = node.job.condition
        checks = [
            each
            for each in case.graph.after(deploy, *CHECKS)
            if looks_at(case, each) not in PREPROD_CLASSES and each.job is not node.job
        ]
        needed = ", ".join(dict.fromkeys([deploy.job.id, *(each.job.id for each in checks)]))
        if not (condition.on_failure or condition.always):
            return (
                f"it is skipped when what it needs fails ({_condition(condition.text)})",
                node.job.place,
                needed,
            )
        if not case.graph.before(deploy, node):
            return ("it does not wait for the deploy", node.job.place, needed)
        missed = next((each for each in checks if not case.graph.before(each, node)), None)
        if missed is not None and deploy.job is not missed.job:
            return (f"it does not wait for {job(missed)}, whose failure it should answer", node.job.place, needed)
        if condition.on_failure:
            jobs = {each.job.id: each.job for each in (deploy, *checks)}
            soft = [each for each in jobs.values() if each.soft == YES]
            if len(soft) == len(jobs) or any(each.soft == YES for each in (check.job for check in checks)):
                first = soft[0]
                reason = first.soft_reason or "its failure is allowed"
                return (f"a failure of {first.id} does not count (`{reason}`)", first.soft_place or first.place, needed)
        identity = deploy.job.environment is not None and node.job.environment is None and deploy.job.tags.get("role")
        if identity and not node.job.tags.get("role"):
            return ("it takes no identity, which the deploy does", node.job.place, needed)
        return None

    def _wrong_step(self, node: Node, deploy: Node) -> tuple[str, Place, str] | None:
        """A step after the deploy that has no status function runs only when nothing failed."""
        condition = node.activity.condition
        if (
            node.index < deploy.index
            or condition.on_failure
            or condition.always
            or node.activity.step == deploy.activity.step
        ):
            return None
        return (f"a failed step skips it ({_condition(condition.text)})", node.place, deploy.job.id)


def _condition(text: str) -> str:
    """A condition as a sentence quotes it."""
    return f"`{text}`" if text else "it has no condition"
