"""Which rules are on, with which parameters and severities."""

from __future__ import annotations

from collections.abc import Sequence

from barraiser.checks.plan import Plan
from barraiser.checks.registry import Registry, RuleError
from barraiser.checks.rule import Parameter, Rule, Value
from barraiser.model.words import PROFILES, SEVERITIES
from barraiser.policy.config import Config, RuleSettings
from barraiser.policy.nearest import suggestion
from barraiser.policy.take import ConfigError, Taker, described, plain
from barraiser.source.nodes import Node, Scalar

DEFAULT_PROFILE = "basic"


class Choice:
    """What the command line says about rules: each empty where it says nothing. ``select`` replaces the profile's list."""

    __slots__ = ("extend_select", "ignore", "profile", "select")

    def __init__(
        self,
        *,
        profile: str = "",
        select: Sequence[str] = (),
        extend_select: Sequence[str] = (),
        ignore: Sequence[str] = (),
    ) -> None:
        self.profile = profile
        self.select = tuple(select)
        self.extend_select = tuple(extend_select)
        self.ignore = tuple(ignore)


def plan_for(config: Config, registry: Registry, choice: Choice) -> Plan:
    """The rules that are asked, in catalogue order. What the command line selects by id or name, the
    configuration's ``off`` does not hold.

    Raises ConfigError for a rule or parameter of the configuration that is wrong, RuleError for a selector of the command line.
    """
    taker = Taker()
    profile = choice.profile or config.profile or DEFAULT_PROFILE
    registry.reach(profile)
    parameters: dict[str, dict[str, Value]] = {}
    given: dict[str, str] = {}
    off: set[str] = set()
    for settings in config.rules:
        rule = _rule(settings, registry, taker)
        if rule is None:
            continue
        if settings.off:
            off.add(rule.id)
        if settings.severity:
            given[rule.id] = settings.severity
        parameters[rule.id] = _parameters(settings, rule, taker)
    on = _selected(config, registry, choice, profile, off, taker)
    if taker.problems:
        raise ConfigError(taker.problems)
    rules = [rule for id, rule in registry.rules.items() if id in on]
    return Plan(
        rules,
        profile=profile,
        parameters={rule.id: {**defaults(rule), **parameters.get(rule.id, {})} for rule in rules},
        severities={id: given.get(id) or severity_in(rule, profile) for id, rule in registry.rules.items()},
    )


def in_profile(rule: type[Rule], profile: str) -> bool:
    """Whether a profile has a rule: each has those of the profiles below it."""
    return PROFILES.index(rule.profile) <= PROFILES.index(profile)


def severity_in(rule: type[Rule], profile: str) -> str:
    """A rule's severity in a profile: the gravest that it or a profile below it gives."""
    given = [rule.severity] + [rule.severities.get(name, "") for name in PROFILES[: PROFILES.index(profile) + 1]]
    return max((word for word in given if word), key=SEVERITIES.index)


def defaults(rule: type[Rule]) -> dict[str, Value]:
    """A rule's parameters as they are without configuration."""
    return {parameter.name: parameter.default for parameter in rule.parameters}


def parameters_in(config: Config, rules: Sequence[type[Rule]]) -> dict[str, dict[str, Value]]:
    """The parameters of rules, as a configuration sets them. Raises ConfigError for one that is wrong."""
    taker = Taker()
    known = {rule.id: rule for rule in rules}
    given = {each.id: _parameters(each, known[each.id], taker) for each in config.rules if each.id in known}
    if taker.problems:
        raise ConfigError(taker.problems)
    return {rule.id: {**defaults(rule), **given.get(rule.id, {})} for rule in rules}


def _selected(
    config: Config, registry: Registry, choice: Choice, profile: str, off: set[str], taker: Taker
) -> set[str]:
    if choice.select:
        on = set(registry.select(choice.select))
    elif config.select:
        on = _by_config(config.select, registry, taker)
    else:
        on = {id for id, rule in registry.rules.items() if in_profile(rule, profile)}
    on |= _by_config(config.extend_select, registry, taker)
    on -= off - _named(registry, (*choice.select, *choice.extend_select))
    on |= set(registry.select(choice.extend_select))
    return on - set(registry.select(choice.ignore))


def _named(registry: Registry, selectors: Sequence[str]) -> set[str]:
    """The rules that selectors name one by one, not as a family or all."""
    alone = ((word, registry.select([word])) for word in selectors)
    return {found[0] for word, found in alone if len(found) == 1 and word.upper() != found[0][:3]}


def _by_config(selectors: Sequence[tuple[str, Node]], registry: Registry, taker: Taker) -> set[str]:
    found: set[str] = set()
    for word, node in selectors:
        try:
            found |= set(registry.select([word]))
        except RuleError as error:
            taker.wrong(node, str(error))
    return found


def _rule(settings: RuleSettings, registry: Registry, taker: Taker) -> type[Rule] | None:
    try:
        return registry.find(settings.id)
    except RuleError as error:
        taker.wrong(settings.node, str(error))
        return None


def _parameters(settings: RuleSettings, rule: type[Rule], taker: Taker) -> dict[str, Value]:
    known = {parameter.name: parameter for parameter in rule.parameters}
    found: dict[str, Value] = {}
    for name, node in settings.parameters.items():
        if name not in known:
            right = [*known, "severity", "reason"]
            taker.wrong(node, f"`{settings.id}` has no parameter `{name}`{suggestion(name, right)}")
            continue
        value = _value(node, known[name], f"`{name}` of `{settings.id}`", taker)
        if value is not None:
            found[name] = value
    return found


def _value(node: Node, parameter: Parameter, what: str, taker: Taker) -> Value | None:
    """A parameter's value: of the type that its default has, within its range or choices."""
    default = parameter.default
    if isinstance(default, bool):
        return taker.truth(node, what)
    if isinstance(default, int | float):
        return taker.number(node, what, parameter.minimum, parameter.maximum)
    if isinstance(default, tuple):
        return taker.texts(node, what, parameter.choices)
    if isinstance(node, Scalar) and not parameter.choices and not isinstance(plain(node), str):
        taker.wrong(node, f"{what} must be text, not {described(node)}")
        return None
    return taker.text(node, what, parameter.choices) or None
