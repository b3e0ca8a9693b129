"""OBS007: somebody is told when a release stops."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PROD_CLASSES,
    Answer,
    Case,
    Node,
    Rule,
    SourceError,
)
from barraiser_rules.markers import first_with
from barraiser_rules.promotion import unread_after
from barraiser_rules.questions import does, job

CHANNEL = re.compile(
    r"slack|teams\.microsoft|webhook|pagerduty|opsgenie|victorops|discord|mattermost|telegram|sendgrid|mailgun|\bsns publish\b",
    re.IGNORECASE,
)
RULES = (
    b"AWS::CodeStarNotifications::NotificationRule",
    b"aws_codestarnotifications_notification_rule",
    b"CodePipeline Pipeline Execution State Change",
    b"CodePipeline Stage Execution State Change",
    b"CodePipeline Action Execution State Change",
    b"notifyOnExecutionStateChange",
    b"NotificationRule(",
)
"""What stands in a file that subscribes to a pipeline's events."""

EVENTS = re.compile(
    r"codepipeline-pipeline-(?:pipeline|stage|action)-execution-(\w{1,20})|\bstate[\"']?\s{0,5}[:=]\s{0,5}\[([^\]]{0,300})\]",
    re.IGNORECASE,
)
"""The kinds of events that a rule names."""

CHECKS = ("smoke-test", "integration-test", "e2e-test")
"""What checks an environment after a deploy."""

SUFFIXES = (".yml", ".yaml", ".json", ".template", ".tf", ".ts", ".py", ".js")
HINTS = (b"otification", b"State Change", b"StateChange")


class FailureNotification(Rule):
    """Tell the owners when a release stops.

    Why:
        A pipeline that stops half-way leaves production with two versions, or with a change that everybody believes to be live. It
        stays so until somebody happens to look.

    Source:
        AWS Deployment Pipeline Reference Architecture, "Fast Feedback". AWS re:Invent 2025 COP415: a stopped release is escalated.

    Decided by:
        A step or job that sends a message when the production deploy has failed: it runs on failure (or always), and it waits for the
        deploy. For CodePipeline also a rule in the repository that subscribes to the pipeline's events.

    Fix:
        Send a message when the deploy fails.

    Before (github-actions):
        - run: kubectl --context prod apply -f k8s/

    After (github-actions):
        - run: kubectl --context prod apply -f k8s/
        - if: failure()
          uses: slackapi/slack-github-action@v2

    Before (gitlab-ci):
        deploy-prod:
          stage: production

    After (gitlab-ci):
        deploy-prod:
          stage: production
        tell-the-team:
          stage: .post
          when: on_failure
          script: ['curl --fail -d "{}" "$SLACK_WEBHOOK_URL"']

    Before (codepipeline):
        Pipeline:
          Type: AWS::CodePipeline::Pipeline

    After (codepipeline):
        Pipeline:
          Type: AWS::CodePipeline::Pipeline
        Failures:
          Type: AWS::CodeStarNotifications::NotificationRule
          Properties: {EventTypeIds: [codepipeline-pipeline-pipeline-execution-failed]}
    """

    id = "OBS007"
    name = "failure-notification"
    severity = "warning"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("TST003",)
    fixes = {
        GITHUB_ACTIONS: "Add a step with `if: failure()` after the deploy of <job> (or a job that needs it) that sends a message.",
        GITLAB_CI: "Add a job with `when: on_failure` in a stage after <job> that sends a message.",
        CODEPIPELINE: "Add an `AWS::CodeStarNotifications::NotificationRule` for the pipeline's failed executions.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a message that a failure of each deploy of the subject sends."""
        shown = ""
        for deploy in case.deploys:
            sender, beside = self._sender(case, deploy)
            if sender is None:
                shown = self._subscribed(case) or self._elsewhere(case)
                if not shown and self._said_later(case, deploy):
                    return case.not_applicable("It is said of a later deploy of the same run.")
                if not shown:
                    return self._fails(case, deploy, beside)
            else:
                shown = f"{does(sender)} tells somebody when {job(deploy)} fails."
        return case.passed(shown)

    def _sender(self, case: Case, deploy: Node) -> tuple[Node | None, Node | None]:
        """The message that a failure of a deploy sends, and the last one that it does not."""
        beside: Node | None = None
        for node in case.stages.nodes:
            if self._sends(node):
                if self._told(case, node, deploy):
                    return node, beside
                beside = node
        return None, beside

    def _said_later(self, case: Case, deploy: Node) -> bool:
        """Whether a deploy to production that waits for this one tells nobody either: one message after that one covers both."""
        later = (each for each in case.graph.after(deploy, *DEPLOY_KINDS) if each.job is not deploy.job)
        return any(
            each.environment_class in PROD_CLASSES and self._sender(case, each)[0] is None
            for each in later
            if case.graph.gates(deploy, each) != NO
        )

    def _sends(self, node: Node) -> bool:
        if node.kind == "notify":
            return True
        return node.kind == "other" and CHANNEL.search(f"{node.activity.text} {node.activity.tool}") is not None

    def _told(self, case: Case, node: Node, deploy: Node) -> bool:
        """Whether a step or job still runs after the deploy has failed, and after it only."""
        if node.job is deploy.job:
            condition = node.activity.condition
            after = node.index > deploy.index
            return after and (condition.on_failure or condition.always)
        condition = node.job.condition
        own = node.activity.condition
        runs = condition.on_failure or condition.always
        return runs and (case.graph.before(deploy, node) or own.on_failure)

    def _subscribed(self, case: Case) -> str:
        """A file of the repository that subscribes to the events of the platform's pipelines."""
        if "execution-mode" not in case.pipeline.facts:
            return ""
        path = first_with(case.repository, RULES, hints=HINTS, suffixes=SUFFIXES)
        return f"{path} subscribes to the pipeline's events." if path and _of_failures(case, path) else ""

    def _elsewhere(self, case: Case) -> str:
        """A pipeline that the end of this one starts, and that sends a message."""
        for pipeline in case.elsewhere.entries.others(case.pipeline):
            started = any(scenario.via == case.pipeline.path for scenario in pipeline.scenarios)
            for own in pipeline.jobs if started else ():
                for activity in own.activities:
                    if activity.kind == "notify" or CHANNEL.search(f"{activity.text} {activity.tool}"):
                        return f"{pipeline.path} sends a message after it."
        return ""

    def _by_the_check(self, case: Case, sender: Node, deploy: Node) -> bool:
        """Whether the message stands in the job that checks production, which lacks the one edge from the deploy: TST003 has said it."""
        if case.verdict_of("TST003") != FAILED or case.graph.before(deploy, sender):
            return False
        return any(each.kind in CHECKS for each in sender.job.activities)

    def _fails(self, case: Case, deploy: Node, beside: Node | None) -> Answer:
        if beside is not None and self._by_the_check(case, beside, deploy):
            return case.not_applicable("Who checks production would tell, but does not wait for it.", because="TST003")
        unread = unread_after(case, deploy)
        if unread is not None:
            return case.unknown(
                f"A message may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
                settle="Give the file with `--include-map`.",
                at=unread.place,
            )
        if deploy.activity.facts.get("handed-to"):
            return case.unknown(
                f"A message may be part of the pipeline that {does(deploy)} starts in another system, which cannot be read here.",
                settle=case.fix(job=job(deploy)),
                at=deploy,
            )
        hint = f" {does(beside)} does not run after its failure." if beside is not None else ""
        return case.failed(
            f"Nobody is told when {job(deploy)} fails: the release stops, and production stays as it happens to be.{hint}",
            fix=case.fix(job=job(deploy)),
            at=deploy,
        )


def _of_failures(case: Case, path: str) -> bool:
    """Whether the events that a file subscribes to include failures; yes where it names none."""
    try:
        text = case.repository.read_text(path)[:200_000]
    except SourceError:
        return True
    named = [word for match in EVENTS.finditer(text) for word in re.findall(r"\w+", match[1] or match[2] or "")]
    return not named or any(word.upper() == "FAILED" for word in named)
