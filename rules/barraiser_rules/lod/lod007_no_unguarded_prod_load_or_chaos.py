"""LOD007: load and faults reach production only when somebody agreed."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PIPELINE,
    PREPROD_CLASSES,
    PROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
    ScenarioGraph,
)
from barraiser_rules.bakes import worst
from barraiser_rules.chaos import chaos_tests
from barraiser_rules.criteria import MEASURING
from barraiser_rules.loads import PROBE_USERS, is_probe, load_of, load_tests, users
from barraiser_rules.questions import (
    blocking_manual,
    declared_protection,
    demands_people,
    does,
    expired,
    prod_name,
    signed,
)


class NoUnguardedProdLoadOrChaos(Rule):
    """Keep load and chaos off production unless approved.

    Why:
        A load test that hits production takes capacity from customers; a fault there is an outage with a date. Both may be wanted, on a
        game day that people planned, never as a side effect of a release.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": game days are planned, and operators take part. AWS Well-Architected, Reliability, "Test
        reliability": experiments in production are guarded.

    Decided by:
        Load tests and fault injections whose environment, address or job is production, in every way of starting the pipeline: an
        approval, or a job that a person starts, must come before; or a game day, or `prod_load: allowed`, is declared. Up to
        `max_synthetic_vus` callers are a probe and no load.

    Fix:
        Point it at pre-production; or put an approval before it, and declare the game day.

    Before (github-actions):
        load: {needs: [deploy-prod], steps: [{run: "k6 run -e TARGET=https://shop.example load.js"}]}

    After (github-actions):
        load: {needs: [deploy-staging], steps: [{run: "k6 run -e TARGET=https://staging.shop.example load.js"}]}

    Before (gitlab-ci):
        load: {environment: production, script: [k6 run load.js]}

    After (gitlab-ci):
        load: {environment: production, script: [k6 run load.js], when: manual}

    Before (codepipeline):
        Name: Production
        Actions: [{Name: Deploy, RunOrder: 1}, {Name: LoadTest, RunOrder: 2}]

    After (codepipeline):
        Name: Staging
        Actions: [{Name: Deploy, RunOrder: 1}, {Name: LoadTest, RunOrder: 2}]
    """

    id = "LOD007"
    name = "no-unguarded-prod-load-or-chaos"
    severity = "error"
    profile = "strict"
    asks = PIPELINE
    kinds = ("service-deploy",)
    parameters = (
        Parameter(
            "max_synthetic_vus",
            PROBE_USERS,
            "how many callers at once are still a probe and no load",
            unit="users",
            minimum=0,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Let <test> work on staging; or give its job an environment with required reviewers, and declare the game day.",
        GITLAB_CI: "Let <test> work on staging; or start it by hand (`when: manual`), and declare the game day.",
        CODEPIPELINE: "Let <test> work on staging; or put a manual approval before it, and declare the game day.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at each load test and fault injection, in every way of starting the pipeline."""
        if not case.deploys:
            return case.not_applicable("It does not deploy to production.")
        tests = load_tests(case) + chaos_tests(case)
        if not tests:
            return case.not_applicable("It neither presses load nor injects faults.")
        stated = case.declared.pipeline(case.pipeline.path)
        allowed = stated.facts.get("prod_load") if stated is not None else None
        if allowed == "allowed":
            return case.not_applicable("Load on production is declared to be allowed.")
        answers = [found for node in tests if (found := self._of(case, node, allowed == "forbidden")) is not None]
        return worst(answers, case.passed("Neither load nor a fault reaches production."))

    def _of(self, case: Case, node: Node, forbidden: bool) -> Answer | None:
        if node.kind == "load-test" and is_probe(case, node, case.number("max_synthetic_vus")):
            return None
        answers: list[Answer] = []
        for number, scenario in enumerate(case.pipeline.scenarios):
            graph = case.stages.in_scenario(number)
            if scenario.unmerged or graph.runs(node) == NO:
                continue
            if scenario.event == "manual" and graph.runs(node) == MAYBE:
                continue  # whoever starts the run asks for it by an input
            found = self._in(case, graph, node, forbidden)
            answers += [found] if found is not None else []
        return worst(answers, answers[0]) if answers else None

    def _in(self, case: Case, graph: ScenarioGraph, node: Node, forbidden: bool) -> Answer | None:
        aimed = self._aims_at(graph, node)
        if aimed == "":
            return None
        if not forbidden:
            agreed = self._agreed(case, graph, node)
            if agreed is not None:
                return agreed
        what = "load" if node.kind == "load-test" else "faults"
        if aimed == "perhaps":
            return case.unknown(
                f"{does(node)} comes after a production deploy, and nothing says on which environment it works.",
                settle=f'activities: {{"{node.job.own_id}": {{kind: {node.kind}, environment: staging}}}}',
                at=node,
                way=(node,),
            )
        if node.kind == "load-test" and self._may_be_a_probe(case, node):
            return case.unknown(
                f"{does(node)} works on production; how many callers it has cannot be read here.",
                settle=f"pipelines: {{{case.pipeline.path}: {{prod_load: allowed}}}}",
                at=node,
                way=(node,),
            )
        where = prod_name(node)
        stale = None if forbidden else expired(case, "game_day", "A game day")
        return stale or case.failed(
            f"{does(node)} brings {what} to {where} without anybody's consent: customers pay for the test.",
            fix=case.fix(test=does(node)),
            at=node,
            way=graph.way_to(node),
            key=node.job.template,
            rests_on=(node,),
        )

    def _aims_at(self, graph: ScenarioGraph, node: Node) -> str:
        """``prod``, ``perhaps`` (by its place in the pipeline alone), or nothing."""
        own = node.environment_class
        if own:
            return "prod" if own in PROD_CLASSES else ""
        before = graph.ahead_of(node, *DEPLOY_KINDS)
        beside = [each for each in before if each.job is node.job] or [
            each
            for each in before
            if node.job.stage is not None and each.job.stage == node.job.stage and each.pipeline is node.pipeline
        ]
        if beside:
            return "prod" if beside[-1].environment_class in PROD_CLASSES else ""
        prod = [each for each in before if each.environment_class in PROD_CLASSES]
        later = [
            each
            for each in before
            if each.environment_class in PREPROD_CLASSES and any(graph.before(done, each) for done in prod)
        ]
        return "perhaps" if prod and not later else ""

    def _may_be_a_probe(self, case: Case, node: Node) -> bool:
        load = load_of(case, node)
        return users(case, node) is None and (load.tool == "jmeter" or load.tool not in MEASURING)

    def _agreed(self, case: Case, graph: ScenarioGraph, node: Node) -> Answer | None:
        """What shows that somebody agreed, or may have to; None where nothing does."""
        planned = case.declared.evidence.get("game_day")
        if planned:
            return case.passed(f"A game day is declared{signed(planned)}, so {does(node)} is planned.", way=(node,))
        if node.job.manual:
            return case.passed(f"A person starts {does(node)}.", way=(node,))
        manual = case.remember(("manual steps", graph.index), lambda: _manual(graph))
        asked = graph.ahead_of(node, "approval") + [each for each in manual if graph.before(each, node)]
        answer, gate = graph.best_gate(asked, node)
        if answer == YES and gate is not None:
            return case.passed(f"{does(gate)} comes before {does(node)}.", way=(gate, node))
        for each in (node, *graph.ahead_of(node, *DEPLOY_KINDS)):
            if each.job.environment is None or each.environment_class in PREPROD_CLASSES:
                continue
            if each is not node and (each.environment_class not in PROD_CLASSES or graph.gates(each, node) != YES):
                continue
            protection = declared_protection(case, each)
            if protection is not None and demands_people({**protection, "wait_timer": 0}):
                return case.passed(f"The environment of {does(node)} is declared to be protected.", way=(each, node))
            if protection is None:
                return case.unknown(
                    f"{does(node)} works on production; whether reviewers of the environment `{each.job.environment.name}` must"
                    " agree before it is a setting that no file shows.",
                    settle="evidence: {game_day: {date: YYYY-MM-DD, by: NAME}}, or the environment's reviewers under `environments:`",
                    at=node,
                    way=(each, node),
                )
        return None


def _manual(graph: ScenarioGraph) -> list[Node]:
    """The steps of jobs that a person starts, and that the pipeline waits for; those of pre-production are no consent."""
    return [node for node in graph.nodes() if blocking_manual(node) and node.environment_class not in PREPROD_CLASSES]
