"""Facts of a job that GitHub alone has: runner, permissions, and the cloud identity that its steps take."""

from __future__ import annotations

from typing import Final

from barraiser.model.pipeline import Problem
from barraiser.platforms.github.checks import refuse
from barraiser.platforms.github.site import Site
from barraiser.platforms.github.values import OPEN, Object
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, describe, place_of

_IDENTITIES: Final = {
    "aws-actions/configure-aws-credentials": ("role-to-assume",),
    "google-github-actions/auth": ("service_account", "workload_identity_provider"),
    "azure/login": ("client-id",),
    "Azure/login": ("client-id",),
}
"""The actions that take a cloud identity without a long-lived key, and the inputs that name it."""

_HOSTED: Final = ("ubuntu-", "windows-", "macos-")
_HOSTED_MINUTES: Final = "360"
"""When GitHub ends a job on its own runners, whatever its limit says:
https://docs.github.com/actions/reference/actions-limits."""

LEVELS: Final = ("read", "write", "none")


def tags_of(job: Mapping, workflow: Mapping, caller: Node | None, site: Site) -> dict[str, str]:
    """``runs-on``, ``ends-after`` (minutes), ``container``, ``permissions``, ``id-token``, ``role``, ``region`` and ``account``, those
    that the file tells."""
    tags: dict[str, str] = {}
    runner = _texts(job.get("runs-on"), site)
    if runner:
        tags["runs-on"] = runner
        if runner.startswith(_HOSTED):
            tags["ends-after"] = _HOSTED_MINUTES
    container = job.get("container")
    image = container.get("image") if isinstance(container, Mapping) else container
    if isinstance(image, Scalar) and not image.is_null():
        tags["image"] = site.resolve(image)
    for node in (job.get("permissions"), workflow.get("permissions"), caller):
        if node is not None:
            _permissions(node, tags, site)
            break
    steps = job.get("steps")
    for step in steps.items if isinstance(steps, Sequence) else ():
        uses = step.text("uses").partition("@")[0] if isinstance(step, Mapping) else ""
        if uses in _IDENTITIES and isinstance(step, Mapping):
            _identity(step.mapping("with"), _IDENTITIES[uses], tags, site)
    return tags


def _texts(node: Node | None, site: Site) -> str:
    """Labels of a runner as one text."""
    if isinstance(node, Mapping):
        node = node.get("labels") or node.get("group")
    if isinstance(node, Scalar):
        return "" if node.is_null() else site.resolve(node)
    if isinstance(node, Sequence):
        return ", ".join(site.resolve(item) for item in node if isinstance(item, Scalar))
    return ""


def _permissions(node: Node, tags: dict[str, str], site: Site) -> None:
    """Permissions as ``contents: read, id-token: write``, or ``read-all`` or ``write-all``."""
    if isinstance(node, Scalar):
        if not node.is_null():
            tags["permissions"] = node.value
        if node.value == "write-all":
            tags["id-token"] = "write"
    elif isinstance(node, Mapping):
        found = [(key.value, value.value) for key, value in node if isinstance(value, Scalar)]
        tags["permissions"] = ", ".join(f"{name}: {level}" for name, level in found)
        tags.update({name: level for name, level in found if name == "id-token"})


def check_permissions(problems: list[Problem], node: Node | None, what: str) -> None:
    """Permissions that GitHub refuses."""
    if node is None:
        return
    if isinstance(node, Scalar):
        if not node.is_null() and node.value not in ("read-all", "write-all") and "${{" not in node.value:
            refuse(
                problems,
                f"'permissions' of {what} is '{node.value[:40]}'",
                node,
                "write `read-all`, `write-all`, or a mapping such as `contents: read`",
            )
    elif isinstance(node, Sequence):
        refuse(
            problems,
            f"'permissions' of {what} is {describe(node)}, and must be a mapping",
            node,
            "write `permissions: {contents: read}`",
        )
    else:
        for key, value in node:
            if not isinstance(value, Scalar) or value.value not in LEVELS:
                refuse(
                    problems,
                    f"permission '{key.value}' of {what} must be read, write or none",
                    key,
                    "write `read`, `write` or `none`",
                )


def _identity(inputs: Mapping | None, names: tuple[str, ...], tags: dict[str, str], site: Site) -> None:
    """The role, its account and the region that a login action takes; the last one wins."""
    if inputs is None:
        return
    role = next((node for name in names if (node := inputs.get(name)) is not None), None)
    region = inputs.get("aws-region")
    if isinstance(role, Scalar):
        text = site.expressions.resolve(role.value, place_of(role), site.static)
        tags["role"] = text
        parts = text.split(":")
        if len(parts) > 5 and parts[4]:
            tags["account"] = parts[4]
    if isinstance(region, Scalar):
        tags["region"] = site.expressions.resolve(region.value, place_of(region), site.static)


def runner_of(labels: str) -> Object:
    """The ``runner`` context, as far as the labels of the runner tell it."""
    low = labels.lower()
    for word, name in (("ubuntu", "Linux"), ("linux", "Linux"), ("windows", "Windows"), ("macos", "macOS")):
        if word in low and "${{" not in low:
            return Object({"os": name}, OPEN)
    return Object({}, OPEN)
