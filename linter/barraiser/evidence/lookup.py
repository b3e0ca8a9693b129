"""From a deploy to what it applies: found in the repository, read, and filled in with what is declared."""

from __future__ import annotations

from barraiser.evidence.applied import Applied
from barraiser.graph.node import Node
from barraiser.model.declarations import Declarations
from barraiser.source.repository import Repository


def applied_definition(node: Node, repository: Repository, declared: Declarations) -> Applied:
    """The definition that a deploy applies, as far as the repository shows it; what is declared fills in what it does not show.

    Nothing is read before this is asked, and no file twice. Never raises for what a file holds.
    """
    from barraiser.evidence.answers import answer
    from barraiser.evidence.declared import with_declared
    from barraiser.evidence.deployer import Deployer

    deployer = Deployer(node.activity, node.job, node.pipeline)
    found = with_declared(answer(deployer, repository), declared.deployer)
    found.asked = (deployer, repository)
    found.later = (deployer, repository, declared.deployer)
    return found
