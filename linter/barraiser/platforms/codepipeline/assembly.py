"""``manifest.json`` of a cloud assembly (``cdk.out``): where the stack of a synthesised template goes, and with which parameters.

Source: AWS CDK, cloud assembly schema, ``aws:cloudformation:stack``.
"""

from __future__ import annotations

from typing import Final

from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping, Scalar
from barraiser.source.repository import Repository

_STACK: Final = "aws:cloudformation:stack"
_UNKNOWN: Final = ("unknown-account", "unknown-region", "")


class AssemblyStack:
    """What a manifest says of one stack; empty texts where it leaves them to the deployment."""

    __slots__ = ("account", "name", "parameters", "region")

    def __init__(self, name: str, account: str, region: str, parameters: dict[str, str]) -> None:
        self.name = name
        self.account = account
        self.region = region
        self.parameters = parameters

    def pseudo(self) -> dict[str, str]:
        """The pseudo parameters that it makes known."""
        found = {"AWS::StackName": self.name, "AWS::AccountId": self.account, "AWS::Region": self.region}
        return {name: value for name, value in found.items() if value}


def stack_of(path: str, repository: Repository) -> AssemblyStack | None:
    """The stack of a template, from the manifest beside it; None where there is none."""
    folder, _, file = path.rpartition("/")
    manifest = f"{folder}/manifest.json" if folder else "manifest.json"
    if not file.endswith(".json") or not repository.exists(manifest) or file.encode() not in repository.peek(manifest):
        return None
    try:
        root = repository.documents(manifest)[0].root
    except (SourceError, IndexError):
        return None
    artifacts = root.mapping("artifacts") if isinstance(root, Mapping) else None
    for _, artifact in artifacts or ():
        properties = artifact.mapping("properties") if isinstance(artifact, Mapping) else None
        if not isinstance(artifact, Mapping) or properties is None or artifact.text("type") != _STACK:
            continue
        if properties.text("templateFile") == file:
            account, _, region = artifact.text("environment").removeprefix("aws://").partition("/")
            return AssemblyStack(
                properties.text("stackName"),
                "" if account in _UNKNOWN else account,
                "" if region in _UNKNOWN else region,
                {
                    key.value: value.value
                    for key, value in properties.mapping("parameters") or ()
                    if isinstance(value, Scalar)
                },
            )
    return None
