"""GOV005: every gate holds back the thing that it should gate."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    NO,
    PIPELINE,
    PREPROD_CLASSES,
    RELEASE_KINDS,
    TEST_KINDS,
    YES,
    Answer,
    Case,
    Node,
    Rule,
    ScenarioGraph,
)
from barraiser_rules.questions import does, job

GATES = (*TEST_KINDS, "approval", "alarm-gate")

SPEAKING = {
    "approval": "APV002",
    "unit-test": "TST001",
    "integration-test": "TST002",
    "e2e-test": "TST002",
    "smoke-test": "TST002",
    "load-test": "LOD001",
    "chaos-test": "LOD005",
    "alarm-gate": "ENV007",
}
"""The rule that asks for a gate of a kind: where it fails, it has already said what is missing."""


class NoDanglingGate(Rule):
    """Connect every gate to the thing that it should gate.

    Why:
        A test job that nothing waits for looks like a gate in every picture of the pipeline. It fails, the run turns red, and
        production has the change all the same.

    Source:
        AWS DevOps Guidance, DL.ADS.1: each stage before production is a gate. GitLab CI/CD YAML reference: `needs` lets a job start
        before earlier stages have ended.

    Decided by:
        A test, alarm check or approval that runs in the same run as a production deploy (of a library: a publish), neither before nor
        after any of them; or before one by an order that waits for nothing. `gate: false` for its name in the configuration says that
        it is no gate.

    Fix:
        Let the deploy wait for it; or declare that it is no gate.

    Before (github-actions):
        smoke-test-staging:
          needs: [deploy-staging]
        e2e:
          needs: [deploy-staging]
        deploy-prod:
          needs: [smoke-test-staging]

    After (github-actions):
        smoke-test-staging:
          needs: [deploy-staging]
        e2e:
          needs: [deploy-staging]
        deploy-prod:
          needs: [smoke-test-staging, e2e]

    Before (gitlab-ci):
        smoke-test-staging:
          needs: [deploy-staging]
        e2e:
          needs: [deploy-staging]
        deploy-prod:
          needs: [smoke-test-staging]

    After (gitlab-ci):
        smoke-test-staging:
          needs: [deploy-staging]
        e2e:
          needs: [deploy-staging]
        deploy-prod:
          needs: [smoke-test-staging, e2e]

    Before (codepipeline):
        - Name: Check
          Actions: [{Name: SmokeTest}]
        - Name: Production
          Actions: [{Name: DeployProd, RunOrder: 1}, {Name: E2E, RunOrder: 1}]

    After (codepipeline):
        - Name: Check
          Actions: [{Name: SmokeTest}]
        - Name: Production
          Actions: [{Name: E2E, RunOrder: 1}, {Name: DeployProd, RunOrder: 2}]
    """

    id = "GOV005"
    name = "no-dangling-gate"
    severity = "warning"
    profile = "standard"
    asks = PIPELINE
    after = ("APV002", "ENV001", "TST001", "TST002", "LOD001", "LOD005", "ENV007", "RLB006")
    kinds = RELEASE_KINDS
    fixes = {
        GITHUB_ACTIONS: "Add <gate> to `needs:` of <job>; or declare: <declared>",
        GITLAB_CI: "Add <gate> to `needs:` of <job>, or move it into an earlier stage; or declare: <declared>",
        CODEPIPELINE: "Give <job> a higher `RunOrder` than <gate>; or declare: <declared>",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at every gate that runs beside a production deploy, in each way of starting the pipeline."""
        any_gate = False
        spoken = ""
        for index in range(len(case.pipeline.scenarios)):
            graph = case.stages.in_scenario(index)
            deploys = [node for node in _reaching(case, graph) if graph.runs(node) == YES]
            if not deploys:
                continue
            for node in graph.nodes(*GATES):
                if node.pipeline is not case.pipeline or graph.runs(node) != YES or not self._gate(case, node):
                    continue
                any_gate = True
                if any(graph.before(deploy, node) or graph.gates(node, deploy) != NO for deploy in deploys):
                    continue
                if any(graph.weakness(node, deploy) is not None or node.job is deploy.job for deploy in deploys):
                    continue  # TST004 and APV002 speak of gates without teeth
                asked = SPEAKING.get(node.kind, "")
                if case.verdict_of("ENV001") == FAILED and self._behind_preprod(graph, node):
                    asked = "ENV001"
                if "rollback" in node.job.own_id.lower() and case.verdict_of("RLB006") == FAILED:
                    asked = "RLB006"
                if asked and case.verdict_of(asked) == FAILED:
                    spoken = spoken or asked
                    continue
                return self._fails(case, node, deploys[0])
        if not any_gate:
            return case.not_applicable(f"No gate runs together with a {_called(case)}.")
        if spoken:
            return case.not_applicable("Another rule says which gate nothing waits for.", because=spoken)
        return case.passed(f"Every gate comes before or after a {_called(case)}.")

    def _behind_preprod(self, graph: ScenarioGraph, node: Node) -> bool:
        """Whether a pre-production deploy stands before a gate or in its job."""
        return any(each.job is node.job or graph.before(each, node) for each in graph.deploys(*PREPROD_CLASSES))

    def _gate(self, case: Case, node: Node) -> bool:
        names = {node.job.id, node.job.name, node.job.template}
        return not any(each.name in names and not each.gate for each in case.declared.activities)

    def _fails(self, case: Case, node: Node, deploy: Node) -> Answer:
        return case.failed(
            f"{does(node)} gates nothing: no {_called(case)} waits for it, so {job(deploy)} goes on when it fails.",
            fix=case.fix(gate=job(node), job=job(deploy), declared=f'activities: {{"{node.job.id}": {{gate: false}}}}'),
            at=node,
            rests_on=(node, deploy),
            key=node.job.template,
        )


def _reaching(case: Case, graph: ScenarioGraph) -> Sequence[Node]:
    """What a gate should hold: the deploys to production; of a library, its publishes."""
    if case.subject.kind == "library-publish":
        return graph.nodes("publish")
    return graph.deploys("prod", "onebox", *(("static",) if case.subject.kind == "static-site" else ()))


def _called(case: Case) -> str:
    return "publish" if case.subject.kind == "library-publish" else "production deploy"
