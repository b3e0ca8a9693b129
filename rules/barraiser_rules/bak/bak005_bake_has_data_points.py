"""BAK005: a bake ends only after enough requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NOT_APPLICABLE,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.alarms import alarms_of, definitions_of
from barraiser_rules.bakes import each_deploy, prod_bakes, worst
from barraiser_rules.hints import words
from barraiser_rules.markers import holds
from barraiser_rules.questions import does, job, signed

if TYPE_CHECKING:
    from barraiser.api import Bake

COUNTS = re.compile(
    r"request[-_ ]?counts?\b|requests?_(?:total|count)\b|\bhttp_requests\b|\bInvocations\b|\bSampleCount\b|\bNumberOfRequests\b"
    r"|\b(?:min|minimum|enough)[-_ ]?(?:requests|traffic|data[-_ ]?points|samples)\b|\bdata[-_ ]?point(?:s|[-_ ]count)\b(?!-to-alarm)",
    re.IGNORECASE,
)
"""What measures, or asks for, a number of requests."""

NAMES = frozenset(("datapoint", "datapoints", "traffic", "requests", "throughput", "samples"))
"""Words in the name of a check that counts requests."""

NUMBER = re.compile(r"(?:-lt|-le|-ge|-gt|<=?|>=?)\s{0,5}[\"']?(\d{1,9})\b")
IN_FILES = (b"request-count", b"requests_total", b"request_count", b"RequestCount", b"request-success-rate")
ALARM_COUNTS = re.compile(r"LessThan|\bIF\s?\(|FILL\(")
"""An alarm on too few requests, or a formula that looks at their number."""

WATCHES = ("bake", "alarm-gate", "smoke-test", "other")


class BakeHasDataPoints(Rule):
    """End the bake only after enough traffic.

    Why:
        An hour without requests is an hour in which nothing could fail. At night the quiet bake of a broken version looks like the quiet
        bake of a good one.

    Source:
        Liguori, "Automating safe, hands-off deployments": a bake lasts until there were enough data points, for instance a hundred
        requests to an API; the number is an illustration.

    Decided by:
        A step of the bake that counts requests or is named for it, an alarm on too few requests among those that watch, or the metrics
        of the deployer's analysis; or `deployer.min_requests`, declared. Alarms that the repository does not define are unknown.
        A service whose traffic is declared to be synthetic (`evidence.synthetics`) has its data points.

    Fix:
        Add an alarm on too few requests to those that watch the bake, or count requests before it ends.

    Before (github-actions):
        - run: for i in $(seq 60); do ./alarms-ok.sh || exit 1; sleep 60; done

    After (github-actions):
        - run: for i in $(seq 60); do ./alarms-ok.sh || exit 1; sleep 60; done
        - run: test "$(./request-count.sh 60m)" -ge 100

    Before (gitlab-ci):
        script: [./ci/watch-alarms.sh 60]

    After (gitlab-ci):
        script: [./ci/watch-alarms.sh 60, './ci/request-count.sh --at-least 100']

    Before (codepipeline):
        - Name: Production
          OnSuccess:
            Conditions:
              - Result: ROLLBACK
                Rules:
                  - Name: NoErrors
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-errors, WaitTime: "60"}

    After (codepipeline):
        - Name: Production
          OnSuccess:
            Conditions:
              - Result: ROLLBACK
                Rules:
                  - Name: NoErrors
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-errors, WaitTime: "60"}
                  - Name: EnoughRequests
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: CloudWatchAlarm, Version: "1"}
                    Configuration: {AlarmName: shop-too-few-requests, WaitTime: "60"}
    """

    id = "BAK005"
    name = "bake-has-data-points"
    severity = "info"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("BAK001", "BAK002", "BAK003", "BAK004", "RLB003")
    parameters = (
        Parameter("min_requests", 100, "how many requests a bake must have seen", unit="requests", minimum=0),
    )
    fixes = {
        GITHUB_ACTIONS: "Count the requests in a step after the wait, and fail below <number>; or add an alarm on too few requests.",
        GITLAB_CI: "Count the requests in a command after the wait, and fail below <number>; or add an alarm on too few requests.",
        CODEPIPELINE: "Add a rule with an alarm on fewer than <number> requests to the condition that bakes.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at each bake before and after the subject's deploys."""
        if case.verdict_of("RLB003") == FAILED and any(case.applied(deploy).faults for deploy in case.deploys):
            return case.not_applicable("The alarms that should watch it are wired wrongly.", because="RLB003")
        for rule in ("BAK001", "BAK002", "BAK003", "BAK004"):
            if case.verdict_of(rule) == FAILED:
                missing = (
                    "Nothing watches the bake." if rule == "BAK004" else "The bake itself is missing or too short."
                )
                return case.not_applicable(missing, because=rule)
        synthetic = case.declared.evidence.get("synthetics")
        if synthetic:
            return case.not_applicable(
                f"Synthetic traffic is declared{signed(synthetic)}, so that there is always some."
            )
        answer = each_deploy(case, lambda deploy: self._of(case, deploy), "There is no bake to fill.")
        unsure = next((rule for rule in self.after if case.verdict_of(rule) == UNKNOWN), "")
        if answer.verdict == NOT_APPLICABLE and unsure:
            return case.not_applicable("Whether there is a bake to fill cannot be told.", because=unsure)
        return answer

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        answers = [self._judge(case, bake, first, then) for bake, first, then in prod_bakes(case, deploy)]
        return worst(answers, answers[0]) if answers else None

    def _judge(self, case: Case, bake: Bake, first: Node, then: Node | None) -> Answer:
        wanted = case.number("min_requests")
        where = f"between {job(first)} and {job(then)}" if then is not None else f"after {job(first)}"
        declared = case.declared.deployer.get("min_requests")
        if isinstance(declared, int | float):
            if declared >= wanted:
                return case.passed(f"The deployer is declared to wait for {declared:g} requests.")
            return self._fails(case, first, f"The bake {where} is declared to end after {declared:g} requests")
        between = self._between(case, first, then)
        counting = [(node, line) for node, line in self._lines(case, between) if self._counts(node, line)]
        numbers = [(float(match[1]), node) for node, line in counting if (match := NUMBER.search(line))]
        most, asking = max(numbers, key=lambda each: each[0], default=(wanted, first))
        if most < wanted:
            return self._fails(case, asking, f"The bake {where} ends after {most:g} requests")
        if counting:
            node = counting[0][0]
            return case.passed(f"{does(node)} counts requests in the bake {where}.", way=(node,))
        return self._by_alarm(case, first, between, where)

    def _by_alarm(self, case: Case, first: Node, between: list[Node], where: str) -> Answer:
        """What the alarms that watch, and the deployer's definition, say."""
        applied = case.applied(first)
        gates = [node for node in between if node.kind == "alarm-gate"]
        targets = [name for node in gates if (name := node.activity.facts.get("target", ""))]
        alarms = {**definitions_of(case, targets), **alarms_of(case, first, gates)}
        unread = [name for name, text in alarms.items() if not text]
        for name, text in alarms.items():
            if not words(name).isdisjoint(NAMES) or (COUNTS.search(text) and ALARM_COUNTS.search(text)):
                return case.passed(f"The alarm {name} looks at the number of requests.", rests_on=(first,))
        paths = dict.fromkeys(place.path for place in (*applied.places, *(each.place for each in applied.definitions)))
        analysed = applied.monitored == YES and applied.strategy in ("canary", "linear", "blue-green")
        analysed = analysed and not applied.alarms  # alarms that were read have said what they look at
        path = next((path for path in paths if holds(case.repository, path, IN_FILES)), "") if analysed else ""
        if path:
            return case.passed(f"{path} measures requests in its analysis.", rests_on=(first,))
        opaque = next((node for node in between if node.activity.opaque and node.kind in ("bake", "alarm-gate")), None)
        if unread or opaque is not None or (not between and not paths):
            what = (
                f"the alarm {unread[0]} is not defined in the repository"
                if unread
                else "what watches it cannot be read"
            )
            return case.unknown(
                f"Whether the bake {where} waits for enough traffic cannot be told: {what}.",
                settle=f"deployer: {{min_requests: {case.number('min_requests'):g}}}",
                at=opaque or (gates[0] if gates else first),
            )
        return self._fails(case, first, f"Nothing counts requests in the bake {where}")

    def _fails(self, case: Case, at: Node, message: str) -> Answer:
        number = f"{case.number('min_requests'):g}"
        return case.failed(
            f"{message}: without traffic a broken version looks like a good one.",
            fix=case.fix(number=number),
            at=at,
            rests_on=(at,),
        )

    def _between(self, case: Case, first: Node, then: Node | None) -> list[Node]:
        """What may watch in the jobs between two deploys, or until the run ends."""
        return [
            node
            for node in case.graph.after(first)
            if node.kind not in DEPLOY_KINDS and (then is None or case.graph.before(node, then))
        ]

    def _lines(self, case: Case, nodes: list[Node]) -> Iterator[tuple[Node, str]]:
        """The commands of these nodes, then all lines of their jobs' scripts, each with a node of the job."""
        seen: set[tuple[str, int]] = set()
        for node in nodes:
            yield node, node.activity.text
            key = (node.job.id, node.activity.step)
            if key in seen or node.activity.step >= len(node.job.steps):
                continue
            seen.add(key)
            script = node.job.steps[node.activity.step].script
            for part in script.fragments if script is not None else ():
                for line in part.text.splitlines():
                    yield node, line.strip()[:500]

    def _counts(self, node: Node, line: str) -> bool:
        """Whether a line, or the name of the check that it is part of, counts requests."""
        if COUNTS.search(line) and not line.startswith(("#", "echo ")):
            return True
        if node.kind not in WATCHES:
            return False
        named = words(f"{node.job.own_id} {node.job.name} {node.activity.facts.get('target', '')}")
        return not named.isdisjoint(NAMES)
