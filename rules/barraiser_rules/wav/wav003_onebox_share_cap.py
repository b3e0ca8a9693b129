"""WAV003: the first slice of production is small."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Node, Parameter, Rule
from barraiser_rules.bakes import each_deploy
from barraiser_rules.questions import job
from barraiser_rules.shares import first_step, is_slice, share_of, slices_before


class OneboxShareCap(Rule):
    """Keep the one-box at ten percent of traffic or less.

    Why:
        The first slice is there to be broken. At a tenth of the traffic its faults show in its own metrics and hardly in the
        service's; at half of it, they are an incident.

    Source:
        Liguori, "Automating safe, hands-off deployments": the one-box takes at most ten percent of a region's or zone's requests.

    Decided by:
        The first step of what the deploy applies (CodeDeploy, SAM, Amazon ECS, Argo Rollouts, Flagger, a Lambda alias, Cloud Run, the
        weights of an Istio VirtualService, of an HTTPRoute or of a load balancer's listener), else the share that a deploy job names in
        an option, a variable or its name. Where no number is said, it is not asked.

    Fix:
        Lower the first step, or the share of the one-box.

    Before (github-actions):
        - run: gcloud run services update-traffic shop --region europe-west1 --to-revisions shop-7=50

    After (github-actions):
        - run: gcloud run services update-traffic shop --region europe-west1 --to-revisions shop-7=5

    Before (gitlab-ci):
        variables: {ROLLOUT_PERCENTAGE: "25"}

    After (gitlab-ci):
        variables: {ROLLOUT_PERCENTAGE: "5"}

    Before (codepipeline):
        CanaryConfiguration: {CanaryPercent: 25, CanaryBakeTimeInMinutes: 60}

    After (codepipeline):
        CanaryConfiguration: {CanaryPercent: 5, CanaryBakeTimeInMinutes: 60}
    """

    id = "WAV003"
    name = "onebox-share-cap"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "config-flags")
    parameters = (
        Parameter(
            "max_percent",
            10,
            "how much of the traffic the first slice may take",
            unit="percent",
            minimum=1,
            maximum=100,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Give the first step at most <most> percent of the traffic.",
        GITLAB_CI: "Give the first step at most <most> percent of the traffic.",
        CODEPIPELINE: "Give the first step at most <most> percent of the traffic.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the first share of each deploy of the subject."""
        return each_deploy(case, lambda deploy: self._of(case, deploy), "No share of the traffic is named.")

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        applied = case.applied(deploy)
        share, place = first_step(case, deploy), applied.rollout.place or deploy.place
        if share is None and is_slice(case, deploy) and not slices_before(case, deploy):
            share, place = share_of(deploy), deploy.place
        routed = applied.shares if share is None else ()
        if routed:
            share, place = max(routed, key=lambda each: each[0])
        if share is None or share >= 100:
            if applied.strategy == "canary" and not applied.steps:
                return case.unknown(
                    f"How much of the traffic the canary of {job(deploy)} takes cannot be read here.",
                    settle="deployer: {steps: [{weight: 5, pause: 60}], alarms: [NAME], rollback: auto}",
                    at=place,
                )
            return None
        most = case.number("max_percent")
        if share <= most:
            return case.passed(f"The first slice of {job(deploy)} is {share:g} percent.", rests_on=(deploy,))
        return case.failed(
            f"The first slice of {job(deploy)} takes {share:g} percent of the traffic, and at most {most:g} percent are asked for:"
            " what goes wrong there is an incident.",
            fix=case.fix(most=f"{most:g}"),
            at=place,
            key=applied.mechanism,
            rests_on=(deploy,),
        )
