"""BLD003: pre-production and production get the artifact of the same build."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, FAILED, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Node, Rule
from barraiser_rules.artifacts import names_of
from barraiser_rules.questions import does, job, preprod_gates

PRODUCERS = ("build", "publish")


class SameArtifactInEveryStage(Rule):
    """Give pre-production and production the artifact of the same build.

    Why:
        The name of an artifact proves nothing. When one job builds for staging and another one for production, the tests in staging speak
        of something that production never gets.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline: what was packaged is deployed to every environment.

    Decided by:
        The jobs that make what the production deploy and the pre-production deploy that gates it read: artifacts that they name, or the
        image. Two files of one job are the same build. Where a deploy does not name what it reads, and several jobs build, nothing is
        known.

    Fix:
        Let both deploys read the artifact of one build.

    Before (github-actions):
        build-prod:
          runs-on: ubuntu-latest
          steps:
            - run: docker build -t ghcr.io/acme/shop-prod:${{ github.sha }} .
            - run: docker push ghcr.io/acme/shop-prod:${{ github.sha }}
        deploy-staging:
          needs: [build, build-prod]
        deploy-prod:
          needs: [deploy-staging]
          steps: [{run: "kubectl --context prod set image deployment/shop shop=ghcr.io/acme/shop-prod:${{ github.sha }}"}]

    After (github-actions):
        deploy-staging:
          needs: [build]
        deploy-prod:
          needs: [deploy-staging]
          steps: [{run: "kubectl --context prod set image deployment/shop shop=ghcr.io/acme/shop:${{ github.sha }}"}]

    Before (gitlab-ci):
        build-prod:
          stage: build
          script:
            - docker build -t $CI_REGISTRY_IMAGE/prod:$CI_COMMIT_SHA .
            - docker push $CI_REGISTRY_IMAGE/prod:$CI_COMMIT_SHA
        deploy-prod:
          stage: production
          script: ["kubectl --context prod set image deployment/shop shop=$CI_REGISTRY_IMAGE/prod:$CI_COMMIT_SHA"]

    After (gitlab-ci):
        deploy-prod:
          stage: production
          script: ["kubectl --context prod set image deployment/shop shop=$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"]

    Before (codepipeline):
        - Name: Build
          Actions:
            - {Name: Build, OutputArtifacts: [{Name: BuildOutput}]}
            - {Name: BuildProd, OutputArtifacts: [{Name: ProdBuild}]}
        - Name: Production
          Actions: [{Name: DeployProd, InputArtifacts: [{Name: ProdBuild}]}]

    After (codepipeline):
        - Name: Build
          Actions:
            - {Name: Build, OutputArtifacts: [{Name: BuildOutput}]}
        - Name: Production
          Actions: [{Name: DeployProd, InputArtifacts: [{Name: BuildOutput}]}]
    """

    id = "BLD003"
    name = "same-artifact-in-every-stage"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    after = ("ENV001", "BLD001")
    fixes = {
        GITHUB_ACTIONS: "Let <job> use what <build> makes (`needs.<id>.outputs`, or `actions/download-artifact` with the same name).",
        GITLAB_CI: "Let <job> use what <build> makes: the same image, or the same job in `needs:`.",
        CODEPIPELINE: "Give <job> the output artifact of <build> as its input artifact.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the builds whose results the deploys read."""
        if case.verdict_of("BLD001") == FAILED:
            return case.not_applicable("What production gets is built anew.", because="BLD001")
        unsure: Answer | None = None
        compared = False
        for deploy in case.deploys:
            staging = preprod_gates(case, deploy)
            if not staging:
                continue
            compared = True
            answer = self._compared(case, deploy, staging[-1])
            if answer is not None and answer.verdict == FAILED:
                return answer
            unsure = unsure or answer
        if not compared:
            return case.not_applicable("No pre-production deploy comes before it.", because="ENV001")
        return unsure or case.passed(
            f"{job(case.deploy)} and the deploy before it read what the same build makes.", rests_on=(case.deploy,)
        )

    def _compared(self, case: Case, deploy: Node, earlier: Node) -> Answer | None:
        """What two deploys' artifacts show; None where they are of the same build."""
        mine, theirs = self._names(case, deploy), self._names(case, earlier)
        if mine and mine & theirs:
            return None
        raw = self._of_source(case, deploy)
        builds = case.graph.ahead_of(deploy, *PRODUCERS)
        if mine and theirs and theirs <= raw and not mine & raw and builds:
            return case.failed(
                f"{job(earlier)} deploys the sources as they are, and {job(deploy)} what {job(builds[-1])} made of them: what"
                " production gets was never in pre-production.",
                fix=case.fix(job=job(earlier), build=job(builds[-1])),
                at=earlier,
                key=earlier.job.template,
                way=case.graph.way(earlier, deploy),
                rests_on=(earlier, deploy),
            )
        jobs = {build.job.id for build in builds}
        if len(jobs) <= 1:
            return None
        own, other = self._makers(builds, mine), self._makers(builds, theirs)
        if own and other:
            if {node.job.id for node in own} & {node.job.id for node in other}:
                return None
            return self._fails(case, deploy, earlier, own[-1], other[-1])
        return case.unknown(
            f"{', '.join(sorted(jobs)[:4])} build before {job(deploy)}; which of them makes what it and {job(earlier)} deploy,"
            " the files do not say.",
            settle="Name the artifact or the image in both deploys.",
            at=deploy,
        )

    def _of_source(self, case: Case, deploy: Node) -> frozenset[str]:
        """The artifacts that the pipeline's sources give."""
        found: set[str] = set()
        for node in case.graph.ahead_of(deploy, "source"):
            found.update(name.strip() for name in node.job.tags.get("output-artifacts", "").split(",") if name.strip())
        return frozenset(found)

    def _names(self, case: Case, deploy: Node) -> frozenset[str]:
        """The artifacts that a deploy reads; where it only executes a prepared change, those of the preparation."""
        names = names_of(deploy)
        target = deploy.activity.facts.get("target")
        if names or not target:
            return names
        plans = [node for node in case.graph.ahead_of(deploy, "plan") if node.activity.facts.get("target") == target]
        return frozenset(name for plan in plans for name in plan.job.tags.get("input-artifacts", "").split(",") if name)

    def _makers(self, builds: list[Node], names: frozenset[str]) -> list[Node]:
        return [build for build in builds if names & names_of(build)]

    def _fails(self, case: Case, deploy: Node, earlier: Node, own: Node, other: Node) -> Answer:
        return case.failed(
            f"{job(deploy)} deploys what {does(own)} makes, and {job(earlier)} what {does(other)} makes: what was tested is not what"
            " reaches production.",
            fix=case.fix(job=job(deploy), build=job(other)),
            at=deploy,
            rests_on=(deploy, earlier, own, other),
        )
