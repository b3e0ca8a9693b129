"""How much of the traffic a deploy gives to the new version, as far as the files say."""

from __future__ import annotations

import re

from barraiser.api import DEPLOY_KINDS, PROD_CLASSES, Case, Node
from barraiser_rules.promotion import spot

SHARE_NAME = re.compile(
    r"(?:.*_)?(?:ROLLOUT|CANARY|TRAFFIC)_?(?:PERCENT|PERCENTAGE|PCT|WEIGHT|SHARE)|(?:PERCENT|PERCENTAGE|WEIGHT)_?(?:ROLLOUT|CANARY|TRAFFIC)",
    re.IGNORECASE,
)
"""Variables that hold a share."""

SHARE_OPTIONS = (
    "--canary-percent",
    "--canary-percentage",
    "--canary-weight",
    "--traffic-percent",
    "--rollout-percentage",
)
SETS = re.compile(
    r"[\w.-]{0,60}(?:canary|rollout|traffic)[\w.-]{0,40}(?:weight|percent|percentage)=(\d{1,3})", re.IGNORECASE
)
"""A value of a chart, as ``--set canary.weight=10`` has it."""

NAMED = re.compile(r"(?<![\d.])(\d{1,3})[ _-]?(?:%|percent\b|pct\b)", re.IGNORECASE)


def share_of(node: Node) -> float | None:
    """The percent of the traffic that a deploy job says it moves: by an option, a variable, its name. None where nothing says it."""
    argv = node.activity.argv
    for at, word in enumerate(argv):
        head, equals, value = word.partition("=")
        if head in SHARE_OPTIONS:
            return _percent(value if equals else argv[at + 1] if at + 1 < len(argv) else "")
        match = SETS.fullmatch(word)
        if match is not None:
            return _percent(match[1])
    job = node.job
    own = job.steps[node.activity.step].env if 0 <= node.activity.step < len(job.steps) else {}
    for table in (own, job.matrix, job.variables):
        for name, value in table.items():
            if SHARE_NAME.fullmatch(name) and not (table is job.variables and _for_all(node, name, value)):
                return _percent(value)
    for name in (job.name, job.id, node.environment.name if node.environment else ""):
        match = NAMED.search(name[:200])
        if match is not None:
            return _percent(match[1])
    return None


def _for_all(node: Node, name: str, value: str) -> bool:
    """Whether every job of the pipeline sees that value, so that it says nothing of this one."""
    jobs = node.pipeline.jobs
    return len(jobs) > 1 and all(each.variables.get(name) == value for each in jobs)


def first_step(case: Case, deploy: Node) -> float | None:
    """The percent of the first step of the deployer's own shift; None where it has none or its steps were not read."""
    return next((percent for percent, _ in case.applied(deploy).steps if percent > 0), None)


def is_slice(case: Case, node: Node) -> bool:
    """Whether a deploy touches a part of production only: the one-box, a share of the traffic, a first step that it stays at."""
    return case.remember(("slice", node.index), lambda: _is_slice(case, node))


def _is_slice(case: Case, node: Node) -> bool:
    if node.environment_class == "onebox":
        return True
    share = share_of(node)
    return case.applied(node).rollout.stays if share is None else share < 100


def slices_before(case: Case, deploy: Node) -> list[Node]:
    """The deploys to a slice of production that come before a deploy, by an edge of any strength, with no full deploy between."""
    ahead = [node for node in case.graph.ahead_of(deploy, *DEPLOY_KINDS) if node.environment_class in PROD_CLASSES]
    slices = [node for node in ahead if is_slice(case, node)]
    if not slices:
        return []
    full = [
        node
        for node in ahead
        if not is_slice(case, node) and not (node.job is deploy.job and spot(node) == spot(deploy))
    ]
    return [node for node in slices if not any(case.graph.before(node, between) for between in full)]


def _percent(text: str) -> float | None:
    plain = text.strip().removesuffix("%")
    return float(plain) if plain.isdecimal() and 0 < int(plain) <= 100 else None
