"""The catalogue of rules: as a table, as JSON, and one rule explained."""

from __future__ import annotations

import json
from collections.abc import Sequence

from barraiser.checks.documentation import documentation_of
from barraiser.checks.registry import Registry
from barraiser.checks.rule import Parameter, Rule, Value
from barraiser.model.words import PLATFORMS, PROFILES
from barraiser.report.escape import visible, visible_lines
from barraiser.report.paint import SEVERITY_STYLE, Paint, wrapped
from barraiser.report.report import help_uri


def table(registry: Registry, *, width: int = 0, colored: bool = False) -> str:
    """A line a rule: id, name, severity, profile, title; titles are cut to the width, 0 for none."""
    paint = Paint(colored)
    rules = list(registry.rules.values())
    wide = max((len(rule.name) for rule in rules), default=4)
    profile = max(len(name) for name in PROFILES)
    lines = []
    for rule in rules:
        head = f"{paint(rule.id, 'bold')}  {rule.name:<{wide}}  {paint(f'{rule.severity:<7}', SEVERITY_STYLE[rule.severity])}"
        room = max(20, width - wide - profile - 22)
        title = visible(rule.title())
        shown = title if not width or len(title) <= room else f"{title[: room - 3].rstrip()}..."
        lines.append(f"{head}  {rule.profile:<{profile}}  {shown}")
    return "".join(f"{line}\n" for line in lines)


def as_json(registry: Registry) -> str:
    """The catalogue as the JSON contract has it."""
    rules = [
        {
            "id": rule.id,
            "name": rule.name,
            "title": rule.title(),
            "severity": rule.severity,
            "profile": rule.profile,
            "platforms": list(rule.platforms),
            "family": rule.family(),
            "origin": registry.origins.get(id, ""),
            "parameters": [_parameter(parameter) for parameter in rule.parameters],
        }
        for id, rule in registry.rules.items()
    ]
    return json.dumps({"schema_version": 1, "rules": rules}, indent=2) + "\n"


def explained(rule: type[Rule], origin: str, *, width: int = 100, colored: bool = False) -> str:
    """All that there is to say about one rule."""
    paint = Paint(colored)
    told = documentation_of(rule)
    lines = [f"{paint(f'{rule.id} {rule.name}', 'bold')}", *wrapped(visible(told.title), width, ""), ""]
    higher = [f"{rule.severities[name]} in {name}" for name in PROFILES if name in rule.severities]
    lines.append(f"severity   {', '.join([rule.severity, *higher])}")
    lines.append(f"profile    {', '.join(PROFILES[PROFILES.index(rule.profile) :])}")
    lines.append(f"platforms  {', '.join(rule.platforms)}")
    lines += wrapped(", ".join(rule.kinds), width, " " * 11, "kinds      ")
    lines.append(f"since      {rule.since}" + (f", from {visible(origin)}" if origin not in ("", "barraiser") else ""))
    for head, text in (("Why", told.why), ("How it is decided", told.decided_by), ("What to do", told.fix)):
        lines += _section(head, text, width, paint)
    if rule.parameters:
        lines += ["", paint("Parameters", "bold")]
        for parameter in rule.parameters:
            lines += wrapped(_parameter_line(parameter), width, "      ", "  ")
    for platform in PLATFORMS:
        if platform in told.before or platform in told.after:
            lines += _examples(platform, told.before.get(platform, ""), told.after.get(platform, ""), paint)
    lines += _section("Source", told.source, width, paint)
    lines += ["", help_uri(rule.id)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _section(head: str, text: str, width: int, paint: Paint) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        lines += wrapped(visible(paragraph), width, "  ")
    return ["", paint(head, "bold"), *lines] if lines else []


def _examples(platform: str, before: str, after: str, paint: Paint) -> list[str]:
    lines: list[str] = []
    for head, text, style in (("before", before, "red"), ("after", after, "green")):
        if text:
            lines += ["", f"{paint(platform, 'bold')}, {paint(head, style)}:"]
            lines += [f"    {line}" for line in visible_lines(text)]
    return lines


def _parameter_line(parameter: Parameter) -> str:
    unit = f" {parameter.unit}" if parameter.unit else ""
    allowed = "; ".join(filter(None, (parameter.type, parameter.allowed())))
    return visible(f"{parameter.name} = {written(parameter.default)}{unit}: {parameter.meaning} ({allowed})")


def written(value: Value) -> str:
    """A parameter's value as the configuration has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value) or '""'


def _parameter(parameter: Parameter) -> dict[str, object]:
    default = parameter.default
    shown: bool | float | str | Sequence[str] = list(default) if isinstance(default, tuple) else default
    data: dict[str, object] = {"name": parameter.name, "type": parameter.type, "default": shown}
    data["meaning"] = parameter.meaning
    if parameter.unit:
        data["unit"] = parameter.unit
    if parameter.choices:
        data["choices"] = list(parameter.choices)
    for name in ("minimum", "maximum"):
        if getattr(parameter, name) is not None:
            data[name] = getattr(parameter, name)
    return data
