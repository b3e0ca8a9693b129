"""ENV003: the last pre-production environment is deployed the way production is."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, NO, YES, Answer, Applied, Case, Node, Parameter, Rule
from barraiser_rules.bakes import each_deploy
from barraiser_rules.hints import PREPROD_WORDS, PROD_WORDS, words
from barraiser_rules.loads import step_of
from barraiser_rules.questions import does, job, preprod_deploys, prod_name

_PROD_WORDS = PROD_WORDS | {"onebox", "canary", "main", "master"}
_COMPARED = ("tool", "template", "strategy", "hooks")


class GammaDeploysLikeProd(Rule):
    """Deploy gamma with the mechanism and strategy prod uses.

    Why:
        A staging deploy by another tool tests the application and not the deploy. The first rehearsal of the real one is production.

    Source:
        AWS re:Invent 2025 COP415: gamma is treated like production. AWS Deployment Pipeline Reference Architecture: Gamma is as
        production-like as possible.

    Decided by:
        Tool, definition (without the words that name environments), strategy, hooks and alarms of the last pre-production deploy, compared
        with those of the production deploy. Region, account, names and sizes may differ.

    Fix:
        Deploy both by one job or template that takes the environment as a parameter.

    Before (github-actions):
        deploy-staging: {steps: [{run: kubectl apply -f k8s/}]}
        deploy-prod: {steps: [{run: helm upgrade --install shop chart}]}

    After (github-actions):
        deploy-staging: {uses: ./.github/workflows/deploy.yml, with: {environment: staging}}
        deploy-prod: {uses: ./.github/workflows/deploy.yml, with: {environment: production}}

    Before (gitlab-ci):
        deploy-staging: {script: [docker compose up -d]}

    After (gitlab-ci):
        deploy-staging: {extends: .deploy, environment: staging}

    Before (codepipeline):
        - Name: Staging
          Actions: [{Name: DeployStaging, ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: "1"}}]
        - Name: Production
          Actions: [{Name: DeployProd, ActionTypeId: {Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}}]

    After (codepipeline):
        - Name: Staging
          Actions: [{Name: DeployStaging, ActionTypeId: {Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}}]
        - Name: Production
          Actions: [{Name: DeployProd, ActionTypeId: {Category: Deploy, Owner: AWS, Provider: ECS, Version: "1"}}]
    """

    id = "ENV003"
    name = "gamma-deploys-like-prod"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("ENV001",)
    parameters = (Parameter("compare", _COMPARED, "what of the two deploys is compared", choices=_COMPARED),)
    fixes = {
        GITHUB_ACTIONS: "Deploy <staging> and <job> by one reusable workflow that takes the environment as an input.",
        GITLAB_CI: "Let <staging> and <job> extend one hidden job that takes the environment from a variable.",
        CODEPIPELINE: "Use the same action type, template and strategy in <staging> and <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares each deploy of the subject with the deploys of the last pre-production environment before it."""
        nothing = "There is no pre-production deploy before it to compare with."
        answer = each_deploy(case, lambda deploy: self._of(case, deploy), nothing)
        if answer.verdict == "not-applicable" and case.verdict_of("ENV001") == "failed":
            return case.not_applicable(nothing, because="ENV001")
        return answer

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        earlier = preprod_deploys(case, deploy)
        if deploy.environment_class == "onebox" or not earlier:
            return None
        last = prod_name(earlier[-1])
        staging = [node for node in earlier if prod_name(node) == last]
        given = case.parameter("compare")
        compare = given if isinstance(given, tuple) else _COMPARED
        own = case.applied(deploy)
        pairs = [(node, case.applied(node)) for node in staging]
        same = [(node, found) for node, found in pairs if _same_tool(node, found, deploy, own)]
        if not same:
            return self._other_tool(case, deploy, own, pairs) if "tool" in compare else None
        alike = [pair for pair in same if _definition(pair[0]) == _definition(deploy)]
        node, found = (alike or same)[-1]
        if "template" in compare and not alike and _definition(node) and _definition(deploy):
            return self._differs(
                case, node, deploy, f"applies `{_path(node)}`, and production gets `{_path(deploy)}`", key="template"
            )
        if "hooks" in compare:
            for what, one, other in (
                ("validation hooks", found.validates, own.validates),
                ("rollback alarms", found.rolls_back_on_alarm, own.rolls_back_on_alarm),
            ):
                if {one, other} == {YES, NO}:
                    lacks, has = ("is", "production is not") if one == YES else ("is not", "production is")
                    return self._differs(case, node, deploy, f"{lacks} guarded by {what}, and {has}", key="hooks")
        if "strategy" in compare and found.strategy and own.strategy and found.strategy != own.strategy:
            return self._differs(
                case,
                node,
                deploy,
                f"rolls out {found.strategy}, and production {own.strategy}",
                key="strategy",
                severity="warning",
            )
        how = f" ({own.mechanism})" if own.mechanism else ""
        return case.passed(f"{job(node)} and {job(deploy)} deploy in the same way{how}.", way=(node, deploy))

    def _other_tool(self, case: Case, deploy: Node, own: Applied, pairs: list[tuple[Node, Applied]]) -> Answer:
        node, found = pairs[-1]
        hidden = next((each for each in (deploy, node) if each.activity.opaque), None)
        if hidden is not None or not own.mechanism or not found.mechanism:
            hidden = hidden or (deploy if not own.mechanism else node)
            return case.unknown(
                f"Whether {job(node)} deploys in the way of {job(deploy)} cannot be told: what {does(hidden)} does cannot be read here.",
                settle="Deploy both by one job or template that takes the environment as a parameter.",
                at=hidden,
            )
        return self._differs(
            case, node, deploy, f"deploys with {found.mechanism}, and production with {own.mechanism}", key="tool"
        )

    def _differs(self, case: Case, node: Node, deploy: Node, how: str, *, key: str, severity: str = "") -> Answer:
        return case.failed(
            f"{job(node)} to {prod_name(node)} {how}: production's own way is first tried in production.",
            fix=case.fix(staging=job(node), job=job(deploy)),
            at=deploy,
            severity=severity,
            key=key,
            way=case.graph.way(node, deploy),
            rests_on=(node, deploy),
        )


def _same_tool(node: Node, found: Applied, deploy: Node, own: Applied) -> bool:
    if found.mechanism and own.mechanism:
        return found.mechanism == own.mechanism
    return _program(node) == _program(deploy)


_RUNNERS = frozenset((
    "bash", "sh", "zsh", "source", ".", "python", "python3", "node", "make", "just", "task", "npm", "pnpm", "yarn", "bun", "deno", "ruby",
    "rake", "invoke", "pwsh",
))  # fmt: skip
"""Programs of which the next word says what runs."""


def _program(node: Node) -> tuple[str, ...]:
    """What a deploy runs: the program, with the script or target of one that runs others; an action, with what of it cannot be read."""
    activity = node.activity
    if activity.argv:
        rest = [word for word in activity.argv[1:] if not word.startswith("-") and word != "run"]
        return (activity.argv[0], *rest[:1]) if activity.argv[0] in _RUNNERS else activity.argv[:1]
    unread = sorted({item.name for item in node.pipeline.unresolved if node.job.id in item.jobs})
    step = step_of(node)
    if not unread and step is not None:
        unread = [
            step.inputs[name] for name in ("FunctionName", "StateMachineArn", "ProjectName") if name in step.inputs
        ]
    return (activity.tool, *unread)


def _path(node: Node) -> str:
    return node.activity.facts.get("definition", "")


def _definition(node: Node) -> frozenset[str]:
    """The words of the definition's path, without those that name environments."""
    environment = words(node.environment.name) if node.environment else set()
    return frozenset(words(_path(node)) - PREPROD_WORDS - _PROD_WORDS - environment)
