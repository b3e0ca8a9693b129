"""BAK007: a bake outlives the runner that waits, and nobody ends it early."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PIPELINE,
    PROD_CLASSES,
    TEST_KINDS,
    UNKNOWN,
    YES,
    Activity,
    Answer,
    Case,
    Job,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.bakes import lasting, worst
from barraiser_rules.hints import words
from barraiser_rules.questions import declared_protection, demands_people, does, job

INPUT = re.compile(r"\binputs\.[\w-]{1,80}|\$\{?(?!CI_|GITLAB_)[A-Za-z_]\w{0,80}")
"""An input, or a variable that somebody sets, in a condition."""

BAKE_WORDS = frozenset(("bake", "baking", "soak", "soaking", "wait", "waiting", "cooldown"))
AGREE_WORDS = frozenset((
    "approve", "approved", "approval", "approvals", "approver", "confirm", "confirmation", "gate", "manual", "review", "reviewer",
    "signoff", "sign", "ok", "go",
))  # fmt: skip
MIN_DELAY = 5
"""Shorter delays let something settle."""


class BakeIsDurable(Rule):
    """Do not bake with a sleeping runner or a skippable timer.

    Why:
        A runner that sleeps for hours is lost when its host is, or ended by its time limit, and the release with it. A wait that somebody
        can skip is skipped in the hurry in which it matters.

    Source:
        GitLab documentation, job control: a delayed job can be unscheduled, or started at once. GitHub documentation: a wait timer of an
        environment occupies no runner; jobs on hosted runners end after six hours. Liguori, "Automating safe, hands-off deployments":
        bake time is enforced by the pipeline.

    Decided by:
        Waits after a deploy: the minutes that a job sleeps while nothing is watched, against `max_sleep_min`; its time limit; inputs
        in its conditions; delayed jobs whose environment is not declared to be protected; and approvals that are called a bake. A loop
        that reads alarms is a watch; only its job's limit counts.

    Fix:
        Wait where the platform keeps the time: an alarm rule with a wait, a wait timer, a delayed job of a protected environment.

    Before (github-actions):
        - run: sleep 3600

    After (github-actions):
        deploy-prod: {environment: production}   # its wait timer and rules are declared in .barraiser.yml

    Before (gitlab-ci):
        script: [sleep 3600]

    After (gitlab-ci):
        deploy-prod: {environment: production, when: delayed, start_in: 1 hour}   # the environment is protected

    Before (codepipeline):
        - Name: Production
          Actions: [{Name: Deploy, RunOrder: 1}, {Name: Bake, RunOrder: 2}]   # Bake runs `sleep 3600`

    After (codepipeline):
        - Name: Production
          OnSuccess:
            Conditions:
              - Result: ROLLBACK
                Rules:
                  - Name: NoErrors
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-errors, WaitTime: "60"}
    """

    id = "BAK007"
    name = "bake-is-durable"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("BAK001", "BAK002", "BAK003", "BAK006", "GOV003")
    parameters = (
        Parameter(
            "max_sleep_min",
            15,
            "how long a job may sleep, unwatched, until something has settled",
            unit="minutes",
            minimum=0,
            maximum=43200,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Declare a wait timer for the environment of the next deploy (environments: {NAME: {github: {wait_timer: <minutes>,"
        " custom_rules: [...]}}}) in place of <wait>, or read the alarms in its loop.",
        GITLAB_CI: "Set `when: delayed` with `start_in: <minutes> minutes` on the next deploy, whose environment is protected, in place of"
        " <wait>; or read the alarms in its loop.",
        CODEPIPELINE: 'Use a CloudWatchAlarm rule with `WaitTime: "<minutes>"` in the stage\'s `OnSuccess` in place of <wait>.',
    }

    def decide(self, case: Case) -> Answer:
        """Looks at every wait after a deploy, in every way of starting the pipeline."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        answers: list[Answer] = []
        judged: set[tuple[str, str]] = set()
        for node in case.stages.nodes:
            key = (node.pipeline.path, node.job.id)
            if self._follows_a_deploy(case, node):
                found = self._of(case, node, known=key in judged)
                if found is not None:
                    judged.add(key)
                    answers.append(found)
        answers += [found for deploy in case.deploys if (found := self._kept_elsewhere(case, deploy)) is not None]
        if answers:
            return worst(answers, answers[0])
        silent = next((rule for rule in self.after[:4] if case.verdict_of(rule) in (FAILED, UNKNOWN)), "")
        return case.not_applicable("No wait after a deploy is known.", because=silent)

    def _kept_elsewhere(self, case: Case, deploy: Node) -> Answer | None:
        """A wait that no job of the pipeline makes: of the deploy's environment, or of its deployer."""
        timer = (declared_protection(case, deploy) or {}).get("wait_timer")
        if isinstance(timer, int | float) and timer > 0:
            return case.passed(f"The environment of {job(deploy)} is declared to wait for {lasting(timer)}.")
        minutes = case.applied(deploy).bake_minutes
        return case.passed(f"The deployer of {job(deploy)} waits for {lasting(minutes)}.") if minutes else None

    def _follows_a_deploy(self, case: Case, node: Node) -> bool:
        """Whether a node waits, or pretends to, on the way of a change through the environments."""
        if node.kind not in ("bake", "alarm-gate", "approval") and not self._delayed(node) and not node.job.manual:
            return False
        if self._delayed(node) and not self._waits_for_something(case, node):
            return False
        for number, scenario in enumerate(case.pipeline.scenarios):
            graph = case.stages.in_scenario(number)
            if scenario.unmerged or graph.runs(node) == NO:
                continue
            if node in case.subject.nodes or graph.ahead_of(node, *DEPLOY_KINDS):
                return True
        return False

    def _waits_for_something(self, case: Case, node: Node) -> bool:
        """Whether a delayed job is part of a release: it deploys, checks, or comes before a production deploy. A cleanup is not."""
        if node in case.subject.nodes or any(case.graph.before(node, deploy) for deploy in case.subject.nodes):
            return True
        checks = (*TEST_KINDS, "bake", "alarm-gate")
        return any(each.kind in checks for each in node.job.activities) or not _named(node).isdisjoint(BAKE_WORDS)

    def _of(self, case: Case, node: Node, *, known: bool) -> Answer | None:
        """What to say of one step; ``known``: its job, as a whole, was judged before."""
        if self._called_a_bake(case, node):
            return case.failed(
                f"{job(node)} is called a bake and is an approval: whoever is in a hurry ends it after a minute.",
                fix=case.fix(wait=job(node), minutes="60"),
                at=node,
                way=(node,),
                key=node.job.template,
            )
        if self._delayed(node) and not known:
            return self._delay(case, node)
        if node.kind not in ("bake", "alarm-gate") or not node.activity.minutes:
            return None
        skipped = self._skipped_by(case, node)
        if skipped:
            return case.failed(
                f"`{skipped}` takes {does(node)} away: whoever starts the run, or sets the variable, skips the bake.",
                fix=f"Remove `{skipped}` from the condition of {job(node)}.",
                at=node.activity.condition.place or node.job.condition.place or node,
                way=(node,),
                key=node.job.template,
                rests_on=(node,),
            )
        if node.job.tags.get("stage-condition") or node.activity.facts.get("monitored") == "yes":
            return case.passed(f"The platform keeps the time of {job(node)}.", way=(node,))
        return self._in_a_runner(case, node) if not known else None

    def _in_a_runner(self, case: Case, node: Node) -> Answer:
        """What to say of a job that waits by itself."""
        waits = [each for each in node.job.activities if each.kind == "bake"]
        watched = {each.step for each in node.job.activities if each.kind == "alarm-gate" and each.facts.get("repeats")}
        asleep = sum(each.minutes or 0 for each in waits if not self._watched(each, watched))
        total = sum(each.minutes or 0 for each in waits)
        fix = case.fix(wait=does(node), minutes=f"{total:g}")
        if asleep > case.number("max_sleep_min"):
            return case.failed(
                f"{job(node)} sleeps for {lasting(asleep)} to bake: the wait is lost when its runner is, and the runner is paid for it.",
                fix=fix,
                at=node,
                way=(node,),
                key=node.job.template,
                rests_on=(node,),
            )
        limit = self._limit(node.job)
        if limit is not None and total >= limit:
            before = any(case.graph.before(node, deploy) for deploy in case.subject.nodes)
            if before and node.job.timeout_minutes == limit and case.verdict_of("GOV003") == FAILED:
                return case.not_applicable(f"{job(node)} ends before its bake is over.", because="GOV003")
            return case.failed(
                f"{job(node)} is ended after {lasting(limit)}, before its bake of {lasting(total)} is over: the release fails there.",
                fix=fix,
                at=node,
                way=(node,),
                key=node.job.template,
                rests_on=(node,),
            )
        why = "reads the alarms while it waits" if not asleep else f"waits for {lasting(asleep)} only"
        return case.passed(f"{job(node)} {why}.", way=(node,))

    def _delay(self, case: Case, node: Node) -> Answer:
        minutes = node.job.delay_minutes or 0
        protection = declared_protection(case, node)
        if protection is not None and (
            protection.get("protected") or protection.get("deployers") or demands_people(protection)
        ):
            return case.passed(f"The environment of {job(node)} is declared to be protected.", way=(node,))
        if node.job.environment is not None and protection is None:
            return case.unknown(
                f"Whoever may deploy to `{node.job.environment.name}` can start {job(node)} before its {lasting(minutes)} are over; who"
                " that is, is a setting that no file shows.",
                settle=f"environments: {{{node.job.environment.name}: {{gitlab: {{protected: true}}}}}}",
                at=node.job.place,
                way=(node,),
            )
        return case.failed(
            f"Anybody who may run pipelines can start {job(node)} before its {lasting(minutes)} are over: no protected environment"
            " holds it.",
            fix=f"Delay the deploy itself, and protect its environment; or read the alarms for {lasting(minutes)} in {job(node)}.",
            at=node.job.place,
            way=(node,),
            key=node.job.template,
        )

    def _delayed(self, node: Node) -> bool:
        return (node.job.delay_minutes or 0) >= MIN_DELAY

    def _called_a_bake(self, case: Case, node: Node) -> bool:
        """Whether a person's step before production has the name of a wait."""
        if node.kind != "approval" and not (node.job.manual and node.kind == "other"):
            return False
        named = _named(node)
        if named.isdisjoint(BAKE_WORDS) or not named.isdisjoint(AGREE_WORDS):
            return False
        return any(case.graph.before(node, deploy) for deploy in case.subject.nodes)

    def _skipped_by(self, case: Case, node: Node) -> str:
        """The input that decides whether a bake runs where the deploy beside it runs all the same; empty where there is none."""
        text = node.activity.condition.text or node.job.condition.text
        switches = set(INPUT.findall(text))
        if not switches:
            return ""
        for number, scenario in enumerate(case.pipeline.scenarios):
            graph = case.stages.in_scenario(number)
            if scenario.unmerged or graph.runs(node) == YES:
                continue
            for deploy in case.stages.of_kinds(DEPLOY_KINDS):
                if deploy.environment_class not in PROD_CLASSES or graph.runs(deploy) == NO:
                    continue
                both = f"{deploy.job.condition.text} {deploy.activity.condition.text}"
                if not switches <= set(INPUT.findall(both)) and (
                    graph.before(node, deploy) or graph.before(deploy, node)
                ):
                    return text
        return ""

    def _watched(self, wait: Activity, watched: set[int]) -> bool:
        """Whether a wait stands in a loop that reads an alarm (in one of these steps), or is declared to be watched."""
        said = wait.facts.get("monitored")
        return said == "yes" if said else bool(wait.facts.get("repeats")) and wait.step in watched

    def _limit(self, found: Job) -> float | None:
        """When the platform ends a job: its own limit, or the one of the runner, whichever comes first."""
        most = found.tags.get("ends-after", "")
        limits = [limit for limit in (found.timeout_minutes, float(most) if most.isdecimal() else None) if limit]
        return min(limits, default=None)


def _named(node: Node) -> set[str]:
    """The words of a job's names; of an action's, without its stage's."""
    return words(re.sub(r"\d+", " ", f"{node.job.own_id.rpartition('/')[2]} {node.job.name.rpartition('/')[2]}"))
