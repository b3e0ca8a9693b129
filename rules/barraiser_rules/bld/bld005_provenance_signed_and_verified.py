"""BLD005: what is deployed is signed where it is built, and the signature is checked before production."""

from __future__ import annotations

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
    Tri,
)
from barraiser_rules.promotion import first_in_production
from barraiser_rules.questions import declared_kind, does, job, may_hold, out_of_sight, unread_before, weakest_gate
from barraiser_rules.scans import included_scan
from barraiser_rules.signatures import is_release_note, lists_parts, refuses_unsigned, signs, verifies

BUILDS = ("build", "publish")
STEPS = {
    "sign": "`cosign sign` after the build",
    "verify": "`cosign verify` before the deploy of <job>",
    "list": "`syft` for a bill of materials",
}
"""What to add for what is missing."""


class ProvenanceSignedAndVerified(Rule):
    """Sign the artifact and verify the signature before production.

    Why:
        Between the build and production an artifact lies in a registry that many can write to. Without a signature that somebody checks,
        nobody can tell whether what starts in production is what the pipeline built and tested.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, "Package and Store" (artifacts are signed, and verified
        before they are deployed) and "Software Bill of Materials". OWASP Top 10 CI/CD Security Risks, CICD-SEC-9.

    Decided by:
        A signature or attestation that is made on the way to the production deploy; a check of it that must succeed before the deploy
        starts, or a policy, in the repository or declared, that makes the cluster or service refuse what is not signed; and a bill of
        materials.
        Of what is published for others only the signature is asked: they check it. Stores check the packages of mobile applications
        themselves.

    Fix:
        Attest or sign at the build, and verify in the job that deploys to production, before the deploy.

    Before (github-actions):
        build:
          steps:
            - run: docker push ghcr.io/acme/shop:${{ github.sha }}
        deploy-prod:
          needs: [build]
          steps: [{run: helm upgrade --install shop chart}]

    After (github-actions):
        build:
          steps:
            - run: docker push ghcr.io/acme/shop:${{ github.sha }}
            - run: syft ghcr.io/acme/shop:${{ github.sha }} -o spdx-json=sbom.json
            - run: cosign attest --yes --type spdxjson --predicate sbom.json "$IMAGE"
        deploy-prod:
          needs: [build]
          steps:
            - run: cosign verify-attestation --type spdxjson --certificate-identity "$WORKFLOW" --certificate-oidc-issuer "$ISSUER" "$IMAGE"
            - run: helm upgrade --install shop chart

    Before (gitlab-ci):
        deploy-prod:
          script: [helm upgrade --install shop chart]

    After (gitlab-ci):
        build:
          script:
            - docker push "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"
            - syft "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" -o spdx-json=sbom.json
            - cosign sign --yes "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"
        deploy-prod:
          script:
            - cosign verify --key cosign.pub "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"
            - helm upgrade --install shop chart

    Before (codepipeline):
        phases: {build: {commands: [docker push "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION"]}}

    After (codepipeline):
        phases:
          build:
            commands:
              - docker push "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION"
              - syft "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION" -o spdx-json=sbom.json
              - notation sign "$REPOSITORY:$CODEBUILD_RESOLVED_SOURCE_VERSION"
    """

    id = "BLD005"
    name = "provenance-signed-and-verified"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release", "library-publish")
    parameters = (Parameter("require_sbom", True, "whether a bill of materials (SBOM) is asked for as well"),)
    fixes = {
        GITHUB_ACTIONS: "Add <steps>. (`actions/attest-build-provenance` signs too, and `gh attestation verify` checks it.)",
        GITLAB_CI: "Add <steps>.",
        CODEPIPELINE: "Add <steps>, in the buildspec of the build or in an action of its own.",
    }

    def decide(self, case: Case) -> Answer:
        """Asks for signature, check and bill of materials of what the subject deploys; of a publish for the signature."""
        if case.subject.kind == "mobile-release":
            return case.not_applicable("The store takes only signed packages, and checks the signature itself.")
        if case.subject.kind == "config-flags":
            return case.not_applicable("What is deployed is configuration, which nobody signs.")
        if case.deploy.kind == "publish":
            return self._published(case, case.deploy)
        firsts = first_in_production(case)
        if not firsts:
            return case.not_applicable("Another production deploy comes before it, and is asked about the signature.")
        return self._deployed(case, firsts[0])

    def _published(self, case: Case, publish: Node) -> Answer:
        """What is to say about a publish: the signature is made before, with or after it."""
        if case.graph.scenario.unmerged:
            return case.not_applicable("What is not merged is not released.")
        if is_release_note(publish) and not case.graph.nodes("build"):
            return case.not_applicable("It builds nothing: the release is a tag with a text.")
        found = [
            (signs(case, node), node)
            for node in case.graph.nodes()
            if node.kind != "publish" or node is publish or not _taken(node).isdisjoint(_taken(publish))
        ]
        best, node = max(found, key=lambda each: each[0], default=(NO, publish))
        if best == YES:
            return case.passed(f"{does(node)} signs what is published.", way=(node,))
        if best == MAYBE:
            return case.unknown(
                f"{does(node)} may sign what is published; the files that are here do not tell whether it does.",
                settle=declared_kind(node, "sign"),
                at=node,
            )
        hidden = out_of_sight(case, "sign", what="A signature", deploy=publish)
        return hidden or case.failed(
            f"Nothing signs or attests what {does(publish)} publishes: nobody can check that it comes from this pipeline.",
            fix=case.fix(steps=f"{STEPS['sign']}, or let {job(publish)} attest what it publishes"),
            at=publish,
            rests_on=(publish,),
        )

    def _deployed(self, case: Case, deploy: Node) -> Answer:
        ahead = case.graph.ahead_of(deploy)
        built = [node for node in ahead if node.kind in BUILDS]
        if not built and not deploy.activity.images:
            return case.not_applicable("Nothing is built before it, and it names no artifact.")
        signed, signer = max(
            ((signs(case, node), node) for node in (*ahead, deploy)), key=lambda each: each[0], default=(NO, deploy)
        )
        gate = weakest_gate(
            case,
            lambda node: [each for each in case.graph.ahead_of(node, "verify-signature") if verifies(each)],
            ("verify-signature",),
            target=lambda _: deploy,
        )
        policy = "" if gate.answer == YES else refuses_unsigned(case, deploy)
        verified = YES if policy else gate.answer
        if verified == YES and not built:
            signed = YES  # by whoever built it: a check that must succeed shows it
        listed = self._listed(case, ahead)
        lacks = [what for what, answer in (("sign", signed), ("verify", verified), ("list", listed)) if answer == NO]
        if lacks:
            return self._hidden(case, deploy, lacks) or self._fails(case, deploy, lacks)
        if verified == MAYBE and gate.node is not None:
            return case.unknown(
                may_hold(gate, "a check of the signature"),
                settle=declared_kind(gate.node, "verify-signature"),
                at=gate.node,
            )
        if MAYBE in (signed, listed):
            what = f"{does(signer)} signs" if signed == MAYBE else "the unread scan writes a bill of materials"
            return case.unknown(
                f"Whether {what}, the files cannot tell.", settle=declared_kind(signer, "sign"), at=signer
            )
        told = f"{policy} refuses what is not signed" if policy else f"{does(gate.node or deploy)} checks the signature"
        return case.passed(f"{does(signer)} signs, and {told}.", way=(signer, deploy))

    def _listed(self, case: Case, ahead: list[Node]) -> Tri:
        """Whether a bill of materials is written; a shared scan of dependencies that cannot be read may write one."""
        if not case.parameter("require_sbom") or any(lists_parts(node) for node in ahead):
            return YES
        return MAYBE if included_scan(case, ("sca",)) is not None else NO

    def _hidden(self, case: Case, deploy: Node, lacks: list[str]) -> Answer | None:
        """``unknown``, where all that is missing may be in something unread or in an earlier run; None where it is missing."""
        if "verify" in lacks:
            return out_of_sight(case, "verify-signature", what="A check of the signature", deploy=deploy)
        if "sign" in lacks:
            return out_of_sight(case, "sign", what="A signature", deploy=deploy)
        unread = unread_before(case, deploy)
        if unread is None:
            return None
        return case.unknown(
            f"A bill of materials may be part of the {unread.what} `{unread.name}`, which cannot be read here.",
            settle="Give the file with `--include-map`.",
            at=unread.place,
        )

    def _fails(self, case: Case, deploy: Node, lacks: list[str]) -> Answer:
        told = {
            "sign": "nothing signs it",
            "verify": "nothing that must succeed first checks a signature",
            "list": "nothing writes a bill of materials (SBOM)",
        }
        said = [told[each] for each in lacks]
        joined = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0]
        declared = (
            f' Where the cluster itself refuses what is not signed: activities: {{"{deploy.job.own_id}": {{kinds: [verify-signature,'
            f" {deploy.kind}]}}}}"
            if "verify" in lacks
            else ""
        )
        why = (
            "which releases have a part with a new hole, nobody can look up"
            if lacks == ["list"]
            else "what somebody else put in the place of the artifact is deployed as well"
        )
        return case.failed(
            f"{job(deploy)} deploys an artifact, and {joined}: {why}.",
            fix=case.fix(steps=" and ".join(STEPS[each] for each in lacks).replace("<job>", job(deploy))) + declared,
            at=deploy,
            rests_on=(deploy,),
        )


def _taken(publish: Node) -> frozenset[str]:
    """The artifacts that a publish's job takes from earlier jobs; what another publish signs is what that one publishes."""
    taken = [each.facts.get("artifacts", "") for each in publish.job.activities if each.facts.get("hands") == "in"]
    return frozenset(name for text in taken for name in text.split(",") if name)
