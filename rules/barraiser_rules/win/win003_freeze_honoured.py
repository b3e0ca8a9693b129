"""WIN003: a declared change freeze keeps production deploys out."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
    Tri,
)
from barraiser_rules.bakes import each_deploy
from barraiser_rules.clock import DECIDES, IGNORED, frozen_by_condition, scripts_before
from barraiser_rules.markers import first_with
from barraiser_rules.questions import declared_kind, declared_protection, does, job, out_of_sight

WORD = re.compile(
    r"(?<!pip )(?<!pip3 )(?<![\w-])(?!cx_)(?:\w[\w-]{0,40})?(?:freeze|moratorium|blackout)(?:s|d)?(?![a-z])|get-calendar-state",
    re.IGNORECASE,
)
"""What a step that looks for a freeze says; `pip freeze`, `--freeze` and `freezegun` are none."""

_DATE = r"\bdate\b[^|;&\n]{0,40}\+\W{0,2}%[FYmdjs]"
_SETS = re.compile(r"(?:^|[\s;])(\w{1,60})=\W{0,3}\$?\(?\W{0,3}" + _DATE)
_ASKS = re.compile(r"(?:\[|\btest\b|\(\()[^\n]{0,200}?" + _DATE)

DECLARED = 1.0
"""The confidence of what the configuration declares."""

CALENDARS = (".yml", ".yaml", ".json", ".template", ".tf")


class FreezeHonoured(Rule):
    """Obey change freezes.

    Why:
        A freeze is announced for the days on which a failure costs most and fewest people are there. A pipeline that does not know of it
        deploys all the same.

    Source:
        GitLab documentation, "Deploy freezes": a freeze only sets a variable, and a job without a rule for it still runs. Liguori,
        "Automating safe, hands-off deployments": holidays are kept out of the windows.

    Decided by:
        A freeze that is not over in `freezes` of the configuration, or a change calendar that the repository defines. Then each deploy
        needs a condition on `$CI_DEPLOY_FREEZE`, a script on its way that asks the date, the calendar or a freeze and fails, or a custom
        rule declared for its environment. Without a freeze nothing is asked.

    Fix:
        Let the deploy ask for the freeze.

    Before (github-actions):
        - run: kubectl --context prod apply -f k8s/

    After (github-actions):
        - run: '[[ "$(date +%F)" < 2026-12-20 || "$(date +%F)" > 2027-01-02 ]]'
        - run: kubectl --context prod apply -f k8s/

    Before (gitlab-ci):
        deploy-prod:
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]

    After (gitlab-ci):
        deploy-prod:
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_DEPLOY_FREEZE == null}]

    Before (codepipeline):
        Name: Production

    After (codepipeline):
        Name: Production
        BeforeEntry:
          Conditions:
            - Result: FAIL
              Rules:
                - Name: NoFreeze
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: Commands, Version: "1"}
                  Commands: ["aws ssm get-calendar-state --calendar-names releases --query State | grep OPEN"]
    """

    id = "WIN003"
    name = "freeze-honoured"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter(
            "calendar", "", "a change calendar that the pipeline has to ask, where the configuration lists no freeze"
        ),
    )
    fixes = {
        GITHUB_ACTIONS: 'Add a step before the deploy of <job> that fails in a freeze: `[[ "$(date +%F)" < <from> || "$(date +%F)" > <to>'
        " ]]`, or one that asks a calendar (`aws ssm get-calendar-state`).",
        GITLAB_CI: "Set the freeze in the project and add `$CI_DEPLOY_FREEZE == null` to the rules of <job>.",
        CODEPIPELINE: "Add a `BeforeEntry` condition to the stage of <job> whose commands ask a calendar"
        " (`aws ssm get-calendar-state`) and fail while it is closed.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a freeze, then for what keeps each deploy of the subject out of it."""
        freeze, begins, ends = self._freeze(case)
        if not freeze:
            return case.not_applicable("No freeze is declared.")
        return each_deploy(case, lambda deploy: self._of(case, deploy, freeze, begins, ends), "Nothing is deployed.")

    def _freeze(self, case: Case) -> tuple[str, str, str]:
        """The first freeze that is not over, as a message names it, and its days."""
        for given in case.declared.freezes:
            begins, ends, reason = str(given.get("from")), str(given.get("to")), given.get("reason")
            if not case.declared.as_of or ends >= case.declared.as_of:
                return f"The freeze from {begins} to {ends}" + (f" ({reason})" if reason else ""), begins, ends
        calendar = str(case.parameter("calendar"))
        if not calendar:
            words = (b"ChangeCalendar",)
            calendar = first_with(case.repository, words, hints=words, suffixes=CALENDARS)
        return (f"The change calendar `{calendar}`" if calendar else ""), "FROM", "TO"

    def _of(self, case: Case, deploy: Node, freeze: str, begins: str, ends: str) -> Answer:
        if frozen_by_condition(case, deploy) or WORD.search(
            f"{deploy.job.condition.text} {deploy.activity.condition.text}"
        ):
            return case.passed(f"A condition keeps {job(deploy)} out of freezes.")
        protection = declared_protection(case, deploy)
        if protection is not None and protection.get("custom_rules"):
            return case.passed(f"A declared custom rule of the environment decides whether {job(deploy)} may start.")
        asks = self._asks(case, deploy)
        if asks == YES:
            return case.passed(f"A script on the way to {job(deploy)} asks for the freeze, and fails in it.")
        checks = [node for node in case.graph.ahead_of(deploy) if self._sounds(case, node, deploy)]
        sure = next((node for node in checks if self._sure(case, node, deploy)), None)
        if sure is not None:
            return case.passed(f"{does(sure)} decides when {job(deploy)} may start.", way=(sure, deploy))
        if checks:
            return case.unknown(
                f"{does(checks[0])} may ask for a freeze, but what it does cannot be read here.",
                settle=declared_kind(checks[0], "window"),
                at=checks[0],
            )
        if asks == MAYBE:
            return case.unknown(
                f"A script on the way to {job(deploy)} asks for a freeze; whether it stops the deploy, the files cannot tell.",
                settle="Let it fail in a freeze (`exit 1`).",
                at=deploy,
            )
        unread = out_of_sight(case, "window", what="A check for a freeze", deploy=deploy, classes=PROD_CLASSES)
        return unread or case.failed(
            f"{freeze} is declared, and nothing on the way to {job(deploy)} looks for one: it deploys all the same.",
            fix=case.fix(job=job(deploy), **{"from": begins, "to": ends}),
            at=deploy,
        )

    def _asks(self, case: Case, deploy: Node) -> Tri:
        """Whether a script on the way asks the date, a calendar or a freeze, and fails; maybe where what follows is not plain."""
        answer = NO
        for _, step, given in scripts_before(case, deploy):
            lines = [line for line in given if not line.lstrip().startswith("#")]
            names = {match[1] for line in lines for match in _SETS.finditer(line)}
            own = [line for line in lines if not IGNORED.search(line)]
            if not any(WORD.search(line) or _ASKS.search(line) or _compares(line, names) for line in own):
                continue
            if step.soft == NO and any(DECIDES.search(line) for line in own):
                return YES
            answer = MAYBE
        return answer

    def _sounds(self, case: Case, node: Node, deploy: Node) -> bool:
        """Whether a node that holds the deploy back may be a check for a freeze: by its name, or a window whose hours are not known."""
        if node.kind == "window":
            return not node.activity.facts.get("hours") and case.graph.gates(node, deploy) != NO
        if not (node.activity.opaque or not node.activity.argv):
            return False
        return WORD.search(_told(node)) is not None and case.graph.gates(node, deploy) != NO

    def _sure(self, case: Case, node: Node, deploy: Node) -> bool:
        """Whether such a node is one for sure: declared to be, or a known one that is made for freezes."""
        activity = node.activity
        known = activity.confidence >= DECLARED or (not activity.opaque and WORD.search(_told(node)) is not None)
        return node.kind == "window" and known and case.graph.gates(node, deploy) == YES


def _told(node: Node) -> str:
    """What a node is called: by its command or action, its job, its step and its inputs."""
    job, at = node.job, node.activity.step
    told = [node.activity.text, job.name]
    if 0 <= at < len(job.steps):
        told += [job.steps[at].name, *job.steps[at].inputs.values()]
    return " ".join(told)[:500]


def _compares(line: str, names: set[str]) -> bool:
    """Whether a line compares one of these variables."""
    if "[" not in line and "test " not in line and "((" not in line:
        return False
    return any(f"${name}" in line or f"${{{name}}}" in line for name in names)
