"""RLB001: every production deploy has a way back."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    YES,
    Answer,
    Applied,
    Case,
    Node,
    Parameter,
    Rule,
    redeploys,
)
from barraiser_rules.artifacts import MOVING, reference
from barraiser_rules.bld.bld002_immutable_artifact_reference import MUTABLE_TAGS
from barraiser_rules.questions import job, prod_name

MOVING_SOURCE = r"\bgit (pull|clone|checkout|reset|fetch)\b"
VERSION_INPUT = (
    r"(inputs|parameters|event\.client_payload)\.[\w-]*(version|tag|sha|commit|image|digest|release|revision|ref)\b"
    r"|\$\{?\w*(VERSION|IMAGE_TAG|RELEASE)\b"
)
"""How a deploy reads the version from whoever starts the run."""


WAYS = ("deployer", "platform", "job", "dispatch")


class RollbackPathExists(Rule):
    """Have a rollback path for every production deploy.

    Why:
        "Can you roll back?" is the first question of an incident. Working out how, with users waiting, is the most expensive way to
        answer it.

    Source:
        AWS re:Invent 2025 COP415: rollback is question one of the runbook. AWS Well-Architected OPS06-BP01 (plan for unsuccessful
        changes) and REL08-BP01.

    Decided by:
        One of: the deployer brings the old version back by itself; the platform keeps releases to go back to; a rollback job; a manual
        run that takes the version; or an earlier run, deployment or stage that can be started again and depends on its commit alone.

    Fix:
        Turn on the deployer's rollback, or add a manual run with a `version` input.

    Before (github-actions):
        - run: ssh deploy@shop.example.com 'cd /srv/shop && git pull && docker compose up -d'

    After (github-actions):
        - run: ssh deploy@shop.example.com "cd /srv/shop && TAG=${{ github.sha }} docker compose up -d"

    Before (gitlab-ci):
        deploy-prod:
          script: [./deploy.sh]

    After (gitlab-ci):
        deploy-prod:
          environment: production
          script: [./deploy.sh]

    Before (codepipeline):
        PipelineType: V1

    After (codepipeline):
        PipelineType: V2
    """

    id = "RLB001"
    name = "rollback-path-exists"
    severity = "warning"
    severities = {"standard": "error", "strict": "error"}
    kinds = ("service-deploy", "iac-only", "config-flags", "data-batch", "mobile-release")
    parameters = (Parameter("accept", WAYS, "which ways back count", choices=WAYS),)
    fixes = {
        GITHUB_ACTIONS: "Deploy what the run's commit names (`${{ github.sha }}`), so that an earlier run can be run again; or add"
        " `workflow_dispatch` with a `version` input that <job> deploys.",
        GITLAB_CI: "Add `environment: production` to <job>, so that an earlier deployment can be deployed again; or add a rollback job.",
        CODEPIPELINE: "Set `PipelineType: V2`, so that a stage can be rolled back; or turn on the rollback of the deployer.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks for a way back of each deploy of the subject."""
        accepted = case.parameter("accept")
        accept = accepted if isinstance(accepted, tuple) else ()
        unsure: Applied | None = None
        found = ""
        for deploy in case.deploys:
            applied = case.applied(deploy)
            found = self._way_back(case, deploy, applied, accept)
            if found:
                continue
            if MAYBE not in (applied.rolls_back_on_failure, applied.rolls_back_on_alarm, applied.keeps_releases):
                return self._fails(case, deploy)
            if applied.read or not ({"deployer", "platform"} & set(accept)):
                return self._fails(case, deploy)
            unsure = applied
        if unsure is not None:
            return case.unknown(
                f"Whether the deployer of {job(case.deploy)} brings the old version back stands in a definition that cannot be read here.",
                settle=f"Declare `deployer: {{type: {unsure.mechanism or 'NAME'}, rollback: auto}}`, or: {case.fix(job=job(case.deploy))}",
            )
        return case.passed(f"There is a way back for {job(case.deploy)}: {found}.", rests_on=(case.deploy,))

    def _way_back(self, case: Case, deploy: Node, applied: Applied, accept: tuple[str, ...]) -> str:
        if "deployer" in accept and YES in (applied.rolls_back_on_failure, applied.rolls_back_on_alarm):
            return applied.why or "the deployer rolls back"
        if "platform" in accept:
            if applied.keeps_releases == YES:
                return applied.why or "the platform keeps earlier releases"
            again, how = redeploys(deploy)
            if again == YES and not self._moving(case, deploy):
                return how
        if "job" in accept:
            here = (node for node in case.stages.nodes if node.kind == "rollback")
            back = next(here, None) or next(case.elsewhere.nodes("rollback"), None)
            if back is not None:
                return f"{job(back)} rolls back"
        if "dispatch" in accept and self._takes_version(case, deploy):
            return f"a manual run of {job(deploy)} takes the version"
        return ""

    def _moving(self, case: Case, deploy: Node) -> bool:
        """Whether what the job deploys depends on more than the commit of the run."""
        own = [node for node in case.stages.nodes if node.job is deploy.job]
        if any(re.search(MOVING_SOURCE, node.activity.text) and "ssh" in node.activity.text for node in own):
            return True
        refs = [node.activity.facts.get("checkout-ref", "") for node in own if node.kind == "source"]
        if any(
            ref and re.search(r"[$#{]", ref) is None and re.fullmatch(r"[0-9a-f]{7,64}", ref) is None for ref in refs
        ):
            return True
        return any(
            reference(image, MUTABLE_TAGS, on_tag=False) == MOVING for node in own for image in node.activity.images
        )

    def _takes_version(self, case: Case, deploy: Node) -> bool:
        manual = any(scenario.event in ("manual", "dispatch") for scenario in case.pipeline.scenarios)
        texts = [node.activity.text for node in case.stages.nodes if node.job is deploy.job]
        texts += [*deploy.job.variables.values(), *deploy.activity.images]
        for step in deploy.job.steps:
            texts += [*step.inputs.values(), *step.env.values()]
        return manual and any(re.search(VERSION_INPUT, text) for text in texts)

    def _fails(self, case: Case, deploy: Node) -> Answer:
        return case.failed(
            f"Nothing in the files brings the old version back when {job(deploy)} goes wrong in {prod_name(deploy)}.",
            fix=case.fix(job=job(deploy)),
            at=deploy,
        )
