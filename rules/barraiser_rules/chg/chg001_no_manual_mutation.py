"""CHG001: nobody changes production by hand-run commands that leave no record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from barraiser.api import NO, PIPELINE, PROD_CLASSES, Answer, Case, Node, Parameter, Rule, SourceError
from barraiser_rules.hints import PROD_WORDS, words
from barraiser_rules.loads import step_of
from barraiser_rules.questions import does, expired, signed

FREE_INPUT = re.compile(
    r"\b(?:inputs|github\.event\.inputs)\.(?:command|cmd|script|args|query|sql|run)\b|\$\{?(?:COMMAND|CMD|SQL|QUERY)\b",
    re.I,
)
"""A text of the person who starts the run, which becomes a command."""

MUTATING_SQL = re.compile(r"\b(?:insert|update|delete|alter|drop|truncate|create|grant)\b", re.I)
BY_HAND = {
    "kubectl": ("exec", "edit", "scale", "delete"),
    "oc": ("exec", "rsh", "edit", "scale", "delete"),
    "aws": ("send-command", "start-session", "execute-command"),
    "heroku": ("run", "run:detached", "ps:exec"),
    "flyctl": ("console",),
    "fly": ("console",),
}
"""Programs, and those of their words that change what runs past any release."""

LOOKS = re.compile(
    r"\bexec\b[^|;&]*?\s--\s+(?:ls|cat|head|tail|df|du|env|printenv|ps|top|free|uptime|whoami|id|hostname|stat|date|nslookup|dig|ping)\b[^|;&>]*$"
)
"""A command in a container that only looks."""

SQL_CLIENTS = ("psql", "mysql", "sqlcmd", "mongosh", "mongo")
ROLLBACK = re.compile(r"^\s{0,9}rollback:\s{0,9}\S", re.M)
TESTED = re.compile(r"^\s{0,9}tested_in:\s{0,9}\S", re.M)


class NoManualMutation(Rule):
    """Keep hand-run changes out of the prod path, or record them.

    Why:
        A command that somebody types into a run goes to production untested and unreviewed, and when it was the wrong one nobody has
        written down how to take it back.

    Source:
        AWS re:Invent 2025 COP415: humans who touch systems need a reviewed change record, with a rollback for each step, tested before
        production. DORA, deployment automation.

    Decided by:
        Jobs that only a person starts and that change production past a release: `kubectl exec`, `scale`, `delete`, commands sent to
        machines, writing SQL, or a command that is an input of the run. A change record in the repository (front matter `rollback:` and
        `tested_in:`), or a declared one, is enough. Rollback jobs are fine. A pipeline that does nothing else is asked as well.

    Fix:
        Automate the change, or keep a record of it.

    Before (github-actions):
        on: {workflow_dispatch: {inputs: {command: {type: string}}}}
        jobs: {ops: {environment: production, steps: [{run: "kubectl exec deploy/shop -- ${{ inputs.command }}"}]}}

    After (github-actions):
        # .changes/restart-workers.md
        rollback: scale the workers back to three
        tested_in: staging

    Before (gitlab-ci):
        scale-workers:
          environment: production
          when: manual
          script: [kubectl scale deployment/workers --replicas=0]

    After (gitlab-ci):
        # .changes/scale-workers.md
        rollback: scale the workers back to three
        tested_in: staging

    Before (codepipeline):
        commands: [aws ssm send-command --document-name AWS-RunShellScript --targets Key=tag:Stage,Values=prod]

    After (codepipeline):
        # .changes/restart-hosts.md
        rollback: start the hosts again
        tested_in: staging
    """

    id = "CHG001"
    name = "no-manual-mutation"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release", "pure-ci")
    parameters = (Parameter("record_glob", ".changes/*.md", "where change records stand"),)
    fixes = {"": "Let the release do it, or add a record under `<glob>` with `rollback:` and `tested_in:`."}

    def decide(self, case: Case) -> Answer:
        """Looks at what only a person starts."""
        found = next(self._by_hand(case), None)
        if found is None and case.subject.kind == "pure-ci":
            return case.not_applicable("It neither deploys nor changes production by hand.")
        if found is None:
            return case.passed("No command that only a person starts changes production.")
        declared = case.declared.evidence.get("change_record")
        if isinstance(declared, Mapping) and declared:
            return case.passed(f"A change record is declared{signed(declared)}.")
        glob = str(case.parameter("record_glob"))
        record = self._record(case, glob)
        if record:
            return case.passed(f"{record} records the change, its rollback and where it was tested.")
        return expired(case, "change_record", "A change record") or case.failed(
            f"{does(found)} changes production by hand, and no change record says how to take it back.",
            fix=case.fix(glob=glob),
            at=found,
            key=found.job.template,
        )

    def _by_hand(self, case: Case) -> Iterator[Node]:
        for node in case.stages.nodes:
            if (
                node.pipeline is case.pipeline
                and self._mutates(node)
                and self._on_prod(node)
                and self._started(case, node)
            ):
                yield node

    def _mutates(self, node: Node) -> bool:
        if node.kind == "rollback":
            return False
        activity = node.activity
        if activity.facts.get("by-hand"):
            return True
        if FREE_INPUT.search(activity.text) or self._sends_input(node):
            return True
        program = activity.argv[0].rpartition("/")[2] if activity.argv else ""
        if program in SQL_CLIENTS:
            return MUTATING_SQL.search(activity.text) is not None
        if any(word in BY_HAND.get(program, ()) for word in activity.argv[1:8]):
            return not LOOKS.search(activity.text)
        told = activity.text.split()[:8]  # what runs in a container or on a host is read as its own command
        return (
            bool(told)
            and any(word in BY_HAND.get(told[0], ()) for word in told[1:])
            and not LOOKS.search(activity.text)
        )

    def _sends_input(self, node: Node) -> bool:
        """Whether an action runs on a server what whoever starts the run has typed."""
        step = step_of(node)
        return (
            step is not None
            and "ssh" in step.uses.lower()
            and any(FREE_INPUT.search(step.inputs.get(name, "")) for name in ("script", "command", "run"))
        )

    def _on_prod(self, node: Node) -> bool:
        classes = {each.environment.cls for each in node.job.activities if each.environment is not None}
        if not classes.isdisjoint(PROD_CLASSES):
            return True
        key = node.job.environment
        if key is not None:
            return not words(key.name).isdisjoint(PROD_WORDS)
        return not classes and not words(node.activity.text).isdisjoint(PROD_WORDS)

    def _started(self, case: Case, node: Node) -> bool:
        """Whether only a person starts it."""
        if node.job.manual:
            return True
        events = set()
        for index, scenario in enumerate(case.pipeline.scenarios):
            if case.stages.in_scenario(index).runs(node) != NO:
                events.add(scenario.event)
        return events == {"manual"}

    def _record(self, case: Case, glob: str) -> str:
        """The first record that tells the rollback, and where it was tested; empty where there is none."""
        for path in case.repository.glob(glob)[:200]:
            try:
                text = case.repository.read_text(path)[:20_000]
            except SourceError:
                continue
            if ROLLBACK.search(text) and TESTED.search(text):
                return path
        return ""
