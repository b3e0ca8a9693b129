"""CHG002: infrastructure is changed as the plan said that was reviewed."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    PREPROD_CLASSES,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.questions import Gate, declared_kind, does, job, may_hold, out_of_sight, preprod_gates

PLANNED_BY_FILE = ("terraform", "tofu", "terragrunt")
TOOLS = (*PLANNED_BY_FILE, "pulumi", "cdk")


PLANS = ("plan-file", "changeset", "automated")


class PlanBeforeApply(Rule):
    """Apply the plan that was reviewed.

    Why:
        One line of a template can replace a database. The plan shows it; an apply that makes its plan itself shows it when it has
        happened.

    Source:
        AWS Well-Architected OPS06: changes are tested and validated before they are deployed. AWS Deployment Pipeline Reference
        Architecture, infrastructure as code.

    Decided by:
        A change of production's infrastructure (Terraform, OpenTofu, Terragrunt, Pulumi, CDK, CloudFormation) without a plan, preview,
        diff or change set that must succeed before it; for Terraform and its kin, the apply must name the plan's file. With
        `automated` among `accept`, a pre-production apply by the same tool and a policy scan stand in for it.

    Fix:
        Make the plan in a step before, keep it as an artifact, and apply that.

    Before (github-actions):
        - run: terraform apply -auto-approve

    After (github-actions):
        - run: terraform plan -out=tfplan
        - run: terraform apply tfplan

    Before (gitlab-ci):
        apply:
          environment: production
          script: [terraform apply -auto-approve]

    After (gitlab-ci):
        plan:
          stage: plan
          script: [terraform plan -out=tfplan]
          artifacts: {paths: [tfplan]}
        apply:
          environment: production
          script: [terraform apply tfplan]

    Before (codepipeline):
        Configuration: {ActionMode: CREATE_UPDATE, StackName: shop-prod}

    After (codepipeline):
        - Configuration: {ActionMode: CHANGE_SET_REPLACE, StackName: shop-prod, ChangeSetName: release}
        - Configuration: {ActionMode: CHANGE_SET_EXECUTE, StackName: shop-prod, ChangeSetName: release}
    """

    id = "CHG002"
    name = "plan-before-apply"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    after = ("ENV001", "TST004")
    parameters = (Parameter("accept", PLANS, "what counts as a plan", choices=PLANS),)
    fixes = {
        GITHUB_ACTIONS: "Add a plan step (`terraform plan -out=tfplan`, `pulumi preview`, `cdk diff`) before <job>, and apply its result.",
        GITLAB_CI: "Add a plan job (`terraform plan -out=tfplan`, `pulumi preview`, `cdk diff`) before <job>, and apply its artifact.",
        CODEPIPELINE: "Add an action with `ActionMode: CHANGE_SET_REPLACE` before <job>, and set <job> to `CHANGE_SET_EXECUTE`.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at each change of infrastructure among the deploys of the subject."""
        applies = [deploy for deploy in case.deploys if self._tool(deploy)]
        if not applies:
            return case.not_applicable("It changes no infrastructure from code.")
        unsure: Answer | None = None
        for deploy in applies:
            answer = self._judged(case, deploy)
            if answer is not None and answer.verdict == FAILED:
                return answer
            unsure = unsure or answer
        return unsure or case.passed(f"{does(applies[0])} applies what was planned before.")

    def _tool(self, node: Node) -> str:
        """The kind of infrastructure tool that a deploy runs; empty where it runs none."""
        tool = node.activity.tool
        if tool in TOOLS:
            return tool
        words = node.activity.argv
        if tool.endswith("/CloudFormation") or (tool == "aws cloudformation" and len(words) > 2):
            return "cloudformation"
        return ""

    def _judged(self, case: Case, deploy: Node) -> Answer | None:
        """The finding about one change; None where it was planned."""
        tool = self._tool(deploy)
        given = case.parameter("accept")
        accept = given if isinstance(given, tuple) else ()
        if tool == "cloudformation" and "changeset" in accept and self._executes(deploy):
            return None
        if "automated" in accept and case.graph.ahead_of(deploy, "iac-scan"):
            scanned = self._scanned(case, deploy)
            if scanned and any(self._tool(each) == tool for each in preprod_gates(case, deploy)):
                return None
            proved = any(self._tool(each) == tool for each in case.graph.deploys(*PREPROD_CLASSES))
            if scanned and proved and case.verdict_of("ENV001") == FAILED:
                return case.not_applicable(
                    "Its kind of change is checked, and pre-production tries it, but does not hold it back.",
                    because="ENV001",
                )
            if case.verdict_of("TST004") == FAILED:
                return case.not_applicable(
                    "Its kind of change is checked, but the check does not block.", because="TST004"
                )
        named = tool not in PLANNED_BY_FILE or self._names_plan(deploy)
        gate = self._plan(case, deploy, tool)
        if gate.answer == YES and named and tool != "cloudformation" and "plan-file" in accept:
            return None
        if gate.node is not None and gate.answer == MAYBE and named:
            return case.unknown(may_hold(gate, "the plan"), settle=declared_kind(gate.node, "plan"), at=gate.node)
        if named and tool != "cloudformation":
            hidden = out_of_sight(case, "plan", what="The plan", deploy=deploy)
            if hidden is not None:
                return hidden
        why = (
            f"{does(gate.node)} shows a plan, but what is applied is another one, which nobody has seen"
            if gate.node is not None and not named
            else "it makes its plan itself, and nobody has seen it before"
        )
        return case.failed(
            f"{does(deploy)} changes production's infrastructure: {why}.",
            fix=case.fix(job=job(deploy)),
            at=deploy,
            rests_on=(deploy,),
        )

    def _plan(self, case: Case, deploy: Node, tool: str) -> Gate:
        """The plan that gates a deploy best; one that cannot be read may be one."""
        plans = [plan for plan in case.graph.ahead_of(deploy, "plan") if self._fits(plan, tool)]
        answer, node = case.graph.best_gate(plans, deploy)
        return Gate(min(answer, MAYBE) if node is not None and node.activity.opaque else answer, node, deploy)

    def _executes(self, deploy: Node) -> bool:
        """Whether a CloudFormation deploy executes a change set that was made before."""
        step = deploy.job.steps[deploy.activity.step] if deploy.activity.step < len(deploy.job.steps) else None
        mode = step.inputs.get("ActionMode", "") if step is not None else ""
        return mode.upper() == "CHANGE_SET_EXECUTE" or "execute-change-set" in deploy.activity.argv

    def _names_plan(self, deploy: Node) -> bool:
        """Whether an apply names a plan's file: a word after ``apply`` that is no option."""
        argv = deploy.activity.argv
        at = next((index for index, word in enumerate(argv) if word == "apply"), len(argv))
        words = list(argv[at + 1 :])
        skip = False
        for word in words:
            if skip:
                skip = False
            elif word.startswith("-"):
                skip = word in ("-var", "-var-file", "-target", "-replace", "-parallelism", "-lock-timeout", "-state")
            else:
                return True
        return False

    def _fits(self, plan: Node, tool: str) -> bool:
        own = plan.activity.tool
        return own == tool or (own in PLANNED_BY_FILE and tool in PLANNED_BY_FILE) or plan.activity.opaque

    def _scanned(self, case: Case, deploy: Node) -> bool:
        """Whether a policy scan gates the change."""
        return any(case.graph.gates(node, deploy) != NO for node in case.graph.ahead_of(deploy, "iac-scan"))
