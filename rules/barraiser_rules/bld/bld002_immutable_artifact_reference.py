"""BLD002: a production deploy names one artifact, not a tag that moves."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Node, Parameter, Rule
from barraiser_rules.artifacts import MOVING, UNSURE, reference
from barraiser_rules.questions import job

MUTABLE_TAGS = (
    "latest",
    "main",
    "master",
    "develop",
    "dev",
    "stable",
    "prod",
    "production",
    "staging",
    "edge",
    "nightly",
    "head",
)


class ImmutableArtifactReference(Rule):
    """Deploy by digest, commit or version, never by a moving tag.

    Why:
        `latest` means something else tomorrow. A restart, a scale-out or a rollback then brings whatever was pushed last, and nobody
        can say what ran during an incident.

    Source:
        AWS Deployment Pipeline Reference Architecture: signed, versioned artifacts. AWS Well-Architected REL08-BP04, immutable
        infrastructure. Google SRE workbook, "Canarying releases": reproducible builds.

    Decided by:
        The image or artifact that the deploy's command, input or manifest edit names: a digest, a commit or a version is fixed; a
        branch's name, a word like `latest`, or no tag at all moves. Pushing a moving tag as well is fine; deploying it is not.

    Fix:
        Tag the artifact with the commit, and deploy that tag or the digest.

    Before (github-actions):
        - run: kubectl set image deployment/app app=ghcr.io/acme/app:latest

    After (github-actions):
        - run: kubectl set image deployment/app app=ghcr.io/acme/app:${{ github.sha }}

    Before (gitlab-ci):
        script: [helm upgrade --install --atomic app chart --set image=$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG]

    After (gitlab-ci):
        script: [helm upgrade --install --atomic app chart --set image=$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA]

    Before (codepipeline):
        commands: ["kubectl set image deployment/app app=$REPOSITORY:latest"]

    After (codepipeline):
        commands: ["kubectl set image deployment/app app=$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION"]
    """

    id = "BLD002"
    name = "immutable-artifact-reference"
    severity = "error"
    kinds = ("service-deploy", "data-batch", "mobile-release")
    parameters = (Parameter("mutable_tags", MUTABLE_TAGS, "tags that move"),)
    fixes = {
        GITHUB_ACTIONS: "Deploy `${{ github.sha }}` or the digest in the place of `<tag>`, and tag the image so when it is pushed.",
        GITLAB_CI: "Deploy `$CI_COMMIT_SHA` or the digest in the place of `<tag>`, and tag the image so when it is pushed.",
        CODEPIPELINE: "Deploy `$CODEBUILD_RESOLVED_SOURCE_VERSION` or the digest in the place of `<tag>`, and tag the image so.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at every artifact reference that a deploy of the subject names."""
        tags = case.parameter("mutable_tags")
        moving = tags if isinstance(tags, tuple) else MUTABLE_TAGS
        on_tag = case.graph.scenario.event in ("tag", "release")
        named = [(image, deploy) for deploy in case.deploys for image in deploy.activity.images]
        judged = [(reference(image, moving, on_tag=on_tag), image, deploy) for image, deploy in named]
        for verdict, image, deploy in judged:
            if verdict == MOVING:
                return self._fails(case, image, deploy)
        source = self._moving_source(case, moving)
        if source is not None:
            return source
        for verdict, image, deploy in judged:
            if verdict == UNSURE:
                return case.unknown(
                    f"The files cannot tell what `{image}`, which {job(deploy)} deploys, stands for.",
                    settle="Name the image by its digest or by the commit, in the deploy's own command.",
                    at=deploy,
                )
        if not named:
            return case.not_applicable("It names no image or versioned artifact.")
        return case.passed(f"{job(case.deploy)} deploys `{named[0][0]}`.", rests_on=(case.deploy,))

    def _moving_source(self, case: Case, moving: tuple[str, ...]) -> Answer | None:
        """An image repository that starts the pipeline is watched by tag; the platform hands on its digest, so it is only information."""
        for node in case.graph.ahead_of(case.deploy, "source"):
            for image in node.activity.images:
                if reference(image, moving, on_tag=False) == MOVING:
                    return case.failed(
                        f"{job(node)} takes whatever `{image}` is at the time; the pipeline hands on its digest.",
                        fix="Push each version under its own tag as well, so that it can be found again.",
                        at=node,
                        severity="info",
                    )
        return None

    def _fails(self, case: Case, image: str, deploy: Node) -> Answer:
        tag = image.rsplit("/", 1)[-1]
        return case.failed(
            f"{job(deploy)} deploys `{image}`, which means another artifact after the next push: nobody can say what runs, or go back.",
            fix=case.fix(tag=tag),
            at=deploy,
            key=tag,
        )
