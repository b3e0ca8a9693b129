"""The share of the calls that an alias of a Lambda function sends to another version: in a template, in Terraform, in a command's file."""

from __future__ import annotations

import re
from typing import Final

from barraiser.evidence.definition import FUNCTION, Definition, literal
from barraiser.evidence.deployer import Deployer
from barraiser.evidence.rollout import CANARY, Rollout
from barraiser.model.tri import NO, Tri
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, line_of
from barraiser.source.repository import Repository

ROUTES: Final = "the alias sends a share of the calls to another version"
"""``Definition.why`` of an alias that is moved by its weights, and not by CodeDeploy."""

_MAX_FILE: Final = 100_000
_WEIGHT: Final = re.compile(r"AdditionalVersionWeights\W{1,6}[\w$.{}-]{1,60}\W{1,4}(0?\.\d{1,4})\b")


def alias_of(key: Scalar, weights: Node | None, body: Node, on_failure: Tri) -> Definition | None:
    """An alias with weights: ``[{FunctionVersion, FunctionWeight}]`` or ``{version: weight}``; None where it has none."""
    if weights is None or (isinstance(weights, Sequence | Mapping) and not _items(weights)):
        return None
    return Definition(
        FUNCTION, key.value, line_of(weights), on_failure=on_failure, on_alarm=NO, why=ROUTES, body=weights, root=body
    )


def rollout_of_alias(definition: Definition) -> Rollout:
    """What such an alias says: the calls stay shared until a later deploy moves the rest."""
    known = [share for item in _items(definition.body) if (share := _share(literal(item))) is not None]
    if not known:
        return Rollout(place=definition.place)
    return Rollout(
        CANARY, steps=[(100 * max(known), 0.0)], bake_minutes=0.0, monitored=NO, place=definition.place, stays=True, why=ROUTES
    )  # fmt: skip


def share_in_command(deployer: Deployer, repository: Repository) -> float | None:
    """The percent of the calls that ``aws lambda update-alias`` gives to another version, by its options or a file that they name."""
    for option in deployer.options("--routing-config", "--cli-input-json", "--cli-input-yaml"):
        text = option
        if option.startswith(("file://", "fileb://")):
            path = deployer.path(repository, option)
            try:
                text = repository.read_text(path)[:_MAX_FILE] if path else ""
            except SourceError:
                text = ""
        match = _WEIGHT.search("".join(text.split()))
        if match is not None:
            return 100 * float(match[1])
    return None


def _items(weights: Node | None) -> list[Node]:
    if isinstance(weights, Sequence):
        found = [item.get("FunctionWeight") for item in weights.items[:20] if isinstance(item, Mapping)]
        return [each for each in found if each is not None]
    return [value for _, value in weights.pairs[:20]] if isinstance(weights, Mapping) else []


def _share(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1 else None
