"""WAV006: the waves of production grow step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, Answer, Case, Parameter, Rule
from barraiser_rules.bakes import worst
from barraiser_rules.questions import job

if TYPE_CHECKING:
    from barraiser.api import Waves

FEWEST = 3
"""Of fewer regions there is nothing to grow."""


class WaveGrowth(Rule):
    """Let waves grow step by step.

    Why:
        Each wave is evidence for the next. One region that went well says little about thirty; and after a big wave, a small one
        protects nobody.

    Source:
        Liguori, "Automating safe, hands-off deployments": waves of increasing size. AWS Config rule codepipeline-region-fanout-check:
        at most three times the regions so far (1, 3, 12).

    Decided by:
        The different regions and accounts of each wave of production deploys. A wave may have at most `fanout_factor` times as many as
        all before it together, and no fewer than the one before, but for the last. Of fewer than three regions nothing is asked.

    Fix:
        Put the waves in order of size, and split the one that is too big.

    Before (github-actions):
        deploy-rest: {needs: [deploy-eu], strategy: {matrix: {region: [us-east-1, us-west-2, ap-south-1, sa-east-1]}}}

    After (github-actions):
        deploy-us: {needs: [deploy-eu], strategy: {matrix: {region: [us-east-1, us-west-2]}}}
        deploy-rest: {needs: [deploy-us], strategy: {matrix: {region: [ap-south-1, sa-east-1]}}}

    Before (gitlab-ci):
        deploy-eu: {stage: wave-1}
        deploy-rest: {stage: wave-2, parallel: {matrix: [{REGION: [us-east-1, us-west-2, ap-south-1, sa-east-1]}]}}

    After (gitlab-ci):
        deploy-eu: {stage: wave-1}
        deploy-us: {stage: wave-2, parallel: {matrix: [{REGION: [us-east-1, us-west-2]}]}}
        deploy-rest: {stage: wave-3, parallel: {matrix: [{REGION: [ap-south-1, sa-east-1]}]}}

    Before (codepipeline):
        - Name: Prod-1
          Actions: [{Name: DeployEu, Region: eu-west-1}]
        - Name: Prod-2
          Actions:
            - {Name: DeployUsEast, Region: us-east-1}
            - {Name: DeployUsWest, Region: us-west-2}
            - {Name: DeployAp, Region: ap-south-1}
            - {Name: DeploySa, Region: sa-east-1}

    After (codepipeline):
        - Name: Prod-1
          Actions: [{Name: DeployEu, Region: eu-west-1}]
        - Name: Prod-2
          Actions: [{Name: DeployUsEast, Region: us-east-1}, {Name: DeployUsWest, Region: us-west-2}]
        - Name: Prod-3
          Actions: [{Name: DeployAp, Region: ap-south-1}, {Name: DeploySa, Region: sa-east-1}]
    """

    id = "WAV006"
    name = "wave-growth"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    parameters = (
        Parameter(
            "fanout_factor",
            3,
            "how many times the regions so far the next wave may have",
            unit="times",
            minimum=1,
            maximum=1000,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Move regions of <job> to a job that needs it, or to the wave before.",
        GITLAB_CI: "Move regions of <job> to a later stage, or to the wave before.",
        CODEPIPELINE: "Move regions of <job> to a later stage, or to the wave before.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the sizes of the waves; each wave is judged at its first deploy."""
        waves = case.waves()
        if len(waves.waves) < 2:
            return case.not_applicable("Production is one wave.")
        sizes = [len(waves.places(number)) for number in range(len(waves.waves))]
        if len(waves.all_places()) < FEWEST and waves.known:
            return case.not_applicable(f"Production is fewer than {FEWEST} regions.")
        own = [number for number, wave in enumerate(waves.waves) if wave[0] in case.deploys]
        answers = [self._of(case, waves, sizes, number) for number in own if number]
        return worst(
            answers, case.not_applicable("A wave is judged at its first deploy, and the first has none before it.")
        )

    def _of(self, case: Case, waves: Waves, sizes: list[int], number: int) -> Answer:
        first = waves.waves[number][0]
        so_far, size, factor = sum(sizes[:number]), sizes[number], case.number("fanout_factor")
        much = f"Wave {number + 1} of production, with {job(first)}, is {_regions(size)}"
        if size > factor * so_far:
            return case.failed(
                f"{much} after {_regions(so_far)}, and at most {factor:g} times as many are asked for:"
                " too few have shown that the version is good.",
                fix=case.fix(job=job(first)),
                at=first,
                key="fanout",
                rests_on=(first,),
            )
        if size < sizes[number - 1] and number + 1 < len(sizes):
            return case.failed(
                f"{much}, and the wave before it is {_regions(sizes[number - 1])}: a small wave after a big one protects nobody.",
                fix=case.fix(job=job(first)),
                at=first,
                key="order",
                rests_on=(first,),
            )
        if not waves.known:
            return case.unknown(
                "Which regions the waves touch cannot be told, so that their sizes cannot be compared.",
                settle="Write the regions as constants, in the jobs or in their matrix.",
                at=first,
            )
        return case.passed(f"{much} after {_regions(so_far)}.", rests_on=(first,))


def _regions(count: int) -> str:
    return "one region" if count == 1 else f"{count} regions"
