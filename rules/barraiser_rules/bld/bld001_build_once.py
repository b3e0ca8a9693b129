"""BLD001: what reaches production was built once, before the first deploy."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    PIPELINE_KINDS,
    UNKNOWN,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.artifacts import names_of
from barraiser_rules.questions import does, job, preprod_gates

RENDERS = r"\b(synth|template|kustomize|render|plan|imagetools|retag|promote|sam package)\b"
"""Commands that only render, plan or copy: what they give may be made once for each environment."""


class BuildOnce(Rule):
    """Build the deployable once and promote it.

    Why:
        A second build is a second artifact: other dependencies, another base image, another compiler flag. What was tested in staging
        is then not what reaches production.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, "Package and Store": build once, no rebuild in a deploy stage.

    Decided by:
        A build whose result the production deploy uses comes after the pre-production deploy, beside it, or in the production job
        itself. Rendering, synthesising, planning, re-tagging and copying are no builds.

    Fix:
        Build before the first deploy, and hand the artifact or the image's digest on to both deploys.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]
          steps:
            - run: docker build -t "$REGISTRY/app:$GITHUB_SHA" . && docker push "$REGISTRY/app:$GITHUB_SHA"
            - run: kubectl set image deployment/app app="$REGISTRY/app:$GITHUB_SHA"

    After (github-actions):
        deploy-prod:
          needs: [build, deploy-staging]
          steps:
            - run: kubectl set image deployment/app app="${{ needs.build.outputs.image }}"

    Before (gitlab-ci):
        deploy-prod:
          script:
            - docker build -t $CI_REGISTRY_IMAGE/prod:$CI_COMMIT_SHA .
            - docker push $CI_REGISTRY_IMAGE/prod:$CI_COMMIT_SHA
            - kubectl --context prod set image deployment/shop shop=$CI_REGISTRY_IMAGE/prod:$CI_COMMIT_SHA

    After (gitlab-ci):
        deploy-prod:
          script:
            - kubectl --context prod set image deployment/shop shop=$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA

    Before (codepipeline):
        Name: Production
        Actions:
          - {Name: BuildProd, RunOrder: 1, OutputArtifacts: [{Name: ProdBuild}]}
          - {Name: DeployProd, RunOrder: 2, InputArtifacts: [{Name: ProdBuild}]}

    After (codepipeline):
        Name: Production
        Actions:
          - {Name: DeployProd, RunOrder: 1, InputArtifacts: [{Name: BuildOutput}]}
    """

    id = "BLD001"
    name = "build-once"
    severity = "warning"
    severities = {"standard": "error", "strict": "error"}
    kinds = ("service-deploy", "data-batch", "mobile-release")
    after = ("ENV001",)
    parameters = (
        Parameter(
            "allow_env_builds",
            ("static-site",),
            "pipeline kinds in which a build for each environment is only reported as info",
            choices=PIPELINE_KINDS,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Move <build> into a job before the first deploy, and pass its artifact or digest on by `needs.<id>.outputs` or"
        " `actions/download-artifact`.",
        GITLAB_CI: "Move <build> into a job before the first deploy, and hand its result on as an artifact or an image digest.",
        CODEPIPELINE: "Use the output artifact of the first build as the input of <job>, and remove <build>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a build that the production deploy uses and the pre-production deploy did not have."""
        for deploy in case.deploys:
            staging = preprod_gates(case, deploy)
            rebuilt = [
                build
                for build in case.graph.ahead_of(deploy, "build")
                if self._builds(build) and self._used_by(build, deploy) and not self._before_any(case, build, staging)
            ]
            if staging and rebuilt:
                return self._fails(case, rebuilt[-1], staging[-1], deploy)
            if not staging:
                return self._without_preprod(case, rebuilt)
        return case.passed(
            f"What {job(case.deploy)} deploys was built before the pre-production deploy.", rests_on=(case.deploy,)
        )

    def _without_preprod(self, case: Case, rebuilt: list[Node]) -> Answer:
        if case.verdict_of("ENV001") == UNKNOWN and rebuilt:
            return case.unknown(
                f"{does(rebuilt[-1])} builds what is deployed here; whether pre-production had the same artifact stands in another run.",
                settle="Settle ENV001 first: its `links:` entry joins the pre-production deploy to this one.",
                at=rebuilt[-1],
            )
        because = "ENV001" if case.verdict_of("ENV001") in (FAILED, UNKNOWN) else ""
        return case.not_applicable("No pre-production deploy comes before it.", because=because)

    def _builds(self, build: Node) -> bool:
        return re.search(RENDERS, build.activity.text) is None

    def _used_by(self, build: Node, deploy: Node) -> bool:
        """Whether a build's result may be what is deployed: not when both name their artifacts and share none."""
        if build.job.id == deploy.job.id:
            return True
        made, wanted = names_of(build), names_of(deploy)
        return not made or not wanted or not made.isdisjoint(wanted)

    def _before_any(self, case: Case, build: Node, staging: list[Node]) -> bool:
        return any(case.graph.before(build, earlier) for earlier in staging)

    def _fails(self, case: Case, build: Node, earlier: Node, deploy: Node) -> Answer:
        allowed = case.parameter("allow_env_builds")
        spared = isinstance(allowed, tuple) and case.subject.kind in allowed
        late = case.graph.before(earlier, build)
        where = (
            f"after {job(earlier)} has deployed to pre-production"
            if late
            else f"beside what {job(earlier)} deploys to pre-production"
        )
        return case.failed(
            f"{does(build)} builds for {job(deploy)} {where}: production gets another artifact than the one that was tested.",
            fix=case.fix(build=does(build), job=job(deploy)),
            at=build,
            severity="info" if spared else "",
            way=case.graph.way(build, deploy),
            rests_on=(build, earlier, deploy),
        )
