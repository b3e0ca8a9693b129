"""TST005: no input and no commit message takes a test out of the way to production."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    TEST_KINDS,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.questions import does, job

_OF = r"[-_ ]?(all[-_ ])?(unit|integration|e2e|smoke)?[-_ ]?"
SWITCHES = (
    rf"(^|[-_]|should|must)(skip|bypass|force|no|disable|ignore|without){_OF}(test|check(?!out)|gate|verif|valid)",
    rf"(^|[-_]|should|must)(run|enable|with|do){_OF}(test|check(?!out)|e2e|smoke)",
)
MESSAGES = re.compile(
    r"CI_COMMIT_(MESSAGE|TITLE|DESCRIPTION)|head_commit\.message|commits\[?\w*\]?\.message|pull_request\.(title|body|labels)"
    r"|CI_MERGE_REQUEST_(LABELS|TITLE)"
)
"""What anybody who commits can write."""


class NoBypassSwitch(Rule):
    """Keep test gates out of reach of an input or commit message.

    Why:
        A switch that skips the tests is meant for the one emergency and is used on the day when the tests are slow. The release that
        went out untested looks like every other one.

    Source:
        AWS re:Invent 2025 COP415: mechanisms instead of good intentions. CodePipeline user guide, stage conditions: which rules may skip
        a stage.

    Decided by:
        A test before the production deploy whose condition looks at a switch (`skip_tests`, `$RUN_E2E`), at a commit message or at a
        label, while the deploy still runs when the test does not; a stage condition that skips the tests' stage. A switch that takes
        away the deploy too is fine.

    Fix:
        Remove the switch. For emergencies, use a waiver that somebody answers for.

    Before (github-actions):
        on: {workflow_dispatch: {inputs: {skip_tests: {type: boolean}}}}
        jobs:
          test:
            if: ${{ !inputs.skip_tests }}
            runs-on: ubuntu-latest
            steps: [{uses: actions/checkout@v4}, {run: npm test}]
          deploy-prod:
            needs: [test]
            if: always() && needs.test.result != 'failure'

    After (github-actions):
        on: {workflow_dispatch: {}}
        jobs:
          test:
            runs-on: ubuntu-latest
            steps: [{uses: actions/checkout@v4}, {run: npm test}]
          deploy-prod:
            needs: [test]

    Before (gitlab-ci):
        acceptance:
          rules: [{if: $SKIP_TESTS == "true", when: never}, {when: on_success}]

    After (gitlab-ci):
        acceptance:
          rules: [{when: on_success}]

    Before (codepipeline):
        Name: Test
        Actions: [{Name: UnitTest}]
        BeforeEntry:
          Conditions:
            - Result: SKIP
              Rules:
                - Name: Wanted
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: VariableCheck, Version: "1"}
                  Configuration: {Variable: "#{variables.RunTests}", Operator: EQ, Value: "true"}

    After (codepipeline):
        Name: Test
        Actions: [{Name: UnitTest}]
        BeforeEntry:
          Conditions:
            - Result: FAIL
              Rules:
                - Name: Wanted
                  RuleTypeId: {Category: Rule, Owner: AWS, Provider: VariableCheck, Version: "1"}
                  Configuration: {Variable: "#{variables.RunTests}", Operator: EQ, Value: "true"}
    """

    id = "TST005"
    name = "no-bypass-switch"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (Parameter("input_patterns", SWITCHES, "patterns of the names of switches, lower case"),)
    fixes = {
        GITHUB_ACTIONS: "Remove `<switch>` from the condition of <test>, or let <job> be skipped when <test> is.",
        GITLAB_CI: "Remove `<switch>` from the rules of <test>.",
        CODEPIPELINE: "Remove the condition with `Result: SKIP` from the stage of <test>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the conditions of every test that comes before a deploy of the subject."""
        found = False
        for deploy in case.deploys:
            for test in case.stages.nodes:
                if test.kind not in TEST_KINDS or not case.graph.before(test, deploy):
                    continue
                found = True
                switch = self._switch(case, test)
                if switch and self._bypassed(case, test, deploy):
                    return case.failed(
                        f"`{switch}` takes {does(test)} away, and {job(deploy)} goes to production without it.",
                        fix=case.fix(switch=switch, test=job(test), job=job(deploy)),
                        at=test.activity.condition.place or test.job.condition.place or test,
                        rests_on=(test, deploy),
                        key=test.job.template,
                    )
        if not found:
            return case.not_applicable("No test lies on the way to it.")
        return case.passed("No input and no message takes a test out of its way.")

    def _switch(self, case: Case, test: Node) -> str:
        """The condition of a test that somebody's input or message decides; empty where there is none."""
        for text in (test.activity.condition.text, test.job.condition.text):
            if text and (MESSAGES.search(text) or self._named(case, text)):
                return text
        if test.job.condition.text:
            for node in case.stages.nodes:
                if node.job.id == test.job.condition.text and "SKIP" in node.job.tags.get("result", "").upper():
                    return "Result: SKIP"
        if test.activity.conditional and test.activity.step < len(test.job.steps):
            script = test.job.steps[test.activity.step].script
            for part in script.fragments if script else ():
                for line in part.text.splitlines():
                    low = line.strip()[:300]
                    tests = re.match(r"if\b|\[\[?\s|test\s|elif\b|case\b", low)
                    if tests and (MESSAGES.search(low) or self._named(case, low.split(" then")[0].split("&&")[0])):
                        return low.split(";")[0][:80]
        return ""

    def _named(self, case: Case, text: str) -> bool:
        """Whether a condition looks at an input or variable with the name of a switch."""
        names = re.findall(
            r"(?:inputs|github\.event\.inputs|vars|env|variables)\.([\w-]{1,80})|\$\{?(\w{1,80})", text[:1000]
        )
        given = case.parameter("input_patterns")
        patterns = given if isinstance(given, tuple) else SWITCHES
        for pair in names:
            name = (pair[0] or pair[1]).lower()
            for pattern in patterns:
                try:
                    if re.search(pattern, name):
                        return True
                except re.error:
                    continue
        return False

    def _bypassed(self, case: Case, test: Node, deploy: Node) -> bool:
        """Whether the deploy runs, or may run, where the test does not."""
        runs = case.graph.runs(test)
        if runs == NO:
            return case.graph.runs(deploy) != NO
        if test.activity.condition.text or test.activity.conditional:
            return not self._same(test.activity.condition.text, deploy.activity.condition.text)
        if runs == YES:
            return False
        if self._same(test.job.condition.text, deploy.job.condition.text):
            return False
        return case.graph.gates(test, deploy) in (NO, MAYBE)

    def _same(self, one: str, other: str) -> bool:
        return bool(one) and one == other
