"""How an earlier version comes back by the platform alone: an earlier run, deployment or stage is started again."""

from __future__ import annotations

from barraiser.graph.node import Node
from barraiser.model.tri import NO, YES, Tri


def redeploys(node: Node) -> tuple[Tri, str]:
    """Whether the platform can deploy an earlier revision again in the job of a deploy, and how, as a sentence."""
    return (YES, node.job.again) if node.job.again else (NO, "")
