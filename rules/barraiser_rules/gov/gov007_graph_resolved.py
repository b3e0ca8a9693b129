"""GOV007: the whole path to production can be read."""

from __future__ import annotations

from barraiser.api import (
    INCLUDES,
    NO,
    PIPELINE,
    PROD_CLASSES,
    RELEASE_KINDS,
    Answer,
    Case,
    Node,
    Parameter,
    Rule,
    Unresolved,
)
from barraiser_rules.hints import only_scans
from barraiser_rules.questions import does, job


class GraphResolved(Rule):
    """Be able to read the whole path to production.

    Why:
        What cannot be read cannot be judged: a gate may be missing in the part that nobody, and no tool, has looked at.

    Source:
        barraiser's own rule of honesty: a part that is out of sight is never counted as passed.

    Decided by:
        A remote include, a workflow of another repository, a generated child pipeline or a name without value on the way to a
        production deploy; a deploy that a script does which is not there, or another system; and a deploy to an environment that nothing
        names. What a program of the team's own does besides deploying cannot be told.

    Fix:
        Give the included files by `--include-map`, or declare what the part does; name the environment.

    Before (github-actions):
        deploy:
          uses: acme/shared/.github/workflows/deploy.yml@v3

    After (github-actions):
        deploy:
          uses: ./.github/workflows/deploy.yml

    Before (gitlab-ci):
        include: [{remote: "https://ci.example.com/deploy.yml"}]

    After (gitlab-ci):
        include: [{local: ci/deploy.yml}]

    Before (codepipeline):
        Stages: [{Name: !Ref StageName, Actions: []}]

    After (codepipeline):
        Stages: [{Name: Prod, Actions: []}]
    """

    id = "GOV007"
    name = "graph-resolved"
    severity = "warning"
    severities = {"standard": "error", "strict": "error"}
    kinds = RELEASE_KINDS
    asks = PIPELINE
    parameters = (
        Parameter(
            "allow_unresolved", (), "names of parts that need not be read, because the configuration declares them"
        ),
    )
    fixes = {
        "": 'Give the file with `--include-map`, or declare what it does: `activities: {"<job>": {kinds: [...]}}`.'
    }

    def decide(self, case: Case) -> Answer:
        """Looks at what is unread on the way to each deploy that reaches, or may reach, production."""
        deploys = self._deploys(case)
        severity = "error" if case.declared.evidence_required else ""
        if deploys and not any(deploy.environment_class in PROD_CLASSES for deploy in deploys):
            # No rule for production is asked before somebody has said where this goes.
            return self._nameless(case, deploys[0], severity)
        for item in self._unread(case, deploys):
            where = item.jobs[0].split(" (")[0] if item.jobs else item.name
            what = "on the way to production" if deploys else "may deploy to production, and"
            return case.failed(
                f"The {item.what} `{item.name}` {what} cannot be read here, so nobody can tell what it does.",
                fix=case.fix(job=where) if item.jobs or deploys else self._whole(case),
                at=item.place,
                severity=severity,
                key=item.name,
            )
        for deploy in deploys:
            facts = deploy.activity.facts
            if deploy.activity.opaque and ("handed-to" in facts or "unread" in facts):
                return self._out_of_sight(case, deploy, severity)
        for deploy in deploys:
            if deploy.environment_class in ("unknown", ""):
                return self._nameless(case, deploy, severity)
        own = next(
            (each for each in deploys if each.activity.opaque and not each.activity.facts.get("placeholder")), None
        )
        if own is not None:
            return case.unknown(
                f"Each file on the way to production can be read, but not the program that {does(own)} runs: what it does besides"
                " deploying, nothing here shows.",
                settle=f'activities: {{"{own.job.own_id}": {{kinds: [{own.kind}]}}}} # with what else it does: smoke-test, approval ...',
                at=own,
            )
        if not deploys:
            return case.not_applicable("It does not deploy to production.")
        return case.passed("Every step on the way to production can be read.")

    def _whole(self, case: Case) -> str:
        """What to write where nothing that can be read deploys."""
        declared = f'pipelines: {{"{case.pipeline.path}": {{kind: pure-ci}}}}'
        return f"Give the file with `--include-map`; or, where it deploys nothing, declare: {declared}"

    def _deploys(self, case: Case) -> list[Node]:
        wanted = (*PROD_CLASSES, "unknown", "")
        own = [
            node
            for node in case.stages.nodes
            if node.kind in ("deploy", "config-deploy") and node.pipeline is case.pipeline
        ]
        return [node for node in own if node.environment_class in wanted]

    def _unread(self, case: Case, deploys: list[Node]) -> list[Unresolved]:
        """What cannot be read and lies before, or is, one of the deploys; or may hold the deploys, where there are none."""
        allowed = case.parameter("allow_unresolved")
        spared = allowed if isinstance(allowed, tuple) else ()
        items = [
            item
            for item in case.pipeline.unresolved
            if item.name not in spared and not (item.what in INCLUDES and only_scans(item.name))
        ]
        whole = [item for item in items if not item.jobs]
        before = self._jobs_before(case, deploys)
        return whole + [item for item in items if item.jobs and not before.isdisjoint(item.jobs)]

    def _jobs_before(self, case: Case, deploys: list[Node]) -> set[str]:
        found = {deploy.job.id for deploy in deploys}
        for index in range(len(case.pipeline.scenarios)):
            graph = case.stages.in_scenario(index)
            for deploy in deploys:
                if graph.runs(deploy) != NO:
                    found |= {node.job.id for node in graph.ahead_of(deploy) if node.pipeline is case.pipeline}
        return found

    def _out_of_sight(self, case: Case, deploy: Node, severity: str) -> Answer:
        """The answer on a deploy that is done by something that is not here."""
        facts = deploy.activity.facts
        what = (
            f"{does(deploy)} starts a pipeline of another system, which"
            if "handed-to" in facts
            else f"{does(deploy)} deploys by the script `{facts['unread']}`, which is not in the repository and"
        )
        return case.failed(
            f"{what} cannot be read here, so nobody can tell what comes before and after the deploy.",
            fix=f'Declare what it does: `activities: {{"{deploy.job.own_id}": {{kinds: [{deploy.kind}, ...]}}}}`.',
            at=deploy,
            severity=severity,
            key=deploy.job.template,
        )

    def _nameless(self, case: Case, deploy: Node, severity: str) -> Answer:
        name = deploy.environment.name if deploy.environment else ""
        what = (
            f"the environment `{name}`, whose class the files do not tell"
            if name
            else "an environment that nothing names"
        )
        if all(scenario.event == "called" for scenario in case.pipeline.scenarios):
            return case.unknown(
                f"{does(deploy)} deploys to an environment that whoever calls {case.pipeline.path} names, and nothing here calls it.",
                settle="Check the pipeline that calls it.",
                at=deploy,
            )
        entry = f"environments: {{{name or 'production'}: {{class: prod}}}}"
        return case.failed(
            f"{does(deploy)} deploys to {what}: whether the rules for production hold cannot be decided.",
            fix=f"Write `environment: production` (or what it is) in {job(deploy)}, or declare `{entry}`.",
            at=deploy,
            severity=severity,
            key=deploy.job.template,
        )
