"""ENV005: production has an account, project or cluster of its own."""

from __future__ import annotations

import re

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, PREPROD_CLASSES, Answer, Case, Node, Parameter, Rule
from barraiser_rules.questions import does, job, prod_name

CONTEXTS = ("--context", "--kube-context", "--project", "--subscription", "--profile", "--cluster")
"""Options that name a cluster, a project, a subscription or a set of credentials."""

OPEN = re.compile(r"[$#]\{|\$\w|\{\{")


class ProdAccountIsolated(Rule):
    """Use a different account, project or cluster for production, and not the pipeline's own.

    Why:
        What may deploy to staging is used by many and guarded by few. In one account it reaches production too: a wrong name, a clean-up
        script or a stolen key is enough.

    Source:
        AWS Deployment Pipeline Reference Architecture: each environment has an account of its own, and none is the one in which the
        pipeline runs.

    Decided by:
        The account (declared, or of the role that the deploy takes), the role itself, and the cluster, project or subscription that the
        command names, compared with those of each pre-production deploy and with the pipeline's own account. Different names whose
        values nobody can read pass. The same cluster is a warning.

    Fix:
        Deploy production with a role of its own in an account of its own.

    Before (github-actions):
        deploy-staging:
          steps:
            - uses: aws-actions/configure-aws-credentials@v4
              with: {role-to-assume: "arn:aws:iam::111111111111:role/deploy", aws-region: eu-west-1}
            - run: aws cloudformation deploy --stack-name shop-staging --template-file app.yml
        deploy-prod:
          steps:
            - uses: aws-actions/configure-aws-credentials@v4
              with: {role-to-assume: "arn:aws:iam::111111111111:role/deploy", aws-region: eu-west-1}
            - run: aws cloudformation deploy --stack-name shop-prod --template-file app.yml

    After (github-actions):
        deploy-staging:
          steps:
            - uses: aws-actions/configure-aws-credentials@v4
              with: {role-to-assume: "arn:aws:iam::111111111111:role/deploy", aws-region: eu-west-1}
            - run: aws cloudformation deploy --stack-name shop-staging --template-file app.yml
        deploy-prod:
          steps:
            - uses: aws-actions/configure-aws-credentials@v4
              with: {role-to-assume: "arn:aws:iam::222222222222:role/deploy", aws-region: eu-west-1}
            - run: aws cloudformation deploy --stack-name shop-prod --template-file app.yml

    Before (gitlab-ci):
        deploy-staging:
          script: [kubectl --context shared -n staging apply -f k8s/]
        deploy-prod:
          script: [kubectl --context shared -n prod apply -f k8s/]

    After (gitlab-ci):
        deploy-staging:
          script: [kubectl --context staging apply -f k8s/]
        deploy-prod:
          script: [kubectl --context prod apply -f k8s/]

    Before (codepipeline):
        Name: DeployProd

    After (codepipeline):
        Name: DeployProd
        RoleArn: arn:aws:iam::222222222222:role/deploy
    """

    id = "ENV005"
    name = "prod-account-isolated"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    parameters = (
        Parameter("allow_shared_cluster", False, "whether production may share a cluster with pre-production"),
    )
    fixes = {
        GITHUB_ACTIONS: "Let <job> take a role (or a subscription, project or context) of an account that only production uses.",
        GITLAB_CI: "Let <job> take a role (or a subscription, project or context) of an account that only production uses.",
        CODEPIPELINE: "Give <job> a `RoleArn` of an account that only production uses.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares who each deploy of the subject is, and where, with the pre-production deploys of the run."""
        known = False
        for deploy in case.deploys:
            tools = self._tools_account(case)
            account = self._account(case, deploy)
            if tools and account == tools:
                return self._fails(case, deploy, f"the account {tools}, in which the pipeline itself runs", deploy)
            known = known or bool(tools and account)
            for earlier in case.graph.deploys(*PREPROD_CLASSES):
                same = self._same(case, deploy, earlier)
                if isinstance(same, Answer):
                    return same
                known = known or same
        if known:
            return case.passed(
                f"The account, project or cluster of {job(case.deploy)} is another one than pre-production's, as far as the names tell.",
                rests_on=(case.deploy,),
            )
        if not case.graph.deploys(*PREPROD_CLASSES) and not case.pipeline.facts.get("role"):
            return case.not_applicable("No pre-production deploy of this run is there to compare it with.")
        name = prod_name(case.deploy)
        return case.unknown(
            f"Nothing tells in which account, project or cluster {job(case.deploy)} works.",
            settle=f'environments: {{{name}: {{account: "ACCOUNT"}}}} (and the same for pre-production)',
        )

    def _tools_account(self, case: Case) -> str:
        role = case.pipeline.facts.get("role")
        match = re.search(r"::(\d{12}):", role[0]) if role else None
        return match[1] if match else ""

    def _account(self, case: Case, node: Node) -> str:
        """The account that a deploy works in, as far as it is known; without a role, a pipeline's own action works in the pipeline's."""
        for name in [node.environment.name] if node.environment else []:
            declared = case.declared.environment(name)
            if declared is not None and declared.account:
                return declared.account
        found = node.activity.facts.get("account") or node.job.tags.get("account", "")
        if found and not found.strip("0"):
            return ""  # a placeholder
        own_action = node.job.tags.get("action-type", "").startswith("Deploy/") and "role" not in node.job.tags
        return found or (self._tools_account(case) if own_action else "")

    def _same(self, case: Case, deploy: Node, earlier: Node) -> Answer | bool:
        """The finding where two deploys share something; else whether anything could be compared."""
        one, other = self._account(case, deploy), self._account(case, earlier)
        if one and other:
            if one == other and not OPEN.search(one):
                return self._fails(case, deploy, f"the account {one}", earlier)
            return True
        one, other = deploy.job.tags.get("role", ""), earlier.job.tags.get("role", "")
        if one and other:
            scoped = deploy.job.environment is not None and OPEN.search(one) is not None
            if one == other and not scoped:
                return self._fails(case, deploy, f"the role `{one}`", earlier)
            return True
        one, other = self._context(deploy), self._context(earlier)
        if one and other:
            if one == other and not OPEN.search(one) and not case.parameter("allow_shared_cluster"):
                return self._fails(case, deploy, f"`{one}`", earlier, severity="warning")
            return True
        return False

    def _context(self, node: Node) -> str:
        argv = node.activity.argv
        for at, word in enumerate(argv):
            option, _, value = word.partition("=")
            if option in CONTEXTS:
                return f"{option} {value or (argv[at + 1] if at + 1 < len(argv) else '')}"
        return ""

    def _fails(self, case: Case, deploy: Node, what: str, earlier: Node, *, severity: str = "") -> Answer:
        shared = "" if earlier is deploy else f", as {does(earlier)} does"
        return case.failed(
            f"{job(deploy)} deploys to production with {what}{shared}: what goes wrong there reaches production's users.",
            fix=case.fix(job=job(deploy)),
            at=deploy,
            severity=severity,
            rests_on=(deploy, earlier),
        )
