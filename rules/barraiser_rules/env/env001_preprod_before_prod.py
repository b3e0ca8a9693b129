"""ENV001: a change reaches a pre-production environment before production."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
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
from barraiser_rules.hints import sounds_like, sounds_like_preprod
from barraiser_rules.questions import (
    does,
    job,
    looks_at_preprod,
    may_hold,
    out_of_sight,
    preprod_deploys,
    prod_name,
    weakest_gate,
)


class PreprodBeforeProd(Rule):
    """Deploy to a pre-production environment first.

    Why:
        The first environment that a change meets is where its surprises happen. If that is production, users meet them.

    Source:
        AWS DevOps Guidance, DL.ADS.1 (each deploy before production is a gate). AWS Deployment Pipeline Reference Architecture: Beta
        and Gamma are required. AWS re:Invent 2025 COP415: usually three stages before production, the last one treated like it.

    Decided by:
        A deploy to a development, test or staging environment that must have succeeded before the production deploy can start, in
        every way in which the pipeline is started.

    Fix:
        Deploy the same change to staging in a job that the production deploy needs.

    Before (github-actions):
        deploy-prod:
          needs: [build]
          environment: production

    After (github-actions):
        deploy-staging:
          needs: [build]
          environment: staging
        deploy-prod:
          needs: [deploy-staging]
          environment: production

    Before (gitlab-ci):
        stages: [build, production]

    After (gitlab-ci):
        stages: [build, staging, production]

    Before (codepipeline):
        Stages: [{Name: Source}, {Name: Build}, {Name: Prod}]

    After (codepipeline):
        Stages: [{Name: Source}, {Name: Build}, {Name: Staging}, {Name: Prod}]
    """

    id = "ENV001"
    name = "preprod-before-prod"
    severity = "error"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (
        Parameter(
            "min_stages",
            1,
            "how many different pre-production environments must come first",
            unit="environments",
            minimum=1,
            maximum=10,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add a job that deploys to staging (`environment: staging`) and name it in `needs:` of <job>.",
        GITLAB_CI: "Add a job that deploys to staging (`environment: staging`) in a stage before <job>.",
        CODEPIPELINE: "Add a stage that deploys to a staging stack or account before the stage of <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for enough pre-production deploys that gate each deploy of the subject."""
        if all(deploy.environment_class == "onebox" for deploy in case.deploys):
            return case.not_applicable("It is the one-box, the first slice of production.")
        wanted = int(case.number("min_stages"))
        gate = weakest_gate(case, lambda deploy: preprod_deploys(case, deploy))
        certain = self._environments(case, gate.deploy, YES)
        if gate.answer == YES and gate.node is not None and len(certain) >= wanted:
            return case.passed(
                f"{job(gate.node)} deploys to {prod_name(gate.node)} and must succeed before {job(gate.deploy)}.",
                way=(gate.node, gate.deploy),
            )
        if (
            gate.answer == MAYBE
            and gate.node is not None
            and len(self._environments(case, gate.deploy, MAYBE)) >= wanted
        ):
            return case.unknown(
                may_hold(gate, f"a deploy to {prod_name(gate.node)}"),
                settle=self._settle(gate.node),
                at=gate.node,
            )
        unread = self._opaque(case, gate.deploy)
        if unread is not None:
            return case.unknown(
                f"{job(unread)} may deploy to a pre-production environment, but the program `{unread.activity.text}` cannot be read here.",
                settle=f'activities: {{"{unread.job.own_id}": {{kind: deploy, environment: staging}}}}',
                at=unread,
            )
        seen = looks_at_preprod(case, gate.deploy)
        if seen is not None:
            return case.unknown(
                f"{does(seen)} looks at {prod_name(seen)} before {job(gate.deploy)}, but nothing here deploys to it.",
                settle="links: [{from: THE PIPELINE THAT DEPLOYS THERE, to: " + case.pipeline.path + "}]",
                at=seen,
            )
        unnamed = self._unnamed(case, gate.deploy)
        if unnamed is not None:
            return case.unknown(
                f"{job(unnamed)} deploys before {job(gate.deploy)}, but nothing names the environment that this goes to.",
                settle=f'activities: {{"{unnamed.job.own_id}": {{kind: deploy, environment: staging}}}}',
                at=unnamed,
            )
        hidden = out_of_sight(
            case, *DEPLOY_KINDS, what="A pre-production deploy", classes=PREPROD_CLASSES, deploy=gate.deploy
        )
        return hidden or self._fails(case, gate.deploy, wanted, len(certain))

    def _settle(self, node: Node) -> str:
        if node.activity.opaque:
            return f'activities: {{"{node.job.own_id}": {{kind: deploy, environment: {prod_name(node)}}}}}'
        return "Let the production deploy need it by a condition that both share, or write the condition's value as a constant."

    def _environments(self, case: Case, deploy: Node, least: int) -> set[str]:
        """Names of the pre-production environments whose deploys gate a deploy, at least by that answer."""
        return {prod_name(found) for found in preprod_deploys(case, deploy) if case.graph.gates(found, deploy) >= least}

    def _opaque(self, case: Case, deploy: Node) -> Node | None:
        for node in case.graph.ahead_of(deploy):
            if not node.activity.opaque or case.graph.gates(node, deploy) == NO:
                continue
            undecided = node.kind in DEPLOY_KINDS and node.environment_class == "unknown"
            if undecided or (node.kind == "other" and sounds_like_preprod(node) and sounds_like(node, ("deploy",))):
                return node
        return None

    def _unnamed(self, case: Case, deploy: Node) -> Node | None:
        """A deploy of another job that must succeed first, to an environment that nothing names."""
        for node in case.graph.ahead_of(deploy, *DEPLOY_KINDS):
            apart = node.job.template != deploy.job.template and node.environment_class == "unknown"
            if apart and case.graph.gates(node, deploy) == YES:
                return node
        return None

    def _fails(self, case: Case, deploy: Node, wanted: int, found: int) -> Answer:
        where = prod_name(deploy)
        if found:
            message = (
                f"Only {found} of {wanted} pre-production environments come before {job(deploy)} deploys to {where}."
            )
            return case.failed(message, fix=case.fix(job=job(deploy)), at=deploy)
        for earlier in preprod_deploys(case, deploy):
            weakness = case.graph.weakness(earlier, deploy)
            if weakness is not None:
                ended = f"{job(earlier)} to {prod_name(earlier)} {weakness.ended}"
                return case.failed(
                    f"{job(deploy)} deploys to {where} also when {ended}: `{weakness.reason}`.",
                    fix=f"Remove `{weakness.reason}`, so that {job(deploy)} waits for a successful {job(earlier)}.",
                    at=weakness.place,
                    way=case.graph.way(earlier, deploy),
                    rests_on=(earlier, deploy),
                )
        beside = [other for other in case.graph.deploys(*PREPROD_CLASSES) if not case.graph.before(deploy, other)]
        hint = (
            f" {job(beside[0])} deploys to {prod_name(beside[0])}, but {job(deploy)} does not wait for it."
            if beside
            else ""
        )
        return case.failed(
            f"{job(deploy)} deploys to {where} without a pre-production deploy before it: users meet every defect first.{hint}",
            fix=self._needs(deploy, beside[0]) if beside else case.fix(job=job(deploy)),
            at=deploy,
        )

    def _needs(self, deploy: Node, earlier: Node) -> str:
        return f"Let {job(deploy)} wait for {job(earlier)}: by `needs:`, or by a later stage."
