"""CHG006: no way to production has fewer gates than the usual one."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
    ScenarioGraph,
    StageGraph,
    Tri,
)
from barraiser_rules.questions import DEPLOYED_TESTS, does, job, prod_name

NEVER_WAIVABLE = ("ENV001", "TST002", "RLB002")
PREPROD, TEST = "a pre-production deploy", "a test of pre-production"
ASKED = {"ENV001": PREPROD, "TST002": TEST}
"""The rule that cannot be waived -> the gate that it asks for. RLB002 is a matter of the deployer, whatever the way."""

VERSION = re.compile(
    r"(inputs|github\.event\.inputs|params|parameters)\.\w*(version|tag|sha|digest|image|release|commit|revision)",
    re.IGNORECASE,
)
BACK = re.compile(r"roll-?_?back|revert|redeploy|restore", re.IGNORECASE)
MAX_OTHERS = 40


class NoUngatedFastLane(Rule):
    """Keep the gates on the hotfix path.

    Why:
        A hotfix is written in a hurry, by tired people, for a system that is already broken. The way around the gates is taken exactly
        when the gates are needed, and later also when they are only slow.

    Source:
        AWS re:Invent 2025 COP415: a release that breaks the rules is blocked until it is fixed. OWASP CICD-SEC-1, insufficient flow
        control.

    Decided by:
        Another way to the same production environment (another trigger, job or pipeline of the repository) whose deploy must wait for a
        pre-production deploy or its test, while this one need not. A way that only brings back a version that was built before is a
        rollback.

    Fix:
        Send hotfixes through the same jobs, with shorter waits.

    Before (github-actions):
        on: {push: {branches: [main]}, workflow_dispatch: {}}
        jobs:
          hotfix:
            if: github.event_name == 'workflow_dispatch'
            environment: production
          deploy-prod:
            if: github.event_name == 'push'
            needs: [staging-tests]

    After (github-actions):
        on: {push: {branches: [main]}, workflow_dispatch: {}}
        jobs:
          deploy-prod:
            needs: [staging-tests]

    Before (gitlab-ci):
        hotfix:
          needs: []
          environment: production
          rules: [{if: $CI_PIPELINE_SOURCE == "web"}]
        deploy-prod:
          needs: [staging-tests]
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]

    After (gitlab-ci):
        deploy-prod:
          needs: [staging-tests]
          rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]

    Before (codepipeline):
        HotfixPipeline: {Type: AWS::CodePipeline::Pipeline}

    After (codepipeline):
        Pipeline: {Type: AWS::CodePipeline::Pipeline}
    """

    id = "CHG006"
    name = "no-ungated-fast-lane"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter("never_waivable", NEVER_WAIVABLE, "the rules whose gates every way to production must have"),
    )
    fixes = {
        GITHUB_ACTIONS: "Let <job> need what <other> needs, and remove the way that leaves it out.",
        GITLAB_CI: "Let <job> need what <other> needs, and remove the way that leaves it out.",
        CODEPIPELINE: "Release by the pipeline of <other> alone; deploy hotfixes through its stages.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the gates of each deploy of the subject with those of every other way to the same environment."""
        rules = case.parameter("never_waivable")
        asked = [ASKED[each] for each in (rules if isinstance(rules, tuple) else NEVER_WAIVABLE) if each in ASKED]
        unsure: Answer | None = None
        compared = False
        for deploy in case.deploys:
            if self._only_back(deploy):
                continue
            own = self._gates(case, case.graph, deploy)
            for graph, other in self._others(case, deploy):
                compared = True
                theirs = self._gates(case, graph, other)
                missing = [gate for gate in asked if own[gate] == NO and theirs[gate] == YES]
                if missing:
                    return self._fails(case, deploy, other, graph, missing)
                doubtful = [gate for gate in asked if own[gate] == MAYBE and theirs[gate] == YES]
                if doubtful and unsure is None:
                    unsure = case.unknown(
                        f"{does(other)} waits for {doubtful[0]}; whether {job(deploy)} always does, the files cannot tell.",
                        settle="Let both wait for it by the same condition.",
                        at=deploy,
                    )
        if unsure is not None:
            return unsure
        if not compared:
            return case.not_applicable("There is one way to this environment alone.")
        return case.passed(
            f"No other way to the environment of {job(case.deploy)} has more gates.", rests_on=(case.deploy,)
        )

    def _others(self, case: Case, deploy: Node) -> list[tuple[ScenarioGraph, Node]]:
        """Deploys to the same environment in other ways of starting this pipeline, by other jobs, and in other pipelines."""
        name = prod_name(deploy)
        found: list[tuple[ScenarioGraph, Node]] = []
        for index, scenario in enumerate(case.pipeline.scenarios):
            if scenario.unmerged:
                continue
            graph = case.stages.in_scenario(index)
            found += [
                (graph, node)
                for node in graph.deploys("prod", "onebox")
                if prod_name(node) == name
                and node.pipeline is case.pipeline
                and graph.runs(node) == YES
                and (index != case.graph.index or node.job.template != deploy.job.template)
            ]
        apart = {
            node.pipeline.path: node
            for node in case.elsewhere.nodes("deploy", "config-deploy", classes=(deploy.environment_class,))
            if prod_name(node) == name
        }
        for there in list(apart.values())[:MAX_OTHERS]:
            stages = StageGraph(there.pipeline)
            for index, scenario in enumerate(there.pipeline.scenarios):
                if not scenario.unmerged:
                    graph = stages.in_scenario(index)
                    found += [
                        (graph, node)
                        for node in graph.deploys(deploy.environment_class)
                        if prod_name(node) == name and graph.runs(node) == YES and self._same_thing(node, deploy)
                    ]
        return found

    def _same_thing(self, one: Node, other: Node) -> bool:
        """Whether two deploys of different pipelines change the same service, as far as both name it."""
        mine, theirs = one.activity.facts.get("target", ""), other.activity.facts.get("target", "")
        return bool(mine) and mine == theirs

    def _gates(self, case: Case, graph: ScenarioGraph, deploy: Node) -> dict[str, Tri]:
        """How well a deploy is gated by a pre-production deploy, and by a test after one."""
        key = ("CHG006 gates", deploy.pipeline.path, deploy.pipeline.name, graph.index, deploy.index)
        return case.remember(key, lambda: self._looked_at(graph, deploy))

    def _looked_at(self, graph: ScenarioGraph, deploy: Node) -> dict[str, Tri]:
        staging = [
            node
            for node in graph.ahead_of(deploy, "deploy", "config-deploy")
            if node.environment_class in ("alpha", "beta", "gamma")
        ]
        tests = [
            node
            for node in graph.ahead_of(deploy, *DEPLOYED_TESTS)
            if any(graph.before(each, node) for each in staging)
        ]
        return {PREPROD: graph.best_gate(staging, deploy)[0], TEST: graph.best_gate(tests, deploy)[0]}

    def _only_back(self, deploy: Node) -> bool:
        """Whether a deploy only brings back a version that was built before: named so, or given a version."""
        if BACK.search(f"{deploy.job.id} {deploy.job.name} {deploy.pipeline.name}"):
            return True
        texts = [deploy.activity.text, *deploy.activity.images, *deploy.job.variables.values()]
        return any(VERSION.search(text[:500]) for text in texts)

    def _fails(self, case: Case, deploy: Node, other: Node, graph: ScenarioGraph, missing: list[str]) -> Answer:
        where = (
            f'{job(other)} on "{graph.scenario.name}"'
            if other.pipeline is case.pipeline
            else f"{job(other)} of {other.pipeline.path}"
        )
        return case.failed(
            f"{job(deploy)} reaches {prod_name(deploy)} without {' and '.join(missing)}, which {where} must wait for: it is a way around"
            " the gates.",
            fix=case.fix(job=job(deploy), other=job(other)),
            at=deploy,
            rests_on=(deploy, other),
        )
