"""SRC005: what is deployed is the revision that the run is about."""

from __future__ import annotations

import re

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, NO, Answer, Case, Node, Parameter, Rule
from barraiser_rules.hints import sounds_like
from barraiser_rules.questions import does, job

FIXED = re.compile(r"[0-9a-f]{7,64}|v?\d+(\.\d+){1,3}\S*|refs/tags/\S+", re.IGNORECASE)
PULLS = re.compile(
    r"\bgit\b[^|;&\n]{0,60}\b(?:pull|reset --hard origin/|(?:checkout|switch)\s+(?:origin/)?(?:main|master|develop|trunk)(?![\w./-])"
    r"|clone\b[^|;&\n]{0,120}(?:CI_REPOSITORY_URL|CI_PROJECT_URL|CI_PROJECT_PATH|github\.repository|GITHUB_REPOSITORY))"
)
"""Commands that take the newest commit of a branch."""

BEFORE = re.compile(r"\bCI_COMMIT_BEFORE_SHA\b|\bgithub\.event\.before\b")
DEFAULT = re.compile(r"\bdefault_branch\b|\bCI_DEFAULT_BRANCH\b")
RAW_SOURCES = ("CodeCommit", "S3")


class DeployTheTestedRevision(Rule):
    """Deploy exactly the revision that was tested.

    Why:
        Between the test and the deploy somebody merges. A deploy job that fetches "main" takes that change along, which no test of this
        run has seen.

    Source:
        AWS Deployment Pipeline Reference Architecture: each deployed version is traceable to one commit. GitHub Actions, events:
        `workflow_run` checks out the default branch. CodePipeline user guide, execution modes.

    Decided by:
        A checkout of a branch by its name, or a `git pull`, in the job of the deploy or in the build before it; a checkout without `ref:`
        in a workflow that another workflow's end starts; a source that is fetched anew by each of several executions at once. Checkouts
        of other repositories, and of jobs that the configuration gives `role: tooling`, are left out.

    Fix:
        Hand on the commit (or the built artifact), and check that out.

    Before (github-actions):
        - uses: actions/checkout@v4
          with: {ref: main}

    After (github-actions):
        - uses: actions/checkout@v4
          with: {ref: "${{ github.sha }}"}

    Before (gitlab-ci):
        deploy-prod:
          script: [git pull origin main, ./deploy.sh]

    After (gitlab-ci):
        deploy-prod:
          script: [./deploy.sh]

    Before (codepipeline):
        ExecutionMode: PARALLEL
        Stages:
          - Name: Source
            Actions:
              - Name: Source
                ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1"}
                Configuration: {RepositoryName: shop, BranchName: main}

    After (codepipeline):
        ExecutionMode: QUEUED
        Stages:
          - Name: Source
            Actions:
              - Name: Source
                ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeCommit, Version: "1"}
                Configuration: {RepositoryName: shop, BranchName: main}
    """

    id = "SRC005"
    name = "deploy-the-tested-revision"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (Parameter("tooling_repos", (), "repositories (owner/name) whose checkouts are tools"),)
    fixes = {
        GITHUB_ACTIONS: "Check out `<commit>` in <job>.",
        GITLAB_CI: "Remove it from <job>: the runner has already checked out `$CI_COMMIT_SHA`.",
        CODEPIPELINE: "Use the pipeline's source artifact in <job>; with this kind of source, not in PARALLEL mode.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what each deploy of the subject, and the builds before it, check out."""
        seen: Node | None = None
        for deploy in case.deploys:
            before = next((image for image in deploy.activity.images if BEFORE.search(image)), "")
            if before and not sounds_like(deploy, ("rollback",)):
                return case.failed(
                    f"{job(deploy)} deploys `{before}`: what the commit before made, and not the one that was tested.",
                    fix=f"Let {job(deploy)} deploy the image of the run's own commit.",
                    at=deploy,
                )
            for node in self._sources(case, deploy):
                reason = self._moves(case, node)
                if reason:
                    return self._fails(case, node, deploy, reason)
                if node.kind == "source" and not node.activity.facts.get("repository"):
                    seen = seen or node
        handed = next((deploy for deploy in case.deploys if "handed-to" in deploy.activity.facts), None)
        if handed is not None:
            return case.unknown(
                f"Which revision the pipeline takes that {does(handed)} starts in another system cannot be read here.",
                settle=f"Hand it the commit of the run, and waive {self.id} with how it is taken there as the reason.",
                at=handed,
            )
        if seen is not None:
            ref = seen.activity.facts.get("checkout-ref", "")
            told = f"checks out `{ref}` for {job(case.deploy)}, which names no branch" if ref else ""
            told = told or f"takes the revision of the run for {job(case.deploy)}"
            return case.passed(f"{does(seen)} {told}.", rests_on=(case.deploy,))
        return case.passed(
            f"Nothing in {job(case.deploy)}, or in what builds for it, fetches another revision than the run's.",
            rests_on=(case.deploy,),
        )

    def _sources(self, case: Case, deploy: Node) -> list[Node]:
        """Checkouts and fetches of the deploy's job and of the jobs that build what it deploys."""
        builders = {
            node.job.id
            for node in case.graph.ahead_of(deploy, "build", "publish")
            if case.graph.gates(node, deploy) != NO
        }
        tooling = {each.name for each in case.declared.activities if each.role == "tooling"}
        return [
            node
            for node in case.graph.ahead_of(deploy)
            if (node.job.id in builders or node.job is deploy.job or node.activity.tool.startswith("Source/"))
            and (node.kind == "source" or PULLS.search(node.activity.text[:500]))
            and tooling.isdisjoint((node.job.id, node.job.name, node.job.template))
        ] + ([deploy] if self._pulls_there(deploy) else [])

    def _pulls_there(self, deploy: Node) -> bool:
        """Whether a deploy's own command, or what its step runs on a server, fetches a branch."""
        if PULLS.search(deploy.activity.text[:500]):
            return True
        step = deploy.job.steps[deploy.activity.step] if deploy.activity.step < len(deploy.job.steps) else None
        if step is None or "ssh" not in f"{step.uses} {deploy.activity.tool} {deploy.activity.text}".lower():
            return False
        texts = [step.inputs.get("script", ""), *(part.text for part in (step.script.fragments if step.script else ()))]
        return any(PULLS.search(line[:500]) for text in texts for line in text.splitlines())

    def _moves(self, case: Case, node: Node) -> str:
        """Why a checkout may give another revision than the run's; empty where it may not."""
        facts = node.activity.facts
        tooling = case.parameter("tooling_repos")
        if facts.get("repository") or (
            isinstance(tooling, tuple) and any(each in node.activity.text for each in tooling)
        ):
            return ""
        if node.activity.tool.startswith("Source/"):
            raw = any(f"/{each}" in node.activity.tool for each in RAW_SOURCES)
            mode = case.pipeline.facts.get("execution-mode")
            if raw and mode is not None and mode[0] == "PARALLEL":
                return "in PARALLEL mode it takes the newest revision when the execution starts"
            return ""
        if PULLS.search(node.activity.text[:500]) or (node.kind != "source" and self._pulls_there(node)):
            pushes = any("git push" in each.activity.text for each in case.graph.nodes() if each.job is node.job)
            return "" if pushes else "it fetches the newest commit of a branch"
        ref = facts.get("checkout-ref", "")
        if ref == "untrusted":
            return ""
        if ref and DEFAULT.search(ref):
            return "it takes the newest commit of the default branch"
        if ref:
            literal = re.search(r"[$#{]", ref) is None
            return f"it takes the newest commit of `{ref}`" if literal and FIXED.fullmatch(ref) is None else ""
        checks_out = "checkout" in node.activity.tool and "/" in node.activity.tool
        if checks_out and node.pipeline is case.pipeline and self._after_another(case):
            return "in a run that another workflow's end starts, it takes the newest commit of the default branch"
        return ""

    def _after_another(self, case: Case) -> bool:
        return any(
            link.via == "workflow_run" and (not link.scenarios or case.graph.index in link.scenarios)
            for link in case.pipeline.handovers
        ) or (case.graph.scenario.event == "chained" and case.graph.scenario.via != "")

    def _fails(self, case: Case, node: Node, deploy: Node, reason: str) -> Answer:
        commit = (
            "${{ github.event.workflow_run.head_sha }}"
            if case.graph.scenario.event == "chained"
            else "${{ github.sha }}"
        )
        return case.failed(
            f"{does(node)} may bring another revision to {job(deploy)} than the one that was tested: {reason}.",
            fix=case.fix(job=job(node), commit=commit),
            at=node,
            rests_on=(node, deploy),
        )
