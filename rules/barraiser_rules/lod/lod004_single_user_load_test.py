"""LOD004: one of the load tests is that of a single caller."""

from __future__ import annotations

import re
from collections.abc import Mapping

from barraiser.api import FAILED, MAYBE, NO, PIPELINE, YES, Answer, Case, Node, Parameter, Rule, Tri
from barraiser_rules.criteria import MEASURING
from barraiser_rules.loads import is_probe, load_of, load_tests, scheduled_load_tests, step_of
from barraiser_rules.questions import does, expired, signed

PATTERNS = (
    "noisy",
    "noisy-neighbor",
    "noisy-neighbour",
    "single-user",
    "single-tenant",
    "single-customer",
    "single-caller",
    "one-user",
    "one-tenant",
    "one-customer",
    "one-caller",
    "hot-key",
    "hot-partition",
    "hot-tenant",
    "fair-share",
    "tenant-isolation",
)
"""What a load test from one single tenant is called, words joined by a hyphen."""


class SingleUserLoadTest(Rule):
    """Test load from one single tenant.

    Why:
        Load that is spread evenly never shows what one customer can do to all others: a hot key, a partition that is full, a limit
        that nobody set.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": a load test of its own from a single user, which is usually overlooked (noisy
        neighbour).

    Decided by:
        A load test of this pipeline, or a scheduled one of the repository, whose job, step, command, variables or script is named for a
        single tenant (`name_patterns`: words, joined by hyphens, in whatever spelling); or the declared path of one,
        `evidence.load.single_user`. Where what the tests run is not in the repository, nothing is known. A product that has one tenant
        switches the rule off.

    Fix:
        Add a scenario with one caller at full rate; check that it is throttled and that the others' latency holds.

    Before (github-actions):
        - run: k6 run load/checkout.js

    After (github-actions):
        - run: k6 run load/checkout.js
        - run: k6 run load/noisy-neighbour.js

    Before (gitlab-ci):
        script: [k6 run load/checkout.js]

    After (gitlab-ci):
        script: [k6 run load/checkout.js, k6 run load/single-tenant.js]

    Before (codepipeline):
        commands: [k6 run load/checkout.js]

    After (codepipeline):
        commands: [k6 run load/checkout.js, k6 run load/hot-key.js]
    """

    id = "LOD004"
    name = "single-user-load-test"
    severity = "warning"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy",)
    after = ("LOD001",)
    parameters = (
        Parameter("name_patterns", PATTERNS, "what such a load test is called: words, lower case, joined by hyphens"),
    )

    def decide(self, case: Case) -> Answer:
        """Looks for the name in every load test, then at what is declared."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        declared = case.declared.evidence.get("load")
        if isinstance(declared, Mapping) and declared.get("single_user"):
            return case.passed(f"It is declared{signed(declared)}: {declared['single_user']}.")
        tests = load_tests(case) + scheduled_load_tests(case)
        if not tests:
            because = "LOD001" if case.verdict_of("LOD001") == FAILED else ""
            return case.not_applicable("There is no load test.", because=because)
        pressing = [node for node in tests if not is_probe(case, node)]
        if not pressing:
            return case.not_applicable("Its load tests are probes of a few callers.")
        found = [(self._is_single(case, node), node) for node in pressing]
        single = next((node for answer, node in found if answer == YES), None)
        if single is not None:
            return case.passed(f"{does(single)} is named for a single tenant.", way=(single,))
        if "single_user" in case.declared.expired.get("load", {}):
            stale = expired(case, "load", "A load test from one tenant")
            if stale is not None:
                return stale
        unsure = next((node for answer, node in found if answer == MAYBE), None)
        if unsure is not None:
            return case.unknown(
                f"What {does(unsure)} runs cannot be read here; nothing is named for a load of one single tenant.",
                settle="evidence: {load: {single_user: PATH, by: NAME, date: YYYY-MM-DD}}",
                at=unsure,
                way=(unsure,),
            )
        first = found[0][1]
        return case.failed(
            f"{does(first)} spreads its load, and no test presses as one single tenant: what a noisy neighbour does to the others"
            " is first seen in production.",
            fix="Add a scenario with one caller at full rate (`k6 run load/noisy-neighbour.js`), or declare it:"
            " evidence: {load: {single_user: PATH}}.",
            at=first,
            way=(first,),
            rests_on=(first,),
        )

    def _is_single(self, case: Case, node: Node) -> Tri:
        load = load_of(case, node)
        step = step_of(node)
        job = node.job
        texts = [job.id, job.name, job.stage or "", node.activity.text, load.text, *load.scripts, *job.matrix.values()]
        if step is not None:
            texts += [step.name, *step.env.values(), *step.inputs.values()]
        given = case.parameter("name_patterns")
        patterns = given if isinstance(given, tuple) else PATTERNS
        if any(_named(text, patterns) for text in texts):
            return YES
        told = bool(load.scripts) or load.tool in MEASURING
        return NO if told and not load.unread else MAYBE


def _named(text: str, patterns: tuple[str, ...]) -> bool:
    """Whether the words of a text, joined by hyphens, hold one of these patterns."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).lower()
    joined = f"-{'-'.join(re.findall(r'[a-z0-9]+', split))}-"
    return any(f"-{pattern}-" in joined for pattern in patterns)
