"""The catalogue as Markdown: one page a rule and an index, made from the rules' docstrings and parameters alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from barraiser.checks.documentation import documentation_of
from barraiser.checks.registry import Registry
from barraiser.checks.rule import PIPELINE, PUBLISH, Parameter, Rule, Value
from barraiser.model.words import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, PIPELINE_KINDS, PROFILES
from barraiser.report.catalogue import written

INDEX = "README.md"
"""The index's file; a rule's page is ``ID.md``, so that ``HOME_URL/rules/ID`` shows it."""

PLATFORM_NAMES = {GITHUB_ACTIONS: "GitHub Actions", GITLAB_CI: "GitLab CI", CODEPIPELINE: "AWS CodePipeline"}
_LANGUAGES = {"yml": "yaml", "yaml": "yaml", "json": "json", "tf": "hcl", "md": "markdown", "sh": "sh"}
_FILE = re.compile(r"# (?P<path>[\w./-]{1,100}\.(?P<suffix>[a-z]{1,4})|[A-Z]{5,20})(?: .*)?")
_ID = re.compile(r"\b[A-Z]{3}\d{3}\b")
_MARKUP = re.compile(r"[\\*_\[\]<>|#]")


def pages(registry: Registry, models: Mapping[str, str] | None = None) -> dict[str, str]:
    """File name to text: the index, and the page of each rule. ``models``: platform to a whole pipeline that the index links."""
    rules = list(registry.rules.values())
    found = {INDEX: index(rules, registry.families, models or {})}
    for number, rule in enumerate(rules):
        before = rules[number - 1] if number else None
        after = rules[number + 1] if number + 1 < len(rules) else None
        found[f"{rule.id}.md"] = page(rule, registry, before, after)
    return found


def index(rules: list[type[Rule]], families: Mapping[str, str], models: Mapping[str, str]) -> str:
    """The rules by family, and how many each profile has. ``families``: letters of the ids to their meaning."""
    lines = [
        "# The rules",
        "",
        f"{len(rules)} rules in {len({rule.family() for rule in rules})} families. A profile has its own rules and those of the profiles"
        " before it; `barraiser rule ID` shows a rule's page in a terminal.",
        "",
        *_models(models),
        "| profile | rules |",
        "| --- | --- |",
    ]
    for number, profile in enumerate(PROFILES):
        own = [rule for rule in rules if rule.profile == profile]
        total = sum(rule.profile in PROFILES[: number + 1] for rule in rules)
        lines.append(f"| {profile} | {total}: {', '.join(_link(rule) for rule in own)} |")
    for family in dict.fromkeys(rule.family() for rule in rules):
        lines += ["", f"## {family}: {families.get(family, 'Other')}", ""]
        lines += [
            "| id | name | title | severity | from profile | decided on |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for rule in rules:
            if rule.family() == family:
                where = ", ".join(PLATFORM_NAMES[each] for each in rule.platforms)
                lines.append(
                    f"| {_link(rule)} | {rule.name} | {_prose(rule.title())} | {_severity(rule)} | {rule.profile} | {where} |"
                )
    return "\n".join([*lines, ""])


def _models(models: Mapping[str, str]) -> list[str]:
    if not models:
        return []
    links = ", ".join(f"[{PLATFORM_NAMES[platform]}]({path})" for platform, path in models.items())
    return [f"Whole pipelines that meet all of them, with the rules' ids beside what meets them: {links}.", ""]


def page(rule: type[Rule], registry: Registry, before: type[Rule] | None, after: type[Rule] | None) -> str:
    """All that there is to say about one rule, with links to those that it speaks of and to its neighbours."""
    blocks = [f"# {rule.id}: {rule.name}", f"**{_prose(documentation_of(rule).title)}.**", _facts(rule)]
    blocks += _sections(rule, lambda text: _linked(_prose(text), registry, rule))
    related = _related(rule, registry)
    if related:
        blocks += ["## Related rules", "\n".join(f"- {_link(each)}: {_prose(each.title())}" for each in related)]
    around = [f"[All rules]({INDEX})"]
    around += [f"before: {_link(before)}"] if before else []
    around += [f"next: {_link(after)}"] if after else []
    return "\n\n".join([*blocks, " | ".join(around)]) + "\n"


def help_text(rule: type[Rule]) -> str:
    """The sections of a rule's page without links between pages, for readers that show it beside a finding."""
    return "\n\n".join(_sections(rule, _prose))


def _sections(rule: type[Rule], prose: Callable[[str], str]) -> list[str]:
    told = documentation_of(rule)
    blocks: list[str] = []
    for head, text in (("Why it matters", told.why), ("How it is decided", told.decided_by), ("What to do", told.fix)):
        blocks += [f"## {head}", prose(text)] if text else []
    for platform in rule.platforms:
        shown = [
            (what, examples.get(platform, "")) for what, examples in (("Before", told.before), ("After", told.after))
        ]
        if any(text for _, text in shown):
            blocks.append(f"### {PLATFORM_NAMES[platform]}")
            blocks += [f"{what}:\n\n{_fenced(text)}" for what, text in shown if text]
    if rule.parameters:
        blocks += ["## Parameters", _parameters(rule.parameters), _configuration(rule)]
    return [*blocks, "## Source", prose(told.source)] if told.source else blocks


def _facts(rule: type[Rule]) -> str:
    asked = {PIPELINE: "the pipeline, once", PUBLISH: "each publish"}.get(rule.asks, "each deploy to production")
    rows = [
        ("severity", _severity(rule)),
        ("profiles", ", ".join(PROFILES[PROFILES.index(rule.profile) :])),
        ("platforms", ", ".join(PLATFORM_NAMES[each] for each in rule.platforms)),
        ("pipeline kinds", "all" if set(rule.kinds) == set(PIPELINE_KINDS) else ", ".join(rule.kinds)),
        ("asked about", asked),
        ("since", rule.since),
    ]
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)])


def _severity(rule: type[Rule]) -> str:
    higher = [f"{rule.severities[name]} in {name}" for name in PROFILES if name in rule.severities]
    return ", ".join([rule.severity, *higher])


def _parameters(parameters: Iterable[Parameter]) -> str:
    lines = ["| name | type | default | allowed | meaning |", "| --- | --- | --- | --- | --- |"]
    for each in parameters:
        unit = f" {each.unit}" if each.unit else ""
        default = f"`{written(each.default)}`{unit}".replace("|", "\\|")
        lines.append(f"| `{each.name}` | {each.type} | {default} | {_prose(each.allowed())} | {_prose(each.meaning)} |")
    return "\n".join(lines)


def _configuration(rule: type[Rule]) -> str:
    """The parameters with their defaults, as `.barraiser.yml` has them."""
    lines = ["rules:", f"  {rule.id}:"]
    lines += [f"    {each.name}: {_as_yaml(each.default)}" for each in rule.parameters]
    return "In `.barraiser.yml`, with the defaults:\n\n" + _fenced("\n".join(lines))


def _as_yaml(value: Value) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_as_yaml(each) for each in value)}]"
    plain = not value or not isinstance(value, str) or re.fullmatch(r"[A-Za-z][\w-]*", value)
    return written(value) if plain else f"'{value}'"


def _related(rule: type[Rule], registry: Registry) -> list[type[Rule]]:
    """The rules whose verdicts it looks at, those that look at its own, and those that its text names."""
    named = set(_ID.findall(rule.__doc__ or "")) | set(rule.after)
    return [
        each
        for each in registry.rules.values()
        if each is not rule
        and (each.id in named or rule.id in each.after or rule.id in _ID.findall(each.__doc__ or ""))
    ]


def _linked(text: str, registry: Registry, rule: type[Rule]) -> str:
    """Markdown with the ids of other rules as links, but for those that are quoted as code."""
    parts = text.split("`")
    for number in range(0, len(parts), 2):
        parts[number] = _ID.sub(
            lambda match: (
                f"[{match[0]}]({match[0]}.md)" if match[0] in registry.rules and match[0] != rule.id else match[0]
            ),
            parts[number],
        )
    return "`".join(parts)


def _link(rule: type[Rule]) -> str:
    return f"[{rule.id}]({rule.id}.md)"


def _prose(text: str) -> str:
    """Text of a docstring as Markdown: nothing in it is markup but code in backquotes."""
    parts = text.split("`")
    return "`".join(part if number % 2 else _MARKUP.sub(r"\\\g<0>", part) for number, part in enumerate(parts))


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language(text)}\n{text}\n{fence}"


def language(example: str) -> str:
    """Of an example, as Markdown names it: by the file that the first line names; an example that names none is a part of the pipeline."""
    match = _FILE.fullmatch(example.split("\n", 1)[0])
    if match is None:
        return "yaml"
    return _LANGUAGES.get(match["suffix"] or "", "text")
