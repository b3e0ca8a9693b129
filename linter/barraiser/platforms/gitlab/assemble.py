"""From decided jobs to the pipeline's jobs: instances, environments, softness, what a person starts."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence as Seq
from typing import Final

from barraiser.model.condition import Condition
from barraiser.model.environment import EnvironmentKey
from barraiser.model.pipeline import Job
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri
from barraiser.platforms.gitlab.drafts import Config, Deciding, Draft, common, delay_of, parts_of
from barraiser.platforms.gitlab.environments import EnvironmentSpec, again_in, environment_of
from barraiser.platforms.gitlab.expressions import Value
from barraiser.platforms.gitlab.instances import Instance, instances_of
from barraiser.platforms.gitlab.needs import Need, needs_of
from barraiser.platforms.gitlab.reading import MAX_JOBS, Reading, given, refused
from barraiser.platforms.gitlab.rules import Outcome
from barraiser.platforms.gitlab.steps import StepMaker
from barraiser.platforms.gitlab.tags import concurrency_of, keeps_of, serialises_by_ref, tags_of
from barraiser.platforms.gitlab.triggers import Trigger, trigger_of, trigger_step
from barraiser.platforms.gitlab.variables import Scope, Variable, has_literal
from barraiser.source.nodes import Mapping, Node, Scalar, line_of

MAX_ENVIRONMENTS: Final = 12
MANUAL_DEFAULT: Final = "when: manual (allow_failure is true by default)"


class Built:
    """A job of the pipeline with what edges and child pipelines need of its draft."""

    __slots__ = ("draft", "instance", "job", "level", "needs", "trigger", "variables")

    def __init__(
        self,
        job: Job,
        draft: Draft,
        instance: Instance,
        level: int,
        needs: list[Need] | None,
        trigger: Trigger | None,
        variables: Map[str, Variable],
    ) -> None:
        self.job = job
        self.draft = draft
        self.instance = instance
        self.level = level
        self.needs = needs
        self.trigger = trigger
        self.variables = variables


class Assembler:
    """Makes the jobs of one configuration. ``prefix`` stands before their ids; ``above``: the job that starts them, if one does."""

    def __init__(
        self, config: Config, deciding: Deciding, reading: Reading, prefix: str = "", above: Job | None = None
    ) -> None:
        self.config = config
        self.deciding = deciding
        self.starts = deciding.starts
        self.reading = reading
        self.prefix = prefix
        self.above = above
        self.steps = StepMaker(reading)
        self.levels = {stage: number for number, stage in enumerate(config.stages)}
        self._plain: dict[int, dict[str, str]] = {}

    def build(self) -> list[Built]:
        """All jobs, in file order."""
        built: list[Built] = []
        seen: set[str] = set()
        for draft in self.config.drafts:
            for each in self._jobs(draft):
                if each.job.id in seen:
                    self.reading.problem(
                        f"two jobs have the name `{each.job.id}`",
                        draft.place,
                        "rename one, or write each value once",
                        fatal=False,
                    )
                    continue
                seen.add(each.job.id)
                built.append(each)
            if len(built) > MAX_JOBS:
                raise refused(f"more than {MAX_JOBS} jobs", draft.place, "split the pipeline")
        return built

    def _jobs(self, draft: Draft) -> list[Built]:
        keywords, reading = draft.keywords, self.reading
        instances = instances_of(keywords.get("parallel"), draft.name, reading)
        spec = environment_of(keywords.get("environment"), draft.name, reading)
        trigger = trigger_of(keywords.get("trigger"), draft.name, keywords, reading)
        timeout = delay_of(keywords.get("timeout"), draft.name, reading)
        found = []
        for instance in instances:
            groups = self._environments(draft, instance, spec)
            for name, runs in groups:
                for mode, part_runs in parts_of(draft, runs) if trigger is None else [("", runs)]:
                    environment = name if len(groups) > 1 else ""
                    label = ", ".join(part for part in (instance.label, environment, mode) if part)
                    relevant = self._relevant(draft, part_runs)
                    job, variables = self._job(
                        draft, instance, label, part_runs, relevant, spec, name, trigger, timeout
                    )
                    level = self.levels.get(draft.stage, -1)
                    needs = needs_of(self._needs_node(draft, relevant), draft.name, reading)
                    found.append(Built(job, draft, instance, level, needs, trigger, variables))
        return found

    def _needs_node(self, draft: Draft, relevant: Seq[tuple[int, Outcome]]) -> Node | None:
        """The ``needs`` of the first way of starting that matters: a rule may have its own."""
        if relevant and relevant[0][1].needs is not None:
            return relevant[0][1].needs
        return draft.keywords.own.get("needs")

    def _relevant(self, draft: Draft, runs: Seq[Tri]) -> list[tuple[int, Outcome]]:
        """What may be made of the job on merged code; on any code where it runs on no other."""
        running = [number for number, answer in enumerate(runs) if answer != NO]
        merged = [number for number in running if not self.starts[number].scenario.unmerged]
        return [(number, outcome) for number in merged or running for outcome in draft.decisions[number].outcomes]

    def _runs(self, draft: Draft) -> list[Tri]:
        runs = [decision.runs for decision in draft.decisions]
        if self.above is not None:
            runs = [
                min(answer, self.above.condition.in_scenario(number), self.deciding.workflow[number].runs)
                for number, answer in enumerate(runs)
            ]
        return runs

    def _environments(
        self, draft: Draft, instance: Instance, spec: EnvironmentSpec | None
    ) -> list[tuple[str, tuple[Tri, ...]]]:
        """The environment's name in each way of starting; jobs whose rules choose it are one job for each name. Without
        ``environment:``, the variable by which rules choose where the job's commands go."""
        runs = self._runs(draft)
        text = spec.name if spec is not None else _chosen_by_rules(draft)
        if "$" not in text:
            return [(text, tuple(runs))]
        names: list[dict[str, None]] = []
        for number, answer in enumerate(runs):
            here: dict[str, None] = {}
            for outcome in draft.decisions[number].outcomes if answer != NO else ():
                here[self._name_in(draft, instance, text, number, outcome)] = None
            names.append(here)
        distinct = dict.fromkeys(name for here in names for name in here)
        if len(distinct) > MAX_ENVIRONMENTS or not distinct:
            return [(spec.name if spec is not None else "", tuple(runs))]
        return [
            (
                name,
                tuple(
                    NO if name not in here else answer if len(here) == 1 else min(answer, MAYBE)
                    for answer, here in zip(runs, names, strict=True)
                ),
            )
            for name in distinct
        ]

    def _name_in(self, draft: Draft, instance: Instance, name: str, number: int, outcome: Outcome) -> str:
        own = {**draft.variables, **outcome.variables, **instance.layer(draft.key)}
        scope = self.deciding.scope(own, self.config.globals_of(draft), number)
        text = name
        for _ in range(2):
            fixed = Scope(
                scope.layers, scope.extra if not has_literal(text) else self._constants(draft, number), scope.unsure
            )
            text = fixed.expand(text)
        return text

    def _constants(self, draft: Draft, number: int) -> dict[str, Value]:
        """Predefined variables that are the same in every run of the job, and what is chosen when starting."""
        values = self.starts[number].values if number >= 0 else {}
        chosen = {key: value for key, value in values.items() if key.startswith(("=", "inputs."))}
        return {
            **chosen,
            "CI_DEFAULT_BRANCH": self.starts[0].values["CI_DEFAULT_BRANCH"] if self.starts else None,
            "CI_JOB_NAME": draft.name,
            "CI_JOB_STAGE": draft.stage,
        }

    def _job(
        self,
        draft: Draft,
        instance: Instance,
        label: str,
        runs: tuple[Tri, ...],
        relevant: Seq[tuple[int, Outcome]],
        spec: EnvironmentSpec | None,
        name: str,
        trigger: Trigger | None,
        timeout: float | None,
    ) -> tuple[Job, Map[str, Variable]]:
        keywords, reading = draft.keywords, self.reading
        own_id = f"{draft.name} ({label})" if label else draft.name
        rule_layers = [outcome.variables for _, outcome in relevant]
        rule_layer = common(rule_layers)
        own = {**draft.variables, **rule_layer, **instance.layer(draft.key)}
        scope = self._scope(draft, own, {key for layer in rule_layers for key in layer} - rule_layer.keys())
        environment = spec.key(name, scope, keywords.key("environment")) if spec is not None else None
        if environment is not None:
            scope = self._with_environment(scope, environment)
        whens = [outcome.when or keywords.text("when") or "on_success" for _, outcome in relevant]
        soft, soft_reason, soft_place = self._softness(draft, relevant)
        manual = bool(whens) and all(when == "manual" for when in whens)
        delay = None
        if whens and all(when == "delayed" for when in whens):
            delay = delay_of(relevant[0][1].start_in or keywords.get("start_in"), draft.name, reading)
        if trigger is not None:
            steps = [trigger_step(trigger, scope)]
        else:
            steps = self.steps.steps(draft.name, keywords, scope, pages=_is_pages(draft))
        lock, tags = concurrency_of(keywords, scope, reading), tags_of(draft, keywords, scope, self.deciding, spec)
        if lock is not None and lock.serialises == MAYBE:
            lock.serialises = serialises_by_ref(lock.group, [self.starts[number] for number, _ in relevant])
        tags.update(trigger.tags if trigger is not None else {})
        job = Job(
            self.prefix + own_id,
            draft.place,
            own_id=self.prefix + (f"{draft.name} ({instance.label})" if instance.label else draft.name),
            template=self.prefix + draft.name,
            name=instance.name,
            stage=draft.stage,
            environment=environment,
            steps=steps,
            variables=self._variables(draft, scope, own),
            matrix=instance.values,
            condition=self._condition(draft, runs, whens[0] if whens else "on_success"),
            soft=soft,
            soft_place=soft_place,
            soft_reason=soft_reason,
            manual=manual,
            manual_blocks=soft != YES if manual else True,
            manual_place=self._manual_place(draft, relevant) if manual else None,
            delay_minutes=delay,
            timeout_minutes=timeout,
            concurrency=lock,
            calls=trigger.calls if trigger is not None else (),
            tags=tags,
            again=again_in(environment),
            keeps=keeps_of(keywords),
        )
        return job, own

    def _scope(self, draft: Draft, own: Map[str, Variable], unsure: set[str]) -> Scope:
        """The constants of a job, whichever way it was started."""
        general = self.config.globals_of(draft)
        layers = [layer for layer in (self.deciding.outer, own, self.deciding.common_layer, general) if layer]
        names = self.deciding.unsure.union(self.deciding.differing, unsure).difference(own)
        return Scope(tuple(layers), self._constants(draft, -1), names)

    def _with_environment(self, scope: Scope, environment: EnvironmentKey) -> Scope:
        extra = {**scope.extra, "CI_ENVIRONMENT_NAME": environment.name}
        if environment.resolved:
            extra["CI_ENVIRONMENT_SLUG"] = "".join(
                character if character.isascii() and character.isalnum() else "-"
                for character in environment.name.lower()
            )[:24]
        if environment.url:
            extra["CI_ENVIRONMENT_URL"] = environment.url
        return Scope(scope.layers, extra, scope.unsure)

    def _variables(self, draft: Draft, scope: Scope, own: Map[str, Variable]) -> dict[str, str]:
        """What the job's scripts see, constants put in; the same mapping for jobs that see the same."""
        key = id(self.config.globals_of(draft))
        shared = (
            not own
            and "CI_ENVIRONMENT_NAME" not in scope.extra
            and self.config.globals_of(draft) is self.config.variables
        )
        if shared and key in self._plain:
            return self._plain[key]
        found: dict[str, str] = {}
        for layer in scope.layers:
            for name in layer:
                if name not in found:
                    text = scope.find(name)
                    if text is not None:
                        found[name] = text
        self.reading.spend(len(found), draft.key)
        if shared:
            self._plain[key] = found
        return found

    def _condition(self, draft: Draft, runs: tuple[Tri, ...], when: str) -> Condition:
        text = draft.condition_text
        if self.above is not None and self.above.condition.text:
            text = f"{self.above.condition.text}; {text}" if text else self.above.condition.text
        place = draft.condition_place
        if place is None and when in ("always", "on_failure"):
            place = draft.keywords.key("when")
        if when == "on_failure":
            runs = tuple(min(answer, MAYBE) for answer in runs)
        return Condition(
            text,
            () if all(answer == YES for answer in runs) else runs,
            always=when == "always",
            on_failure=when == "on_failure",
            place=place,
        )

    def _softness(self, draft: Draft, relevant: Seq[tuple[int, Outcome]]) -> tuple[Tri, str, Place | None]:
        answers = [draft.allow_failure(outcome) for _, outcome in relevant] or [draft.allow_failure(Outcome())]
        values = {answer for answer, _ in answers}
        soft = values.pop() if len(values) == 1 else MAYBE
        if soft == NO:
            return NO, "", None
        node = next((node for answer, node in answers if answer != NO and node is not None), None)
        if node is None:
            return soft, MANUAL_DEFAULT, draft.keywords.key("when")
        if isinstance(node, Mapping):
            return soft, "allow_failure: exit_codes", line_of(node)
        return soft, "allow_failure: true" if soft == YES else "allow_failure", line_of(node)

    def _manual_place(self, draft: Draft, relevant: Seq[tuple[int, Outcome]]) -> Place:
        for _, outcome in relevant:
            node = given(outcome.rule.get("when")) if outcome.rule is not None else None
            if node is not None:
                return line_of(node)
        return draft.keywords.key("when")


def _is_pages(draft: Draft) -> bool:
    """Whether the platform publishes what the job leaves behind as a site."""
    value = draft.keywords.get("pages")
    if value is None:
        return draft.name == "pages"
    flag = value.as_bool() if isinstance(value, Scalar) else None
    return flag is not False


_PLACES: Final = frozenset(
    ("env", "environment", "stage", "target", "tier", "namespace", "workspace", "cluster", "stack", "host", "server")
)
"""Last words of variables that say where a job's commands go."""


def _chosen_by_rules(draft: Draft) -> str:
    """The variable for a place (``$TARGET_ENV``) that the rules of a job set to several values; empty where there is none."""
    layers = [outcome.variables for decision in draft.decisions for outcome in decision.outcomes]
    for name in dict.fromkeys(name for layer in layers for name in layer):
        values = {layer[name].raw for layer in layers if name in layer}
        if len(values) > 1 and name.lower().rpartition("_")[2] in _PLACES:
            return f"${name}"
    return ""
