"""The keys that the configuration has, and the shape of the values that are kept as given."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.policy.take import Taker
from barraiser.source.nodes import Node, Sequence

Shape = str
"""``text``, ``truth``, ``number``, ``date``, ``texts``, ``one of a b c``, ``steps`` or ``waves``."""

TOP = (
    "version", "profile", "owner", "default_branch", "timezone", "exclude", "pipelines", "links", "environments",
    "activities", "deployer", "evidence", "rules", "select", "extend_select", "review", "freezes", "waivers", "plugins",
)  # fmt: skip

ENVIRONMENT = ("match", "class", "account", "github", "gitlab")
ACTIVITY = ("kind", "kinds", "environment", "minutes", "monitored", "gate", "role")
ROLES = ("tooling",)
WAIVER = ("rule", "path", "job", "reason", "owner", "ticket", "expires")

GITHUB: Mapping[str, Shape] = {
    "reviewers": "number",
    "prevent_self_review": "truth",
    "wait_timer": "number",
    "branch_policy": "texts",
    "custom_rules": "texts",
    "admin_bypass": "truth",
}
GITLAB: Mapping[str, Shape] = {"protected": "truth", "required_approvals": "number", "deployers": "number"}
REVIEW: Mapping[str, Shape] = {"required_approvals": "number", "code_owners": "truth"}
DEPLOYER: Mapping[str, Shape] = {
    "type": "text",
    "steps": "steps",
    "alarms": "texts",
    "rollback": "one of auto manual none",
    "min_requests": "number",
}
PIPELINE_FACTS: Mapping[str, Shape] = {
    "hands_off": "truth",
    "dark_launch": "truth",
    "two_phase": "truth",
    "prod_load": "one of allowed forbidden",
    "waves": "waves",
}
STEP: Mapping[str, Shape] = {"weight": "number", "pause": "number"}
SIGNED: Mapping[str, Shape] = {"by": "text", "date": "date", "expires": "date"}
EVIDENCE: Mapping[str, Mapping[str, Shape]] = {
    "slo": {"url": "text", "path": "text", "alarm": "text"},
    "runbook": {"url": "text", "path": "text"},
    "orr": {"url": "text", "path": "text", "approver": "text"},
    "game_day": {"url": "text", "path": "text"},
    "load": {"url": "text", "path": "text", "single_user": "text", "scheduled": "text", "criteria": "text"},
    "chaos": {"url": "text", "path": "text", "scheduled": "text", "stop_condition": "text"},
    "change_record": {"url": "text", "path": "text"},
    "alarms": {"url": "text", "path": "text", "names": "texts"},
    "dashboard": {"url": "text", "path": "text"},
    "synthetics": {"url": "text", "path": "text", "names": "texts"},
    "rollback_test": {"url": "text", "path": "text"},
}


def check(taker: Taker, node: Node, what: str, shape: Shape) -> None:
    """Note a problem where a value has not the shape that its key asks for."""
    if shape == "text":
        taker.text(node, what)
    elif shape == "truth":
        taker.truth(node, what)
    elif shape == "number":
        taker.number(node, what, 0)
    elif shape == "date":
        taker.date(node, what)
    elif shape == "texts":
        taker.texts(node, what)
    elif shape == "steps":
        for item in taker.items(node, what):
            for key, value in taker.table(item, f"each of {what}", tuple(STEP)).items():
                check(taker, value, f"`{key}` of {what}", STEP[key])
    elif shape == "waves":
        _check_waves(taker, node, what)
    else:
        taker.text(node, what, tuple(shape.split()[2:]))


def _check_waves(taker: Taker, node: Node, what: str) -> None:
    """Waves: a list of environments' names, or of lists of such."""
    for item in taker.items(node, what):
        if isinstance(item, Sequence):
            taker.texts(item, f"each of {what}")
        else:
            taker.text(item, f"each of {what}")
