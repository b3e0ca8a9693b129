"""ENV004: the last pre-production environment is deployed in production's regions."""

from __future__ import annotations

import re

from barraiser.api import (
    CODEPIPELINE,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    UNKNOWN,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
)
from barraiser_rules.promotion import last_preprod
from barraiser_rules.questions import job, preprod_deploys, prod_name

_REGION = re.compile(
    r"[a-z]{2,4}-(?:gov-|iso[a-z]?-)?(?:north|south|east|west|central)(?:east|west)?-?\d"
    r"|(?:us|europe|asia|australia|northamerica|southamerica|me|africa)-(?:north|south|east|west|central)(?:east|west)?\d"
    r"|(?:north|south|east|west|central){0,2}(?:us|europe|india|uk|asia|japan|australia)(?:north|south|east|west|central){0,2}\d?"
    r"|eu|emea|apac|ap|latam|na|amer|au|jp|ca|de"
)
"""What a cloud, or a team for short, calls a region; a cluster, a cell or a wave is none."""

_AXES = ("region", "aws_region", "aws-region", "location")
_COMPUTED = re.compile(r"[$#]\{|\$\w|\{\{")
_OWN = "the pipeline's own region"
"""Where an action of the pipeline deploys that names no region."""


class GammaCoversProdRegions(Rule):
    """Cover production's regions in gamma.

    Why:
        Regions differ: in the services and instance types they have, in quotas, settings and what was clicked together by hand. A
        region in which nothing is deployed before production is tried out by its users.

    Source:
        AWS Deployment Pipeline Reference Architecture, application pipeline, "Test (Gamma)": gamma uses the same regions as production.

    Decided by:
        The regions of the production deploys and of the deploys to the last pre-production environment before them, as actions,
        options, matrices, variables and the environments' names tell. Asked where production has several regions; a region that only
        a variable of the platform holds is unknown.

    Fix:
        Deploy the last pre-production environment to the same regions, from the same list.

    Before (github-actions):
        deploy-staging:
          environment: staging
          strategy: {matrix: {region: [eu-west-1]}}
        deploy-prod:
          needs: [deploy-staging]
          environment: production
          strategy: {matrix: {region: [eu-west-1, us-east-1]}}

    After (github-actions):
        deploy-staging:
          environment: staging
          strategy: {matrix: {region: [eu-west-1, us-east-1]}}
        deploy-prod:
          needs: [deploy-staging]
          environment: production
          strategy: {matrix: {region: [eu-west-1, us-east-1]}}

    Before (gitlab-ci):
        deploy-staging:
          environment: staging
          variables: {AWS_REGION: eu-west-1}

    After (gitlab-ci):
        deploy-staging:
          environment: staging
          parallel: {matrix: [{AWS_REGION: [eu-west-1, us-east-1]}]}

    Before (codepipeline):
        Name: Gamma
        Actions: [{Name: DeployEurope, Region: eu-west-1}]

    After (codepipeline):
        Name: Gamma
        Actions: [{Name: DeployEurope, Region: eu-west-1}, {Name: DeployAmerica, Region: us-east-1}]
    """

    id = "ENV004"
    name = "gamma-covers-prod-regions"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("ENV001",)
    parameters = (
        Parameter(
            "min_coverage",
            1.0,
            "which part of production's regions the last pre-production environment must have (1 means all)",
            unit="share",
            minimum=0.0,
            maximum=1.0,
        ),
    )
    fixes = {
        GITHUB_ACTIONS: "Add <region> to the matrix of <staging>, or a job that deploys to <environment> in <region> and that <job> needs.",
        GITLAB_CI: "Add <region> to the `parallel:matrix` of <staging>, or a job that deploys to <environment> in <region> before <job>.",
        CODEPIPELINE: "Add an action with `Region: <region>` to the stage of <staging>.",
    }

    def decide(self, case: Case) -> Answer:
        """Compares the regions of the subject's deploys with those of the last pre-production environment before them."""
        everywhere = [(node, _regions(case, node)) for node in case.graph.deploys("prod", "onebox")]
        regions = {region for _, found in everywhere for region in found or ()}
        hidden = [node for node, found in everywhere if found is None]
        if len(regions) + len(_variables(case, hidden)) < 2:
            return case.not_applicable("Production is in one region, as far as the files tell.")
        if not any(preprod_deploys(case, deploy) for deploy in case.deploys):
            because = "ENV001" if case.verdict_of("ENV001") in (FAILED, UNKNOWN) else ""
            return case.not_applicable("No pre-production deploy comes before it.", because=because)
        own = {node.index for node in case.deploys}
        unsure = next((node for node in hidden if node.index in own), None)
        if unsure is not None:
            return _unsure(case, unsure)
        for deploy in case.deploys:
            answer = self._of(case, deploy, regions)
            if answer is not None:
                return answer
        return case.passed(f"{job(case.deploy)} goes to regions that pre-production has as well.", way=(case.deploy,))

    def _of(self, case: Case, deploy: Node, regions: set[str]) -> Answer | None:
        """What is to say about one deploy; None where the environment before it has its region, or enough of all."""
        staging = _last(case, deploy)
        if not staging:
            return None
        given = [(node, _regions(case, node)) for node in staging]
        covered = {region for _, found in given for region in found or ()}
        missing = {region for region in regions if not any(_same(region, other) for other in covered)}
        enough = len(regions) - len(missing) >= case.number("min_coverage") * len(regions)
        if enough or not missing & (_regions(case, deploy) or frozenset()):
            return None
        hidden = next((node for node, found in given if found is None), None)
        unnamed = {node.job.id: node for node, found in given if found is not None and not found}
        if hidden is not None or len(unnamed) >= len(missing):
            return _unsure(case, hidden or next(iter(unnamed.values())))
        mine = {region for each in case.deploys for region in _regions(case, each) or ()}
        own = sorted(missing & mine)
        last, name = staging[-1], job(deploy) if len(own) == 1 else f'"{deploy.job.template}"'
        where = f"only in {', '.join(sorted(covered))}" if covered else "in one region"
        return case.failed(
            f"{name} deploys to {' and '.join(own)}, and {prod_name(last)} is {where}: what differs there is first met in production.",
            fix=case.fix(region=" and ".join(own), staging=job(last), environment=prod_name(last), job=name),
            at=deploy,
            way=case.graph.way(last, deploy),
            rests_on=(last, deploy),
        )


def _last(case: Case, deploy: Node) -> list[Node]:
    """The deploys to the last pre-production environment before a deploy, in whichever region."""
    classes = {node.environment_class for node in last_preprod(case, deploy)}
    return [node for node in preprod_deploys(case, deploy) if node.environment_class in classes]


def _regions(case: Case, node: Node) -> frozenset[str] | None:
    """The regions that a deploy names; empty where it names none, None where a variable that no file sets does."""
    job, step = node.job, node.activity.step
    listed = job.steps[step].inputs.get("Regions", "") if step < len(job.steps) else ""
    text = case.target(node).region or listed.lower()
    if _COMPUTED.search(text):
        return None
    found = frozenset(region for region in re.split(r"[,;\s]+", text) if region)
    explicit = {job.tags.get("region", "").lower(), node.activity.facts.get("region", "").lower(), listed.lower()}
    explicit |= {value.lower() for key, value in job.matrix.items() if key.lower() in _AXES}
    if found and text not in explicit:
        found = frozenset(region for region in found if _REGION.fullmatch(region))
    if not found and job.tags.get("action-type", "").startswith("Deploy/"):
        return frozenset((_OWN,))
    return found


def _variables(case: Case, hidden: list[Node]) -> set[str]:
    """The variables that name the regions of these deploys; a list of a matrix that no file gives counts as two."""
    found = {case.target(node).region for node in hidden}
    return found | {f"{text} again" for text in found if "matrix." in text}


def _same(one: str, other: str) -> bool:
    """Whether two names are of one region; a short name (eu) is of each in it (eu-west-1)."""
    return one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _unsure(case: Case, node: Node) -> Answer:
    return case.unknown(
        f"Production has several regions, and in which {job(node)} deploys to {prod_name(node)} no file says.",
        settle="Write the regions in the file: in a matrix, or as a variable of the job.",
        at=node,
    )
