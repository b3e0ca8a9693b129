"""BLD003: pre-production and production get the artifact of the same build."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, FAILED, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Node, Rule
from barraiser_rules.artifacts import artifacts_of, names_of
from barraiser_rules.promotion import last_preprod
from barraiser_rules.questions import does, job, preprod_gates
from barraiser_rules.sameness import (
    OTHER,
    PRODUCERS,
    SAME,
    Sameness,
    alike,
    compared,
    handed_on,
    references_of,
    same_leg,
)


class SameArtifactInEveryStage(Rule):
    """Give pre-production and production the artifact of the same build.

    Why:
        The name of an artifact proves nothing. When one job builds for staging and another one for production, the tests in staging speak
        of something that production never gets.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline: what was packaged is deployed to every environment.

    Decided by:
        What the production deploy and the last pre-production deploy that gates it read: the artifacts or images that they name, and the
        jobs that make these. Two files of one job are the same build. Two images of one repository are the same where they are named
        alike, one job makes both, or a command gives one the other's tag; a constant tag or digest beside what this run makes is another
        image. Where neither shows, nothing is known.

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
        """Compares what the deploys read, and the builds that make it."""
        if case.verdict_of("BLD001") == FAILED:
            return case.not_applicable("What production gets is built anew.", because="BLD001")
        unsure: Answer | None = None
        shown = ""
        for deploy in case.deploys:
            for earlier in self._earlier(case, deploy):
                answer = self._compared(case, deploy, earlier)
                if isinstance(answer, str):
                    shown = shown or answer
                elif answer.verdict == FAILED:
                    return answer
                else:
                    unsure = unsure or answer
        if not shown and unsure is None:
            return case.not_applicable("No pre-production deploy comes before it.", because="ENV001")
        return unsure or case.passed(shown, rests_on=(case.deploy,))

    def _earlier(self, case: Case, deploy: Node) -> list[Node]:
        """The last pre-production deploys that gate a deploy, one of each job; those of the same thing, where some are."""
        gates = preprod_gates(case, deploy)
        last = {id(each) for each in last_preprod(case, deploy)}
        by_job = {each.job.id: each for each in gates if id(each) in last} or {each.job.id: each for each in gates[-1:]}
        found = list(by_job.values())
        mine, target = references_of(deploy), deploy.activity.facts.get("target")
        same = [
            each
            for each in found
            if alike(mine, references_of(each)) or (target and each.activity.facts.get("target") == target)
        ] or found
        legs = [each for each in same if same_leg(each, deploy)]
        return legs or (same if same is not found else found[-1:])

    def _compared(self, case: Case, deploy: Node, earlier: Node) -> Answer | str:
        """What two deploys' artifacts show: why they are the same, or an answer."""
        mine, theirs = self._names(case, deploy), self._names(case, earlier)
        raw = self._of_source(case, deploy)
        builds = case.graph.ahead_of(deploy, *PRODUCERS)
        images = compared(case, deploy, references_of(deploy), references_of(earlier))
        if images is not None and images.answer == OTHER:
            return self._by_images(case, deploy, earlier, images)
        makers = {build.job.own_id: build for build in builds}
        told, told_there = self._taken(deploy, frozenset(makers)), self._taken(earlier, frozenset(makers))
        if images is not None and handed_on(images.mine) and told and told_there and told.isdisjoint(told_there):
            return self._fails(case, deploy, earlier, makers[max(told)], makers[max(told_there)])
        shared = mine & theirs if mine | theirs <= raw else (mine & theirs) - raw
        if shared:
            return f"{_both(deploy, earlier)} read the same artifact `{min(shared)}`."
        if mine and theirs and builds and (mine <= raw) != (theirs <= raw):
            return self._raw(case, deploy, earlier, builds[-1], raw=earlier if theirs <= raw else deploy)
        if images is not None:
            return self._by_images(case, deploy, earlier, images)
        jobs = {build.job.own_id for build in builds}
        own, other = self._makers(builds, mine), self._makers(builds, theirs)
        if own and other:
            if not {node.job.id for node in own}.isdisjoint({node.job.id for node in other}):
                return f"{_both(deploy, earlier)} read what {job(own[-1])} makes."
            return self._fails(case, deploy, earlier, own[-1], other[-1])
        givers = {build.job.own_id: build for build in builds if self._hands_over(build)}
        mine, theirs = self._taken(deploy, frozenset(givers)), self._taken(earlier, frozenset(givers))
        if mine and theirs and mine.isdisjoint(theirs):
            return self._fails(case, deploy, earlier, givers[max(mine)], givers[max(theirs)])
        if len(givers) == 1 or len(mine | theirs) == 1:
            only = job(givers[max(mine & theirs or givers)])
            return f"{_both(deploy, earlier)} get what {only} alone builds and hands over."
        if len(jobs) <= 1:
            only = f"{job(builds[-1])} alone builds" if builds else "Nothing builds"
            return f"{only} before {_both(deploy, earlier)}, and neither names another artifact."
        return case.unknown(
            f"{', '.join(sorted(jobs)[:4])} build before {job(deploy)}; which of them makes what it and {job(earlier)} deploy,"
            " the files do not say.",
            settle="Name the artifact or the image in both deploys.",
            at=deploy,
        )

    def _by_images(self, case: Case, deploy: Node, earlier: Node, images: Sameness) -> Answer | str:
        """What the images that two deploys name show."""
        if images.answer == SAME:
            if images.mine == images.theirs:
                return f"{_both(deploy, earlier)} deploy the same image `{images.mine}`."
            return f"`{images.mine}` in {job(deploy)} and `{images.theirs}` in {job(earlier)} come of the same build."
        if images.answer == OTHER and images.made_mine and images.made_theirs:
            return self._fails(case, deploy, earlier, images.made_mine[-1], images.made_theirs[-1])
        if images.answer == OTHER:
            return case.failed(
                f"{job(earlier)} deploys `{images.theirs}`, and {job(deploy)} `{images.mine}`: what was tested is not what reaches"
                " production.",
                fix=f"Let {job(earlier)} and {job(deploy)} deploy the same image: the one that the build of this run makes.",
                at=earlier,
                key=earlier.job.template,
                way=case.graph.way(earlier, deploy),
                rests_on=(deploy, earlier),
            )
        return case.unknown(
            f"{job(earlier)} deploys `{images.theirs}`, and {job(deploy)} `{images.mine}`; whether this is the same image, the files"
            " do not say.",
            settle="Name the image in both deploys in the same way, by the digest or tag that the build hands on.",
            at=deploy,
        )

    def _raw(self, case: Case, deploy: Node, earlier: Node, build: Node, *, raw: Node) -> Answer:
        """The answer where one of two deploys takes the sources as they are, and the other what a build made of them."""
        built = deploy if raw is earlier else earlier
        return case.failed(
            f"{job(raw)} deploys the sources as they are, and {job(built)} what {job(build)} made of them: what production gets was"
            " never in pre-production.",
            fix=case.fix(job=job(raw), build=job(build)),
            at=raw,
            key=raw.job.template,
            way=case.graph.way(earlier, deploy),
            rests_on=(earlier, deploy),
        )

    def _of_source(self, case: Case, deploy: Node) -> frozenset[str]:
        """The artifacts that the pipeline's sources give."""
        found: set[str] = set()
        for node in case.graph.ahead_of(deploy, "source"):
            found.update(name.strip() for name in node.job.tags.get("output-artifacts", "").split(",") if name.strip())
        return frozenset(found)

    def _names(self, case: Case, deploy: Node) -> frozenset[str]:
        """The artifacts that a deploy reads; where it only executes a prepared change, those of the preparation."""
        names = artifacts_of(deploy)
        target = deploy.activity.facts.get("target")
        if names or not target:
            return names
        plans = [node for node in case.graph.ahead_of(deploy, "plan") if node.activity.facts.get("target") == target]
        return frozenset(name for plan in plans for name in plan.job.tags.get("input-artifacts", "").split(",") if name)

    def _hands_over(self, build: Node) -> bool:
        """Whether a build's job gives files to later jobs, or an image to a registry."""
        if build.kind == "publish" or "hands-over" in build.job.tags or "output-artifacts" in build.job.tags:
            return True
        return any(each.facts.get("hands") == "out" for each in build.job.activities)

    def _taken(self, deploy: Node, givers: frozenset[str]) -> frozenset[str]:
        """Which of these jobs a deploy's job says that it takes files from; empty where it does not say."""
        said = [name.strip() for name in deploy.job.tags.get("dependencies", "").split(",") if name.strip()]
        if not said and "needs" in deploy.job.tags:
            said = list(deploy.job.needs)
        return givers & frozenset(said)

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


def _both(deploy: Node, earlier: Node) -> str:
    """Two deploys, as the subject of a sentence."""
    return f"both deploys of {job(deploy)}" if deploy.job is earlier.job else f"{job(deploy)} and {job(earlier)}"
