"""WAV002: a production wave begins with a one-box or a canary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    NO,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.bakes import each_deploy
from barraiser_rules.questions import does, job, prod_name
from barraiser_rules.shares import is_slice, slices_before

if TYPE_CHECKING:
    from barraiser.api import Waves

STEPWISE = ("canary", "linear")
"""Strategies that give the new version a small part of the traffic first."""


class OneboxFirst(Rule):
    """Start each production wave with a one-box or canary.

    Why:
        A fault that only production shows is cheap when one host or a few percent of the requests meet it, and an incident when a
        whole region does.

    Source:
        Liguori, "Automating safe, hands-off deployments": each wave starts with a one-box, the smallest unit of production. AWS DevOps
        Guidance, DL.ADS.1: a one-box stage for backward compatibility.

    Decided by:
        A deploy to the one-box, or to a share of the traffic, that must succeed before the rest; or a canary or linear strategy of what
        the deploy applies. Asked of the first wave, and of every wave with `every_wave`.

    Fix:
        Deploy to a one-box first, or give the deployer a canary step.

    Before (github-actions):
        deploy-prod:
          needs: [deploy-staging]

    After (github-actions):
        deploy-onebox:
          needs: [deploy-staging]
        deploy-prod:
          needs: [deploy-onebox]

    Before (gitlab-ci):
        deploy-prod:
          stage: production

    After (gitlab-ci):
        deploy-onebox:
          stage: onebox
        deploy-prod:
          stage: production

    Before (codepipeline):
        - Name: Production

    After (codepipeline):
        - Name: OneBox
        - Name: Production
    """

    id = "WAV002"
    name = "onebox-first"
    about_gates = True
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "config-flags")
    after = ("WAV001", "WAV005")
    parameters = (Parameter("every_wave", False, "whether each wave needs a one-box of its own, not only the first"),)
    fixes = {
        GITHUB_ACTIONS: "Deploy to a one-box in a job of its own and let <job> need it, or use a deployer with a canary step.",
        GITLAB_CI: "Deploy to a one-box in a stage before <job>, or use a deployer with a canary step.",
        CODEPIPELINE: "Deploy to a one-box in a stage before <job>, or use a deployment configuration with a canary.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a slice before each deploy of the subject, else for its deployer's own first step."""
        waves = case.waves()
        return each_deploy(
            case, lambda deploy: self._of(case, deploy, waves), "Only the first wave is asked for a one-box."
        )

    def _of(self, case: Case, deploy: Node, waves: Waves) -> Answer | None:
        wave = waves.number.get(deploy.index)
        if wave is None or is_slice(case, deploy) or (wave and not case.parameter("every_wave")):
            return None
        slices = [each for each in slices_before(case, deploy) if not wave or self._in_wave(case, each, waves, wave)]
        held, first = case.graph.best_gate(slices, deploy)
        if held == YES and first is not None:
            return case.passed(
                f"{does(first)} comes first, and must succeed before {job(deploy)}.", way=(first, deploy)
            )
        applied = case.applied(deploy)
        if applied.strategy in STEPWISE:
            return case.passed(
                f"{job(deploy)} shifts a part of the traffic first: {applied.strategy}.", rests_on=(deploy,)
            )
        if held != NO and first is not None:
            return case.unknown(
                f"{does(first)} is a first slice, but the files cannot tell whether it always runs before {job(deploy)}.",
                settle=case.fix(job=job(deploy)),
                at=first,
            )
        if slices and all(case.graph.runs(each) == MAYBE for each in slices):
            return case.unknown(
                f"Whether {does(slices[0])} comes before {job(deploy)} depends on what the run is given.",
                settle=f"Let {job(deploy)} start only when {job(slices[0])} has succeeded.",
                at=slices[0],
            )
        if slices:
            return case.failed(
                f"{job(deploy)} does not wait for {job(slices[0])} to succeed, so that a bad version reaches all of"
                f" {prod_name(deploy)} all the same.",
                fix=f"Let {job(deploy)} start only when {job(slices[0])} has succeeded.",
                at=deploy,
                way=case.graph.way(slices[0], deploy),
                rests_on=(slices[0], deploy),
                key="soft",
            )
        return self._without(case, deploy)

    def _without(self, case: Case, deploy: Node) -> Answer:
        """The answer where no slice comes first: WAV001 speaks where everything is replaced at once, or where nobody can tell."""
        speaks = case.verdict_of("WAV001")
        if speaks in (FAILED, UNKNOWN):
            return case.not_applicable("How it rolls out is asked first.", because="WAV001")
        if case.verdict_of("WAV005") == FAILED and not case.applied(deploy).strategy:
            return case.not_applicable("Several regions are touched at once.", because="WAV005")
        if not case.applied(deploy).strategy:
            return case.unknown(
                f"Whether the deployer of {job(deploy)} starts with a canary cannot be read here.",
                settle="deployer: {type: NAME, steps: [{weight: 5, pause: 60}], alarms: [NAME], rollback: auto}",
                at=deploy,
            )
        return case.failed(
            f"No one-box or canary comes before {job(deploy)}: what tests did not find meets all of {prod_name(deploy)}.",
            fix=case.fix(job=job(deploy)),
            at=deploy,
        )

    def _in_wave(self, case: Case, first: Node, waves: Waves, wave: int) -> bool:
        """Whether a slice belongs to a wave: it comes after the one before."""
        return all(case.graph.before(earlier, first) for earlier in waves.waves[wave - 1])
