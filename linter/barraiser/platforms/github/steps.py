"""The steps of a job or composite action."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from barraiser.model.condition import UNCONDITIONAL, Condition
from barraiser.model.pipeline import Fragment, Script, Step
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of
from barraiser.platforms.github.checks import WAITING_KEYS, check_step, mapping_of, scalar_of
from barraiser.platforms.github.evaluate import Scope, evaluate
from barraiser.platforms.github.expressions import Tree
from barraiser.platforms.github.sharing import SharedSteps
from barraiser.platforms.github.site import Site, soft_of, softs_of
from barraiser.platforms.github.texts import MAX_SPENT, NOT_IN_STEP_IF, condition_text, has_status
from barraiser.platforms.github.values import OPEN, Object, Unknown, Value, truth
from barraiser.source.nodes import Mapping, Node, Scalar, line_of
from barraiser.source.nodes import Sequence as Items

_BY_SCENARIO: Final = ("github", "inputs", "env", "needs", "steps")


class Outer:
    """The step of a caller around the steps of a composite action: its condition and softness hold for each of them."""

    __slots__ = ("condition", "depth", "normal", "soft", "soft_place", "stack")

    def __init__(
        self, condition: Condition, normal: list[Tri], soft: Tri, soft_place: Place | None, stack: tuple[str, ...]
    ) -> None:
        self.condition = condition
        self.normal = normal
        self.soft = soft
        self.soft_place = soft_place
        self.stack = stack
        self.depth = len(stack)


class _Past:
    """The steps before: which have an id, and whether each runs."""

    __slots__ = ("normal", "soft")

    def __init__(self) -> None:
        self.normal: dict[str, list[Tri]] = {}
        self.soft: dict[str, Tri] = {}


def steps_of(
    nodes: Sequence[Node], site: Site, outer: Outer | None = None, shared: SharedSteps | None = None
) -> list[Step]:
    """The steps, composite actions inlined. ``site.static`` and ``site.env`` hold the job's variables.

    ``shared``: the steps of the job's other legs.
    """
    found: list[Step] = []
    raised: dict[str, int] = {}
    background: list[Step] = []
    past = _Past()
    for number, node in enumerate(_flat(nodes)):
        if isinstance(node, Mapping) and node.has_any(WAITING_KEYS):
            background.clear()
            continue
        known = None
        if shared is not None and not site.exported:
            known = shared.step(number, site.shell, site.working_directory)
        if known is not None and isinstance(node, Mapping):
            _take(known, node, past, found, raised)
            _export(node, site)
            site.expressions.spent += 8
            continue
        step = check_step(site.reading.problems, node, site.where)
        site.expressions.spent += 8
        if site.expressions.spent > MAX_SPENT:
            break
        if step is None:
            continue
        key = step.text("id").lower()
        before = len(found)
        normal = _add(step, site, past, outer, found)
        for one in found[before:] if site.exported else ():
            one.env = {**site.exported, **one.env}
        _export(step, site)
        if shared is not None and not site.exported and len(found) == before + 1:
            shared.keep(number, step, site.shell, site.working_directory, found[before], normal)
        if key:
            past.normal[key] = normal
            past.soft[key] = found[before].soft if len(found) > before else NO
            raised[key] = before
        if step.text("background").lower() == "true":
            background += found[before:]
        _harden(step, found, raised)
    for late in background:
        late.soft = max(late.soft, MAYBE)
        late.soft_place = late.soft_place or late.place
    return found


def _export(step: Mapping, site: Site) -> None:
    """Note the variables that a script sets for the steps behind it."""
    run = step.get("run")
    if not isinstance(run, Scalar) or "GITHUB_ENV" not in run.value:
        return
    from barraiser.platforms.github.outputs import exported_by

    for name, value in exported_by(step, run, site.static, site.reading).items():
        site.exported[name] = f"${{{{ env.{name} }}}}" if value is None else value
    site.know(site.exported)


def _take(known: tuple[Step, list[Tri]], node: Mapping, past: _Past, found: list[Step], raised: dict[str, int]) -> None:
    """A step of another leg, as it is."""
    step, normal = known
    key = step.key.lower()
    if key:
        past.normal[key] = normal
        past.soft[key] = step.soft
        raised[key] = len(found)
    found.append(step)
    _harden(node, found, raised)


def _flat(nodes: Sequence[Node]) -> Iterator[Node]:
    """The steps, those of ``parallel:`` one after the other: the step behind it waits for all of them."""
    for node in nodes:
        inner = node.get("parallel") if isinstance(node, Mapping) else None
        if isinstance(inner, Items):
            yield from inner.items
        else:
            yield node


def _add(step: Mapping, site: Site, past: _Past, outer: Outer | None, found: list[Step]) -> list[Tri]:
    """One step, or the steps of the composite action that it calls. Returns whether it runs, by scenario, when all goes well."""
    problems, what = site.reading.problems, f"a step of {site.where}"
    env_node = mapping_of(problems, step, "env", what)
    static = site.static
    mappings = [*site.env, env_node] if env_node else site.env
    env = site.variables([env_node]) if env_node else {}
    condition, normal = _condition(step, site, past, mappings)
    if outer is not None:
        condition, normal = _within(outer, condition, normal)
    soft, soft_place, _ = soft_of(step.get("continue-on-error"), site)
    softs: tuple[Tri, ...] = ()
    if soft == MAYBE:
        soft, softs = softs_of(step.get("continue-on-error"), site, mappings)
    if outer is not None and outer.soft > soft:
        soft, soft_place, softs = outer.soft, outer.soft_place, ()
    name = scalar_of(problems, step, "name", what)
    label = site.resolve(name) if name else ""
    uses = step.get("uses")
    if isinstance(uses, Scalar):
        inputs, places = _inputs(step, site)
        target = uses.value.strip()
        if target.startswith("actions/checkout@") and inputs.get("path") and not inputs.get("repository"):
            site.checkouts.append(inputs["path"].removeprefix("./").strip("/"))
        missing = len(site.reading.unresolved)
        if target.startswith(("./", "../")) or site.reading.include_map:
            from barraiser.platforms.github.composite import inline

            depth = outer.stack if outer else ()
            inner = Outer(condition, normal, soft, soft_place, depth)
            inlined = inline(target, uses, inputs, step, site, inner)
            if inlined is not None:
                for one in inlined if env else ():
                    one.env = {**env, **one.env}
                found += inlined
                site.static = static
                return normal
        key = step.key("uses") or uses
        found.append(
            Step(
                Place(key.path, key.line, key.column, step.end_line),
                name=label, key=step.text("id"), uses=target, inputs=inputs, input_places=places, env=env,
                condition=condition, soft=soft, soft_place=soft_place,
                unresolved=target if len(site.reading.unresolved) > missing else "",
            )
        )  # fmt: skip
    else:
        run = step.get("run")
        assert isinstance(run, Scalar)
        key = step.key("run") or run
        found.append(
            Step(
                Place(key.path, key.line, key.column, run.end_line),
                name=label, key=step.text("id"), script=_script(step, run, site), env=env,
                condition=condition, soft=soft, soft_place=soft_place,
            )
        )  # fmt: skip
    found[-1].softs = softs
    site.static = static
    return normal


def _inputs(step: Mapping, site: Site) -> tuple[dict[str, str], dict[str, Place]]:
    inputs: dict[str, str] = {}
    places: dict[str, Place] = {}
    for key, value in mapping_of(site.reading.problems, step, "with", f"a step of {site.where}") or ():
        if isinstance(value, Scalar):
            inputs[key.value] = "" if value.is_null() else site.resolve(value)
            places[key.value] = Place(value.path, value.line, value.column, value.end_line)
    return inputs, places


def _script(step: Mapping, run: Scalar, site: Site) -> Script:
    """The script with constants put in. Where an expression's value has line breaks, all of it stands at the line of the script."""
    fragment = site.reading.fragment(run)
    if "${{" in fragment.text:
        text = site.resolve(run)
        same = text.count("\n") == run.value.count("\n")
        if same or run.value.count("${{") == 1:
            fragment = Fragment(
                text,
                fragment.path,
                fragment.line,
                fragment.columns,
                folded=fragment.folded or not same,
                end_line=fragment.end_line,
            )
    shell_node, folder = step.get("shell"), step.get("working-directory")
    written = site.resolve(shell_node) if isinstance(shell_node, Scalar) and not shell_node.is_null() else site.shell
    directory = site.resolve(folder) if isinstance(folder, Scalar) and not folder.is_null() else site.working_directory
    shell, errexit, pipefail = shell_of(written)
    return Script([fragment], shell=shell, errexit=errexit, pipefail=pipefail, working_directory=directory)


def shell_of(written: str) -> tuple[str, bool, Tri]:
    """The program of a ``shell:``, whether it stops at the first failing command, and whether a pipe fails with any of its commands.

    ``bash`` written out is ``bash --noprofile --norc -eo pipefail {0}`` on GitHub, and the default of a Linux runner ``bash -e {0}``.
    """
    words = written.split()
    if not words:
        return "bash", True, NO
    name = words[0].rpartition("/")[2].lower().removesuffix(".exe")
    if len(words) == 1:
        return name, name in ("bash", "sh", "pwsh", "powershell"), YES if name == "bash" else NO
    if name in ("pwsh", "powershell"):
        return name, True, NO
    flags = [word for word in words[1:] if word.startswith("-") and not word.startswith("--")]
    errexit = any("e" in flag[1:] for flag in flags) or "errexit" in words
    return name, errexit, YES if "pipefail" in words else NO


def _condition(step: Mapping, site: Site, past: _Past, mappings: list[Mapping]) -> tuple[Condition, list[Tri]]:
    """The condition of a step, and whether it runs by scenario when everything before it went well."""
    node = step.get("if")
    always_on = [YES] * site.reading.scenarios
    if not isinstance(node, Scalar) or node.is_null():
        if node is not None and not isinstance(node, Scalar):
            scalar_of(site.reading.problems, step, "if", f"a step of {site.where}")
        return UNCONDITIONAL, always_on
    tree = site.expressions.condition(node)
    names = site.expressions.names(node.value, tree)
    site.expressions.forbid(node, names, NOT_IN_STEP_IF, "a step")
    contexts = _contexts(names, site, past, mappings)
    status = has_status(names)
    cost = 2 + len(node.value) // 20
    normal = _verdicts(tree, contexts, past, {}, YES, NO, NO, site, cost)
    failed = cancelled = [NO] * len(normal)
    if status:
        failing = {key: "failure" for key in past.normal if any(name.startswith(f"steps.{key}.") for name in names)}
        failed = _verdicts(tree, contexts, past, failing, NO, YES, NO, site, cost)
        cancelled = _verdicts(tree, contexts, past, {}, NO, NO, YES, site, cost)
    later = [max(one, other) for one, other in zip(failed, cancelled, strict=True)]
    runs = [MAYBE if usual == NO and late != NO else usual for usual, late in zip(normal, later, strict=True)]
    on_failure = max(normal, default=YES) == NO and max(later, default=NO) != NO
    demands = []
    for key, soft in past.soft.items():
        if soft and f"steps.{key}.outcome" in names:
            without = _verdicts(tree, contexts, past, {key: "failure"}, YES, NO, NO, site, cost)
            if max(without, default=NO) == NO:
                demands.append(key)
    condition = Condition(
        condition_text(node),
        () if all_of(runs) == YES else tuple(runs),
        always=max(failed, default=NO) != NO and not on_failure,
        on_failure=on_failure,
        demands=tuple(demands),
        place=line_of(step.key("if") or node),
    )
    return condition, normal


def _contexts(names: set[str], site: Site, past: _Past, mappings: list[Mapping]) -> list[dict[str, Value]]:
    """One set of contexts for each scenario; a single one where the condition looks at nothing that differs between them."""
    used = {name.partition(".")[0] for name in names}
    if used.isdisjoint(_BY_SCENARIO):
        return [site.scenarios[0]] if site.scenarios else []
    needed = mappings if "env" in used else []
    return [site.contexts(index, needed) for index in range(site.reading.scenarios)]


def _verdicts(
    tree: Tree,
    contexts: list[dict[str, Value]],
    past: _Past,
    outcomes: dict[str, str],
    success: Tri,
    failure: Tri,
    cancelled: Tri,
    site: Site,
    cost: int,
) -> list[Tri]:
    site.expressions.spent += len(contexts) * cost
    found = [
        truth(
            evaluate(
                tree,
                Scope(
                    {**each, "steps": _steps(past, index, outcomes)},
                    success=success,
                    failure=failure,
                    cancelled=cancelled,
                ),
            )
        )
        for index, each in enumerate(contexts)
    ]
    count = site.reading.scenarios
    return found * count if len(found) == 1 else found


def _steps(past: _Past, index: int, outcomes: dict[str, str]) -> Object:
    """The ``steps`` context: what the steps before came to."""
    values: dict[str, Value] = {}
    for key, normal in past.normal.items():
        runs = normal[index] if index < len(normal) else YES
        outcome: Value = outcomes.get(key, "success")
        conclusion: Value = "success" if past.soft.get(key) == YES else outcome
        if runs == NO:
            values[key] = Object({"outcome": "skipped", "conclusion": "skipped", "outputs": Object()})
            continue
        if runs == MAYBE:
            outcome = Unknown(("skipped", outcome))
            conclusion = Unknown(("skipped", conclusion))
        values[key] = Object({"outcome": outcome, "conclusion": conclusion, "outputs": OPEN})
    return Object(values, OPEN)


def _within(outer: Outer, condition: Condition, normal: list[Tri]) -> tuple[Condition, list[Tri]]:
    """A step's condition inside a composite action: the caller's must hold as well."""
    around = outer.condition
    normal = [min(one, other) for one, other in zip(normal, outer.normal, strict=False)]
    if not around.text and not around.runs:
        return condition, normal
    if not condition.text and not condition.runs:
        return around, normal
    runs = (
        tuple(map(min, around.runs, condition.runs))
        if around.runs and condition.runs
        else around.runs or condition.runs
    )
    return (
        Condition(
            joined(around.text, condition.text),
            runs,
            always=around.always or condition.always,
            on_failure=around.on_failure or condition.on_failure,
            demands=condition.demands,
            place=condition.place or around.place,
        ),
        normal,
    )


def joined(one: str, other: str) -> str:
    """Two conditions that both must hold, as one text."""
    parts = [f"({text})" if "||" in text else text for text in (one, other) if text]
    return " && ".join(parts) if len(parts) > 1 else one or other


def _fails_on_purpose(step: Mapping) -> bool:
    """Whether a step is there to fail: by a script's ``exit 1``, or by what a script of JavaScript calls for it."""
    run, settings = step.get("run"), step.get("with")
    if isinstance(run, Scalar):
        return "exit 1" in run.value or run.value.strip() == "false"
    if step.text("uses").startswith("actions/github-script") and isinstance(settings, Mapping):
        return "core.setFailed(" in settings.text("script")
    return False


def _harden(step: Mapping, found: list[Step], raised: dict[str, int]) -> None:
    """A later step that fails on purpose when an earlier soft one failed gives that its teeth back.

    ``if: steps.test.outcome == 'failure'`` with ``run: exit 1``: the job fails after all.
    """
    condition = step.get("if")
    if not isinstance(condition, Scalar) or not _fails_on_purpose(step):
        return
    if step.get("continue-on-error") is not None:
        return
    text = "".join(condition_text(condition).split()).lower().removeprefix("always()&&")
    alternatives = {part.strip("()") for part in text.split("||")}
    for key, at in raised.items():
        outcome = f"steps.{key}.outcome"
        if (
            at < len(found) - 1
            and found[at].soft
            and not alternatives.isdisjoint((f"{outcome}=='failure'", f"{outcome}!='success'"))
        ):
            found[at].soft = NO
            found[at].checked_after = len(found) - 1 - at
