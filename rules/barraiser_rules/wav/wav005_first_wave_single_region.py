"""WAV005: the first wave of production touches one region."""

from __future__ import annotations

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Parameter, Rule
from barraiser_rules.questions import job


class FirstWaveSingleRegion(Rule):
    """Touch one region first, never several at once.

    Why:
        Regions exist so that they do not fail together. A deploy to all of them at once makes them one.

    Source:
        Liguori, "Automating safe, hands-off deployments": never several regions at once early on. AWS Config rule
        codepipeline-region-fanout-check: one region first. Well-Architected, "Implement change".

    Decided by:
        The different regions and accounts of the production deploys that no edge orders and that come first: by the deploy's region and
        account, the matrix, the variables, the environment's name. Two stacks in one region count once.

    Fix:
        Split off a region with little traffic, and let the others wait for it.

    Before (github-actions):
        strategy: {matrix: {region: [eu-west-1, us-east-1]}}

    After (github-actions):
        deploy-eu: {environment: production-eu}
        deploy-us: {needs: [deploy-eu], environment: production-us}

    Before (gitlab-ci):
        deploy-prod:
          stage: production
          parallel: {matrix: [{REGION: [eu-west-1, us-east-1]}]}
          script: [aws --region $REGION cloudformation deploy --stack-name shop-prod --template-file app.yml]

    After (gitlab-ci):
        deploy-eu:
          stage: wave-1
          script: [aws --region eu-west-1 cloudformation deploy --stack-name shop-prod --template-file app.yml]
        deploy-us:
          stage: wave-2
          script: [aws --region us-east-1 cloudformation deploy --stack-name shop-prod --template-file app.yml]

    Before (codepipeline):
        - {Name: Deploy-eu, Region: eu-west-1, RunOrder: 1}
        - {Name: Deploy-us, Region: us-east-1, RunOrder: 1}

    After (codepipeline):
        - {Name: Deploy-eu, Region: eu-west-1, RunOrder: 1}
        - {Name: Deploy-us, Region: us-east-1, RunOrder: 2}
    """

    id = "WAV005"
    name = "first-wave-single-region"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "iac-only", "config-flags")
    parameters = (
        Parameter(
            "first_wave_max",
            1,
            "how many regions and accounts the first wave may touch",
            unit="regions and accounts",
            minimum=1,
            maximum=100,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Deploy to <region> in a job of its own, and let the others need it.",
        GITLAB_CI: "Deploy to <region> in a stage of its own, before the others.",
        CODEPIPELINE: "Deploy to <region> in a stage of its own, before the others.",
    }

    def decide(self, case: Case) -> Answer:
        """Counts the places of the first wave; its first subject speaks for all of it."""
        waves = case.waves()
        if not waves.waves:
            return case.not_applicable("It is the one-box, the first slice of production.")
        first = waves.waves[0]
        if first[0] not in case.deploys:
            return case.not_applicable("The first wave is judged at its first deploy.")
        places = waves.places(0)
        most = int(case.number("first_wave_max"))
        unread = next((node for node in first if not waves.targets[node.index].known), None)
        if unread is not None and len(places) <= most:
            return case.unknown(
                f"Which region {job(unread)} deploys to cannot be told: {waves.targets[unread.index].region or 'its account'}.",
                settle="Write the region as a constant, in the job or in its matrix.",
                at=unread,
            )
        if len(places) <= most:
            if len(waves.all_places()) == 1:
                return case.not_applicable("Production is one region.")
            return case.passed(f"The first wave is {_named(places[0])}.", way=first[:1])
        names = ", ".join(_named(place) for place in places[:6])
        return case.failed(
            f"The first wave of production touches {len(places)} regions or accounts at once ({names}), and {most} may be.",
            fix=case.fix(region=_named(places[0])),
            at=first[0],
            rests_on=first[:2],
        )


def _named(place: tuple[str, str]) -> str:
    region, account = place
    return region or (f"account {account}" if account else "the pipeline's own region")
