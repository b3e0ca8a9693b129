"""WAV001: production is shifted gradually, not all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, NO, YES, Answer, Case, Node, Rule
from barraiser_rules.bakes import each_deploy
from barraiser_rules.questions import job, prod_name
from barraiser_rules.shares import slices_before

if TYPE_CHECKING:
    from barraiser.api import Waves


class NoAllAtOnceProd(Rule):
    """Shift production gradually.

    Why:
        A change that all users get in the same second leaves no healthy part to compare with, and none to send them back to.

    Source:
        AWS Deployment Pipeline Reference Architecture: progressive deployment is required. Well-Architected OPS06-BP03. Google SRE
        workbook, "Canarying releases".

    Decided by:
        The strategy of what the deploy applies (CodeDeploy, SAM, Amazon ECS, Argo Rollouts, Flagger, Deployment), the deployer's
        own way where nothing else is said, and the waves of production. In a wave of one region, all at once passes with a note.

    Fix:
        Use a canary or linear configuration, or deploy a one-box or a first region before the rest.

    Before (github-actions):
        - run: ssh deploy@shop 'docker compose pull && docker compose up -d'

    After (github-actions):
        - run: kubectl apply -f k8s/rollout.yml   # an Argo Rollout with canary steps

    Before (gitlab-ci):
        script: [aws lambda update-function-code --function-name shop --zip-file fileb://app.zip]

    After (gitlab-ci):
        script: [sam deploy --template-file template.yaml]   # DeploymentPreference: {Type: Canary10Percent30Minutes}

    Before (codepipeline):
        DeploymentConfigName: CodeDeployDefault.ECSAllAtOnce

    After (codepipeline):
        DeploymentConfigName: CodeDeployDefault.ECSCanary10Percent15Minutes
    """

    id = "WAV001"
    name = "no-all-at-once-prod"
    severity = "error"
    profile = "standard"
    kinds = ("service-deploy", "config-flags")
    after = ("WAV005",)
    fixes = {
        GITHUB_ACTIONS: "Use a canary or linear strategy, or deploy to a one-box in a job that <job> needs.",
        GITLAB_CI: "Use a canary or linear strategy, or deploy to a one-box in a stage before <job>.",
        CODEPIPELINE: "Use a canary or linear strategy, or deploy to a one-box in a stage before <job>.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the strategy of each deploy of the subject, and at the waves that it is part of."""
        waves = case.waves()
        return each_deploy(
            case, lambda deploy: self._of(case, deploy, waves), "It is the one-box, the first slice of production."
        )

    def _of(self, case: Case, deploy: Node, waves: Waves) -> Answer | None:
        if deploy.environment_class == "onebox" or deploy.index not in waves.number:
            return None
        applied = case.applied(deploy)
        why = applied.rollout.why
        several = len(waves.places(waves.number[deploy.index])) > 1
        sliced = len(waves.waves) > 1 or bool(slices_before(case, deploy))
        if applied.gradual == NO:
            if sliced and not several:
                return case.passed(
                    f"{job(deploy)} is all at once ({why}), in a wave of one region.", rests_on=(deploy,)
                )
            at = applied.rollout.place or deploy.place
            return case.failed(
                f"{job(deploy)} gives all of {prod_name(deploy)} the new version at once ({why}): there is no healthy part left.",
                fix=case.fix(job=job(deploy)),
                at=at,
                key=applied.mechanism,
            )
        if applied.gradual == YES:
            note = " by the deployer's default" if applied.strategy == "rolling" else ""
            return case.passed(f"{job(deploy)} shifts gradually{note}: {applied.strategy}.", rests_on=(deploy,))
        if sliced and not several:
            return case.passed(f"{job(deploy)} is one of several waves, of one region.", rests_on=(deploy,))
        if several and case.verdict_of("WAV005") == "failed":
            return case.not_applicable("Several regions are touched at once.", because="WAV005")
        return case.unknown(
            f"How {job(deploy)} rolls out cannot be read here.",
            settle="deployer: {type: NAME, steps: [{weight: 5, pause: 60}], alarms: [NAME], rollback: auto}",
            at=deploy,
        )
