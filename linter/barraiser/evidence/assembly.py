"""The templates that ``cdk deploy`` applies, where the cloud assembly is in the repository: its manifest names them by stack.

Source: AWS CDK, cloud assembly schema; ``cdk deploy --help``.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from barraiser.evidence.deployer import Deployer
from barraiser.source.errors import SourceError
from barraiser.source.nodes import Mapping
from barraiser.source.repository import Repository

_STACK, _NESTED = "aws:cloudformation:stack", "cdk:cloud-assembly"
_DEEPEST: Final = 4
_MAX_TEMPLATES: Final = 50
_WITH_VALUE: Final = (
    "-a", "--app", "-c", "--context", "-o", "--output", "--profile", "--require-approval", "--role-arn", "-r", "--outputs-file",
    "-O", "--parameters", "--toolkit-stack-name", "--method", "-m", "--change-set-name", "--concurrency", "-t", "--tags", "-p",
    "--plugin", "--progress", "--asset-parallelism", "--notification-arns", "-e", "--proxy", "--ca-bundle-path",
)  # fmt: skip


def templates_of(deployer: Deployer, repository: Repository) -> list[str]:
    """The templates of the stacks that a command deploys; ``[]`` where the assembly is not here, or a stack is none of its."""
    given = deployer.option("-a", "--app") or "cdk.out"
    folder = repository.inside(given, deployer.folder) if "$" not in given and " " not in given else None
    if not folder or not repository.exists(f"{folder}/manifest.json"):
        return []
    stacks = _stacks(folder, repository)
    wanted = _named(deployer)
    if not wanted:
        return list(dict.fromkeys(stacks.values()))[:_MAX_TEMPLATES]
    found: dict[str, None] = {}
    for name in wanted:
        matching = [path for stack, path in stacks.items() if fnmatchcase(stack, name)]
        if not matching:
            return []
        found.update(dict.fromkeys(matching))
    return list(found)[:_MAX_TEMPLATES]


def _named(deployer: Deployer) -> list[str]:
    """The stacks, or patterns of them, that the command names."""
    words = list(deployer.words)
    if "deploy" not in words:
        return []
    found: list[str] = []
    at = words.index("deploy") + 1
    while at < len(words):
        word = words[at]
        at += 1
        if word in _WITH_VALUE:
            at += 1
        elif not word.startswith("-"):
            found.append(word)
    return found


def _stacks(folder: str, repository: Repository) -> dict[str, str]:
    """The stacks of an assembly by the names that a command can use (artifact's id, display name, stack's name), those of nested ones
    among them."""
    found: dict[str, str] = {}
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        try:
            root = repository.documents(f"{place}/manifest.json")[0].root
        except (SourceError, IndexError):
            continue
        artifacts = root.mapping("artifacts") if isinstance(root, Mapping) else None
        for key, artifact in artifacts or ():
            properties = artifact.mapping("properties") if isinstance(artifact, Mapping) else None
            if not isinstance(artifact, Mapping) or properties is None:
                continue
            kind = artifact.text("type")
            inside = repository.inside(properties.text("directoryName" if kind == _NESTED else "templateFile"), place)
            if not inside:
                continue
            if kind == _NESTED and depth < _DEEPEST:
                waiting.append((inside, depth + 1))
            elif kind == _STACK and len(found) < 4 * _MAX_TEMPLATES:
                for name in (key.value, artifact.text("displayName"), properties.text("stackName")):
                    if name:
                        found.setdefault(name, inside)
    return found
