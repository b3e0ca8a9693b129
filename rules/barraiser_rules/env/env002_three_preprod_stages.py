"""ENV002: a change passes through alpha, beta and gamma."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    MAYBE,
    PREPROD_CLASSES,
    UNKNOWN,
    YES,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.hints import words
from barraiser_rules.promotion import first_in_production
from barraiser_rules.questions import job, out_of_sight, preprod_deploys, prod_name

_REGION_WORD = re.compile(
    r"(?:us|eu|ap|sa|ca|me|af|uk|emea|apac|latam|asia|europe|north|south|east|west|central|region|zone)+\d{0,2}|\d{1,2}"
)
"""A word of an environment's name that says where it is, not which stage."""


class ThreePreprodStages(Rule):
    """Pass through alpha, beta and gamma.

    Why:
        Each stage finds what the one before cannot: alpha that it starts, beta that it works with its neighbours, gamma that it holds
        under production's settings and load. One environment that is to find all three finds little.

    Source:
        AWS re:Invent 2025 COP415, "Readiness": usually three stages come before production, and the last, gamma, is treated like it.
        Liguori, "Automating safe, hands-off deployments": alpha, beta and gamma.

    Decided by:
        How many different pre-production environments have deploys that must succeed before the production deploy. The regions of
        one environment are one stage.

    Fix:
        Add the missing stages, or set `min_preprod_stages` with the reason why fewer are enough.

    Before (github-actions):
        deploy-staging:
          needs: [build]
          environment: staging
        deploy-prod:
          needs: [deploy-staging]
          environment: production

    After (github-actions):
        deploy-dev:
          needs: [build]
          environment: development
        deploy-test:
          needs: [deploy-dev]
          environment: test
        deploy-staging:
          needs: [deploy-test]
          environment: staging
        deploy-prod:
          needs: [deploy-staging]
          environment: production

    Before (gitlab-ci):
        stages: [build, staging, production]

    After (gitlab-ci):
        stages: [build, development, test, staging, production]

    Before (codepipeline):
        Stages: [{Name: Source}, {Name: Build}, {Name: Gamma}, {Name: Prod}]

    After (codepipeline):
        Stages: [{Name: Source}, {Name: Build}, {Name: Alpha}, {Name: Beta}, {Name: Gamma}, {Name: Prod}]
    """

    id = "ENV002"
    name = "three-preprod-stages"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("ENV001",)
    parameters = (
        Parameter(
            "min_preprod_stages",
            3,
            "how many different pre-production environments must come first",
            unit="environments",
            minimum=1,
            maximum=10,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add jobs that deploy to <missing> and test there, each needing the one before, ahead of <job>;"
        " or set rules: {ENV002: {min_preprod_stages: <found>, reason: TEXT}}.",
        GITLAB_CI: "Add stages that deploy to <missing> and test there, before the stage of <job>;"
        " or set rules: {ENV002: {min_preprod_stages: <found>, reason: TEXT}}.",
        CODEPIPELINE: "Add stages that deploy to <missing> and test there, before the stage of <job>;"
        " or set rules: {ENV002: {min_preprod_stages: <found>, reason: TEXT}}.",
    }

    def decide(self, case: Case) -> Answer:
        """Counts the pre-production environments that gate the deploy of the subject that has fewest."""
        if all(deploy.environment_class == "onebox" for deploy in case.deploys):
            return case.not_applicable("It is the one-box, the first slice of production.")
        if case.verdict_of("ENV001") in (FAILED, UNKNOWN):
            return case.not_applicable("No pre-production deploy is sure to come before it.", because="ENV001")
        firsts = first_in_production(case, ("prod",))
        if not firsts:
            return case.not_applicable("Another production deploy comes before it, and is asked about the stages.")
        wanted = int(case.number("min_preprod_stages"))
        deploy = min(firsts, key=lambda each: len(_stages(case, each, YES)))
        certain = _stages(case, deploy, YES)
        if len(certain) >= wanted:
            return case.passed(
                f"{_names(certain)} come before {job(deploy)}."
                if wanted > 1
                else f"{_names(certain)} comes before it.",
                way=(*certain.values(), deploy),
            )
        possible = _stages(case, deploy, MAYBE)
        unsure = [node for stage, node in possible.items() if stage not in certain]
        if len(possible) >= wanted:
            return case.unknown(
                f"{len(certain)} of {wanted} pre-production environments are sure to come before {job(deploy)}; whether"
                f" {job(unsure[0])} to {prod_name(unsure[0])} must succeed first, the files cannot tell.",
                settle="Let the deploys share one condition, or write the condition's value as a constant.",
                at=unsure[0],
            )
        classes = [cls for cls in PREPROD_CLASSES if cls not in {node.environment_class for node in possible.values()}]
        hidden = (
            out_of_sight(case, *DEPLOY_KINDS, what="A further pre-production deploy", classes=classes, deploy=deploy)
            if classes
            else None
        )
        return hidden or self._fails(case, deploy, certain, wanted, classes)

    def _fails(self, case: Case, deploy: Node, found: dict[str, Node], wanted: int, classes: list[str]) -> Answer:
        missing = " and ".join(classes[: wanted - len(found)]) or "another pre-production environment"
        reached = f" ({_names(found)})" if found else ""
        count = (
            f"Only {len(found)} pre-production environment{'' if len(found) == 1 else 's'}{reached}"
            if found
            else "No pre-production environment"
        )
        return case.failed(
            f"{count} must succeed before {job(deploy)}, and {wanted} are asked for: each is to find what the one before cannot.",
            fix=case.fix(missing=missing, job=job(deploy), found=str(max(1, len(found)))),
            at=deploy,
            way=(*found.values(), deploy),
            rests_on=(*found.values(), deploy),
        )


def _stages(case: Case, deploy: Node, least: int) -> dict[str, Node]:
    """The first deploy to each pre-production environment that gates a deploy, at least by that answer; regions count once."""
    found: dict[str, Node] = {}
    for node in preprod_deploys(case, deploy):
        if case.graph.gates(node, deploy) >= least:
            found.setdefault(_stage(node), node)
    return found


def _stage(node: Node) -> str:
    """An environment's name without the words that say where it is."""
    name = prod_name(node)
    own = sorted(word for word in words(name) if not _REGION_WORD.fullmatch(word))
    return " ".join(own) or name


def _names(stages: dict[str, Node]) -> str:
    return ", ".join(prod_name(node) for node in stages.values())
