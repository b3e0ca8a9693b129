"""Jobs before they are instances: what they say, and what is decided of them in each way of starting."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from typing import Final

from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of, any_of
from barraiser.platforms.gitlab.durations import minutes_of
from barraiser.platforms.gitlab.includes import NOT_JOBS, Loaded
from barraiser.platforms.gitlab.reading import Reading, given
from barraiser.platforms.gitlab.rules import Decider, Decision, Outcome, flat_rules, flattened, policy_text, rules_text
from barraiser.platforms.gitlab.starts import Start
from barraiser.platforms.gitlab.steps import Keywords
from barraiser.platforms.gitlab.variables import Scope, Variable, variables_of
from barraiser.source.nodes import Mapping, Node, Scalar, Sequence, describe, line_of

ROOT_DEFAULTS: Final = ("image", "services", "cache", "before_script", "after_script")
INHERITED: Final = (
    "after_script", "artifacts", "before_script", "cache", "hooks", "id_tokens", "image", "interruptible", "retry", "services", "tags",
    "timeout",
)  # fmt: skip
STAGES: Final = ("build", "test", "deploy")
JOB_WHENS: Final = ("on_success", "on_failure", "always", "never", "manual", "delayed")

MAX_PARTS: Final = 6
"""Parts of one job; beyond it, the job is read as one that may be any of them."""

_DECIDING: Final = ("when", "allow_failure", "needs")
"""Keys of a rule that make something else of the job than its other rules."""

Mode = tuple[str, Tri, int]
"""What rules make of a job: ``when``, whether it may fail, and which ``needs`` hold (by identity; 0: the job's own)."""


class Draft:
    """One job of the file. ``decisions``: one for each way of starting; ``condition_text``: the same for jobs that run together."""

    __slots__ = (
        "condition_place",
        "condition_text",
        "decisions",
        "key",
        "keywords",
        "name",
        "rules",
        "stage",
        "variables",
    )

    def __init__(self, key: Scalar, keywords: Keywords, variables: Map[str, Variable]) -> None:
        self.key = key
        self.name = key.value
        self.keywords = keywords
        self.variables = variables
        self.stage = keywords.text("stage") or keywords.text("type") or "test"
        self.rules: list[Mapping] = []
        self.decisions: list[Decision] = []
        self.condition_text = ""
        self.condition_place: Place | None = None

    @property
    def place(self) -> Place:
        """Where the job is named."""
        return line_of(self.key)

    def whens(self, number: int) -> list[str]:
        """The ``when`` that the job may have in one way of starting."""
        own = self.keywords.text("when")
        return [outcome.when or own or "on_success" for outcome in self.decisions[number].outcomes]

    def allow_failure(self, outcome: Outcome) -> tuple[Tri, Node | None]:
        """Whether the job may fail under an outcome, and what says so (None: nothing, or its being manual)."""
        for node in (outcome.allow_failure, self.keywords.get("allow_failure")):
            if node is None:
                continue
            flag = node.as_bool() if isinstance(node, Scalar) else None
            if isinstance(node, Mapping):
                return _by_exit_code(node), node
            return (MAYBE if flag is None else YES if flag else NO), node
        return (YES if self.keywords.text("when") == "manual" else NO), None


def _mode_of(draft: Draft, outcome: Outcome) -> Mode:
    """The mode that an outcome puts a job into."""
    when = outcome.when or draft.keywords.text("when") or "on_success"
    return (when, draft.allow_failure(outcome)[0], 0 if outcome.needs is None else id(outcome.needs))


def parts_of(draft: Draft, runs: Seq[Tri]) -> list[tuple[str, tuple[Tri, ...]]]:
    """The parts of a job, each with a label and whether it runs, by way of starting: those in which it has, or may have, the same modes.

    The label is empty where there is one part.
    """
    modes: dict[tuple[Mode, ...], list[int]] = {}
    if len(draft.rules) > 1 and any(rule.has_any(_DECIDING) for rule in draft.rules):
        for number, answer in enumerate(runs):
            if answer != NO:
                here = dict.fromkeys(_mode_of(draft, outcome) for outcome in draft.decisions[number].outcomes)
                modes.setdefault(tuple(here), []).append(number)
    if not 1 < len(modes) <= MAX_PARTS:
        return [("", tuple(runs))]
    parts: list[tuple[str, tuple[Tri, ...]]] = []
    labels: dict[str, int] = {}
    for here_modes, numbers in modes.items():
        word = " or ".join(dict.fromkeys(when for when, _, _ in here_modes))
        labels[word] = count = labels.get(word, 0) + 1
        own = set(numbers)
        parts.append(
            (
                word if count == 1 else f"{word} {count}",
                tuple(answer if number in own else NO for number, answer in enumerate(runs)),
            )
        )
    return parts


def _by_exit_code(node: Mapping) -> Tri:
    """Whether ``allow_failure: exit_codes`` covers an ordinary failure: 1, with which nearly every tool ends that found something."""
    codes = node.get("exit_codes")
    items = codes.items if isinstance(codes, Sequence) else [codes]
    given = {item.value.strip() for item in items if isinstance(item, Scalar)}
    if "1" in given:
        return YES
    return NO if given and all(code.isdecimal() and _SIGNALS <= int(code[:6]) < 256 for code in given) else MAYBE


_SIGNALS: Final = 124
"""From this code on, a program was ended, or not found: none of them is what a test that failed ends with."""


class Config:
    """A configuration whose files are merged: its stages, variables and jobs."""

    __slots__ = (
        "defaults",
        "drafts",
        "loaded",
        "root",
        "root_defaults",
        "stages",
        "stages_place",
        "variables",
        "workflow",
    )

    def __init__(self, loaded: Loaded, root: Mapping, reading: Reading) -> None:
        self.loaded = loaded
        self.root = root
        self.variables = variables_of(root.get("variables"), "`variables`", reading)
        self.stages_place: Node | None = None
        self.stages = self._stages(reading)
        self.workflow = root.mapping("workflow")
        if given(root.get("workflow")) is not None and self.workflow is None:
            reading.wrong_type("`workflow`", "a mapping with `rules`", root.get("workflow") or root)
        self.root_defaults = {
            key.value: (key, value)
            for key, value in root.pairs
            if key.value in ROOT_DEFAULTS and given(value) is not None
        }
        default = given(root.get("default"))
        if default is not None and not isinstance(default, Mapping):
            reading.wrong_type("`default`", "a mapping of keywords", default)
        self.defaults = dict(self.root_defaults)
        if isinstance(default, Mapping):
            self.defaults.update((key.value, (key, value)) for key, value in default.pairs if key.value in INHERITED)
        self.drafts = self._drafts(reading)

    def _stages(self, reading: Reading) -> list[str]:
        node = given(self.root.get("stages"))
        if node is None:
            return [".pre", *STAGES, ".post"]
        self.stages_place = node
        if not isinstance(node, Sequence):
            reading.wrong_type("`stages`", "a list of names", node, "write `stages: [build, test, deploy]`")
            return [".pre", *STAGES, ".post"]
        names: dict[str, None] = {}
        for item in flattened(node, reading):
            if isinstance(item, Scalar):
                names[item.value] = None
            else:
                reading.wrong_type("a stage", "a name", item)
        return [".pre", *(name for name in names if name not in (".pre", ".post")), ".post"]

    def _drafts(self, reading: Reading) -> list[Draft]:
        drafts = []
        for key, value in self.root.pairs:
            name = key.value
            if name in NOT_JOBS or name.startswith("."):
                continue
            if not isinstance(value, Mapping):
                if name == "pages" and given(value) is None:
                    continue
                reading.problem(
                    f"`{name}` must be a job with a script, not {describe(value)}",
                    key,
                    f"add `script:` to it, or name it `.{name}` if it is no job",
                )
                continue
            draft = self._draft(key, value, reading)
            if draft is not None:
                drafts.append(draft)
        return drafts

    def _draft(self, key: Scalar, value: Mapping, reading: Reading) -> Draft | None:
        name = key.value
        keywords = Keywords(value, self._inherited(value, name, reading), line_of(key))
        draft = Draft(key, keywords, variables_of(value.get("variables"), f"`variables` of `{name}`", reading))
        needs = keywords.own.get("needs")
        mirrors = isinstance(needs, Mapping) and "pipeline" in needs
        if all(keywords.get(word) is None for word in ("script", "run", "trigger")) and not mirrors:
            if reading.lenient:
                reading.unread("job of an include", name, key, (name,))
            else:
                reading.problem(
                    f"`{name}` has no `script`, `run` or `trigger`",
                    key,
                    f"add `script:`, or name it `.{name}` if it is a template",
                )
                return None
        when = keywords.get("when")
        if isinstance(when, Scalar) and when.value not in JOB_WHENS and "$[[" not in when.value:
            reading.problem(f"`when` of `{name}` must be one of {', '.join(JOB_WHENS)}", when, "correct the word")
        self._check_stage(draft, reading)
        return draft

    def _check_stage(self, draft: Draft, reading: Reading) -> None:
        for word in ("stage", "type"):
            node = given(draft.keywords.own.get(word))
            if node is not None and not isinstance(node, Scalar):
                reading.wrong_type(f"`{word}` of `{draft.name}`", "a name", node)
                return
        if draft.stage in self.stages or "$[[" in draft.stage:
            return
        if reading.lenient and not draft.keywords.text("stage"):
            return
        place = draft.keywords.key("stage") if draft.keywords.text("stage") else draft.place
        listed = ", ".join(self.stages[1:-1]) or "none"
        if reading.lenient:
            reading.unread("stage", draft.stage, place, (draft.name,))
        else:
            reading.problem(
                f"the stage `{draft.stage}` of `{draft.name}` is not in `stages` ({listed})",
                place,
                f"add `{draft.stage}` to `stages`, or correct the job's `stage`",
            )

    def _inherited(self, job: Mapping, name: str, reading: Reading) -> dict[str, tuple[Scalar, Node]]:
        inherit = given(job.get("inherit"))
        if inherit is None:
            return self.defaults
        if not isinstance(inherit, Mapping):
            reading.wrong_type(f"`inherit` of `{name}`", "a mapping", inherit)
            return self.defaults
        wanted = given(inherit.get("default"))
        if isinstance(wanted, Sequence):
            names = {item.value for item in wanted.items if isinstance(item, Scalar)}
            return {key: pair for key, pair in self.defaults.items() if key in names}
        if isinstance(wanted, Scalar) and wanted.as_bool() is False:
            return {}
        return self.defaults

    def globals_of(self, draft: Draft) -> Map[str, Variable]:
        """The file's variables that a job inherits."""
        inherit = draft.keywords.own.mapping("inherit")
        wanted = given(inherit.get("variables")) if inherit is not None else None
        if isinstance(wanted, Sequence):
            names = {item.value for item in wanted.items if isinstance(item, Scalar)}
            return {key: variable for key, variable in self.variables.items() if key in names}
        if isinstance(wanted, Scalar) and wanted.as_bool() is False:
            return {}
        return self.variables


class Deciding:
    """Decides a configuration's jobs in each way of starting.

    ``outer``: variables that whoever starts it passes on, which come before all others:
    https://docs.gitlab.com/ci/variables/#cicd-variable-precedence
    """

    def __init__(self, config: Config, starts: Seq[Start], reading: Reading, outer: Map[str, Variable]) -> None:
        self.config = config
        self.starts = starts
        self.reading = reading
        self.outer = outer
        self.decider = Decider(starts, reading)
        rules = config.workflow.get("rules") if config.workflow is not None else None
        self.workflow_rules = flat_rules(rules, "`workflow:rules`", reading)
        self.has_workflow = given(rules) is not None
        self.unsure = frozenset(config.loaded.unsure_variables)
        self.workflow: list[Decision] = []
        self._layers: list[Map[str, Variable]] = []
        for number in range(len(starts)):
            self._decide_workflow(number)
        self.common_layer = common(self._layers)
        self.differing = {name for layer in self._layers for name in layer} - self.common_layer.keys()

    def _decide_workflow(self, number: int) -> None:
        scope = self.scope({}, self.config.variables, number)
        always = Decision(YES, (Outcome(),))
        decision = self.decider.rules(self.workflow_rules, number, scope, {}) if self.has_workflow else always
        self.workflow.append(decision)
        layers = [outcome.variables for outcome in decision.outcomes]
        self._layers.append(common(layers))

    def auto_cancel(self, word: str) -> list[str]:
        """What ``workflow:auto_cancel`` says under a word (``on_new_commit``), by way of starting: the rule that holds comes first.

        Empty where nothing is said, ``?`` where it hangs on which rule holds.
        """
        around = self.config.workflow.mapping("auto_cancel") if self.config.workflow is not None else None
        usual = around.text(word) if around is not None else ""
        found = []
        for decision in self.workflow:
            told = set()
            for outcome in decision.outcomes:
                own = outcome.rule.mapping("auto_cancel") if outcome.rule is not None else None
                told.add((own.text(word) if own is not None else "") or usual)
            found.append(told.pop() if len(told) == 1 else "?" if told else usual)
        return found

    def scope(self, own: Map[str, Variable], general: Map[str, Variable], number: int) -> Scope:
        """The variables that a job sees in one way of starting."""
        layers = [own, general] if number >= len(self.workflow) else [own, self._layers[number], general]
        unsure = self.unsure
        if number < len(self.workflow) and len(self.workflow[number].outcomes) > 1:
            differing = {name for outcome in self.workflow[number].outcomes for name in outcome.variables}
            unsure = unsure | (differing - self._layers[number].keys())
        return Scope(
            tuple(layer for layer in (self.outer, *layers) if layer), self.starts[number].values, unsure.difference(own)
        )

    def decide(self, draft: Draft) -> None:
        """Decide a job: its own rules, or ``only`` and ``except``, and the rules of the files that bring it in."""
        keywords = draft.keywords
        draft.decisions, draft.condition_text = [], ""
        general = self.config.globals_of(draft)
        rules = given(keywords.own.get("rules"))
        only, exclude = given(keywords.own.get("only")), given(keywords.own.get("except"))
        if rules is not None:
            draft.rules = flat_rules(rules, f"`rules` of `{draft.name}`", self.reading)
            draft.condition_text = rules_text(draft.rules)
            draft.condition_place = keywords.key("rules")
            for word, node in (("only", only), ("except", exclude)):
                if node is not None:
                    self.reading.problem(
                        f"`{draft.name}` has both `rules` and `{word}`", keywords.key(word), f"remove `{word}`"
                    )
        elif only is not None or exclude is not None:
            draft.condition_text = policy_text(only, exclude)
            draft.condition_place = keywords.key("only" if only is not None else "except")
        chains = self.config.loaded.conditions.get(draft.name, [()])
        included = (
            []
            if () in chains
            else [[flat_rules(rules, "`include:rules`", self.reading) for rules in chain] for chain in chains]
        )
        if included:
            texts = ["; ".join([rules_text(rules) for rules in chain]) for chain in included]
            own_text = f"; {draft.condition_text}" if draft.condition_text else ""
            draft.condition_text = f"included if {' or '.join(dict.fromkeys(texts))}{own_text}"
        default_policy = rules is None and not (self.has_workflow and only is None and exclude is None)
        written_when = keywords.text("when")
        looks = rules is not None or only is not None or exclude is not None
        nothing = Scope((), {})
        for number in range(len(self.starts)):
            scope = self.scope(draft.variables, general, number) if looks else nothing
            if rules is not None:
                decision = self.decider.rules(draft.rules, number, scope, draft.variables)
            elif default_policy:
                answer = self.decider.policy(only, exclude, number, scope, draft.variables)
                decision = Decision(answer, (Outcome(),) if answer != NO else ())
            else:
                decision = Decision(YES, (Outcome(),))
            if "never" in {outcome.when or written_when for outcome in decision.outcomes}:
                outcomes = [each for each in decision.outcomes if (each.when or written_when) != "never"]
                decision = Decision(MAYBE if outcomes else NO, outcomes)
            if included and decision.runs != NO:
                brought = any_of(
                    all_of(self._included(chain_rules, number) for chain_rules in chain) for chain in included
                )
                decision = Decision(min(brought, decision.runs), decision.outcomes if brought != NO else ())
            draft.decisions.append(decision)

    def _included(self, rules: Seq[Mapping], number: int) -> Tri:
        scope = self.scope({}, self.config.variables, number)
        return self.decider.rules(rules, number, scope, {}).runs


def common(layers: Seq[Map[str, Variable]]) -> dict[str, Variable]:
    """The variables that have the same value in all layers."""
    if not layers:
        return {}
    first = layers[0]
    return {
        name: variable
        for name, variable in first.items()
        if all(name in layer and layer[name].raw == variable.raw for layer in layers[1:])
    }


def delay_of(node: Node | None, job: str, reading: Reading) -> float | None:
    """A ``start_in`` or ``timeout`` in minutes; what is no duration is noted."""
    node = given(node)
    if node is None:
        return None
    minutes = minutes_of(node.value) if isinstance(node, Scalar) else None
    if minutes is None and not (isinstance(node, Scalar) and "$" in node.value):
        reading.problem(f"a duration of `{job}` cannot be read", node, "write it as `30 minutes` or `1h 30m`")
    return minutes
