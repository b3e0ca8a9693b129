"""``environment:`` of a job. One job that deploys to several environments is one job for each (design section 3)."""

from __future__ import annotations

from typing import Final

from barraiser.model.environment import EnvironmentKey
from barraiser.model.pipeline import Problem
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.github.checks import refuse
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.site import Site
from barraiser.platforms.github.values import Unknown, to_text
from barraiser.source.nodes import Mapping, Scalar, describe, line_of, place_of

MAX_PARTS: Final = 16
MAX_LABEL: Final = 60


class Part:
    """A job for one of its environments: ``label`` in its id (empty if there is only one), and by scenario whether it is meant."""

    __slots__ = ("key", "label", "scenarios")

    def __init__(self, label: str, key: EnvironmentKey | None, scenarios: dict[int, Tri]) -> None:
        self.label = label
        self.key = key
        self.scenarios = scenarios


def parts_of(job: Mapping, site: Site, problems: list[Problem], what: str) -> list[Part]:
    """The parts of a job: one for each environment that its expression names in some scenario in which the job runs."""
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
        message = f"'environment' of {what} is {describe(name)}, and must be a name"
        refuse(problems, message, name, "write `environment: production`")
    if not isinstance(name, Scalar) or name.is_null():
        return [Part("", None, _every(site))]
    names = _names(name, site)
    parts: list[Part] = []
    for text, scenarios in names.items():
        resolved = "${{" not in text
        key = None
        if text:
            key = EnvironmentKey(text, line_of(name), resolved=resolved, url=url, action=action, may_wait=True)
        parts.append(Part(_label(text) if len(names) > 1 else "", key, scenarios))
    return parts


def _every(site: Site) -> dict[int, Tri]:
    return dict.fromkeys(range(len(site.scenarios)), YES)


def _label(text: str) -> str:
    """An environment in a job's id: its name; where that is not known, the expression, if it is short."""
    if "${{" not in text:
        return text
    inner = text.replace("${{ ", "").replace(" }}", "")
    return inner if len(inner) <= MAX_LABEL else "?"


def _names(name: Scalar, site: Site) -> dict[str, dict[int, Tri]]:
    """Each name that the environment has or may have, with the scenarios in which it has it."""
    text = site.resolve(name).strip()
    if "${{" not in text:
        return {text: _every(site)}
    running = [index for index in _every(site) if site.runs[index] != NO] or list(_every(site))
    found: dict[str, dict[int, Tri]] = {}
    for index in running:
        scope = Scope(site.scenarios[index], success=MAYBE, failure=MAYBE, cancelled=MAYBE)
        value = site.expressions.render(name.value, place_of(name), scope)
        if not isinstance(value, Unknown):
            found.setdefault(to_text(value).strip(), {})[index] = YES
        elif value.options is None or any(isinstance(option, Unknown) for option in value.options):
            found.setdefault(text, {})[index] = YES
        else:
            for option in value.options:
                found.setdefault(to_text(option).strip() if option else "", {})[index] = MAYBE
    return found if 0 < len(found) <= MAX_PARTS else {text: _every(site)}
