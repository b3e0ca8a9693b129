"""``barraiser graph``: the stage graph of pipelines."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from barraiser.checks.registry import RuleError
from barraiser.checks.subjects import deploys_to_prod, whether_any
from barraiser.cli import options as shared
from barraiser.cli.parser import OPERANDS, Parser
from barraiser.cli.roots import Configs, prefixes_of, select_roots
from barraiser.cli.settings import Settings
from barraiser.cli.work import RootOutcome, read_root
from barraiser.graph.build import stage_graph
from barraiser.policy.nearest import suggestion
from barraiser.policy.take import ConfigError
from barraiser.report.graph_view import GraphView, shown_as, shown_in, variant_name

FORMATS = {"text": "graph_text", "json": "graph_json", "mermaid": "graph_mermaid", "dot": "graph_dot"}
"""Format to its module in the report package."""


def parser() -> Parser:
    """What the command takes."""
    found = Parser(
        "graph",
        "Show the graph of the pipelines in PATHs: what must happen before what.",
        "[PATH]...",
        most=sys.maxsize,
    )
    group = found.add_argument_group("Report")
    shared.output(group, tuple(FORMATS))
    group.add_argument("--scenario", metavar="NAME", default="", help="Only what runs, or may run, in this scenario.")
    group.add_argument(
        "--variant",
        metavar="NAME",
        default="",
        help="Only this way in which undecided conditions of a template can fall: its number, or its conditions.",
    )
    group.add_argument("--explain", action="store_true", help="Show the confidence and reason of each classification.")
    add = found.add_argument_group("Exit status").add_argument
    add("--allow-empty", action="store_true", help="Finding no pipeline is no error.")
    shared.where_to_look(found)
    return found


def command(given: dict[str, Any]) -> None:
    """Show the graph of the pipelines in PATHs: what must happen before what."""
    outputs = shared.outputs_of(given["output_format"], given["output_file"], "text")
    settings = Settings(
        given[OPERANDS],
        as_of=shared.as_of_date(given["as_of"]),
        config=given["config"],
        isolated=given["isolated"],
        root=given["root"],
        platform=given["platform"] or "",
        default_branch=given["default_branch"],
        include_map={},
        stdin=shared.read_stdin(given[OPERANDS]),
        stdin_name=given["stdin_filename"],
    )
    try:
        settings.include_map = shared.include_map_of(given["include_map"])
        views, errors = views_of(settings)
    except (ConfigError, RuleError) as error:
        shared.stop(str(error))
    except FileNotFoundError as error:
        shared.stop(f"barraiser: {error}: there is no such file or folder")
    found = bool(views)
    unreadable = any(problem.fatal for view in views for problem in view.pipeline.problems)
    if given["variant"]:
        views = _as_variant(views, given["variant"])
    if given["scenario"]:
        views = _in_scenario(views, given["scenario"])
    for path, form in outputs.items():
        text: str = import_module(f"barraiser.report.{FORMATS[form]}").render(views, explain=given["explain"])
        if path:
            shared.write_file(path, text)
        else:
            shared.write_stdout(text)
    for line in errors:
        shared.tell(f"barraiser: {line}")
    if errors:
        raise SystemExit(shared.COULD_NOT_WORK)
    if not found:
        shared.tell("barraiser: no pipeline was found")
    raise SystemExit(1 if unreadable else 0 if found or given["allow_empty"] else 3)


def views_of(settings: Settings) -> tuple[list[GraphView], list[str]]:
    """The graphs of what the settings select, and what barraiser could not do.

    Raises ConfigError, and FileNotFoundError for a path that does not exist.
    """
    configs = Configs(settings)
    selected = select_roots(settings, configs)
    prefixes = prefixes_of([each.root for each in selected])
    configs.show_with(prefixes)
    views: list[GraphView] = []
    errors: list[str] = []
    for each in selected:
        prefix = prefixes.get(each.root, "")
        outcome = RootOutcome(each.root, each.whole)
        entries, pipelines = read_root(each, settings, configs.of(each.root), outcome, show_called=True)
        for pipeline in pipelines:
            try:
                graph = stage_graph(pipeline, entries)
                fatal = any(problem.fatal for problem in pipeline.problems)
                graphs = [stage_graph(variant, entries) for variant in pipeline.variants] or [graph]
                reaches = None if fatal else whether_any(deploys_to_prod(each) for each in graphs)
                variants = graphs if pipeline.variants else ()
                views.append(GraphView(graph, deploys_to_prod=reaches, prefix=prefix, variants=variants))
            except Exception as error:
                outcome.errors.append(f"{pipeline.path}: internal error: {type(error).__name__}: {error}")
        errors += [prefix + line for line in outcome.errors]
        for path in outcome.passed_over:
            shared.tell(f"barraiser: {prefix}{path}: passed over, it is part of no pipeline")
    views.sort(key=lambda view: view.prefix + view.pipeline.path)
    return views, errors


def _as_variant(views: list[GraphView], name: str) -> list[GraphView]:
    """The views that have a variant of that name, set to it."""
    shown = [view for view in views if shown_as(view, name)]
    if views and not shown:
        names = list(dict.fromkeys(variant_name(each.pipeline) for view in views for each in view.variants))
        near = suggestion(name, names) or (f"; there are {', '.join(names)}" if names else "; there are none here")
        shared.stop(f"barraiser: no pipeline has the variant `{name}`{near}")
    return shown


def _in_scenario(views: list[GraphView], name: str) -> list[GraphView]:
    """The views that have a scenario of that name, set to it."""
    shown = [view for view in views if shown_in(view, name)]
    if views and not shown:
        names = list(dict.fromkeys(scenario.name for view in views for scenario in view.pipeline.scenarios))
        near = suggestion(name, names) or f"; there are {', '.join(names)}"
        shared.stop(f"barraiser: no pipeline has the scenario `{name}`{near}")
    return shown
