"""``environment:`` of a job. One job that deploys to several environments is one job for each (design section 3)."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.model.environment import EnvironmentKey
from barraiser.model.pipeline import Problem
from barraiser.model.tri import MAYBE, NO
from barraiser.platforms.github.checks import refuse
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.site import Site
from barraiser.platforms.github.values import Unknown, to_text
from barraiser.source.nodes import Mapping, Scalar, describe, line_of

MAX_PARTS = 16


class Part:
    """A job for one of its environments: ``label`` in its id (empty if there is only one), and the scenarios in which it is meant."""

    __slots__ = ("key", "label", "scenarios")

    def __init__(self, label: str, key: EnvironmentKey | None, scenarios: Sequence[int]) -> None:
        self.label = label
        self.key = key
        self.scenarios = list(scenarios)


def parts_of(job: Mapping, site: Site, problems: list[Problem], what: str) -> list[Part]:
    """The parts of a job: one for each environment that its expression names in some scenario in which the job runs."""
    every = list(range(len(site.scenarios)))
    node = job.get("environment")
    name, url, action = node, "", "start"
    if isinstance(node, Mapping):
        name = node.get("name")
        if name is None:
            refuse(problems, f"'environment' of {what} has no 'name'", node, "add `name: ...`")
        address = node.get("url")
        url = site.resolve(address) if isinstance(address, Scalar) and not address.is_null() else ""
        if node.text("deployment").lower() == "false":
            action = "access"
    if name is not None and not isinstance(name, Scalar):
        refuse(
            problems,
            f"'environment' of {what} is {describe(name)}, and must be a name",
            name,
            "write `environment: production`",
        )
    if not isinstance(name, Scalar) or name.is_null():
        return [Part("", None, every)]
    names = _names(name, site)
    parts: list[Part] = []
    for text, scenarios in names.items():
        resolved = "${{" not in text
        key = EnvironmentKey(text, line_of(name), resolved=resolved, url=url, action=action) if text else None
        parts.append(Part(text if len(names) > 1 else "", key, scenarios))
    return parts


def _names(name: Scalar, site: Site) -> dict[str, list[int]]:
    """Each name that the environment has, with the scenarios in which it has it."""
    text = site.resolve(name).strip()
    every = list(range(len(site.scenarios)))
    if "${{" not in text:
        return {text: every}
    running = [index for index in every if site.runs[index] != NO] or every
    found: dict[str, list[int]] = {}
    for index in running:
        scope = Scope(site.scenarios[index], success=MAYBE, failure=MAYBE, cancelled=MAYBE)
        value = site.expressions.render(name.value, line_of(name), scope)
        found.setdefault(text if isinstance(value, Unknown) else to_text(value).strip(), []).append(index)
    return found if 0 < len(found) <= MAX_PARTS else {text: every}
