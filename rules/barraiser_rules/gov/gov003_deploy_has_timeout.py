"""GOV003: deploys to production have a bounded time."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    PROD_CLASSES,
    RELEASE_KINDS,
    Answer,
    Case,
    Job,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.questions import job

GATES = ("smoke-test", "integration-test", "e2e-test", "load-test", "chaos-test", "alarm-gate", "bake")
"""Kinds whose jobs can hang as a deploy can."""

STAGED = ("deploy", "config-deploy", "smoke-test", "integration-test", "e2e-test")
LIBRARY = "library-publish"


class DeployHasTimeout(Rule):
    """Bound the time of deploy and gate jobs.

    Why:
        A deploy that hangs keeps the lock, half the fleet on the new version and everybody behind it waiting, until the platform's own
        limit ends it hours later.

    Source:
        GitHub Actions, workflow syntax: `timeout-minutes` is 360 where nothing is written. GitLab CI, `timeout`. AWS Deployment Pipeline
        Reference Architecture: budgets of time for builds and stages.

    Decided by:
        The time limit of each production deploy's job, and of the test, alarm and bake jobs that it needs. Actions that the platform
        runs itself have the service's limits and are not asked. A limit below the job's own bake would end the bake: an error. In a
        library's pipeline, where a publish that hangs keeps nobody waiting, a missing limit is a hint. So is a limit of a build, or of a
        deploy or test in pre-production, that alone is more than the budget of its stage; bakes, load tests and fault injections do
        not count towards it.

    Fix:
        Write a limit a little above what the job usually takes.

    Before (github-actions):
        deploy:
          runs-on: ubuntu-latest

    After (github-actions):
        deploy:
          runs-on: ubuntu-latest
          timeout-minutes: 30

    Before (gitlab-ci):
        deploy-prod:
          environment: production

    After (gitlab-ci):
        deploy-prod:
          environment: production
          timeout: 30 minutes

    Before (codepipeline):
        Deploy: {Type: AWS::CodeBuild::Project}

    After (codepipeline):
        Deploy: {Type: AWS::CodeBuild::Project, Properties: {TimeoutInMinutes: 30}}
    """

    id = "GOV003"
    name = "deploy-has-timeout"
    severity = "warning"
    profile = "strict"
    kinds = RELEASE_KINDS
    parameters = (
        Parameter(
            "max_deploy_min", 120, "the longest limit that a job may have beyond its bake", unit="minutes", minimum=1
        ),
        Parameter("build_max", 10, "the budget of a build before the deploy", unit="minutes", minimum=1),
        Parameter(
            "preprod_stage_max",
            30,
            "the budget of a pre-production stage, without its bakes, load tests and fault injections",
            unit="minutes",
            minimum=1,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add `timeout-minutes: <minutes>` to <job>.",
        GITLAB_CI: "Add `timeout: <minutes> minutes` to <job>.",
        CODEPIPELINE: "Set `TimeoutInMinutes: <minutes>` for the build project, or the action, of <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the subject's jobs, then at the gates before it."""
        longest = case.number("max_deploy_min")
        bounded: Node | None = None
        seen: set[str] = set()
        for node in self._nodes(case):
            found = node.job
            if found.id in seen or not self._limited_by_hand(case, found):
                continue
            seen.add(found.id)
            limit, bake = found.timeout_minutes, self._bake(case, found)
            if limit is None:
                return case.failed(
                    f"{job(node)} has no time limit: when it hangs, the release hangs until the platform gives up.",
                    fix=case.fix(job=job(node), minutes=f"{bake + 30:g}"),
                    at=found.place,
                    severity="info" if case.subject.kind == LIBRARY else "",
                    key=found.template,
                    rests_on=(node,),
                )
            if limit < bake:
                return case.failed(
                    f"{job(node)} is ended after {limit:g} minutes, before its bake of {bake:g} minutes is over.",
                    fix=case.fix(job=job(node), minutes=f"{bake + 30:g}"),
                    at=found.place,
                    severity="error",
                    key=found.template,
                    rests_on=(node,),
                )
            if limit > bake + longest:
                return case.failed(
                    f"{job(node)} may run for {limit:g} minutes, more than {longest:g} beyond its bake: that bounds little.",
                    fix=case.fix(job=job(node), minutes=f"{bake + longest:g}"),
                    at=found.place,
                    key=found.template,
                    rests_on=(node,),
                )
            bounded = node
        over = self._over_budget(case, seen)
        if over is not None:
            return over
        if bounded is None:
            return case.not_applicable("The platform's own actions deploy, within the service's limits.")
        return case.passed(f"{job(bounded)} ends after {bounded.job.timeout_minutes:g} minutes.", rests_on=(bounded,))

    def _over_budget(self, case: Case, seen: set[str]) -> Answer | None:
        """A hint where one job before production alone may take longer than its stage should."""
        for deploy in case.deploys:
            for node in case.graph.ahead_of(deploy):
                found = node.job
                build = node.kind == "build"
                staged = node.kind in STAGED and node.environment_class not in PROD_CLASSES and not node.activity.opaque
                if found.timeout_minutes is None or not (build or staged) or node.pipeline is not case.pipeline:
                    continue
                if (build and found.id in seen) or not self._limited_by_hand(case, found) or self._is_long(found):
                    continue
                budget = case.number("build_max" if build else "preprod_stage_max")
                if found.timeout_minutes - self._bake(case, found) > budget:
                    what = "a build" if build else "a stage before production"
                    return case.failed(
                        f"{job(node)} may run for {found.timeout_minutes:g} minutes, and the budget of {what} is {budget:g}.",
                        fix=case.fix(job=job(node), minutes=f"{budget + self._bake(case, found):g}"),
                        at=found.place,
                        severity="info",
                        key=found.template,
                        rests_on=(node,),
                    )
        return None

    def _is_long(self, found: Job) -> bool:
        return any(each.kind in ("load-test", "chaos-test") for each in found.activities)

    def _nodes(self, case: Case) -> list[Node]:
        nodes = list(case.deploys)
        for deploy in case.deploys:
            nodes += [node for node in case.graph.ahead_of(deploy, *GATES) if node.pipeline is case.pipeline]
        return nodes

    def _limited_by_hand(self, case: Case, found: Job) -> bool:
        """Whether the job runs commands of its own: an action of the platform, or a person's approval, has the service's limit."""
        if any(item.what == "reusable workflow" and found.id in item.jobs for item in case.pipeline.unresolved):
            return False  # the limit stands in the called file; the key is not allowed here
        return not found.calls and "stage-condition" not in found.tags and self._runs_commands(found)

    def _runs_commands(self, found: Job) -> bool:
        kind = found.tags.get("action-type", "")
        return not kind or "CodeBuild" in kind or any(step.script is not None for step in found.steps)

    def _bake(self, case: Case, found: Job) -> float:
        """The minutes that the job waits by itself, and those that the deployer keeps it waiting."""
        own = sum(each.minutes or 0 for each in found.activities if each.kind == "bake")
        deploys = [
            node for node in case.graph.deploys() if node.job is found and node.activity.facts.get("waits") != "no"
        ]
        return own + sum(case.applied(node).bake_minutes or 0 for node in deploys)
