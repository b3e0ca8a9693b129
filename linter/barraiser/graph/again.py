"""How an earlier version comes back by the platform alone: an earlier run, deployment or stage is started again."""

from __future__ import annotations

from barraiser.graph.node import Node
from barraiser.model.tri import NO, YES, Tri
from barraiser.model.words import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI


def redeploys(node: Node) -> tuple[Tri, str]:
    """Whether the platform can deploy an earlier revision again in the job of a deploy, and how, as a sentence.

    GitHub runs an earlier run again with its own commit. GitLab deploys again from an environment's list of deployments, so it needs
    an environment. CodePipeline rolls a stage back in V2 pipelines outside PARALLEL mode.
    """
    platform = node.pipeline.platform
    if platform == GITHUB_ACTIONS:
        return YES, "an earlier run can be run again with its own commit"
    if platform == GITLAB_CI:
        environment = node.job.environment
        if environment is not None and environment.action in ("", "start"):
            return YES, f"an earlier deployment of `{environment.name}` can be deployed again"
        return NO, "no environment is named, so the platform keeps no list of deployments"
    if platform == CODEPIPELINE:
        facts = node.pipeline.facts
        kind = facts["pipeline-type"][0] if "pipeline-type" in facts else "V1"
        mode = facts["execution-mode"][0] if "execution-mode" in facts else "SUPERSEDED"
        if kind == "V2" and mode != "PARALLEL":
            return YES, "the stage can be rolled back to an earlier execution"
        return NO, "stage rollback needs pipeline type V2 and another mode than PARALLEL"
    return NO, ""
