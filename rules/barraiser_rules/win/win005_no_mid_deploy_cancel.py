"""WIN005: nothing cancels a production deploy that is running."""

from __future__ import annotations

from barraiser.api import GITHUB_ACTIONS, GITLAB_CI, MAYBE, NO, YES, Answer, Case, Concurrency, Node, Place, Rule, Tri
from barraiser_rules.questions import job


def _called_by(node: Node) -> str:
    """The jobs that start the child pipeline which a job is part of."""
    return node.job.id.rpartition(" / ")[0]


class NoMidDeployCancel(Rule):
    """Never cancel a running production deploy.

    Why:
        A deploy that is killed halfway leaves half a fleet, half a migration, or a locked state behind, just because somebody merged
        the next change.

    Source:
        GitHub Actions, `concurrency`: `cancel-in-progress` also cancels the run that is in progress, and a called workflow shares its
        caller's groups. GitLab CI reference, `interruptible` and `workflow:auto_cancel`.

    Decided by:
        Whether the lock around the production job cancels what holds it, whether another job of the repository has a lock of the same
        name that does, or the job may be interrupted by a newer pipeline. GitLab by itself (`on_new_commit: conservative`) keeps a
        pipeline in which a job that is not interruptible has started.

    Fix:
        Do not cancel what deploys: let the next run wait.

    Before (github-actions):
        concurrency: {group: deploy, cancel-in-progress: true}

    After (github-actions):
        concurrency: {group: deploy, cancel-in-progress: false}

    Before (gitlab-ci):
        default: {interruptible: true}
        deploy-prod: {environment: production}

    After (gitlab-ci):
        default: {interruptible: true}
        deploy-prod: {environment: production, interruptible: false}
    """

    id = "WIN005"
    name = "no-mid-deploy-cancel"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release", "static-site")
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    fixes = {
        GITHUB_ACTIONS: "Set `cancel-in-progress: false` for the group of <job>, or give its deploy a group of its own.",
        GITLAB_CI: "Set `interruptible: false` on <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what may cancel each deploy of the subject."""
        unsure: tuple[str, Node, Place] | None = None
        for deploy in case.deploys:
            beside = self._ends_with(case, deploy)
            if beside is not None:
                return case.failed(
                    f"When {job(beside)} fails, {job(deploy)} is cancelled while it deploys (`on_job_failure: all`): production is left"
                    " between two versions.",
                    fix="Remove `auto_cancel: {on_job_failure: all}` from `workflow`, or deploy when nothing else runs.",
                    at=deploy,
                    key="on_job_failure",
                    rests_on=(deploy, beside),
                )
            answer, what, place = self._cancels(case, deploy)
            if answer == YES and place is not None:
                return case.failed(
                    f"A newer run cancels {job(deploy)} while it deploys (`{what}`): production is left between two versions.",
                    fix=case.fix(job=job(deploy)),
                    at=place,
                )
            if answer == MAYBE and place is not None:
                unsure = (what, deploy, place)
        if unsure is not None:
            what, deploy, place = unsure
            return case.unknown(
                f"Whether a newer run cancels {job(deploy)} depends on `{what}`.",
                settle=case.fix(job=job(deploy)),
                at=place,
            )
        return case.passed(f"Nothing cancels {job(case.deploy)} while it runs.", rests_on=(case.deploy,))

    def _ends_with(self, case: Case, deploy: Node) -> Node | None:
        """Something that runs beside a deploy, in a pipeline in which one failure cancels all that run."""
        if self._in_this(case, deploy, "on-job-failure") != "all":
            return None
        for node in case.graph.nodes():
            own = node.pipeline is deploy.pipeline and node.job is not deploy.job and node.job.soft != YES
            if own and not case.graph.before(node, deploy) and not case.graph.before(deploy, node):
                return node
        return None

    def _cancels(self, case: Case, deploy: Node) -> tuple[Tri, str, Place | None]:
        """Whether a newer run cancels the job, by what, and where that stands."""
        interruptible = deploy.job.tags.get("interruptible", "")
        if interruptible in ("true", "yes"):
            return self._interrupted(case, deploy), "interruptible: true", deploy.job.place
        lock = deploy.job.concurrency
        if lock is None:
            return NO, "", None
        index = case.graph.index
        answer = lock.cancels[index] if index < len(lock.cancels) else NO
        if answer == NO:
            return self._rival(case, deploy, lock)
        return answer, f"cancel-in-progress of the group {lock.group}", lock.cancels_place or lock.place

    def _interrupted(self, case: Case, deploy: Node) -> Tri:
        """Whether a newer commit cancels an interruptible job: not if the pipeline is kept once another job has started."""
        mode = self._in_this(case, deploy, "on-new-commit")
        if mode == "none":
            return NO
        if mode == "?":
            return MAYBE
        if mode == "interruptible":
            return YES
        around = _called_by(deploy)
        answer = YES
        for node in case.graph.nodes():
            solid = node.pipeline is deploy.pipeline and node.job.tags.get("interruptible") != "true"
            if not solid or _called_by(node) != around or node.job.manual or case.graph.before(deploy, node):
                continue
            if case.graph.before(node, deploy) and case.graph.runs(node) == YES:
                return NO
            answer = MAYBE
        return answer

    def _in_this(self, case: Case, deploy: Node, tag: str) -> str:
        """A fact of the job in this way of starting."""
        words = deploy.job.tags.get(tag, "").split(",")
        return words[case.graph.index] if case.graph.index < len(words) else words[0]

    def _rival(self, case: Case, deploy: Node, lock: Concurrency) -> tuple[Tri, str, Place | None]:
        """Another job with a lock of the same name that cancels who holds it: a group is one for the whole repository."""
        if any(word in lock.group for word in ("run_id", "run_number")):
            return NO, "", None
        index = case.graph.index
        found = [
            each
            for each in case.pipeline.jobs
            if each.template != deploy.job.template
            and each.concurrency is not None
            and each.concurrency.scope == "job"
            and each.concurrency.group.lower() == lock.group.lower()
            and each.concurrency.cancels
            and each.concurrency.cancels[index]
        ]
        if "github.workflow" not in lock.group:
            found += case.remember(("cancelling", lock.group), lambda: list(case.elsewhere.cancelling(lock.group)))
        if not found or found[0].concurrency is None:
            return NO, "", None
        other = found[0].concurrency
        what = f"cancel-in-progress of the group {other.group}, which {found[0].own_id} ({other.place}) has too"
        return MAYBE if "${{" in lock.group else YES, what, lock.place
