"""The jobs of a workflow, and of what it calls, with the edges between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from barraiser.model.condition import Condition
from barraiser.model.pipeline import HARD, SOFT, Concurrency, Edge, Job, Scenario
from barraiser.model.place import Place
from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of
from barraiser.platforms.github.checks import check_job, jobs_of, mapping_of, scalar_of
from barraiser.platforms.github.environments import Part, parts_of
from barraiser.platforms.github.evaluate import Scope
from barraiser.platforms.github.gates import Bond, Gate, If, Outcome, gate_of, needs_of
from barraiser.platforms.github.locks import check_lock, lock_of, together
from barraiser.platforms.github.matrix import Leg, legs_of, strategy_tags
from barraiser.platforms.github.ordering import in_order, needs_of_job
from barraiser.platforms.github.sending import started_by
from barraiser.platforms.github.sharing import SharedSteps, varies
from barraiser.platforms.github.site import Contexts, Reading, Site, known_over, merged, number_of, soft_of, softs_of
from barraiser.platforms.github.steps import joined, steps_of
from barraiser.platforms.github.tags import runner_of, tags_of
from barraiser.platforms.github.texts import NOT_IN_JOB_IF, condition_text, has_status, in_caller_terms
from barraiser.platforms.github.values import OPEN, Object, Value
from barraiser.source.nodes import Mapping, Node, Scalar, line_of
from barraiser.source.nodes import Sequence as Items

AGAIN: Final = "an earlier run can be run again with its own commit"


class Frame:
    """One workflow file in the place where it is called; the entry itself is called by nobody.

    ``prefix``: what its job ids start with. ``contexts``: by scenario; ``static``: what holds in all. ``caller``: the calling job's
    condition, whether it runs, its bonds, its locks and permissions. ``stack``: the paths of the files around it. ``origin``: the
    repository and ref (``acme/tools``, ``@v1``) that it is from, if not this one. ``outcomes``: what its jobs came to, once read.
    """

    __slots__ = ("caller", "contexts", "origin", "outcomes", "prefix", "root", "stack", "starts", "static")

    def __init__(
        self,
        root: Mapping,
        prefix: str,
        starts: Sequence[Scenario],
        contexts: list[Contexts],
        static: Contexts,
        stack: tuple[str, ...],
        caller: Caller | None = None,
        origin: tuple[str, str] = ("", ""),
    ) -> None:
        self.origin = origin
        self.root = root
        self.prefix = prefix
        self.starts = list(starts)
        self.contexts = contexts
        self.static = static
        self.stack = stack
        self.caller = caller
        self.outcomes: dict[str, Outcome] = {}


class Caller:
    """The job that calls a workflow."""

    __slots__ = ("gate", "lock", "permissions", "sources")

    def __init__(
        self,
        gate: Gate,
        sources: list[tuple[Bond, list[tuple[str, bool]]]],
        lock: Concurrency | None,
        permissions: Node | None,
    ) -> None:
        self.gate = gate
        self.sources = sources
        self.lock = lock
        self.permissions = permissions


def read_frame(frame: Frame, reading: Reading) -> tuple[list[Job], list[tuple[str, bool]]]:
    """The jobs of a workflow in the order of the file; and the ids of all, each with whether it runs whenever its caller does."""
    problems = reading.problems
    reading.frame_count += 1
    jobs = {name.value: (name, job) for name, job in jobs_of(problems, frame.root)}
    readable = {key: check_job(problems, name, job) for key, (name, job) in jobs.items()}
    needs = {key: needs_of_job(name, job, jobs, reading) for key, (name, job) in jobs.items()}
    check_lock(problems, frame.root.get("concurrency"), "the workflow")
    env = mapping_of(problems, frame.root, "env", "the workflow")
    made: dict[str, list[Job]] = {}
    before = frame.outcomes
    for key in in_order(jobs, needs, reading):
        name, job = jobs[key]
        if readable[key] and not reading.exhausted(name):
            made[key] = _Template(frame, reading, name, job, needs[key], before, env).read()
        else:
            before[key] = Outcome([YES] * reading.scenarios, [YES] * reading.scenarios, len(before))
    members = [member for key in jobs if key in before for member in before[key].members]
    return [job for key in jobs for job in made.get(key, ())], members


def _has_expression(node: Node) -> bool:
    """Whether an expression stands in the matrix, or in one of its lists."""
    if isinstance(node, Scalar):
        return "${{" in node.value
    return isinstance(node, Mapping) and any(
        isinstance(value, Scalar) and "${{" in value.value for _, value in node.pairs[:100]
    )


class _Template:
    """One job of a file, being read into its instances."""

    def __init__(
        self,
        frame: Frame,
        reading: Reading,
        name: Scalar,
        job: Mapping,
        needs: list[tuple[str, Place]],
        before: dict[str, Outcome],
        env: Mapping | None,
    ) -> None:
        self.frame = frame
        self.reading = reading
        self.name = name
        self.job = job
        self.needs = needs
        self.before = before
        self.env = env
        self.what = f"job '{name.value}'"
        self.id = frame.prefix + name.value
        self.shared: SharedSteps | None = None
        self.present: set[int] | None = None
        self.gate = gate_of(self._if(), needs, before, frame.contexts)
        if any(bond.strength == SOFT for bond in self.gate.bonds.values()):
            from barraiser.platforms.github.aggregates import harden

            harden(self.gate, job, needs, before, frame.contexts, reading)

    def _if(self) -> If | None:
        node = scalar_of(self.reading.problems, self.job, "if", self.what)
        if node is None:
            return None
        expressions = self.reading.expressions
        tree = expressions.condition(node)
        names = expressions.names(node.value, tree)
        expressions.forbid(node, names, NOT_IN_JOB_IF, "a job")
        text = condition_text(node)
        if self.frame.caller is not None:
            text = in_caller_terms(text, self.frame.static.get("inputs"), self.frame.prefix)
        place = line_of(self.job.key("if") or node)
        return If(tree, names, text, place, has_status(names), expressions)

    def read(self) -> list[Job]:
        """The job's instances, or the jobs of the workflow that it calls; edges and outcome are noted."""
        outcome = self.gate.outcome
        self.before[self.name.value] = outcome
        sources = [(bond, self.before[key].members) for key, bond in self.gate.bonds.items()]
        names = [key for key, _ in self.needs]
        contexts = [
            {**each, "needs": needs_of(names, self.before, index)} for index, each in enumerate(self.frame.contexts)
        ] if names else self.frame.contexts  # fmt: skip
        if "outputs" in self.job:
            from barraiser.platforms.github.outputs import outcomes_in, outputs_of

            outcome.outputs = outputs_of(self.job, contexts, self.reading)
            ends, written = outcomes_in(self.job, self.reading)
            outcome.outcomes = {name: f"{self.id}#{key}" for name, key in ends.items()}
            outcome.written = {name: f"{self.id}#{key}" for name, key in written.items()}
        static = self._static(contexts)
        legs = legs_of(
            self.job, self.what, Scope(static, success=1, failure=1), self.reading.expressions, self.reading.problems
        )
        if len(legs) == 1 and not legs[0].label and "strategy" in self.job:
            legs = self._legs_by_scenario(contexts) or legs
        serial = strategy_tags(self.job).get("max-parallel") == "1"
        if len(legs) > 1 and not self.reading.include_map and not varies([self.job.get("env"), self.env]):
            self.shared = SharedSteps()
        jobs: list[Job] = []
        for leg in legs:
            last = jobs[-1].id if jobs else ""
            first = len(jobs)
            self.present = leg.scenarios
            own = [{**each, "matrix": leg.context} for each in contexts]
            jobs += self._leg(leg, own, {**static, "matrix": leg.context}, sources)
            if serial and last and len(jobs) > first:
                self.reading.edges.append(
                    Edge(
                        last,
                        jobs[first].id,
                        "sequence",
                        "order",
                        place=line_of(self.name),
                        softened_by="max-parallel: 1",
                    )
                )
            if self.reading.exhausted(self.name):
                break
        return jobs

    def _legs_by_scenario(self, contexts: list[Contexts]) -> list[Leg]:
        """The instances of a job whose matrix differs between scenarios; none where the files do not tell them in one of them."""
        strategy = self.job.get("strategy")
        matrix = strategy.get("matrix") if isinstance(strategy, Mapping) else None
        if matrix is None or not _has_expression(matrix):
            return []
        found: dict[str, Leg] = {}
        for index in self._running():
            scope = Scope(contexts[index], success=1, failure=1)
            for leg in legs_of(self.job, self.what, scope, self.reading.expressions, self.reading.problems):
                if not leg.label:
                    return []
                known = found.setdefault(leg.label, leg)
                known.scenarios = {*(known.scenarios or ()), index}
        return list(found.values())

    def _running(self) -> list[int]:
        runs = self._runs()
        return [index for index, value in enumerate(runs) if value != NO] or list(range(len(runs)))

    def _runs(self) -> list[Tri]:
        """Whether the job runs, by scenario, its caller's condition included."""
        condition, caller = self.gate.condition, self.frame.caller
        runs = list(condition.runs) or [YES] * self.reading.scenarios
        if caller is not None and caller.gate.condition.runs:
            runs = [min(one, other) for one, other in zip(runs, caller.gate.condition.runs, strict=True)]
        if self.present is not None:
            runs = [value if index in self.present else NO for index, value in enumerate(runs)]
        return runs

    def _static(self, contexts: list[Contexts]) -> Contexts:
        """What holds in every scenario in which the job runs."""
        inputs = [contexts[index]["inputs"] for index in self._running()]
        known = known_over(self.frame.static.get("inputs"), [each for each in inputs if isinstance(each, Object)])
        static = {**self.frame.static, "inputs": known}
        told = [key for key, _ in self.needs if self.before[key].outputs]
        if told:
            running = self._running()
            values: dict[str, Value] = {}
            for key in told:
                outputs = self.before[key].outputs or []
                values[key.lower()] = Object({"outputs": merged([outputs[index] for index in running])}, OPEN)
            static["needs"] = Object(values, OPEN)
        return static

    def _leg(
        self, leg: Leg, contexts: list[Contexts], static: Contexts, sources: list[tuple[Bond, list[tuple[str, bool]]]]
    ) -> list[Job]:
        job_id = f"{self.id} ({leg.label})" if leg.label else self.id
        if "uses" in self.job:
            return self._call(job_id, contexts, static, sources)
        site = Site(self.reading, job_id, static, contexts, self._runs(), self.what)
        parts = parts_of(self.job, site, self.reading.problems, self.what)
        jobs: list[Job] = []
        for part in parts:
            label = ", ".join(text for text in (leg.label, part.label) if text)
            jobs.append(
                self._instance(f"{self.id} ({label})" if label else self.id, leg, part, site, sources, len(parts) > 1)
            )
        return jobs

    def _instance(
        self,
        job_id: str,
        leg: Leg,
        part: Part,
        whole: Site,
        sources: list[tuple[Bond, list[tuple[str, bool]]]],
        split: bool,
    ) -> Job:
        """One job: an instance of the matrix, for one environment."""
        job, reading, problems = self.job, self.reading, self.reading.problems
        runs = whole.runs
        if split:
            runs = [min(value, part.scenarios.get(index, NO)) for index, value in enumerate(runs)]
        static = whole.static
        if split:
            inputs = [whole.scenarios[index]["inputs"] for index in part.scenarios]
            static = {
                **static,
                "inputs": known_over(static.get("inputs"), [each for each in inputs if isinstance(each, Object)]),
            }
        site = Site(reading, job_id, static, whole.scenarios, runs, self.what)
        site.env = [each for each in (self.env, mapping_of(problems, job, "env", self.what)) if each is not None]
        lock = self._lock(site)
        soft, soft_place, soft_reason = soft_of(job.get("continue-on-error"), site)
        softs: tuple[Tri, ...] = ()
        if soft == MAYBE:
            soft, softs = softs_of(job.get("continue-on-error"), site)
        name = scalar_of(problems, job, "name", self.what)
        title = site.resolve(name) if name else ""
        timeout = number_of(job.get("timeout-minutes"), site)
        variables = site.variables(site.env)
        tags = tags_of(job, self.frame.root, self.frame.caller.permissions if self.frame.caller else None, site)
        tags.update(strategy_tags(job))
        site.shell, site.working_directory = self._defaults(site, tags.get("runs-on", ""))
        site.static["runner"] = runner = runner_of(tags.get("runs-on", ""))
        site.scenarios = [{**each, "runner": runner} for each in whole.scenarios]
        own_id = f"{self.id} ({leg.label})" if leg.label else self.id
        nodes = job.get("steps")
        steps = steps_of(nodes.items if isinstance(nodes, Items) else [], site, shared=None if split else self.shared)
        made = Job(
            job_id,
            line_of(self.name),
            own_id=own_id,
            template=self.id,
            name=title or own_id,
            needs=self._join(job_id, sources),
            environment=part.key,
            steps=steps,
            variables=variables,
            matrix=leg.values,
            condition=self._condition(runs),
            soft=soft,
            soft_place=soft_place,
            soft_reason=soft_reason,
            timeout_minutes=timeout,
            concurrency=lock,
            calls=started_by(steps),
            tags=tags,
            again=AGAIN,
        )
        made.softs = softs
        outcome = self.gate.outcome
        if soft == YES:
            reading.soft_legs[job_id] = soft_place, soft_reason
        if not outcome.members or soft < outcome.soft:
            outcome.soft, outcome.soft_place, outcome.soft_reason = soft, soft_place, soft_reason
        condition = self.gate.condition
        solid = (
            not split
            and self.present is None
            and (self.frame.caller is None or (not condition.text and not condition.runs))
        )
        outcome.members.append((job_id, solid))
        reading.job_count += 1
        return made

    def _lock(self, site: Site) -> Concurrency | None:
        check_lock(self.reading.problems, self.job.get("concurrency"), self.what)
        own = lock_of(self.job.get("concurrency"), site, self.frame.starts, "job")
        around = lock_of(self.frame.root.get("concurrency"), site, self.frame.starts, "pipeline")
        found = together(own, around)
        return together(found, self.frame.caller.lock) if self.frame.caller else found

    def _condition(self, runs: list[Tri]) -> Condition:
        """The condition of an instance: its own, with the caller's around it."""
        own, caller = self.gate.condition, self.frame.caller
        around = caller.gate.condition if caller else None
        text = joined(around.text, own.text) if around else own.text
        first = around is not None and not self.gate.bonds
        return Condition(
            text,
            () if all_of(runs) == YES else tuple(runs),
            always=(around.always if around and first else own.always),
            on_failure=own.on_failure or (around is not None and around.on_failure),
            demands=(*own.demands, *around.demands) if around else own.demands,
            written=(*own.written, *around.written) if around else own.written,
            cancelled=own.cancelled,
            place=own.place or (around.place if around else None),
        )

    def _join(self, job_id: str, sources: list[tuple[Bond, list[tuple[str, bool]]]]) -> list[str]:
        """Note the edges into an instance; returns its predecessors as the platform has them.

        The first jobs of a called workflow wait for what its caller needs.
        """
        needed: list[str] = []
        own = {key for key, _ in self.needs}
        for key, (bond, members) in zip(self.gate.bonds, sources, strict=True):
            self._edges(bond, members, job_id)
            if key in own:
                needed += [member for member, _ in members]
        caller = self.frame.caller
        if caller is not None and not (sources and all(bond.strength == "hard" and bond.skips for bond, _ in sources)):
            for bond, members in caller.sources:
                self._edges(bond, members, job_id)
                if not sources:
                    needed += [member for member, _ in members]
        return needed

    def _edges(self, bond: Bond, members: list[tuple[str, bool]], job_id: str) -> None:
        for member, solid in members:
            strength, place, softened_by = bond.strength, bond.place, bond.softened_by
            if strength == HARD and member in self.reading.soft_legs:
                strength = SOFT
                place, softened_by = self.reading.soft_legs[member]
            self.reading.edges.append(
                Edge(
                    member,
                    job_id,
                    "needs",
                    strength,
                    skips=bond.skips and solid,
                    place=place,
                    softened_by=softened_by,
                    tolerant=bond.tolerant and strength == bond.strength,
                    cancelled=bond.cancelled,
                    doubtful=bond.doubtful and strength == bond.strength,
                    softs=bond.softs if strength == HARD else (),
                )
            )

    def _defaults(self, site: Site, runner: str) -> tuple[str, str]:
        """Shell and working directory of ``defaults.run``, the job's before the workflow's."""
        shell = folder = ""
        for node in (self.job, self.frame.root):
            defaults = node.get("defaults")
            run = defaults.get("run") if isinstance(defaults, Mapping) else None
            if isinstance(run, Mapping):
                one, other = run.get("shell"), run.get("working-directory")
                shell = shell or (site.resolve(one) if isinstance(one, Scalar) else "")
                folder = folder or (site.resolve(other) if isinstance(other, Scalar) else "")
        return shell or ("pwsh" if "windows" in runner.lower() else ""), folder

    def _call(
        self,
        job_id: str,
        contexts: list[Contexts],
        static: Contexts,
        sources: list[tuple[Bond, list[tuple[str, bool]]]],
    ) -> list[Job]:
        """The jobs of the called workflow; one job that stands for it where it cannot be read here."""
        from barraiser.platforms.github.called import call

        site = Site(self.reading, job_id, static, contexts, self._runs(), self.what)
        lock = self._lock(site)
        caller = self.frame.caller
        gate, around = self.gate, caller.gate if caller else None
        normal = gate.normal
        if around is not None:
            normal = [min(one, other) for one, other in zip(normal, around.normal, strict=True)]
        whole = Gate(self._condition(site.runs), normal, gate.bonds, gate.outcome)
        joined_sources = list(sources)
        if caller is not None and not (sources and all(bond.strength == "hard" and bond.skips for bond, _ in sources)):
            joined_sources += caller.sources
        permissions = (
            self.job.get("permissions")
            or self.frame.root.get("permissions")
            or (caller.permissions if caller else None)
        )
        jobs, members, done = call(
            self.job, site, self.frame, Caller(whole, joined_sources, lock, permissions), self.what
        )
        alone = caller is None or not (gate.condition.text or gate.condition.runs)
        if done:
            # A called workflow of which one call is skipped has not been skipped: what waits for the whole goes on.
            self.gate.outcome.members += members if alone else [(member, False) for member, _ in members]
            return jobs
        part = Part("", None, {})
        made = Job(
            job_id, line_of(self.name), template=self.id, name=job_id, needs=self._join(job_id, sources), environment=part.key,
            steps=[step for job in jobs for step in job.steps], condition=self._condition(site.runs), concurrency=lock,
            tags=tags_of(self.job, self.frame.root, caller.permissions if caller else None, site),
            again=AGAIN,
        )  # fmt: skip
        self.gate.outcome.members.append((job_id, alone))
        self.reading.job_count += 1
        return [made]
