"""The declared deployer (``deployer:`` in the configuration): what stands in for a definition that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping

from barraiser.evidence.applied import Applied
from barraiser.evidence.mechanisms import FAMILIES
from barraiser.model.tri import MAYBE, NO, YES, Tri


def with_declared(found: Applied, deployer: Mapping[str, object]) -> Applied:
    """The answers with what is declared filled in. A definition that was read is stronger than a declaration (design section 9)."""
    if not deployer or not _meant(found.mechanism, _text(deployer.get("type"))):
        return found
    kind = _text(deployer.get("type"))
    on_failure, on_alarm = _rollback(deployer)
    said = f"declared: deployer {kind or 'unnamed'}, rollback {_text(deployer.get('rollback')) or 'not given'}"
    if found.read:
        if found.rolls_back_on_failure == MAYBE or found.rolls_back_on_alarm == MAYBE:
            found.rolls_back_on_failure = _fill(found.rolls_back_on_failure, on_failure)
            found.rolls_back_on_alarm = _fill(found.rolls_back_on_alarm, on_alarm)
            found.why = f"{found.why}; {said}" if found.why else said
        return found
    if kind:
        found.mechanism = kind
    if on_failure != MAYBE:
        found.rolls_back_on_failure = on_failure
    if on_alarm != MAYBE:
        found.rolls_back_on_alarm = on_alarm
        found.managed = False
    if _analysed(deployer):
        found.validates = YES
    found.why = said
    return found


def _meant(mechanism: str, kind: str) -> bool:
    """Whether the declaration speaks of this deploy: its own kind, one that stands behind what the pipeline calls, or an unknown one."""
    return not kind or not mechanism or mechanism == kind or mechanism in FAMILIES.get(kind, ())


def _rollback(deployer: Mapping[str, object]) -> tuple[Tri, Tri]:
    """What ``rollback`` and ``alarms`` say of failure and of alarms."""
    given = deployer.get("rollback")
    if given is True or _text(given) in ("auto", "automatic", "yes", "true", "on"):
        return YES, YES if deployer.get("alarms") else MAYBE
    if given is False or _text(given) in ("manual", "none", "no", "false", "off"):
        return NO, NO
    return MAYBE, MAYBE


def _analysed(deployer: Mapping[str, object]) -> bool:
    steps = deployer.get("steps")
    if isinstance(steps, list | tuple):
        return any(isinstance(step, Mapping) and "analysis" in step for step in steps)
    return False


def _fill(known: Tri, declared: Tri) -> Tri:
    return declared if known == MAYBE else known


def _text(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""
