"""SEC003: code of a fork or an unmerged change never runs with production's credentials."""

from __future__ import annotations

from barraiser.api import (
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    PIPELINE,
    PROD_CLASSES,
    Answer,
    Case,
    Node,
    Rule,
    ScenarioGraph,
)
from barraiser_rules.questions import declared_protection, demands_people, does, job, on, prod_name


class UntrustedCodeNeverMeetsProdIdentity(Rule):
    """Keep fork and pull request code away from production credentials.

    Why:
        Whoever may open a pull request then holds production's keys: the code of the request runs in a job that has them.

    Source:
        GitHub Actions, events that trigger workflows: `pull_request_target`, `workflow_run` and `issue_comment` run with secrets and a
        write token. OWASP CICD-SEC-4, poisoned pipeline execution.

    Decided by:
        A job that checks out the head of a pull request, in a run that has the repository's secrets, and that has production's
        environment, credentials or role.

    Fix:
        Split the work: test the request without secrets, and deploy merged code only.

    Before (github-actions):
        on: pull_request_target
        jobs:
          deploy-prod:
            environment: production
            steps:
              - uses: actions/checkout@v4
                with: {ref: "${{ github.event.pull_request.head.sha }}"}
              - run: npm ci && npx cdk deploy shop-prod

    After (github-actions):
        on: {push: {branches: [main]}}
        jobs:
          deploy-prod:
            environment: production
            steps:
              - uses: actions/checkout@v4
              - run: npm ci && npx cdk deploy shop-prod

    Before (gitlab-ci):
        # .barraiser.yml
        # Merge requests run in the same project, and what every job may read, they may.
        environments:
          production: {gitlab: {protected: false}}

    After (gitlab-ci):
        # .barraiser.yml
        environments:
          production: {gitlab: {protected: true}}
    """

    id = "SEC003"
    name = "untrusted-code-never-meets-prod-identity"
    severity = "error"
    milder_for_libraries = False
    platforms = (GITHUB_ACTIONS, GITLAB_CI)
    asks = PIPELINE
    fixes = {
        GITHUB_ACTIONS: "Check out the base branch in <job>, or run it on `push` to the mainline; test the request in a `pull_request`"
        " workflow without secrets.",
        GITLAB_CI: "Let <job> run on the mainline only, and protect the variables that it uses.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the jobs that run unmerged code in every way in which the pipeline is started."""
        unsure: tuple[Node, Node] | None = None
        for index, scenario in enumerate(case.pipeline.scenarios):
            if not scenario.privileged:
                continue
            graph = case.stages.in_scenario(index)
            for node in graph.nodes("source"):
                if node.pipeline is not case.pipeline or node.activity.facts.get("checkout-ref") != "untrusted":
                    continue
                holder = self._identity(graph, node)
                if holder is None:
                    continue
                if graph.runs(node) == MAYBE or graph.runs(holder) == MAYBE:
                    unsure = unsure or (node, holder)
                    continue
                return self._fails(case, node, holder, on(scenario))
        if unsure is not None:
            return case.unknown(
                f"{does(unsure[0])} may check out unmerged code in a job with production's credentials: its condition cannot be decided.",
                settle=case.fix(job=job(unsure[0])),
                at=unsure[0],
            )
        exposed = self._exposed(case)
        if exposed is not None:
            return case.failed(
                f"{job(exposed)} uses variables that are declared not to be protected, and the pipeline also runs on merge requests: "
                "whoever may push a branch can read production's credentials.",
                fix="Protect the environment and its variables on the platform, then declare "
                f"environments: {{{prod_name(exposed)}: {{gitlab: {{protected: true}}}}}}",
                at=exposed,
                key=exposed.job.template,
            )
        return case.passed("No job runs unmerged code with production's credentials.")

    def _exposed(self, case: Case) -> Node | None:
        """A prod deploy whose environment is declared not to be protected, in a pipeline that unmerged code starts as well."""
        if not any(scenario.unmerged for scenario in case.pipeline.scenarios):
            return None
        for node in case.subject.nodes:
            protection = declared_protection(case, node)
            if protection is not None and protection.get("protected") is False:
                return node
        return None

    def _identity(self, graph: ScenarioGraph, source: Node) -> Node | None:
        """The activity of the same job that holds production's environment, credentials or role; the checkout itself where the job does."""
        own = [node for node in graph.nodes() if node.job is source.job and node.index >= source.index]
        for node in own:
            if node.environment_class in PROD_CLASSES:
                return node
        for node in own:
            if "static-keys" in node.activity.facts:
                return node
        tags = source.job.tags
        return source if tags.get("role") or tags.get("id-token") == "write" else None

    def _fails(self, case: Case, node: Node, holder: Node, scenario: str) -> Answer:
        protection = declared_protection(case, holder)
        guarded = protection is not None and demands_people(protection)
        classes = {each.environment.cls for each in node.job.activities if each.environment is not None}
        elsewhere = bool(classes) and classes.isdisjoint((*PROD_CLASSES, "unknown"))
        whose = "cloud credentials" if elsewhere else "production's credentials"
        return case.failed(
            f"{job(node)} checks out unmerged code {scenario} and holds {whose}: whoever opens a request can use them.",
            fix=case.fix(job=job(node)),
            at=node,
            severity="warning" if guarded or elsewhere else "",
            way=(node, holder) if holder is not node else (node,),
            key=node.job.template,
            rests_on=(node, holder),
        )
